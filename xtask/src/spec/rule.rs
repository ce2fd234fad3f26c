//! Rules over several fields: all facts about each kind of rule.

use serde_json::{Value, json};

use super::source::Path;
use super::{FieldPath, Limit};

/// A rule over several fields of one type, or of types inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The second time is at most so many days after the first, and not before it.
    MaxSpan { from: FieldPath, to: FieldPath, days: u32, whole_days: bool },
    /// The first of two numbers or times is not above the second; if this is strict, it is below it.
    Order { fields: [FieldPath; 2], strict: bool },
    /// The second number minus the first, or the seconds between two times, are within these limits.
    Difference { from: FieldPath, to: FieldPath, limits: Vec<Limit> },
    /// A certain number of these fields are set.
    Group(Group, Vec<FieldPath>),
    /// A demand on a field that depends on another field.
    When { demand: Demand, field: FieldPath, when: FieldPath, test: Test },
    /// No two items of the lists on the path have the same value here.
    Unique(FieldPath),
    /// A limit of the total of numbers, or of the number of items in lists.
    Total { total: Total, of: Vec<FieldPath>, min: Option<i64>, max: Option<i64>, is: Option<FieldPath> },
}

/// The number of fields of a group that are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// One, and no other.
    ExactlyOne,
    /// One, or several.
    AtLeastOne,
    /// One, or none.
    AtMostOne,
    /// All of them, or none.
    BothOrNeither,
}

impl Group {
    /// Its key in a spec, which is its check's name in Rust, too.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ExactlyOne => "exactly_one",
            Self::AtLeastOne => "at_least_one",
            Self::AtMostOne => "at_most_one",
            Self::BothOrNeither => "both_or_neither",
        }
    }

    /// Returns whether this number of its fields may be set.
    pub const fn allows(self, set: usize, of: usize) -> bool {
        match self {
            Self::ExactlyOne => set == 1,
            Self::AtLeastOne => set >= 1,
            Self::AtMostOne => set <= 1,
            Self::BothOrNeither => set == 0 || set == of,
        }
    }
}

/// The demand on a field that another one makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Set.
    Required,
    /// Not set.
    Forbidden,
    /// Within these limits, if it is set.
    Limited(Vec<Limit>),
}

impl Demand {
    /// Its key in a spec, which is its check's name in Rust, too.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Required => "required_when",
            Self::Forbidden => "forbidden_when",
            Self::Limited(_) => "limited_when",
        }
    }
}

/// The condition on the field that decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// That it is set.
    Set,
    /// That it has one of these values, as on the wire.
    Is(Vec<String>),
    /// That it is set and within these limits.
    Has(Vec<Limit>),
}

impl Test {
    /// Returns whether it is true for a value that is present and not empty.
    pub fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Set => true,
            Self::Is(values) => values.contains(&on_the_wire(value)),
            Self::Has(limits) => limits.iter().all(|limit| limit.allows(value)),
        }
    }
}

/// The way in which numbers are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Total {
    /// Added.
    Sum,
    /// Multiplied.
    Product,
    /// The items of lists, counted.
    Items,
}

impl Total {
    /// Its key in a spec, which is its check's name in Rust, too.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Product => "product",
            Self::Items => "total_items",
        }
    }
}

/// A requirement of a rule on a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// That it may be absent, for this reason.
    MayBeAbsent(&'static str),
    /// That it is a time.
    Time,
    /// That it is a number or a time, the only one of its name.
    Comparable,
    /// That it is a number; items of a list are combined.
    Number,
    /// That it has items; those of all items of a list are counted.
    Items,
    /// That it is neither an object nor a list.
    Scalar,
    /// That it is text or a whole number, in the items of a list.
    Listed,
    /// That it can have these limits.
    Limits(Vec<Limit>),
}

impl Rule {
    /// The keys of all rules, in a spec.
    pub const KEYS: &str = "max_span, order, strict_order, difference, exactly_one, at_least_one, at_most_one, \
                            both_or_neither, required_when, forbidden_when, limited_when, unique, sum, product, total_items";

