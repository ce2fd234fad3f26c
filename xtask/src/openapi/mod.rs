//! Writes the API as OpenAPI 3.1, for other tools and languages.
//!
//! [`documents`] writes one document per family, and [`bundle`] one of all: `operations` has the paths, `webhooks` the
//! documents, `schemas` the types, `prose` the links in texts.

mod operations;
mod prose;
mod rates;
mod rules;
mod schemas;
mod webhooks;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::api::{Api, Module};
use crate::spec::{Host, Token};
use prose::Names;

/// The folder of the documents, relative to the workspace.
pub const FOLDER: &str = "openapi";

/// The document to which those of the families refer.
pub const COMMON: &str = "common.json";

/// The meanings of the extensions, for which OpenAPI has no keyword.
const EXTENSIONS: [(&str, &str); 32] = [
    ("x-concurrency", "The number of calls of the operation that may be in flight at once."),
    (
        "x-deadline",
        "The seconds for which WeCom waits for the response to the callback, if this isn't the usual time.",
    ),
    ("x-definitions", "Other pages that define the same method and path, each with its differences."),
    (
        "x-encrypted",
        "The schema describes the decrypted document, which WeCom sends encrypted and signed, in an envelope.",
    ),
    ("x-enum", "The documented values of an open enum: their names and meanings, in the order of `enum`."),
    (
        "x-errcodes",
        "The meaning of each `errcode` and what to do about it, for all operations or for a single one.",
    ),
    ("x-extensions", "This table."),
    ("x-filled-in", "A field of the request's signature. It is filled in when the request is sent."),
    (
        "x-general-rates",
        "Rate limits across operations. `of: each` counts each path separately, except for those in `except`. `per` is the \
        caller or recipient that calls are counted for, `counts` the unit counted, and `recipients` the request field that \
        lists the recipients. `times-accounts` multiplies the limit by the number of accounts that the company may have. \
        Calls beyond the limit are `refused`, or `dropped` without an error.",
    ),
    ("x-grants", "The token in the response: its security scheme, its field, its lifetime, its credentials."),
    ("x-item-count", "The sibling field that contains the number of items in the list."),
    ("x-items", "The type of the items that `x-separator` joins."),
    (
        "x-cuts-at-bytes",
        "The number of UTF-8 bytes to which WeCom truncates longer text instead of rejecting it.",
    ),
    (
        "x-cuts-at-chars",
        "The number of characters to which WeCom truncates longer text instead of rejecting it.",
    ),
    ("x-cuts-at-width", "Like `x-cuts-at-chars`, but a Chinese character counts as two."),
    (
        "x-max-bytes",
        "The maximum number of UTF-8 bytes; `maxLength` is the largest number of characters that can fit.",
    ),
    ("x-max-items", "The maximum number of items in a string that `x-separator` joins."),
    (
        "x-max-width",
        "The maximum number of characters, counting a Chinese character as two; `maxLength` counts each as one.",
    ),
    ("x-min-items", "The minimum number of items in a string that `x-separator` joins."),
    ("x-misspelt", "Wrong names of the field in the documentation's examples."),
    ("x-open", "Undocumented values or variants are valid and must be expected."),
    (
        "x-partial",
        "The response field that lists what failed. If it has items, the call succeeded in part, even if `errcode` isn't 0.",
    ),
    ("x-pagination", "The fields that control paging: the start, the next start, the end and the items."),
    ("x-quirk", "The documentation contradicts itself about the field, so any scalar is valid."),
    ("x-rates", "The rate limits of the operation."),
    (
        "x-rules",
        "Rules over several fields that JSON Schema can't express. `max_span` is the maximum number of days between \
        two times (with `whole_days`, both are rounded down to days in Beijing). `order` means that the first field isn't \
        greater than the second, `strict_order` that it is less. `difference` limits the second number minus the first, or the seconds \
        between two times. `sum` and `product` limit the result, `total_items` \
        the number of items in all lists of these names. All other rules \
        list their fields; a path refers to a field inside another.",
    ),
    ("x-safe", "The operation only reads, so it may be sent again after a lost response."),
    ("x-secret", "The value must not be shown or logged."),
    ("x-separator", "The separator between the items of a list that is sent as a string."),
    ("x-sign", "The fields that sign the request."),
    ("x-unique-items", "Whether the items of a string that `x-separator` joins must be unique."),
    ("x-unit", "The unit of a number."),
];

/// The facts about the workspace in a document.
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

/// Returns the text of a document's file.
pub fn text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// Returns one document of the whole API. Equal APIs have equal documents, to the byte.
pub fn bundle(api: &Api, about: About<'_>) -> Value {
    let modules = over_http(api);
    let (head, names) = (head("WeCom (企业微信) API", about), Names::of(api, ""));
    let mut document = described(head, &modules, &names, common_components(api));
    for (name, table) in tables(api) {
        document[name] = table;
    }
    document["x-extensions"] = extensions(&[&document]);
    document
}

