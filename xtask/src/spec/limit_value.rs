//! A limit of a value: what it allows, and how it is said.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::fmt;

use serde_json::{Number, Value};

use super::limit::{Bound, LimitKind};

/// A limit of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The kind of limit.
    pub kind: LimitKind,
    /// The limit's value.
    pub value: LimitValue,
}

impl Limit {
    /// A limit to a number.
    pub fn number(kind: LimitKind, number: impl Into<i64>) -> Self {
        Self { kind, value: LimitValue::Number(number.into().into()) }
    }

    /// Its number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.value {
            LimitValue::Number(number) => Some(number),
            LimitValue::Numbers(_) | LimitValue::Pattern(_) | LimitValue::True => None,
        }
    }

    /// Returns its numbers: one, or all those that it allows.
    pub fn numbers(&self) -> Vec<Number> {
        match &self.value {
            LimitValue::Number(number) => vec![number.clone()],
            LimitValue::Numbers(numbers) => numbers.iter().copied().map(Number::from).collect(),
            LimitValue::Pattern(_) | LimitValue::True => Vec::new(),
        }
    }

    /// Returns its whole numbers.
    pub fn whole_numbers(&self) -> Vec<i64> {
        self.numbers().iter().filter_map(Number::as_i64).collect()
    }

    /// Returns whether it is the same limit as another one: the order of allowed numbers doesn't matter.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (LimitValue::Numbers(this), LimitValue::Numbers(other)) => as_set(this) == as_set(other),
            _ => self == other,
        }
    }

    /// Returns whether it rejects any value.
    pub fn refuses(&self) -> bool {
        !matches!(self.kind.facts().bound, Bound::Cut(_))
    }

    /// Returns whether no value fits between this lower limit and that upper one.
    pub fn contradicts(&self, upper: &Self) -> bool {
        let (lower, other) = (self.kind.facts(), upper.kind.facts());
        let (Some(low), Some(high)) = (self.as_number(), upper.as_number()) else { return false };
        let opposed = lower.bound.is_lower() && other.bound.is_upper() && lower.unit == other.unit;
        let excluded = lower.bound == Bound::Above || other.bound == Bound::Below;
        let order = compare(low, high);
        opposed && (order.is_gt() || excluded && order.is_eq())
    }

    /// Returns whether it rejects a value that another limit of its kind allows.
    pub fn is_tighter_than(&self, other: &Self) -> bool {
        let bound = self.kind.facts().bound;
        match (&self.value, &other.value) {
            (LimitValue::Number(this), LimitValue::Number(other)) if bound.is_upper() => {
                compare(this, other).is_lt()
            }
            (LimitValue::Number(this), LimitValue::Number(other)) if bound.is_lower() => {
                compare(this, other).is_gt()
            }
            (LimitValue::Number(this), LimitValue::Number(other)) if bound == Bound::Step => {
                !is_multiple(other, this)
            }
            (LimitValue::Numbers(this), LimitValue::Numbers(other)) => {
                !as_set(other).is_subset(&as_set(this))
            }
            // Either of two patterns may reject a value that the other allows.
            (this, other) => this != other,
        }
    }

    /// Returns whether a JSON value is within it. Values that it can't limit are.
    pub fn allows(&self, value: &Value) -> bool {
        let measure = match (self.kind, value) {
            (LimitKind::Pattern, Value::String(text)) => {
                let LimitValue::Pattern(pattern) = &self.value else { return true };
                return regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text));
            }
            (LimitKind::UniqueItems, Value::Array(items)) => {
                let distinct: HashSet<String> = items.iter().map(ToString::to_string).collect();
                return distinct.len() == items.len();
            }
            (LimitKind::MinChars | LimitKind::MaxChars, Value::String(text)) => text.chars().count().into(),
            (LimitKind::MaxBytes, Value::String(text)) => text.len().into(),
            (LimitKind::MaxWidth, Value::String(text)) => width(text).into(),
            (LimitKind::MinItems | LimitKind::MaxItems, Value::Array(items)) => items.len().into(),
            (LimitKind::MinItems | LimitKind::MaxItems, Value::Object(entries)) => entries.len().into(),
            (
                LimitKind::Min
                | LimitKind::Max
                | LimitKind::ExclusiveMin
                | LimitKind::ExclusiveMax
                | LimitKind::MultipleOf
                | LimitKind::OneOf,
                Value::Number(number),
            ) => number.clone(),
            _ => return true,
        };
        if let LimitValue::Numbers(numbers) = &self.value {
            return numbers.iter().any(|number| compare(&measure, &(*number).into()).is_eq());
        }
        let Some(limit) = self.as_number() else { return true };
        let order = compare(&measure, limit);
        match self.kind.facts().bound {
            Bound::AtMost => order.is_le(),
            Bound::AtLeast => order.is_ge(),
            Bound::Above => order.is_gt(),
            Bound::Below => order.is_lt(),
            Bound::Step => is_multiple(&measure, limit),
            Bound::Among | Bound::Form | Bound::Cut(_) => true,
        }
    }

    /// Returns the verb before its phrase: a text *is* at most 40 characters long, a list *has* at most 3 items.
    pub const fn verb(&self) -> &'static str {
        match self.kind {
            LimitKind::MinItems | LimitKind::MaxItems => "has",
            _ => "is",
        }
    }

    /// Returns the limit as a demand on a value: `must be at most 40 characters long`.
    pub fn demand(&self) -> String {
        let verb = if self.verb() == "has" { "have" } else { "be" };
        format!("must {verb} {}", self.phrase())
    }

    /// Describes a value within it, to follow [`verb`](Self::verb): `at most 40 characters long`.
    pub fn phrase(&self) -> String {
        let facts = self.kind.facts();
        let long = if facts.unit.is_empty() || self.verb() == "has" { "" } else { " long" };
        let counted = self.value.of(facts.unit);
        match facts.bound {
            Bound::AtMost => format!("at most {counted}{long}"),
            Bound::AtLeast => format!("at least {counted}{long}"),
            Bound::Above => format!("greater than {}", self.value),
            Bound::Below => format!("less than {}", self.value),
            Bound::Step => format!("a multiple of {}", self.value),
            Bound::Among => one_of(&self.whole_numbers()),
            Bound::Form if self.kind == LimitKind::UniqueItems => "without repetition".to_owned(),
            Bound::Form => format!("of the form `{}`", self.value),
            Bound::Cut(_) => format!("cut off after {counted}"),
        }
    }
}

