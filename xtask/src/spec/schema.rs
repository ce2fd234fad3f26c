//! JSON Schemas of the spec's files, for editors.
//!
//! The keys, their kinds and their descriptions come from the types that `load` reads into. Facts that
//! a type can't express, because entries are read one by one or a check requires them, are added here.

use std::borrow::Cow;
use std::num::NonZeroU32;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::spec::heads::{CodesHead, FileHead, RatesHead, sections};
use crate::spec::pattern;
use crate::spec::payload::ENVELOPE;
use crate::spec::type_expr::{Generic, MAX_DEPTH, TypeExpr};
use crate::spec::{
    self, DocumentHead, EndpointHead, EnumValue, ErrorCode, Field, GeneralRate, KINDS, LimitKind, Limits,
    Section, Takes, Variant,
};

/// The files with the schemas, relative to the workspace, and their texts.
pub fn files() -> [(&'static str, String); 3] {
    [
        ("spec/schema.json", text::<Chapter>()),
        ("spec/errcodes.schema.json", text::<ErrorCodes>()),
        ("spec/rates.schema.json", text::<GeneralRates>()),
    ]
}

fn text<T: JsonSchema>() -> String {
    let schema = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(Closed))
        .into_generator()
        .into_root_schema_for::<T>();
    format!("{:#}\n", schema.as_value())
}

/// Unknown keys are rejected, and defaults that only mean "omitted" are removed, since they say nothing.
#[derive(Clone)]
struct Closed;

impl Transform for Closed {
    fn transform(&mut self, schema: &mut Schema) {
        if schema.get("type") == Some(&json!("object")) && schema.get("properties").is_some() {
            schema.insert("additionalProperties".to_owned(), false.into());
        }
        schema.remove("default");
        schema.remove("format");
    }
}

/// Defines a type that represents a node of a spec file in the schemas.
macro_rules! node {
    ($(#[$doc:meta])* $name:ident, $schema:expr) => {
        $(#[$doc])*
        struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let schema: fn(&mut SchemaGenerator) -> Schema = $schema;
                schema(generator)
            }
        }
    };
}

node!(
    /// A file of the spec.
    Chapter,
    |generator| {
        let sections = Section::ALL.map(|section| {
            let (entry, operation) = match section {
                Section::Endpoints => (generator.subschema_for::<Endpoint>(), Some("request type")),
                Section::Documents(_) => (generator.subschema_for::<Document>(), Some("type")),
                Section::Structs => (generator.subschema_for::<Struct>(), None),
                Section::Enums => (generator.subschema_for::<Enum>(), None),
                Section::Unions => (generator.subschema_for::<Union>(), None),
            };
            match operation {
                Some(ty) => named(&format!("By name, which becomes the {ty}'s name."), pattern::SNAKE, &entry),
                None => named("By type name.", pattern::PASCAL, &entry),
            }
        });
        with::<FileHead>(generator, sections::FILE, sections)
    }
);

node!(
    /// The file of the error codes.
    ErrorCodes,
    |generator| {
        let mut code = generator.subschema_for::<ErrorCode>();
        require(&mut code, "name");
        let codes = named("By code.", pattern::INTEGER, &code);
        with::<CodesHead>(generator, &[sections::CODES], [codes])
    }
);

node!(
    /// The file of the general rates.
    GeneralRates,
    |generator| {
        let rates = named("By name.", pattern::SNAKE, &generator.subschema_for::<GeneralRate>());
        with::<RatesHead>(generator, &["rates"], [rates])
    }
);

node!(
    /// An endpoint.
    Endpoint,
    |generator| {
        let request = fields("The request's fields, by wire name. `?` after a name marks a field that may be absent.", generator);
        let mut response = fields(
            "The response's fields, by wire name, without `errcode` and `errmsg`. `?` after a name marks a field that may be absent.",
            generator,
        );
        response.insert("propertyNames".to_owned(), json!({ "not": { "pattern": r"^err(?:code|msg)\?*$" } }));
        let code = generator.subschema_for::<ErrorCode>();
        let codes = named("The error codes that its own page documents, with their meanings, by code.", pattern::INTEGER, &code);
        with_examples(with::<EndpointHead>(generator, sections::ENDPOINT, [request, response, codes]))
    }
);

