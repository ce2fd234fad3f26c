//! The API as an OpenAPI 3.1 document, for tools and languages that are not Rust.
//!
//! [`document`] puts it together: `operations` has the paths, `schemas` the types, `prose` the links of
//! texts.

mod operations;
mod prose;
mod rules;
mod schemas;

use serde_json::{Value, json};

use crate::api::{Api, Module};
use crate::spec::{GeneralRate, Host, Of, Token};
use prose::Names;

/// The document's name at the workspace's root.
pub const FILE: &str = "openapi.json";

/// What the extensions mean: OpenAPI has no word for them.
const EXTENSIONS: [(&str, &str); 28] = [
    ("x-concurrency", "How many calls of the operation may be on their way at once."),
    (
        "x-definitions",
        "Further pages that define the same method and path, each with what it says otherwise.",
    ),
    ("x-enum", "The documented values of an open enum: their names and meanings, in the order of `enum`."),
    (
        "x-errcodes",
        "What an `errcode` means, and what to do about it: for all operations, and for a single one.",
    ),
    ("x-extensions", "This table."),
    ("x-filled-in", "A field that signs the request: computed when the request is sent."),
    (
        "x-general-rates",
        "Rates that are of no single operation: of `each` counts each path by itself, `except` doesn't count, `per` is \
        for whom it counts, `counts` what, `recipients` the request field that names them; `times-accounts` multiplies it by the \
        accounts that the company may have, and what is too much is `refused`, or `dropped` without an error.",
    ),
    (
        "x-grants",
        "Where the answer holds a token: its security scheme, its field, its lifetime, its credentials.",
    ),
    ("x-items", "The type of the items that `x-separator` joins."),
    ("x-cuts-at-bytes", "Bytes of UTF-8 that WeCom keeps of a longer text; nothing is refused."),
    ("x-cuts-at-chars", "Characters that WeCom keeps of a longer text; nothing is refused."),
    ("x-cuts-at-width", "Like `x-cuts-at-chars`, where a Chinese character counts as two."),
    ("x-max-bytes", "Bytes of UTF-8, at most; `maxLength` counts characters, of which there are no more."),
    ("x-max-items", "Items of a string that `x-separator` joins, at most."),
    (
        "x-max-width",
        "Characters, at most, where a Chinese one counts as two; `maxLength` counts each as one.",
    ),
    ("x-min-items", "Items of a string that `x-separator` joins, at least."),
    ("x-misspelt", "Names that the documentation's examples give the field by mistake."),
    ("x-open", "Values or variants beside the documented ones are valid and must be expected."),
    ("x-pagination", "How pages follow each other: the fields with start, next start, end and items."),
    ("x-quirk", "The documentation contradicts itself about the field, so any scalar is valid."),
    ("x-rates", "How often the operation may be called."),
    (
        "x-rules",
        "Rules over several fields that JSON Schema can't say: `max_span` is how many days two times lie \
        apart, at most (`whole_days`: both rounded down to days in Beijing); of `order`, the first isn't above the \
        second, of `strict_order`, it is below it; `sum` and `product` bound what numbers come to; of the others, \
        each lists the fields it is about, and paths lead to fields inside others.",
    ),
    ("x-safe", "The operation only reads: it may be sent again after a lost answer."),
    ("x-secret", "The value must not be shown or logged."),
    ("x-separator", "What joins the items of a list that is sent as a string."),
    ("x-sign", "The fields that sign the request."),
    ("x-unique-items", "Whether no two items of a string that `x-separator` joins are the same."),
    ("x-unit", "The unit of a number."),
];

/// What the document says of the workspace.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The version of the crates.
    pub version: &'a str,
    /// An SPDX expression.
    pub license: &'a str,
}

/// This workspace.
pub const WORKSPACE: About<'_> =
    About { version: env!("CARGO_PKG_VERSION"), license: env!("CARGO_PKG_LICENSE") };

/// The document as it stands in its file.
pub fn text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// The document of an API: the same for the same API, to the byte.
pub fn document(api: &Api, about: About<'_>) -> Value {
    let names = Names::of(api);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": info(about),
        "servers": [operations::server(Host::Api)],
        "tags": tags(api),
        "paths": operations::paths(api, &names),
        "components": {
            "securitySchemes": security_schemes(api),
            "schemas": schemas::components(api, &names),
        },
    });
    if let Some(table) = &api.codes {
        document["x-errcodes"] = table.codes.iter().map(operations::error_code).collect();
    }
    if let Some(table) = &api.rates {
        document["x-general-rates"] =
            table.rates.iter().map(|(name, rate)| general_rate(name, rate)).collect();
    }
    let text = document.to_string();
    let used = EXTENSIONS.iter().filter(|(name, _)| *name == "x-extensions" || text.contains(&quoted(name)));
    document["x-extensions"] = used.map(|(name, meaning)| ((*name).to_owned(), json!(meaning))).collect();
    document
}

fn quoted(name: &str) -> String {
    format!("\"{name}\":")
}

fn info(about: About<'_>) -> Value {
    json!({
        "title": "WeCom (企业微信) API",
        "version": about.version,
        "description": "Transcribed from WeCom's documentation. This is not a Tencent project.\n\nWhat WeCom \
            adds breaks nothing: fields, values of enums and variants of unions that are not listed here are \
            valid, and must be expected. Nearly every answer has the status 200: whether a call \
            worked, says `errcode`.",
        "license": { "name": about.license, "identifier": about.license },
    })
}

/// A tag for each family, which tells its chapters.
fn tags(api: &Api) -> Value {
    let tag = |family: &str| {
        let chapters = api.modules.iter().filter(|module| module.family == family);
        let chapters: Vec<String> = chapters.map(chapter).collect();
        json!({ "name": family, "description": chapters.join("\n\n") })
    };
    api.families().into_iter().map(tag).collect()
}

fn chapter(module: &Module) -> String {
    format!("{}: {}", module.title, module.summary)
}

/// The kinds of token that the API takes.
fn security_schemes(api: &Api) -> Value {
    let endpoints = || api.modules.iter().flat_map(|module| &module.endpoints);
    let used = Token::ALL.iter().filter(|token| endpoints().any(|endpoint| endpoint.token == **token));
    let schemes = used.filter_map(|token| {
        let (parameter, meaning) = (token.parameter()?, token.meaning());
        let scheme = json!({ "type": "apiKey", "in": "query", "name": parameter, "description": meaning });
        Some((token.keyword().to_owned(), scheme))
    });
    Value::Object(schemes.collect())
}

fn general_rate(name: &str, rate: &GeneralRate) -> Value {
    let GeneralRate { doc, of, except, per, counts, recipients, rate, times_accounts, excess } = rate;
    let of = match of {
        Of::Each => json!("each"),
        Of::None => json!("none"),
        Of::Paths(paths) => json!(paths),
    };
    let mut entry = json!({
        "name": name,
        "description": doc,
        "of": of,
        "per": per.keyword(),
        "counts": counts.keyword(),
        "rates": operations::rates(rate),
        "times-accounts": times_accounts,
        "excess": excess.keyword(),
    });
    if !except.is_empty() {
        entry["except"] = json!(except);
    }
    if let Some(field) = recipients {
        entry["recipients"] = json!(field);
    }
    entry
}
