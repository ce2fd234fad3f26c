//! From what a page says to a draft of the spec.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Number, Value};

use super::page::{Contents, Section, Table};
use super::text::{self, Base, DocType};
use super::tree::{self, Fields, Node, Tables, same};
use super::types::{Definition, EnumValue, Field, Ty, Types, Variant, pascal, singular};
use crate::names;
use crate::pages::Kind;
use crate::spec::Token;

/// A draft of a page's endpoints.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The endpoints.
    pub(super) endpoints: Vec<Endpoint>,
    /// Their types.
    pub(super) types: Types,
}

/// A draft of an endpoint.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub name: String,
    pub title: String,
    pub doc: (u32, u32, Option<String>),
    pub method: String,
    pub path: String,
    pub token: Token,
    /// Other keys, as they stand in the spec; with doubts as lines of comment.
    pub keys: Vec<String>,
    pub request: Vec<Field>,
    pub response: Vec<Field>,
    pub examples: Vec<Example>,
}

/// A request and its response.
#[derive(Debug)]
pub(super) struct Example {
    pub doubts: Vec<String>,
    pub request: Option<Value>,
    pub response: Value,
}

/// Drafts what a page documents, with types whose names are not `taken`.
pub(super) fn page(id: u32, number: Option<u32>, contents: &Contents, taken: Names) -> Draft {
    let mut types = Types::besides(taken.types);
    let mut named: Vec<(String, &Section)> = Vec::new();
    for section in &contents.sections {
        let name = endpoint_name(&section.path, |name| {
            taken.endpoints.contains(&name.to_owned())
                || named.iter().any(|(known, _)| known == name)
                || types.is_taken(&names::pascal(name))
        });
        types.take(&names::pascal(&name));
        types.take(&format!("{}Response", names::pascal(&name)));
        named.push((name, section));
    }
    let mut drafter = Drafter { types, named: &contents.named, unplaced: Vec::new() };
    let endpoints: Vec<Endpoint> = named
        .into_iter()
        .map(|(name, section)| {
            let doc = (id, number.unwrap_or_default(), contents.updated.clone());
            drafter.endpoint(name, doc, section)
        })
        .collect();
    let fields = endpoints.iter().flat_map(|endpoint| endpoint.request.iter().chain(&endpoint.response));
    drafter.types.keep_needed(fields);
    Draft { endpoints, types: drafter.types }
}

/// The names that a file has already.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub endpoints: Vec<String>,
    pub types: Vec<String>,
}

/// The last part of a path; with those before it where it is taken.
fn endpoint_name(path: &str, taken: impl Fn(&str) -> bool) -> String {
    let parts: Vec<String> =
        path.split('/').filter(|part| !part.is_empty() && *part != "cgi-bin").map(names::snake).collect();
    let tail = |length: usize| parts[parts.len().saturating_sub(length)..].join("_");
    let usable = |name: &String| names::is_snake(name) && !taken(name);
    let found = (1..=parts.len().max(1)).map(tail).find(usable);
    found.unwrap_or_else(|| {
        let base = tail(parts.len());
        let base = if names::is_snake(&base) { base } else { "endpoint".to_owned() };
        let numbered = (2_u32..).map(|number| format!("{base}_{number}"));
        numbered.take(10_000).find(|name| !taken(name)).unwrap_or(base)
    })
}

/// What is to be said of a field besides its type.
#[derive(Debug, Default)]
struct Notes {
    doubts: Vec<String>,
    quirk: Option<String>,
}

impl Notes {
    fn doubt(&mut self, text: impl Into<String>) {
        self.doubts.push(text.into());
    }

    /// A contradiction between table and example.
    fn quirk(&mut self, text: &str) {
        self.doubts.push(format!("{text}: quirk"));
        self.quirk = Some(format!("TODO: {text}"));
    }
}

/// Where a field stands.
#[derive(Debug, Clone, Copy)]
struct Place<'p> {
    /// The name of the type it belongs to.
    owner: &'p str,
    side: Kind,
    /// How many objects it could have stood in.
    objects: usize,
}

struct Drafter<'a> {
    types: Types,
    /// The tables of named objects and values.
    named: &'a [Table],
    /// The tables of the endpoint at hand that belong to no field, as comments.
    unplaced: Vec<String>,
}

impl<'a> Drafter<'a> {
    fn endpoint(&mut self, name: String, doc: (u32, u32, Option<String>), section: &'a Section) -> Endpoint {
        let owner = names::pascal(&name);
        let token = token(section);
        let encoding = Encoding::of(section);
        let unsaid = !section.method_said
            && section.requests.is_empty()
            && section.query.len() > 1
            && !encoding.flat();
        let method = if unsaid { "GET" } else { section.method.as_str() };
        let requests = encoding.requests(section);
        let responses = encoding.responses(section);
        let request = self.request(&owner, section, method, &encoding, token, &requests);
        let response = if encoding.file_answer && !encoding.json_answer {
            Vec::new()
        } else {
            self.response(&format!("{owner}Response"), section, &encoding, &responses)
        };
        let mut keys = encoding.keys();
        keys.extend(pace(section));
        keys.extend(paging(&request, &response));
        keys.append(&mut self.unplaced);
        if unsaid {
            keys.push("# ? the page doesn't say the method".to_owned());
        }
        if method == "GET" || ["get", "list", "search", "query"].iter().any(|verb| name.starts_with(verb)) {
            keys.push("# ? safe: true, if it only reads".to_owned());
        }
        let examples = self.examples(&request, &response, &encoding, requests, responses);
        Endpoint {
            name,
            title: section.title.clone(),
            doc,
            method: method.to_owned(),
            path: section.path.clone(),
            token,
            keys,
            request,
            response,
            examples,
        }
    }

