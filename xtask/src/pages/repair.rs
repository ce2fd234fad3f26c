//! Reads JSON as it stands in the documentation: strictly where that works, else with the repairs a reader would make
//! without thinking.

use serde::{Serialize, Serializer};
use serde_json::{Map, Number, Value};

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
    pub(super) fn name(self) -> &'static str {
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

/// A value found in a text.
#[derive(Debug)]
pub(super) struct Found {
    /// The byte it starts at.
    pub offset: usize,
    /// The value.
    pub value: Value,
    /// What was put right, each once, in the order of the text.
    pub repairs: Vec<Repair>,
}

/// Why a text can't be read.
#[derive(Debug)]
pub(super) struct Unreadable {
    /// The byte at which reading stopped.
    pub offset: usize,
    /// Why.
    pub reason: String,
}

/// Whether a text looks like JSON at all: it may be XML, an HTTP transcript or code.
pub(super) fn looks_like_json(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.space();
    match reader.token() {
        Some(('{' | '[', _)) => true,
        // Members whose braces were left out.
        _ => reader.at_member(),
    }
}

/// Reads the values of a text. There is at least one.
pub(super) fn read(text: &str) -> Result<Vec<Found>, Unreadable> {
    if let Ok(value) = serde_json::from_str(text) {
        let offset = text.len() - text.trim_start().len();
        return Ok(vec![Found { offset, value, repairs: Vec::new() }]);
    }
    Reader::new(text).all()
}

