//! Compares the limits of a field, and of its items, with its rows.

use serde_json::Number;

use super::rows::{Difference, Rows};
use crate::pages::table::range_of;
use crate::pages::{mentions, phrases};
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{Carrier, DriftRule, Limit, LimitKind};

impl Rows<'_> {
    pub(super) fn limits(&self) -> Vec<Difference> {
        let mut found = self.own_limits();
        found.extend(self.formed());
        found.extend(self.limits_of_each());
        found.extend(self.limits_inside());
        found
    }

    /// Compares the limits of the field itself.
    fn own_limits(&self) -> Vec<Difference> {
        // An unsigned value can't be negative, but a page may say so.
        let unsigned = self.field.ty == TypeExpr::Scalar(Scalar::Uint);
        let ty = if unsigned { TypeExpr::Scalar(Scalar::Int) } else { self.field.ty.clone() };
        let columns = self.rows().filter_map(|row| row.ty.as_deref());
        let typed = columns.flat_map(|text| phrases::limits_in_type(text, &ty));
        let described = self.rows().flat_map(|row| phrases::limits(&row.doc, &ty));
        let mut theirs: Vec<Limit> = described.chain(typed).collect();
        // Numbers that a table lists one by one are a range, unless the spec has an enum of them.
        let counted = matches!(self.field.ty, TypeExpr::Scalar(Scalar::Int | Scalar::Uint));
        let named = &self.seen.page.read.contents.named;
        for (first, last) in self.rows().filter(|_| counted).filter_map(|row| range_of(row, named)) {
            theirs.extend([Limit::number(LimitKind::Min, first), Limit::number(LimitKind::Max, last)]);
        }
        let refused = self.refused(&ty).into_iter();
        theirs.extend(
            refused.filter(|limit| theirs.iter().all(|other| other.kind != limit.kind)).collect::<Vec<_>>(),
        );
        let ours = &self.field.limits;
        let needless = |limit: &Limit| unsigned && *limit == Limit::number(LimitKind::Min, 0);
        theirs.retain(|limit| !needless(limit) || ours.iter().any(|own| inclusive(own).kind == limit.kind));
        let mut found = self.compared(ours, &theirs, Of::Itself);
        found.extend(self.filled());
        found
    }

    /// Reports a limit that refuses an empty list or text that the rows allow.
    fn filled(&self) -> Option<Difference> {
        let empty = self.rows().any(|row| phrases::may_be_empty(&row.doc));
        let limit = self.field.limits.iter().find(|limit| phrases::needs_content(limit)).filter(|_| empty)?;
        let message = format!("the page says that it may be empty, the spec says `{limit}`");
        Some((DriftRule::FieldLimit, "empty".to_owned(), message))
    }

    /// Compares the limits of each item of a list.
    fn limits_of_each(&self) -> Vec<Difference> {
        let theirs = self.rows().flat_map(|row| phrases::limits_of_each(&row.doc, &self.field.ty));
        self.compared(&self.field.each.0, &theirs.collect::<Vec<Limit>>(), Of::Each)
    }

    /// Compares the spec's limits with those that the rows state.
    fn compared(&self, ours: &[Limit], theirs: &[Limit], of: Of) -> Vec<Difference> {
        let mut found = Vec::new();
        for (index, limit) in theirs.iter().enumerate() {
            let first = theirs[..index].iter().all(|other| other.kind != limit.kind);
            let mut says = theirs.iter().filter(|other| other.kind == limit.kind);
            let agreed = says.any(|other| ours.iter().any(|own| inclusive(own).is_same(&inclusive(other))));
            if first && !agreed {
                let message = format!("the page says `{limit}`{}, the spec doesn't", of.told());
                found.push((DriftRule::FieldLimit, format!("{}{limit}", of.prefix()), message));
            }
        }
        for limit in ours {
            let kind = inclusive(limit).kind;
            let is_told = |number: &Number| {
                // The list of errors says in any words what is refused.
                let mut errors = self.seen.page.section.codes.iter().map(|row| row.words.as_str());
                self.docs().any(|doc| has_number(doc, number))
                    || errors.any(|words| mentions(words, self.name) || has_number(words, number))
            };
            if theirs.iter().all(|known| inclusive(known).kind != kind)
                && !limit.numbers().iter().all(is_told)
            {
                let message = format!("the page doesn't say `{limit}`{}", of.told());
                found.push((
                    DriftRule::FieldLimit,
                    format!("no {}{}", of.prefix(), limit.kind.key()),
                    message,
                ));
            }
        }
        found
    }

    /// Reports a text whose form the rows describe, and the spec doesn't check.
    fn formed(&self) -> Option<Difference> {
        let ty = &self.field.ty;
        let is_pattern = |limit: &Limit| limit.kind == LimitKind::Pattern;
        let said = self.rows().any(|row| phrases::limits(&row.doc, ty).iter().any(is_pattern));
        let is_text = self.part.is_sent() && Carrier::of(ty) == Some(Carrier::Text);
        let form = self.rows().find_map(|row| phrases::form(&row.doc))?;
        if !is_text || said || self.field.limits.iter().any(is_pattern) {
            return None;
        }
        let message = format!(
            "the page describes the form of the text, as in `pattern: {form}`, the spec has no pattern"
        );
        Some((DriftRule::FieldLimit, format!("pattern: {form}"), message))
    }

    /// Returns the limits on a number that rows of error codes state of a field by its name: 不可小于-1或大于28.
    fn refused(&self, ty: &TypeExpr) -> Vec<Limit> {
        if Carrier::of(ty) != Some(Carrier::Number) || !self.part.is_sent() {
            return Vec::new();
        }
        let limits = |clause: &str| {
            let clause = clause.split(['。', '；', ';', '\n']).next().unwrap_or(clause);
            // Another name begins another statement.
            let own = clause.split(|c: char| c.is_ascii_alphabetic()).next().unwrap_or(clause);
            let refuses =
                ["不可小于", "不能小于", "不可低于", "枚举之中"].iter().any(|word| own.contains(word));
            if refuses { phrases::limits(own, ty) } else { Vec::new() }
        };
        let always =
            |words: &&str| !["若", "当", "如果", "此时", "情况"].iter().any(|word| words.contains(word));
        let said = self.seen.page.refuses(self.name).filter(always);
        said.flat_map(|words| words.split(self.name).skip(1)).flat_map(limits).collect()
    }

    /// Compares the number of items in an object's only list with the object's rows.
    fn limits_inside(&self) -> Vec<Difference> {
        let structure = match &self.field.ty {
            TypeExpr::Named(name) => self.file.structs.get(name),
            TypeExpr::Generic(..) | TypeExpr::Scalar(_) => None,
        };
        let Some((name, list)) = structure.and_then(|structure| structure.only_list()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for row in self.rows() {
            for limit in row.limits(&list.ty) {
                let said = |own: &Limit| own.as_number().is_some_and(|own| has_number(&row.doc, own));
                let agreed = list.limits.iter().any(|own| own.kind == limit.kind && said(own));
                if matches!(limit.kind, LimitKind::MinItems | LimitKind::MaxItems) && !agreed {
                    let message = format!("the page says `{limit}` of the `{name}` in it, the spec doesn't");
                    found.push((DriftRule::FieldLimit, limit.to_string(), message));
                }
            }
        }
        found
    }
}