    /// The fields of a side: what its examples show and its tables say.
    fn tree<'v>(&mut self, section: &'v Section, side: Kind, bodies: &[&'v Map<String, Value>]) -> Fields<'v>
    where
        'a: 'v,
    {
        let mut fields = tree::shown(bodies);
        let (own, other) = section.tables.iter().partition(|table| table.side == side);
        let tables = Tables { own, other, named: self.named };
        let parts = section.parts.iter().filter(|(at, _)| *at == side).map(|(_, part)| part);
        for table in tree::describe(&mut fields, &tables, parts) {
            let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
            let of = table.name.as_deref().map(|name| format!(" of {name}")).unwrap_or_default();
            self.unplaced.push(format!("# ? a table{of} without a place: {}", names.join(", ")));
        }
        fields
    }

    fn request(
        &mut self,
        owner: &str,
        section: &'a Section,
        method: &str,
        encoding: &Encoding,
        token: Token,
        requests: &[Value],
    ) -> Vec<Field> {
        let bodies: Vec<&Map<String, Value>> = requests.iter().filter_map(Value::as_object).collect();
        let mut fields = self.tree(section, Kind::Request, &bodies);
        let get = method == "GET";
        for name in &section.query {
            if !fields.contains_key(name) {
                fields.insert(name.clone(), Node::default());
            }
        }
        fields.retain(|name, node| {
            let is_token = Some(name.as_str()) == token.parameter() || name == "access_token";
            !(is_token && node.values.is_empty())
        });
        let place = Place { owner, side: Kind::Request, objects: bodies.len() };
        let mut drafted = self.fields(&fields, place, &bodies);
        for field in &mut drafted {
            let in_query = section.query.contains(&field.name);
            let shown = fields.get(&field.name).is_some_and(|node| !node.values.is_empty());
            if encoding.file_field.as_deref() == Some(&field.name) {
                field.ty = Ty::Scalar("file");
                field.keys.retain(|(key, _)| *key == "doc");
                field.optional = false;
            } else if get || encoding.flat() || in_query && !shown {
                self.flatten(field);
            }
            if in_query && !get && !shown {
                field.keys.push(("in", "query".to_owned()));
            }
        }
        if let Some(name) = &encoding.file_field
            && !drafted.iter().any(|field| field.name == *name)
        {
            let doubts = vec!["the form on the page has this part".to_owned()];
            let ty = Ty::Scalar("file");
            drafted.push(Field {
                name: name.clone(),
                optional: false,
                ty,
                keys: Vec::new(),
                doc: String::new(),
                doubts,
            });
        }
        drafted
    }

    /// A field where there are no objects and lists.
    fn flatten(&self, field: &mut Field) {
        let nested = match &field.ty {
            Ty::Scalar(name) => *name == "any",
            Ty::Like(_) => true,
            Ty::Generic(name, _) => matches!(*name, "list" | "map"),
            Ty::Named(name) => !matches!(self.types.get(name), Some(Definition::Enum { .. })),
        };
        if nested {
            field.doubts.push(format!("the page says `{}`, which can't be sent here", field.ty));
            field.ty = Ty::Scalar("string");
            field.keys.retain(|(key, _)| matches!(*key, "quirk"));
        }
    }

    fn response(
        &mut self,
        owner: &str,
        section: &'a Section,
        encoding: &Encoding,
        responses: &[Value],
    ) -> Vec<Field> {
        let bodies: Vec<&Map<String, Value>> = responses.iter().filter_map(Value::as_object).collect();
        let mut fields = self.tree(section, Kind::Response, &bodies);
        for name in ["errcode", "errmsg"] {
            fields.shift_remove(name);
        }
        let place = Place { owner, side: Kind::Response, objects: bodies.len() };
        let mut drafted = self.fields(&fields, place, &bodies);
        if encoding.xml {
            for field in &mut drafted {
                self.flatten(field);
            }
        }
        drafted
    }

    fn fields(
        &mut self,
        fields: &Fields<'_>,
        place: Place<'_>,
        objects: &[&Map<String, Value>],
    ) -> Vec<Field> {
        let mut drafted = Vec::new();
        let tagged = Tagged::find(fields, objects);
        for (name, node) in fields {
            match &tagged {
                Some(tagged) if tagged.tag == *name => drafted.push(self.embedded(tagged, fields, place)),
                Some(tagged) if tagged.contents().any(|key| key == name) => {}
                _ => drafted.push(self.field(name, node, place)),
            }
        }
        rename(&mut drafted);
        drafted
    }

    /// The field that stands for a tag and the contents beside it.
    fn embedded(&mut self, tagged: &Tagged, fields: &Fields<'_>, place: Place<'_>) -> Field {
        let free = ["content", "detail", "body", "variant", "embedded_content"];
        let name = free.into_iter().find(|name| !fields.contains_key(*name)).unwrap_or("tagged_content");
        let slot = self.types.open();
        let definition = self.union(tagged, fields, place);
        let ty = self.types.close(slot, &format!("{}Content", place.owner), place.owner, None, definition);
        let doc =
            fields.get(&tagged.tag).and_then(|node| node.row).map(|row| row.doc.clone()).unwrap_or_default();
        Field {
            name: name.to_owned(),
            optional: false,
            ty,
            keys: vec![("embed", "true".to_owned())],
            doc,
            doubts: vec![format!("`{}` names the field beside it", tagged.tag)],
        }
    }

    fn union(&mut self, tagged: &Tagged, fields: &Fields<'_>, place: Place<'_>) -> Definition {
        let mut variants = Vec::new();
        for (wire, key) in &tagged.variants {
            let node = key.as_ref().and_then(|key| fields.get(key));
            let ty = key.as_ref().zip(node).map(|(key, node)| {
                let mut notes = Notes::default();
                let place = Place { objects: 0, ..place };
                self.node_type(&format!("{key}_content"), node, place, &mut notes)
            });
            let name = if tagged.text {
                let name = pascal(wire);
                (ty.is_none() || name != names::pascal(wire)).then_some(name)
            } else {
                Some(key.as_ref().map_or_else(|| placeholder(wire, 0), |key| pascal(key)))
            };
            let name = name
                .map(|name| if names::is_pascal(&name) { name } else { placeholder(wire, variants.len()) });
            let key = key.clone().filter(|key| key != wire);
            variants.push(Variant { tag: wire.clone(), name, ty, key });
        }
        let row = fields.get(&tagged.tag).and_then(|node| node.row);
        let doc = row.map(|row| row.doc.clone()).unwrap_or_default();
        Definition::Union { doc, tag: tagged.tag.clone(), text: tagged.text, variants }
    }

    fn field(&mut self, name: &str, node: &Node<'_>, place: Place<'_>) -> Field {
        let doc = node.row.map(|row| row.doc.clone()).unwrap_or_default();
        let mut notes = Notes::default();
        if node.row.is_none() {
            notes.doubt("in no table");
        } else if node.guessed {
            notes.doubt("no example shows where it stands");
        }
        let optional = is_optional(node, place, &mut notes);
        let ty = self.node_type(name, node, place, &mut notes);
        let mut keys = Vec::new();
        let text = ty.to_string();
        if optional
            && place.side == Kind::Request
            && let Some(default) = self.default(&doc, &ty)
        {
            keys.push(("default", default));
        }
        keys.extend(text::limits(&doc, &text).into_iter().map(|(key, number)| (key, number.to_string())));
        // A quirk is held against examples, and a part is none.
        if let Some(quirk) = notes.quirk.filter(|_| node.whole) {
            keys.push(("quirk", quoted(&quirk)));
        }
        Field { name: name.to_owned(), optional, ty, keys, doc, doubts: notes.doubts }
    }

    fn default(&self, doc: &str, ty: &Ty) -> Option<String> {
        let Ty::Named(name) = ty else { return text::default(doc, &ty.to_string()) };
        let Some(Definition::Enum { text, values, .. }) = self.types.get(name) else { return None };
        let found = text::default(doc, if *text { "string" } else { "i32" })?;
        let wire = found.trim_matches('"');
        values
            .iter()
            .any(|value| value.wire == wire)
            .then(|| if *text { quoted(wire) } else { wire.to_owned() })
    }

    fn node_type(&mut self, name: &str, node: &Node<'_>, place: Place<'_>, notes: &mut Notes) -> Ty {
        let doc = node.row.and_then(|row| row.ty.as_deref()).map(text::doc_type);
        let values: Vec<&Value> = node.values.iter().copied().filter(|value| !value.is_null()).collect();
        self.ty(name, node, &values, doc, place, false, notes)
    }

    /// The type of some values, as the table says and the examples show.
    #[allow(clippy::too_many_arguments, reason = "all of it is needed at every level of a list")]
    fn ty(
        &mut self,
        name: &str,
        node: &Node<'_>,
        values: &[&Value],
        doc: Option<DocType>,
        place: Place<'_>,
        in_list: bool,
        notes: &mut Notes,
    ) -> Ty {
        if values.is_empty() {
            return self.unseen(name, node, doc, place, in_list, notes);
        }
        if values.iter().all(|value| value.is_array()) {
            let items: Vec<&Value> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
            if let Some(doc) = doc
                && doc.lists == 0
                && doc.base.scalar().is_some()
                && !in_list
            {
                notes.quirk(&format!("table says {}, example shows a list", base_name(doc)));
            }
            let inner = doc.map(|doc| DocType { lists: doc.lists.saturating_sub(1), base: doc.base });
            if items.iter().any(|item| item.is_null()) {
                notes.doubt("the example's list has a null");
                return list(Ty::Scalar("any"));
            }
            return list(self.ty(name, node, &items, inner, place, true, notes));
        }
        if values.iter().all(|value| value.is_object()) {
            if let Some(doc) = doc
                && (doc.base.scalar().is_some() || doc.lists > 0)
                && !in_list
            {
                notes.quirk(&format!("table says {}, example shows an object", base_name(doc)));
            }
            return self.object(name, node, place, in_list, notes);
        }
        if values.iter().any(|value| value.is_array() || value.is_object()) {
            notes.doubt("examples show values of several kinds");
            return Ty::Scalar("any");
        }
        let scalar = scalar(values, doc, in_list, notes);
        self.refine(name, node, values, scalar, place, in_list, notes)
    }

    /// The type of what no example shows.
    fn unseen(
        &mut self,
        name: &str,
        node: &Node<'_>,
        doc: Option<DocType>,
        place: Place<'_>,
        in_list: bool,
        notes: &mut Notes,
    ) -> Ty {
        let doc = doc.unwrap_or(DocType { lists: 0, base: Base::Unknown });
        if doc.lists > 0 {
            let inner = DocType { lists: doc.lists - 1, base: doc.base };
            return list(self.unseen(name, node, Some(inner), place, true, notes));
        }
        if !node.fields.is_empty() {
            return self.object(name, node, place, in_list, notes);
        }
        match doc.base {
            Base::Object => unknown_object(node, in_list, notes),
            Base::File | Base::Unknown => {
                let seen = if in_list { "the example's list is empty" } else { "no example" };
                notes.doubt(format!("no type, {seen}"));
                self.refine(name, node, &[], "string", place, in_list, notes)
            }
            base => self.refine(name, node, &[], base.scalar().unwrap_or("string"), place, in_list, notes),
        }
    }

    fn object(
        &mut self,
        name: &str,
        node: &Node<'_>,
        place: Place<'_>,
        in_list: bool,
        notes: &mut Notes,
    ) -> Ty {
        if node.fields.is_empty() {
            return unknown_object(node, in_list, notes);
        }
        let odd = node.fields.keys().filter(|key| !names::is_identifier(key.trim())).count();
        if 2 * odd > node.fields.len() {
            notes.doubt("the keys look like data");
            let values: Vec<&Value> =
                node.fields.values().flat_map(|field| field.values.iter().copied()).collect();
            let mut item = Node { values, ..Node::default() };
            item.fields = tree::shown(&item.objects());
            let values = item.values.clone();
            let ty = self.ty(&format!("{name}_value"), &item, &values, None, place, true, notes);
            return Ty::Generic("map", Box::new(ty));
        }
        let plain = pascal(&if in_list { singular(name) } else { name.to_owned() });
        // A name that the page itself gives the object serves every field that refers to it.
        let base = match &node.object {
            Some(object) if names::is_pascal(&pascal(object)) => pascal(object),
            _ if plain == "List" => format!("{}Item", place.owner.trim_end_matches("Response")),
            _ => plain,
        };
        let objects = node.objects();
        let doc = node.object.clone().or_else(|| node.row.map(|row| row.doc.clone())).unwrap_or_default();
        let slot = self.types.open();
        let inner = Place { owner: &base, side: place.side, objects: objects.len() };
        if let Some(tagged) = Tagged::find(&node.fields, &objects)
            && node.fields.len() == 1 + tagged.contents().count()
        {
            let definition = self.union(&tagged, &node.fields, inner);
            return self.types.close(slot, &base, place.owner, node.table.as_deref(), definition);
        }
        let fields = self.fields(&node.fields, inner, &objects);
        let embeds = fields.iter().any(|field| field.keys.iter().any(|(key, _)| *key == "embed"));
        let doubts = if !embeds && looks_tagged(&node.fields) {
            vec!["several objects are named by the values of a field: a union?".to_owned()]
        } else {
            Vec::new()
        };
        let definition = Definition::Struct { doc, fields, doubts };
        self.types.close(slot, &base, place.owner, node.table.as_deref(), definition)
    }

    /// A scalar made more exact: an enum, a flag, a time, a joined list.
    #[allow(clippy::too_many_arguments, reason = "it continues `ty`")]
    fn refine(
        &mut self,
        name: &str,
        node: &Node<'_>,
        values: &[&Value],
        scalar: &'static str,
        place: Place<'_>,
        in_list: bool,
        notes: &mut Notes,
    ) -> Ty {
        let doc = node.row.map(|row| row.doc.as_str()).unwrap_or_default();
        let integer = matches!(scalar, "i32" | "u32" | "i64" | "u64");
        if integer
            && !in_list
            && text::is_timestamp(name, doc)
            && values.iter().all(|value| !value.is_u64() || value.is_i64())
        {
            return Ty::Scalar("timestamp");
        }
        if !integer && scalar != "string" {
            return Ty::Scalar(scalar);
        }
        let binary = values.iter().all(|value| matches!(value.as_u64(), Some(0 | 1)));
        if integer && name == "has_more" && binary {
            return Ty::Scalar("flag");
        }
        let text = scalar == "string";
        if text && !in_list && doc.contains("分隔") && (doc.contains('|') || doc.contains('｜')) {
            return Ty::Generic("pipe", Box::new(Ty::Scalar("string")));
        }
        let numeric = |value: &&&Value| value.as_str().is_some_and(|text| text.parse::<i64>().is_ok());
        let digits = text && values.iter().any(|value| numeric(&value));
        let mut documented = self.values_table(node).unwrap_or_else(|| text::values(doc, text && !digits));
        if !text {
            documented.retain(|value| {
                value.wire.parse::<i64>().is_ok_and(|number| number.to_string() == value.wire)
            });
        }
        let shown: Vec<String> =
            values.iter().map(|value| value.as_str().map_or(value.to_string(), str::to_owned)).collect();
        let known = |wire: &String| documented.iter().any(|value| value.wire == *wire);
        let of_kind = |value: &&Value| if text { value.is_string() } else { value.is_i64() };
        if documented.len() < 2 || text && !values.is_empty() && !shown.iter().any(known) {
            return Ty::Scalar(scalar);
        }
        if integer && text::is_flag(&documented, doc) {
            let flags =
                values.iter().all(|value| value.is_boolean() || matches!(value.as_u64(), Some(0 | 1)));
            if flags || notes.quirk.is_some() {
                return Ty::Scalar("flag");
            }
        }
        if in_list && !(shown.iter().all(known) && values.iter().all(of_kind)) {
            notes.doubt("the example shows values that the table doesn't list");
            return Ty::Scalar(scalar);
        }
        let mut listed: Vec<EnumValue> = Vec::new();
        for value in documented {
            push_value(&mut listed, &value.wire, value.doc, text, false);
        }
        for (wire, value) in shown.iter().zip(values) {
            if listed.iter().any(|value| value.wire == *wire) || notes.quirk.is_some() {
                continue;
            }
            if text || !of_kind(value) {
                notes.quirk(&format!("example shows `{}`, which the table doesn't list", short(wire)));
            } else {
                push_value(&mut listed, wire, String::new(), text, true);
            }
        }
        let slot = self.types.open();
        let definition = Definition::Enum { doc: doc.to_owned(), text, values: listed };
        let base = pascal(&if in_list { singular(name) } else { name.to_owned() });
        let base = if base.len() <= 6 {
            format!("{}{base}", place.owner.trim_end_matches("Response"))
        } else {
            base
        };
        self.types.close(slot, &base, place.owner, None, definition)
    }

    /// The values in the table that a field refers to.
    fn values_table(&self, node: &Node<'_>) -> Option<Vec<text::Value>> {
        let refers = &node.row?.refers;
        let alike = |table: &&Table| {
            table.values
                && table.name.as_deref().is_some_and(|name| refers.iter().any(|refer| same(refer, name)))
        };
        let table = self.named.iter().find(alike)?;
        let values: Vec<text::Value> = table
            .rows
            .iter()
            .filter(|row| row.name.chars().all(|c| c.is_ascii_graphic()))
            .map(|row| text::Value { wire: row.name.clone(), doc: row.doc.clone() })
            .collect();
        let distinct = values
            .iter()
            .enumerate()
            .all(|(at, value)| values[..at].iter().all(|other| other.wire != value.wire));
        (distinct && values.len() > 1).then_some(values)
    }

    /// The page's examples in pairs; what it doesn't show is made up.
    fn examples(
        &self,
        request: &[Field],
        response: &[Field],
        encoding: &Encoding,
        requests: Vec<Value>,
        responses: Vec<Value>,
    ) -> Vec<Example> {
        let mut made_up = Vec::new();
        let needs_request = !request.is_empty();
        let requests = if requests.is_empty() && needs_request {
            made_up.push("the request is made up: the page shows none".to_owned());
            vec![self.sample(request)]
        } else {
            requests
        };
        let file = encoding
            .file_answer
            .then(|| serde_json::json!({ "name": "file.bin", "text": "not really a file" }));
        let responses = if let Some(file) = file {
            responses.into_iter().chain([file]).collect()
        } else if responses.is_empty() {
            made_up.push("the response is made up: the page shows none".to_owned());
            let mut body = Map::new();
            if !encoding.xml {
                body.insert("errcode".to_owned(), 0.into());
                body.insert("errmsg".to_owned(), "ok".into());
            }
            if let Value::Object(fields) = self.sample(response) {
                body.extend(fields);
            }
            vec![body.into()]
        } else {
            responses
        };
        let count = requests.len().max(responses.len());
        let mut examples = Vec::new();
        for index in 0..count {
            let request = requests.get(index).or(requests.first()).cloned();
            let Some(response) = responses.get(index).or(responses.first()).cloned() else { continue };
            let request =
                request.filter(|request| request.as_object().is_none_or(|fields| !fields.is_empty()));
            let doubts = if index == 0 { std::mem::take(&mut made_up) } else { Vec::new() };
            examples.push(Example { doubts, request, response });
        }
        examples
    }

    /// An object with the fields that can't be left out.
    fn sample(&self, fields: &[Field]) -> Value {
        let mut object = Map::new();
        for field in fields.iter().filter(|field| !field.optional) {
            let value = self.sample_value(&field.ty, &field.name);
            match value {
                Value::Object(inner) if field.keys.iter().any(|(key, _)| *key == "embed") => {
                    object.extend(inner);
                }
                value => {
                    object.insert(field.name.clone(), value);
                }
            }
        }
        object.into()
    }

    fn sample_value(&self, ty: &Ty, name: &str) -> Value {
        match ty {
            Ty::Scalar("bool") => true.into(),
            Ty::Scalar("file") => serde_json::json!({ "name": "file.bin", "text": "not really a file" }),
            Ty::Scalar("timestamp") => 1_720_000_000.into(),
            Ty::Scalar("any") | Ty::Like(_) => Map::new().into(),
            Ty::Scalar("string" | "secret") => name.to_ascii_uppercase().into(),
            Ty::Scalar(_) => 1.into(),
            Ty::Generic("list", inner) => vec![self.sample_value(inner, name)].into(),
            Ty::Generic("map", inner) => {
                Value::Object(Map::from_iter([("KEY".to_owned(), self.sample_value(inner, name))]))
            }
            Ty::Generic(_, inner) => self.sample_value(inner, name),
            Ty::Named(named) => match self.types.get(named) {
                Some(Definition::Struct { fields, .. }) => self.sample(fields),
                Some(Definition::Enum { text, values, .. }) => match values.first() {
                    Some(first) if *text => first.wire.clone().into(),
                    Some(first) => first.wire.parse::<i64>().unwrap_or_default().into(),
                    None => Value::Null,
                },
                Some(Definition::Union { tag, text, variants, .. }) => match variants.first() {
                    Some(first) => {
                        let wire: Value = if *text {
                            first.tag.clone().into()
                        } else {
                            first.tag.parse::<i64>().unwrap_or_default().into()
                        };
                        let mut object = Map::from_iter([(tag.clone(), wire)]);
                        if let Some(ty) = &first.ty {
                            let key = first.key.clone().unwrap_or_else(|| first.tag.clone());
                            object.insert(key.clone(), self.sample_value(ty, &key));
                        }
                        object.into()
                    }
                    None => Value::Null,
                },
                None => Value::Null,
            },
        }
    }
}

/// Whether a body tells of a failure only: it becomes an error, not a response.
fn is_failure(body: &Map<String, Value>) -> bool {
    let failed = body.get("errcode").and_then(Value::as_i64).is_some_and(|code| code != 0);
    failed && body.keys().all(|name| matches!(name.as_str(), "errcode" | "errmsg" | "hint"))
}

fn is_optional(node: &Node<'_>, place: Place<'_>, notes: &mut Notes) -> bool {
    let required = node.row.and_then(|row| row.required);
    let missing = node.values.len() < place.objects;
    let null = node.values.iter().any(|value| value.is_null());
    match required {
        Some(false) => true,
        Some(true) if missing => {
            notes.doubt("required by the table, absent from an example");
            true
        }
        Some(true) if !null => false,
        _ if null => {
            notes.doubt("null in an example");
            true
        }
        _ if place.side == Kind::Response && node.row.is_some_and(|row| text::may_be_absent(&row.doc)) => {
            if !missing {
                notes.doubt("the table says when it is absent");
            }
            true
        }
        // Nothing says that it is always there.
        _ if place.objects == 0 => place.side == Kind::Response || node.row.is_none(),
        _ => missing,
    }
}

/// The type of an object without fields.
fn unknown_object(node: &Node<'_>, in_list: bool, notes: &mut Notes) -> Ty {
    let Some(table) = node.table.as_ref().filter(|_| node.again) else {
        notes.doubt("an object whose fields the page doesn't say");
        return Ty::Scalar("any");
    };
    if in_list {
        return Ty::Like(table.clone());
    }
    notes.doubt(format!("an object like the {table} that it stands in, which only a list or a map may hold"));
    Ty::Scalar("any")
}

fn list(item: Ty) -> Ty {
    Ty::Generic("list", Box::new(item))
}

fn short(text: &str) -> String {
    text.chars().filter(|c| *c != '`').take(24).collect()
}

fn base_name(doc: DocType) -> String {
    let base = doc.base.scalar().unwrap_or("object");
    if doc.lists > 0 { format!("list of {base}") } else { base.to_owned() }
}

/// The scalar that some values have, none of them a list or an object.
fn scalar(values: &[&Value], doc: Option<DocType>, in_list: bool, notes: &mut Notes) -> &'static str {
    let shown = shown_scalar(values);
    let base = doc.map_or(Base::Unknown, |doc| doc.base);
    let lists = doc.is_some_and(|doc| doc.lists > 0) && !in_list;
    let described = doc.map(base_name).unwrap_or_default();
    let Some(documented) = base.scalar().filter(|name| *name != "file") else {
        let Some(shown) = shown else {
            return mixed(in_list, notes);
        };
        if base == Base::Object || lists {
            notes.quirk(&format!("table says {described}, example shows {shown}"));
        } else {
            notes.doubt("type from the example");
        }
        return shown;
    };
    if lists {
        notes.quirk(&format!("table says {described}, example shows one value"));
        return shown.unwrap_or(documented);
    }
    if values.iter().all(|value| fits(documented, value)) {
        return documented;
    }
    let Some(shown) = shown else {
        if in_list {
            return mixed(in_list, notes);
        }
        notes.quirk(&format!("table says {described}, examples show values of several kinds"));
        return documented;
    };
    let integers = |name: &str| matches!(name, "i32" | "u32" | "i64" | "u64");
    if integers(documented) && integers(shown) {
        notes.doubt(format!("table says {described}, which is too small for the example"));
        return if documented.starts_with('i') || values.iter().any(|value| value.is_i64() && !value.is_u64())
        {
            "i64"
        } else {
            "u64"
        };
    }
    if integers(documented) && shown == "f64" {
        notes.doubt(format!("table says {described}, example shows a fraction"));
        return "f64";
    }
    notes.quirk(&format!("table says {described}, example shows {shown}"));
    if in_list { shown } else { documented }
}

