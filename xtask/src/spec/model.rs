//! The spec as written in its files, before names are resolved.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::called::Names;
use crate::spec::deviation::Deviation;
use crate::spec::doc::Doc;
use crate::spec::document::{Document, NamedDocument};
use crate::spec::encoding::{Answer, Body, Errcode};
use crate::spec::field::Field;
use crate::spec::field_path::FieldPath;
use crate::spec::helper::Helper;
use crate::spec::job::Job;
use crate::spec::keeps::AllKeeps;
use crate::spec::keywords::keywords;
use crate::spec::other_pages::OtherPages;
use crate::spec::pattern;
use crate::spec::phrases::Phrases;
use crate::spec::rate::{EndpointRate, GeneralRate};
use crate::spec::section::{DocumentKind, Part, Section};
use crate::spec::sign::Sign;
use crate::spec::source::{Node, Path};
use crate::spec::table::Types;
use crate::spec::token::{Grants, Token};
use crate::spec::transport::{Method, Transport};
use crate::spec::type_expr::TypeExpr;
use crate::spec::types::{Enum, Struct, Union};
use crate::spec::wire::Wire;
use crate::spec::written_rule::WrittenRule;

/// All files of a spec.
#[derive(Debug, Default)]
pub struct Spec {
    /// In the order of their names.
    pub files: Vec<File>,
    /// The error codes, if there is a file of them.
    pub codes: Option<Codes>,
    /// The table of names, if there is one.
    pub names: Option<Names>,
    /// The pages that no operation names, if there is a table of them.
    pub pages: Option<OtherPages>,
    /// The English for short phrases of pages.
    pub phrases: Option<Phrases>,
    /// The general rates, if there is a file of them.
    pub rates: Option<Rates>,
}

impl Spec {
    /// Returns the request field with the recipients of the endpoint at a path, and the general rate that names it.
    pub fn recipients(&self, path: &str) -> Option<(&str, &str)> {
        let rates = self.rates.as_ref()?.rates.iter();
        let mut named = rates.filter_map(|(name, rate)| Some((name, rate, rate.recipients.as_ref()?)));
        let (name, _, field) = named.find(|(_, rate, _)| rate.of.paths().iter().any(|of| of == path))?;
        Some((name, field))
    }
}

/// The stem of the file with the error codes, which is no chapter: `errcodes.yaml`.
pub const CODES: &str = "errcodes";

/// The error codes that any endpoint may return.
#[derive(Debug)]
pub struct Codes {
    /// The source it was read from.
    pub source: usize,
    /// The positions of everything in it.
    pub root: Node,
    /// The page's Chinese title.
    pub title: String,
    /// A description of the table.
    pub summary: String,
    /// The documentation page.
    pub doc: Doc,
    /// By code.
    pub codes: IndexMap<String, ErrorCode>,
    /// The intended differences from the page.
    pub deviations: Vec<Deviation>,
}

/// An error code.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ErrorCode {
    /// The constant's name; an endpoint omits it if `errcodes.yaml` names the code.
    #[schemars(extend("pattern" = pattern::SCREAMING_SNAKE))]
    pub name: Option<String>,
    /// Its meaning.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// Advice on what to do, if the page has any.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub help: Option<String>,
}

/// The stem of the file with the general rates, which is no chapter: `rates.yaml`.
pub const RATES: &str = "rates";

/// The rate limits that no single endpoint's page documents.
#[derive(Debug)]
pub struct Rates {
    /// The source it was read from.
    pub source: usize,
    /// The positions of everything in it.
    pub root: Node,
    /// The page's Chinese title.
    pub title: String,
    /// A description of the table.
    pub summary: String,
    /// The documentation page.
    pub doc: Doc,
    /// By name.
    pub rates: IndexMap<String, GeneralRate>,
    /// The intended differences from the page.
    pub deviations: Vec<Deviation>,
}

/// A file: a chapter of the documentation, and a module of the generated crates.
#[derive(Debug)]
pub struct File {
    /// The source it was read from.
    pub source: usize,
    /// That source's name without its extension: `family` or `family.chapter`.
    pub stem: String,
    /// The positions of everything in it.
    pub root: Node,
    /// The chapter's Chinese title.
    pub title: String,
    /// The purpose of the module.
    pub summary: String,
    /// The names of types of other files of the family, by chapter.
    pub imports: IndexMap<String, Vec<String>>,
    /// The chapters that define these types and those inside them, by type.
    pub origins: HashMap<String, String>,
    /// By name, which becomes the request type's name.
    pub endpoints: IndexMap<String, Endpoint>,
    /// Of each kind, by name, which becomes the type's name.
    pub documents: Vec<(DocumentKind, IndexMap<String, Document>)>,
    /// By type name.
    pub structs: Types<Struct>,
    /// By type name.
    pub enums: Types<Enum>,
    /// By type name.
    pub unions: Types<Union>,
    /// The intended differences from its pages.
    pub deviations: Vec<Deviation>,
    /// Whether all of it could be read: if not, the rest may only look unused.
    pub complete: bool,
    /// The types that exist but couldn't be read.
    pub failed: BTreeSet<String>,
}