/// How deep values may nest: far more than any example, and far less than would overflow the stack.
const MAX_DEPTH: usize = 100;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    repairs: Vec<Repair>,
    /// The closing brackets that are awaited, innermost last.
    awaited: Vec<char>,
    /// How many were awaited where an array was closed early: its own bracket may still come there.
    misplaced: Option<usize>,
    /// Whether what is read may be given up and read again.
    attempting: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, repairs: Vec::new(), awaited: Vec::new(), misplaced: None, attempting: false }
    }

    fn all(mut self) -> Result<Vec<Found>, Unreadable> {
        let mut found: Vec<Found> = Vec::new();
        loop {
            self.space();
            let offset = self.at;
            let value = match self.token() {
                None => break,
                Some(('{' | '[', _)) => self.value()?,
                Some((',', _)) if !found.is_empty() => {
                    self.take();
                    continue;
                }
                Some(('}' | ']', _)) if !found.is_empty() => {
                    self.only_closing()?;
                    break;
                }
                _ if found.is_empty() && self.at_member() => {
                    self.note(Repair::NoOuterBraces);
                    Value::Object(self.members(None)?)
                }
                Some((other, _)) if found.is_empty() => {
                    return Err(self.error(format!("`{other}` is not how a value starts")));
                }
                Some((other, _)) => return Err(self.error(format!("`{other}` after the end of the value"))),
            };
            found.push(Found { offset, value, repairs: std::mem::take(&mut self.repairs) });
        }
        // What was noted after the last value belongs to it.
        match found.last_mut() {
            None => return Err(self.error("there is no value".to_owned())),
            Some(last) => {
                for repair in self.repairs {
                    note(&mut last.repairs, repair);
                }
            }
        }
        if found.len() > 1 {
            for value in &mut found {
                note(&mut value.repairs, Repair::SeveralValues);
            }
        }
        Ok(found)
    }

    /// Takes the closing brackets after the end, and fails if anything else follows.
    fn only_closing(&mut self) -> Result<(), Unreadable> {
        self.note(Repair::ExtraClosing);
        loop {
            self.space();
            match self.token() {
                None => return Ok(()),
                Some(('}' | ']', _)) => self.take(),
                Some((other, _)) => {
                    return Err(self.error(format!("`{other}` after too many closing brackets")));
                }
            }
        }
    }

    fn value(&mut self) -> Result<Value, Unreadable> {
        if self.awaited.len() > MAX_DEPTH {
            return Err(self.error("nested too deeply".to_owned()));
        }
        match self.token() {
            Some(('{', _)) => {
                self.take();
                self.members(Some('}')).map(Value::Object)
            }
            Some(('[', _)) => {
                self.take();
                self.items().map(Value::Array)
            }
            Some(('"', _)) => self.string().map(Value::String),
            _ => self.scalar(),
        }
    }

    /// Reads the members of an object up to its closing bracket, if there should be one.
    fn members(&mut self, close: Option<char>) -> Result<Map<String, Value>, Unreadable> {
        self.awaited.extend(close);
        let mut members = Map::new();
        while self.item_follows('}')? {
            let name = match self.token() {
                Some(('"', _)) => self.string()?,
                _ => self.word()?,
            };
            self.space();
            match self.token() {
                Some((':', _)) => self.take(),
                Some(('"' | '{' | '[', _)) => self.note(Repair::MissingColon),
                _ => return Err(self.error(format!("`{name}` has no value"))),
            }
            self.space();
            if self.ellipsis() {
                self.note(Repair::Ellipsis);
            } else if matches!(self.token(), Some((',' | '}' | ']', _)) | None) {
                return Err(self.error(format!("`{name}` has no value")));
            } else {
                let value = self.value()?;
                members.insert(name, value);
            }
            self.separator();
        }
        self.misplaced = self.misplaced.filter(|depth| *depth < self.awaited.len());
        if close.is_some() {
            self.awaited.pop();
        }
        Ok(members)
    }

    /// Reads the items of an array up to its closing bracket.
    fn items(&mut self) -> Result<Vec<Value>, Unreadable> {
        self.awaited.push(']');
        let mut items = Vec::new();
        let mut end = self.at;
        while self.item_follows(']')? {
            let item = if !self.at_member() {
                self.value()?
            } else if let Some(members) = self.unopened() {
                Value::Object(members)
            } else {
                // A member of the object around the array: it should have been closed, and may be so later.
                self.note(Repair::MissingClosing);
                self.at = end;
                self.misplaced = Some(self.awaited.len() - 1);
                break;
            };
            items.push(item);
            end = self.at;
            self.separator();
        }
        self.awaited.pop();
        Ok(items)
    }

    /// Whether another item of an object or array follows; if not, its closing bracket has been taken.
    fn item_follows(&mut self, close: char) -> Result<bool, Unreadable> {
        loop {
            self.space();
            if self.ellipsis() {
                self.note(Repair::Ellipsis);
                self.separator();
                continue;
            }
            let awaited = self.awaited.last() == Some(&close);
            match self.token() {
                None => {
                    if awaited {
                        self.note(Repair::MissingClosing);
                    }
                    return Ok(false);
                }
                Some((',', _)) => {
                    self.take();
                    self.note(Repair::ExtraComma);
                }
                Some((found, _)) if found == close && awaited => {
                    self.take();
                    return Ok(false);
                }
                Some((']', _)) if self.misplaced == Some(self.awaited.len()) => {
                    self.take();
                    self.misplaced = None;
                    self.note(Repair::ExtraClosing);
                }
                // Closes something further out.
                Some((found @ ('}' | ']'), _)) if self.awaited.contains(&found) => {
                    self.note(Repair::MissingClosing);
                    return Ok(false);
                }
                Some(('}' | ']', _)) if !awaited => {
                    self.only_closing()?;
                    return Ok(false);
                }
                Some((found @ ('}' | ']'), _)) => {
                    return Err(self.error(format!("`{found}` closes nothing, `{close}` is missing")));
                }
                Some(_) => return Ok(true),
            }
        }
    }

    /// Takes the comma after an item.
    fn separator(&mut self) {
        self.space();
        if self.ellipsis() {
            self.note(Repair::Ellipsis);
            self.space();
        }
        match self.token() {
            Some((',', _)) => {
                self.take();
                self.space();
                if matches!(self.token(), Some(('}' | ']', _)) | None) {
                    self.note(Repair::TrailingComma);
                }
            }
            Some(('}' | ']', _)) | None => {}
            Some(_) => self.note(Repair::MissingComma),
        }
    }

    /// Whether a name and a colon follow.
    fn at_member(&mut self) -> bool {
        let (at, noted) = (self.at, self.repairs.len());
        let member = matches!(self.token(), Some(('"', _))) && self.string().is_ok() && {
            self.space();
            matches!(self.token(), Some((':', _)))
        };
        self.at = at;
        self.repairs.truncate(noted);
        member
    }

    /// Reads an object whose `{` is missing, if that is what follows: then it ends inside the array.
    fn unopened(&mut self) -> Option<Map<String, Value>> {
        // An attempt within an attempt might double the time with every level.
        if self.attempting {
            return None;
        }
        let (at, noted, depth, misplaced) = (self.at, self.repairs.len(), self.awaited.len(), self.misplaced);
        self.attempting = true;
        let members = self.members(Some('}'));
        self.attempting = false;
        let closed = self.text[..self.at].ends_with(['}', '｝']);
        self.space();
        if let Ok(members) = members
            && closed
            && matches!(self.token(), Some((',' | ']' | '{', _)))
        {
            self.note(Repair::MissingOpening);
            return Some(members);
        }
        self.at = at;
        self.repairs.truncate(noted);
        self.awaited.truncate(depth);
        self.misplaced = misplaced;
        None
    }

    fn string(&mut self) -> Result<String, Unreadable> {
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
                    self.at += 1;
                    if let Some(next) = next.filter(|next| !next.is_control()) {
                        escaped.push(next);
                        self.at += next.len_utf8();
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
            self.at += character.len_utf8();
        }
        escaped.push('"');
        let text: String = serde_json::from_str(&escaped).map_err(|error| Unreadable {
            offset: start,
            reason: format!("a string can't be read: {error}"),
        })?;
        Ok(if entity { decode_entities(&text) } else { text })
    }

    /// Reads a number, `true`, `false`, `null` or what should have been a string.
    fn scalar(&mut self) -> Result<Value, Unreadable> {
        let word = self.word_end();
        let text = &self.text[self.at..word];
        if let Ok(number) = serde_json::from_str::<Number>(text) {
            self.at = word;
            return Ok(Value::Number(number));
        }
        let value = match text {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => return self.word().map(Value::String),
        };
        self.at = word;
        Ok(value)
    }

    /// Reads a text without quotes.
    fn word(&mut self) -> Result<String, Unreadable> {
        let end = self.word_end();
        let word = &self.text[self.at..end];
        if !word.starts_with(|first: char| first.is_alphanumeric() || first == '_') {
            let found: String = self.text[self.at..].chars().take(1).collect();
            return Err(self.error(format!("unexpected `{found}`")));
        }
        self.note(Repair::BareWord);
        self.at = end;
        Ok(word.to_owned())
    }

    fn word_end(&self) -> usize {
        let rest = &self.text[self.at..];
        let ends = |character: char| {
            character.is_whitespace() || ascii(character).is_some() || "()（）/&".contains(character)
        };
        self.at + rest.find(ends).unwrap_or(rest.len())
    }

    /// The next character, with its ASCII form where it is one of JSON's own, and its length.
    fn token(&self) -> Option<(char, usize)> {
        let rest = &self.text[self.at..];
        let character = rest.chars().next()?;
        if rest.starts_with("&quot;") {
            return Some(('"', "&quot;".len()));
        }
        Some((ascii(character).unwrap_or(character), character.len_utf8()))
    }

    /// Takes what [`token`](Self::token) sees.
    fn take(&mut self) {
        let Some((seen, length)) = self.token() else { return };
        if self.text[self.at..].starts_with("&quot;") {
            self.note(Repair::HtmlEntity);
        } else if length != seen.len_utf8() {
            self.note(Repair::FullWidth);
        }
        self.at += length;
    }

    /// Takes an ellipsis and what is written after it in the same line: what was left out.
    fn ellipsis(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let dots = rest.len() - rest.trim_start_matches(['.', '…', '。']).len();
        if dots < 2 {
            return false;
        }
        let after = &rest[dots..];
        let remark = after.find(|c: char| c == '\n' || ascii(c).is_some()).unwrap_or(after.len());
        self.at += dots + remark;
        true
    }

    /// Takes white space and remarks.
    fn space(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            let blank =
                rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
            self.at = self.text.len() - blank.len();
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
            self.at += remark;
        }
    }

    fn note(&mut self, repair: Repair) {
        note(&mut self.repairs, repair);
    }

    fn error(&self, reason: String) -> Unreadable {
        Unreadable { offset: self.at, reason }
    }
}

