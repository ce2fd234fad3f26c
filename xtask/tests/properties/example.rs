//! Requests and responses of a consistent file, as its examples show them.

use serde_json::{Value, json};

use crate::chapter::{Chapter, Field, Ty, Type};

impl Chapter<'_> {
    pub(crate) fn object(&self, fields: &[Field], depth: usize, salt: usize) -> Value {
        let mut object = serde_json::Map::new();
        for (index, field) in fields.iter().enumerate() {
            let salt = salt + index;
            let shown = field.shown.unwrap_or(depth < 4 && !self.salt(salt).is_multiple_of(3));
            if field.optional && !shown {
                continue;
            }
            match self.value(&field.ty, depth, salt) {
                Value::Object(inner) if field.embed => object.extend(inner),
                value => object.extend([(field.wire.clone(), value)]),
            }
        }
        object.into()
    }

    /// Returns a value of a type. The depth limits values inside lists and maps; all others are limited by their
    /// types.
    pub(crate) fn value(&self, ty: &Ty, depth: usize, salt: usize) -> Value {
        let number = self.salt(salt) % 100;
        match ty {
            Ty::Scalar("string" | "secret") => json!(self.plan.texts[number % self.plan.texts.len()]),
            Ty::Scalar("bool") => json!(number.is_multiple_of(2)),
            Ty::Scalar("flag") => json!(number % 2),
            Ty::Scalar("f64") => [json!(number), json!(0.5)][number % 2].clone(),
            Ty::Scalar("timestamp") => json!(1_720_000_000),
            Ty::Scalar("any") => [json!(null), json!({ "any": [1, "2"] }), json!([])][number % 3].clone(),
            Ty::Scalar("file") => a_file(),
            Ty::Scalar(_) => json!(number),
            Ty::Generic("list", inner) => {
                let items = if depth > 2 { 0 } else { 1 + number % 2 };
                (0..items).map(|item| self.value(inner, depth + 1, salt + item)).collect()
            }
            Ty::Generic("map", inner) => {
                let items = if depth > 2 { 0 } else { 1 + number % 2 };
                let item = |item: usize| (format!("key {item}"), self.value(inner, depth + 1, salt + item));
                Value::Object((0..items).map(item).collect())
            }
            Ty::Generic("json", inner) => json!(self.value(inner, depth, salt).to_string()),
            Ty::Generic("pipe", _) => json!("1|2"),
            Ty::Generic("csv", _) => json!("1,2"),
            Ty::Generic("or_text", _) if number.is_multiple_of(2) => json!("not a value"),
            Ty::Generic(_, inner) => self.value(inner, depth, salt),
            Ty::Named(index) => match &self.types[*index] {
                Type::Struct(fields) => self.object(fields, depth + 1, salt),
                Type::Ints(values) => json!(values[number % values.len()]),
                Type::Strings(values) => json!(values[number % values.len()]),
                Type::Union { style, ints, tag, variants } => {
                    let variant = &variants[number % variants.len()];
                    let content = self.value(&variant.ty, depth + 1, salt);
                    let key = variant.key.as_ref().unwrap_or(&variant.tag);
                    let number = variant.tag.parse::<i64>().ok().filter(|_| *ints);
                    let name = number.map_or(json!(variant.tag), |number| json!(number));
                    match (*style, content) {
                        ("sibling", _) if variant.bare => json!({ tag: name }),
                        ("sibling", content) => json!({ tag: name, key: content }),
                        ("oneof", content) => json!({ key: content }),
                        ("flat", Value::Object(mut content)) => {
                            content.insert(tag.clone(), name);
                            content.into()
                        }
                        (_, content) => content,
                    }
                }
            },
        }
    }
}

pub(crate) fn a_file() -> Value {
    json!({ "name": "panda.png", "text": "not really a picture" })
}
