//! Checks of limits: what they limit, and whether anything is left.

use super::checker::Checker;
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Carrier, Field, Limit, LimitKind, LimitValue, Takes};

const HELP: &str = "bytes, chars, width and pattern limit strings, items limit lists and maps, max and min limit \
                    numbers; `each` limits the items of a list";

impl Checker<'_> {
    pub(super) fn limits(&mut self, path: &Path, field: &Field) {
        self.limits_of(path, &field.ty, &field.limits);
        let each = &field.each.0;
        match &field.ty {
            TypeExpr::Generic(Generic::List | Generic::Map | Generic::Pipe | Generic::Csv, item) => {
                self.limits_of(&path.key("each"), item, each);
            }
            _ if each.is_empty() => {}
            ty => {
                self.report
                    .error(Mistake::BadLimit, At::Key(&path.key("each")), format!("a `{ty}` has no items"))
                    .label("can't be checked")
                    .help(HELP);
            }
        }
        if let Some(cut) = each.iter().find(|limit| !limit.refuses()) {
            let message = format!("`{}` says what becomes of one text", cut.kind.key());
            self.report
                .error(Mistake::BadLimit, At::Key(&path.key("each").key(cut.kind.key())), message)
                .label("not of items");
        }
    }

    /// Limits of a type that stand below a path.
    pub(super) fn limits_of(&mut self, path: &Path, ty: &TypeExpr, limits: &[Limit]) {
        let carrier = Carrier::of(ty);
        for limit in limits {
            let at = path.key(limit.kind.key());
            if carrier.and_then(|carrier| limit.kind.keyword(carrier)).is_none() {
                let message = format!("`{}` doesn't fit the type `{ty}`", limit.kind.key());
                self.report
                    .error(Mistake::BadLimit, At::Key(&at), message)
                    .label("can't be checked")
                    .help(HELP);
            } else if let Some((message, label)) = problem(ty, limit) {
                let help = match limit.value {
                    LimitValue::Pattern(_) => {
                        Some("a regular expression from `^` to `$`: `^[a-z][a-z0-9_]*$`")
                    }
                    _ => None,
                };
                self.report
                    .error(Mistake::BadLimit, At::Value(&at), message)
                    .label(label)
                    .help_if(help.map(str::to_owned));
            }
        }
        for lower in limits {
            for upper in limits.iter().filter(|upper| lower.contradicts(upper)) {
                let message = format!("no value is between {} and {}", lower.value, upper.value);
                self.report
                    .error(Mistake::BadLimit, At::Key(path), message)
                    .label("the smallest is above the largest");
            }
        }
    }
}

/// What is wrong with what a limit limits to.
fn problem(ty: &TypeExpr, limit: &Limit) -> Option<(&'static str, String)> {
    let takes = limit.kind.facts().takes;
    match &limit.value {
        LimitValue::Pattern(pattern) => {
            Some(("this is no pattern of a whole text", pattern_problem(pattern)?))
        }
        LimitValue::Number(number) => {
            let whole = *ty != TypeExpr::Scalar(Scalar::F64);
            let odd = takes == Takes::Number && whole && number.as_i64().is_none();
            odd.then(|| ("a limit of whole numbers is one, of 64 bits", format!("the type is `{ty}`")))
        }
        LimitValue::True => {
            let item = match ty {
                TypeExpr::Generic(_, item) => item,
                other => other,
            };
            let same = matches!(item, TypeExpr::Scalar(Scalar::String | Scalar::Int | Scalar::Uint));
            (limit.kind == LimitKind::UniqueItems && !same).then(|| {
                ("only strings and integers are compared", format!("items are of the type `{item}`"))
            })
        }
    }
}

/// What is wrong with a pattern.
fn pattern_problem(pattern: &str) -> Option<String> {
    if !(pattern.starts_with('^') && pattern.ends_with('$')) {
        return Some("a part of the text would do".to_owned());
    }
    regex_lite::Regex::new(pattern).err().map(|error| error.to_string())
}