fn mixed(in_list: bool, notes: &mut Notes) -> &'static str {
    if in_list {
        notes.doubt("examples show values of several kinds");
        return "any";
    }
    notes.quirk("examples show values of several kinds");
    "string"
}

fn fits(scalar: &str, value: &Value) -> bool {
    match scalar {
        "string" => value.is_string(),
        "bool" => value.is_boolean(),
        "i32" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "u32" => value.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
        "i64" => value.is_i64(),
        "u64" => value.is_u64(),
        "f64" => value.is_number(),
        _ => false,
    }
}

fn shown_scalar(values: &[&Value]) -> Option<&'static str> {
    let order = ["bool", "u32", "i32", "i64", "u64", "f64", "string"];
    order.into_iter().find(|scalar| values.iter().all(|value| fits(scalar, value)))
}

fn push_value(listed: &mut Vec<EnumValue>, wire: &str, doc: String, text: bool, undocumented: bool) {
    let name = pascal(wire);
    let clear = text
        && names::is_pascal(&name)
        && name != "Other"
        && listed.iter().all(|value| value.name != name && value.wire != wire);
    let name = if clear { name } else { placeholder(wire, listed.len()) };
    listed.push(EnumValue { wire: wire.to_owned(), name, doc, undocumented });
}

/// A name that the checks refuse until a person has given a better one.
fn placeholder(wire: &str, index: usize) -> String {
    match wire.parse::<i64>() {
        Ok(number) if number < 0 => format!("TodoMinus{}", number.unsigned_abs()),
        Ok(number) => format!("Todo{number}"),
        Err(_) => format!("Todo{index}"),
    }
}