impl File {
    /// Returns the family that it belongs to.
    pub fn family(&self) -> &str {
        self.stem.split('.').next().unwrap_or(&self.stem)
    }

    /// Returns the names of its own types, each with its section.
    pub fn type_names(&self) -> impl Iterator<Item = (Section, &String)> {
        let structs = self.structs.keys().map(|name| (Section::Structs, name));
        let enums = self.enums.keys().map(|name| (Section::Enums, name));
        let unions = self.unions.keys().map(|name| (Section::Unions, name));
        structs.chain(enums).chain(unions)
    }

    /// Returns the name of its own type of this name.
    pub fn type_name(&self, name: &str) -> Option<&String> {
        let structure = self.structs.get_key_value(name).map(|(name, _)| name);
        let enumeration = || self.enums.get_key_value(name).map(|(name, _)| name);
        structure.or_else(enumeration).or_else(|| self.unions.get_key_value(name).map(|(name, _)| name))
    }

    /// Returns everything that is sent or received as a whole.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let endpoints = self.endpoints.iter().map(|(name, endpoint)| endpoint.operation(name));
        endpoints.chain(self.documents().map(Operation::of))
    }

    /// The documents, which are sent or received as a whole, by kind.
    pub fn documents(&self) -> impl Iterator<Item = NamedDocument<'_>> {
        let documents = self.documents.iter();
        documents.flat_map(|(kind, of)| {
            of.iter().map(|(name, definition)| NamedDocument { kind: *kind, name, definition })
        })
    }

    /// Returns all fields with their places: parts of operations and fields of structs.
    pub fn field_lists(&self) -> impl Iterator<Item = (Path, &Fields)> {
        let parts = self.operations().flat_map(|operation| {
            let path = operation.section.entry(operation.name);
            operation.parts.into_iter().map(move |(part, fields)| (path.key(part.key()), fields))
        });
        let structs = self.structs.iter();
        let structs =
            structs.map(|(name, structure)| (Section::Structs.entry(name).key("fields"), &structure.fields));
        parts.chain(structs)
    }

    /// Returns the field that a path leads to, through structs and lists of them.
    pub fn field_at<'f>(&'f self, fields: &'f Fields, path: &FieldPath) -> Option<&'f Field> {
        let mut steps = path.steps();
        let first = fields.get(steps.next()?)?;
        steps.try_fold(first, |field, name| self.structs.get(field.ty.name()?)?.fields.get(name))
    }

    /// Returns the names of all types of this file that some types are or contain, at any depth.
    pub fn reached<'f>(&'f self, types: impl IntoIterator<Item = &'f TypeExpr>) -> BTreeSet<&'f str> {
        let mut pending: Vec<&str> = types.into_iter().filter_map(TypeExpr::name).collect();
        let mut found = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if found.insert(name) {
                pending.extend(self.made_of(name).filter_map(TypeExpr::name));
            }
        }
        found
    }

    /// Returns the types that a type of this file is made of; none if it isn't one.
    pub fn made_of(&self, name: &str) -> impl Iterator<Item = &TypeExpr> {
        let fields = self.structs.get(name).into_iter().flat_map(|structure| structure.fields.values());
        let variants = self.unions.get(name).into_iter().flat_map(|union| union.variants.values());
        fields.map(|field| &field.ty).chain(variants.filter_map(|variant| variant.ty.as_ref()))
    }
}

/// Fields by wire name.
pub type Fields = IndexMap<String, Field>;

/// An operation: an endpoint or a document, for code that treats all of them alike.
#[derive(Debug)]
pub struct Operation<'a> {
    /// The section that contains it.
    pub section: Section,
    /// Its name.
    pub name: &'a str,
    /// The pages that document it.
    pub doc: &'a Doc,
    /// Its parts, in order.
    pub parts: Vec<(Part, &'a Fields)>,
    /// The rules over the fields that are sent.
    pub rules: &'a [WrittenRule],
}

impl<'a> Operation<'a> {
    /// Returns a document as an operation.
    pub fn of(document: NamedDocument<'a>) -> Self {
        let NamedDocument { name, definition, .. } = document;
        let (doc, parts) = (&definition.head.doc, vec![(document.part(), &definition.fields)]);
        Self { section: document.section(), name, doc, parts, rules: &definition.head.rules }
    }
}

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// Everything but the fields.
    pub head: EndpointHead,
    /// The request's fields, by wire name.
    pub request: Fields,
    /// The response's fields, by wire name, without `errcode` and `errmsg`.
    pub response: Fields,
    /// The error codes that its own page documents, with their meanings, by code.
    pub codes: IndexMap<String, ErrorCode>,
}

impl Endpoint {
    /// Returns it as an operation, under its name.
    pub fn operation<'a>(&'a self, name: &'a str) -> Operation<'a> {
        let parts = vec![(Part::Request, &self.request), (Part::Response, &self.response)];
        let EndpointHead { doc, rules, .. } = &self.head;
        Operation { section: Section::Endpoints, name, doc, parts, rules }
    }
}

