//! Rules over several fields in words.

use super::limit_value::Limit;
use super::rule::{Demand, Group, Rule, Test, Total};

impl Group {
    /// Returns the words before the names of the fields.
    const fn phrase(self) -> &'static str {
        match self {
            Self::ExactlyOne => "exactly one of",
            Self::AtLeastOne => "at least one of",
            Self::AtMostOne => "at most one of",
            Self::BothOrNeither => "all or none of",
        }
    }
}

impl Demand {
    /// Returns the demand in words, to follow the field's name.
    fn words(&self) -> String {
        match self {
            Self::Required => "is required".to_owned(),
            Self::Forbidden => "is not allowed".to_owned(),
            Self::Limited(limits) => predicate(limits),
        }
    }
}

impl Test {
    /// Returns the condition in words, to follow the field's name.
    pub fn words(&self) -> String {
        match self {
            Self::Set => "is set".to_owned(),
            Self::Is(values) => format!("is {}", quoted(values, " or ")),
            Self::Has(limits) => predicate(limits),
        }
    }
}

impl Total {
    /// Returns the words before the names of the fields.
    const fn words(self) -> &'static str {
        match self {
            Self::Sum => "sum of",
            Self::Product => "product of",
            Self::Items => "number of all items in",
        }
    }
}

impl Rule {
    /// Returns the rule as a sentence for callers.
    pub fn sentence(&self) -> String {
        match self {
            Self::MaxSpan { from, to, days, whole_days } => {
                let rounded = if *whole_days {
                    ", both rounded down to the start of the day, Beijing time"
                } else {
                    ""
                };
                format!("`{to}` is at most {days} days after `{from}`{rounded}.")
            }
            Self::Order { fields: [first, second], strict: false } => {
                format!("`{first}` can't be greater than `{second}`.")
            }
            Self::Order { fields: [first, second], strict: true } => {
                format!("`{first}` must be less than `{second}`.")
            }
            Self::Difference { .. } => {
                let (about, detail) = self.difference();
                format!("{about} must be {detail}.")
            }
            Self::Group(group, fields) => {
                format!("Set {} {}.", group.phrase(), listed(fields))
            }
            Self::When { demand, field, when, test } => {
                format!("`{field}` {} if `{when}` {}.", demand.words(), test.words())
            }
            Self::Unique(field) => format!("`{field}` is different in each item."),
            Self::Total { .. } => {
                let (about, detail) = self.total();
                format!("The {about} must be {detail}.")
            }
        }
    }

    /// Returns what is checked in a request, to follow "is checked for": first the fields, then the part that may change.
    pub fn check(&self) -> (String, String) {
        match self {
            Self::MaxSpan { from, to, days, whole_days } => {
                let unit = if *whole_days { "whole days" } else { "days" };
                (format!("the time from `{from}` to `{to}`"), format!(" (at most {days} {unit})"))
            }
            Self::Order { fields: [first, second], strict } => {
                let detail = if *strict { " (and not equal)" } else { "" };
                (format!("`{first}` not being above `{second}`"), detail.to_owned())
            }
            Self::Difference { .. } => {
                let (about, detail) = self.difference();
                (about, format!(" ({detail})"))
            }
            Self::Group(group, fields) => {
                (format!("{} {}", group.phrase(), quoted(fields, ", ")), String::new())
            }
            Self::When { demand, field, when, test } => {
                let (about, verb) = match demand {
                    Demand::Required => ("being set", "requires"),
                    Demand::Forbidden => ("not being set", "requires"),
                    Demand::Limited(_) => ("being in its limits", "changes them"),
                };
                let limits = match demand {
                    Demand::Limited(limits) => format!("{}, ", phrases(limits)),
                    _ => String::new(),
                };
                let about = format!("`{field}` {about}, as `{when}` {verb}");
                (about, format!(" ({limits}when it {})", test.words()))
            }
            Self::Unique(field) => (format!("`{field}` being different in each item"), String::new()),
            Self::Total { .. } => {
                let (about, detail) = self.total();
                (format!("the {about}"), format!(" ({detail})"))
            }
        }
    }

    /// Returns the difference, and its limits.
    fn difference(&self) -> (String, String) {
        let Self::Difference { from, to, limits } = self else { return Default::default() };
        (format!("`{to}` minus `{from}`"), phrases(limits))
    }

    /// Returns the numbers that are combined, and the limit of the result.
    fn total(&self) -> (String, String) {
        let Self::Total { total, of, min, max, is } = self else { return Default::default() };
        let bounds = [
            min.map(|min| format!("at least {min}")),
            max.map(|max| format!("at most {max}")),
            is.as_ref().map(|is| format!("equal to `{is}`")),
        ];
        let bounds: Vec<String> = bounds.into_iter().flatten().collect();
        let (words, of) = (total.words(), quoted(of, " and "));
        (format!("{words} {of}"), bounds.join(" and "))
    }
}

fn phrases(limits: &[Limit]) -> String {
    let phrases: Vec<String> = limits.iter().map(Limit::phrase).collect();
    phrases.join(" and ")
}

/// Returns limits with their verbs, each verb once in a row: `is at least 1 and at most 5`.
fn predicate(limits: &[Limit]) -> String {
    let mut verb = "";
    let phrases = limits.iter().map(|limit| {
        let is_new = std::mem::replace(&mut verb, limit.verb()) != limit.verb();
        if is_new { format!("{} {}", limit.verb(), limit.phrase()) } else { limit.phrase() }
    });
    phrases.collect::<Vec<String>>().join(" and ")
}

/// `` `a`, `b` and `c` ``.
fn listed(names: &[impl ToString]) -> String {
    match names {
        [] => String::new(),
        [first, last] => format!("`{}` and `{}`", first.to_string(), last.to_string()),
        [one] => format!("`{}`", one.to_string()),
        [first @ .., last] => format!("{} and `{}`", quoted(first, ", "), last.to_string()),
    }
}

fn quoted(names: &[impl ToString], between: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.to_string())).collect();
    quoted.join(between)
}