/// Gives fields whose names would be the same in Rust, or can't be names, others.
fn rename(fields: &mut [Field]) {
    let mut seen: Vec<String> = vec!["new".to_owned(), "default".to_owned()];
    for (index, field) in fields.iter_mut().enumerate() {
        let rust = names::snake(&field.name);
        let usable = names::is_identifier(&rust);
        if usable && !seen.contains(&rust) {
            seen.push(rust);
            continue;
        }
        let base = if usable { rust } else { "field".to_owned() };
        let name = format!("{base}_{}", index + 2);
        field.keys.push(("rename", name.clone()));
        field.doubts.push("the wire name can't be the Rust name: a better one?".to_owned());
        seen.push(name);
    }
}

/// A tag, and the fields beside it of which it says which one is there.
struct Tagged {
    tag: String,
    text: bool,
    /// By tag: the field with the content.
    variants: Vec<(String, Option<String>)>,
}

impl Tagged {
    fn contents(&self) -> impl Iterator<Item = &String> {
        self.variants.iter().filter_map(|(_, key)| key.as_ref())
    }

    /// The tag of some objects, if every one of them holds what its tag says and nothing that another tag says.
    fn find(fields: &Fields<'_>, objects: &[&Map<String, Value>]) -> Option<Self> {
        let always = |node: &Node<'_>| node.values.len() == objects.len();
        let tags = fields.iter().filter(|(_, node)| always(node) && node.fields.is_empty());
        tags.into_iter().find_map(|(tag, node)| {
            let text = node.values.iter().all(|value| value.is_string());
            let number = node.values.iter().all(|value| value.is_i64());
            let found = if text {
                Self::by_name(tag, node, fields)
            } else if number && !objects.is_empty() {
                Self::by_number(tag, fields, objects)
            } else {
                None
            };
            found.filter(|tagged| objects.iter().all(|object| tagged.holds(object)))
        })
    }

