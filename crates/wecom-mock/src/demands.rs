//! The requirements of a request's body: fields, kinds, groups and limits. Paths lead through lists: `info[].userid`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde_json::Value;

use crate::reply::Refusal;
use crate::value::text;

/// The demands on an object.
#[derive(Debug)]
pub(crate) struct Demands {
    /// The fields that are there wherever the object around them is.
    pub(crate) required: &'static [&'static str],
    pub(crate) limits: &'static [(&'static str, &'static [Limit])],
    /// Groups of fields of the objects at a path.
    pub(crate) groups: &'static [(&'static str, Group, &'static [&'static str])],
    pub(crate) kinds: &'static [Kinds],
}

/// The kinds of an object, by its tag.
#[derive(Debug)]
pub(crate) struct Kinds {
    /// The path of the tag.
    pub(crate) tag: &'static str,
    /// The demands of each kind, by paths from the object around the tag.
    pub(crate) of: &'static [(&'static str, Demands)],
}

/// The number of fields of a group that must be set.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "not every specification has all of them")]
pub(crate) enum Group {
    AtLeastOne,
    ExactlyOne,
    AtMostOne,
    BothOrNeither,
}

/// A limit of a value. A value of another type than it is for is within it.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "not every specification has all of them")]
pub(crate) enum Limit {
    MinChars(u64),
    MaxChars(u64),
    MaxBytes(u64),
    MinItems(u64),
    MaxItems(u64),
    Min(i64),
    Max(i64),
    /// It is a text, not a list.
    Text,
}

/// The problem with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Missing,
    Unknown,
    TooShort,
    TooLong,
    Other,
}

/// The codes of some fields' problems; that of all others is [`INVALID`].
const CODES: [(&str, &[Wrong], i64); 10] = [
    ("corpid", &[Wrong::Missing], 41002),
    ("corpsecret", &[Wrong::Missing], 41004),
    ("msgtype", &[Wrong::Missing, Wrong::Unknown], 40008),
    ("attachments[].msgtype", &[Wrong::Unknown], 41065),
    ("text.content", &[Wrong::Missing, Wrong::TooShort], 44004),
    ("text.content", &[Wrong::TooLong], 45002),
    ("markdown.content", &[Wrong::TooLong], 45002),
    ("news.articles", &[Wrong::TooLong], 45008),
    ("news.articles[].title", &[Wrong::Missing], 41016),
    ("textcard.description", &[Wrong::Missing], 41033),
];

/// The code of an invalid parameter.
const INVALID: i64 = 40058;

impl Demands {
    pub(crate) const NONE: Self = Self { required: &[], limits: &[], groups: &[], kinds: &[] };

    /// The demand of some fields, and no other.
    pub(crate) const fn fields(required: &'static [&'static str]) -> Self {
        Self { required, ..Self::NONE }
    }

    /// Checks the fields of a body, of which only the names are known if it isn't JSON.
    pub(crate) fn check(&self, fields: &Value, is_json: bool) -> Result<(), Refusal> {
        match (is_json, self.required.iter().find(|path| !has(fields, path))) {
            (false, Some(missing)) => Err(missing_field(missing)),
            (false, None) => Ok(()),
            (true, _) => self.check_object(fields, ""),
        }
    }

    /// Checks an object at a path of the body.
    fn check_object(&self, object: &Value, at: &str) -> Result<(), Refusal> {
        if let Some(missing) = self.required.iter().find(|path| !has(object, path)) {
            return Err(missing_field(&joined(at, missing)));
        }
        for kinds in self.kinds {
            let (around, tag) = kinds.tag.rsplit_once('.').unwrap_or(("", kinds.tag));
            for holder in all(object, around) {
                let Some(sent) = holder.get(tag).filter(|tag| !tag.is_null()) else { continue };
                let path = joined(at, kinds.tag);
                let Some((_, demands)) = kinds.of.iter().find(|(kind, _)| *kind == text(sent)) else {
                    return Err(refusal(&path, Wrong::Unknown, format_args!("`{}` is unknown", text(sent))));
                };
                demands
                    .check_object(holder, path.strip_suffix(tag).unwrap_or_default().trim_end_matches('.'))?;
            }
        }
        for (around, group, fields) in self.groups {
            if !all(object, around).iter().all(|holder| group.is_met(holder, fields)) {
                let names: Vec<String> =
                    fields.iter().map(|field| joined(at, &joined(around, field)).into_owned()).collect();
                return Err(refusal(&names.join(", "), Wrong::Other, format_args!("{group} must be set")));
            }
        }
        for (path, limits) in self.limits {
            for value in all(object, path) {
                if let Some((limit, wrong)) =
                    limits.iter().find_map(|limit| Some((limit, limit.broken(value)?)))
                {
                    return Err(refusal(&joined(at, path), wrong, format_args!("must have {limit}")));
                }
            }
        }
        Ok(())
    }
}