    /// Its key in a spec.
    pub const fn key(&self) -> &'static str {
        match self {
            Self::MaxSpan { .. } => "max_span",
            Self::Order { strict: false, .. } => "order",
            Self::Order { strict: true, .. } => "strict_order",
            Self::Difference { .. } => "difference",
            Self::Group(group, _) => group.key(),
            Self::When { demand, .. } => demand.key(),
            Self::Unique(_) => "unique",
            Self::Total { total, .. } => total.key(),
        }
    }

    /// Returns its fields, each with the place where a rule at this path names it, and the requirement on it.
    pub fn asks(&self, path: &Path) -> Vec<(Path, &FieldPath, Asks)> {
        let path = path.key(self.key());
        match self {
            Self::MaxSpan { from, to, .. } => {
                vec![(path.key("from"), from, Asks::Time), (path.key("to"), to, Asks::Time)]
            }
            Self::Order { fields, .. } => {
                let fields = fields.iter().enumerate();
                fields.map(|(index, field)| (path.index(index), field, Asks::Comparable)).collect()
            }
            Self::Difference { from, to, .. } => {
                vec![(path.key("from"), from, Asks::Comparable), (path.key("to"), to, Asks::Comparable)]
            }
            Self::Group(_, fields) => {
                let asks = Asks::MayBeAbsent("a group is of fields that may be absent");
                let fields = fields.iter().enumerate();
                fields.map(|(index, field)| (path.index(index), field, asks.clone())).collect()
            }
            Self::When { demand, field, when, test } => {
                let of_field = match demand {
                    Demand::Required => Asks::MayBeAbsent("what is required anyway needs no condition"),
                    Demand::Forbidden => Asks::MayBeAbsent("what is required can't be forbidden"),
                    Demand::Limited(limits) => Asks::Limits(limits.clone()),
                };
                let of_when = match test {
                    Test::Set => Asks::MayBeAbsent("what is always set is no condition"),
                    Test::Is(_) => Asks::Scalar,
                    Test::Has(limits) => Asks::Limits(limits.clone()),
                };
                vec![(path.key("field"), field, of_field), (path.key("when"), when, of_when)]
            }
            Self::Unique(field) => vec![(path, field, Asks::Listed)],
            Self::Total { total, of, is, .. } => {
                let list = path.key("of");
                let asks = if *total == Total::Items { Asks::Items } else { Asks::Number };
                let of = of.iter().enumerate();
                let of = of.map(|(index, field)| (list.index(index), field, asks.clone()));
                of.chain(is.iter().map(|is| (path.key("is"), is, Asks::Comparable))).collect()
            }
        }
    }

    /// Returns the list in a rule at this path that is meaningless if it is too short, with an explanation.
    pub fn list(&self, path: &Path) -> Option<(Path, bool, [&'static str; 2])> {
        let path = path.key(self.key());
        match self {
            Self::When { demand: Demand::Limited(limits), .. } | Self::Difference { limits, .. }
                if limits.is_empty() =>
            {
                Some((path.key("limits"), true, ["nothing is limited", "list the limits"]))
            }
            Self::MaxSpan { .. }
            | Self::Order { .. }
            | Self::Difference { .. }
            | Self::Unique(_)
            | Self::When { test: Test::Set, .. } => None,
            Self::Group(Group::BothOrNeither, fields) => Some((
                path,
                fields.len() < 2,
                ["a group of all or none has two fields, or more", "too short"],
            )),
            Self::Group(_, fields) => Some((path, fields.is_empty(), ["a group has fields", "is empty"])),
            Self::When { test: Test::Is(is), .. } => {
                let words = ["no value decides anything", "list the values"];
                Some((path.key("is"), is.is_empty(), words))
            }
            Self::When { test: Test::Has(has), .. } => {
                Some((path.key("has"), has.is_empty(), ["no limit decides anything", "list the limits"]))
            }
            Self::Total { of, .. } => {
                Some((path.key("of"), of.is_empty(), ["a total is of fields", "is empty"]))
            }
        }
    }

    /// The fields that it is over.
    pub fn fields(&self) -> Vec<&FieldPath> {
        match self {
            Self::MaxSpan { from, to, .. } | Self::Difference { from, to, .. } => vec![from, to],
            Self::Order { fields, .. } => fields.iter().collect(),
            Self::Group(_, fields) => fields.iter().collect(),
            Self::When { field, when, .. } => vec![field, when],
            Self::Unique(field) => vec![field],
            Self::Total { of, is, .. } => of.iter().chain(is).collect(),
        }
    }

    /// The same rule over fields of other names.
    #[must_use]
    pub fn renamed(&self, name: impl Fn(&FieldPath) -> FieldPath) -> Self {
        let mut rule = self.clone();
        let fields: Vec<&mut FieldPath> = match &mut rule {
            Self::MaxSpan { from, to, .. } | Self::Difference { from, to, .. } => vec![from, to],
            Self::Order { fields, .. } => fields.iter_mut().collect(),
            Self::Group(_, fields) => fields.iter_mut().collect(),
            Self::When { field, when, .. } => vec![field, when],
            Self::Unique(field) => vec![field],
            Self::Total { of, is, .. } => of.iter_mut().chain(is).collect(),
        };
        for field in fields {
            *field = name(field);
        }
        rule
    }

    /// The rule as a spec writes it, in JSON.
    pub fn as_written(&self) -> Value {
        let names = |paths: &[FieldPath]| json!(paths.iter().map(ToString::to_string).collect::<Vec<_>>());
        let name = |path: &FieldPath| json!(path.to_string());
        let content = match self {
            Self::MaxSpan { from, to, days, whole_days } => {
                let mut span = json!({ "from": name(from), "to": name(to), "days": days });
                if *whole_days {
                    span["whole_days"] = json!(true);
                }
                span
            }
            Self::Order { fields, .. } => names(fields),
            Self::Difference { from, to, limits } => {
                json!({ "from": name(from), "to": name(to), "limits": written(limits) })
            }
            Self::Group(_, fields) => names(fields),
            Self::When { demand, field, when, test } => {
                let mut rule = json!({ "field": name(field), "when": name(when) });
                match test {
                    Test::Set => {}
                    Test::Is(values) => rule["is"] = json!(values),
                    Test::Has(limits) => rule["has"] = written(limits),
                }
                if let Demand::Limited(limits) = demand {
                    rule["limits"] = written(limits);
                }
                rule
            }
            Self::Unique(field) => name(field),
            Self::Total { of, min, max, is, .. } => {
                let mut rule = json!({ "of": names(of) });
                let bounds = [("min", min.map(Value::from)), ("max", max.map(Value::from))];
                for (key, bound) in bounds.into_iter().chain([("is", is.as_ref().map(name))]) {
                    if let Some(bound) = bound {
                        rule[key] = bound;
                    }
                }
                rule
            }
        };
        json!({ self.key(): content })
    }
}

/// A scalar as on the wire.
pub(crate) fn on_the_wire(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => u8::from(*value).to_string(),
        other => other.to_string(),
    }
}

fn written(limits: &[Limit]) -> Value {
    limits.iter().map(|limit| (limit.kind.key().to_owned(), limit.value.as_json())).collect()
}
