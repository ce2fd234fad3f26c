//! From what a page says to a draft of the spec.

use serde_json::{Map, Value};

use super::calls;
use super::examples::examples;
use super::fields::Place;
use super::rules::Request;
use super::types::{Definition, Field, Ty, Types};
use crate::pages::contents::{Contents, Section};
use crate::pages::encoding::{Encoding, token};
use crate::pages::table::Table;
use crate::pages::tree::{self, Fields};
use crate::spec::Part;
use crate::spec::Token;
use crate::spec::names;

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
    /// The sides whose tables tell no types.
    pub untyped: Vec<Part>,
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
    let mut types = Types::besides(taken.types, taken.definitions);
    let mut named: Vec<(String, &Section)> = Vec::new();
    for section in &contents.sections {
        let others = contents.sections.iter().map(|other| &other.path).chain(&taken.paths);
        let mut others = others.filter(|other| **other != section.path);
        let shared = others.any(|other| share_their_end(other, &section.path));
        let name = endpoint_name(&section.path, shared, |name| {
            taken.endpoints.contains(&name.to_owned())
                || named.iter().any(|(known, _)| known == name)
                || types.is_taken(&names::pascal(name))
        });
        types.take(&names::pascal(&name));
        types.take(&format!("{}Response", names::pascal(&name)));
        named.push((name, section));
    }
    let mut drafter = Drafter { types, named: &contents.named, unplaced: Vec::new(), untyped: false };
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
    /// The paths of the endpoints.
    pub paths: Vec<String>,
    pub endpoints: Vec<String>,
    pub types: Vec<String>,
    /// What its types are.
    pub definitions: Vec<(String, Definition)>,
}

/// Last parts of paths that say nothing without the part before them.
const VAGUE: [&str; 26] = [
    "add", "cancel", "close", "create", "del", "delete", "detail", "download", "edit", "export", "get",
    "info", "jssdk", "list", "modify", "query", "remove", "room", "search", "send", "set", "single",
    "submit", "sync", "update", "upload",
];

/// The parts of a path, the family first.
fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != "cgi-bin")
}

/// Whether two paths of a family have the same last part.
fn share_their_end(a: &str, b: &str) -> bool {
    parts(a).next() == parts(b).next() && parts(a).next_back() == parts(b).next_back()
}

/// The last part of a path; with those before it where it is taken, and with the one below the family where it is
/// `shared` or says too little.
fn endpoint_name(path: &str, shared: bool, taken: impl Fn(&str) -> bool) -> String {
    let parts: Vec<String> = parts(path).map(names::snake).collect();
    let vague = parts.last().is_some_and(|last| shared || VAGUE.contains(&last.as_str()));
    let shortest = if vague && parts.len() > 2 { 2 } else { 1 };
    let tail = |length: usize| parts[parts.len().saturating_sub(length)..].join("_");
    let usable = |name: &String| names::is_snake(name) && !taken(name);
    let found = (shortest..=parts.len().max(1)).map(tail).find(usable);
    found.unwrap_or_else(|| {
        let base = tail(parts.len());
        let base = if names::is_snake(&base) { base } else { "endpoint".to_owned() };
        let numbered = (2_u32..).map(|number| format!("{base}_{number}"));
        numbered.take(10_000).find(|name| !taken(name)).unwrap_or(base)
    })
}

pub(super) struct Drafter<'a> {
    pub types: Types,
    /// The tables of named objects and values.
    pub named: &'a [Table],
    /// The tables of the endpoint at hand that belong to no field, as comments.
    unplaced: Vec<String>,
    /// Whether the tables of the side at hand tell no types.
    pub untyped: bool,
}

impl<'a> Drafter<'a> {
    fn endpoint(&mut self, name: String, doc: (u32, u32, Option<String>), section: &'a Section) -> Endpoint {
        let owner = names::pascal(&name);
        let token = token(section);
        let encoding = Encoding::of(section);
        let unsaid = !section.method_said
            && !section.shows(Part::Request)
            && section.query.len() > 1
            && !encoding.flat();
        let method = if unsaid { "GET" } else { section.method.as_str() };
        let requests = encoding.requests(section);
        let responses = encoding.responses(section);
        let request = self.request(&owner, section, method, &encoding, &requests);
        let untyped_request = self.untyped && !requests.is_empty();
        let response = if encoding.file_answer && !encoding.json_answer {
            Vec::new()
        } else {
            self.response(&format!("{owner}Response"), section, &encoding, &responses)
        };
        let untyped_response = self.untyped && !responses.is_empty();
        let untyped = [(untyped_request, Part::Request), (untyped_response, Part::Response)];
        let untyped = untyped.into_iter().filter(|(untyped, _)| *untyped).map(|(_, side)| side).collect();
        let mut keys = encoding.keys();
        keys.extend(calls::pace(section));
        keys.extend(calls::paging(&request, &response));
        let (fields, prose) = (&request, &section.prose);
        keys.extend(Request { types: &self.types, fields, prose, shown: &requests }.rules());
        keys.append(&mut self.unplaced);
        if unsaid {
            keys.push("# ? the page doesn't say the method".to_owned());
        }
        let last = parts(&section.path).next_back().unwrap_or_default();
        if method == "GET" || ["get", "list", "search", "query"].iter().any(|verb| last.starts_with(verb)) {
            keys.push("# ? safe: true, if it only reads".to_owned());
        }
        let examples = examples(&self.types, &request, &response, &encoding, requests, responses);
        Endpoint {
            name,
            title: section.title.clone(),
            doc,
            method: method.to_owned(),
            path: section.path.clone(),
            token,
            keys,
            untyped,
            request,
            response,
            examples,
        }
    }

    /// The fields of a side: what its examples show and its tables say.
    fn tree<'v>(&mut self, section: &'v Section, side: Part, bodies: &[&'v Map<String, Value>]) -> Fields<'v>
    where
        'a: 'v,
    {
        let mut rows = section.tables_of(side).flat_map(|table| &table.rows).peekable();
        self.untyped = rows.peek().is_some() && rows.all(|row| row.ty.is_none());
        let (fields, unplaced) = tree::of(section, self.named, side, bodies);
        for table in unplaced {
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
        requests: &[Value],
    ) -> Vec<Field> {
        let bodies: Vec<&Map<String, Value>> = requests.iter().filter_map(Value::as_object).collect();
        let fields = self.tree(section, Part::Request, &bodies);
        let get = method == "GET";
        let place = Place { owner, side: Part::Request, objects: bodies.len() };
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
        let fields = self.tree(section, Part::Response, &bodies);
        let place = Place { owner, side: Part::Response, objects: bodies.len() };
        let mut drafted = self.fields(&fields, place, &bodies);
        if encoding.xml {
            for field in &mut drafted {
                self.flatten(field);
            }
        }
        drafted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_named_by_as_much_of_its_path_as_says_something() {
        for (path, shared, name) in [
            ("/cgi-bin/tea/order", false, "order"),
            ("/cgi-bin/tea/group/get", false, "group_get"),
            ("/cgi-bin/tea/group/count", false, "count"),
            ("/cgi-bin/tea/group/count", true, "group_count"),
            ("/cgi-bin/tea/get", true, "get"),
            ("/cgi-bin/tea/group/taken", false, "group_taken"),
        ] {
            assert_eq!(endpoint_name(path, shared, |name| name == "taken"), name, "{path}");
        }
        assert!(share_their_end("/cgi-bin/tea/group/count", "/cgi-bin/tea/count"));
        assert!(!share_their_end("/cgi-bin/tea/group/count", "/cgi-bin/milk/group/count"));
    }
}
