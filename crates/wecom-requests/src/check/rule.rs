//! The rules for requests, and how a broken rule is reported.

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
    /// The field, by wire names: `info[3].userid`; of a difference, both: `info[3].end - begin`.
    pub path: String,
    /// The limit.
    pub rule: Rule,
    /// The field's value in the unit of the limit: a number, a length, a count. Never its text.
    pub actual: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, rule, actual } = self;
        let paths = path.replace(", ", "`, `");
        let path = path.replace(" - ", "` minus `");
        match rule {
            Rule::ExactlyOne if actual.is_empty() => write!(f, "set one of `{paths}`"),
            Rule::ExactlyOne => write!(f, "set only one of `{paths}` ({actual} are set)"),
            Rule::AtLeastOne => write!(f, "set at least one of `{paths}`"),
            Rule::AtMostOne => write!(f, "set at most one of `{paths}` ({actual} are set)"),
            Rule::BothOrNeither => {
                let are = if actual.contains(" and ") { "are" } else { "is" };
                write!(f, "set all of `{paths}`, or none (only {actual} {are} set)")
            }
            Rule::RequiredWhen { field, when } => write!(f, "set `{path}` when `{field}` {when}"),
            Rule::ForbiddenWhen { field, when } => write!(f, "omit `{path}` when `{field}` {when}"),
            Rule::MinChars(1) | Rule::MinItems(1) => write!(f, "`{path}` must not be empty"),
            Rule::MinItems(_) | Rule::MaxItems(_) => write!(f, "`{path}` must have {rule}, but has {actual}"),
            Rule::MinChars(_) | Rule::MaxChars(_) | Rule::MaxBytes(_) | Rule::MaxWidth(_) => {
                write!(f, "`{path}` must be {rule}, but has {actual}")
            }
            Rule::UniqueItems => write!(f, "`{path}` must not contain duplicates"),
            Rule::Unique => write!(f, "`{path}` must be different in each item"),
            Rule::Pattern(pattern) => write!(f, "`{path}` must match `{pattern}`"),
            Rule::Sum(total) => write!(f, "the sum of `{paths}` must be {total}, but is {actual}"),
            Rule::TotalItems(total) => {
                write!(f, "the number of all items in `{paths}` must be {total}, but is {actual}")
            }
            Rule::Product(total) => write!(f, "the product of `{paths}` must be {total}, but is {actual}"),
            _ => write!(f, "`{path}` must be {rule}, but is {actual}"),
        }
    }
}

/// The condition under which a field makes another one required or forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum When {
    /// The field is set.
    Set,
    /// The field has one of these values, as on the wire.
    Is(&'static [&'static str]),
    /// The field meets the condition that these words state: `has at least 2 items`.
    Has(&'static str),
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Set => f.write_str("is set"),
            Self::Is(values) => write!(f, "is {}", values.join(" or ")),
            Self::Has(words) => f.write_str(words),
        }
    }
}

/// A limit of a sum, a product or a number of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Total {
    /// At least this.
    Min(i64),
    /// At most this.
    Max(i64),
    /// The value of this field.
    Is(&'static str),
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Min(min) => write!(f, "at least {min}"),
            Self::Max(max) => write!(f, "at most {max}"),
            Self::Is(field) => write!(f, "`{field}`"),
        }
    }
}

