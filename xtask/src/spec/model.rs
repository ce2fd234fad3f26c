//! The spec as it stands in its files: what a person writes, before names are resolved.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Value;

use crate::spec::keywords::keywords;
use crate::spec::schema;
use crate::spec::source::Node;
use crate::spec::type_expr::TypeExpr;

/// All files of a spec.
#[derive(Debug, Default)]
pub struct Spec {
    /// In the order of their names.
    pub files: Vec<File>,
    /// The error codes, if there is a file of them.
    pub codes: Option<Codes>,
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
    /// The constant's name.
    #[schemars(extend("pattern" = schema::SCREAMING_SNAKE))]
    pub name: String,
    /// What it means.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    pub doc: String,
    /// What to do about it, where the page says so.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    pub help: Option<String>,
}

/// A file: a chapter of the documentation, and a module of the generated crates.
#[derive(Debug)]
pub struct File {
    /// Which source it was read from.
    pub source: usize,
    /// Where everything in it stands.
    pub root: Node,
    /// The chapter's Chinese title.
    pub title: String,
    /// What the module is for.
    pub summary: String,
    /// By name, which becomes the request type's name.
    pub endpoints: IndexMap<String, Endpoint>,
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
    pub failed: Vec<String>,
}

impl File {
    /// The names of its own types, each with the section it stands in.
    pub fn type_names(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let structs = self.structs.keys().map(|name| ("structs", name));
        let enums = self.enums.keys().map(|name| ("enums", name));
        let unions = self.unions.keys().map(|name| ("unions", name));
        structs.chain(enums).chain(unions)
    }
}

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// Everything but the fields.
    pub head: EndpointHead,
    /// What is sent, by wire name.
    pub request: IndexMap<String, Field>,
    /// What comes back, by wire name, `errcode` and `errmsg` left out.
    pub response: IndexMap<String, Field>,
}

/// Everything of an endpoint but its fields.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct EndpointHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    pub title: String,
    /// What it does, in one sentence.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    pub summary: String,
    /// What else a caller must know: permissions, limits, what happens at the edges. Markdown.
    pub notes: Option<String>,
    /// The documentation page.
    pub doc: Doc,
    /// Method and path: `POST /cgi-bin/…`.
    #[schemars(extend("pattern" = schema::CALL), extend("patternErrorMessage" = schema::CALL_HELP))]
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
    /// Which fields sign the request.
    pub sign: Option<Sign>,
    /// Whether it only reads, so that it may be sent again after a lost answer.
    #[serde(default)]
    pub safe: bool,
    /// How often it may be called.
    #[serde(default)]
    pub rate: Vec<Rate>,
    /// How many calls may be on their way at once.
    #[schemars(range(min = 1))]
    pub concurrency: Option<u32>,
    /// How its pages follow each other.
    pub pagination: Option<Pagination>,
    /// Where the response holds a token that other endpoints take.
    pub grants: Option<Grants>,
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
}

/// A documentation page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Doc {
    /// The document's id: it stays when the page moves.
    #[schemars(range(min = 1))]
    pub id: u32,
    /// The number in the page's address.
    #[schemars(range(min = 1))]
    pub page: u32,
    /// When the page was last changed, as it says: `2024-07-16`. Some pages don't say.
    #[schemars(extend("pattern" = schema::DATE))]
    pub updated: Option<String>,
    /// Other documents with the same endpoint, for other sorts of applications.
    #[serde(default)]
    pub also: Vec<Also>,
}

/// Another document with the same endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Also {
    /// The document's id.
    #[schemars(range(min = 1))]
    pub id: u32,
    /// When its page was last changed.
    #[schemars(extend("pattern" = schema::DATE))]
    pub updated: Option<String>,
}

impl Doc {
    /// The documents' ids, the main one first.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.id).chain(self.also.iter().map(|also| also.id))
    }
}