node!(
    /// A callback that WeCom sends, or a passive reply.
    Document,
    |generator| {
        let description = "Its content, by wire name, without the members of the envelope. `?` after a name marks a field that may be absent.";
        let mut fields = fields(description, generator);
        let envelope = format!(r"^(?:{})\?*$", ENVELOPE.join("|"));
        fields.insert("propertyNames".to_owned(), json!({ "not": { "pattern": envelope } }));
        with_examples(with::<DocumentHead>(generator, sections::EVENT, [fields]))
    }
);

node!(
    /// A struct.
    Struct,
    |generator| {
        let fields = fields("By wire name. `?` after a name marks a field that may be absent.", generator);
        with::<spec::Struct>(generator, sections::STRUCT, [fields])
    }
);

node!(
    /// A field, which always has a type and a description.
    DescribedField,
    |generator| {
        let limits: Vec<Schema> = LimitKind::ALL.iter().map(|kind| limit(*kind, generator)).collect();
        let mut schema = with::<Field>(generator, LimitKind::KEYS, limits);
        require(&mut schema, "doc");
        let has = |key: &str| json!({ "required": [key], "properties": { key: { "type": "string" } } });
        schema.insert("if".to_owned(), json!({ "anyOf": [has("item"), has("count")] }));
        schema.insert("then".to_owned(), json!({ "properties": { "type": { "pattern": "^ *list" } } }));
        schema
    }
);

node!(
    /// An enum.
    Enum,
    |generator| {
        let value = generator.subschema_for::<EnumValue>();
        let values = json_schema!({
            "description": "By wire value: the variant's name, or `{ name, doc }`.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": { "anyOf": [{ "type": "string", "pattern": pattern::PASCAL }, value] },
        });
        let mut schema = with::<spec::Enum>(generator, sections::ENUM, [values]);
        require(&mut schema, "values");
        let numbers = json!({ "properties": { "values": { "propertyNames": { "pattern": pattern::INTEGER } } } });
        schema.insert("if".to_owned(), json!({ "properties": { "repr": { "const": "int" } } }));
        schema.insert("then".to_owned(), numbers);
        schema
    }
);

node!(
    /// A union.
    Union,
    |generator| {
        let ty = generator.subschema_for::<TypeExpr>();
        let variant = generator.subschema_for::<Variant>();
        let mut unnameable = variant.clone();
        require(&mut unnameable, "name");
        let variants = json_schema!({
            "description": "By tag value; for `oneof` by field, for `kind` by kind of JSON: a type, or \
                            `{ name, type, key, doc }`.",
            "type": "object",
            "minProperties": 1,
            "patternProperties": { pattern::NAMEABLE: { "anyOf": [ty, variant] } },
            "additionalProperties": unnameable,
        });
        let mut schema = with::<spec::Union>(generator, sections::UNION, [variants]);
        require(&mut schema, "variants");
        let untagged = json!({ "required": ["style"], "properties": { "style": { "enum": ["oneof", "kind"] } } });
        schema.insert("if".to_owned(), untagged);
        schema.insert("then".to_owned(), json!({ "properties": { "tag": { "type": "null" } } }));
        schema.insert("else".to_owned(), json!({ "required": ["tag"] }));
        let kinds = json!({ "properties": { "variants": { "propertyNames": { "enum": KINDS } } } });
        let of_a_kind = json!({ "required": ["style"], "properties": { "style": { "const": "kind" } } });
        schema.insert("allOf".to_owned(), json!([{ "if": of_a_kind, "then": kinds }]));
        schema
    }
);

