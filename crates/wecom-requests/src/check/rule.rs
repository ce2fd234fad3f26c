//! The rules that requests keep, and what is said of a broken one.

use std::fmt;

use super::AnyNumber;

/// All the documented limits that a request breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Violations(pub Vec<Violation>);

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request breaks documented limits: ")?;
        for (index, violation) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

/// One documented limit that a request breaks.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The field, by wire names: `info[3].userid`.
    pub path: String,
    /// The limit.
    pub rule: Rule,
    /// What the field holds, in the unit of the limit: a number, a length, a count. Never its text.
    pub actual: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` must be {}, and is {}", self.path, self.rule, self.actual)
    }
}

/// When a field decides about another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// When it is set.
    Set,
    /// When it has one of these values, as on the wire.
    Is(&'static [&'static str]),
    /// When it is what these words say.
    Has(&'static str),
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set => f.write_str("is set"),
            Self::Is(values) => write!(f, "is {}", values.join(" or ")),
            Self::Has(words) => write!(f, "is {words}"),
        }
    }
}

/// What numbers come to that are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Total {
    /// At least this.
    Min(i64),
    /// At most this.
    Max(i64),
    /// What this field says.
    Is(&'static str),
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Min(min) => write!(f, "at least {min}"),
            Self::Max(max) => write!(f, "at most {max}"),
            Self::Is(field) => write!(f, "what `{field}` says"),
        }
    }
}

/// A documented limit.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// So many bytes of UTF-8, or fewer.
    MaxBytes(u32),
    /// So many characters, or fewer.
    MaxChars(u32),
    /// So many characters, or more.
    MinChars(u32),
    /// So many characters, or fewer, where a Chinese one counts as two.
    MaxWidth(u32),
    /// Text that matches this regular expression.
    Pattern(&'static str),
    /// So many items, or fewer.
    MaxItems(u32),
    /// So many items, or more.
    MinItems(u32),
    /// Items of which no two are the same.
    UniqueItems,
    /// This number, or less.
    Max(AnyNumber),
    /// This number, or more.
    Min(AnyNumber),
    /// Less than this number.
    ExclusiveMax(AnyNumber),
    /// More than this number.
    ExclusiveMin(AnyNumber),
    /// Not below another field.
    NotBelow(&'static str),
    /// Above another field.
    Above(&'static str),
    /// So many days after another field's time, or fewer, and not before it.
    MaxSpan {
        /// The field with the earlier time.
        from: &'static str,
        /// How many days.
        days: u32,
    },
    /// So many days after another field's day in Beijing, or fewer, and not before it.
    MaxWholeDays {
        /// The field with the earlier time.
        from: &'static str,
        /// How many days.
        days: u32,
    },
    /// One of several fields, and no other.
    ExactlyOne,
    /// One of several fields, or more.
    AtLeastOne,
    /// One of several fields, or none.
    AtMostOne,
    /// All of several fields, or none.
    BothOrNeither,
    /// A field that another one makes necessary.
    RequiredWhen {
        /// The other field.
        field: &'static str,
        /// When it does.
        when: When,
    },
    /// A field that another one rules out.
    ForbiddenWhen {
        /// The other field.
        field: &'static str,
        /// When it does.
        when: When,
    },
    /// Numbers that come to this when they are added.
    Sum(Total),
    /// Numbers that come to this when they are multiplied.
    Product(Total),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxBytes(bytes) => write!(f, "at most {bytes} bytes long"),
            Self::MaxChars(chars) => write!(f, "at most {chars} characters long"),
            Self::MinChars(chars) => write!(f, "at least {chars} characters long"),
            Self::MaxWidth(width) => {
                write!(f, "at most {width} characters long, where a Chinese one counts as two")
            }
            Self::Pattern(pattern) => write!(f, "text that matches `{pattern}`"),
            Self::MaxItems(items) => write!(f, "at most {items} items long"),
            Self::MinItems(items) => write!(f, "at least {items} items long"),
            Self::UniqueItems => f.write_str("a list without repetition"),
            Self::Max(max) => write!(f, "at most {max}"),
            Self::Min(min) => write!(f, "at least {min}"),
            Self::ExclusiveMax(max) => write!(f, "less than {max}"),
            Self::ExclusiveMin(min) => write!(f, "more than {min}"),
            Self::NotBelow(field) => write!(f, "at least what `{field}` is"),
            Self::Above(field) => write!(f, "more than `{field}` is"),
            Self::MaxSpan { from, days } => write!(f, "0 to {days} days after `{from}`"),
            Self::MaxWholeDays { from, days } => {
                write!(f, "0 to {days} days after `{from}`, by their days in Beijing")
            }
            Self::ExactlyOne => f.write_str("exactly one that is set"),
            Self::AtLeastOne => f.write_str("at least one that is set"),
            Self::AtMostOne => f.write_str("at most one that is set"),
            Self::BothOrNeither => f.write_str("all set or none"),
            Self::RequiredWhen { field, when } => write!(f, "set when `{field}` {when}"),
            Self::ForbiddenWhen { field, when } => write!(f, "left out when `{field}` {when}"),
            Self::Sum(total) => write!(f, "{total} when they are added"),
            Self::Product(total) => write!(f, "{total} when they are multiplied"),
        }
    }
}