/// Compares two numbers; whole numbers are compared exactly.
fn compare(one: &Number, other: &Number) -> Ordering {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => one.cmp(&other),
        _ => one.as_f64().partial_cmp(&other.as_f64()).unwrap_or(Ordering::Equal),
    }
}

/// Returns whether a number is a multiple of another one; of 0, it isn't.
fn is_multiple(number: &Number, of: &Number) -> bool {
    match (number.as_i128(), of.as_i128()) {
        (Some(number), Some(of)) => number.checked_rem(of) == Some(0),
        _ => number.as_f64().zip(of.as_f64()).is_some_and(|(number, of)| number % of == 0.0),
    }
}

fn as_set(numbers: &[i64]) -> BTreeSet<i64> {
    numbers.iter().copied().collect()
}

/// `one of 0, 300, 900`.
fn one_of(numbers: &[i64]) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match words.as_slice() {
        [alone] => format!("exactly {alone}"),
        several => format!("one of {}", several.join(", ")),
    }
}

/// Returns the width of a text: a Chinese character counts as two.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c < '\u{2e80}' { 1 } else { 2 }).sum()
}

/// As a spec writes it.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.key(), self.value)
    }
}

/// The value of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitValue {
    /// A number, in the unit of the limit.
    Number(Number),
    /// The only whole numbers that are allowed.
    Numbers(Vec<i64>),
    /// A regular expression.
    Pattern(String),
    /// `true`: the limit has no further value.
    True,
}

impl LimitValue {
    /// Returns it with its unit, which is a plural or empty: `1 item`, `2 items`.
    pub fn of(&self, unit: &str) -> String {
        let unit = if self.as_json() == 1 { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
        format!("{self} {unit}").trim_end().to_owned()
    }

    /// The value as JSON.
    pub fn as_json(&self) -> Value {
        match self {
            Self::Number(number) => Value::Number(number.clone()),
            Self::Numbers(numbers) => Value::from(numbers.as_slice()),
            Self::Pattern(pattern) => Value::from(pattern.as_str()),
            Self::True => Value::Bool(true),
        }
    }
}

impl fmt::Display for LimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            // As Rust writes a list, so does YAML.
            Self::Numbers(numbers) => write!(f, "{numbers:?}"),
            Self::Pattern(pattern) => f.write_str(pattern),
            Self::True => f.write_str("true"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_of(numbers: &[i64]) -> Limit {
        Limit { kind: LimitKind::OneOf, value: LimitValue::Numbers(numbers.to_vec()) }
    }

    #[test]
    fn the_only_numbers_are_a_set() {
        assert!(one_of(&[0, 300]).is_same(&one_of(&[300, 0])));
        assert!(!one_of(&[0, 300]).is_same(&one_of(&[0])));
        assert!(one_of(&[0]).is_tighter_than(&one_of(&[300, 0])));
        assert!(!one_of(&[0, 300, 900]).is_tighter_than(&one_of(&[300, 0])));
        assert!(one_of(&[0, 900]).is_tighter_than(&one_of(&[300, 0])), "300 is refused");
    }

    #[test]
    fn only_those_numbers_are_allowed() {
        for (value, allowed) in [
            (Value::from(300), true),
            (Value::from(300.0), true),
            (Value::from(-300), false),
            (Value::from(0.5), false),
            (Value::from("a text"), true),
        ] {
            assert_eq!(one_of(&[0, 300]).allows(&value), allowed, "{value}");
        }
    }
}