keywords! {
    /// A kind of token.
    Token {
        /// No token: the endpoint gives one out, or proves who calls in another way.
        None = "none",
        /// An application's token for one corporation.
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

/// A place where the spec differs from the pages on purpose.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Deviation {
    /// What differs.
    pub rule: Drift,
    /// Where, as `cargo xtask drift` says it: `create`, `create.request.title`, `Settings.title`, `Kind.voice`.
    #[schemars(length(min = 1))]
    pub at: String,
    /// What the page says there, as `cargo xtask drift` says it. It is told again when the page says something else.
    pub page: Option<String>,
    /// Why the spec is right.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    pub reason: String,
}

keywords! {
    /// What the spec and the pages don't agree on.
    Drift {
        /// A field that only pages have.
        FieldNew = "field-new",
        /// A field that only the spec has.
        FieldGone = "field-gone",
        /// The type of a field.
        FieldType = "field-type",
        /// Whether a field must be sent.
        FieldRequired = "field-required",
        /// A limit of a field.
        FieldLimit = "field-limit",
        /// What is assumed where a field is left out.
        FieldDefault = "field-default",
        /// A value, or a union's variant, that only pages have.
        ValueNew = "value-new",
        /// A value, or a union's variant, that only the spec has.
        ValueGone = "value-gone",
        /// An endpoint that no page documents.
        EndpointGone = "endpoint-gone",
        /// The title of an endpoint.
        Title = "title",
        /// `GET` or `POST`.
        Method = "method",
        /// The kind of token.
        Token = "token",
        /// The host.
        Host = "host",
        /// What the request's body is.
        Body = "body",
        /// What comes back.
        Answer = "answer",
        /// How often an endpoint may be called.
        Rate = "rate",
        /// How many calls may be on their way at once.
        Concurrency = "concurrency",
        /// A page that isn't there.
        PageGone = "page-gone",
        /// A page with another address.
        PageMoved = "page-moved",
        /// A page that was changed since it was read.
        PageChanged = "page-changed",
        /// An error code that only the page lists.
        CodeNew = "code-new",
        /// An error code that only the spec lists.
        CodeGone = "code-gone",
    }
}

keywords! {
    /// What a request's body is.
    Body {
        /// A JSON object; nothing for `GET`.
        Json = "json",
        /// A form with a file.
        Multipart = "multipart",
        /// A flat XML document.
        Xml = "xml",
    }
}

keywords! {
    /// What comes back.
    Answer {
        /// A JSON object with `errcode` and `errmsg`.
        Json = "json",
        /// A file, or a JSON error.
        File = "file",
        /// A file or JSON, as the request says.
        FileOrJson = "file_or_json",
        /// A flat XML document.
        Xml = "xml",
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

/// A documented rate limit.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Rate {
    /// How many calls.
    #[schemars(range(min = 1))]
    pub calls: u32,
    /// In which time.
    pub per: Period,
}

keywords! {
    /// The time a rate limit counts in.
    Period {
        /// Every second.
        Second = "second",
        /// Every minute.
        Minute = "minute",
        /// Every hour.
        Hour = "hour",
        /// Every day.
        Day = "day",
        /// Every month.
        Month = "month",
    }
}

/// How the pages of an endpoint follow each other: by a `cursor` or by an `offset`. Fields of the response may be
/// paths: `file_list.item`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
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

/// The fields that prove that a request comes from who holds a key.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Sign {
    /// Text that is never used twice.
    pub nonce: String,
    /// When the request was made.
    pub ts: String,
    /// The signature over all other fields.
    pub sig: String,
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

/// A rule over several fields: exactly one of these.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "Rule", extend("minProperties" = 1, "maxProperties" = 1))]
pub struct WrittenRule {
    /// Two times lie at most so many days apart, and not the wrong way round.
    pub max_span: Option<MaxSpan>,
    /// One of these fields is set, and no other.
    #[schemars(length(min = 1))]
    pub exactly_one: Option<Vec<String>>,
    /// One of these fields is set, or several.
    #[schemars(length(min = 1))]
    pub at_least_one: Option<Vec<String>>,
    /// One of these fields is set, or none.
    #[schemars(length(min = 1))]
    pub at_most_one: Option<Vec<String>>,
    /// A field is set when another one has a certain value.
    pub required_when: Option<RequiredWhen>,
}

/// A field that is required because of another one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct RequiredWhen {
    /// The field.
    pub field: String,
    /// The other field.
    pub when: String,
    /// The other field's values that make it required, as on the wire.
    #[schemars(with = "Vec<serde_json::Value>", length(min = 1))]
    pub is: Vec<Value>,
}

/// A rule over two times.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct MaxSpan {
    /// The field with the earlier time.
    pub from: String,
    /// The field with the later time.
    pub to: String,
    /// How many days.
    pub days: u32,
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

/// A field.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Field {
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeExpr,
    /// What the name doesn't say: meaning, unit, when it is absent, what it refers to.
    #[serde(default)]
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    pub doc: String,
    /// The Rust name, where the wire name can't be one.
    #[schemars(extend("pattern" = schema::IDENTIFIER))]
    pub rename: Option<String>,
    /// What the server assumes where the field is left out.
    #[schemars(with = "Option<serde_json::Value>")]
    pub default: Option<Value>,
    /// Where the field is sent, for an endpoint with a body.
    #[serde(default, rename = "in")]
    pub place: Place,
    /// Whether its own fields stand among the fields around it, instead of inside an object.
    #[serde(default)]
    pub embed: bool,
    /// Why the type is not what the page says.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    pub quirk: Option<String>,
    /// Names that the page's examples give the field by mistake.
    #[serde(default)]
    pub misspelt: Vec<String>,
    /// Bytes of UTF-8, at most.
    pub max_bytes: Option<u32>,
    /// Characters, at most.
    pub max_chars: Option<u32>,
    /// Characters, at least.
    pub min_chars: Option<u32>,
    /// Items of a list, at most.
    pub max_items: Option<u32>,
    /// Items of a list, at least.
    pub min_items: Option<u32>,
    /// The largest number.
    pub max: Option<i64>,
    /// The smallest number.
    pub min: Option<i64>,
    /// Whether the field may be absent: its key ends in `?`.
    #[serde(skip)]
    pub optional: bool,
}

