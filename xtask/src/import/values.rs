//! Refines a scalar by its values: an enum, a flag, a time, a joined list.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::Value;

use super::model::{Definition, Draft};
use super::naming::{pascal, placeholder};
use super::sighting::{Notes, Sighting};
use super::types::Types;
use crate::pages::phrases;
use crate::pages::table::{Table, values_of};
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{EnumValue, Repr, names, wire_text};

/// A scalar, as specific as possible.
pub(super) enum Refined {
    Type(TypeExpr),
    Enum(Definition),
}

impl From<Scalar> for Refined {
    fn from(scalar: Scalar) -> Self {
        Self::Type(TypeExpr::Scalar(scalar))
    }
}

/// Refines the scalar of a field.
pub(super) fn refine(seen: &Sighting<'_>, scalar: Scalar, named: &[Table], notes: &mut Notes) -> Refined {
    if let Some(ty) = by_name(seen, scalar) {
        return Refined::Type(ty);
    }
    let repr = match scalar {
        Scalar::String => Repr::String,
        integer if integer.is_integer() => Repr::Int,
        other => return other.into(),
    };
    let text = repr == Repr::String;
    let of_kind = |value: &Value| if text { value.is_string() } else { value.is_i64() };
    let documented = documented(seen, repr, named);
    let wires: HashSet<String> = documented.iter().map(|value| value.wire.clone()).collect();
    let known = |value: &Value| wires.contains(&wire_text(value));
    if !text
        && documented.is_empty()
        && !seen.values.is_empty()
        && seen.is_binary()
        && seen.doc().contains("是否")
    {
        notes.doubt("a flag, by its description");
        return Scalar::Flag.into();
    }
    // What is counted in a unit is a number, even if only a few are allowed.
    let is_counted = || phrases::unit(seen.doc()).is_some() || seen.doc().contains("数值");
    if !text && !phrases::only(seen.doc()).is_empty() && is_counted() {
        return scalar.into();
    }
    if documented.len() < 2 || text && !seen.values.is_empty() && !seen.shows_any(known) {
        return scalar.into();
    }
    if !text && phrases::is_flag(&documented, seen.doc()) {
        let flags = seen.shows_only(|value| value.is_boolean() || matches!(value.as_u64(), Some(0 | 1)));
        if flags || notes.quirk.is_some() {
            return Scalar::Flag.into();
        }
    }
    if seen.in_list && !seen.shows_only(|value| known(value) && of_kind(value)) {
        notes.doubt("the example shows values that the table doesn't list");
        return scalar.into();
    }
    let mut values = Values { repr, of: IndexMap::new(), names: HashSet::new() };
    for phrases::Value { wire, doc } in documented {
        values.add(&wire, Draft::sure(doc));
    }
    for value in &seen.values {
        let wire = wire_text(value);
        if values.of.contains_key(&wire) || notes.quirk.is_some() {
            continue;
        }
        if text || !of_kind(value) {
            notes.quirk(&format!("example shows `{}`, which the table doesn't list", short(&wire)));
        } else {
            values.add(&wire, Draft::doubtful(String::new(), "only an example has it"));
        }
    }
    Refined::Enum(Definition::Enum { doc: seen.doc().to_owned(), repr, values: values.of })
}

/// Returns the type that a field's name and description suggest, if it is more than its scalar.
fn by_name(seen: &Sighting<'_>, scalar: Scalar) -> Option<TypeExpr> {
    let Sighting { name, in_list, .. } = *seen;
    let doc = seen.doc();
    let exact = if scalar.is_integer() {
        let moment = || seen.shows_only(|value| value.as_i64().is_none_or(phrases::may_be_moment));
        if !in_list && phrases::is_timestamp(name, doc) && moment() {
            Scalar::Timestamp
        } else if name == "has_more" && seen.is_binary() {
            Scalar::Flag
        } else {
            return None;
        }
    } else if scalar == Scalar::String {
        let joined = || doc.contains("分隔") && (doc.contains('|') || doc.contains('｜'));
        if names::sounds_secret(name) && seen.shows_only(Value::is_string) {
            Scalar::Secret
        } else if !in_list && joined() {
            let item = Box::new(TypeExpr::Scalar(Scalar::String));
            return Some(TypeExpr::Generic(Generic::Pipe, item));
        } else {
            return None;
        }
    } else {
        return None;
    };
    Some(TypeExpr::Scalar(exact))
}

/// Returns the values that a table or a description lists.
fn documented(seen: &Sighting<'_>, repr: Repr, named: &[Table]) -> Vec<phrases::Value> {
    let digits = seen.shows_any(|value| value.as_str().is_some_and(|text| text.parse::<i64>().is_ok()));
    let words = repr == Repr::String;
    let table = seen.node.row().and_then(|row| values_of(row, named));
    let mut listed = table.unwrap_or_else(|| phrases::values(seen.doc(), words && !digits));
    if listed.is_empty() && words {
        listed = phrases::words(seen.doc(), |word| seen.shows_any(|value| value.as_str() == Some(word)));
    }
    if !words {
        listed.retain(|value| value.wire.parse::<i64>().is_ok_and(|number| number.to_string() == value.wire));
    }
    listed
}

/// The values of an enum, each with a name.
struct Values {
    repr: Repr,
    of: IndexMap<String, Draft<EnumValue>>,
    names: HashSet<String>,
}

impl Values {
    fn add(&mut self, wire: &str, doc: Draft<String>) {
        let name = pascal(wire);
        let clear = self.repr == Repr::String
            && names::is_pascal(&name)
            && name != "Other"
            && !self.names.contains(&name)
            && !self.of.contains_key(wire);
        let name = if clear { name } else { placeholder(wire, self.of.len()) };
        self.names.insert(name.clone());
        let value = EnumValue { name, doc: Some(doc.spec) };
        self.of.insert(wire.to_owned(), Draft { spec: value, doubts: doc.doubts });
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| *c != '`').take(24).collect()
}

/// Converts a word of a page to a spec's value, if it is a value of a type.
pub(super) fn value(ty: &TypeExpr, word: &str, types: &Types) -> Option<serde_yaml::Value> {
    match ty {
        TypeExpr::Scalar(scalar) => phrases::value_of(word, *scalar),
        TypeExpr::Generic(..) => None,
        TypeExpr::Named(name) => match types.get(name)? {
            Definition::Enum { repr, values, .. } if values.contains_key(word) => {
                phrases::value_of(word, repr.scalar())
            }
            Definition::Enum { .. } | Definition::Struct { .. } | Definition::Union { .. } => None,
        },
    }
}

/// Returns the default that a description states for a field of a type.
pub(super) fn default(doc: &str, ty: &TypeExpr, types: &Types) -> Option<serde_yaml::Value> {
    let TypeExpr::Named(name) = ty else { return phrases::default(doc, ty, &[]) };
    let Some(Definition::Enum { repr, values, .. }) = types.get(name) else { return None };
    let listed = values.iter().map(|(wire, value)| phrases::Value {
        wire: wire.clone(),
        doc: value.spec.doc.clone().unwrap_or_default(),
    });
    let listed: Vec<phrases::Value> = listed.collect();
    let found = phrases::default(doc, &TypeExpr::Scalar(repr.scalar()), &listed)?;
    value(ty, &phrases::word_of(&found), types)
}
