//! The requirements of a request's body: fields, kinds, groups and limits. Paths lead through lists: `info[].userid`.

mod limit;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::reply::Refusal;
use crate::value::text;
pub(crate) use limit::Limit;

/// The demands on an object.
#[derive(Debug)]
pub(crate) struct Demands {
    /// The fields that are there wherever the object around them is.
    pub(crate) required: &'static [&'static str],
    /// The fields that are lists, objects, and neither of both.
    pub(crate) lists: &'static [&'static str],
    pub(crate) objects: &'static [&'static str],
    pub(crate) scalars: &'static [&'static str],
    /// The documented values of a field, as text.
    pub(crate) values: &'static [(&'static str, &'static [&'static str])],
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

/// The problem with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Missing,
    Unknown,
    TooShort,
    TooLong,
    Other,
}

/// The codes of some fields' problems; that of all others is [`INVALID`]. Parameters of the query are marked, and fields of which one must be
/// set are separated by commas.
const CODES: [(&str, &[Wrong], i64); 13] = [
    ("?type", &[Wrong::Unknown], 40005),
    ("?media_type", &[Wrong::Unknown], 40005),
    ("touser, toparty, totag", &[Wrong::Other], 82001),
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
    pub(crate) const NONE: Self = Self {
        required: &[],
        lists: &[],
        objects: &[],
        scalars: &[],
        values: &[],
        limits: &[],
        groups: &[],
        kinds: &[],
    };

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
        self.check_forms(object, at)?;
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
        for (path, documented) in self.values {
            for value in all(object, path).into_iter().filter(|value| !value.is_null()) {
                if !documented.contains(&text(value).as_str()) {
                    return Err(undocumented(&joined(at, path), &text(value)));
                }
            }
        }
        for (around, group, fields) in self.groups {
            let is_text = |field: &str| {
                let path = joined(around, field);
                self.limits.iter().any(|(of, limits)| *of == path && limits.contains(&Limit::Text))
            };
            if !all(object, around).iter().all(|holder| group.is_met(holder, fields, is_text)) {
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

impl Demands {
    /// Checks the kind of JSON of each field. Nothing can be said of what is inside a value of another kind.
    fn check_forms(&self, object: &Value, at: &str) -> Result<(), Refusal> {
        type Form<'a> = (&'a [&'a str], fn(&Value) -> bool, &'a str);
        let forms: [Form<'_>; 3] = [
            (self.lists, Value::is_array, "a list"),
            (self.objects, Value::is_object, "an object"),
            (
                self.scalars,
                |value| !value.is_array() && !value.is_object(),
                "a single value, not a list or an object",
            ),
        ];
        for (paths, is_so, what) in forms {
            for path in paths {
                if all_marked(object, path).iter().any(|value| !value.is_null() && !is_so(value)) {
                    return Err(refusal(&joined(at, path), Wrong::Other, format_args!("must be {what}")));
                }
            }
        }
        Ok(())
    }
}

impl Group {
    /// Returns whether as many of the fields are set as must be. `is_joined` are those whose text has the items of a list.
    fn is_met(self, object: &Value, fields: &[&str], is_joined: impl Fn(&str) -> bool) -> bool {
        let found = |is_set: &dyn Fn(&str, &Value) -> bool| {
            let is_found = |field: &&&str| all(object, field).into_iter().any(|value| is_set(field, value));
            fields.iter().filter(is_found).count()
        };
        // An empty text may be a field that is set or one that isn't; one without items is none.
        let most = found(&|field, value| is_set(value) && !(*value == "" && is_joined(field)));
        let least = found(&|_, value| is_set(value) && *value != "");
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

/// The error for a field that is missing.
pub(crate) fn missing_field(path: &str) -> Refusal {
    refusal(path, Wrong::Missing, format_args!("missing"))
}

/// The error for a value that isn't documented.
pub(crate) fn undocumented(path: &str, value: &str) -> Refusal {
    refusal(path, Wrong::Unknown, format_args!("`{value}` isn't documented"))
}

fn refusal(path: &str, wrong: Wrong, what: fmt::Arguments<'_>) -> Refusal {
    let is_of =
        |of: &str| path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with(", "));
    let known = CODES.iter().find(|(of, wrongs, _)| is_of(of) && wrongs.contains(&wrong));
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

/// All values at a path, those of every item of the lists that it marks.
fn all_marked<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    let (name, depth, rest) = first(path);
    let found = value.get(name).map(|value| items(value, depth)).unwrap_or_default();
    match rest {
        None => found,
        Some(rest) => found.into_iter().flat_map(|value| all_marked(value, rest)).collect(),
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
mod tests;