/// A documented limit.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// At most this many bytes of UTF-8.
    MaxBytes(u32),
    /// At most this many characters.
    MaxChars(u32),
    /// At least this many characters.
    MinChars(u32),
    /// At most this many characters, where a Chinese character counts as two.
    MaxWidth(u32),
    /// Text that matches this regular expression.
    Pattern(&'static str),
    /// At most this many items.
    MaxItems(u32),
    /// At least this many items.
    MinItems(u32),
    /// Items without duplicates.
    UniqueItems,
    /// At most this number.
    Max(AnyNumber),
    /// At least this number.
    Min(AnyNumber),
    /// Less than this number.
    ExclusiveMax(AnyNumber),
    /// More than this number.
    ExclusiveMin(AnyNumber),
    /// A multiple of this number.
    MultipleOf(u32),
    /// One of these numbers.
    OneOf(&'static [i64]),
    /// A different value in each item of a list.
    Unique,
    /// Not below another field.
    NotBelow(&'static str),
    /// Above another field.
    Above(&'static str),
    /// At most this many days after another field's time, and not before it.
    MaxSpan {
        /// The field with the earlier time.
        from: &'static str,
        /// The number of days.
        days: u32,
    },
    /// At most this many days after another field's day in Beijing, and not before it.
    MaxWholeDays {
        /// The field with the earlier time.
        from: &'static str,
        /// The number of days.
        days: u32,
    },
    /// Exactly one of several fields.
    ExactlyOne,
    /// At least one of several fields.
    AtLeastOne,
    /// At most one of several fields.
    AtMostOne,
    /// All of several fields, or none.
    BothOrNeither,
    /// A field that another field makes required.
    RequiredWhen {
        /// The other field.
        field: &'static str,
        /// The condition.
        when: When,
    },
    /// A field that another field forbids.
    ForbiddenWhen {
        /// The other field.
        field: &'static str,
        /// The condition.
        when: When,
    },
    /// The limit of a sum.
    Sum(Total),
    /// The limit of a product.
    Product(Total),
    /// The limit of the number of items in several lists.
    TotalItems(Total),
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxBytes(bytes) => write!(f, "at most {} long", counted(*bytes, "byte")),
            Self::MaxChars(chars) => write!(f, "at most {} long", counted(*chars, "character")),
            Self::MinChars(chars) => write!(f, "at least {} long", counted(*chars, "character")),
            Self::MaxWidth(width) => {
                let width = counted(*width, "character");
                write!(f, "at most {width} long, counting a Chinese character as two")
            }
            Self::Pattern(pattern) => write!(f, "text that matches `{pattern}`"),
            Self::MaxItems(items) => write!(f, "at most {}", counted(*items, "item")),
            Self::MinItems(items) => write!(f, "at least {}", counted(*items, "item")),
            Self::UniqueItems => f.write_str("a list without duplicates"),
            Self::Max(max) => write!(f, "at most {max}"),
            Self::Min(min) => write!(f, "at least {min}"),
            Self::ExclusiveMax(max) => write!(f, "less than {max}"),
            Self::ExclusiveMin(min) => write!(f, "greater than {min}"),
            Self::MultipleOf(step) => write!(f, "a multiple of {step}"),
            Self::OneOf(numbers) => match numbers {
                [alone] => write!(f, "{alone}"),
                several => {
                    let several: Vec<String> = several.iter().map(ToString::to_string).collect();
                    write!(f, "one of {}", several.join(", "))
                }
            },
            Self::Unique => f.write_str("different in each item"),
            Self::NotBelow(field) => write!(f, "at least `{field}`"),
            Self::Above(field) => write!(f, "greater than `{field}`"),
            Self::MaxSpan { from, days } => write!(f, "0 to {} after `{from}`", counted(*days, "day")),
            Self::MaxWholeDays { from, days } => {
                let days = counted(*days, "day");
                write!(f, "0 to {days} after `{from}`, counting calendar days in Beijing")
            }
            Self::ExactlyOne => f.write_str("set in exactly one place"),
            Self::AtLeastOne => f.write_str("set in at least one place"),
            Self::AtMostOne => f.write_str("set in at most one place"),
            Self::BothOrNeither => f.write_str("all set or none"),
            Self::RequiredWhen { field, when } => write!(f, "set when `{field}` {when}"),
            Self::ForbiddenWhen { field, when } => write!(f, "omitted when `{field}` {when}"),
            Self::Sum(total) => write!(f, "{total} as a sum"),
            Self::Product(total) => write!(f, "{total} as a product"),
            Self::TotalItems(total) => write!(f, "{total} items in all"),
        }
    }
}

/// `1 item`, `2 items`.
fn counted(number: u32, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// Returns the time after or before another one: `1 hour before it`.
pub(super) fn after(seconds: i128) -> String {
    const UNITS: [(u128, &str); 4] =
        [(24 * 60 * 60, "day"), (60 * 60, "hour"), (60, "minute"), (1, "second")];
    let mut rest = seconds.unsigned_abs();
    let mut parts = Vec::new();
    for (length, unit) in UNITS {
        let number = rest / length;
        rest %= length;
        if number > 0 {
            parts.push(format!("{number} {unit}{}", if number == 1 { "" } else { "s" }));
        }
    }
    format!("{} {} it", parts.join(" "), if seconds < 0 { "before" } else { "after" })
}