keywords! {
    /// Where a request field is sent.
    Place {
        /// In the body; for `GET`, in the query.
        Body = "body",
        /// In the URL, beside the token.
        Query = "query",
        /// In an HTTP header of this name.
        Header = "header",
    }
}

/// A limit of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Bytes of UTF-8, at most.
    MaxBytes(u32),
    /// Characters, at most.
    MaxChars(u32),
    /// Characters, at least.
    MinChars(u32),
    /// Items of a list, at most.
    MaxItems(u32),
    /// Items of a list, at least.
    MinItems(u32),
    /// The largest number.
    Max(i64),
    /// The smallest number.
    Min(i64),
}

impl Limit {
    /// The limit's key in a spec, which is also its method's name in generated code.
    pub fn key(self) -> &'static str {
        match self {
            Self::MaxBytes(_) => "max_bytes",
            Self::MaxChars(_) => "max_chars",
            Self::MinChars(_) => "min_chars",
            Self::MaxItems(_) => "max_items",
            Self::MinItems(_) => "min_items",
            Self::Max(_) => "max",
            Self::Min(_) => "min",
        }
    }

    /// The limit's number.
    pub fn number(self) -> i64 {
        match self {
            Self::MaxBytes(n)
            | Self::MaxChars(n)
            | Self::MinChars(n)
            | Self::MaxItems(n)
            | Self::MinItems(n) => n.into(),
            Self::Max(n) | Self::Min(n) => n,
        }
    }
}

impl Field {
    /// The field's limits.
    pub fn limits(&self) -> Vec<Limit> {
        [
            self.min_chars.map(Limit::MinChars),
            self.max_chars.map(Limit::MaxChars),
            self.max_bytes.map(Limit::MaxBytes),
            self.min_items.map(Limit::MinItems),
            self.max_items.map(Limit::MaxItems),
            self.min.map(Limit::Min),
            self.max.map(Limit::Max),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// A struct.
#[derive(Debug)]
pub struct Struct {
    /// What it is.
    pub doc: String,
    /// By wire name.
    pub fields: IndexMap<String, Field>,
    /// Rules over several fields.
    pub rules: Vec<WrittenRule>,
}

/// An open enum.
#[derive(Debug)]
pub struct Enum {
    /// What it is.
    pub doc: String,
    /// Integers or strings.
    pub repr: Repr,
    /// By wire value.
    pub values: IndexMap<String, EnumValue>,
}

keywords! {
    /// What the values of an enum, or the tags of a union, are on the wire.
    Repr {
        /// Strings.
        String = "string",
        /// Numbers.
        Int = "int",
    }
}

/// A documented value of an enum.
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// The variant's name.
    pub name: String,
    /// What it means, where the name doesn't say it.
    pub doc: Option<String>,
}

/// A union: an object whose fields depend on which variant it is.
#[derive(Debug)]
pub struct Union {
    /// What it is.
    pub doc: String,
    /// How its variants are told apart.
    pub style: Style,
    /// The wire name of the field that says which variant it is, for the styles that have one.
    pub tag: Option<String>,
    /// Whether tags are strings or numbers.
    pub repr: Repr,
    /// By tag value; for `oneof` by field, for `kind` by kind of JSON.
    pub variants: IndexMap<String, Variant>,
}

keywords! {
    /// How the variants of a union are told apart.
    Style {
        /// The tag names the field that holds the content.
        Sibling = "sibling",
        /// The tag stands among the fields of the content.
        Flat = "flat",
        /// No tag: the one field there is holds the content.
        Oneof = "oneof",
        /// No tag: the content is a number, a string, a list, …
        Kind = "kind",
    }
}

/// The kinds of JSON that a [`Style::Kind`] union tells apart.
pub const KINDS: [&str; 5] = ["bool", "number", "string", "list", "object"];

/// A variant of a union.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The variant's name; without one, it is made from the tag.
    pub name: Option<String>,
    /// The type of the content; a sibling may have none.
    pub ty: Option<TypeExpr>,
    /// The field with the content, for siblings; without one, it is named as the tag says.
    pub key: Option<String>,
    /// What it is, where the name doesn't say it.
    pub doc: Option<String>,
}

impl Variant {
    /// The field with the content of the variant with this tag.
    pub fn content<'a>(&'a self, tag: &'a str) -> &'a str {
        self.key.as_deref().unwrap_or(tag)
    }
}
