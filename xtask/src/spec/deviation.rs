//! The places where a spec differs from its pages on purpose.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spec::keywords::keywords;
use crate::spec::pattern;

/// A place where the spec differs from the pages on purpose.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Deviation {
    /// The kind of difference.
    pub rule: DriftRule,
    /// The place, as `cargo xtask drift` reports it: `create`, `create.request.title`, `Settings.title`, `Kind.voice`.
    #[schemars(length(min = 1))]
    pub at: String,
    /// The page's text there, as `cargo xtask drift` reports it. If the page changes, the difference is reported again.
    pub page: Option<String>,
    /// The reason why the spec is right.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub reason: String,
}

keywords! {
    /// A kind of difference between the spec and the pages.
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
        /// The default of an omitted field.
        FieldDefault = "field-default",
        /// A value, or a union's variant, that only pages have.
        ValueNew = "value-new",
        /// A value, or a union's variant, that only the spec has.
        ValueGone = "value-gone",
        /// A field that has another form in a type of the same family.
        TypeAcross = "type-across",
        /// An enum, or a value of it, that has another name in the same family.
        NameAcross = "name-across",
        /// A rule over several fields that a response on a page breaks.
        RuleBroken = "rule-broken",
        /// A struct that is in a file twice.
        TypeTwice = "type-twice",
        /// A field that may be absent in one variant of a union only.
        VariantRequired = "variant-required",
        /// A requirement or fact that the notes must contain for callers.
        Notes = "notes",
        /// A rule over several fields.
        Rule = "rule",
        /// The name of a value, or of a union's variant.
        ValueName = "value-name",
        /// An endpoint that no page documents.
        EndpointGone = "endpoint-gone",
        /// Another page that documents the same call, which the endpoint's notes don't mention.
        DefinitionNew = "definition-new",
        /// The title of an endpoint.
        Title = "title",
        /// `GET` or `POST`.
        Method = "method",
        /// The kind of token.
        Token = "token",
        /// The host.
        Host = "host",
        /// The format of the request's body.
        Body = "body",
        /// The format of the response.
        Answer = "answer",
        /// The meaning of a job's status: whether the job continues, is done, or has failed.
        Job = "job",
        /// The list of the parts of a call that failed.
        Partial = "partial",
        /// The rate limits of an endpoint.
        Rate = "rate",
        /// The maximum number of concurrent calls.
        Concurrency = "concurrency",
        /// A page that doesn't exist.
        PageGone = "page-gone",
        /// A page with another URL.
        PageMoved = "page-moved",
        /// A page with another title.
        PageRenamed = "page-renamed",
        /// A page that has changed since it was read.
        PageChanged = "page-changed",
        /// A page that nobody had read, and that is available now.
        PageFound = "page-found",
        /// A page beside those of the spec that nobody has read.
        PageUnread = "page-unread",
        /// A page beside those of the spec whose facts aren't where its entry says, or that needs no entry.
        PageEntry = "page-entry",
        /// The reason of a deviation, of which something isn't so.
        Reason = "reason",
        /// An error code that only the page lists.
        CodeNew = "code-new",
        /// An error code that only the spec lists.
        CodeGone = "code-gone",
        /// The text of an error code.
        CodeText = "code-text",
    }
}
