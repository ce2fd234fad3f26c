//! Drafts an endpoint from what a page says about it.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::examples::Shown;
use super::fields::FieldDrafter;
use super::known::Known;
use super::model::{Definition, Draft, DraftEndpoint, DraftFields};
use super::paging::pagination;
use super::rules::Request;
use super::sighting::ObjectSighting;
use super::types::Types;
use crate::pages::contents::Section;
use crate::pages::encoding::{Encoding, token};
use crate::pages::phrases::{Counted, Rates, Requirements, at_once, unclear_rates};
use crate::pages::table::Table;
use crate::pages::tree;
use crate::spec::effect::{self, Effect};
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Doc, EndpointRate, Field, Part, Period, Place, Rate, names};

/// Drafts an endpoint.
pub(super) struct EndpointDrafter<'p> {
    section: &'p Section,
    /// The page's tables of named objects and values.
    named: &'p [Table],
    types: &'p mut Types,
    known: &'p Known,
    encoding: Encoding,
    method: &'p str,
    /// Doubts about the endpoint as a whole.
    doubts: Vec<String>,
}

impl<'p> EndpointDrafter<'p> {
    pub(super) fn new(
        section: &'p Section,
        named: &'p [Table],
        types: &'p mut Types,
        known: &'p Known,
    ) -> Self {
        let encoding = Encoding::of(section);
        let unsaid = !section.method_said
            && !section.shows(Part::Request)
            && section.query.len() > 1
            && !encoding.flat();
        let method = if unsaid { "GET" } else { section.method.as_str() };
        Self { section, named, types, known, encoding, method, doubts: Vec::new() }
    }

    pub(super) fn draft(mut self, name: String, doc: Doc, required: &Requirements) -> DraftEndpoint {
        let section = self.section;
        let owner = names::pascal(&name);
        let requests = self.encoding.requests(section);
        let responses = self.encoding.responses(section);
        let request = self.request(&owner, &requests);
        let response = self.response(&format!("{owner}Response"), &responses);
        let (fields, prose) = (&request.spec, section.prose.as_slice());
        let rules = Request { types: self.types, fields, prose, shown: &requests }.rules();
        if self.method != section.method {
            self.doubts.push("the page doesn't say the method".to_owned());
        }
        let told = effect::told(&section.path, &name, &section.title).map(|told| told.effect);
        if self.method == "GET" && told.is_none() {
            self.doubts.push("safe: true, if it only reads".to_owned());
        }
        let errcode = self.encoding.errcode(section);
        let shown = Shown { encoding: &self.encoding, errcode, requests, responses };
        DraftEndpoint {
            name,
            title: section.title.clone(),
            doc,
            method: self.method.to_owned(),
            path: section.path.clone(),
            token: token(section),
            safe: told == Some(Effect::Reads),
            host: self.encoding.host(),
            body: self.encoding.body(),
            answer: self.encoding.answer(),
            errcode,
            partial: self.encoding.partial(section).map(str::to_owned),
            rate: rate(section),
            concurrency: at_once(&section.prose),
            pagination: pagination(&request.spec, &response.spec),
            rules,
            codes: codes(section),
            examples: shown.pairs(&request.spec, &response.spec, self.types),
            request,
            response,
            notes: required.missing_in("").into_iter().map(str::to_owned).collect(),
            doubts: self.doubts,
        }
    }

    fn request(&mut self, owner: &str, requests: &[Value]) -> Draft<DraftFields> {
        let mut drafted = self.side(Part::Request, owner, requests);
        let get = self.method == "GET";
        for (name, field) in &mut drafted.spec {
            let in_query = self.section.query.contains(name);
            let shown = requests.iter().any(|body| body.get(name).is_some());
            if self.encoding.file_field.as_ref() == Some(name) {
                let doc = std::mem::take(&mut field.spec.doc);
                field.spec = Field { doc, ..Field::new(TypeExpr::Scalar(Scalar::File)) };
            } else if get || self.encoding.flat() || in_query && !shown {
                self.flatten(field);
            }
            if in_query && !get && !shown {
                field.spec.place = Place::Query;
            }
        }
        if let Some(name) = &self.encoding.file_field
            && !drafted.spec.contains_key(name)
        {
            let file = Field::new(TypeExpr::Scalar(Scalar::File));
            let part = Draft::doubtful(file, "the form on the page has this part");
            drafted.spec.insert(name.clone(), part);
        }
        drafted
    }

