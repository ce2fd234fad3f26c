//! Types as JSON Schema.

use serde_json::{Map, Value, json};

use super::prose::{Names, component};
use super::rules;
use crate::api::{Document, Enum, Field, Module, Operation, Struct, Ty, Type, Union, Variant};
use crate::spec::{Errcode, Format, Method, Place, Repr, Rule, Style};

/// The schema of an answer that reports a failure.
pub(super) const FAILURE: &str = "Failure";
/// The same of WeChat Pay.
pub(super) const MERCHANT_FAILURE: &str = "MerchantFailure";

/// The schema of what a JSON answer has beside its own fields.
const fn envelope(errcode: Errcode) -> &'static str {
    match errcode {
        Errcode::Always => "Envelope",
        Errcode::OnFailure => "EnvelopeOnFailure",
    }
}

/// The schemas that no module has. Their names have no dot, so they are no type's.
const ANSWERS: &str = include_str!("answers.json");

/// The schemas that no module has, by name.
///
/// # Panics
///
/// If [`ANSWERS`] isn't JSON, which is a mistake in this crate.
pub(super) fn shared() -> Map<String, Value> {
    serde_json::from_str(ANSWERS).expect("an object")
}

/// The schemas of some modules, by name.
pub(super) fn of(modules: &[&Module], names: &Names) -> Map<String, Value> {
    let mut schemas = Map::new();
    for module in modules {
        Schemas { module, names }.add(&mut schemas);
    }
    schemas
}

/// A reference to a schema.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// One of several schemas. A value may be valid for more than one of them, so this is no `oneOf`.
pub(super) fn any_of(mut schemas: Vec<Value>) -> Value {
    if schemas.len() == 1 { schemas.remove(0) } else { json!({ "anyOf": schemas }) }
}

/// Makes the schemas of a module.
#[derive(Clone, Copy)]
pub(super) struct Schemas<'a> {
    pub(super) module: &'a Module,
    pub(super) names: &'a Names,
}

