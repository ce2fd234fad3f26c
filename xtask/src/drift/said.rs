//! What the rows of a table say of a field, held against the field.

use super::Documented;
use super::fields::{Scope, said_elsewhere};
use crate::pages::phrases::{self, Base, DocType, in_digits};
use crate::pages::table::Row;
use crate::spec::Part;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Drift, Enum, Field, File, Limit, Repr};

/// What some rows say otherwise than a field of the spec.
pub(super) struct Differences<'d> {
    pub scope: Scope<'d, 'd>,
    pub field: &'d Field,
    pub rows: &'d [&'d Row],
    pub page: Documented<'d>,
    /// The field's name on the wire.
    pub name: &'d str,
    /// Each with what the page says, and as a sentence.
    pub found: Vec<(Drift, String, String)>,
}

impl Differences<'_> {
    pub(super) fn ty(&mut self) {
        let Self { scope, field, rows, .. } = self;
        let types: Vec<&String> = rows.iter().filter_map(|row| row.ty.as_ref()).collect();
        let fits = |ty: &&String| fits(scope.file, &field.ty, phrases::doc_type(ty));
        let Some(first) = types.first().filter(|_| field.quirk.is_none() && !types.iter().any(fits)) else {
            return;
        };
        let message = format!("the page says its type is `{first}`, the spec says `{}`", field.ty);
        self.found.push((Drift::FieldType, (*first).clone(), message));
    }

    pub(super) fn required(&mut self, missing: bool) {
        let said: Vec<bool> = self.rows.iter().filter_map(|row| row.required).collect();
        let Some(required) = said.first().copied() else { return };
        // An example that lacks it is the better witness.
        if said.contains(&!self.field.optional) || required && missing {
            return;
        }
        let [theirs, ours] = if required { ["required", "optional"] } else { ["optional", "required"] };
        let message = format!("the page says it is {theirs}, the spec says {ours}");
        self.found.push((Drift::FieldRequired, theirs.to_owned(), message));
    }

    pub(super) fn limits(&mut self) {
        let rows = self.rows.iter();
        let theirs: Vec<Limit> = rows.flat_map(|row| phrases::limits(&row.doc, &self.field.ty)).collect();
        let ours = &self.field.limits;
        for (index, limit) in theirs.iter().enumerate() {
            let first = theirs[..index].iter().all(|other| other.kind != limit.kind);
            let agreed = theirs.iter().any(|other| other.kind == limit.kind && ours.contains(other));
            if first && !agreed {
                let message = format!("the page says `{limit}`, the spec doesn't");
                self.found.push((Drift::FieldLimit, limit.to_string(), message));
            }
        }
        for limit in ours {
            let Some(number) = limit.as_number() else { continue };
            if theirs.iter().all(|known| known.kind != limit.kind) && !self.mentions(&number.to_string()) {
                let message = format!("the page doesn't say `{limit}`");
                self.found.push((Drift::FieldLimit, format!("no {}", limit.kind.key()), message));
            }
        }
    }

    pub(super) fn default(&mut self) {
        let file = self.scope.file;
        let theirs: Vec<String> =
            self.rows.iter().filter_map(|row| default(file, self.field, &row.doc)).collect();
        let ours = self.field.default.as_ref().map(|value| wire(self.field, plain_value(value)));
        match (theirs.first(), ours) {
            (Some(theirs), None) if self.field.optional && self.scope.side == Part::Request => {
                let message = format!("the page says that its default is `{theirs}`, the spec has none");
                self.found.push((Drift::FieldDefault, theirs.clone(), message));
            }
            (Some(first), Some(ours)) if !theirs.contains(&ours) => {
                let message = format!("the page says that its default is `{first}`, the spec says `{ours}`");
                self.found.push((Drift::FieldDefault, first.clone(), message));
            }
            (None, Some(ours)) if !self.mentions(&ours) && !self.mentions("默认") => {
                let message = format!("the page doesn't say that its default is `{ours}`");
                self.found.push((Drift::FieldDefault, "none".to_owned(), message));
            }
            _ => {}
        }
    }

    /// Whether the page has a word anywhere near, or where it speaks of fields of this name in other places.
    fn mentions(&self, word: &str) -> bool {
        let docs = self.rows.iter().flat_map(|row| [Some(row.doc.as_str()), row.ty.as_deref()]).flatten();
        docs.chain(said_elsewhere(self.page, self.name)).any(|doc| mentions(&in_digits(doc), word))
    }
}

/// What a description says is assumed, as it is on the wire.
fn default(file: &File, field: &Field, doc: &str) -> Option<String> {
    let known = |listed: &Enum, wire: &str| listed.values.contains_key(wire);
    let found = match field.ty.name().and_then(|name| file.enums.get(name)) {
        Some(listed) => {
            let ty = if listed.repr == Repr::String { "string" } else { "int" };
            phrases::default(doc, ty).filter(|found| known(listed, found.trim_matches('"')))?
        }
        None => phrases::default(doc, &field.ty.to_string())?,
    };
    let found = found.trim_matches('"').to_owned();
    Some(wire(field, found))
}

/// A value as the field's type has it on the wire.
fn wire(field: &Field, value: String) -> String {
    match (&field.ty, value.as_str()) {
        (TypeExpr::Scalar(Scalar::Flag), "true") => "1".to_owned(),
        (TypeExpr::Scalar(Scalar::Flag), "false") => "0".to_owned(),
        _ => value,
    }
}

fn plain_value(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::String(text) => text.clone(),
        other => serde_yaml::to_string(other).unwrap_or_default().trim().to_owned(),
    }
}

/// Whether a text has a word or a number that stands alone.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(part);
        let after = text[at + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}

/// Whether a type is what a table says.
fn fits(file: &File, ty: &TypeExpr, says: DocType) -> bool {
    match ty {
        TypeExpr::Scalar(Scalar::Any) => true,
        TypeExpr::Generic(Generic::List, inner) => {
            // What a list is of is not always said.
            let inner_says = DocType { lists: says.lists.saturating_sub(1), ..says };
            (says.lists > 0 || says.base == Base::Unknown) && fits(file, inner, inner_says)
        }
        _ if says.lists > 0 => false,
        TypeExpr::Generic(Generic::Map, _) => matches!(says.base, Base::Object | Base::Unknown),
        TypeExpr::Generic(Generic::Json | Generic::Pipe | Generic::Csv, _) => {
            matches!(says.base, Base::String | Base::Unknown)
        }
        TypeExpr::Generic(Generic::OrText, inner) => says.base == Base::String || fits(file, inner, says),
        TypeExpr::Scalar(scalar) => scalar_fits(*scalar, says.base),
        TypeExpr::Named(name) => match file.enums.get(name) {
            Some(listed) if listed.repr == Repr::String => scalar_fits(Scalar::String, says.base),
            Some(_) => scalar_fits(Scalar::Int, says.base),
            None => matches!(says.base, Base::Object | Base::Unknown),
        },
    }
}

fn scalar_fits(scalar: Scalar, base: Base) -> bool {
    let whole = matches!(base, Base::Int | Base::Uint);
    match scalar {
        _ if base == Base::Unknown => true,
        Scalar::Any => true,
        Scalar::String | Scalar::Secret => base == Base::String,
        Scalar::Bool => base == Base::Bool,
        Scalar::Flag => whole || base == Base::Bool,
        Scalar::Int | Scalar::Uint | Scalar::Timestamp => whole,
        Scalar::F64 => base == Base::F64,
        Scalar::File => base == Base::File,
    }
}
