//! The values of enums and the tags of unions, held against those that pages list.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::{Scope, Told, speaks_of};
use super::said::mentions;
use super::shape::{Entry, What};
use super::{Comparison, Listed};
use crate::pages::phrases;
use crate::pages::table::values_of;
use crate::spec::source::Path;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{Drift, File, Repr};

impl<'a> Comparison<'a> {
    /// Compares the values of an enum, or the tags of a union, with those that a page lists. Of what is neither, a page
    /// should list none.
    pub(super) fn values(&mut self, scope: Scope<'a, '_>, entry: &Entry<'a>, told: &Told<'_>) {
        let known = Known::of(scope.file, entry);
        let scalar = entry.ty().and_then(innermost);
        let text = match &known {
            Some(known) => known.text,
            None => scalar == Some(Scalar::String),
        };
        let named = &told.page.read.contents.named;
        let listed = told
            .node
            .rows
            .iter()
            .flat_map(|row| values_of(row, named).unwrap_or_else(|| phrases::values(&row.doc, text)));
        let listed: Vec<String> = listed.map(|value| value.wire).collect();
        let Some(known) = known else {
            if let Some(ty) = entry.ty().filter(|_| text || scalar.is_some_and(is_integer))
                && listed.len() > 1
            {
                let listed = listed.join(", ");
                let message = format!("the page lists values ({listed}), the spec's type is `{ty}`");
                let place = Some(told.place(entry.name));
                self.add(scope.file, Drift::ValueNew, &entry.at, Some(listed), message, &entry.path, place);
            }
            return;
        };
        let docs: Vec<&str> = told.node.rows.iter().map(|row| row.doc.as_str()).collect();
        // Of one value alone it isn't clear that it is one; but the spec knows it.
        let word = |wire: &&&String| known.text && docs.iter().any(|doc| mentions(doc, wire));
        if listed.is_empty() && !known.wires.iter().any(|wire| word(&wire)) {
            return;
        }
        let place = told.place(entry.name);
        for wire in listed.iter().filter(|wire| !known.wires.contains(wire)) {
            let message = format!("the page lists the value `{wire}`, the spec doesn't");
            let at = format!("{}.{wire}", known.name);
            self.add(scope.file, Drift::ValueNew, &at, None, message, &known.path, Some(place));
        }
        let shown = told.node.values.iter().map(|value| plain_json(value));
        let shown: Vec<String> = shown.chain(listed).collect();
        // A number stands in a page for anything.
        let spoken_of = |wire: &str| known.text && speaks_of(told.page, wire);
        let of = (scope.file.source, known.name.to_owned());
        let seen = self.values.entry(of).or_insert_with(|| Listed { place, wires: BTreeSet::new() });
        let told = known.wires.into_iter().filter(|wire| {
            shown.contains(wire) || docs.iter().any(|doc| mentions(doc, wire)) || spoken_of(wire)
        });
        seen.wires.extend(told.cloned());
    }

    /// Tells of the values that none of the places lists where an enum, or the tags of a union, were found.
    pub(super) fn values_gone(&mut self, file: &'a File) {
        let enums =
            file.enums.iter().map(|(name, listed)| (name, "enums", "values", listed.values.keys().collect()));
        let unions = file
            .unions
            .iter()
            .map(|(name, union)| (name, "unions", "variants", union.variants.keys().collect()));
        for (name, section, key, wires) in enums.chain(unions) {
            let wires: Vec<&String> = wires;
            let Some(Listed { place, wires: told }) = self.values.get(&(file.source, name.clone())).cloned()
            else {
                continue;
            };
            for wire in wires.into_iter().filter(|wire| !told.contains(*wire)) {
                let message = format!("no page lists the value `{wire}` any more");
                let (at, path) = (format!("{name}.{wire}"), Path::of([section, name, key, wire]));
                self.add(file, Drift::ValueGone, &at, None, message, &path, Some(place));
            }
        }
    }
}

/// The values that the spec knows, of an enum or of a union's tag.
struct Known<'a> {
    name: &'a str,
    path: Path,
    /// Whether they are words.
    text: bool,
    wires: Vec<&'a String>,
}

impl<'a> Known<'a> {
    fn of(file: &'a File, entry: &Entry<'a>) -> Option<Self> {
        if let What::Tag(name, union) = entry.what {
            let path = Path::of(["unions", name, "variants"]);
            return Some(Self::new(name, path, union.repr, union.variants.keys().collect()));
        }
        let (name, listed) = file.enums.get_key_value(entry.ty()?.name()?)?;
        let path = Path::of(["enums", name, "values"]);
        Some(Self::new(name, path, listed.repr, listed.values.keys().collect()))
    }

    fn new(name: &'a str, path: Path, repr: Repr, wires: Vec<&'a String>) -> Self {
        // Digits in quotes look on pages as those without.
        let text = repr == Repr::String && !wires.iter().all(|wire| wire.parse::<i64>().is_ok());
        Self { name, path, text, wires }
    }
}

/// What a type is in the end, if that may have any value.
fn innermost(ty: &TypeExpr) -> Option<Scalar> {
    match ty {
        TypeExpr::Generic(_, inner) => innermost(inner),
        TypeExpr::Scalar(scalar) => Some(*scalar),
        TypeExpr::Named(_) => None,
    }
}

fn is_integer(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::Int | Scalar::Uint)
}

fn plain_json(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
