//! The values of fields, as the checks see them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::Hash;

use wecom_models::{Csv, Pipe, Secret, Timestamp};

/// A value that may contain text.
pub trait Text {
    /// Returns the text, if there is any.
    fn text(&self) -> Option<&str>;
}

impl Text for String {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}

impl Text for Secret {
    fn text(&self) -> Option<&str> {
        Some(self.expose())
    }
}

impl<T: Text> Text for Option<T> {
    fn text(&self) -> Option<&str> {
        self.as_ref().and_then(T::text)
    }
}

/// A value that may contain items.
pub trait Items {
    /// Returns how many, if there is a list at all.
    fn items(&self) -> Option<usize>;
}

impl<K, V> Items for BTreeMap<K, V> {
    fn items(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Items> Items for Option<T> {
    fn items(&self) -> Option<usize> {
        self.as_ref().and_then(T::items)
    }
}

/// A value that may contain a number.
pub trait Number {
    /// Returns the number, if there is one.
    fn number(&self) -> Option<AnyNumber>;
}

/// A number of any type that models use.
#[derive(Clone, Copy, Debug)]
pub enum AnyNumber {
    /// A whole number.
    Whole(i128),
    /// A double.
    Double(f64),
}

impl AnyNumber {
    #[expect(clippy::cast_precision_loss, reason = "what is compared with a double is one")]
    fn as_double(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Double(number) => number,
        }
    }

    /// Adds another number.
    pub(super) fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(this), Self::Whole(other)) => Self::Whole(this.saturating_add(other)),
            _ => Self::Double(self.as_double() + other.as_double()),
        }
    }

    /// Subtracts another number.
    fn minus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(this), Self::Whole(other)) => Self::Whole(this.saturating_sub(other)),
            _ => Self::Double(self.as_double() - other.as_double()),
        }
    }

    /// Multiplies by another number.
    pub(super) fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(this), Self::Whole(other)) => Self::Whole(this.saturating_mul(other)),
            _ => Self::Double(self.as_double() * other.as_double()),
        }
    }

    /// Returns whether it is a multiple of another number.
    pub(super) fn is_multiple_of(self, step: u32) -> bool {
        match self {
            Self::Whole(number) => number.checked_rem(step.into()) == Some(0),
            Self::Double(number) => number % f64::from(step) == 0.0,
        }
    }

    /// Returns whether it equals another number, apart from the rounding errors of sums.
    pub(super) fn is_about(self, other: Self) -> bool {
        let (this, that) = (self.as_double(), other.as_double());
        self == other
            || matches!(self, Self::Double(_)) && (this - that).abs() <= 1e-9 * this.abs().max(that.abs())
    }
}

impl From<i64> for AnyNumber {
    fn from(number: i64) -> Self {
        Self::Whole(number.into())
    }
}

impl From<f64> for AnyNumber {
    fn from(number: f64) -> Self {
        Self::Double(number)
    }
}

impl PartialEq for AnyNumber {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

/// Whole numbers are compared exactly.
impl PartialOrd for AnyNumber {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(this), Self::Whole(other)) => Some(this.cmp(other)),
            _ => self.as_double().partial_cmp(&other.as_double()),
        }
    }
}

impl fmt::Display for AnyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            Self::Double(number) => number.fmt(f),
        }
    }
}

/// A time is compared by its seconds.
impl Number for Timestamp {
    fn number(&self) -> Option<AnyNumber> {
        Some(self.as_unix().into())
    }
}

impl Number for AnyNumber {
    fn number(&self) -> Option<AnyNumber> {
        Some(*self)
    }
}

macro_rules! whole_numbers {
    ($($type:ty),*) => {$(
        impl Number for $type {
            fn number(&self) -> Option<AnyNumber> {
                Some(AnyNumber::Whole((*self).into()))
            }
        }
    )*};
}
whole_numbers!(i64, u64);

impl Number for f64 {
    fn number(&self) -> Option<AnyNumber> {
        Some(AnyNumber::Double(*self))
    }
}