    fn by_name(tag: &str, node: &Node<'_>, fields: &Fields<'_>) -> Option<Self> {
        let mut wires: Vec<String> = Vec::new();
        let shown = node.values.iter().filter_map(|value| value.as_str()).map(str::to_owned);
        let documented = text::values(node.row.map(|row| row.doc.as_str()).unwrap_or_default(), true);
        let documented =
            documented.into_iter().map(|value| value.wire).filter(|wire| fields.contains_key(wire));
        // Contents that only a table tells of, beside those that are shown.
        let kind = |name: &String| fields.get(name).is_some_and(|node| !node.fields.is_empty());
        // What messages are is always said this way, whether or not the table lists the kinds.
        let untold = |name: &&String| fields.get(*name).is_some_and(|node| node.values.is_empty());
        let kinds = fields.keys().filter(|name| tag == "msgtype" && kind(name)).filter(untold).cloned();
        for wire in shown.chain(documented).chain(kinds) {
            if !wires.contains(&wire) {
                wires.push(wire);
            }
        }
        let content = |wire: &String| (wire != tag && kind(wire)).then(|| wire.clone());
        let variants: Vec<(String, Option<String>)> =
            wires.into_iter().map(|wire| (wire.clone(), content(&wire))).collect();
        let several = variants.iter().filter(|(_, key)| key.is_some()).count() > 1;
        let named = variants.iter().all(|(wire, _)| names::is_identifier(&pascal(wire)));
        (several && named).then(|| Self { tag: tag.to_owned(), text: true, variants })
    }

