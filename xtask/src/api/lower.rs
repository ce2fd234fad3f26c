//! The third stage decides names, directions and order. It cannot fail for a spec that passed the checks.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{
    Api, Codes, Continuation, Direction, Document, Endpoint, Enum, EnumValue, ErrorCode, Example, Field, Job,
    Keeps, Meaning, Module, Next, Pagination, Rates, Struct, Ty, Type, Union, Variant, quota,
};
use crate::spec::names::{pascal, snake};
use crate::spec::source::Source;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{self, FieldPath, GeneralRate, Spec, WrittenRule};

/// Lowers a spec that passed its checks.
pub fn spec(spec: &Spec, sources: &[Source]) -> Api {
    let table = spec.codes.as_ref();
    let modules = spec.files.iter().map(|file| module(spec, file, &sources[file.source]));
    let mut modules: Vec<Module> = modules.collect();
    modules.sort_by_key(|module| (module.family.clone(), module.chapter.clone()));
    Api {
        modules,
        codes: table.map(|table| self::table(table, &sources[table.source])),
        rates: spec.rates.as_ref().map(|table| rates(table, &sources[table.source])),
        summaries: spec.names.as_ref().map(|names| names.families.clone()).unwrap_or_default(),
    }
}

fn table(table: &spec::Codes, source: &Source) -> Codes {
    Codes {
        spec: source.path.clone(),
        title: table.title.clone(),
        summary: paragraph(&table.summary),
        doc: table.doc.clone(),
        codes: codes(&table.codes, None),
    }
}

/// Returns error codes in ascending order; those without a name of their own take it from the table.
fn codes(codes: &IndexMap<String, spec::ErrorCode>, table: Option<&spec::Codes>) -> Vec<ErrorCode> {
    let named = |code: &String| table?.codes.get(code)?.name.clone();
    let entries = codes.iter().map(|(code, entry)| ErrorCode {
        code: code.parse().expect("the checks saw that it is an integer"),
        name: entry.name.clone().or_else(|| named(code)).expect("the checks saw that it has one"),
        doc: paragraph(&entry.doc),
        help: entry.help.as_deref().map(paragraph),
    });
    let mut codes: Vec<ErrorCode> = entries.collect();
    codes.sort_by_key(|code| code.code);
    codes
}

fn rates(table: &spec::Rates, source: &Source) -> Rates {
    let rates = table.rates.iter();
    let rates =
        rates.map(|(name, rate)| (name.clone(), GeneralRate { doc: paragraph(&rate.doc), ..rate.clone() }));
    Rates {
        spec: source.path.clone(),
        title: table.title.clone(),
        summary: paragraph(&table.summary),
        doc: table.doc.clone(),
        rates: rates.collect(),
    }
}

fn module(spec: &Spec, file: &spec::File, source: &Source) -> Module {
    let lowering = Lowering { spec, file, stem: &source.stem, directions: directions(file) };
    let (family, chapter) = match source.stem.split_once('.') {
        Some((family, chapter)) => (family.to_owned(), Some(chapter.to_owned())),
        None => (source.stem.clone(), None),
    };
    let mut calls = Vec::new();
    let mut documents = Vec::new();
    let mut types = Vec::new();
    for (name, endpoint) in &file.endpoints {
        let (request, response) = lowering.request_and_response(name, endpoint);
        calls.push(lowering.endpoint(name, endpoint, [&request, &response]));
        types.push(Type::Struct(request));
        if endpoint.head.answer.format().is_some() {
            types.push(Type::Struct(response));
        }
    }
    for document in file.documents() {
        let (lowered, fields) = lowering.document(document);
        documents.push(lowered);
        types.push(Type::Struct(fields));
    }
    types.extend(lowering.types(file.structs.iter(), file.enums.iter(), file.unions.iter()));
    Module {
        spec: source.path.clone(),
        family,
        chapter,
        title: file.title.clone(),
        summary: paragraph(&file.summary),
        calls,
        documents,
        types,
        imported: lowering.imported(),
        imports: file.imports.clone(),
        origins: file.origins.clone(),
    }
}

struct Lowering<'a> {
    spec: &'a Spec,
    file: &'a spec::File,
    stem: &'a str,
    directions: HashMap<&'a str, Direction>,
}

