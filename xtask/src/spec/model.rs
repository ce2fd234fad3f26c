//! The spec as it stands in its files: what a person writes, before names are resolved.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::called::Names;
use crate::spec::deviation::Deviation;
use crate::spec::doc::Doc;
use crate::spec::encoding::{Answer, Body, Errcode};
use crate::spec::event::{Document, Event};
use crate::spec::field::Field;
use crate::spec::field_path::FieldPath;
use crate::spec::helper::Helper;
use crate::spec::job::Job;
use crate::spec::keeps::Keeps;
use crate::spec::keywords::keywords;
use crate::spec::pattern;
use crate::spec::phrases::Phrases;
use crate::spec::rate::{GeneralRate, Rate};
use crate::spec::section::{DocumentKind, Part, Section};
use crate::spec::sign::Sign;
use crate::spec::source::{Node, Path};
use crate::spec::transport::{Method, Transport};
use crate::spec::type_expr::TypeExpr;
use crate::spec::types::{Enum, Struct, Union};
use crate::spec::written_rule::WrittenRule;

/// All files of a spec.
#[derive(Debug, Default)]
pub struct Spec {
    /// In the order of their names.
    pub files: Vec<File>,
    /// The error codes, if there is a file of them.
    pub codes: Option<Codes>,
    /// What everything is called, if there is a table of it.
    pub names: Option<Names>,
    /// How short phrases of pages are said in English.
    pub phrases: Option<Phrases>,
    /// The general rates, if there is a file of them.
    pub rates: Option<Rates>,
}

impl Spec {
    /// The request field that names the recipients of an endpoint at a path, and the general rate that says so.
    pub fn recipients(&self, path: &str) -> Option<(&str, &str)> {
        let rates = self.rates.as_ref()?.rates.iter();
        let mut named = rates.filter_map(|(name, rate)| Some((name, rate, rate.recipients.as_ref()?)));
        let (name, _, field) = named.find(|(_, rate, _)| rate.of.paths().iter().any(|of| of == path))?;
        Some((name, field))
    }
}

/// The stem of the file that holds the error codes and is no chapter: `errcodes.yaml`.
pub const CODES: &str = "errcodes";

/// The error codes that any endpoint may answer with.
#[derive(Debug)]
pub struct Codes {
    /// Which source it was read from.
    pub source: usize,
    /// Where everything in it stands.
    pub root: Node,
    /// The page's Chinese title.
    pub title: String,
    /// What they are.
    pub summary: String,
    /// The documentation page.
    pub doc: Doc,
    /// By code.
    pub codes: IndexMap<String, ErrorCode>,
    /// Where they differ from the page on purpose.
    pub deviations: Vec<Deviation>,
}

/// An error code.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ErrorCode {
    /// The constant's name; an endpoint leaves it out where `errcodes.yaml` names the code.
    #[schemars(extend("pattern" = pattern::SCREAMING_SNAKE))]
    pub name: Option<String>,
    /// What it means.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// What to do about it, where the page says so.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub help: Option<String>,
}

/// The stem of the file that holds the general rates and is no chapter: `rates.yaml`.
pub const RATES: &str = "rates";

/// The rates that are of no single endpoint's page.
#[derive(Debug)]
pub struct Rates {
    /// Which source it was read from.
    pub source: usize,
    /// Where everything in it stands.
    pub root: Node,
    /// The page's Chinese title.
    pub title: String,
    /// What they are.
    pub summary: String,
    /// The documentation page.
    pub doc: Doc,
    /// By name.
    pub rates: IndexMap<String, GeneralRate>,
    /// Where they differ from the page on purpose.
    pub deviations: Vec<Deviation>,
}

/// A file: a chapter of the documentation, and a module of the generated crates.
#[derive(Debug)]
pub struct File {
    /// Which source it was read from.
    pub source: usize,
    /// That source's name without its extension: `family` or `family.chapter`.
    pub stem: String,
    /// Where everything in it stands.
    pub root: Node,
    /// The chapter's Chinese title.
    pub title: String,
    /// What the module is for.
    pub summary: String,
    /// By name, which becomes the request type's name.
    pub endpoints: IndexMap<String, Endpoint>,
    /// Of each kind, by name, which becomes the type's name.
    pub documents: Vec<(DocumentKind, IndexMap<String, Event>)>,
    /// By type name.
    pub structs: IndexMap<String, Struct>,
    /// By type name.
    pub enums: IndexMap<String, Enum>,
    /// By type name.
    pub unions: IndexMap<String, Union>,
    /// Where it differs from its pages on purpose.
    pub deviations: Vec<Deviation>,
    /// Whether all of it could be read: if not, what is left may only look unused.
    pub complete: bool,
    /// The types that are there, but couldn't be read.
    pub failed: BTreeSet<String>,
}