/// The target of a limit.
#[derive(Clone, Copy)]
enum Of {
    /// A field.
    Itself,
    /// The items of a list.
    Each,
}

impl Of {
    /// Returns what a quotation begins with.
    const fn prefix(self) -> &'static str {
        match self {
            Self::Itself => "",
            Self::Each => "each ",
        }
    }

    /// Returns what follows a limit in a sentence.
    const fn told(self) -> &'static str {
        match self {
            Self::Itself => "",
            Self::Each => " of each item",
        }
    }
}

/// Returns whether a text may mean a number.
fn has_number(doc: &str, number: &Number) -> bool {
    match number.as_i64() {
        Some(whole) => phrases::may_mean(doc, whole),
        None => mentions(doc, &number.to_string()),
    }
}

/// Returns a limit that includes its bound; for a fraction, there is no next number.
fn inclusive(limit: &Limit) -> Limit {
    let whole = limit.as_number().and_then(Number::as_i64);
    match (limit.kind, whole) {
        (LimitKind::ExclusiveMin, Some(number)) => Limit::number(LimitKind::Min, number.saturating_add(1)),
        (LimitKind::ExclusiveMax, Some(number)) => Limit::number(LimitKind::Max, number.saturating_sub(1)),
        (LimitKind::ExclusiveMin, None) => Limit { kind: LimitKind::Min, ..limit.clone() },
        (LimitKind::ExclusiveMax, None) => Limit { kind: LimitKind::Max, ..limit.clone() },
        _ => limit.clone(),
    }
}
