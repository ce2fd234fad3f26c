//! Limits of a value. All that is known of each kind of limit stands in one table: [`LimitKind::facts`].

use std::fmt;

use super::type_expr::{Generic, Scalar, TypeExpr};

/// A limit of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What is limited, and how.
    pub kind: LimitKind,
    /// To what.
    pub value: LimitValue,
}

impl Limit {
    /// A limit to a number.
    pub fn number(kind: LimitKind, number: impl Into<i64>) -> Self {
        Self { kind, value: LimitValue::Number(number.into()) }
    }

    /// Its number, if it is one.
    pub fn as_number(&self) -> Option<i64> {
        match self.value {
            LimitValue::Number(number) => Some(number),
            LimitValue::Pattern(_) => None,
        }
    }

    /// Whether anything is refused because of it.
    pub fn refuses(&self) -> bool {
        !matches!(self.kind.facts().bound, Bound::Cut(_))
    }

    /// Whether nothing is between this lower limit and that upper one.
    pub fn contradicts(&self, upper: &Self) -> bool {
        let (lower, other) = (self.kind.facts(), upper.kind.facts());
        (lower.bound, other.bound, lower.unit) == (Bound::AtLeast, Bound::AtMost, other.unit)
            && self.as_number() > upper.as_number()
    }

    /// Whether it refuses something that another limit of its kind allows.
    pub fn is_tighter_than(&self, other: &Self) -> bool {
        match (self.kind.facts().bound, &self.value, &other.value) {
            (Bound::AtMost, LimitValue::Number(this), LimitValue::Number(other)) => this < other,
            (Bound::AtLeast, LimitValue::Number(this), LimitValue::Number(other)) => this > other,
            // Of two forms, either may refuse what the other allows.
            (_, this, other) => this != other,
        }
    }
}

/// As a spec writes it.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.key(), self.value)
    }
}

/// What a value is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitValue {
    /// A number, in the unit of the limit.
    Number(i64),
    /// A regular expression.
    Pattern(String),
}

impl fmt::Display for LimitValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Pattern(pattern) => f.write_str(pattern),
        }
    }
}

/// What is known of a kind of limit.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Its key in a spec, which is also the name of its check in Rust.
    pub key: &'static str,
    /// What it says, for a spec's readers.
    pub doc: &'static str,
    /// What its value is in a spec.
    pub takes: Takes,
    /// Which way it limits.
    pub bound: Bound,
    /// What it counts, in the plural; empty for a value that is compared itself.
    pub unit: &'static str,
    /// The types that it can limit, each with the keyword of JSON Schema that says the same.
    pub carriers: &'static [(Carrier, &'static str)],
}

/// What the value of a limit is in a spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A number of things.
    Count,
    /// Any integer.
    Integer,
    /// A regular expression over the whole text.
    Pattern,
}

/// Which way a limit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Nothing above it is allowed.
    AtMost,
    /// Nothing below it is allowed.
    AtLeast,
    /// Nothing of another form is allowed.
    Form,
    /// Everything is allowed; what is above it gets lost, unless it is cut off with this helper of the crates before.
    Cut(&'static str),
}

/// What can carry a limit.
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
    /// As what a type carries limits, if it can.
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
            /// All of them, in the order in which they are told.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The keys of all of them.
            pub const KEYS: &[&str] = &[$(Self::$name.key()),*];

            /// What is known of it.
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
        doc: "Characters, at least.",
        takes: Takes::Count,
        bound: Bound::AtLeast,
        unit: "characters",
        carriers: &[(Carrier::Text, "minLength")],
    };
    MaxChars: Facts {
        key: "max_chars",
        doc: "Characters, at most.",
        takes: Takes::Count,
        bound: Bound::AtMost,
        unit: "characters",
        carriers: &[(Carrier::Text, "maxLength")],
    };
    MaxBytes: Facts {
        key: "max_bytes",
        doc: "Bytes of UTF-8, at most.",
        takes: Takes::Count,
        bound: Bound::AtMost,
        unit: "bytes",
        carriers: &[(Carrier::Text, "x-max-bytes")],
    };
    CutsAtChars: Facts {
        key: "cuts_at_chars",
        doc: "Characters that WeCom keeps: it cuts the rest off, and refuses nothing.",
        takes: Takes::Count,
        bound: Bound::Cut("cut_at_chars"),
        unit: "characters",
        carriers: &[(Carrier::Text, "x-cuts-at-chars")],
    };
    CutsAtBytes: Facts {
        key: "cuts_at_bytes",
        doc: "Bytes of UTF-8 that WeCom keeps: it cuts the rest off, and refuses nothing.",
        takes: Takes::Count,
        bound: Bound::Cut("cut_at_bytes"),
        unit: "bytes",
        carriers: &[(Carrier::Text, "x-cuts-at-bytes")],
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
        doc: "Items of a list, at least.",
        takes: Takes::Count,
        bound: Bound::AtLeast,
        unit: "items",
        carriers: LENGTHS[0],
    };
    MaxItems: Facts {
        key: "max_items",
        doc: "Items of a list, at most.",
        takes: Takes::Count,
        bound: Bound::AtMost,
        unit: "items",
        carriers: LENGTHS[1],
    };
    Min: Facts {
        key: "min",
        doc: "The smallest number.",
        takes: Takes::Integer,
        bound: Bound::AtLeast,
        unit: "",
        carriers: &[(Carrier::Number, "minimum")],
    };
    Max: Facts {
        key: "max",
        doc: "The largest number.",
        takes: Takes::Integer,
        bound: Bound::AtMost,
        unit: "",
        carriers: &[(Carrier::Number, "maximum")],
    };
}

impl LimitKind {
    /// The keyword of JSON Schema for it, if this can carry it.
    pub fn keyword(self, carrier: Carrier) -> Option<&'static str> {
        self.facts().carriers.iter().find(|(other, _)| *other == carrier).map(|(_, keyword)| *keyword)
    }
}
