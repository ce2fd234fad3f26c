//! Compares the values of enums and the tags of unions with those that pages list.

use std::collections::BTreeSet;

use super::comparison::{Comparison, Listed};
use super::finding::{Finding, Spot};
use super::object::{SpecField, What};
use super::page::PageField;
use crate::pages::mentions;
use crate::pages::phrases;
use crate::pages::table::{range_of, values_of};
use crate::spec::source::Path;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{DriftRule, Enum, File, Repr, Section, Union, wire_text};

impl<'a> Comparison<'a> {
    /// Compares the values of an enum, or the tags of a union, with those that a page lists. For any other type, a
    /// page should list none.
    pub(super) fn values(&mut self, file: &'a File, field: &SpecField<'a>, seen: &PageField<'_>) {
        let known = Known::of(file, field);
        let scalar = field.ty().and_then(innermost);
        let text = known.as_ref().map_or(scalar == Some(Scalar::String), |known| known.text);
        let rows = &seen.node.rows;
        let named = &seen.page.read.contents.named;
        let listed = rows
            .iter()
            .flat_map(|row| values_of(row, named).unwrap_or_else(|| phrases::values(&row.doc, text)));
        let mut listed: Vec<phrases::Value> = listed.collect();
        let line = seen.line(field.name);
        if listed.is_empty() && text {
            let is_known = |word: &str| match &known {
                Some(known) => known.wires.iter().any(|wire| *wire == word),
                None => seen.node.values.iter().any(|value| value.as_str() == Some(word)),
            };
            listed = rows.iter().flat_map(|row| phrases::words(&row.doc, is_known)).collect();
        }
        if let Some(known) = &known {
            self.labels.entry((file.source, known.name.to_owned())).or_default().add(&listed, line);
        }
        let listed: Vec<String> = listed.into_iter().map(|value| value.wire).collect();
        let Some(known) = known else {
            let only = field.only_numbers();
            let is_known = |wire: &String| wire.parse().is_ok_and(|number| only.contains(&number));
            if let Some(ty) = field.ty().filter(|_| text || scalar.is_some_and(Scalar::is_integer))
                && listed.len() > 1
                && !listed.iter().all(is_known)
                && !rows.iter().any(|row| range_of(row, named).is_some())
            {
                let listed = listed.join(", ");
                let message = format!("the page lists values ({listed}), the spec's type is `{ty}`");
                let spot = Spot::key(file, &field.path);
                let finding = Finding::new(spot, DriftRule::ValueNew, &field.at, message);
                self.found.push(finding.says(listed).seen_at(line));
            }
            return;
        };
        // A single value may not be one at all; but the spec knows it.
        let said = |wire: &str| rows.iter().any(|row| mentions(&row.doc, wire));
        if listed.is_empty() && !(known.text && known.wires.iter().any(|wire| said(wire))) {
            return;
        }
        for wire in listed.iter().filter(|wire| !known.wires.contains(wire)) {
            let message = format!("the page lists the value `{wire}`, the spec doesn't");
            let (spot, at) = (Spot::key(file, &known.path), known.at(wire));
            self.found.push(Finding::new(spot, DriftRule::ValueNew, at, message).seen_at(line));
        }
        let shown = seen.node.values.iter().map(|value| wire_text(value));
        let shown: Vec<String> = shown.chain(listed).collect();
        // A number on a page may mean anything.
        let spoken_of = |wire: &str| known.text && seen.page.speaks_of(wire);
        let told = known.wires.iter().filter(|wire| shown.contains(wire) || said(wire) || spoken_of(wire));
        let of = (file.source, known.name.to_owned());
        let all = self.values.entry(of).or_insert_with(|| Listed { line, wires: BTreeSet::new() });
        all.wires.extend(told.map(|wire| (*wire).clone()));
    }

    /// Reports the values that no place of an enum, or of a union's tag, lists.
    pub(super) fn values_gone(&mut self, file: &'a File) {
        let enums = file.enums.iter().map(|(name, listed)| Known::of_enum(name, listed));
        let unions = file.unions.iter().map(|(name, union)| Known::of_union(name, union));
        for known in enums.chain(unions) {
            let Some(listed) = self.values.get(&(file.source, known.name.to_owned())) else { continue };
            for wire in known.wires.iter().filter(|wire| !listed.wires.contains(**wire)) {
                let message = format!("no page lists the value `{wire}` anymore");
                let spot = Spot::key(file, &known.path.key(wire));
                let finding = Finding::new(spot, DriftRule::ValueGone, known.at(wire), message);
                self.found.push(finding.seen_at(listed.line));
            }
        }
    }
}

/// The values that the spec knows for an enum or a union's tag.
struct Known<'a> {
    name: &'a str,
    path: Path,
    /// Whether they are words.
    text: bool,
    wires: Vec<&'a String>,
}

impl<'a> Known<'a> {
    fn of(file: &'a File, field: &SpecField<'a>) -> Option<Self> {
        if let What::Tag(name, union) = field.what {
            return Some(Self::of_union(name, union));
        }
        let (name, listed) = file.enums.get_key_value(field.ty()?.name()?)?;
        Some(Self::of_enum(name, listed))
    }

    fn of_enum(name: &'a str, listed: &'a Enum) -> Self {
        let path = Section::Enums.entry(name).key("values");
        Self::new(name, path, listed.repr, listed.values.keys().collect())
    }

    fn of_union(name: &'a str, union: &'a Union) -> Self {
        let path = Section::Unions.entry(name).key("variants");
        Self::new(name, path, union.repr, union.variants.keys().collect())
    }

    fn new(name: &'a str, path: Path, repr: Repr, wires: Vec<&'a String>) -> Self {
        // On pages, digits in quotes look like digits without.
        let text = repr == Repr::String && !wires.iter().all(|wire| wire.parse::<i64>().is_ok());
        Self { name, path, text, wires }
    }

    /// Returns a value's name in a deviation.
    fn at(&self, wire: &str) -> String {
        format!("{}.{wire}", self.name)
    }
}

/// Returns the innermost type, if it may have any value.
pub(super) fn innermost(ty: &TypeExpr) -> Option<Scalar> {
    match ty {
        TypeExpr::Generic(_, inner) => innermost(inner),
        TypeExpr::Scalar(scalar) => Some(*scalar),
        TypeExpr::Named(_) => None,
    }
}
