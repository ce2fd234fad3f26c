//! Limits of a value. All facts about each kind of limit are in one table: [`LimitKind::facts`].

use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;

use serde_json::{Number, Value};

use super::type_expr::{Generic, Scalar, TypeExpr};

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
            LimitValue::Pattern(_) | LimitValue::True => None,
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
                | LimitKind::MultipleOf,
                Value::Number(number),
            ) => number.clone(),
            _ => return true,
        };
        let Some(limit) = self.as_number() else { return true };
        let order = compare(&measure, limit);
        match self.kind.facts().bound {
            Bound::AtMost => order.is_le(),
            Bound::AtLeast => order.is_ge(),
            Bound::Above => order.is_gt(),
            Bound::Below => order.is_lt(),
            Bound::Step => is_multiple(&measure, limit),
            Bound::Form | Bound::Cut(_) => true,
        }
    }

    /// Describes a value within it, to follow "is": `at most 40 characters long`.
    pub fn phrase(&self) -> String {
        let facts = self.kind.facts();
        let long = if facts.unit.is_empty() { String::new() } else { format!(" {} long", facts.unit) };
        match facts.bound {
            Bound::AtMost => format!("at most {}{long}", self.value),
            Bound::AtLeast => format!("at least {}{long}", self.value),
            Bound::Above => format!("more than {}", self.value),
            Bound::Below => format!("less than {}", self.value),
            Bound::Step => format!("a multiple of {}", self.value),
            Bound::Form if self.kind == LimitKind::UniqueItems => "without repetition".to_owned(),
            Bound::Form => format!("of the form `{}`", self.value),
            Bound::Cut(_) => format!("cut off after {} {}", self.value, facts.unit),
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
    /// A regular expression.
    Pattern(String),
    /// `true`: the limit has no further value.
    True,
}

impl LimitValue {
    /// The value as JSON.
    pub fn as_json(&self) -> Value {
        match self {
            Self::Number(number) => Value::Number(number.clone()),
            Self::Pattern(pattern) => Value::from(pattern.as_str()),
            Self::True => Value::Bool(true),
        }
    }
}

impl fmt::Display for LimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Pattern(pattern) => f.write_str(pattern),
            Self::True => f.write_str("true"),
        }
    }
}

/// The facts about a kind of limit.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its key in a spec, which is also the name of its check in Rust.
    pub key: &'static str,
    /// Its meaning, for a spec's readers.
    pub doc: &'static str,
    /// The form of its value in a spec.
    pub takes: Takes,
    /// The direction in which it limits.
    pub bound: Bound,
    /// The unit it counts, in the plural; empty for a value that is compared itself.
    pub unit: &'static str,
    /// The types that it can limit, each with the equivalent keyword of JSON Schema.
    pub carriers: &'static [(Carrier, &'static str)],
}

/// The form of a limit's value in a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A number of things.
    Count,
    /// A whole number above 0.
    Step,
    /// Any number.
    Number,
    /// A regular expression over the whole text.
    Pattern,
    /// `true`.
    True,
}

/// The direction of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Nothing above it is allowed.
    AtMost,
    /// Nothing below it is allowed.
    AtLeast,
    /// It is not allowed, and nothing below it.
    Above,
    /// It is not allowed, and nothing above it.
    Below,
    /// Nothing between its multiples is allowed.
    Step,
    /// Nothing of another form is allowed.
    Form,
    /// Everything is allowed, but the excess is lost; this helper of the crates truncates the value beforehand.
    Cut(&'static str),
}

impl Bound {
    /// Returns whether small values are rejected.
    pub const fn is_lower(self) -> bool {
        matches!(self, Self::AtLeast | Self::Above)
    }

    /// Returns whether large values are rejected.
    pub const fn is_upper(self) -> bool {
        matches!(self, Self::AtMost | Self::Below)
    }
}

/// A form of value that can have a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A text.
    Text,
    /// A number.
    Number,
    /// A list.
    List,
    /// A map.
    Map,
    /// A list that is joined into one text.
    Joined,
}

impl Carrier {
    /// Returns the form in which a type has limits, if it can.
    pub fn of(ty: &TypeExpr) -> Option<Self> {
        match ty {
            TypeExpr::Scalar(Scalar::String | Scalar::Secret) => Some(Self::Text),
            TypeExpr::Scalar(Scalar::Int | Scalar::Uint | Scalar::F64) => Some(Self::Number),
            TypeExpr::Generic(Generic::List, _) => Some(Self::List),
            TypeExpr::Generic(Generic::Map, _) => Some(Self::Map),
            TypeExpr::Generic(Generic::Pipe | Generic::Csv, _) => Some(Self::Joined),
            _ => None,
        }
    }
}

/// Makes the enum of the kinds of limits from their table.
macro_rules! limits {
    ($($name:ident: $facts:expr;)*) => {
        /// A kind of limit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum LimitKind {
            $(#[doc = stringify!($name)] $name,)*
        }

        impl LimitKind {
            /// All of them, in the order of descriptions.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The keys of all of them.
            pub const KEYS: &[&str] = &[$(Self::$name.key()),*];

            /// Returns the facts about it.
            pub const fn facts(self) -> Facts {
                match self {
                    $(Self::$name => $facts,)*
                }
            }

            /// Its key in a spec.
            pub const fn key(self) -> &'static str {
                self.facts().key
            }
        }
    };
}

