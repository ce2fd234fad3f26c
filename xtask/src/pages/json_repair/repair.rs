//! What was put right to read a text as JSON.

use serde::{Serialize, Serializer};

/// What was put right to read a text as JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repair {
    /// `&quot;` for `"`.
    HtmlEntity,
    /// A remark outside strings: `// …`, `/* … */`, or in parentheses.
    Comment,
    /// `｛`, `，`, `：`, `“` and the like outside strings.
    FullWidth,
    /// A comma before a closing bracket.
    TrailingComma,
    /// A comma where an item should be.
    ExtraComma,
    /// No comma between two items.
    MissingComma,
    /// `...` or `……` for what was left out: nothing is put in its place.
    Ellipsis,
    /// A line break or tab inside a string.
    ControlCharacter,
    /// A backslash inside a string that escapes nothing.
    UnknownEscape,
    /// Members without the braces around them.
    NoOuterBraces,
    /// An object or array in an array that lacks its `{`.
    MissingOpening,
    /// An object or array that isn't closed.
    MissingClosing,
    /// More is closed than was opened.
    ExtraClosing,
    /// No colon between a name and its value.
    MissingColon,
    /// A name or a text without quotes.
    BareWord,
    /// Several values one after another.
    SeveralValues,
}

impl Repair {
    /// How reports call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HtmlEntity => "HTML entity",
            Self::Comment => "comment",
            Self::FullWidth => "full-width punctuation",
            Self::TrailingComma => "trailing comma",
            Self::ExtraComma => "extra comma",
            Self::MissingComma => "missing comma",
            Self::Ellipsis => "ellipsis",
            Self::ControlCharacter => "control character",
            Self::UnknownEscape => "unknown escape",
            Self::NoOuterBraces => "no outer braces",
            Self::MissingOpening => "missing opening bracket",
            Self::MissingClosing => "missing closing bracket",
            Self::ExtraClosing => "extra closing bracket",
            Self::MissingColon => "missing colon",
            Self::BareWord => "bare word",
            Self::SeveralValues => "several values",
        }
    }
}

impl Serialize for Repair {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

pub(super) fn note(repairs: &mut Vec<Repair>, repair: Repair) {
    if !repairs.contains(&repair) {
        repairs.push(repair);
    }
}
