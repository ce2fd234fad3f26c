//! Checks of limits: what they limit, and whether anything is left.

use super::checker::Checker;
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::{Carrier, Field, LimitValue};

const HELP: &str =
    "bytes, chars and pattern limit strings, items limit lists and maps, max and min limit numbers";

impl Checker<'_> {
    pub(super) fn limits(&mut self, path: &Path, field: &Field) {
        let carrier = Carrier::of(&field.ty);
        for limit in &field.limits {
            let at = path.key(limit.kind.key());
            if carrier.and_then(|carrier| limit.kind.keyword(carrier)).is_none() {
                let message = format!("`{}` doesn't fit the type `{}`", limit.kind.key(), field.ty);
                self.report
                    .error(Mistake::BadLimit, At::Key(&at), message)
                    .label("can't be checked")
                    .help(HELP);
            }
            if let LimitValue::Pattern(pattern) = &limit.value
                && let Some(problem) = pattern_problem(pattern)
            {
                self.report
                    .error(Mistake::BadLimit, At::Value(&at), "this is no pattern of a whole text")
                    .label(problem)
                    .help("a regular expression from `^` to `$`: `^[a-z][a-z0-9_]*$`");
            }
        }
        for lower in &field.limits {
            for upper in field.limits.iter().filter(|upper| lower.contradicts(upper)) {
                let message = format!("no value is between {} and {}", lower.value, upper.value);
                self.report
                    .error(Mistake::BadLimit, At::Key(path), message)
                    .label("the smallest is above the largest");
            }
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