    fn by_number(tag: &str, fields: &Fields<'_>, objects: &[&Map<String, Value>]) -> Option<Self> {
        let contents: Vec<&String> = fields
            .iter()
            .filter(|(_, node)| !node.values.is_empty() && node.values.len() < objects.len())
            .filter(|(_, node)| node.values.iter().all(|value| value.is_object()))
            .map(|(name, _)| name)
            .collect();
        let mut variants: IndexMap<String, Option<String>> = IndexMap::new();
        for object in objects {
            let held: Vec<&&String> = contents.iter().filter(|name| object.contains_key(**name)).collect();
            let held = match held.as_slice() {
                [] => None,
                [one] => Some((**one).clone()),
                _ => return None,
            };
            let wire = object.get(tag)?.to_string();
            let known = variants.entry(wire).or_insert_with(|| held.clone());
            if *known != held {
                return None;
            }
        }
        let keys: Vec<&String> = variants.values().flatten().collect();
        let distinct = keys.iter().enumerate().all(|(at, key)| !keys[..at].contains(key));
        let all = keys.len() == contents.len() && keys.len() > 1;
        (distinct && all).then(|| Self {
            tag: tag.to_owned(),
            text: false,
            variants: variants.into_iter().collect(),
        })
    }

    fn holds(&self, object: &Map<String, Value>) -> bool {
        let Some(tag) = object.get(&self.tag) else { return false };
        let wire = tag.as_str().map_or_else(|| tag.to_string(), str::to_owned);
        let Some((_, own)) = self.variants.iter().find(|(known, _)| *known == wire) else { return false };
        let complete = own.as_ref().is_none_or(|own| object.get(own).is_some_and(|value| !value.is_null()));
        complete && self.contents().all(|key| Some(key) == own.as_ref() || !object.contains_key(key))
    }
}

