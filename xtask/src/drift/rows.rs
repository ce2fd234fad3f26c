//! Compares the rows of a table with the field that they describe.

use serde_yaml::Value;

use super::page::PageField;
use super::shown::is_written;
use crate::pages::mentions;
use crate::pages::phrases::{self, Base, DocType};
use crate::pages::table::{Row, values_of};
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{DriftRule, Enum, Field, File, Part, wire_text};

/// A page's rows for a field.
pub(super) struct Rows<'d> {
    pub file: &'d File,
    pub part: Part,
    pub field: &'d Field,
    /// The field's wire name.
    pub name: &'d str,
    pub seen: &'d PageField<'d>,
}

/// A difference between rows and spec: what the page says, and a sentence about it.
pub(super) type Difference = (DriftRule, String, String);

/// The quotation of a page that states no default.
pub(super) const NO_DEFAULT: &str = "none";

impl<'d> Rows<'d> {
    pub(super) fn differences(&self) -> Vec<Difference> {
        let mut found = Vec::new();
        found
            .extend(self.ty().or_else(|| self.truth()).or_else(|| self.moment()).or_else(|| self.needless()));
        found.extend(if self.part.is_sent() { self.required() } else { self.presence() });
        found.extend(self.stays());
        found.extend(self.opposite());
        found.extend(self.unit().or_else(|| self.duration()));
        found.extend(self.nested());
        found.extend(self.limits());
        found.extend(self.default());
        found
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &'d Row> {
        self.seen.node.rows.iter().copied()
    }

    fn ty(&self) -> Option<Difference> {
        let Self { file, field, .. } = self;
        let types: Vec<&String> = self.rows().filter_map(|row| row.ty.as_ref()).collect();
        let flag = field.ty == TypeExpr::Scalar(Scalar::Flag);
        // Requests have one notation; for a response, an example or the values show that it is a number.
        let one = flag && (self.part.is_sent() || !self.is_numbered());
        let fits = |ty: &&String| {
            let says = phrases::doc_type(ty);
            fits(file, &field.ty, says) && !(one && says.base == Base::Bool)
        };
        let first = *types.first().filter(|_| field.quirk.is_none() && !types.iter().any(fits))?;
        let message = format!("the page says its type is `{first}`, the spec says `{}`", field.ty);
        Some((DriftRule::FieldType, first.clone(), message))
    }

    /// Returns whether an example shows a number, or a row lists 0 or 1.
    fn is_numbered(&self) -> bool {
        let digits = ["0", "1"];
        self.seen
            .node
            .values
            .iter()
            .any(|value| value.is_number() || value.as_str().is_some_and(|text| digits.contains(&text)))
            || self.rows().any(|row| digits.iter().any(|digit| mentions(&row.doc, digit)))
    }

    /// Checks that a boolean in a request is written as the page lists its values: `true`, or 1.
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

    /// Checks whether it is a time in seconds, which no column says.
    fn moment(&self) -> Option<Difference> {
        let Self { field, name, .. } = self;
        let values: Vec<i64> = self.seen.node.values.iter().filter_map(|value| value.as_i64()).collect();
        let explicit = |row: &Row| phrases::is_unix(&row.doc);
        // Made-up ones may lack a digit.
        let short =
            self.rows().any(explicit) && values.iter().all(|number| (0..10_000_000_000).contains(number));
        let could_be = short || values.iter().copied().all(phrases::may_be_moment);
        let shows = could_be && values.iter().any(|number| *number != 0);
        let said =
            |row: &Row| phrases::is_timestamp(name, &row.doc) || shows && phrases::tells_time(&row.doc);
        let told = field.quirk.is_none() && self.rows().next().is_some();
        let (theirs, message) = match field.ty {
            TypeExpr::Scalar(Scalar::Int | Scalar::Uint)
                if told && could_be && self.rows().any(said) && (shows || !self.is_duration_elsewhere()) =>
            {
                ("timestamp", format!("the page describes a time in seconds, the spec says `{}`", field.ty))
            }
            TypeExpr::Scalar(Scalar::Timestamp)
                if told && self.rows().all(|row| phrases::is_duration(&row.doc)) =>
            {
                ("duration", "the page describes a duration, the spec a time".to_owned())
            }
            TypeExpr::Scalar(Scalar::Timestamp) if told && !shows && !self.speaks_of_time() => {
                ("a number", "the page mentions no time, the spec says it is one".to_owned())
            }
            TypeExpr::Scalar(Scalar::Uint)
                if told && self.rows().any(|row| phrases::has_negative(&row.doc)) =>
            {
                (
                    "a negative number",
                    "the page mentions a negative value, the spec's type is `uint`".to_owned(),
                )
            }
            _ => return None,
        };
        Some((DriftRule::FieldType, theirs.to_owned(), message))
    }

