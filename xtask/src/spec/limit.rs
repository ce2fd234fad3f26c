//! The kinds of limits of a value. All facts about each of them are in one table: [`LimitKind::facts`].

use super::type_expr::{Generic, Scalar, TypeExpr};

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
    /// A list of whole numbers.
    Numbers,
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
    /// Nothing but its values is allowed.
    Among,
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
        doc: "An exclusive maximum.",
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
    OneOf: Facts {
        key: "one_of",
        doc: "The only numbers that are allowed: `[0, 300, 900]`.",
        takes: Takes::Numbers,
        bound: Bound::Among,
        unit: "",
        carriers: &[(Carrier::Number, "enum")],
    };
}

impl LimitKind {
    /// Returns the keyword of JSON Schema for it, if this form can have it.
    pub fn keyword(self, carrier: Carrier) -> Option<&'static str> {
        self.facts().carriers.iter().find(|(other, _)| *other == carrier).map(|(_, keyword)| *keyword)
    }
}
