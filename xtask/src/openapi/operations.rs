//! Writes endpoints as operations.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::prose::{Names, component};
use super::schemas::{self, FAILURE, MERCHANT_FAILURE, Schemas, any_of, reference};
use super::{rates, rules};
use crate::api::{Endpoint, ErrorCode, Example, Field, Module, Pagination, Struct, Ty, page_url};
use crate::spec::{Format, Host, Method, Place, Rule, Token, wire_text};

/// The media type of files, whose own header says more.
const ANY_FILE: &str = "*/*";

/// One page's definition of an operation.
#[derive(Clone, Copy)]
struct Definition<'a> {
    module: &'a Module,
    endpoint: &'a Endpoint,
    request: &'a Struct,
    schemas: Schemas<'a>,
}

/// The definitions of each path, by method.
type Paths<'a> = IndexMap<&'a str, IndexMap<&'static str, Vec<Definition<'a>>>>;

/// Returns the paths of some modules, in their order.
pub(super) fn paths(modules: &[&Module], names: &Names) -> Map<String, Value> {
    let mut paths = Paths::new();
    for module in modules {
        for endpoint in module.endpoints() {
            let Some(request) = module.structure(&endpoint.request) else { continue };
            let definition = Definition { module, endpoint, request, schemas: Schemas { module, names } };
            let methods = paths.entry(&endpoint.path).or_default();
            methods.entry(endpoint.method.name()).or_default().push(definition);
        }
    }
    paths.into_iter().map(|(path, methods)| (path.to_owned(), path_item(&methods))).collect()
}

fn path_item(methods: &IndexMap<&'static str, Vec<Definition<'_>>>) -> Value {
    let mut item = Map::new();
    let mut hosts: Vec<Host> =
        methods.values().flatten().map(|definition| definition.endpoint.host).collect();
    hosts.dedup();
    if hosts != [Host::Api] {
        item.insert("servers".to_owned(), hosts.into_iter().map(server).collect());
    }
    for (method, definitions) in methods {
        item.insert(method.to_lowercase(), operation(definitions));
    }
    Value::Object(item)
}

/// Returns the server of a host.
pub(super) fn server(host: Host) -> Value {
    match host {
        Host::Api => json!({ "url": "https://qyapi.weixin.qq.com" }),
        Host::Merchant => json!({
            "url": "https://api.mch.weixin.qq.com",
            "description": "WeChat Pay, which requires the merchant's client certificate.",
        }),
    }
}