impl Group {
    fn is_met(self, object: &Value, fields: &[&str]) -> bool {
        let found = |is_set: fn(&Value) -> bool| {
            fields.iter().filter(|field| all(object, field).into_iter().any(is_set)).count()
        };
        // An empty text may be a field that is set or one that isn't.
        let (most, least) = (found(is_set), found(|value| is_set(value) && *value != ""));
        match self {
            Self::AtLeastOne => most >= 1,
            Self::ExactlyOne => most >= 1 && least <= 1,
            Self::AtMostOne => least <= 1,
            Self::BothOrNeither => least == 0 || most == fields.len(),
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AtLeastOne => "at least one",
            Self::ExactlyOne => "exactly one",
            Self::AtMostOne => "at most one",
            Self::BothOrNeither => "all or none",
        })
    }
}

impl Limit {
    /// Returns the problem with a value, if there is one.
    fn broken(self, value: &Value) -> Option<Wrong> {
        let chars = || value.as_str().map(|text| text.chars().count() as u64);
        let bytes = || value.as_str().map(|text| text.len() as u64);
        let items = || match value {
            Value::Array(items) => Some(items.len() as u64),
            Value::Object(entries) => Some(entries.len() as u64),
            _ => None,
        };
        let is = |broken: bool, wrong| broken.then_some(wrong);
        match self {
            Self::MinChars(least) => is(chars()? < least, Wrong::TooShort),
            Self::MaxChars(most) => is(chars()? > most, Wrong::TooLong),
            Self::MaxBytes(most) => is(bytes()? > most, Wrong::TooLong),
            Self::MinItems(least) => is(items()? < least, Wrong::TooShort),
            Self::MaxItems(most) => is(items()? > most, Wrong::TooLong),
            Self::Min(least) => is(compared(value, least)?.is_lt(), Wrong::Other),
            Self::Max(most) => is(compared(value, most)?.is_gt(), Wrong::Other),
            Self::Text => is(value.is_array() || value.is_object(), Wrong::Other),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MinChars(least) => write!(f, "at least {}", counted(*least, "character")),
            Self::MaxChars(most) => write!(f, "at most {}", counted(*most, "character")),
            Self::MaxBytes(most) => write!(f, "at most {}", counted(*most, "byte")),
            Self::MinItems(least) => write!(f, "at least {}", counted(*least, "item")),
            Self::MaxItems(most) => write!(f, "at most {}", counted(*most, "item")),
            Self::Min(least) => write!(f, "a value of at least {least}"),
            Self::Max(most) => write!(f, "a value of at most {most}"),
            Self::Text => f.write_str("text, not a list"),
        }
    }
}

fn counted(number: u64, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

/// The error for a field that is missing.
pub(crate) fn missing_field(path: &str) -> Refusal {
    refusal(path, Wrong::Missing, format_args!("missing"))
}

fn refusal(path: &str, wrong: Wrong, what: fmt::Arguments<'_>) -> Refusal {
    let known = CODES.iter().find(|(of, wrongs, _)| *of == path && wrongs.contains(&wrong));
    let code = known.map_or(INVALID, |(.., code)| *code);
    Refusal(
        code,
        match wrong {
            Wrong::Missing if code != INVALID => format!("{path} missing"),
            Wrong::Missing => format!("invalid Request Parameter: missing {path}"),
            _ => format!("invalid Request Parameter: {path}: {what}"),
        },
    )
}

fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        _ => true,
    }
}

