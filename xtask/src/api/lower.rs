//! The third stage: names, directions and order are decided. A spec that passed the checks always lowers.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;

use crate::api::{
    Api, Codes, Direction, Endpoint, Enum, EnumValue, ErrorCode, Example, Field, Grants, Method, Module,
    Next, Pagination, Rest, Rule, Sign, Struct, Ty, Type, Union, Variant, Way,
};
use crate::spec::names::{pascal, snake};
use crate::spec::source::Source;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{self, Answer, Limit, Period, Spec};

/// Where the pages are.
const PAGE: &str = "https://developer.work.weixin.qq.com/document/path/";

/// Lowers a spec that passed its checks.
pub fn spec(spec: &Spec, sources: &[Source]) -> Api {
    let mut modules: Vec<Module> =
        spec.files.iter().map(|file| module(file, &sources[file.source])).collect();
    modules.sort_by_key(|module| (module.family.clone(), module.chapter.clone()));
    Api { modules, codes: spec.codes.as_ref().map(|table| codes(table, &sources[table.source])) }
}

fn codes(table: &spec::Codes, source: &Source) -> Codes {
    let entries = table.codes.iter().map(|(code, entry)| ErrorCode {
        code: code.parse().expect("the checks saw that it is an integer"),
        name: entry.name.clone(),
        doc: paragraph(&entry.doc),
        help: entry.help.as_deref().map(paragraph),
    });
    let mut codes: Vec<ErrorCode> = entries.collect();
    codes.sort_by_key(|code| code.code);
    let page = format!("[{}]({PAGE}{})", table.title, table.doc.page);
    let updated = table.doc.updated.as_ref().map(|date| format!(", as of {date}")).unwrap_or_default();
    let doc = format!("{}\n\n{page}{updated}.", paragraph(&table.summary));
    Codes { spec: source.path.clone(), doc, codes }
}

fn module(file: &spec::File, source: &Source) -> Module {
    let lowering = Lowering { file, directions: directions(file) };
    let (family, chapter) = match source.stem.split_once('.') {
        Some((family, chapter)) => (family.to_owned(), Some(chapter.to_owned())),
        None => (source.stem.clone(), None),
    };
    let mut endpoints = Vec::new();
    let mut types = Vec::new();
    for (name, endpoint) in &file.endpoints {
        let (request, response) = lowering.request_and_response(name, endpoint);
        endpoints.push(lowering.endpoint(name, endpoint, &source.stem, &request, &response));
        types.push(Type::Struct(request));
        if endpoint.head.answer != Answer::File {
            types.push(Type::Struct(response));
        }
    }
    types.extend(
        file.structs.iter().map(|(name, structure)| Type::Struct(lowering.structure(name, structure))),
    );
    types.extend(
        file.enums.iter().map(|(name, enumeration)| Type::Enum(lowering.enumeration(name, enumeration))),
    );
    types.extend(file.unions.iter().map(|(name, union)| Type::Union(lowering.union(name, union))));
    Module {
        spec: source.path.clone(),
        family,
        chapter,
        title: file.title.clone(),
        summary: paragraph(&file.summary),
        endpoints,
        types,
    }
}

struct Lowering<'a> {
    file: &'a spec::File,
    directions: HashMap<&'a str, Direction>,
}

