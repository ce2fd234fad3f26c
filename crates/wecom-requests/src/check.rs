//! The documented limits of requests, checked before anything is sent.

mod rule;
mod values;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::Hash;
use std::sync::OnceLock;

use regex_lite::Regex;
use wecom_models::{Json, OrText, Timestamp};

pub use rule::{Rule, Total, Violation, Violations, When};
pub use values::AnyNumber;
use values::{Distinct, Each, Items, Text, width};
pub(crate) use values::{Number, Time, count, difference, has_items, is_one_of};

/// A type that knows its documented limits.
pub trait Check {
    /// Reports every broken limit. The default implementation has no limits.
    fn check(&self, checker: &mut Checker) {
        let _ = checker;
    }

    /// Returns all broken limits at once, if there are any.
    fn violations(&self) -> Result<(), Violations> {
        let mut checker = Checker::default();
        self.check(&mut checker);
        if checker.found.is_empty() { Ok(()) } else { Err(Violations(checker.found)) }
    }
}

/// Collects broken limits. Generated code calls one method per limit.
#[derive(Debug, Default)]
pub struct Checker {
    path: String,
    found: Vec<Violation>,
}

impl Checker {
    /// Checks the maximum number of bytes.
    pub fn max_bytes(&mut self, name: &str, value: &impl Text, max: u32) {
        let bytes = value.text().map_or(0, str::len);
        self.limit(name, bytes <= max as usize, Rule::MaxBytes(max), || bytes.to_string());
    }

    /// Checks the maximum number of characters.
    pub fn max_chars(&mut self, name: &str, value: &impl Text, max: u32) {
        let chars = value.text().map_or(0, |text| text.chars().count());
        self.limit(name, chars <= max as usize, Rule::MaxChars(max), || chars.to_string());
    }

    /// Checks the minimum number of characters.
    pub fn min_chars(&mut self, name: &str, value: &impl Text, min: u32) {
        if let Some(text) = value.text() {
            let chars = text.chars().count();
            self.limit(name, chars >= min as usize, Rule::MinChars(min), || chars.to_string());
        }
    }

    /// Checks the maximum number of characters, counting a Chinese character as two.
    pub fn max_width(&mut self, name: &str, value: &impl Text, max: u32) {
        let width = value.text().map_or(0, width);
        self.limit(name, width <= max as usize, Rule::MaxWidth(max), || width.to_string());
    }

    /// Checks that a text matches a pattern.
    pub fn pattern(&mut self, name: &str, value: &impl Text, pattern: &'static Pattern) {
        if let Some(text) = value.text() {
            let matches = pattern.is_match(text);
            self.limit(name, matches, Rule::Pattern(pattern.text), || "text that doesn't".to_owned());
        }
    }

    /// Checks the maximum number of items.
    pub fn max_items(&mut self, name: &str, value: &impl Items, max: u32) {
        let items = value.items().unwrap_or(0);
        self.limit(name, items <= max as usize, Rule::MaxItems(max), || items.to_string());
    }

    /// Checks the minimum number of items.
    pub fn min_items(&mut self, name: &str, value: &impl Items, min: u32) {
        if let Some(items) = value.items() {
            self.limit(name, items >= min as usize, Rule::MinItems(min), || items.to_string());
        }
    }

    /// Checks that no two items are the same.
    pub fn unique_items(&mut self, name: &str, value: &impl Distinct) {
        self.limit(name, value.is_distinct(), Rule::UniqueItems, || "a list with duplicates".to_owned());
    }

    /// Checks that a number is at most `max`.
    pub fn max(&mut self, name: &str, value: &impl Number, max: impl Into<AnyNumber>) {
        let max = max.into();
        self.number(name, value, Rule::Max(max), |number| number <= max);
    }

    /// Checks that a number is at least `min`.
    pub fn min(&mut self, name: &str, value: &impl Number, min: impl Into<AnyNumber>) {
        let min = min.into();
        self.number(name, value, Rule::Min(min), |number| number >= min);
    }

    /// Checks that a number is less than another one.
    pub fn exclusive_max(&mut self, name: &str, value: &impl Number, max: impl Into<AnyNumber>) {
        let max = max.into();
        self.number(name, value, Rule::ExclusiveMax(max), |number| number < max);
    }

