//! What the rows of a table say of a field, held against the field.

use serde_yaml::Value;

use super::page::{PageField, mentions};
use crate::pages::phrases::{self, Base, DocType, in_digits};
use crate::pages::table::Row;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{DriftRule, Field, File, Limit, Part};

/// The rows that a page has of a field.
pub(super) struct Rows<'d> {
    pub file: &'d File,
    pub part: Part,
    pub field: &'d Field,
    /// The field's name on the wire.
    pub name: &'d str,
    pub seen: &'d PageField<'d>,
}

/// What rows say otherwise than the spec: what the page says, and a sentence about it.
type Difference = (DriftRule, String, String);

impl<'d> Rows<'d> {
    pub(super) fn differences(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        found.extend(self.ty().or_else(|| self.truth()));
        found.extend(self.required().filter(|_| self.part.is_sent()));
        found.extend(self.limits());
        found.extend(self.default());
        found
    }

    fn rows(&self) -> impl Iterator<Item = &'d Row> {
        self.seen.node.rows.iter().copied()
    }

    fn ty(&self) -> Option<Difference> {
        let Self { file, field, .. } = self;
        let types: Vec<&String> = self.rows().filter_map(|row| row.ty.as_ref()).collect();
        let sent_as_one = field.ty == TypeExpr::Scalar(Scalar::Flag) && self.part.is_sent();
        let fits = |ty: &&String| {
            let says = phrases::doc_type(ty);
            // What is sent is written in one way.
            fits(file, &field.ty, says) && !(sent_as_one && says.base == Base::Bool)
        };
        let first = *types.first().filter(|_| field.quirk.is_none() && !types.iter().any(fits))?;
        let message = format!("the page says its type is `{first}`, the spec says `{}`", field.ty);
        Some((DriftRule::FieldType, first.clone(), message))
    }

    /// What is sent as a truth is written as the page lists its values: `true`, or 1.
    fn truth(&self) -> Option<Difference> {
        if !self.part.is_sent() || self.field.quirk.is_some() {
            return None;
        }
        let lists = |wire: &str| {
            let mut listed = self.rows().flat_map(|row| phrases::values(&row.doc, false));
            listed.any(|value| value.wire == wire)
        };
        let says = |word: &str| self.rows().any(|row| mentions(&row.doc, word));
        let (other, said) = match self.field.ty {
            TypeExpr::Scalar(Scalar::Bool) => (["0", "1"], lists("0") && lists("1")),
            TypeExpr::Scalar(Scalar::Flag) => (["false", "true"], says("false") && says("true")),
            _ => return None,
        };
        if !said {
            return None;
        }
        let message =
            format!("the page lists `{}`, the spec says `{}`", other.join("` and `"), self.field.ty);
        Some((DriftRule::FieldType, other.join(", "), message))
    }

    fn required(&self) -> Option<Difference> {
        let said: Vec<bool> = self.rows().filter_map(|row| row.required).collect();
        let required = *said.first()?;
        // An example that lacks it is the better witness.
        if said.contains(&!self.field.optional) || required && self.seen.is_missing() {
            return None;
        }
        let [theirs, ours] = if required { ["required", "optional"] } else { ["optional", "required"] };
        let message = format!("the page says it is {theirs}, the spec says {ours}");
        Some((DriftRule::FieldRequired, theirs.to_owned(), message))
    }

    fn limits(&self) -> Vec<Difference> {
        let theirs: Vec<Limit> =
            self.rows().flat_map(|row| phrases::limits(&row.doc, &self.field.ty)).collect();
        let ours = &self.field.limits;
        let mut found = Vec::new();
        for (index, limit) in theirs.iter().enumerate() {
            let first = theirs[..index].iter().all(|other| other.kind != limit.kind);
            let agreed = theirs.iter().any(|other| other.kind == limit.kind && ours.contains(other));
            if first && !agreed {
                let message = format!("the page says `{limit}`, the spec doesn't");
                found.push((DriftRule::FieldLimit, limit.to_string(), message));
            }
        }
        for limit in ours {
            let Some(number) = limit.as_number() else { continue };
            if theirs.iter().all(|known| known.kind != limit.kind) && !self.mentions(&number.to_string()) {
                let message = format!("the page doesn't say `{limit}`");
                found.push((DriftRule::FieldLimit, format!("no {}", limit.kind.key()), message));
            }
        }
        found
    }

    fn default(&self) -> Option<Difference> {
        let theirs: Vec<String> = self.rows().filter_map(|row| self.default_of(&row.doc)).collect();
        let ours = self.field.default.as_ref().map(|value| self.wire(value));
        let (says, message) = match (theirs.first(), ours) {
            (Some(theirs), None) if self.part.is_sent() => {
                (theirs, format!("the page says that its default is `{theirs}`, the spec has none"))
            }
            (Some(first), Some(ours)) if !theirs.contains(&ours) => {
                (first, format!("the page says that its default is `{first}`, the spec says `{ours}`"))
            }
            (None, Some(ours)) if !self.mentions(&ours) && !self.mentions("默认") => {
                (&"none".to_owned(), format!("the page doesn't say that its default is `{ours}`"))
            }
            _ => return None,
        };
        Some((DriftRule::FieldDefault, says.clone(), message))
    }

    /// What a description says is assumed, as it is on the wire.
    fn default_of(&self, doc: &str) -> Option<String> {
        let ty = &self.field.ty;
        let Some(listed) = ty.name().and_then(|name| self.file.enums.get(name)) else {
            return phrases::default(doc, ty).map(|value| self.wire(&value));
        };
        let found = phrases::default(doc, &TypeExpr::Scalar(listed.repr.scalar()))?;
        Some(self.wire(&found)).filter(|wire| listed.values.contains_key(wire))
    }

    /// A value as the field's type has it on the wire.
    fn wire(&self, value: &Value) -> String {
        match value.as_bool() {
            Some(value) if self.field.ty == TypeExpr::Scalar(Scalar::Flag) => u8::from(value).to_string(),
            _ => phrases::word_of(value),
        }
    }

    /// Whether the page has a word anywhere near, or where it speaks of fields of this name in other places.
    fn mentions(&self, word: &str) -> bool {
        let docs = self.rows().flat_map(|row| [Some(row.doc.as_str()), row.ty.as_deref()]).flatten();
        docs.chain(self.seen.page.says_of(self.name)).any(|doc| mentions(&in_digits(doc), word))
    }
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
            Some(listed) => scalar_fits(listed.repr.scalar(), says.base),
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