/// Returns an operation. WeCom documents some calls on several pages, each for its own kind of message or caller, but
/// OpenAPI has one operation per method and path: the first definition names it, its requests and responses are
/// those of any definition, and the others are listed with their differences. They are joined by `anyOf`: a request
/// that two pages both allow is valid, whereas `oneOf` would reject it.
fn operation(definitions: &[Definition<'_>]) -> Value {
    let Some((first, others)) = definitions.split_first() else { return json!({}) };
    let mut operation = facts(first);
    operation.insert("tags".to_owned(), json!([first.module.family]));
    operation.insert("security".to_owned(), security(definitions));
    let parameters = parameters(definitions);
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if let Some(body) = request_body(definitions) {
        operation.insert("requestBody".to_owned(), body);
    }
    operation.insert("responses".to_owned(), responses(definitions));
    if !others.is_empty() {
        let others = others.iter().map(|other| Value::Object(facts(other)));
        operation.insert("x-definitions".to_owned(), others.collect());
    }
    Value::Object(operation)
}

/// Returns what a page says about a call as a whole.
fn facts(definition: &Definition<'_>) -> Map<String, Value> {
    let Definition { module, endpoint, request, schemas } = definition;
    let mut facts = Map::new();
    let mut add = |name: &str, value: Value| facts.insert(name.to_owned(), value);
    add("operationId", json!(endpoint.id));
    add("summary", json!(endpoint.title));
    add("description", json!(schemas.names.prose(module, &endpoint.words())));
    add("externalDocs", json!({ "url": page_url(&endpoint.doc), "description": endpoint.title }));
    if endpoint.safe {
        add("x-safe", json!(true));
    }
    if !(endpoint.rates.is_empty() && endpoint.quotas.is_empty()) {
        add("x-rates", rates::of(endpoint));
    }
    if !endpoint.codes.is_empty() {
        add("x-errcodes", endpoint.codes.iter().map(error_code).collect());
    }
    if let Some(list) = &endpoint.partial {
        add("x-partial", json!(list));
    }
    if let Some(concurrency) = endpoint.concurrency {
        add("x-concurrency", json!(concurrency));
    }
    if let Some(pages) = &endpoint.pagination {
        add("x-pagination", pagination(pages));
    }
    if let Some(grants) = &endpoint.grants {
        let credentials = json!({ "id": grants.credentials.id, "secret": grants.credentials.secret });
        add(
            "x-grants",
            json!({
                "kind": grants.kind.keyword(),
                "token": grants.token,
                "expires": grants.expires,
                "credentials": credentials,
            }),
        );
    }
    // The schema describes the fields of a body.
    let in_body: Vec<&Field> = match endpoint.method {
        Method::Post | Method::Invoke | Method::Cmd => request.sent_in(Place::Body).collect(),
        Method::Get => Vec::new(),
    };
    let rules: Vec<Value> =
        request.rules.iter().filter(|rule| !rules::is_over(rule, &in_body)).map(Rule::as_written).collect();
    if !rules.is_empty() {
        add("x-rules", Value::Array(rules));
    }
    if let Some(sign) = &endpoint.sign {
        let mut fields = json!({ "nonce": sign.nonce, "sig": sign.sig });
        for (key, field) in [("ts", &sign.ts), ("merchant", &sign.merchant)] {
            if let Some(field) = field {
                fields[key] = json!(field);
            }
        }
        if let Some(app) = &sign.app {
            fields["app"] = json!({ "sig": app.sig, "over": app.over });
        }
        add("x-sign", fields);
    }
    facts
}

/// Returns a pagination, with the keys of the spec.
fn pagination(pagination: &Pagination) -> Value {
    let fields = pagination.fields().map(|(key, path)| (key.to_owned(), json!(path.to_string())));
    Value::Object(fields.collect())
}

/// Returns the kinds of token that an operation takes, if it takes any.
fn security(definitions: &[Definition<'_>]) -> Value {
    let mut tokens: Vec<Token> = Vec::new();
    for token in definitions.iter().map(|definition| definition.endpoint.token) {
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    if tokens == [Token::None] {
        return json!([]);
    }
    let schemes = tokens.iter().map(|token| match token {
        Token::None => json!({}),
        token => json!({ token.keyword(): [] }),
    });
    schemes.collect()
}

/// Returns the place of a field, if it is a parameter.
fn parameter_place(endpoint: &Endpoint, field: &Field) -> Option<&'static str> {
    match field.place {
        Place::Header => Some("header"),
        Place::Query => Some("query"),
        Place::Body => (endpoint.method == Method::Get).then_some("query"),
    }
}

/// Returns the examples of all definitions, each with its name, which is the same everywhere in the operation.
fn examples<'a>(
    definitions: &'a [Definition<'a>],
) -> impl Iterator<Item = (String, Definition<'a>, &'a Example)> {
    let all = definitions
        .iter()
        .flat_map(|definition| definition.endpoint.examples.iter().map(|example| (*definition, example)));
    all.enumerate()
        .map(|(index, (definition, example))| (format!("example_{}", index + 1), definition, example))
}

/// Returns an example, with its note.
fn example_object(example: &Example, value: &Value) -> Value {
    match &example.note {
        Some(note) => json!({ "summary": note, "value": value }),
        None => json!({ "value": value }),
    }
}

/// Returns the fields of an example's request.
fn sent(example: &Example) -> Map<String, Value> {
    serde_json::from_str(&example.request).unwrap_or_default()
}