    /// Checks that a number is more than another one.
    pub fn exclusive_min(&mut self, name: &str, value: &impl Number, min: impl Into<AnyNumber>) {
        let min = min.into();
        self.number(name, value, Rule::ExclusiveMin(min), |number| number > min);
    }

    /// Checks that a number is a multiple of another one.
    pub fn multiple_of(&mut self, name: &str, value: &impl Number, step: u32) {
        self.number(name, value, Rule::MultipleOf(step), |number| number.is_multiple_of(step));
    }

    /// Checks that a number is one of some numbers.
    pub fn one_of(&mut self, name: &str, value: &impl Number, numbers: &'static [i64]) {
        let among = |number: AnyNumber| numbers.iter().any(|allowed| number == (*allowed).into());
        self.number(name, value, Rule::OneOf(numbers), among);
    }

    fn number(&mut self, name: &str, value: &impl Number, rule: Rule, holds: impl Fn(AnyNumber) -> bool) {
        if let Some(number) = value.number() {
            self.limit(name, holds(number), rule, || number.to_string());
        }
    }

    /// Checks the limits of each item of a list.
    pub fn each<E: Each>(&mut self, name: &str, items: &E, limits: impl Fn(&mut Self, &E::Item)) {
        items.each(&mut |position, item| {
            let length = self.enter(&format!("{name}[{position}]"));
            limits(self, item);
            self.path.truncate(length);
        });
    }

    /// Checks that the first of two numbers or times is not above the second.
    pub fn order(&mut self, first: (&'static str, &impl Number), (name, second): (&str, &impl Number)) {
        if let Some(number) = first.1.number() {
            self.number(name, second, Rule::NotBelow(first.0), |second| number <= second);
        }
    }

    /// Checks that the first of two numbers or times is below the second.
    pub fn strict_order(
        &mut self,
        first: (&'static str, &impl Number),
        (name, second): (&str, &impl Number),
    ) {
        if let Some(number) = first.1.number() {
            self.number(name, second, Rule::Above(first.0), |second| number < second);
        }
    }

    /// Checks that no two items of a list have the same value in a field. Absent ones don't count.
    pub fn unique<T: Hash + Eq>(&mut self, name: &str, values: &[&T]) {
        let mut seen = HashSet::new();
        let distinct = values.iter().all(|value| seen.insert(value));
        self.limit(name, distinct, Rule::Unique, || "the same in two items".to_owned());
    }

    /// Checks that a time is not before another one, and at most a number of days after it.
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
            self.limit(to_name, (0..=max).contains(&seconds), rule, || rule::after(seconds));
        }
    }