    /// Returns whether a row about another field of this name describes a duration.
    fn is_duration_elsewhere(&self) -> bool {
        self.seen.page.rows_of(self.name).any(|row| phrases::is_duration(&row.doc))
    }

    /// Returns whether its name or a row contains a word for a time.
    fn speaks_of_time(&self) -> bool {
        let named = ["time", "date", "day", "stamp", "expire", "_at", "_ts"];
        named.iter().any(|word| self.name.to_ascii_lowercase().contains(word))
            || self.rows().any(|row| {
                ["时间", "时刻", "日", "天", "戳", "期", "秒"].iter().any(|word| row.doc.contains(word))
            })
    }

    /// Reports a quirk that is visible neither in a table nor in an example, though both have the field.
    fn needless(&self) -> Option<Difference> {
        let Self { file, field, .. } = self;
        // Examples may show the field at the wrong time, or under another name.
        let plain = field.misspelt.is_empty() && (field.optional || !self.seen.is_missing());
        let types: Vec<&String> = self.rows().filter_map(|row| row.ty.as_ref()).collect();
        let mut values = self.seen.node.values.iter().filter(|value| !value.is_null()).peekable();
        let agrees = types.iter().all(|ty| fits(file, &field.ty, phrases::doc_type(ty)))
            && values.peek().is_some()
            && values.all(|value| is_written(file, &field.ty, value) && self.is_allowed(value));
        // A table that calls a possibly negative value unsigned is wrong, as the quirk says.
        let signed = field.ty == TypeExpr::Scalar(Scalar::Int)
            && types.iter().all(|ty| phrases::doc_type(ty).base == Base::Uint);
        let promised = self.rows().all(|row| !phrases::may_be_absent(&row.doc));
        let first =
            types.first().filter(|_| field.quirk.is_some() && plain && promised && agrees && !signed)?;
        let message = format!(
            "the table and all examples of the page show the type `{first}`: the `quirk` is not needed"
        );
        Some((DriftRule::FieldType, (*first).clone(), message))
    }

    /// Returns whether a value and its items break no limit and, for an enum, is listed; the contents of objects aren't examined.
    fn is_allowed(&self, value: &serde_json::Value) -> bool {
        let Self { file, field, .. } = self;
        let named = field.ty.name();
        let listed = named.and_then(|name| file.enums.get(name));
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let is_listed = |listed: &Enum| items.iter().all(|item| listed.values.contains_key(&wire_text(item)));
        let fit = items.iter().all(|item| field.each.0.iter().all(|limit| limit.allows(item)));
        fit && field.limits.iter().all(|limit| limit.allows(value))
            && listed.map_or(named.is_none(), is_listed)
    }

    fn required(&self) -> Option<Difference> {
        let said: Vec<bool> = self.rows().filter_map(|row| row.required).collect();
        let required = *said.first()?;
        // An example that lacks it is more reliable.
        if said.contains(&!self.field.optional) || required && self.seen.is_missing() {
            return None;
        }
        if !required && self.seen.page.refuses(self.name).any(phrases::is_demanded) {
            return None;
        }
        let [theirs, ours] = if required { ["required", "optional"] } else { ["optional", "required"] };
        let message = format!("the page says it is {theirs}, the spec says {ours}");
        Some((DriftRule::FieldRequired, theirs.to_owned(), message))
    }

    /// Checks whether a response may lack it, by its row.
    fn presence(&self) -> Option<Difference> {
        let says = self.rows().any(|row| phrases::may_be_absent(&row.doc));
        let message = "the page says when it is absent, the spec requires it";
        let lacks = says && !self.field.optional;
        lacks.then(|| (DriftRule::FieldPresence, "sometimes".to_owned(), message.to_owned()))
    }

    /// Checks that the description says so if an omitted field stays unchanged.
    fn stays(&self) -> Option<Difference> {
        let says = self.rows().any(|row| phrases::stays_when_left_out(&row.doc));
        let told =
            ["as it is", "as it was", "as they", "unchanged", "stay", "keep", "not change", "n't change"];
        let lacks = says && self.part.is_sent() && !told.iter().any(|words| self.field.doc.contains(words));
        let message = "the page says that it stays unchanged if omitted, the description doesn't";
        lacks.then(|| (DriftRule::Notes, "unchanged".to_owned(), message.to_owned()))
    }

    /// Checks that the description denies what the rows do, and nothing else.
    fn opposite(&self) -> Option<Difference> {
        let doc = &self.field.doc;
        let rows = || self.rows().map(|row| row.doc.as_str());
        // What a type, a rule or an optional field says needs no words.
        if rows().next().is_some() && rows().all(phrases::denies) && !phrases::is_negative(doc) {
            let message = "the page denies something, the description doesn't: add what is not possible";
            return Some((DriftRule::Notes, "denied".to_owned(), message.to_owned()));
        }
        let said = |doc: &str| phrases::may_deny(doc);
        // When an optional field is there may be known from other examples and events.
        let promised = self.part.is_sent() || !self.field.optional;
        if promised && rows().next().is_some() && phrases::contradicts(doc) && !self.docs().any(said) {
            let message = "the description denies something, nothing on the page does";
            return Some((DriftRule::Notes, "nothing denied".to_owned(), message.to_owned()));
        }
        None
    }

