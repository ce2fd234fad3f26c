//! The API as OpenAPI 3.1, for tools and languages that are not Rust.
//!
//! [`documents`] puts it together, family by family, and [`bundle`] as one: `operations` has the paths, `webhooks` the callbacks and
//! their replies, `schemas` the types, `prose` the links of texts.

mod operations;
mod prose;
mod rules;
mod schemas;
mod webhooks;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::api::{Api, Module};
use crate::spec::{GeneralRate, Host, Of, Token};
use prose::Names;

/// The folder of the documents at the workspace's root.
pub const FOLDER: &str = "openapi";

/// The document in it to which those of the families refer.
pub const COMMON: &str = "common.json";

/// What the extensions mean: OpenAPI has no word for them.
const EXTENSIONS: [(&str, &str); 30] = [
    ("x-concurrency", "How many calls of the operation may be on their way at once."),
    (
        "x-definitions",
        "Further pages that define the same method and path, each with what it says otherwise.",
    ),
    (
        "x-encrypted",
        "The document is what is left after decryption: WeCom sends it encrypted and signed, in an envelope of its own.",
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
    ("x-item-count", "The member beside a list that says how many items it has."),
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

/// A document as it stands in its file.
pub fn text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// One document of the whole API: the same for the same API, to the byte.
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

/// The documents of an API, by the names of their files: one for each family, and [`COMMON`], to which they refer.
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
    let mut common = head("WeCom (企业微信) API: what its families share", about);
    common["components"] = common_components(api).into_value();
    for (name, table) in tables(api) {
        common[name] = table;
    }
    common["x-extensions"] = extensions(&documents.values().chain([&common]).collect::<Vec<&Value>>());
    documents.insert(COMMON.to_owned(), common);
    documents
}

/// The modules of what travels over HTTP: OpenAPI has no words for what a library carries.
fn over_http(api: &Api) -> Vec<&Module> {
    api.modules.iter().filter(|module| module.zone.is_empty()).collect()
}

/// The components of a document.
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

/// The components that are of no single family.
fn common_components(api: &Api) -> Components {
    let modules = over_http(api);
    let schemes = tokens(&modules).map(|(token, parameter)| {
        let meaning = token.meaning();
        let scheme = json!({ "type": "apiKey", "in": "query", "name": parameter, "description": meaning });
        (token.keyword().to_owned(), scheme)
    });
    Components { schemes: schemes.collect(), schemas: schemas::shared(), responses: Map::new() }
}

/// What is in some modules, after the head of the document and beside other components. A section without contents is left out: not every family has each.
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
    components.responses.extend(webhooks::replies(modules, names));
    document["components"] = components.into_value();
    document
}

/// The tables that are of no single family.
fn tables(api: &Api) -> Vec<(&'static str, Value)> {
    let codes = api.codes.as_ref().map(|table| {
        let codes = table.codes.iter().map(operations::error_code);
        ("x-errcodes", codes.collect())
    });
    let rates = api.rates.as_ref().map(|table| {
        let rates = table.rates.iter().map(|(name, rate)| general_rate(name, rate));
        ("x-general-rates", rates.collect())
    });
    codes.into_iter().chain(rates).collect()
}

/// The meanings of the extensions that documents use.
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

/// How a document begins.
fn head(title: &str, about: About<'_>) -> Value {
    let info = json!({
        "title": title,
        "version": about.version,
        "description": "Transcribed from WeCom's documentation. This is not a Tencent project.\n\nWhat WeCom \
            adds breaks nothing: fields, values of enums and variants of unions that are not listed here are \
            valid, and must be expected. Nearly every answer has the status 200: whether a call \
            worked, says `errcode`.",
        "license": { "name": about.license, "identifier": about.license },
    });
    json!({ "openapi": "3.1.0", "info": info })
}

/// A tag for each family, which tells its chapters.
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

/// The kinds of token that some modules take, each with its parameter.
fn tokens(modules: &[&Module]) -> impl Iterator<Item = (Token, &'static str)> {
    let takes = |token: Token| {
        let mut endpoints = modules.iter().flat_map(|module| &module.endpoints);
        endpoints.any(|endpoint| endpoint.token == token)
    };
    Token::ALL
        .iter()
        .filter_map(move |token| Some((*token, token.parameter()?)))
        .filter(move |(token, _)| takes(*token))
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
