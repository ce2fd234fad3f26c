//! The limits of a value.

use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use super::Wrong;

/// A limit of a value. A value of another type than it is for is within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code, reason = "not every specification has all of them")]
pub(crate) enum Limit {
    MinChars(u64),
    MaxChars(u64),
    MaxBytes(u64),
    MinItems(u64),
    MaxItems(u64),
    Min(i64),
    Max(i64),
    /// It is a text with parts between separators, not a list.
    Text,
    MinParts(char, u64),
    MaxParts(char, u64),
}

impl Limit {
    /// Returns the problem with a value, if there is one.
    pub(super) fn broken(self, value: &Value) -> Option<Wrong> {
        let chars = || value.as_str().map(|text| text.chars().count() as u64);
        let bytes = || value.as_str().map(|text| text.len() as u64);
        let items = || match value {
            Value::Array(items) => Some(items.len() as u64),
            Value::Object(entries) => Some(entries.len() as u64),
            _ => None,
        };
        let parts = |separator| value.as_str().map(|text| parts(text, separator));
        let is = |broken: bool, wrong| broken.then_some(wrong);
        match self {
            Self::MinChars(least) => is(chars()? < least, Wrong::TooShort),
            Self::MaxChars(most) => is(chars()? > most, Wrong::TooLong),
            Self::MaxBytes(most) => is(bytes()? > most, Wrong::TooLong),
            Self::MinItems(least) => is(items()? < least, Wrong::TooShort),
            Self::MaxItems(most) => is(items()? > most, Wrong::TooLong),
            Self::MinParts(separator, least) => is(parts(separator)? < least, Wrong::TooShort),
            Self::MaxParts(separator, most) => is(parts(separator)? > most, Wrong::TooLong),
            Self::Min(least) => is(compared(value, least)?.is_lt(), Wrong::Other),
            Self::Max(most) => is(compared(value, most)?.is_gt(), Wrong::Other),
            Self::Text => is(value.is_array() || value.is_object(), Wrong::Other),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinChars(least) => write!(f, "at least {}", counted(*least, "character")),
            Self::MaxChars(most) => write!(f, "at most {}", counted(*most, "character")),
            Self::MaxBytes(most) => write!(f, "at most {}", counted(*most, "byte")),
            Self::MinItems(least) | Self::MinParts(_, least) => {
                write!(f, "at least {}", counted(*least, "item"))
            }
            Self::MaxItems(most) | Self::MaxParts(_, most) => write!(f, "at most {}", counted(*most, "item")),
            Self::Min(least) => write!(f, "a value of at least {least}"),
            Self::Max(most) => write!(f, "a value of at most {most}"),
            Self::Text => f.write_str("text, not a list"),
        }
    }
}

fn parts(text: &str, separator: char) -> u64 {
    text.split(separator).filter(|part| !part.trim().is_empty()).count() as u64
}

fn counted(number: u64, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

/// Compares a number with a limit; whole numbers exactly.
#[allow(clippy::cast_precision_loss, reason = "what is compared with a fraction is one")]
fn compared(value: &Value, limit: i64) -> Option<Ordering> {
    let whole = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    match whole {
        Some(number) => Some(number.cmp(&limit.into())),
        None => value.as_f64()?.partial_cmp(&(limit as f64)),
    }
}