    fn default(&self) -> Option<Difference> {
        let theirs: Vec<String> = self.rows().filter_map(|row| self.default_of(row)).collect();
        let ours = self.field.default.as_ref().map(|value| self.wire(value));
        let (says, message) = match (theirs.first(), ours) {
            // What stays as it is has no default.
            (Some(_), None)
                if self.part.is_sent() && self.seen.page.prose().any(phrases::stays_when_left_out) =>
            {
                return None;
            }
            (Some(theirs), None) if self.part.is_sent() || self.field.optional => {
                (theirs, format!("the page says that its default is `{theirs}`, the spec has none"))
            }
            (Some(first), Some(ours)) if !theirs.contains(&ours) => {
                (first, format!("the page says that its default is `{first}`, the spec says `{ours}`"))
            }
            (None, Some(ours)) if !self.is_told(&ours) => {
                (&NO_DEFAULT.to_owned(), format!("the page doesn't say that its default is `{ours}`"))
            }
            _ => return None,
        };
        Some((DriftRule::FieldDefault, says.clone(), message))
    }

    /// Returns whether the page may state the spec's default.
    pub(super) fn tells_default(&self) -> bool {
        self.field.default.as_ref().is_some_and(|value| self.is_told(&self.wire(value)))
    }

    /// Returns whether the page may say that a value is the default: its own rows, or those of the objects around it,
    /// mention defaults; or it has the value somewhere. Booleans are listed everywhere, so for them the text must
    /// mention defaults.
    fn is_told(&self, value: &str) -> bool {
        const ASSUMED: [&str; 10] =
            ["默认", "缺省", "不填", "不传", "不设置", "为空", "不指定", "未填", "未设置", "未指定"];
        let assumes = |doc: &str| ASSUMED.iter().any(|word| doc.contains(word));
        let above = self.seen.above.iter().flat_map(|above| above.rows.iter().copied());
        let own = || self.rows().chain(above.clone()).map(|row| row.doc.as_str());
        if matches!(self.field.ty, TypeExpr::Scalar(Scalar::Bool | Scalar::Flag)) {
            own().any(assumes) || self.seen.page.prose().any(assumes)
        } else {
            own().any(|doc| ["默认", "缺省"].iter().any(|word| doc.contains(word))) || self.mentions(value)
        }
    }

    /// Returns the default in a row, as on the wire.
    fn default_of(&self, row: &Row) -> Option<String> {
        let ty = &self.field.ty;
        let listed = ty.name().and_then(|name| self.file.enums.get(name));
        let scalar = listed.map(|listed| TypeExpr::Scalar(listed.repr.scalar()));
        let text = scalar == Some(TypeExpr::Scalar(Scalar::String));
        let values = values_of(row, &self.seen.page.read.contents.named);
        let values = values.unwrap_or_else(|| phrases::values(&row.doc, text));
        let found = phrases::default(&row.doc, scalar.as_ref().unwrap_or(ty), &values)?;
        Some(self.wire(&found)).filter(|wire| listed.is_none_or(|listed| listed.values.contains_key(wire)))
    }

    /// Returns a value as the field's type writes it on the wire.
    fn wire(&self, value: &Value) -> String {
        match value.as_bool() {
            Some(value) if self.field.ty == TypeExpr::Scalar(Scalar::Flag) => u8::from(value).to_string(),
            _ => phrases::word_of(value),
        }
    }

    /// Returns whether the page has a word anywhere near, or where it describes fields of this name in other places.
    fn mentions(&self, word: &str) -> bool {
        self.docs().any(|doc| mentions(&phrases::in_digits(doc), word))
    }

    /// Returns the page's texts near the field, about the objects around it, and about fields of this name in other
    /// places.
    pub(super) fn docs(&self) -> impl Iterator<Item = &str> {
        let rows = self.rows().chain(self.seen.above.iter().flat_map(|above| above.rows.iter().copied()));
        let docs = rows.flat_map(|row| [Some(row.doc.as_str()), row.ty.as_deref()]).flatten();
        docs.chain(self.seen.page.says_of(self.name))
    }
}

/// Returns whether a type agrees with the table.
pub(super) fn fits(file: &File, ty: &TypeExpr, says: DocType) -> bool {
    match ty {
        TypeExpr::Scalar(Scalar::Any) => true,
        TypeExpr::Generic(Generic::List, inner) => {
            // The type of a list's items isn't always stated.
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
