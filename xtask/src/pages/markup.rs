//! Text without its Markdown.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex_lite::Regex;

/// Compiles a pattern that is known to be valid.
pub(crate) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("the patterns are tested: {error}"))
}

/// Returns a line without its Markdown, with spaces for line breaks.
pub(crate) fn plain(text: &str) -> String {
    lines(text).replace('\n', " ")
}

/// Returns the same with line breaks, however these are written.
pub(crate) fn lines(text: &str) -> String {
    static BREAK: LazyLock<Regex> = LazyLock::new(|| regex(r"</?[bB][rR]\s*/?>"));
    let text = text.trim_start_matches(['#', '>', ' ']);
    if !text.contains('<') {
        return bare(text);
    }
    let lines = BREAK.split(text).map(bare).filter(|line| !line.is_empty());
    lines.collect::<Vec<String>>().join("\n")
}

fn bare(text: &str) -> String {
    // No part of a pattern may scan to the end of a line repeatedly: a tag ends where another begins.
    static MARKUP: LazyLock<Regex> =
        LazyLock::new(|| regex(r"!!(?:#[0-9a-fA-F]+)?|</?[a-zA-Z][^<>]*>|\*\*|`"));
    // Between two letters, they are part of a name.
    static UNDERLINES: LazyLock<Regex> = LazyLock::new(|| regex(r"(^|[^A-Za-z0-9_])__|__([^A-Za-z0-9_]|$)"));
    static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\[([^\[\]]*)\]\([^()]*\)"));
    // Most texts contain none of it.
    let replaced = |text: Cow<'_, str>, marks: &[&str], pattern: &Regex, by: &str| {
        let marked = marks.iter().any(|mark| text.contains(mark));
        if marked { pattern.replace_all(&text, by).into_owned() } else { text.into_owned() }
    };
    let text = replaced(text.into(), &["]("], &LINK, "$1");
    let text = replaced(text.into(), &["!!", "<", "**", "`"], &MARKUP, "");
    let text = replaced(text.into(), &["__"], &UNDERLINES, "$1$2");
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&quot;", "\"");
    let text = text.replace("&#124;", "|").replace("&amp;", "&").replace("\\_", "_").replace("\\*", "*");
    let text = text.replace("\\[", "[").replace("\\]", "]");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{200b}')).collect()
}

/// Returns whether a text contains a word or a number on its own.
pub(crate) fn mentions(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(part);
        let after = text[at + word.len()..].chars().next().is_some_and(part);
        !before && !after
    })
}