impl Schemas<'_> {
    fn add(self, schemas: &mut Map<String, Value>) {
        for ty in &self.module.types {
            let name = component(self.module, ty.name());
            match ty {
                Type::Struct(structure) => self.structure(&name, structure, schemas),
                Type::Enum(enumeration) => {
                    schemas.insert(name, self.enumeration(enumeration));
                }
                Type::Union(union) if union.style == Style::Kind => {
                    schemas.insert(name, self.kinds(union));
                }
                Type::Union(union) => self.union(&name, union, schemas),
            }
        }
    }

    /// A struct: of a request, the part in its body, if it has one; of a response, with the fields that every response has.
    fn structure(self, name: &str, structure: &Struct, schemas: &mut Map<String, Value>) {
        let operation = self.module.operation(&structure.name);
        if matches!(operation, Some(Operation::Request(endpoint)) if endpoint.method == Method::Get) {
            return;
        }
        let fields: Vec<&Field> = structure.sent_in(Place::Body).collect();
        let mut schema = self.object(&fields, &structure.rules);
        let (description, is_xml) = match operation {
            Some(Operation::Request(endpoint)) => {
                (format!("The request body of `{}`.", endpoint.id), endpoint.body.format() == Format::Xml)
            }
            Some(Operation::Response(endpoint)) => {
                let is_xml = endpoint.answer.format() == Some(Format::Xml);
                if !is_xml {
                    all_of(&mut schema, vec![self.names.shared(envelope(endpoint.errcode))]);
                }
                (format!("The response to `{}`.", endpoint.id), is_xml)
            }
            // The name of the XML root is set where the document is described.
            Some(Operation::Document(document)) => {
                let Document { id, kind, .. } = document;
                (format!("The content of the {} `{id}`.", kind.facts().noun), false)
            }
            None => {
                let rules = structure.rules.iter().map(Rule::sentence);
                let text: Vec<String> = std::iter::once(structure.doc.clone()).chain(rules).collect();
                (self.names.prose(self.module, &text.join("\n\n")), false)
            }
        };
        if is_xml {
            schema.insert("xml".to_owned(), json!({ "name": "xml" }));
        }
        let embedded = fields.iter().find(|field| field.embed);
        let union = embedded.and_then(|field| self.module.named(field.ty.name()?));
        if let Some((field, Type::Union(union))) = embedded.zip(union) {
            self.with_embedded((name, field), union, (&description, schema), schemas);
        } else {
            schema.shift_insert(0, "description".to_owned(), json!(description));
            schemas.insert(name.to_owned(), Value::Object(schema));
        }
    }

    /// A struct with a union whose fields are among its own: one schema for each variant, since tools can't make a
    /// type of an object that is one of several as well.
    fn with_embedded(
        self,
        (name, field): (&str, &Field),
        union: &Union,
        (description, fields): (&str, Map<String, Value>),
        schemas: &mut Map<String, Value>,
    ) {
        let common = format!("{name}.CommonFields");
        let variants = || union.variants.iter().map(|variant| variant.name.as_str()).chain(["Other"]);
        // What is no variant is valid as `Other` already, but for requests, which have a tag there.
        let absent = field.optional && union.direction.sent && !union.tag.is_empty();
        let mut schema = one_of(name, union, variants().chain(absent.then_some("Absent")));
        if absent {
            // It would have to be there.
            schema.remove("discriminator");
            let without = json!({ "not": { "required": [union.tag] } });
            schemas.insert(format!("{name}.Absent"), json!({ "allOf": [reference(&common), without] }));
        }
        schema.shift_insert(0, "description".to_owned(), json!(description));
        schemas.insert(name.to_owned(), Value::Object(schema));
        let union = component(self.module, &union.name);
        for variant in variants() {
            let parts = [reference(&common), reference(&format!("{union}.{variant}"))];
            schemas.insert(format!("{name}.{variant}"), json!({ "allOf": parts }));
        }
        schemas.insert(common, Value::Object(fields));
    }

    fn object(self, fields: &[&Field], rules: &[Rule]) -> Map<String, Value> {
        let mut schema = Map::new();
        schema.insert("type".to_owned(), json!("object"));
        let own = || fields.iter().filter(|field| !field.embed);
        let properties: Map<String, Value> =
            own().map(|field| (field.wire.clone(), self.field(field))).collect();
        if !properties.is_empty() {
            schema.insert("properties".to_owned(), Value::Object(properties));
        }
        let required: Vec<&str> =
            own().filter(|field| !field.optional).map(|field| field.wire.as_str()).collect();
        if !required.is_empty() {
            schema.insert("required".to_owned(), json!(required));
        }
        let rules = || rules.iter().filter(|rule| rules::is_over(rule, fields));
        let of = |rule: &&Rule| rules::schema(self.module, fields, rule);
        all_of(&mut schema, rules().filter_map(|rule| of(&rule)).collect());
        let words: Vec<Value> = rules().filter(|rule| of(rule).is_none()).map(Rule::as_written).collect();
        if !words.is_empty() {
            schema.insert("x-rules".to_owned(), Value::Array(words));
        }
        schema
    }

    /// A field's type, with everything else that is known of it.
    pub(super) fn field(self, field: &Field) -> Value {
        let mut schema = self.ty(&field.ty);
        rules::limit(&mut schema, field);
        if let Some(item) = &field.item {
            schema["xml"] = json!({ "wrapped": true });
            schema["items"]["xml"] = json!({ "name": item });
            // In JSON, the element around the items is an object.
            if self.module.documents.iter().flat_map(Document::wires).any(|wire| !wire.key.is_xml()) {
                let object = json!({ "type": "object", "properties": { item: self.ty(&field.ty) }, "required": [item] });
                schema = json!({ "anyOf": [schema, object] });
            }
        }
        if field.quirk.is_some() {
            // The examples of the documentation may show any scalar here.
            let scalar = json!({ "type": ["string", "number", "boolean", "null"] });
            schema = json!({ "anyOf": [schema, scalar], "x-quirk": true });
        }
        schema["description"] = json!(self.names.prose(self.module, &field.words()));
        if let Some(default) = field.default.as_deref() {
            schema["default"] = match (&field.ty, default) {
                (Ty::Flag, Value::Bool(value)) => json!(u8::from(*value)),
                _ => default.clone(),
            };
        }
        if field.signs {
            schema["x-filled-in"] = json!(true);
        }
        if let Some(count) = &field.count {
            schema["x-item-count"] = json!(count);
        }
        if !field.misspelt.is_empty() {
            schema["x-misspelt"] = json!(field.misspelt);
        }
        schema
    }

    fn ty(self, ty: &Ty) -> Value {
        match ty {
            Ty::String => json!({ "type": "string" }),
            Ty::Bool => json!({ "type": "boolean" }),
            // 0 and 1 by the documentation, `true` and `false` in some of its examples.
            Ty::Flag => json!({ "anyOf": [{ "type": "integer", "enum": [0, 1] }, { "type": "boolean" }] }),
            Ty::Int => json!({ "type": "integer", "format": "int64" }),
            Ty::Uint => json!({ "type": "integer", "format": "uint64", "minimum": 0 }),
            Ty::F64 => json!({ "type": "number", "format": "double" }),
            Ty::Timestamp => {
                let unit = "seconds since 1970-01-01T00:00:00Z";
                json!({ "type": "integer", "format": "int64", "x-unit": unit })
            }
            Ty::Secret => json!({ "type": "string", "format": "password", "x-secret": true }),
            Ty::Any => json!({}),
            Ty::File => binary(),
            Ty::List(item) => json!({ "type": "array", "items": self.ty(item) }),
            Ty::Map(item) => json!({ "type": "object", "additionalProperties": self.ty(item) }),
            Ty::Json(inner) => json!({
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": self.ty(inner),
            }),
            Ty::Pipe(item) => json!({ "type": "string", "x-separator": "|", "x-items": self.ty(item) }),
            Ty::Csv(item) => json!({ "type": "string", "x-separator": ",", "x-items": self.ty(item) }),
            Ty::OrText(inner) => json!({ "anyOf": [self.ty(inner), { "type": "string" }] }),
            Ty::Struct(name) | Ty::Enum(name, _) | Ty::Union(name, _) => {
                reference(&component(self.module, name))
            }
        }
    }

    /// The description of a value or a variant, preceded by its form on the wire.
    fn labelled(self, wire: &str, doc: Option<&str>) -> String {
        match doc {
            Some(doc) => format!("`{wire}`: {}", self.names.prose(self.module, doc)),
            None => format!("`{wire}`"),
        }
    }

    /// An open enum: the documented values are listed, but every value of their type is valid. A closed
    /// `enum` would make a client refuse what WeCom adds.
    fn enumeration(self, enumeration: &Enum) -> Value {
        let values: Vec<Value> =
            enumeration.values.iter().map(|value| scalar(&value.wire, enumeration.repr)).collect();
        let meanings: Vec<Value> = enumeration
            .values
            .iter()
            .map(|value| {
                let meaning = self.labelled(&value.wire, value.doc.as_deref());
                json!({ "name": value.name, "description": meaning })
            })
            .collect();
        json!({
            "description": self.names.prose(self.module, &enumeration.doc),
            "anyOf": [{ "enum": values }, { "type": json_type(enumeration.repr) }],
            "x-enum": meanings,
            "x-open": true,
        })
    }

    /// A union of kinds of JSON; a kind that isn't listed is valid, too.
    fn kinds(self, union: &Union) -> Value {
        let types: Vec<&str> = union.variants.iter().map(|variant| kind_type(&variant.tag)).collect();
        // Tools make a type of every title, so no two schemas of the document have the same one.
        let title = |variant: &str| format!("{}.{variant}", component(self.module, &union.name));
        let variants = union.variants.iter().map(|variant| {
            let mut schema = variant.ty.as_ref().map_or_else(|| json!({}), |ty| self.ty(ty));
            schema["title"] = json!(title(&variant.name));
            schema["description"] = json!(self.labelled(&variant.tag, variant.doc.as_deref()));
            schema
        });
        let other = json!({ "title": title("Other"), "not": { "type": types } });
        json!({
            "description": self.names.prose(self.module, &union.doc),
            "oneOf": variants.chain([other]).collect::<Vec<Value>>(),
            "x-open": true,
        })
    }

    /// A union of objects. Each variant is a schema of its own, as a discriminator asks for, and so is
    /// everything else: exactly one of them is valid, and a variant that isn't documented is valid as `Other`.
    fn union(self, name: &str, union: &Union, schemas: &mut Map<String, Value>) {
        let variant_name = |variant: &str| format!("{name}.{variant}");
        let variants = union.variants.iter().map(|variant| variant.name.as_str());
        let mut schema = one_of(name, union, variants.chain(["Other"]));
        schema.shift_insert(0, "description".to_owned(), json!(self.names.prose(self.module, &union.doc)));
        schemas.insert(name.to_owned(), Value::Object(schema));
        for variant in &union.variants {
            schemas.insert(variant_name(&variant.name), self.variant(union, variant));
        }
        schemas.insert(variant_name("Other"), other(union));
    }

    fn variant(self, union: &Union, variant: &Variant) -> Value {
        let mut properties = Map::new();
        let mut required = Vec::new();
        if union.style != Style::Oneof {
            properties.insert(union.tag.clone(), json!({ "const": scalar(&variant.tag, union.repr) }));
            required.push(union.tag.clone());
        }
        let content = variant.ty.as_ref().map(|ty| self.ty(ty));
        let mut beside = None;
        match (union.style, content) {
            (Style::Flat, content) => beside = content,
            (_, Some(content)) => {
                properties.insert(variant.content.clone(), content);
                required.push(variant.content.clone());
            }
            (_, None) => {}
        }
        let mut schema = json!({
            "description": self.labelled(&variant.tag, variant.doc.as_deref()),
            "type": "object",
            "properties": properties,
            "required": required,
        });
        if let Some(content) = beside {
            schema["allOf"] = json!([content]);
        }
        schema
    }
}

