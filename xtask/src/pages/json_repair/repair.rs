//! The repairs that make a text readable as JSON.

use serde::Serialize;

/// A repair that makes a text readable as JSON, and its name in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Repair {
    /// `&quot;` for `"`.
    #[serde(rename = "HTML entity")]
    HtmlEntity,
    /// A remark outside strings: `// …`, `/* … */`, or in parentheses.
    #[serde(rename = "comment")]
    Comment,
    /// `｛`, `，`, `：`, `“` and the like outside strings.
    #[serde(rename = "full-width punctuation")]
    FullWidth,
    /// A comma before a closing bracket.
    #[serde(rename = "trailing comma")]
    TrailingComma,
    /// A comma where an item should be.
    #[serde(rename = "extra comma")]
    ExtraComma,
    /// No comma between two items.
    #[serde(rename = "missing comma")]
    MissingComma,
    /// `...` or `……` in place of omitted content: nothing replaces it.
    #[serde(rename = "ellipsis")]
    Ellipsis,
    /// A line break or tab inside a string.
    #[serde(rename = "control character")]
    ControlCharacter,
    /// A backslash inside a string that escapes nothing.
    #[serde(rename = "unknown escape")]
    UnknownEscape,
    /// Members without the braces around them.
    #[serde(rename = "no outer braces")]
    NoOuterBraces,
    /// An object or array in an array that lacks its `{`.
    #[serde(rename = "missing opening bracket")]
    MissingOpening,
    /// An object or array that isn't closed.
    #[serde(rename = "missing closing bracket")]
    MissingClosing,
    /// More is closed than was opened.
    #[serde(rename = "extra closing bracket")]
    ExtraClosing,
    /// No colon between a name and its value.
    #[serde(rename = "missing colon")]
    MissingColon,
    /// A name or a text without quotes.
    #[serde(rename = "bare word")]
    BareWord,
    /// Several values one after another.
    #[serde(rename = "several values")]
    SeveralValues,
}

pub(super) fn note(repairs: &mut Vec<Repair>, repair: Repair) {
    if !repairs.contains(&repair) {
        repairs.push(repair);
    }
}