const LENGTHS: [&[(Carrier, &str)]; 2] = [
    &[(Carrier::List, "minItems"), (Carrier::Map, "minProperties"), (Carrier::Joined, "x-min-items")],
    &[(Carrier::List, "maxItems"), (Carrier::Map, "maxProperties"), (Carrier::Joined, "x-max-items")],
];

limits! {
    MinChars: Facts {
        key: "min_chars",
        doc: "The minimum number of characters.",
        takes: Takes::Count,
        bound: Bound::AtLeast,
        unit: "characters",
        carriers: &[(Carrier::Text, "minLength")],
    };
    MaxChars: Facts {
        key: "max_chars",
        doc: "The maximum number of characters.",
        takes: Takes::Count,
        bound: Bound::AtMost,
        unit: "characters",
        carriers: &[(Carrier::Text, "maxLength")],
    };
    MaxBytes: Facts {
        key: "max_bytes",
        doc: "The maximum number of UTF-8 bytes.",
        takes: Takes::Count,
        bound: Bound::AtMost,
        unit: "bytes",
        carriers: &[(Carrier::Text, "x-max-bytes")],
    };
    MaxWidth: Facts {
        key: "max_width",
        doc: "The maximum number of characters, counting a Chinese character as two.",
        takes: Takes::Count,
        bound: Bound::AtMost,
        unit: "half-width characters",
        carriers: &[(Carrier::Text, "x-max-width")],
    };
    CutsAtChars: Facts {
        key: "cuts_at_chars",
        doc: "The number of characters to which WeCom truncates longer text instead of rejecting it.",
        takes: Takes::Count,
        bound: Bound::Cut("cut_at_chars"),
        unit: "characters",
        carriers: &[(Carrier::Text, "x-cuts-at-chars")],
    };
    CutsAtBytes: Facts {
        key: "cuts_at_bytes",
        doc: "The number of UTF-8 bytes to which WeCom truncates longer text instead of rejecting it.",
        takes: Takes::Count,
        bound: Bound::Cut("cut_at_bytes"),
        unit: "bytes",
        carriers: &[(Carrier::Text, "x-cuts-at-bytes")],
    };
    CutsAtWidth: Facts {
        key: "cuts_at_width",
        doc: "The number of characters to which WeCom truncates longer text, counting a Chinese character as two.",
        takes: Takes::Count,
        bound: Bound::Cut("cut_at_width"),
        unit: "half-width characters",
        carriers: &[(Carrier::Text, "x-cuts-at-width")],
    };
    Pattern: Facts {
        key: "pattern",
        doc: "A regular expression that the whole text matches: `^[a-z]*$`.",
        takes: Takes::Pattern,
        bound: Bound::Form,
        unit: "",
        carriers: &[(Carrier::Text, "pattern")],
    };
    MinItems: Facts {
        key: "min_items",
        doc: "The minimum number of items in a list.",
        takes: Takes::Count,
        bound: Bound::AtLeast,
        unit: "items",
        carriers: LENGTHS[0],
    };
    MaxItems: Facts {
        key: "max_items",
        doc: "The maximum number of items in a list.",
        takes: Takes::Count,
        bound: Bound::AtMost,
        unit: "items",
        carriers: LENGTHS[1],
    };
    UniqueItems: Facts {
        key: "unique_items",
        doc: "Whether the items of a list must be unique: `true`.",
        takes: Takes::True,
        bound: Bound::Form,
        unit: "",
        carriers: &[(Carrier::List, "uniqueItems"), (Carrier::Joined, "x-unique-items")],
    };
    Min: Facts {
        key: "min",
        doc: "The smallest number.",
        takes: Takes::Number,
        bound: Bound::AtLeast,
        unit: "",
        carriers: &[(Carrier::Number, "minimum")],
    };
    Max: Facts {
        key: "max",
        doc: "The largest number.",
        takes: Takes::Number,
        bound: Bound::AtMost,
        unit: "",
        carriers: &[(Carrier::Number, "maximum")],
    };
    ExclusiveMin: Facts {
        key: "exclusive_min",
        doc: "An exclusive lower limit.",
        takes: Takes::Number,
        bound: Bound::Above,
        unit: "",
        carriers: &[(Carrier::Number, "exclusiveMinimum")],
    };
    ExclusiveMax: Facts {
        key: "exclusive_max",
        doc: "An exclusive upper limit.",
        takes: Takes::Number,
        bound: Bound::Below,
        unit: "",
        carriers: &[(Carrier::Number, "exclusiveMaximum")],
    };
    MultipleOf: Facts {
        key: "multiple_of",
        doc: "A number of which every value is a multiple.",
        takes: Takes::Step,
        bound: Bound::Step,
        unit: "",
        carriers: &[(Carrier::Number, "multipleOf")],
    };
}

impl LimitKind {
    /// Returns the keyword of JSON Schema for it, if this form can have it.
    pub fn keyword(self, carrier: Carrier) -> Option<&'static str> {
        self.facts().carriers.iter().find(|(other, _)| *other == carrier).map(|(_, keyword)| *keyword)
    }
}