fn note(repairs: &mut Vec<Repair>, repair: Repair) {
    if !repairs.contains(&repair) {
        repairs.push(repair);
    }
}

/// The character of JSON that a character stands for.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a text, and what was repaired in it.
    fn values(text: &str) -> (Vec<String>, Vec<Repair>) {
        let found = read(text).unwrap_or_else(|error| panic!("{text}: {} at {}", error.reason, error.offset));
        let mut repairs = Vec::new();
        for repair in found.iter().flat_map(|found| &found.repairs) {
            note(&mut repairs, *repair);
        }
        (found.iter().map(|found| found.value.to_string()).collect(), repairs)
    }

    #[test]
    fn good_json_is_left_alone() {
        for text in [
            r#"{"b":1,"a":[true,null,-1.5e3]}"#,
            r#"{"a":"x // y /* z */ ，“ &amp; … (1)"}"#,
            "[]",
            r#"{"a":"\u4f60\\n\"quoted\""}"#,
        ] {
            let (values, repairs) = values(text);
            assert_eq!(values.len(), 1);
            assert_eq!(repairs, [], "{text}");
            assert!(looks_like_json(text), "{text}");
        }
        assert_eq!(values(r#"{"b":1,"a":2}"#).0, [r#"{"b":1,"a":2}"#], "names keep their order");
    }

    #[test]
    fn each_repair() {
        for (text, value, repair) in [
            ("{&quot;a&quot;: &quot;1 &lt; 2 \"&amp;\"&quot;}", r#"{"a":"1 < 2 \"&\""}"#, Repair::HtmlEntity),
            ("{\"a\": 1, // one\n\"b\": \"//\"}", r#"{"a":1,"b":"//"}"#, Repair::Comment),
            ("{\"a\": 1 /* one\n */}", r#"{"a":1}"#, Repair::Comment),
            ("{\"a\": 1 （one）}", r#"{"a":1}"#, Repair::Comment),
            ("{\"a\": 1, //\"b\": 2,\n\"c\": 3}", r#"{"a":1,"c":3}"#, Repair::Comment),
            ("｛\"a\"：1，“b”:[2]｝", r#"{"a":1,"b":[2]}"#, Repair::FullWidth),
            ("{\"a\": [1, 2,],}", r#"{"a":[1,2]}"#, Repair::TrailingComma),
            ("{\"a\": 1,, \"b\": 2}", r#"{"a":1,"b":2}"#, Repair::ExtraComma),
            ("{\"a\": 1\n\"b\": [{} {}]}", r#"{"a":1,"b":[{},{}]}"#, Repair::MissingComma),
            ("{\"a\": {...}, \"b\": [1, ……], ...}", r#"{"a":{},"b":[1]}"#, Repair::Ellipsis),
            ("{\"a\": 1,\n....and more....\n}", r#"{"a":1}"#, Repair::Ellipsis),
            ("{\"a\": ..., \"b\": 2}", r#"{"b":2}"#, Repair::Ellipsis),
            ("{\"a\": \"x\ny\tz\"}", r#"{"a":"x\ny\tz"}"#, Repair::ControlCharacter),
            (r#"{"a": "x\_y"}"#, r#"{"a":"x\\_y"}"#, Repair::UnknownEscape),
            ("\"a\": 1, \"b\": [2]", r#"{"a":1,"b":[2]}"#, Repair::NoOuterBraces),
            ("[{\"a\": 1}, \"a\": 2}]", r#"[{"a":1},{"a":2}]"#, Repair::MissingOpening),
            ("{\"a\": [{\"b\": 1}", r#"{"a":[{"b":1}]}"#, Repair::MissingClosing),
            ("{\"a\": [1}", r#"{"a":[1]}"#, Repair::MissingClosing),
            ("{\"a\": [{\"b\": 1}, \"c\": 2}", r#"{"a":[{"b":1}],"c":2}"#, Repair::MissingClosing),
            ("{\"a\": 1}}]", r#"{"a":1}"#, Repair::ExtraClosing),
            ("{\"a\" {\"b\" \"c\"}}", r#"{"a":{"b":"c"}}"#, Repair::MissingColon),
            ("{a: ID, \"b\": 12xx}", r#"{"a":"ID","b":"12xx"}"#, Repair::BareWord),
        ] {
            let expected = (vec![value.to_owned()], vec![repair]);
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn several_values() {
        let (values, repairs) = values("{\"a\": 1}\n{\"a\": 2},\n[3]");
        assert_eq!(values, [r#"{"a":1}"#, r#"{"a":2}"#, "[3]"]);
        assert_eq!(repairs, [Repair::SeveralValues]);
    }

    #[test]
    fn several_repairs_are_told_once_each_in_their_order() {
        let (values, repairs) = values("{\"a\"：1,\n// two\n\"b\"：[2,],\n}");
        assert_eq!(values, [r#"{"a":1,"b":[2]}"#]);
        assert_eq!(repairs, [Repair::FullWidth, Repair::Comment, Repair::TrailingComma]);
    }

    #[test]
    fn a_bracket_that_comes_too_late_is_passed_over() {
        let (values, repairs) = values("{\"a\": [{\"b\": [{\"c\": 1}, \"d\": [2] ] }, {\"b\": 3}]}");
        assert_eq!(values, [r#"{"a":[{"b":[{"c":1}],"d":[2]},{"b":3}]}"#]);
        assert_eq!(repairs, [Repair::MissingClosing, Repair::ExtraClosing]);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        for (text, offset, reason) in [
            ("{\"a\"}", 4, "`a` has no value"),
            ("{\"a\": }", 6, "`a` has no value"),
            ("{\"a\", \"b\"}", 4, "`a` has no value"),
            ("{\"a\": \"b}", 6, "a string is not closed"),
            ("{\"a\": 1} and more", 9, "`a` after the end of the value"),
            ("{\"a\": 1}} {", 10, "`{` after too many closing brackets"),
            ("{\"a\": 1]", 7, "`]` closes nothing, `}` is missing"),
            ("{\"a\": <b>}", 6, "unexpected `<`"),
            ("}", 0, "`}` is not how a value starts"),
            ("", 0, "there is no value"),
        ] {
            let error = read(text).expect_err(text);
            assert_eq!((error.offset, error.reason.as_str()), (offset, reason), "{text}");
        }
        assert!(read(&"[".repeat(100_000)).is_err(), "deep nesting ends in an error");
    }

    #[test]
    fn only_json_looks_like_json() {
        for text in [" ｛", "// note\n{", "\"a\": 1", "[", "&quot;a&quot;: 1"] {
            assert!(looks_like_json(text), "{text}");
        }
        for text in ["", "<xml>", "HTTP/1.1 200 OK", "\"a\" is a text", "a: 1", "// note\nint main() {}"] {
            assert!(!looks_like_json(text), "{text}");
        }
    }
}
