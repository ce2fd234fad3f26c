//! The documented limits of requests, checked before anything is sent.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use regex_lite::Regex;
use wecom_models::{Json, OrText, Secret, Separated, Timestamp};

/// Something that knows its documented limits.
pub trait Check {
    /// Reports every limit that is broken; there are none unless this is implemented.
    fn check(&self, checker: &mut Checker) {
        let _ = checker;
    }

    /// All broken limits at once, if there are any.
    fn violations(&self) -> Result<(), Violations> {
        let mut checker = Checker::default();
        self.check(&mut checker);
        if checker.found.is_empty() { Ok(()) } else { Err(Violations(checker.found)) }
    }
}

/// All the documented limits that a request breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// A documented limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// So many bytes of UTF-8, or fewer.
    MaxBytes(u32),
    /// So many characters, or fewer.
    MaxChars(u32),
    /// So many characters, or more.
    MinChars(u32),
    /// Text that matches this regular expression.
    Pattern(&'static str),
    /// So many items, or fewer.
    MaxItems(u32),
    /// So many items, or more.
    MinItems(u32),
    /// This number, or less.
    Max(i64),
    /// This number, or more.
    Min(i64),
    /// So many days after another field's time, or fewer, and not before it.
    MaxSpan {
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
    /// A field that another one makes necessary.
    RequiredWhen {
        /// The other field.
        field: &'static str,
        /// The values it has then.
        is: &'static [&'static str],
    },
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxBytes(bytes) => write!(f, "at most {bytes} bytes long"),
            Self::MaxChars(chars) => write!(f, "at most {chars} characters long"),
            Self::MinChars(chars) => write!(f, "at least {chars} characters long"),
            Self::Pattern(pattern) => write!(f, "text that matches `{pattern}`"),
            Self::MaxItems(items) => write!(f, "at most {items} items long"),
            Self::MinItems(items) => write!(f, "at least {items} items long"),
            Self::Max(max) => write!(f, "at most {max}"),
            Self::Min(min) => write!(f, "at least {min}"),
            Self::MaxSpan { from, days } => write!(f, "0 to {days} days after `{from}`"),
            Self::ExactlyOne => f.write_str("exactly one that is set"),
            Self::AtLeastOne => f.write_str("at least one that is set"),
            Self::AtMostOne => f.write_str("at most one that is set"),
            Self::RequiredWhen { field, is } => write!(f, "set when `{field}` is {}", is.join(" or ")),
        }
    }
}

/// Collects broken limits. Generated code calls one method a limit.
#[derive(Debug, Default)]
pub struct Checker {
    path: String,
    found: Vec<Violation>,
}

impl Checker {
    /// At most so many bytes.
    pub fn max_bytes(&mut self, name: &str, value: &impl Text, max: u32) {
        let bytes = value.text().map_or(0, str::len);
        self.limit(name, bytes <= max as usize, Rule::MaxBytes(max), || format!("{bytes} bytes long"));
    }

    /// At most so many characters.
    pub fn max_chars(&mut self, name: &str, value: &impl Text, max: u32) {
        let chars = value.text().map_or(0, |text| text.chars().count());
        self.limit(name, chars <= max as usize, Rule::MaxChars(max), || format!("{chars} characters long"));
    }

    /// At least so many characters.
    pub fn min_chars(&mut self, name: &str, value: &impl Text, min: u32) {
        if let Some(text) = value.text() {
            let chars = text.chars().count();
            self.limit(name, chars >= min as usize, Rule::MinChars(min), || {
                format!("{chars} characters long")
            });
        }
    }

    /// Text of a certain form.
    pub fn pattern(&mut self, name: &str, value: &impl Text, pattern: &'static Pattern) {
        if let Some(text) = value.text() {
            let matches = pattern.is_match(text);
            self.limit(name, matches, Rule::Pattern(pattern.text), || "text that doesn't".to_owned());
        }
    }

    /// At most so many items.
    pub fn max_items(&mut self, name: &str, value: &impl Items, max: u32) {
        let items = value.items().unwrap_or(0);
        self.limit(name, items <= max as usize, Rule::MaxItems(max), || format!("{items} items long"));
    }

    /// At least so many items.
    pub fn min_items(&mut self, name: &str, value: &impl Items, min: u32) {
        if let Some(items) = value.items() {
            self.limit(name, items >= min as usize, Rule::MinItems(min), || format!("{items} items long"));
        }
    }

    /// This number at most.
    pub fn max(&mut self, name: &str, value: &impl Number, max: i64) {
        if let Some(number) = value.number() {
            self.limit(name, number.at_most(max), Rule::Max(max), || number.to_string());
        }
    }

    /// This number at least.
    pub fn min(&mut self, name: &str, value: &impl Number, min: i64) {
        if let Some(number) = value.number() {
            self.limit(name, number.at_least(min), Rule::Min(min), || number.to_string());
        }
    }