/// Returns the documents of an API, by the names of their files: one for each family, and [`COMMON`], to which they refer.
pub fn documents(api: &Api, about: About<'_>) -> BTreeMap<String, Value> {
    let names = Names::of(api, COMMON);
    let families = api.families().into_iter().filter_map(|family| {
        let modules: Vec<&Module> =
            over_http(api).into_iter().filter(|module| module.family == family).collect();
        if modules.is_empty() {
            return None;
        }
        let schemes = tokens(&modules).map(|(token, _)| {
            let reference = format!("{COMMON}#/components/securitySchemes/{}", token.keyword());
            (token.keyword().to_owned(), json!({ "$ref": reference }))
        });
        let components =
            Components { schemes: schemes.collect(), schemas: Map::new(), responses: Map::new() };
        let head = head(&format!("WeCom (企业微信) API: {family}"), about);
        let mut document = described(head, &modules, &names, components);
        document["x-extensions"] = json!({ "$ref": format!("{COMMON}#/x-extensions") });
        Some((format!("{family}.json"), document))
    });
    let mut documents: BTreeMap<String, Value> = families.collect();
    let mut common = head("WeCom (企业微信) API: shared components", about);
    common["components"] = common_components(api).into_value();
    for (name, table) in tables(api) {
        common[name] = table;
    }
    common["x-extensions"] = extensions(&documents.values().chain([&common]).collect::<Vec<&Value>>());
    documents.insert(COMMON.to_owned(), common);
    documents
}

/// Returns the modules with endpoints over HTTP: OpenAPI can't describe calls through a library.
fn over_http(api: &Api) -> Vec<&Module> {
    api.modules.iter().filter(|module| module.is_over_http()).collect()
}

/// Returns the components of a document.
struct Components {
    schemes: Map<String, Value>,
    schemas: Map<String, Value>,
    responses: Map<String, Value>,
}

impl Components {
    fn into_value(self) -> Value {
        let mut components = json!({ "securitySchemes": self.schemes, "schemas": self.schemas });
        if !self.responses.is_empty() {
            components["responses"] = Value::Object(self.responses);
        }
        components
    }
}

/// Returns the components that belong to no single family.
fn common_components(api: &Api) -> Components {
    let modules = over_http(api);
    let schemes = tokens(&modules).map(|(token, parameter)| {
        let meaning = token.meaning();
        let scheme = json!({ "type": "apiKey", "in": "query", "name": parameter, "description": meaning });
        (token.keyword().to_owned(), scheme)
    });
    Components { schemes: schemes.collect(), schemas: schemas::shared(), responses: Map::new() }
}

/// Adds the contents of some modules to the head of a document, with further components. Empty sections are omitted, since not
/// every family has all of them.
fn described(mut document: Value, modules: &[&Module], names: &Names, mut components: Components) -> Value {
    document["servers"] = json!([operations::server(Host::Api)]);
    document["tags"] = tags(modules);
    let sections = [("paths", operations::paths(modules, names)), ("webhooks", webhooks::of(modules, names))];
    for (section, contents) in sections {
        if !contents.is_empty() {
            document[section] = Value::Object(contents);
        }
    }
    components.schemas.extend(schemas::of(modules, names));
    components.responses.extend(webhooks::responses(modules, names));
    document["components"] = components.into_value();
    document
}

/// Returns the tables that belong to no single family.
fn tables(api: &Api) -> Vec<(&'static str, Value)> {
    let codes = api.codes.as_ref().map(|table| {
        let codes = table.codes.iter().map(operations::error_code);
        ("x-errcodes", codes.collect())
    });
    let rates = api.rates.as_ref().map(|table| {
        let rates = table.rates.iter().map(|(name, rate)| rates::general(name, rate));
        ("x-general-rates", rates.collect())
    });
    codes.into_iter().chain(rates).collect()
}

/// Returns the meanings of the extensions that documents use.
fn extensions(documents: &[&Value]) -> Value {
    let texts: Vec<String> = documents.iter().map(ToString::to_string).collect();
    let is_used =
        |name: &str| name == "x-extensions" || texts.iter().any(|text| text.contains(&quoted(name)));
    let used = EXTENSIONS.iter().filter(|(name, _)| is_used(name));
    used.map(|(name, meaning)| ((*name).to_owned(), json!(meaning))).collect()
}

fn quoted(name: &str) -> String {
    format!("\"{name}\":")
}

/// Returns the beginning of a document.
fn head(title: &str, about: About<'_>) -> Value {
    let info = json!({
        "title": title,
        "version": about.version,
        "description": "Transcribed from WeCom's documentation. This is not a Tencent project.\n\nWeCom adds \
            fields, enum values and union variants at any time, so values that are not listed here are valid \
            and must be expected. Nearly every response has the status 200: `errcode` says whether the call \
            succeeded.",
        "license": { "name": about.license, "identifier": about.license },
    });
    json!({ "openapi": "3.1.0", "info": info })
}

/// Returns a tag for each family, which lists its chapters.
fn tags(modules: &[&Module]) -> Value {
    let mut tags: IndexMap<&str, Vec<String>> = IndexMap::new();
    for module in modules {
        tags.entry(&module.family).or_default().push(chapter(module));
    }
    let tag = |(family, chapters): (&str, Vec<String>)| json!({ "name": family, "description": chapters.join("\n\n") });
    tags.into_iter().map(tag).collect()
}

fn chapter(module: &Module) -> String {
    format!("{}: {}", module.title, module.summary)
}

/// Returns the kinds of token that some modules take, each with its parameter.
fn tokens(modules: &[&Module]) -> impl Iterator<Item = (Token, &'static str)> {
    let takes = |token: Token| {
        let mut endpoints = modules.iter().flat_map(|module| module.endpoints());
        endpoints.any(|endpoint| endpoint.token == token)
    };
    Token::ALL
        .iter()
        .filter_map(move |token| Some((*token, token.parameter()?)))
        .filter(move |(token, _)| takes(*token))
}