fn parameters(definitions: &[Definition<'_>]) -> Vec<Value> {
    let mut found: IndexMap<(&str, &str), Vec<(Definition<'_>, &Field)>> = IndexMap::new();
    for definition in definitions {
        for field in &definition.request.fields {
            if let Some(place) = parameter_place(definition.endpoint, field) {
                found.entry((place, &field.wire)).or_default().push((*definition, field));
            }
        }
    }
    found
        .into_iter()
        .map(|((place, name), fields)| {
            // A parameter that only some definitions require can't be required in general.
            let required =
                fields.len() == definitions.len() && fields.iter().all(|(_, field)| !field.optional);
            parameter(place, name, required, &fields, definitions)
        })
        .collect()
}

fn parameter(
    place: &str,
    name: &str,
    required: bool,
    fields: &[(Definition<'_>, &Field)],
    definitions: &[Definition<'_>],
) -> Value {
    let mut schemas: Vec<Value> = Vec::new();
    let mut description = None;
    for (definition, field) in fields {
        let mut schema = parameter_schema(definition, field);
        let said = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        description = description.or(said);
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    let mut parameter = json!({ "name": name, "in": place });
    if let Some(description) = description {
        parameter["description"] = description;
    }
    parameter["required"] = json!(required);
    parameter["schema"] = any_of(schemas);
    let shown = examples(definitions).filter_map(|(key, _, example)| {
        let value = sent(example).remove(name)?;
        Some((key, example_object(example, &value)))
    });
    let shown: Map<String, Value> = shown.collect();
    if !shown.is_empty() {
        parameter["examples"] = Value::Object(shown);
    }
    parameter
}

/// Returns a parameter's type. A flag is always sent as 0 or 1.
fn parameter_schema(definition: &Definition<'_>, field: &Field) -> Value {
    let mut schema = definition.schemas.field(field);
    if field.ty == Ty::Flag && field.quirk.is_none() {
        schema["type"] = json!("integer");
        schema["enum"] = json!([0, 1]);
        if let Some(schema) = schema.as_object_mut() {
            schema.shift_remove("anyOf");
        }
    }
    schema
}

/// Returns the schema of a body, by media type.
#[derive(Default)]
struct Content(IndexMap<&'static str, (Vec<Value>, Map<String, Value>)>);

impl Content {
    fn add_schema(&mut self, media_type: &'static str, schema: Value) {
        let (schemas, _) = self.0.entry(media_type).or_default();
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }

    fn add_example(&mut self, media_type: &'static str, name: String, example: Value) {
        self.0.entry(media_type).or_default().1.insert(name, example);
    }

    fn into_value(self) -> Value {
        let content = self.0.into_iter().map(|(media_type, (schemas, examples))| {
            let mut content = json!({ "schema": any_of(schemas) });
            if !examples.is_empty() {
                content["examples"] = Value::Object(examples);
            }
            (media_type.to_owned(), content)
        });
        Value::Object(content.collect())
    }
}

fn request_body(definitions: &[Definition<'_>]) -> Option<Value> {
    let mut content = Content::default();
    let with_body: Vec<&Definition<'_>> =
        definitions.iter().filter(|definition| definition.endpoint.method == Method::Post).collect();
    for definition in &with_body {
        let schema = reference(&component(definition.module, &definition.endpoint.request));
        content.add_schema(body_type(definition.endpoint), schema);
    }
    for (key, definition, example) in examples(definitions) {
        if definition.endpoint.method == Method::Post {
            let value = example_object(example, &body_example(&definition, example));
            content.add_example(body_type(definition.endpoint), key, value);
        }
    }
    let required = with_body
        .iter()
        .all(|definition| definition.request.sent_in(Place::Body).any(|field| !field.optional));
    (!with_body.is_empty()).then(|| json!({ "required": required, "content": content.into_value() }))
}

fn body_type(endpoint: &Endpoint) -> &'static str {
    endpoint.body.format().media_type()
}

/// Returns the part of an example's request that is in the body, in the body's encoding.
fn body_example(definition: &Definition<'_>, example: &Example) -> Value {
    let mut fields = sent(example);
    for field in &definition.request.fields {
        if field.place != Place::Body {
            fields.shift_remove(&field.wire);
        } else if field.ty == Ty::File
            && let Some(file) = fields.get_mut(&field.wire)
        {
            *file = file["text"].take();
        }
    }
    written(definition.endpoint.body.format(), fields)
}

/// Encodes fields as in a body.
fn written(format: Format, fields: Map<String, Value>) -> Value {
    match format {
        Format::Xml => json!(xml(&fields)),
        Format::Json | Format::Form => Value::Object(fields),
    }
}

/// Encodes fields as a flat XML document: an example of XML is text.
fn xml(fields: &Map<String, Value>) -> String {
    let elements = fields.iter().map(|(name, value)| {
        let text = wire_text(value);
        format!("<{name}>{}</{name}>", quick_xml::escape::escape(text.as_str()))
    });
    format!("<xml>{}</xml>", elements.collect::<String>())
}

fn responses(definitions: &[Definition<'_>]) -> Value {
    let mut content = Content::default();
    for definition in definitions {
        add_success(definition, &mut content);
    }
    for definition in definitions {
        // A failure in place of a file is JSON, too.
        let format = definition.endpoint.answer.format().unwrap_or(Format::Json);
        let failure = if format == Format::Xml { MERCHANT_FAILURE } else { FAILURE };
        content.add_schema(format.media_type(), definition.schemas.names.shared(failure));
    }
    for (key, definition, example) in examples(definitions) {
        let answer = serde_json::from_str(&example.response).unwrap_or_default();
        let (media_type, value) = answer_example(definition.endpoint, answer);
        content.add_example(media_type, key, example_object(example, &value));
    }
    let description = "A success, or a failure with its code.";
    let mut responses = json!({ "200": { "description": description, "content": content.into_value() } });
    if definitions.iter().any(gives_parts) {
        let mut part = Content::default();
        // Client generators understand bytes, but not a schema that allows any type.
        for media_type in ["application/octet-stream", ANY_FILE] {
            part.add_schema(media_type, schemas::binary());
        }
        let description = "The part of the file that `Range` requests.";
        responses["206"] = json!({ "description": description, "content": part.into_value() });
    }
    responses
}

/// Returns whether a part of the file can be requested with the header `Range`.
fn gives_parts(definition: &Definition<'_>) -> bool {
    let mut fields = definition.request.fields.iter();
    definition.endpoint.answer.may_be_file()
        && fields.any(|field| {
            parameter_place(definition.endpoint, field) == Some("header") && field.wire == "Range"
        })
}

fn add_success(definition: &Definition<'_>, content: &mut Content) {
    let endpoint = definition.endpoint;
    let own = || reference(&component(definition.module, &endpoint.response));
    if endpoint.answer.may_be_file() {
        content.add_schema(ANY_FILE, schemas::binary());
    }
    if let Some(format) = endpoint.answer.format() {
        content.add_schema(format.media_type(), own());
    }
}

/// Returns an example of a response, and its media type.
fn answer_example(endpoint: &Endpoint, mut answer: Value) -> (&'static str, Value) {
    let is_file = answer["name"].is_string() && answer["text"].is_string();
    if endpoint.answer.may_be_file() && is_file {
        return (ANY_FILE, answer["text"].take());
    }
    let format = endpoint.answer.format().unwrap_or(Format::Json);
    let value = match answer {
        Value::Object(fields) => written(format, fields),
        other => other,
    };
    (format.media_type(), value)
}

/// Returns the documentation of an error code.
pub(super) fn error_code(code: &ErrorCode) -> Value {
    let mut entry = json!({ "code": code.code, "name": code.name, "description": code.doc });
    if let Some(help) = &code.help {
        entry["help"] = json!(help);
    }
    entry
}
