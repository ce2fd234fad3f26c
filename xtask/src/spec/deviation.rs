//! The places where a spec differs from its pages on purpose.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::keywords::keywords;
use crate::spec::pattern;

/// A place where the spec differs from the pages on purpose.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Deviation {
    /// What differs.
    pub rule: DriftRule,
    /// Where, as `cargo xtask drift` says it: `create`, `create.request.title`, `Settings.title`, `Kind.voice`.
    #[schemars(length(min = 1))]
    pub at: String,
    /// What the page says there, as `cargo xtask drift` says it. It is told again when the page says something else.
    pub page: Option<String>,
    /// Why the spec is right.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub reason: String,
}

keywords! {
    /// What the spec and the pages don't agree on.
    DriftRule {
        /// A field that only pages have.
        FieldNew = "field-new",
        /// A field that only the spec has.
        FieldGone = "field-gone",
        /// The type of a field.
        FieldType = "field-type",
        /// Whether a field must be sent.
        FieldRequired = "field-required",
        /// Whether a response may lack a field.
        FieldPresence = "field-presence",
        /// A limit of a field.
        FieldLimit = "field-limit",
        /// What is assumed where a field is left out.
        FieldDefault = "field-default",
        /// A value, or a union's variant, that only pages have.
        ValueNew = "value-new",
        /// A value, or a union's variant, that only the spec has.
        ValueGone = "value-gone",
        /// A field that is written otherwise where a type of the same family has it, too.
        TypeAcross = "type-across",
        /// An enum, or a value of it, that is called otherwise in the same family.
        NameAcross = "name-across",
        /// A rule over several fields that an answer on a page breaks.
        RuleBroken = "rule-broken",
        /// A struct that stands twice in a file.
        TypeTwice = "type-twice",
        /// A field that may be absent in one variant of a union only.
        VariantRequired = "variant-required",
        /// What a caller needs or must know, which the notes have to tell.
        Notes = "notes",
        /// A rule over several fields.
        Rule = "rule",
        /// The name of a value, or of a union's variant.
        ValueName = "value-name",
        /// An endpoint that no page documents.
        EndpointGone = "endpoint-gone",
        /// Another page that documents the same call, of which an endpoint's notes don't speak.
        DefinitionNew = "definition-new",
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
        /// What a status says of a job: whether it continues, is done, or has failed.
        Job = "job",
        /// The list that names what failed of a call.
        Partial = "partial",
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
        /// A page that nobody had read, and that is there now.
        PageFound = "page-found",
        /// An error code that only the page lists.
        CodeNew = "code-new",
        /// An error code that only the spec lists.
        CodeGone = "code-gone",
    }
}