/// The schema of a union of objects, whose variants are schemas of their own below this name.
fn one_of<'a>(name: &str, union: &Union, variants: impl Iterator<Item = &'a str>) -> Map<String, Value> {
    let variants: Vec<Value> = variants.map(|variant| reference(&format!("{name}.{variant}"))).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    // A discriminator's values are strings, so it can't say what a numeric tag means.
    let mapping = (union.repr == Repr::String && !union.tag.is_empty()).then(|| {
        let tags = union.variants.iter().zip(&variants);
        let mapping: Map<String, Value> =
            tags.map(|(variant, reference)| (variant.tag.clone(), reference["$ref"].clone())).collect();
        json!({ "propertyName": union.tag, "mapping": mapping })
    });
    schema.insert("oneOf".to_owned(), Value::Array(variants));
    schema.insert("x-open".to_owned(), json!(true));
    if let Some(mapping) = mapping {
        schema.insert("discriminator".to_owned(), mapping);
    }
    schema
}

/// Adds to what else holds for an object.
fn all_of(schema: &mut Map<String, Value>, more: Vec<Value>) {
    if !more.is_empty()
        && let Value::Array(all) = schema.entry("allOf").or_insert_with(|| json!([]))
    {
        all.extend(more);
    }
}

/// The schema of values that are none of the documented variants.
fn other(union: &Union) -> Value {
    let mut schema = json!({
        "description": "A variant that the documentation does not list.",
        "type": "object",
    });
    if union.style == Style::Oneof {
        let listed = union.variants.iter().map(|variant| json!({ "required": [variant.content] }));
        schema["not"] = json!({ "anyOf": listed.collect::<Vec<Value>>() });
    } else {
        let tags: Vec<Value> =
            union.variants.iter().map(|variant| scalar(&variant.tag, union.repr)).collect();
        schema["properties"] = json!({ &union.tag: { "not": { "enum": tags } } });
        // An answer may leave the tag out; a request must not.
        if union.direction.sent {
            schema["required"] = json!([union.tag]);
        }
    }
    schema
}

/// The content of a file. `format` is what tools of OpenAPI 3.0 know.
pub(super) fn binary() -> Value {
    json!({ "type": "string", "format": "binary", "contentMediaType": "application/octet-stream" })
}

/// A tag or a value of an enum as written in JSON.
fn scalar(wire: &str, repr: Repr) -> Value {
    match (repr, wire.parse::<i64>()) {
        (Repr::Int, Ok(number)) => json!(number),
        _ => json!(wire),
    }
}

fn json_type(repr: Repr) -> &'static str {
    match repr {
        Repr::String => "string",
        Repr::Int => "integer",
    }
}

/// A kind of JSON of [`crate::spec::KINDS`], in JSON Schema's words.
fn kind_type(kind: &str) -> &str {
    match kind {
        "bool" => "boolean",
        "list" => "array",
        same => same,
    }
}