impl JsonSchema for TypeExpr {
    fn schema_name() -> Cow<'static, str> {
        "Type".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A type: string bool flag int uint f64 timestamp secret any file, list<T> map<T> \
                            json<T> pipe<T> csv<T> or_text<T>, or the name of a type of this file.",
            "type": "string",
            "pattern": type_pattern(),
            "patternErrorMessage": "This is not a type: use a name, `list<T>`, or another type of spec/README.md.",
        })
    }
}

impl JsonSchema for Limits {
    fn schema_name() -> Cow<'static, str> {
        "Limits".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let limits = LimitKind::ALL.iter().map(|kind| {
            let schema = limit(*kind, generator);
            (kind.key().to_owned(), Value::from(schema))
        });
        let properties: serde_json::Map<String, Value> = limits.collect();
        json_schema!({
            "description": "Limits, by their keys.",
            "type": "object",
            "properties": properties,
            "minProperties": 1,
        })
    }
}

/// A pattern can't count brackets, so nested types are written out up to the maximum depth.
fn type_pattern() -> String {
    let (joined, nesting): (Vec<&str>, Vec<&str>) =
        Generic::KEYWORDS.iter().partition(|word| matches!(**word, "pipe" | "csv"));
    let joined = format!("(?:{}) *< *(?:string|u?int|flag) *>", joined.join("|"));
    let nesting = nesting.join("|");
    let mut ty = "[A-Za-z0-9_]+".to_owned();
    for _ in 0..MAX_DEPTH {
        ty = format!("(?:[A-Za-z0-9_]+|{joined}|(?:{nesting}) *< *{ty} *>)");
    }
    let alone = format!(r"(?!.*\b(?:{}) *(?:>|$))", Generic::KEYWORDS.join("|"));
    format!("^{alone} *{ty} *$")
}

/// A node of the spec: the keys that are read at once, and those whose entries are read one by one.
fn with<T: JsonSchema>(
    generator: &mut SchemaGenerator,
    keys: &[&str],
    schemas: impl IntoIterator<Item = Schema>,
) -> Schema {
    let mut node = T::json_schema(generator);
    if let Some(properties) = node.pointer_mut("/properties").and_then(Value::as_object_mut) {
        properties.extend(keys.iter().map(|key| (*key).to_owned()).zip(schemas.into_iter().map(Value::from)));
    }
    node
}

/// Entries whose names are of one form.
fn named(description: &str, pattern: &str, entry: &Schema) -> Schema {
    json_schema!({
        "description": description,
        "type": "object",
        "propertyNames": { "pattern": pattern },
        "additionalProperties": entry,
    })
}

/// A limit of a field.
fn limit(kind: LimitKind, generator: &mut SchemaGenerator) -> Schema {
    let facts = kind.facts();
    let mut schema = match facts.takes {
        Takes::Count => Option::<u32>::json_schema(generator),
        Takes::Step => Option::<NonZeroU32>::json_schema(generator),
        Takes::Number => json_schema!({ "type": ["number", "null"] }),
        Takes::Numbers => json_schema!({
            "type": ["array", "null"],
            "items": { "type": "integer" },
        }),
        Takes::Pattern => json_schema!({ "type": ["string", "null"], "pattern": pattern::WHOLE }),
        Takes::True => json_schema!({ "type": ["boolean", "null"] }),
    };
    schema.insert("description".to_owned(), facts.doc.into());
    schema
}

/// Fields; one whose wire name can't be a Rust name has another.
fn fields(description: &str, generator: &mut SchemaGenerator) -> Schema {
    let field = generator.subschema_for::<DescribedField>();
    let mut renamed = field.clone();
    require(&mut renamed, "rename");
    json_schema!({
        "description": description,
        "type": "object",
        "patternProperties": { pattern::NAMEABLE: field },
        "additionalProperties": renamed,
    })
}

/// An operation, which always has examples.
fn with_examples(mut schema: Schema) -> Schema {
    require(&mut schema, "examples");
    if let Some(examples) = schema.pointer_mut("/properties/examples").and_then(Value::as_object_mut) {
        examples.insert("minItems".to_owned(), 1.into());
    }
    schema
}