    /// At most so many days from one time to another, and not backwards.
    pub fn max_span(
        &mut self,
        (from_name, from): (&'static str, &impl Time),
        (to_name, to): (&str, &impl Time),
        days: u32,
    ) {
        if let (Some(from), Some(to)) = (from.time(), to.time()) {
            let seconds = i128::from(to.as_unix()) - i128::from(from.as_unix());
            let max = i128::from(days) * 24 * 60 * 60;
            let rule = Rule::MaxSpan { from: from_name, days };
            self.limit(to_name, (0..=max).contains(&seconds), rule, || format!("{seconds} seconds after it"));
        }
    }

    /// One of these fields is set, and no other.
    pub fn exactly_one(&mut self, fields: &[(&'static str, bool)]) {
        self.group(fields, |set| set == 1, Rule::ExactlyOne);
    }

    /// One of these fields is set, or several.
    pub fn at_least_one(&mut self, fields: &[(&'static str, bool)]) {
        self.group(fields, |set| set >= 1, Rule::AtLeastOne);
    }

    /// One of these fields is set, or none.
    pub fn at_most_one(&mut self, fields: &[(&'static str, bool)]) {
        self.group(fields, |set| set <= 1, Rule::AtMostOne);
    }

    fn group(&mut self, fields: &[(&'static str, bool)], holds: impl Fn(usize) -> bool, rule: Rule) {
        let set: Vec<&str> = fields.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let found = if set.is_empty() { "none".to_owned() } else { set.join(" and ") };
        self.limit(&names.join(", "), holds(set.len()), rule, || found);
    }

    /// A field is set when another one has one of these values.
    pub fn required_when(
        &mut self,
        (name, set): (&str, bool),
        (when, value): (&'static str, &impl serde::Serialize),
        is: &'static [&'static str],
    ) {
        let value = match serde_json::to_value(value) {
            Ok(serde_json::Value::Bool(value)) => u8::from(value).to_string(),
            Ok(value) => crate::body::text(&value),
            Err(_) => return,
        };
        let required = is.contains(&value.as_str());
        self.limit(name, set || !required, Rule::RequiredWhen { field: when, is }, || "not set".to_owned());
    }

    /// The limits of what is inside a field.
    pub fn nested(&mut self, name: &str, value: &impl Check) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        value.check(self);
        self.path.truncate(length);
    }

    fn item(&mut self, position: impl fmt::Display, value: &impl Check) {
        let length = self.path.len();
        self.path.push_str(&format!("[{position}]"));
        value.check(self);
        self.path.truncate(length);
    }

    fn limit(&mut self, name: &str, kept: bool, rule: Rule, actual: impl FnOnce() -> String) {
        if !kept {
            let dot = if self.path.is_empty() { "" } else { "." };
            self.found.push(Violation { path: format!("{}{dot}{name}", self.path), rule, actual: actual() });
        }
    }
}

/// A documented form of a text, compiled when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// A regular expression over a whole text.
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Whether a text is of this form. What is no regular expression refuses nothing.
    fn is_match(&self, text: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| Regex::new(self.text).ok());
        compiled.as_ref().is_none_or(|pattern| pattern.is_match(text))
    }
}

/// A [`Pattern`] that is compiled once.
#[allow(unused_macros, reason = "not every family has patterns")]
macro_rules! pattern {
    ($text:literal) => {{
        static PATTERN: crate::Pattern = crate::Pattern::new($text);
        &PATTERN
    }};
}
#[allow(unused_imports, reason = "not every family has patterns")]
pub(crate) use pattern;

/// Something that may hold text.
pub trait Text {
    /// The text, if there is any.
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

/// Something that may hold items.
pub trait Items {
    /// How many, if there is a list at all.
    fn items(&self) -> Option<usize>;
}

impl<T> Items for Vec<T> {
    fn items(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<K, V> Items for BTreeMap<K, V> {
    fn items(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T, S> Items for Separated<T, S> {
    fn items(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Items> Items for Option<T> {
    fn items(&self) -> Option<usize> {
        self.as_ref().and_then(T::items)
    }
}

/// Something that may hold a number.
pub trait Number {
    /// The number, if there is one.
    fn number(&self) -> Option<AnyNumber>;
}

/// A number of any of the models' types.
#[derive(Clone, Copy, Debug)]
pub enum AnyNumber {
    /// A whole number.
    Whole(i128),
    /// A double.
    Double(f64),
}

impl AnyNumber {
    #[expect(clippy::cast_precision_loss, reason = "documented limits of doubles are small")]
    fn at_most(self, max: i64) -> bool {
        match self {
            Self::Whole(number) => number <= i128::from(max),
            Self::Double(number) => number <= max as f64,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "documented limits of doubles are small")]
    fn at_least(self, min: i64) -> bool {
        match self {
            Self::Whole(number) => number >= i128::from(min),
            Self::Double(number) => number >= min as f64,
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

/// Something that may hold a time.
pub trait Time {
    /// The time, if there is one.
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

impl<T: Check> Check for Vec<T> {
    fn check(&self, checker: &mut Checker) {
        for (index, item) in self.iter().enumerate() {
            checker.item(index, item);
        }
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self, checker: &mut Checker) {
        for (key, item) in self {
            checker.item(key, item);
        }
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&self, checker: &mut Checker) {
        if let Some(value) = self {
            value.check(checker);
        }
    }
}

impl<T: Check> Check for OrText<T> {
    fn check(&self, checker: &mut Checker) {
        if let Self::Value(value) = self {
            value.check(checker);
        }
    }
}

impl<T: Check> Check for Json<T> {
    fn check(&self, checker: &mut Checker) {
        self.0.check(checker);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Card {
        id: Option<String>,
    }

    impl Check for Card {
        fn check(&self, checker: &mut Checker) {
            checker.pattern("id", &self.id, pattern!("^[0-9A-Za-z_-]*$"));
        }
    }

    fn violation(id: Option<&str>) -> Option<String> {
        Card { id: id.map(str::to_owned) }.violations().err().map(|found| found.0[0].to_string())
    }

    #[test]
    fn text_of_another_form_is_refused_and_never_shown() {
        assert_eq!(violation(None), None);
        assert_eq!(violation(Some("lunch-12_b")), None);
        let refused = "`id` must be text that matches `^[0-9A-Za-z_-]*$`, and is text that doesn't";
        for id in ["lunch 12", "午餐", "lunch-12\n", "a.b"] {
            assert_eq!(violation(Some(id)).as_deref(), Some(refused), "{id:?}");
        }
    }
}