/// Whether a field's values name fields beside it, though not in the way of a union.
fn looks_tagged(fields: &Fields<'_>) -> bool {
    fields.iter().any(|(name, node)| {
        let names = node.values.iter().filter_map(|value| value.as_str());
        let beside: BTreeSet<&str> =
            names.filter(|wire| *wire != name && fields.contains_key(*wire)).collect();
        beside.len() > 1
    })
}

/// The token that an endpoint takes: the parameter of its address, or a row of its table.
fn token(section: &Section) -> Token {
    if section.path.contains("/webhook/") && section.query.iter().any(|name| name == "key") {
        return Token::WebhookKey;
    }
    let kinds = [
        Token::SuiteAccessToken,
        Token::ProviderAccessToken,
        Token::DeviceAccessToken,
        Token::ModelAccessToken,
        Token::ResponseCode,
        Token::AccessToken,
    ];
    let rows =
        || section.tables.iter().filter(|table| table.side == Kind::Request).flat_map(|table| &table.rows);
    let of = |kind: &Token, name: &str| kind.parameter() == Some(name);
    let shown = |kind: &Token| {
        section.requests.iter().any(|body| kind.parameter().is_some_and(|name| body.get(name).is_some()))
    };
    let in_address = kinds.into_iter().find(|kind| section.query.iter().any(|name| of(kind, name)));
    let in_table = || kinds.into_iter().find(|kind| rows().any(|row| of(kind, &row.name)) && !shown(kind));
    in_address.or_else(in_table).unwrap_or(Token::None)
}

/// How an endpoint is sent and answered.
#[derive(Debug)]
struct Encoding {
    /// The part of a form that is a file.
    file_field: Option<String>,
    /// Whether a file comes back.
    file_answer: bool,
    /// Whether what comes back may be JSON that tells of no failure.
    json_answer: bool,
    /// Whether it is the merchants' XML on both ways.
    xml: bool,
}

impl Encoding {
    fn of(section: &Section) -> Self {
        let raw =
            |side: Kind| section.raw.iter().filter(move |(at, _)| *at == side).map(|(_, text)| text.as_str());
        let form = "multipart/form-data";
        let multipart = section.method == "POST"
            && (raw(Kind::Request).any(|text| text.contains(form))
                || section.prose.iter().any(|line| line.contains(form)));
        let part = || {
            raw(Kind::Request).find_map(|text| {
                let at = text.find("filename=")?;
                let named = text[..at].rfind("name=\"").map(|start| &text[start + 6..at])?;
                named.split('"').next().map(str::to_owned)
            })
        };
        let file_field = multipart
            .then(|| part().filter(|name| names::is_identifier(name)).unwrap_or_else(|| "media".to_owned()));
        let download = |text: &str| text.to_ascii_lowercase().contains("content-disposition");
        Self {
            file_field,
            file_answer: raw(Kind::Response).any(download),
            json_answer: section.responses.iter().filter_map(Value::as_object).any(|body| !is_failure(body)),
            xml: section.merchant,
        }
    }

    /// Whether the request has no place for objects and lists.
    fn flat(&self) -> bool {
        self.xml || self.file_field.is_some()
    }

    fn keys(&self) -> Vec<String> {
        let keys = [
            (self.xml, "host: merchant"),
            (self.file_field.is_some(), "body: multipart"),
            (self.xml, "body: xml"),
            (self.file_answer && !self.json_answer, "answer: file"),
            (self.file_answer && self.json_answer, "answer: file_or_json"),
            (self.xml, "answer: xml"),
        ];
        keys.into_iter().filter(|(given, _)| *given).map(|(_, key)| key.to_owned()).collect()
    }

    fn requests(&self, section: &Section) -> Vec<Value> {
        if self.xml {
            return xml(section, Kind::Request);
        }
        if self.file_field.is_some() {
            return Vec::new();
        }
        section.requests.iter().filter(|body| body.is_object()).cloned().collect()
    }