    fn response(&mut self, owner: &str, responses: &[Value]) -> Draft<DraftFields> {
        if self.encoding.file_answer && !self.encoding.json_answer {
            return Draft::default();
        }
        let mut drafted = self.side(Part::Response, owner, responses);
        if self.encoding.xml {
            drafted.spec.values_mut().for_each(|field| self.flatten(field));
        }
        drafted
    }

    /// Drafts the fields of a side, from examples and tables.
    fn side(&mut self, side: Part, owner: &str, bodies: &[Value]) -> Draft<DraftFields> {
        let section = self.section;
        let shown: Vec<&Map<String, Value>> = bodies.iter().filter_map(Value::as_object).collect();
        let (fields, unplaced) = tree::of(section, self.named, side, &shown);
        for table in unplaced {
            let names: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
            let of = table.name.as_deref().map(|name| format!(" of {name}")).unwrap_or_default();
            self.doubts.push(format!("a table{of} without a place: {}", names.join(", ")));
        }
        let mut rows = section.tables_of(side).flat_map(|table| &table.rows).peekable();
        let untyped = rows.peek().is_some() && rows.all(|row| row.ty.is_none());
        let (types, named, known) = (&mut *self.types, self.named, self.known);
        let (items, guessed) = (HashMap::new(), Vec::new());
        let mut drafter = FieldDrafter { types, named, side, items, known, untyped, guessed };
        let fields = drafter.fields(ObjectSighting { owner, fields: &fields, shown: &shown });
        let guessed = drafter.guessed;
        if guessed.is_empty() {
            return Draft::sure(fields);
        }
        Draft::doubtful(fields, format!("the tables give no types: number or text? {}", guessed.join(", ")))
    }

    /// Simplifies a field for encodings without objects and lists.
    fn flatten(&self, field: &mut Draft<Field>) {
        let nested = match &field.spec.ty {
            TypeExpr::Scalar(scalar) => *scalar == Scalar::Any,
            TypeExpr::Generic(generic, _) => matches!(generic, Generic::List | Generic::Map),
            TypeExpr::Named(name) => !matches!(self.types.get(name), Some(Definition::Enum { .. })),
        };
        if nested {
            field.doubts.push(format!("the page says `{}`, which can't be sent here", field.spec.ty));
            let Field { doc, rename, quirk, optional, .. } = field.spec.clone();
            let text = Field::new(TypeExpr::Scalar(Scalar::String));
            field.spec = Field { doc, rename, quirk, optional, ..text };
        }
    }
}

/// Returns the error codes, each with its description.
fn codes(section: &Section) -> IndexMap<String, String> {
    let rows = section.codes.iter().filter(|row| row.code != 0);
    rows.map(|row| (row.code.to_string(), row.words.clone())).collect()
}

fn rate(section: &Section) -> Draft<Vec<EndpointRate>> {
    let Rates { calls, otherwise } = Rates::of(&section.prose);
    let rates = calls.into_iter().filter_map(|(calls, per)| {
        Some(Rate { calls: u32::try_from(calls).ok()?, per: Period::from_keyword(per)? }.into())
    });
    let otherwise = otherwise.into_iter().map(|other| {
        let form = match other.counts {
            Counted::Company => "`scope: company`",
            Counted::Provider => "`scope: provider`",
            Counted::Shared => "`shared`",
            Counted::Else => "`by`, `counts`, `when`, `unless` or `only`",
        };
        format!("a rate, with {form}: {}", other.line)
    });
    let unclear = unclear_rates(&section.prose);
    let unclear = unclear.into_iter().map(|line| format!("a rate, with `counts`, or a note: {line}"));
    let shared = section
        .shared
        .rates
        .iter()
        .map(|line| format!("a rate, of one of the page's endpoints or of all: {line}"));
    Draft { spec: rates.collect(), doubts: otherwise.chain(unclear).chain(shared).collect() }
}