impl File {
    /// The family that it is of.
    pub fn family(&self) -> &str {
        self.stem.split('.').next().unwrap_or(&self.stem)
    }

    /// The names of its own types, each with the section it stands in.
    pub fn type_names(&self) -> impl Iterator<Item = (Section, &String)> {
        let structs = self.structs.keys().map(|name| (Section::Structs, name));
        let enums = self.enums.keys().map(|name| (Section::Enums, name));
        let unions = self.unions.keys().map(|name| (Section::Unions, name));
        structs.chain(enums).chain(unions)
    }

    /// The name of the type of its own that is called so.
    pub fn type_name(&self, name: &str) -> Option<&String> {
        let structure = self.structs.get_key_value(name).map(|(name, _)| name);
        let enumeration = || self.enums.get_key_value(name).map(|(name, _)| name);
        structure.or_else(enumeration).or_else(|| self.unions.get_key_value(name).map(|(name, _)| name))
    }

    /// Everything that is sent or received as a whole.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        let endpoints = self.endpoints.iter().map(|(name, endpoint)| endpoint.operation(name));
        endpoints.chain(self.documents().map(Operation::of))
    }

    /// What is sent or received as a whole, kind by kind.
    pub fn documents(&self) -> impl Iterator<Item = Document<'_>> {
        let documents = self.documents.iter();
        documents.flat_map(|(kind, of)| of.iter().map(|(name, event)| Document { kind: *kind, name, event }))
    }

    /// All fields, with where they stand: parts of operations and fields of structs.
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

    /// The field that a path leads to, through structs and lists of them.
    pub fn field_at<'f>(&'f self, fields: &'f Fields, path: &FieldPath) -> Option<&'f Field> {
        let mut steps = path.steps();
        let first = fields.get(steps.next()?)?;
        steps.try_fold(first, |field, name| self.structs.get(field.ty.name()?)?.fields.get(name))
    }

    /// The names of all types of this file that some types are, or hold, at whatever depth.
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

    /// The types that a type of this file is made of; none if it isn't one.
    pub fn made_of(&self, name: &str) -> impl Iterator<Item = &TypeExpr> {
        let fields = self.structs.get(name).into_iter().flat_map(|structure| structure.fields.values());
        let variants = self.unions.get(name).into_iter().flat_map(|union| union.variants.values());
        fields.map(|field| &field.ty).chain(variants.filter_map(|variant| variant.ty.as_ref()))
    }
}

/// Fields by wire name.
pub type Fields = IndexMap<String, Field>;

/// Something that is sent or received as a whole, for what holds for all of them.
#[derive(Debug)]
pub struct Operation<'a> {
    /// The section that it stands in.
    pub section: Section,
    /// Its name.
    pub name: &'a str,
    /// The pages that document it.
    pub doc: &'a Doc,
    /// What travels, in its order.
    pub parts: Vec<(Part, &'a Fields)>,
    /// The rules over what is sent.
    pub rules: &'a [WrittenRule],
}

impl<'a> Operation<'a> {
    /// The operation that a document is.
    pub fn of(document: Document<'a>) -> Self {
        let Document { name, event, .. } = document;
        let (doc, parts) = (&event.head.doc, vec![(document.part(), &event.fields)]);
        Self { section: document.section(), name, doc, parts, rules: &event.head.rules }
    }
}

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// Everything but the fields.
    pub head: EndpointHead,
    /// What is sent, by wire name.
    pub request: Fields,
    /// What comes back, by wire name, `errcode` and `errmsg` left out.
    pub response: Fields,
    /// What error codes mean that its own page documents, by code.
    pub codes: IndexMap<String, ErrorCode>,
}

impl Endpoint {
    /// What travels when it is called, under its name.
    pub fn operation<'a>(&'a self, name: &'a str) -> Operation<'a> {
        let parts = vec![(Part::Request, &self.request), (Part::Response, &self.response)];
        let EndpointHead { doc, rules, .. } = &self.head;
        Operation { section: Section::Endpoints, name, doc, parts, rules }
    }
}