impl Lowering<'_> {
    fn request_and_response(&self, name: &str, endpoint: &spec::Endpoint) -> (Struct, Struct) {
        let head = &endpoint.head;
        let pascal = pascal(name);
        let call = format!("`{}` · [{}]({PAGE}{})", head.call, head.title, head.doc.page);
        let notes = head.notes.as_deref().map(|notes| notes.trim().to_owned());
        let text: Vec<String> = std::iter::once(paragraph(&head.summary)).chain(notes.clone()).collect();
        let mut doc = vec![paragraph(&head.summary), call];
        if let Some(rates) = rates_text(&head.rate, head.concurrency) {
            doc.push(rates);
        }
        doc.extend(head.rules.iter().filter_map(rule_text));
        doc.extend(notes);
        let fields = |fields: &IndexMap<String, spec::Field>| -> Vec<Field> {
            fields.iter().map(|(wire, field)| self.field(wire, field)).collect()
        };
        let mut request_fields = fields(&endpoint.request);
        if let Some(sign) = &head.sign {
            for field in &mut request_fields {
                field.signs = [&sign.nonce, &sign.ts, &sign.sig].contains(&&field.wire);
            }
        }
        let request = Struct {
            name: pascal.clone(),
            doc: doc.join("\n\n"),
            text: text.join("\n\n"),
            rules: rules(&head.rules, &request_fields),
            fields: request_fields,
            direction: Direction { sent: true, received: false },
        };
        let response = Struct {
            doc: format!("The answer to [`{pascal}`]."),
            text: String::new(),
            name: format!("{pascal}Response"),
            fields: fields(&endpoint.response),
            rules: Vec::new(),
            direction: Direction { sent: false, received: true },
        };
        (request, response)
    }

    fn structure(&self, name: &str, structure: &spec::Struct) -> Struct {
        let fields: Vec<Field> =
            structure.fields.iter().map(|(wire, field)| self.field(wire, field)).collect();
        let mut doc = vec![paragraph(&structure.doc)];
        doc.extend(structure.rules.iter().filter_map(rule_text));
        Struct {
            name: name.to_owned(),
            doc: doc.join("\n\n"),
            text: paragraph(&structure.doc),
            rules: rules(&structure.rules, &fields),
            fields,
            direction: self.direction(name),
        }
    }

    fn field(&self, wire: &str, field: &spec::Field) -> Field {
        let limits = field.limits();
        Field {
            wire: wire.to_owned(),
            rust: field.rename.clone().unwrap_or_else(|| snake(wire)),
            ty: self.ty(&field.ty),
            optional: field.optional,
            doc: field_doc(field, &limits),
            text: field_text(field),
            default: field.default.as_ref().map(yaml_text),
            default_value: field
                .default
                .as_ref()
                .and_then(|value| serde_json::to_value(value).ok())
                .map(Box::new),
            limits,
            place: field.place,
            signs: false,
            embed: field.embed,
            quirk: field.quirk.is_some(),
            misspelt: field.misspelt.clone(),
        }
    }

    fn enumeration(&self, name: &str, enumeration: &spec::Enum) -> Enum {
        let values = enumeration.values.iter().map(|(wire, value)| EnumValue {
            wire: wire.clone(),
            name: value.name.clone(),
            doc: match &value.doc {
                Some(doc) => format!("`{wire}`: {}", paragraph(doc)),
                None => format!("`{wire}`"),
            },
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
            doc: match &variant.doc {
                Some(doc) => format!("`{tag}`: {}", paragraph(doc)),
                None => format!("`{tag}`"),
            },
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

    fn direction(&self, name: &str) -> Direction {
        self.directions.get(name).copied().unwrap_or_default()
    }

    fn ty(&self, ty: &TypeExpr) -> Ty {
        match ty {
            TypeExpr::Scalar(scalar) => match scalar {
                Scalar::String => Ty::String,
                Scalar::Bool => Ty::Bool,
                Scalar::Flag => Ty::Flag,
                Scalar::I32 => Ty::I32,
                Scalar::U32 => Ty::U32,
                Scalar::I64 => Ty::I64,
                Scalar::U64 => Ty::U64,
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

    fn endpoint(
        &self,
        name: &str,
        endpoint: &spec::Endpoint,
        stem: &str,
        request: &Struct,
        response: &Struct,
    ) -> Endpoint {
        let head = &endpoint.head;
        let (method, path) = head.method_and_path();
        Endpoint {
            name: name.to_owned(),
            id: format!("{stem}.{name}"),
            request: request.name.clone(),
            response: response.name.clone(),
            title: head.title.clone(),
            page_url: format!("{PAGE}{}", head.doc.page),
            doc_id: head.doc.id,
            method: if method == "GET" { Method::Get } else { Method::Post },
            path: path.to_owned(),
            token: head.token,
            safe: head.safe,
            rates: head.rate.iter().map(|rate| (rate.calls, rate.per)).collect(),
            concurrency: head.concurrency,
            pagination: head
                .pagination
                .as_ref()
                .map(|pagination| self.pagination(pagination, request, response)),
            grants: head.grants.as_ref().map(|grants| Grants {
                kind: grants.kind,
                token: grants.token.clone(),
                expires: grants.expires.clone(),
                id: grants.credentials.id.clone(),
                secret: grants.credentials.secret.clone(),
            }),
            host: head.host,
            body: head.body,
            answer: head.answer,
            sign: head.sign.as_ref().map(|sign| Sign {
                nonce: find(&request.fields, &sign.nonce),
                ts: find(&request.fields, &sign.ts),
                sig: find(&request.fields, &sign.sig),
            }),
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
        let sent = |name: &Option<String>| name.as_ref().map(|name| find(&request.fields, name));
        let way = |name: &Option<String>| name.as_ref().map(|name| self.way(&response.fields, name));
        let more = way(&pagination.more).map(Rest::More);
        let end = way(&pagination.end).map(Rest::End);
        let total = way(&pagination.total).map(Rest::Total);
        Pagination {
            start: sent(&pagination.cursor)
                .or(sent(&pagination.offset))
                .expect("checked: a cursor or an offset"),
            next: way(&pagination.next)
                .map_or_else(|| Next::Offset { limit: sent(&pagination.limit) }, Next::Cursor),
            rest: more.or(end).or(total),
            items: way(&pagination.items),
        }
    }

    /// The steps of a path from some fields on.
    fn way(&self, fields: &[Field], path: &str) -> Way {
        let mut steps: Vec<Field> = Vec::new();
        for name in path.split('.') {
            let step = match steps.last().and_then(|step| step.ty.name()) {
                None => find(fields, name),
                Some(structure) => {
                    let (wire, field) = self.file.structs[structure]
                        .fields
                        .get_key_value(name)
                        .expect("checked: the field exists");
                    self.field(wire, field)
                }
            };
            steps.push(step);
        }
        Way(steps)
    }
}

/// In which directions each named type is used: what a request reaches is sent, what a response reaches is received.
fn directions(file: &spec::File) -> HashMap<&str, Direction> {
    let mut directions: HashMap<&str, Direction> = HashMap::new();
    for endpoint in file.endpoints.values() {
        for (fields, sent) in [(&endpoint.request, true), (&endpoint.response, false)] {
            let mut pending: Vec<&str> = fields.values().filter_map(|field| field.ty.name()).collect();
            while let Some(name) = pending.pop() {
                let direction = directions.entry(name).or_default();
                let seen = if sent { &mut direction.sent } else { &mut direction.received };
                if std::mem::replace(seen, true) {
                    continue;
                }
                let fields =
                    file.structs.get(name).into_iter().flat_map(|structure| structure.fields.values());
                pending.extend(fields.filter_map(|field| field.ty.name()));
                let variants = file.unions.get(name).into_iter().flat_map(|union| union.variants.values());
                pending.extend(variants.filter_map(|variant| variant.ty.as_ref()?.name()));
            }
        }
    }
    directions
}

/// A field's documentation: what it is, then what it may be.
fn field_doc(field: &spec::Field, limits: &[Limit]) -> String {
    let mut doc = paragraph(&field.doc);
    let mut facts = Vec::new();
    if let Some(default) = &field.default {
        facts.push(format!("default {}", yaml_text(default)));
    }
    facts.extend(limits_text(limits));
    if !facts.is_empty() {
        let mut text = facts.join(", ");
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        doc = format!("{doc} {text}.");
    }
    if let Some(quirk) = &field.quirk {
        doc = format!("{doc}\n\n{}", paragraph(quirk));
    }
    doc
}

/// What the spec says of a field in words.
fn field_text(field: &spec::Field) -> String {
    let quirk = field.quirk.as_deref().map(paragraph);
    let texts: Vec<String> = std::iter::once(paragraph(&field.doc)).chain(quirk).collect();
    texts.join("\n\n")
}

fn limits_text(limits: &[Limit]) -> Vec<String> {
    let mut ranges: BTreeMap<&str, (Option<i64>, Option<i64>)> = BTreeMap::new();
    for limit in limits {
        let unit = match limit {
            Limit::MaxBytes(_) => " bytes",
            Limit::MaxChars(_) | Limit::MinChars(_) => " characters",
            Limit::MaxItems(_) | Limit::MinItems(_) => " items",
            Limit::Max(_) | Limit::Min(_) => "",
        };
        let range = ranges.entry(unit).or_default();
        match limit {
            Limit::MinChars(_) | Limit::MinItems(_) | Limit::Min(_) => range.0 = Some(limit.number()),
            _ => range.1 = Some(limit.number()),
        }
    }
    let text = ranges.into_iter().filter_map(|(unit, range)| match range {
        (Some(min), Some(max)) if min == max => Some(format!("exactly {max}{unit}")),
        (Some(min), Some(max)) => Some(format!("{min} to {max}{unit}")),
        (None, Some(max)) => Some(format!("at most {max}{unit}")),
        (Some(min), None) => Some(format!("at least {min}{unit}")),
        (None, None) => None,
    });
    text.collect()
}

fn rates_text(rates: &[spec::Rate], concurrency: Option<u32>) -> Option<String> {
    let rates = rates.iter().map(|rate| format!("{} calls a {}", rate.calls, period(rate.per)));
    let texts: Vec<String> = rates.chain(concurrency.map(|calls| format!("{calls} calls at once"))).collect();
    (!texts.is_empty()).then(|| format!("Rate limit: {}.", texts.join(", ")))
}

/// A period in English.
pub fn period(period: Period) -> &'static str {
    match period {
        Period::Second => "second",
        Period::Minute => "minute",
        Period::Hour => "hour",
        Period::Day => "day",
        Period::Month => "month",
    }
}

fn rule_text(rule: &spec::Rule) -> Option<String> {
    let list = |names: &[String]| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        quoted.join(", ")
    };
    if let Some(span) = &rule.max_span {
        return Some(format!("From `{}` to `{}` it is at most {} days.", span.from, span.to, span.days));
    }
    if let Some(names) = &rule.exactly_one {
        return Some(format!("Exactly one of {} is set.", list(names)));
    }
    if let Some(names) = &rule.at_least_one {
        return Some(format!("At least one of {} is set.", list(names)));
    }
    if let Some(names) = &rule.at_most_one {
        return Some(format!("At most one of {} is set.", list(names)));
    }
    let required = rule.required_when.as_ref()?;
    let values: Vec<String> = required.is.iter().map(|value| format!("`{}`", scalar_text(value))).collect();
    Some(format!("`{}` is required when `{}` is {}.", required.field, required.when, values.join(" or ")))
}

fn rules(rules: &[spec::Rule], fields: &[Field]) -> Vec<Rule> {
    let all = |names: &[String]| names.iter().map(|wire| find(fields, wire)).collect();
    let lowered = rules.iter().filter_map(|rule| {
        if let Some(span) = &rule.max_span {
            return Some(Rule::MaxSpan {
                from: find(fields, &span.from),
                to: find(fields, &span.to),
                days: span.days,
            });
        }
        if let Some(names) = &rule.exactly_one {
            return Some(Rule::ExactlyOne(all(names)));
        }
        if let Some(names) = &rule.at_least_one {
            return Some(Rule::AtLeastOne(all(names)));
        }
        if let Some(names) = &rule.at_most_one {
            return Some(Rule::AtMostOne(all(names)));
        }
        let required = rule.required_when.as_ref()?;
        let is = required.is.iter().map(scalar_text).collect();
        Some(Rule::RequiredWhen {
            field: find(fields, &required.field),
            when: find(fields, &required.when),
            is,
        })
    });
    lowered.collect()
}

/// The field with a wire name.
fn find(fields: &[Field], wire: &str) -> Field {
    fields.iter().find(|field| field.wire == wire).cloned().expect("checked: the field exists")
}

/// A YAML scalar as it would stand on the wire.
fn scalar_text(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::String(text) => text.clone(),
        serde_yaml::Value::Bool(value) => u8::from(*value).to_string(),
        serde_yaml::Value::Number(number) => number.to_string(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

fn yaml_text(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::String(text) => format!("`{text}`"),
        serde_yaml::Value::Number(number) => number.to_string(),
        serde_yaml::Value::Bool(value) => value.to_string(),
        other => format!("`{}`", serde_json::to_string(other).unwrap_or_default()),
    }
}

/// A text as one paragraph that ends like a sentence.
fn paragraph(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?', ':', '。']) { text.to_owned() } else { format!("{text}.") }
}