    fn responses(&self, section: &Section) -> Vec<Value> {
        if self.xml {
            return xml(section, Kind::Response);
        }
        let bodies = section.responses.iter().filter_map(Value::as_object);
        bodies.filter(|body| !is_failure(body)).cloned().map(Value::Object).collect()
    }
}

/// The bodies on a page that no example of its draft shows, though they are no failures.
pub(super) fn left_out(section: &Section) -> Vec<String> {
    let encoding = Encoding::of(section);
    let kept = |shown: &[Value], kept: usize| shown.len().saturating_sub(kept);
    let failed =
        section.responses.iter().filter_map(Value::as_object).filter(|body| is_failure(body)).count();
    let answers = encoding.responses(section).len();
    let sides = [
        (
            "requests",
            if encoding.xml { 0 } else { kept(&section.requests, encoding.requests(section).len()) },
        ),
        ("responses", if encoding.xml { 0 } else { kept(&section.responses, answers + failed) }),
    ];
    let found = sides.into_iter().filter(|(_, count)| *count > 0);
    found.map(|(side, count)| format!("{count} {side} that are no JSON objects, or have no place")).collect()
}

/// The flat XML documents of a side, as objects.
fn xml(section: &Section, side: Kind) -> Vec<Value> {
    let integer = |name: &str| {
        let rows = section.tables.iter().filter(|table| table.side == side).flat_map(|table| &table.rows);
        let ty = rows.into_iter().find(|row| row.name == name).and_then(|row| row.ty.as_deref());
        ty.is_some_and(|ty| matches!(text::doc_type(ty).base, Base::I32 | Base::U32 | Base::I64 | Base::U64))
    };
    let documents = section.raw.iter().filter(|(at, text)| *at == side && text.contains("<xml>"));
    let object = |text: &str| {
        let text = text.replace("<\n- ![CDATA[", "<![CDATA[");
        let mut object = Map::new();
        for part in text.split("</") {
            let Some((before, content)) = part.rsplit_once("<![CDATA[").or_else(|| part.rsplit_once('>'))
            else {
                continue;
            };
            let Some((_, name)) = before.trim_end_matches('>').rsplit_once('<') else { continue };
            let content = content.trim_end_matches("]]>").trim();
            if !names::is_identifier(name) || name == "xml" || content.contains(['<', '>']) {
                continue;
            }
            let number = content.parse::<u64>().ok().filter(|_| integer(name)).map(Number::from);
            object.insert(name.to_owned(), number.map_or_else(|| content.into(), Value::Number));
        }
        Value::Object(object)
    };
    documents.map(|(_, text)| object(text)).collect()
}

/// The keys that say how often an endpoint may be called.
fn pace(section: &Section) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rates = Vec::new();
    for line in &section.prose {
        let Some(found) = text::rates(line) else { continue };
        let described = super::page::plain(line);
        if text::counts_otherwise(&described) {
            keys.push(format!("# ? a rate: {described}"));
            continue;
        }
        rates.extend(found.into_iter().map(|(calls, per)| format!("{{ calls: {calls}, per: {per} }}")));
    }
    rates.dedup();
    if !rates.is_empty() {
        keys.insert(0, format!("rate: [{}]", rates.join(", ")));
    }
    if let Some(at_once) = at_once(&section.prose) {
        keys.push(format!("concurrency: {at_once}"));
    }
    keys
}

/// How many calls may be on their way at once, in a line or in the one below its label.
fn at_once(prose: &[String]) -> Option<u32> {
    let labelled = prose.windows(2).filter(|pair| super::page::plain(&pair[0]).ends_with([':', '：']));
    let lines = prose.iter().cloned().chain(labelled.map(<[String]>::concat));
    lines.into_iter().find_map(|line| text::concurrency(&line))
}

/// The key that says how pages follow each other, or why it can't be drafted.
fn paging(request: &[Field], response: &[Field]) -> Vec<String> {
    let pairs = [
        ("cursor", "next_cursor"),
        ("next_key", "next_key"),
        ("next_cursor", "next_cursor"),
        ("start", "next_start"),
        ("offset", "next_offset"),
        ("new_cursor", "new_next_cursor"),
        ("next_spnum", "next_spnum"),
        ("cursor", "cursor"),
    ];
    let find = |fields: &[Field], name: &str| fields.iter().position(|field| field.name == name);
    let pair =
        pairs.into_iter().find_map(|(cursor, next)| Some((find(request, cursor)?, find(response, next)?)));
    let Some((cursor, next)) = pair else {
        let offset = find(request, "offset").is_some() && find(request, "limit").is_some();
        return if offset { vec!["# ? pages by offset and limit".to_owned()] } else { Vec::new() };
    };
    let (cursor, next) = (&request[cursor], &response[next]);
    let names = format!("cursor `{}`, next `{}`", cursor.name, next.name);
    let scalar = |field: &Field| matches!(field.ty, Ty::Scalar("string" | "i32" | "u32" | "i64" | "u64"));
    let lists: Vec<&Field> =
        response.iter().filter(|field| matches!(field.ty, Ty::Generic("list", _))).collect();
    let [items] = lists.as_slice() else {
        return vec![format!("# ? pages: {names}, and the list of items is not one field of the response")];
    };
    if !cursor.optional || !scalar(cursor) || !scalar(next) {
        return vec![format!(
            "# ? pages: {names}, `{}`; the cursor must be optional, and text or an integer",
            items.name
        )];
    }
    let more = response
        .iter()
        .find(|field| field.name == "has_more" && matches!(field.ty, Ty::Scalar("bool" | "flag")));
    let more = more.map(|field| format!(", more: {}", field.name)).unwrap_or_default();
    vec![format!(
        "pagination: {{ cursor: {}, next: {}{more}, items: {} }}",
        cursor.name, next.name, items.name
    )]
}

/// A text as YAML and JSON read it back.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in serde_json::Value::from(text).to_string().chars() {
        // What YAML takes for the end of a line, or not at all.
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                quoted += &format!("\\u{:04x}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted
}