/// Everything of an endpoint but its fields.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct EndpointHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub title: String,
    /// What it does, in one sentence.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub summary: String,
    /// What else a caller must know: permissions, limits, what happens at the edges. Markdown.
    pub notes: Option<String>,
    /// The documentation page.
    pub doc: Doc,
    /// Method and path: `POST /cgi-bin/…`. In the zone, `INVOKE` and a name.
    #[schemars(extend("pattern" = pattern::CALL), extend("patternErrorMessage" = pattern::CALL_HELP))]
    pub call: String,
    /// The kind of token it takes.
    pub token: Token,
    /// Where it is.
    #[serde(default)]
    pub host: Host,
    /// What the request's body is.
    #[serde(default)]
    pub body: Body,
    /// What comes back.
    #[serde(default)]
    pub answer: Answer,
    /// Whether `errcode` comes with a success, too.
    #[serde(default)]
    pub errcode: Errcode,
    /// The list of the response that names what failed, where a call that fails in part has another `errcode` than 0.
    #[schemars(length(min = 1))]
    pub partial: Option<String>,
    /// Which fields sign the request.
    pub sign: Option<Sign>,
    /// Whether it only reads, so that it may be sent again after a lost answer.
    #[serde(default)]
    pub safe: bool,
    /// Why `safe` is right, where the path, the name or the title says otherwise.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub safe_because: Option<String>,
    /// How often it may be called.
    #[serde(default)]
    pub rate: Vec<Rate>,
    /// How many calls may be on their way at once.
    #[schemars(range(min = 1))]
    pub concurrency: Option<u32>,
    /// How its pages follow each other.
    pub pagination: Option<Pagination>,
    /// What it says of a job that WeCom works on after a call.
    pub job: Option<Job>,
    /// What `wecom-sdk` has by hand, where a call alone is of no use.
    pub helper: Option<Helper>,
    /// Where the response holds a token that other endpoints take.
    pub grants: Option<Grants>,
    /// What it does with a thing that the mock keeps.
    pub keeps: Option<Keeps>,
    /// Rules over several fields of the request.
    #[serde(default)]
    pub rules: Vec<WrittenRule>,
    /// Requests and their responses. They become tests, and the mock's answers.
    #[serde(default)]
    pub examples: Vec<Example>,
}

impl EndpointHead {
    /// The two parts of its call; without a method, all of it is the path.
    pub fn method_and_path(&self) -> (&str, &str) {
        self.call.split_once(' ').unwrap_or(("", &self.call))
    }

    /// How it is called.
    pub fn method(&self) -> Method {
        Method::named(self.method_and_path().0)
    }

    /// Whether HTTP carries it.
    pub fn is_over_http(&self) -> bool {
        self.method().transport() == Transport::Http
    }
}

keywords! {
    /// A kind of token.
    Token {
        /// No token: the endpoint gives one out, or proves who calls in another way.
        None = "none",
        /// An app's token for one company.
        AccessToken = "access_token",
        /// A third-party application's own token.
        SuiteAccessToken = "suite_access_token",
        /// A service provider's token.
        ProviderAccessToken = "provider_access_token",
        /// A device's token.
        DeviceAccessToken = "device_access_token",
        /// A model's token.
        ModelAccessToken = "model_access_token",
        /// The key of a group's webhook.
        WebhookKey = "webhook_key",
        /// The code that answers one message.
        ResponseCode = "response_code",
    }
}

keywords! {
    /// Where an endpoint is.
    Host {
        /// `qyapi.weixin.qq.com`.
        Api = "api",
        /// `api.mch.weixin.qq.com`, which asks for a merchant's certificate.
        Merchant = "merchant",
    }
}

impl Token {
    /// The query parameter that carries it.
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::WebhookKey => Some("key"),
            other => Some(other.keyword()),
        }
    }
}

/// How the pages of an endpoint follow each other: by a `cursor` or by an `offset`. Fields of the response may be
/// paths: `file_list.item`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct Pagination {
    /// The request field that takes the cursor.
    pub cursor: Option<String>,
    /// The response field that holds the next cursor; empty or absent after the last page.
    pub next: Option<String>,
    /// The request field that counts the items before the page: the answer doesn't say where the next one starts.
    pub offset: Option<String>,
    /// The request field with the number of items that are wanted, where a page with fewer is the last one.
    pub limit: Option<String>,
    /// The response field that says whether more follows.
    pub more: Option<String>,
    /// The response field that says whether this was the last page.
    pub end: Option<String>,
    /// The response field with the number of all items, which the next cursor or offset reaches after the last page.
    pub total: Option<String>,
    /// The response field that holds the items; none where a page has several lists.
    pub items: Option<String>,
}

/// Where a response holds a token.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Grants {
    /// The kind of token.
    #[schemars(extend("not" = { "const": "none" }))]
    pub kind: Token,
    /// The response field with the token.
    pub token: String,
    /// The response field with its lifetime in seconds.
    pub expires: String,
    /// The request fields the mock compares with the credentials it knows.
    pub credentials: Credentials,
}

/// The request fields that carry credentials.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Credentials {
    /// Who asks.
    pub id: String,
    /// The secret that proves it.
    pub secret: String,
}

/// A request and its response, as JSON text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Example {
    /// What the example shows, where it isn't the plain case.
    pub note: Option<String>,
    /// The fields sent, whether they go into the body or into the query. Left out: none.
    pub request: Option<String>,
    /// The body that comes back.
    pub response: String,
}