/// Compares a number with a limit; whole numbers exactly.
#[allow(clippy::cast_precision_loss, reason = "what is compared with a fraction is one")]
fn compared(value: &Value, limit: i64) -> Option<Ordering> {
    let whole = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
    match whole {
        Some(number) => Some(number.cmp(&limit.into())),
        None => value.as_f64()?.partial_cmp(&(limit as f64)),
    }
}

fn joined<'a>(at: &str, path: &'a str) -> Cow<'a, str> {
    if at.is_empty() { path.into() } else { format!("{at}.{path}").into() }
}

/// The first name of a path, with the depth of the lists that it leads into, and the rest.
fn first(path: &str) -> (&str, usize, Option<&str>) {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    match name.find("[]") {
        Some(end) => (&name[..end], (name.len() - end) / 2, rest),
        None => (name, 0, rest),
    }
}

/// All values at a path: those of every item of its lists, also of lists that it doesn't mark.
fn all<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    if path.is_empty() {
        return vec![value];
    }
    let (name, depth, rest) = first(path);
    let Some(value) = value.get(name) else { return Vec::new() };
    let found = items(value, depth);
    match rest {
        None => found,
        Some(rest) => {
            let inner = found.into_iter().flat_map(|value| match value {
                Value::Array(items) => items.iter().collect(),
                one => vec![one],
            });
            inner.flat_map(|value| all(value, rest)).collect()
        }
    }
}

/// Returns whether the last field of a path is present wherever the fields before it are.
fn has(value: &Value, path: &str) -> bool {
    let (name, depth, rest) = first(path);
    match (value.get(name), rest) {
        (found, None) => found.is_some_and(|value| !value.is_null()),
        // What is missing further up is reported for itself, if it is required.
        (None | Some(Value::Null), Some(_)) => true,
        (Some(value), Some(rest)) => items(value, depth).iter().all(|item| has(item, rest)),
    }
}