impl<T: Number> Number for Option<T> {
    fn number(&self) -> Option<AnyNumber> {
        self.as_ref().and_then(T::number)
    }
}

/// A value that may contain a time.
pub trait Time {
    /// Returns the time, if there is one.
    fn time(&self) -> Option<Timestamp>;
}

impl Time for Timestamp {
    fn time(&self) -> Option<Timestamp> {
        Some(*self)
    }
}

impl<T: Time> Time for Option<T> {
    fn time(&self) -> Option<Timestamp> {
        self.as_ref().and_then(T::time)
    }
}

/// A value that may contain items that can be compared.
pub trait Distinct {
    /// Returns whether no two of them are the same.
    fn is_distinct(&self) -> bool;
}

impl<T: Distinct> Distinct for Option<T> {
    fn is_distinct(&self) -> bool {
        self.as_ref().is_none_or(T::is_distinct)
    }
}

/// A value that may contain items, each of which is checked.
pub trait Each {
    /// The type of an item.
    type Item;

    /// Calls a function with each item and its path.
    fn each(&self, visit: &mut dyn FnMut(&dyn fmt::Display, &Self::Item));
}

impl<T> Each for BTreeMap<String, T> {
    type Item = T;

    fn each(&self, visit: &mut dyn FnMut(&dyn fmt::Display, &T)) {
        for (key, item) in self {
            visit(key, item);
        }
    }
}

impl<T: Each> Each for Option<T> {
    type Item = T::Item;

    fn each(&self, visit: &mut dyn FnMut(&dyn fmt::Display, &T::Item)) {
        if let Some(items) = self {
            items.each(visit);
        }
    }
}

/// Returns the number of items, if there is a list at all.
#[allow(dead_code, reason = "not every family has such rules")]
pub(crate) fn count(list: &impl Items) -> Option<AnyNumber> {
    let items = i128::try_from(list.items()?).unwrap_or(i128::MAX);
    Some(AnyNumber::Whole(items))
}

/// Returns the second number minus the first, or the seconds between two times, if both are there.
#[allow(dead_code, reason = "not every family has such rules")]
pub(crate) fn difference(from: &impl Number, to: &impl Number) -> Option<AnyNumber> {
    Some(to.number()?.minus(from.number()?))
}

/// Returns whether there is a list with items. An empty one counts as not set.
#[allow(dead_code, reason = "not every family has such rules")]
pub(crate) fn has_items(list: &impl Items) -> bool {
    list.items().is_some_and(|items| items > 0)
}

/// Returns whether a value is one of these, as on the wire.
#[allow(dead_code, reason = "not every family has such rules")]
pub(crate) fn is_one_of(value: &impl serde::Serialize, values: &[&str]) -> bool {
    let text = match serde_json::to_value(value) {
        Ok(serde_json::Value::Bool(value)) => u8::from(value).to_string(),
        Ok(value) => crate::body::text(&value),
        Err(_) => return false,
    };
    values.contains(&text.as_str())
}

/// Returns the width of a text: a Chinese character counts as two.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(|c| if c < '\u{2e80}' { 1 } else { 2 }).sum()
}

/// Returns the items of a list, whatever it is on the wire.
macro_rules! lists {
    ($($list:ident),*) => {$(
        impl<T> Items for $list<T> {
            fn items(&self) -> Option<usize> {
                Some(self.len())
            }
        }

        impl<T: Hash + Eq> Distinct for $list<T> {
            fn is_distinct(&self) -> bool {
                let mut seen = HashSet::new();
                self.iter().all(|item| seen.insert(item))
            }
        }

        impl<T> Each for $list<T> {
            type Item = T;

            fn each(&self, visit: &mut dyn FnMut(&dyn fmt::Display, &T)) {
                for (index, item) in self.iter().enumerate() {
                    visit(&index, item);
                }
            }
        }
    )*};
}

lists!(Vec, Pipe, Csv);