/// Everything about an endpoint except its fields.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct EndpointHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub title: String,
    /// The effect of the call, in one sentence.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub summary: String,
    /// Further facts for callers: permissions, limits, edge cases. Markdown.
    pub notes: Option<String>,
    /// The documentation page.
    pub doc: Doc,
    /// Method and path: `POST /cgi-bin/…`. In the zone, `INVOKE` and a name; in a long connection, `CMD` and the command.
    #[schemars(extend("pattern" = pattern::CALL), extend("patternErrorMessage" = pattern::CALL_HELP))]
    pub call: String,
    /// The kind of token it takes.
    pub token: Token,
    /// The host.
    #[serde(default)]
    pub host: Host,
    /// The format of the request's body.
    #[serde(default)]
    pub body: Body,
    /// The format of the response.
    #[serde(default)]
    pub answer: Answer,
    /// Whether a success has an `errcode`, too.
    #[serde(default)]
    pub errcode: Errcode,
    /// The list in the response of what failed, if a call that fails in part has an `errcode` other than 0.
    #[schemars(length(min = 1))]
    pub partial: Option<String>,
    /// The fields that sign the request.
    pub sign: Option<Sign>,
    /// Whether it only reads, so that it may be sent again after a lost response.
    #[serde(default)]
    pub safe: bool,
    /// The reason why `safe` is right, if the path, the name or the title suggests otherwise.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub safe_because: Option<String>,
    /// The rate limits.
    #[serde(default)]
    pub rate: Vec<EndpointRate>,
    /// The maximum number of concurrent calls.
    #[schemars(range(min = 1))]
    pub concurrency: Option<u32>,
    /// The callbacks that a command of a long connection answers.
    pub answers: Option<Answers>,
    /// The way to get the next page.
    pub pagination: Option<Pagination>,
    /// The progress that it reports of a job which WeCom continues after a call.
    pub job: Option<Job>,
    /// The handwritten function of `wecom-sdk`, if a call alone is not enough.
    pub helper: Option<Helper>,
    /// The place in the response of a token that other endpoints take.
    pub grants: Option<Grants>,
    /// Its effects on things that the mock keeps.
    #[serde(default)]
    pub keeps: AllKeeps,
    /// Rules over several fields of the request.
    #[serde(default)]
    pub rules: Vec<WrittenRule>,
    /// Requests and their responses. They become tests, and the mock's responses.
    #[serde(default)]
    pub examples: Vec<Example>,
}

impl EndpointHead {
    /// Returns the two parts of its call; without a method, all of it is the path.
    pub fn method_and_path(&self) -> (&str, &str) {
        self.call.split_once(' ').unwrap_or(("", &self.call))
    }

    /// Returns the method.
    pub fn method(&self) -> Method {
        Method::named(self.method_and_path().0)
    }

    /// Returns what carries its calls.
    pub fn transport(&self) -> Transport {
        self.method().transport()
    }

    /// Returns whether it is a call over HTTP.
    pub fn is_over_http(&self) -> bool {
        self.transport() == Transport::Http
    }
}

/// The callbacks that a command answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Answers {
    /// Their distinguishing values on the wire: `eventtype enter_chat`.
    #[schemars(length(min = 1), inner(regex(pattern = pattern::WIRE)))]
    pub callbacks: Vec<String>,
    /// The seconds after the callback within which WeCom accepts it.
    #[schemars(range(min = 1))]
    pub within: u32,
}

impl Answers {
    /// Their distinguishing values, as far as they can be read.
    pub fn wires(&self) -> impl Iterator<Item = Wire<'_>> {
        self.callbacks.iter().filter_map(|wire| Wire::parse(wire))
    }
}

keywords! {
    /// The host of an endpoint.
    Host {
        /// `qyapi.weixin.qq.com`.
        Api = "api",
        /// `api.mch.weixin.qq.com`, which requires a merchant's certificate.
        Merchant = "merchant",
    }
}

/// The paging of an endpoint: by a `cursor` or by an `offset`. Fields of the response may be
/// paths: `file_list.item`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct Pagination {
    /// The request field that takes the cursor.
    pub cursor: Option<String>,
    /// The response field with the next cursor; empty or absent after the last page.
    pub next: Option<String>,
    /// The request field with the number of items before the page: the response doesn't say where the next one starts.
    pub offset: Option<String>,
    /// The request field with the number of items per page, if a page with fewer is the last one.
    pub limit: Option<String>,
    /// The response field that says whether more follows.
    pub more: Option<String>,
    /// The response field that says whether this was the last page.
    pub end: Option<String>,
    /// The response field with the total number of items, which the next cursor or offset reaches after the last page.
    pub total: Option<String>,
    /// The response field with the items; none if a page has several lists.
    pub items: Option<String>,
}

/// A request and its response, as JSON text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Example {
    /// A remark on the example, if it isn't the usual case.
    pub note: Option<String>,
    /// The fields sent, in the body or in the query. If omitted: none.
    pub request: Option<String>,
    /// The response's body.
    pub response: String,
}