fn require(schema: &mut Schema, key: &str) {
    let required = schema.ensure_object().entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        required.push(key.into());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::spec::heads::known_keys;
    use crate::spec::{
        Credentials, Difference, Doc, EndpointRate, Example, Grants, LimitedWhen, MaxSpan, Pagination, Rate,
        Shown, Sign, When, WrittenRule, WrittenTotal,
    };

    fn schema(file: usize) -> Value {
        serde_json::from_str(&files()[file].1).expect("a schema is JSON")
    }

    /// Asserts that the node at a pointer knows what the loader knows there.
    fn same_keys<T: DeserializeOwned>(schema: &Value, pointer: &str, sections: &[&str]) {
        let node = schema.pointer(pointer).unwrap_or_else(|| panic!("no {pointer:?}"));
        let properties = node["properties"].as_object().expect("a node has properties");
        let found: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let known = known_keys::<T>().iter().chain(sections).copied().collect();
        assert_eq!(found, known, "{pointer}");
        assert_eq!(node["additionalProperties"], false, "{pointer}");
        for (key, property) in properties {
            let text = property.get("description").or_else(|| {
                let target = property["$ref"].as_str()?.strip_prefix('#')?;
                schema.pointer(target)?.get("description")
            });
            assert!(text.is_some_and(|text| text != ""), "{pointer}/{key} is not described");
        }
    }

    #[test]
    fn the_schemas_know_the_keys_that_the_loader_knows_and_describe_each() {
        let chapter = schema(0);
        same_keys::<FileHead>(&chapter, "", sections::FILE);
        same_keys::<EndpointHead>(&chapter, "/$defs/Endpoint", sections::ENDPOINT);
        same_keys::<DocumentHead>(&chapter, "/$defs/Document", sections::EVENT);
        same_keys::<spec::Struct>(&chapter, "/$defs/Struct", sections::STRUCT);
        same_keys::<spec::Enum>(&chapter, "/$defs/Enum", sections::ENUM);
        same_keys::<spec::Union>(&chapter, "/$defs/Union", sections::UNION);
        same_keys::<Field>(&chapter, "/$defs/DescribedField", LimitKind::KEYS);
        same_keys::<EnumValue>(&chapter, "/$defs/EnumValueFields", &[]);
        same_keys::<Variant>(&chapter, "/$defs/VariantFields", &[]);
        same_keys::<Doc>(&chapter, "/$defs/Doc", &[]);
        same_keys::<EndpointRate>(&chapter, "/$defs/EndpointRate", &[]);
        same_keys::<Pagination>(&chapter, "/$defs/Pagination", &[]);
        same_keys::<Sign>(&chapter, "/$defs/Sign", &[]);
        same_keys::<Grants>(&chapter, "/$defs/Grants", &[]);
        same_keys::<Credentials>(&chapter, "/$defs/Credentials", &[]);
        same_keys::<WrittenRule>(&chapter, "/$defs/Rule", &[]);
        same_keys::<When>(&chapter, "/$defs/When", &[]);
        same_keys::<LimitedWhen>(&chapter, "/$defs/LimitedWhen", &[]);
        same_keys::<WrittenTotal>(&chapter, "/$defs/Total", &[]);
        same_keys::<Difference>(&chapter, "/$defs/Difference", &[]);
        same_keys::<MaxSpan>(&chapter, "/$defs/MaxSpan", &[]);
        same_keys::<Example>(&chapter, "/$defs/Example", &[]);
        same_keys::<Shown>(&chapter, "/$defs/Shown", &[]);
        let codes = schema(1);
        same_keys::<CodesHead>(&codes, "", &[]);
        same_keys::<ErrorCode>(&codes, "/$defs/ErrorCode", &[]);
        let rates = schema(2);
        same_keys::<RatesHead>(&rates, "", &[]);
        same_keys::<GeneralRate>(&rates, "/$defs/GeneralRate", &[]);
        same_keys::<Rate>(&rates, "/$defs/Rate", &[]);
    }
}
