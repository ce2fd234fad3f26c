//! Paths in errors: the message carries the place in the document.

use std::borrow::Cow;
use std::fmt;

use serde::de::Error;

/// The longest number that an error shows. A longer one may be a phone number or a person's ID.
const LONGEST_NUMBER: usize = 6;

#[derive(Clone, Copy)]
pub(super) enum Segment<'a> {
    Field(&'a str),
    Index(usize),
}

/// Puts one more path segment before an error's message: `` `msg_list[3].sender`: invalid type … ``.
///
/// serde has no place for a path, so the message carries it; this costs nothing until something fails.
#[cold]
pub(super) fn within<E: Error>(segment: Segment<'_>, error: &E) -> E {
    E::custom(located(segment, &error.to_string()))
}

/// Returns a message with one more path segment.
pub(super) fn located(segment: Segment<'_>, message: &str) -> String {
    let (path, rest) = match message.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
        Some((path, rest)) => (path, rest),
        None => ("", message),
    };
    let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    match segment {
        Segment::Field(name) => format!("`{}{dot}{path}`: {rest}", shown(name)),
        Segment::Index(index) => format!("`[{index}]{dot}{path}`: {rest}"),
    }
}

/// Returns the name of a field as a path shows it. Names of a map's entries may be anything: they may not end a line or the path, or be longer than all
/// the rest.
fn shown(name: &str) -> Cow<'_, str> {
    const LONGEST: usize = 64;
    if name.len() <= LONGEST && !name.contains(|c: char| c.is_control() || c == '`') {
        return Cow::Borrowed(name);
    }
    let start: String = name.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    let end = if name.chars().nth(LONGEST).is_some() { "…" } else { "" };
    Cow::Owned(start.replace('`', "'") + end)
}

/// Splits an error's message into its path, which is empty for the document as a whole, and the rest.
///
/// The text that serde found is omitted, and so is a long number: it may be a token, a phone number or a megabyte.
pub fn told(error: &dyn fmt::Display) -> (String, String) {
    let text = unquoted(&error.to_string());
    match text.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
        Some((path, message)) => (path.to_owned(), message.to_owned()),
        None => (String::new(), text),
    }
}

/// Returns a message of serde's without the text or the long number it found.
fn unquoted(message: &str) -> String {
    for (quoted, named) in [(": integer `", ": a long integer"), (": floating point `", ": a long number")] {
        if let Some((before, after)) = message.split_once(quoted)
            && let Some((number, rest)) = after.split_once('`')
            && number.len() > LONGEST_NUMBER
        {
            return format!("{before}{named}{rest}");
        }
    }
    match (message.find(": string \""), message.rfind("\", expected ")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}: a string{}", &message[..start], &message[end + 1..])
        }
        _ => message.to_owned(),
    }
}
