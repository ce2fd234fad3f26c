//! Rules over several fields: all that is known of each kind of rule.

use serde_json::{Value, json};

use super::FieldPath;
use super::source::Path;

/// A rule over several fields of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Two times lie at most so many days apart, and not the wrong way round.
    MaxSpan { from: FieldPath, to: FieldPath, days: u32 },
    /// So many of these fields are set.
    Group(Group, Vec<FieldPath>),
    /// A field is set when another one has one of these values, as on the wire.
    RequiredWhen { field: FieldPath, when: FieldPath, is: Vec<String> },
}

/// How many fields of a group are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// One, and no other.
    ExactlyOne,
    /// One, or several.
    AtLeastOne,
    /// One, or none.
    AtMostOne,
}

impl Group {
    /// Its key in a spec, which is its check's name in Rust, too.
    pub const fn key(self) -> &'static str {
        match self {
            Self::ExactlyOne => "exactly_one",
            Self::AtLeastOne => "at_least_one",
            Self::AtMostOne => "at_most_one",
        }
    }

    /// Whether so many of its fields may be set.
    pub const fn allows(self, set: usize) -> bool {
        match self {
            Self::ExactlyOne => set == 1,
            Self::AtLeastOne => set >= 1,
            Self::AtMostOne => set <= 1,
        }
    }

    /// What stands before the names of the fields.
    const fn phrase(self) -> &'static str {
        match self {
            Self::ExactlyOne => "exactly one of",
            Self::AtLeastOne => "at least one of",
            Self::AtMostOne => "at most one of",
        }
    }

    fn schema(self, fields: &[FieldPath]) -> Value {
        let mut each: Vec<Value> =
            fields.iter().map(|field| json!({ "required": [field.to_string()] })).collect();
        match self {
            Self::ExactlyOne => json!({ "oneOf": each }),
            Self::AtLeastOne => json!({ "anyOf": each }),
            Self::AtMostOne => {
                each.push(json!({ "not": { "anyOf": each.clone() } }));
                json!({ "oneOf": each })
            }
        }
    }
}

/// What a rule asks of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// That it may be absent, for this reason.
    MayBeAbsent(&'static str),
    /// That it is a time.
    Time,
    /// That it is neither an object nor a list.
    Scalar,
}

impl Rule {
    /// The keys of all rules, in a spec.
    pub const KEYS: &str = "max_span, exactly_one, at_least_one, at_most_one, required_when";

    /// Its fields, each with where a rule at this path names it, and what it asks of it.
    pub fn asks(&self, path: &Path) -> Vec<(Path, &FieldPath, Asks)> {
        match self {
            Self::MaxSpan { from, to, .. } => {
                let path = path.key("max_span");
                vec![(path.key("from"), from, Asks::Time), (path.key("to"), to, Asks::Time)]
            }
            Self::Group(group, fields) => {
                let path = path.key(group.key());
                let asks = Asks::MayBeAbsent("a group is of fields that may be absent");
                fields.iter().enumerate().map(|(index, field)| (path.index(index), field, asks)).collect()
            }
            Self::RequiredWhen { field, when, .. } => {
                let path = path.key("required_when");
                let asks = Asks::MayBeAbsent("what is required anyway needs no condition");
                vec![(path.key("field"), field, asks), (path.key("when"), when, Asks::Scalar)]
            }
        }
    }

    /// The list in a rule at this path that says nothing if it is empty, and what it would say.
    pub fn list(&self, path: &Path) -> Option<(Path, bool, [&'static str; 2])> {
        match self {
            Self::MaxSpan { .. } => None,
            Self::Group(group, fields) => {
                Some((path.key(group.key()), fields.is_empty(), ["a group has fields", "is empty"]))
            }
            Self::RequiredWhen { is, .. } => {
                let words = ["no value makes the field required", "list the values"];
                Some((path.key("required_when").key("is"), is.is_empty(), words))
            }
        }
    }

    /// The fields that it is over.
    pub fn fields(&self) -> Vec<&FieldPath> {
        match self {
            Self::MaxSpan { from, to, .. } => vec![from, to],
            Self::Group(_, fields) => fields.iter().collect(),
            Self::RequiredWhen { field, when, .. } => vec![field, when],
        }
    }

    /// The same rule over fields of other names.
    #[must_use]
    pub fn renamed(&self, name: impl Fn(&FieldPath) -> FieldPath) -> Self {
        match self {
            Self::MaxSpan { from, to, days } => Self::MaxSpan { from: name(from), to: name(to), days: *days },
            Self::Group(group, fields) => Self::Group(*group, fields.iter().map(name).collect()),
            Self::RequiredWhen { field, when, is } => {
                Self::RequiredWhen { field: name(field), when: name(when), is: is.clone() }
            }
        }
    }

    /// What a caller must know, as a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::MaxSpan { from, to, days } => format!("From `{from}` to `{to}` it is at most {days} days."),
            Self::Group(group, fields) => {
                let text = format!("{} {} is set.", group.phrase(), quoted(fields, ", "));
                text[..1].to_uppercase() + &text[1..]
            }
            Self::RequiredWhen { field, when, is } => {
                format!("`{field}` is required when `{when}` is {}.", quoted(is, " or "))
            }
        }
    }

    /// What is checked of a request, to follow "is checked for": what it is over, then what may change of it.
    pub fn check(&self) -> (String, String) {
        match self {
            Self::MaxSpan { from, to, days } => {
                (format!("the time from `{from}` to `{to}`"), format!(" (at most {days} days)"))
            }
            Self::Group(group, fields) => {
                (format!("{} {}", group.phrase(), quoted(fields, ", ")), String::new())
            }
            Self::RequiredWhen { field, when, is } => (
                format!("`{field}` being set, as `{when}` requires"),
                format!(" (when it is {})", quoted(is, " or ")),
            ),
        }
    }

    /// The rule as JSON Schema, if that has words for it.
    pub fn schema(&self) -> Option<Value> {
        match self {
            Self::MaxSpan { .. } => None,
            Self::Group(group, fields) => Some(group.schema(fields)),
            Self::RequiredWhen { field, when, is } => {
                let (field, when) = (field.to_string(), when.to_string());
                let values: Vec<Value> = is.iter().flat_map(|value| as_sent(value)).collect();
                Some(json!({
                    "if": { "properties": { &when: { "enum": values } }, "required": [when] },
                    "then": { "required": [field] },
                }))
            }
        }
    }

    /// The rule as a spec writes it, in JSON.
    pub fn as_written(&self) -> Value {
        match self {
            Self::MaxSpan { from, to, days } => {
                json!({ "max_span": { "from": from.to_string(), "to": to.to_string(), "days": days } })
            }
            Self::Group(group, fields) => {
                let names: Vec<String> = fields.iter().map(ToString::to_string).collect();
                json!({ group.key(): names })
            }
            Self::RequiredWhen { field, when, is } => {
                let (field, when) = (field.to_string(), when.to_string());
                json!({ "required_when": { "field": field, "when": when, "is": is } })
            }
        }
    }
}

/// A value on the wire: a spec doesn't say whether it is text or a number.
fn as_sent(value: &str) -> Vec<Value> {
    let number = value.parse::<i64>().ok().map(|number| json!(number));
    number.into_iter().chain([json!(value)]).collect()
}

fn quoted(names: &[impl ToString], between: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.to_string())).collect();
    quoted.join(between)
}