    /// Checks that a time is not before another one, and at most a number of calendar days in Beijing after it.
    pub fn max_whole_days(
        &mut self,
        (from_name, from): (&'static str, &impl Time),
        (to_name, to): (&str, &impl Time),
        days: u32,
    ) {
        let day = |time: Timestamp| (i128::from(time.as_unix()) + 8 * 60 * 60).div_euclid(24 * 60 * 60);
        if let (Some(from), Some(to)) = (from.time(), to.time()) {
            let between = day(to) - day(from);
            let rule = Rule::MaxWholeDays { from: from_name, days };
            self.limit(to_name, (0..=i128::from(days)).contains(&between), rule, || {
                rule::after(between * 24 * 60 * 60)
            });
        }
    }

    /// Checks that exactly one of these fields is set.
    pub fn exactly_one(&mut self, fields: &[(&'static str, bool)]) {
        self.group(fields, |set| set == 1, Rule::ExactlyOne);
    }

    /// Checks that at least one of these fields is set.
    pub fn at_least_one(&mut self, fields: &[(&'static str, bool)]) {
        self.group(fields, |set| set >= 1, Rule::AtLeastOne);
    }

    /// Checks that at most one of these fields is set.
    pub fn at_most_one(&mut self, fields: &[(&'static str, bool)]) {
        self.group(fields, |set| set <= 1, Rule::AtMostOne);
    }

    /// Checks that all of these fields are set, or none.
    pub fn both_or_neither(&mut self, fields: &[(&'static str, bool)]) {
        self.group(fields, |set| set == 0 || set == fields.len(), Rule::BothOrNeither);
    }

    fn group(&mut self, fields: &[(&'static str, bool)], holds: impl Fn(usize) -> bool, rule: Rule) {
        let set: Vec<&str> = fields.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
        let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let found = || set.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        self.limit(&names.join(", "), holds(set.len()), rule, found);
    }

    /// Checks that a field is set when another field requires it.
    pub fn required_when(
        &mut self,
        (name, set): (&str, bool),
        (field, when): (&'static str, When),
        decides: bool,
    ) {
        self.limit(name, set || !decides, Rule::RequiredWhen { field, when }, || "not set".to_owned());
    }

    /// Checks that a field is not set when another field forbids it.
    pub fn forbidden_when(
        &mut self,
        (name, set): (&str, bool),
        (field, when): (&'static str, When),
        decides: bool,
    ) {
        self.limit(name, !set || !decides, Rule::ForbiddenWhen { field, when }, || "set".to_owned());
    }

    /// Checks the sum of numbers. Absent ones count as 0.
    pub fn sum(&mut self, names: &str, numbers: &[Option<AnyNumber>], total: Total, is: &impl Number) {
        let sum = numbers.iter().flatten().fold(AnyNumber::Whole(0), |sum, number| sum.plus(*number));
        self.total(names, sum, Rule::Sum(total), (total, is.number()));
    }

    /// Checks the product of numbers, if all are present.
    pub fn product(&mut self, names: &str, numbers: &[Option<AnyNumber>], total: Total, is: &impl Number) {
        let product =
            numbers.iter().try_fold(AnyNumber::Whole(1), |product, number| Some(product.times((*number)?)));
        if let Some(product) = product {
            self.total(names, product, Rule::Product(total), (total, is.number()));
        }
    }

    /// Checks the number of items in several lists.
    pub fn total_items(&mut self, names: &str, counts: &[Option<AnyNumber>], total: Total, is: &impl Number) {
        let items = counts.iter().flatten().fold(AnyNumber::Whole(0), |sum, count| sum.plus(*count));
        self.total(names, items, Rule::TotalItems(total), (total, is.number()));
    }

    fn total(&mut self, names: &str, found: AnyNumber, rule: Rule, (total, is): (Total, Option<AnyNumber>)) {
        let kept = match total {
            Total::Min(min) => found >= min.into(),
            Total::Max(max) => found <= max.into(),
            Total::Is(_) => is.is_none_or(|is| found.is_about(is)),
        };
        self.limit(names, kept, rule, || found.to_string());
    }

    /// Returns whether these limits are kept, for a condition on another field.
    pub fn accepts(limits: impl FnOnce(&mut Self)) -> bool {
        let mut checker = Self::default();
        limits(&mut checker);
        checker.found.is_empty()
    }

    /// Checks the limits inside a field.
    pub fn nested(&mut self, name: &str, value: &impl Check) {
        let length = self.enter(name);
        value.check(self);
        self.path.truncate(length);
    }

    /// Enters a field, and returns the previous length of the path.
    fn enter(&mut self, name: &str) -> usize {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        length
    }

    fn item(&mut self, position: impl fmt::Display, value: &impl Check) {
        let length = self.path.len();
        self.path.push_str(&format!("[{position}]"));
        value.check(self);
        self.path.truncate(length);
    }

    fn limit(&mut self, name: &str, kept: bool, rule: Rule, actual: impl FnOnce() -> String) {
        if !kept {
            let dot = if self.path.is_empty() || name.is_empty() { "" } else { "." };
            self.found.push(Violation { path: format!("{}{dot}{name}", self.path), rule, actual: actual() });
        }
    }
}

/// A documented pattern of a text, compiled when it is first needed.
#[derive(Debug)]
pub struct Pattern {
    text: &'static str,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// Creates a pattern from a regular expression over a whole text.
    pub const fn new(text: &'static str) -> Self {
        Self { text, compiled: OnceLock::new() }
    }

    /// Returns whether a text matches. An invalid regular expression matches everything.
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
mod tests;
