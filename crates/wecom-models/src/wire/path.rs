//! Paths in errors: the message carries the place in the document.

use std::fmt;

use serde::de::Error;

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
        Segment::Field(name) => format!("`{name}{dot}{path}`: {rest}"),
        Segment::Index(index) => format!("`[{index}]{dot}{path}`: {rest}"),
    }
}

/// Splits an error's message into its path, which is empty for the document as a whole, and the rest.
///
/// The text that serde found is omitted: it may be a token, a phone number or a megabyte.
pub fn told(error: &dyn fmt::Display) -> (String, String) {
    let text = unquoted(&error.to_string());
    match text.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
        Some((path, message)) => (path.to_owned(), message.to_owned()),
        None => (String::new(), text),
    }
}

/// Returns a message of serde's without the text it found.
fn unquoted(message: &str) -> String {
    match (message.find(": string \""), message.rfind("\", expected ")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}: a string{}", &message[..start], &message[end + 1..])
        }
        _ => message.to_owned(),
    }
}
