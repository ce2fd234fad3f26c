//! The tokens of JSON as the documentation writes it.

use serde_json::{Number, Value};

use super::repair::{Repair, note};

/// The reason why a text can't be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// The byte at which reading stopped.
    pub offset: usize,
    /// The reason.
    pub reason: String,
}

/// A text, and how much of it has been read.
pub(super) struct Lexer<'a> {
    pub text: &'a str,
    /// The byte at which reading continues.
    pub at: usize,
    /// The number of bytes scanned, including those scanned repeatedly.
    pub work: usize,
    /// The repairs so far, each once.
    pub repairs: Vec<Repair>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, work: 0, repairs: Vec::new() }
    }

    fn advance(&mut self, bytes: usize) {
        self.at += bytes;
        self.work += bytes;
    }

    pub(super) fn string(&mut self) -> Result<String, Unreadable> {
        let start = self.at;
        let entity = self.text[start..].starts_with("&quot;");
        let wide = !entity && !self.text[start..].starts_with('"');
        self.take();
        let mut escaped = "\"".to_owned();
        loop {
            let rest = &self.text[self.at..];
            let Some(character) = rest.chars().next() else {
                self.at = start;
                return Err(self.error("a string is not closed".to_owned()));
            };
            match character {
                '&' if entity && rest.starts_with("&quot;") => break self.take(),
                '"' if !entity => break self.take(),
                '“' | '”' | '＂' if wide => break self.take(),
                '\\' => {
                    let next = rest[1..].chars().next();
                    match next {
                        Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u') => {}
                        _ => {
                            self.note(Repair::UnknownEscape);
                            escaped.push('\\');
                        }
                    }
                    escaped.push('\\');
                    self.advance(1);
                    if let Some(next) = next.filter(|next| !next.is_control()) {
                        escaped.push(next);
                        self.advance(next.len_utf8());
                    }
                    continue;
                }
                '"' => escaped.push_str("\\\""),
                control if u32::from(control) < 0x20 => {
                    self.note(Repair::ControlCharacter);
                    escaped.push_str(&format!("\\u{:04x}", u32::from(control)));
                }
                other => escaped.push(other),
            }
            self.advance(character.len_utf8());
        }
        escaped.push('"');
        let text: String = serde_json::from_str(&escaped).map_err(|error| Unreadable {
            offset: start,
            reason: format!("a string can't be read: {error}"),
        })?;
        Ok(if entity { decode_entities(&text) } else { text })
    }

    /// Reads a number, `true`, `false`, `null` or a text that lacks its quotes.
    pub(super) fn scalar(&mut self) -> Result<Value, Unreadable> {
        let word = self.word_end();
        let text = &self.text[self.at..word];
        if let Ok(number) = serde_json::from_str::<Number>(text) {
            self.advance(text.len());
            return Ok(Value::Number(number));
        }
        let value = match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => return self.word().map(Value::String),
        };
        self.advance(text.len());
        Ok(value)
    }

    /// Reads a text without quotes.
    pub(super) fn word(&mut self) -> Result<String, Unreadable> {
        let end = self.word_end();
        let word = &self.text[self.at..end];
        if !word.starts_with(|first: char| first.is_alphanumeric() || first == '_') {
            let found: String = self.text[self.at..].chars().take(1).collect();
            return Err(self.error(format!("unexpected `{found}`")));
        }
        self.note(Repair::BareWord);
        self.advance(word.len());
        Ok(word.to_owned())
    }

    pub(super) fn word_end(&self) -> usize {
        let rest = &self.text[self.at..];
        let ends = |character: char| {
            character.is_whitespace() || ascii(character).is_some() || "()（）/&".contains(character)
        };
        self.at + rest.find(ends).unwrap_or(rest.len())
    }

    /// Returns the next character, as ASCII if it is a variant of one of JSON's own, and its length.
    pub(super) fn token(&self) -> Option<(char, usize)> {
        let rest = &self.text[self.at..];
        let character = rest.chars().next()?;
        if rest.starts_with("&quot;") {
            return Some(('"', "&quot;".len()));
        }
        Some((ascii(character).unwrap_or(character), character.len_utf8()))
    }

    /// Consumes the character that [`token`](Self::token) returns.
    pub(super) fn take(&mut self) {
        let Some((seen, length)) = self.token() else { return };
        if self.text[self.at..].starts_with("&quot;") {
            self.note(Repair::HtmlEntity);
        } else if length != seen.len_utf8() {
            self.note(Repair::FullWidth);
        }
        self.advance(length);
    }

    /// Consumes an ellipsis and the rest of its line, which mark an omission.
    pub(super) fn ellipsis(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let dots = rest.len() - rest.trim_start_matches(['.', '…', '。']).len();
        if dots < 2 {
            return false;
        }
        let after = &rest[dots..];
        let remark = after.find(|c: char| c == '\n' || ascii(c).is_some()).unwrap_or(after.len());
        self.advance(dots + remark);
        true
    }

    /// Consumes white space and comments.
    pub(super) fn space(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blank =
                rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
            self.advance(rest.len() - blank.len());
            let remark = if blank.starts_with("//") {
                blank.find('\n').unwrap_or(blank.len())
            } else if blank.starts_with("/*") {
                blank.find("*/").map_or(blank.len(), |end| end + 2)
            } else if blank.starts_with(['(', '（']) {
                match blank.find([')', '）', '\n']) {
                    Some(end) if !blank[end..].starts_with('\n') => {
                        end + blank[end..].chars().next().map_or(0, char::len_utf8)
                    }
                    _ => return,
                }
            } else {
                return;
            };
            self.note(Repair::Comment);
            self.advance(remark);
        }
    }

    pub(super) fn note(&mut self, repair: Repair) {
        note(&mut self.repairs, repair);
    }

    pub(super) fn error(&self, reason: String) -> Unreadable {
        Unreadable { offset: self.at, reason }
    }
}

/// Returns the character of JSON that a character is a variant of.
fn ascii(character: char) -> Option<char> {
    Some(match character {
        '{' | '｛' => '{',
        '}' | '｝' => '}',
        '[' | '［' => '[',
        ']' | '］' => ']',
        ',' | '，' => ',',
        ':' | '：' => ':',
        '"' | '“' | '”' | '＂' => '"',
        _ => return None,
    })
}

fn decode_entities(text: &str) -> String {
    let pairs =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    pairs.iter().fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
}