fn items(value: &Value, depth: usize) -> Vec<&Value> {
    match (depth, value) {
        (0, value) => vec![value],
        (_, Value::Array(list)) => list.iter().flat_map(|item| items(item, depth - 1)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The code and the message for a body.
    fn found(demands: &Demands, body: &Value) -> Option<(i64, String)> {
        demands.check(body, true).err().map(|Refusal(code, message)| (code, message))
    }

    fn code(demands: &Demands, body: &Value) -> Option<i64> {
        found(demands, body).map(|(code, _)| code)
    }

    #[test]
    fn a_required_field_is_missed_wherever_its_parent_is() {
        let body =
            json!({ "info": [{ "userid": "a" }, { "other": 1 }], "grid": [[{ "x": 1 }]], "none": null });
        assert!(has(&body, "info"));
        assert!(!has(&body, "info[].userid"));
        assert!(has(&body, "grid[][].x"));
        assert!(!has(&body, "grid[][].y"));
        assert!(has(&body, "absent.field"));
        assert!(has(&body, "none.field"));
        assert!(!has(&body, "absent"));
        assert!(!has(&body, "none"));
    }

    #[test]
    fn a_kind_demands_its_content_and_an_unknown_one_has_a_code() {
        const DEMANDS: Demands = Demands {
            required: &["msgtype"],
            kinds: &[
                Kinds {
                    tag: "msgtype",
                    of: &[
                        (
                            "text",
                            Demands {
                                limits: &[("text.content", &[Limit::MinChars(1), Limit::MaxBytes(6)])],
                                ..Demands::fields(&["text", "text.content"])
                            },
                        ),
                        ("image", Demands::fields(&["image"])),
                    ],
                },
                Kinds {
                    tag: "attachments[].msgtype",
                    of: &[("link", Demands::fields(&["link", "link.url"]))],
                },
            ],
            ..Demands::NONE
        };
        let text = |content: &str| json!({ "msgtype": "text", "text": { "content": content } });
        for (body, expected) in [
            (json!({}), Some(40008)),
            (json!({ "msgtype": "txt" }), Some(40008)),
            (json!({ "msgtype": "text" }), Some(40058)),
            (json!({ "msgtype": "text", "text": {} }), Some(44004)),
            (text(""), Some(44004)),
            (text("两个"), None),
            (text("两个a"), Some(45002)),
            (json!({ "msgtype": "image", "image": {} }), None),
            (json!({ "msgtype": "image", "text": { "content": "x" } }), Some(40058)),
            (json!({ "msgtype": "image", "image": {}, "attachments": [{ "msgtype": "none" }] }), Some(41065)),
        ] {
            assert_eq!(code(&DEMANDS, &body), expected, "{body}");
        }
        let link =
            json!({ "msgtype": "image", "image": {}, "attachments": [{ "msgtype": "link", "link": {} }] });
        assert_eq!(
            found(&DEMANDS, &link),
            Some((40058, "invalid Request Parameter: missing attachments[].link.url".to_owned()))
        );
    }

    #[test]
    fn groups_count_the_fields_that_are_set() {
        const fn of(group: Group) -> (&'static str, Group, &'static [&'static str]) {
            ("", group, &["a", "b.c"])
        }
        const LEAST: Demands = Demands { groups: &[of(Group::AtLeastOne)], ..Demands::NONE };
        const MOST: Demands = Demands { groups: &[of(Group::AtMostOne)], ..Demands::NONE };
        const EXACTLY: Demands = Demands { groups: &[of(Group::ExactlyOne)], ..Demands::NONE };
        const BOTH: Demands = Demands { groups: &[of(Group::BothOrNeither)], ..Demands::NONE };
        let bodies = [
            json!({}),
            json!({ "a": [] }),
            json!({ "a": 1 }),
            json!({ "b": [{}, { "c": true }] }),
            json!({ "a": 1, "b": { "c": false } }),
            json!({ "a": "", "b": { "c": 1 } }),
        ];
        for (demands, accepted) in [
            (LEAST, [false, false, true, true, true, true]),
            (MOST, [true, true, true, true, false, true]),
            (EXACTLY, [false, false, true, true, false, true]),
            (BOTH, [true, true, false, false, true, true]),
        ] {
            let found = bodies.each_ref().map(|body| code(&demands, body).is_none());
            assert_eq!(found, accepted, "{demands:?}");
        }
    }

    #[test]
    fn a_limit_names_the_field_and_itself() {
        const DEMANDS: Demands = Demands {
            limits: &[
                ("users", &[Limit::Text]),
                ("tags", &[Limit::MinItems(1), Limit::MaxItems(2)]),
                ("tags[]", &[Limit::MaxChars(3)]),
                ("in.n", &[Limit::Min(1), Limit::Max(9)]),
            ],
            ..Demands::NONE
        };
        for (body, expected) in [
            (json!({ "users": "a|b", "tags": ["abc"], "in": { "n": 9 } }), None),
            (json!({ "users": null, "tags": "abcd", "in": { "n": "10" } }), None),
            (json!({ "users": ["a"] }), Some("users: must have text, not a list")),
            (json!({ "tags": [] }), Some("tags: must have at least 1 item")),
            (json!({ "tags": [1, 2, 3] }), Some("tags: must have at most 2 items")),
            (json!({ "tags": ["a", "abcd"] }), Some("tags[]: must have at most 3 characters")),
            (json!({ "in": { "n": 0 } }), Some("in.n: must have a value of at least 1")),
            (json!({ "in": { "n": 9.5 } }), Some("in.n: must have a value of at most 9")),
            (json!({ "in": { "n": 10 } }), Some("in.n: must have a value of at most 9")),
        ] {
            let expected = expected.map(|what| (40058, format!("invalid Request Parameter: {what}")));
            assert_eq!(found(&DEMANDS, &body), expected, "{body}");
        }
    }
}