impl Lowering<'_> {
    fn request_and_response(&self, name: &str, endpoint: &spec::Endpoint) -> (Struct, Struct) {
        let head = &endpoint.head;
        let pascal = pascal(name);
        let fields = |fields: &IndexMap<String, spec::Field>| -> Vec<Field> {
            fields.iter().map(|(wire, field)| self.field(wire, field)).collect()
        };
        let mut request_fields = fields(&endpoint.request);
        if let Some(sign) = &head.sign {
            for field in &mut request_fields {
                field.signs = sign.fields().any(|name| *name == field.wire);
            }
        }
        let request = Struct {
            doc: String::new(),
            rules: head.rules.iter().filter_map(WrittenRule::meaning).collect(),
            fields: request_fields,
            direction: Direction { sent: true, received: false },
            name: pascal.clone(),
        };
        let response = Struct {
            doc: String::new(),
            name: format!("{pascal}Response"),
            fields: fields(&endpoint.response),
            rules: Vec::new(),
            direction: Direction { sent: false, received: true },
        };
        (request, response)
    }

    fn document(&self, document: spec::NamedDocument<'_>) -> (Document, Struct) {
        let spec::NamedDocument { kind, name, definition } = document;
        let (head, is_sent) = (&definition.head, document.part().is_sent());
        let ty = pascal(name);
        let fields = Struct {
            doc: String::new(),
            name: ty.clone(),
            fields: definition.fields.iter().map(|(wire, field)| self.field(wire, field)).collect(),
            rules: head.rules.iter().filter_map(WrittenRule::meaning).collect(),
            direction: Direction { sent: is_sent, received: !is_sent },
        };
        let lowered = Document {
            kind,
            name: name.to_owned(),
            id: format!("{}.{name}", self.stem),
            ty,
            title: head.title.clone(),
            summary: paragraph(&head.summary),
            notes: head.notes.as_deref().map(|notes| notes.trim().to_owned()),
            doc: head.doc.clone(),
            wire: head.wire.clone(),
            deadline: head.deadline,
            ends_job: head.ends_job.as_deref().map(FieldPath::new),
            examples: head.examples.clone(),
        };
        (lowered, fields)
    }

    fn structure(&self, name: &str, structure: &spec::Struct) -> Struct {
        Struct {
            name: name.to_owned(),
            doc: paragraph(&structure.doc),
            rules: structure.rules.iter().filter_map(WrittenRule::meaning).collect(),
            fields: structure.fields.iter().map(|(wire, field)| self.field(wire, field)).collect(),
            direction: self.direction(name),
        }
    }

    fn field(&self, wire: &str, field: &spec::Field) -> Field {
        let default = field.default.as_ref().and_then(|value| serde_json::to_value(value).ok());
        Field {
            wire: wire.to_owned(),
            rust: field.rename.clone().unwrap_or_else(|| snake(wire)),
            ty: self.ty(&field.ty),
            optional: field.optional,
            doc: paragraph(&field.doc),
            quirk: field.quirk.as_deref().map(paragraph),
            default: default.map(Box::new),
            limits: field.limits.clone(),
            each: field.each.0.clone(),
            place: field.place,
            signs: false,
            embed: field.embed,
            misspelt: field.misspelt.clone(),
            aka: field.aka.clone(),
            item: field.item.clone(),
            count: field.count.clone(),
            unit: field.unit,
        }
    }

    fn enumeration(&self, name: &str, enumeration: &spec::Enum) -> Enum {
        let values = enumeration.values.iter().map(|(wire, value)| EnumValue {
            wire: wire.clone(),
            name: value.name.clone(),
            doc: value.doc.as_deref().map(paragraph),
        });
        Enum {
            name: name.to_owned(),
            doc: paragraph(&enumeration.doc),
            repr: enumeration.repr,
            values: values.collect(),
            direction: self.direction(name),
        }
    }

    fn union(&self, name: &str, union: &spec::Union) -> Union {
        let variants = union.variants.iter().map(|(tag, variant)| Variant {
            tag: tag.clone(),
            content: variant.content(tag).to_owned(),
            name: variant.name.clone().unwrap_or_else(|| pascal(tag)),
            doc: variant.doc.as_deref().map(paragraph),
            ty: variant.ty.as_ref().map(|ty| self.ty(ty)),
        });
        Union {
            name: name.to_owned(),
            doc: paragraph(&union.doc),
            style: union.style,
            tag: union.tag.clone().unwrap_or_default(),
            repr: union.repr,
            variants: variants.collect(),
            direction: self.direction(name),
        }
    }

    fn types<'t>(
        &self,
        structs: impl Iterator<Item = (&'t String, &'t spec::Struct)>,
        enums: impl Iterator<Item = (&'t String, &'t spec::Enum)>,
        unions: impl Iterator<Item = (&'t String, &'t spec::Union)>,
    ) -> Vec<Type> {
        let structs = structs.map(|(name, structure)| Type::Struct(self.structure(name, structure)));
        let enums = enums.map(|(name, enumeration)| Type::Enum(self.enumeration(name, enumeration)));
        let unions = unions.map(|(name, union)| Type::Union(self.union(name, union)));
        structs.chain(enums).chain(unions).collect()
    }

    fn imported(&self) -> Vec<Type> {
        let spec::File { structs, enums, unions, .. } = self.file;
        self.types(structs.imported(), enums.imported(), unions.imported())
    }

    fn direction(&self, name: &str) -> Direction {
        self.directions.get(name).copied().unwrap_or_default()
    }

    fn ty(&self, ty: &TypeExpr) -> Ty {
        match ty {
            TypeExpr::Scalar(scalar) => match scalar {
                Scalar::String => Ty::String,
                Scalar::Bool => Ty::Bool,
                Scalar::Flag => Ty::Flag,
                Scalar::Int => Ty::Int,
                Scalar::Uint => Ty::Uint,
                Scalar::F64 => Ty::F64,
                Scalar::Timestamp => Ty::Timestamp,
                Scalar::Secret => Ty::Secret,
                Scalar::Any => Ty::Any,
                Scalar::File => Ty::File,
            },
            TypeExpr::Generic(generic, inner) => {
                let inner = Box::new(self.ty(inner));
                match generic {
                    Generic::List => Ty::List(inner),
                    Generic::Map => Ty::Map(inner),
                    Generic::Json => Ty::Json(inner),
                    Generic::Pipe => Ty::Pipe(inner),
                    Generic::Csv => Ty::Csv(inner),
                    Generic::OrText => Ty::OrText(inner),
                }
            }
            TypeExpr::Named(name) => match self.file.enums.get(name) {
                Some(enumeration) => Ty::Enum(name.clone(), enumeration.repr),
                None => match self.file.unions.get(name) {
                    Some(union) => Ty::Union(name.clone(), union.style),
                    None => Ty::Struct(name.clone()),
                },
            },
        }
    }

    fn endpoint(&self, name: &str, endpoint: &spec::Endpoint, [request, response]: [&Struct; 2]) -> Endpoint {
        let head = &endpoint.head;
        let (_, path) = head.method_and_path();
        let (rates, quotas) = quota::of(self.stem, name, &self.file.endpoints);
        Endpoint {
            name: name.to_owned(),
            id: format!("{}.{name}", self.stem),
            request: request.name.clone(),
            response: response.name.clone(),
            title: head.title.clone(),
            summary: paragraph(&head.summary),
            notes: head.notes.as_deref().map(|notes| notes.trim().to_owned()),
            doc: head.doc.clone(),
            method: head.method(),
            path: path.to_owned(),
            token: head.token,
            safe: head.safe,
            rates,
            quotas,
            recipients: self.spec.recipients(path).map(|(_, field)| field.to_owned()),
            concurrency: head.concurrency,
            answers: head.answers.clone(),
            codes: codes(&endpoint.codes, self.spec.codes.as_ref()),
            pagination: head
                .pagination
                .as_ref()
                .map(|pagination| self.pagination(pagination, request, response)),
            job: head.job.as_ref().map(|job| self.job(job, response)),
            helper: head.helper,
            grants: head.grants.clone(),
            keeps: head.keeps.iter().map(|keeps| self.keeps(keeps, path, endpoint)).collect(),
            host: head.host,
            body: head.body,
            answer: head.answer,
            errcode: head.errcode,
            partial: head.partial.clone(),
            sign: head.sign.clone(),
            examples: head
                .examples
                .iter()
                .map(|example| Example {
                    note: example.note.as_deref().map(paragraph),
                    request: example.request.clone().unwrap_or_else(|| "{}".to_owned()),
                    response: example.response.clone(),
                })
                .collect(),
        }
    }

    fn pagination(&self, pagination: &spec::Pagination, request: &Struct, response: &Struct) -> Pagination {
        let path = |name: &Option<String>| name.as_deref().map(FieldPath::new);
        let start = path(&pagination.cursor).or(path(&pagination.offset));
        let start = start.expect("checked: a cursor or an offset");
        let next = path(&pagination.next);
        let items = path(&pagination.items);
        let more = path(&pagination.more).map(|path| (Continuation::More, path));
        let end = path(&pagination.end).map(|path| (Continuation::End, path));
        let total = path(&pagination.total).map(|path| (Continuation::Total, path));
        let starts =
            [Some(self.ty_at(request, &start)), next.as_ref().map(|next| self.ty_at(response, next))];
        Pagination {
            numeric: starts.into_iter().flatten().any(|ty| ty != Ty::String),
            item: items.as_ref().and_then(|items| self.ty_at(response, items).inner().cloned()),
            next: next.map_or_else(|| Next::Offset { limit: path(&pagination.limit) }, Next::Cursor),
            continuation: more.or(end).or(total),
            start,
            items,
        }
    }

    fn job(&self, job: &spec::Job, response: &Struct) -> Job {
        let status = FieldPath::new(&job.status);
        let ty = self.ty_at(response, &status);
        let meaning = match ty.name() {
            Some(ty) => {
                let values = &self.file.enums[ty].values;
                let names = |wires: &[serde_json::Value]| {
                    wires.iter().map(|wire| values[&spec::wire_text(wire)].name.clone()).collect()
                };
                Meaning::Enum { ty: ty.to_owned(), done: names(&job.done), failed: names(&job.failed) }
            }
            None => {
                Meaning::Bool(job.when_true(ty == Ty::Flag).expect("checked: one boolean is that of the end"))
            }
        };
        Job { id: FieldPath::new(&job.id), error: job.error.as_deref().map(FieldPath::new), status, meaning }
    }

    fn keeps(&self, keeps: &spec::Keeps, path: &str, endpoint: &spec::Endpoint) -> Keeps {
        let id = keeps.id.as_deref().map(FieldPath::new);
        Keeps {
            thing: keeps.thing.clone(),
            does: keeps.does(path).expect("checked: it is clear what becomes of the thing"),
            id,
            from: keeps.from.as_deref().map(FieldPath::new),
            renames: keeps.renames.clone(),
            like: keeps.like.clone(),
            adopts: keeps.adopts,
            existing: keeps.existing.clone(),
            content: keeps.content.clone(),
            with: keeps.with.clone(),
            parts: keeps.parts.clone(),
            sets: keeps.sets.clone(),
            only: keeps.only.clone(),
            refused: keeps.refused,
            makes: keeps.makes.clone(),
            adds: keeps.adds.clone(),
            drops: keeps.drops.clone(),
            at: spec::shown_at(keeps, self.file, endpoint),
            narrowed: keeps.narrowed.clone(),
            through: keeps.through.clone(),
            below: keeps.below.clone(),
            each: keeps.each.clone(),
            shows: keeps.shows.clone(),
            any: keeps.any.clone(),
            missing: keeps.missing.clone(),
            unknown: keeps.unknown,
            taken: keeps.taken,
        }
    }

    /// Returns the type of the field at the end of a path that starts at a struct.
    fn ty_at(&self, structure: &Struct, path: &FieldPath) -> Ty {
        let first = structure.field(path.first()).expect("checked: the field exists");
        path.steps().skip(1).fold(first.ty.clone(), |ty, name| {
            let structure = ty.name().and_then(|name| self.file.structs.get(name));
            let field = structure.and_then(|structure| structure.fields.get(name));
            self.ty(&field.expect("checked: the field exists").ty)
        })
    }
}

/// Returns the directions in which each named type is used: types reachable from a request are sent, those reachable from
/// a response are received.
fn directions(file: &spec::File) -> HashMap<&str, Direction> {
    let mut directions: HashMap<&str, Direction> = HashMap::new();
    for (part, fields) in file.operations().flat_map(|operation| operation.parts) {
        let mut pending: Vec<&str> = fields.values().filter_map(|field| field.ty.name()).collect();
        while let Some(name) = pending.pop() {
            let direction = directions.entry(name).or_default();
            let seen = if part.is_sent() { &mut direction.sent } else { &mut direction.received };
            if !std::mem::replace(seen, true) {
                pending.extend(file.made_of(name).filter_map(TypeExpr::name));
            }
        }
    }
    directions
}

/// Returns a text as one paragraph that ends with punctuation.
fn paragraph(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', ':', '。']) { text.to_owned() } else { format!("{text}.") }
}
