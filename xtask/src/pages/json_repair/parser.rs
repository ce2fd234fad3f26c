//! The values of JSON as the documentation writes it.

use serde_json::{Map, Value};

use super::lexer::{Lexer, Unreadable};
use super::repair::{Repair, note};

/// A value found in a text.
#[derive(Debug)]
pub(crate) struct Found {
    /// The byte it starts at.
    pub offset: usize,
    /// The value.
    pub value: Value,
    /// The repairs, each once, in the order of the text.
    pub repairs: Vec<Repair>,
}

/// The maximum depth of values: far more than any example has, and far less than would overflow the stack.
const MAX_DEPTH: usize = 100;

/// The amount that may be scanned in vain, as a multiple of the text's length. No example comes near.
const MOST_LOST: usize = 8;

/// Reads values, with the repairs a reader would make without thinking.
pub(super) struct Parser<'a> {
    pub lexer: Lexer<'a>,
    /// The closing brackets that are expected, innermost last.
    awaited: Vec<char>,
    /// The number of brackets that were expected when an array was closed early: its own bracket may still follow.
    misplaced: Option<usize>,
    /// Whether this is an attempt, which may be abandoned and read again.
    attempting: bool,
    /// The number of bytes that the abandoned attempts scanned.
    lost: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { lexer: Lexer::new(text), awaited: Vec::new(), misplaced: None, attempting: false, lost: 0 }
    }

    /// Reads all values of the text; there is at least one.
    pub(super) fn all(&mut self) -> Result<Vec<Found>, Unreadable> {
        let mut found: Vec<Found> = Vec::new();
        loop {
            self.lexer.space();
            let offset = self.lexer.at;
            let value = match self.lexer.token() {
                None => break,
                Some(('{' | '[', _)) => self.value()?,
                Some((',', _)) if !found.is_empty() => {
                    self.lexer.take();
                    continue;
                }
                Some(('}' | ']', _)) if !found.is_empty() => {
                    self.only_closing()?;
                    break;
                }
                _ if found.is_empty() && self.at_member() => {
                    self.lexer.note(Repair::NoOuterBraces);
                    Value::Object(self.members(None)?)
                }
                Some((other, _)) if found.is_empty() => {
                    return Err(self.lexer.error(format!("`{other}` is not how a value starts")));
                }
                Some((other, _)) => {
                    return Err(self.lexer.error(format!("`{other}` after the end of the value")));
                }
            };
            found.push(Found { offset, value, repairs: std::mem::take(&mut self.lexer.repairs) });
        }
        // Repairs after the last value belong to it.
        match found.last_mut() {
            None => return Err(self.lexer.error("there is no value".to_owned())),
            Some(last) => {
                for repair in std::mem::take(&mut self.lexer.repairs) {
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

    /// Consumes closing brackets at the end, and fails if anything else follows.
    fn only_closing(&mut self) -> Result<(), Unreadable> {
        self.lexer.note(Repair::ExtraClosing);
        loop {
            self.lexer.space();
            match self.lexer.token() {
                None => return Ok(()),
                Some(('}' | ']', _)) => self.lexer.take(),
                Some((other, _)) => {
                    return Err(self.lexer.error(format!("`{other}` after too many closing brackets")));
                }
            }
        }
    }

    fn value(&mut self) -> Result<Value, Unreadable> {
        if self.awaited.len() > MAX_DEPTH {
            return Err(self.lexer.error("nested too deeply".to_owned()));
        }
        match self.lexer.token() {
            Some(('{', _)) => {
                self.lexer.take();
                self.members(Some('}')).map(Value::Object)
            }
            Some(('[', _)) => {
                self.lexer.take();
                self.items().map(Value::Array)
            }
            Some(('"', _)) => self.lexer.string().map(Value::String),
            _ => self.lexer.scalar(),
        }
    }

    /// Reads the members of an object up to its closing bracket, if it has an opening one.
    fn members(&mut self, close: Option<char>) -> Result<Map<String, Value>, Unreadable> {
        self.awaited.extend(close);
        let mut members = Map::new();
        while self.item_follows('}')? {
            let name = match self.lexer.token() {
                Some(('"', _)) => self.lexer.string()?,
                _ => self.lexer.word()?,
            };
            self.lexer.space();
            match self.lexer.token() {
                Some((':', _)) => self.lexer.take(),
                Some(('"' | '{' | '[', _)) => self.lexer.note(Repair::MissingColon),
                _ => return Err(self.lexer.error(format!("`{name}` has no value"))),
            }
            self.lexer.space();
            if self.lexer.ellipsis() {
                self.lexer.note(Repair::Ellipsis);
            } else if matches!(self.lexer.token(), Some((',' | '}' | ']', _)) | None) {
                return Err(self.lexer.error(format!("`{name}` has no value")));
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
        let mut end = self.lexer.at;
        while self.item_follows(']')? {
            let item = if !self.at_member() {
                self.value()?
            } else if let Some(members) = self.unopened() {
                Value::Object(members)
            } else {
                // A member of the object around the array: the array should have been closed, and may be closed later.
                self.lexer.note(Repair::MissingClosing);
                self.lexer.at = end;
                self.misplaced = Some(self.awaited.len() - 1);
                break;
            };
            items.push(item);
            end = self.lexer.at;
            self.separator();
        }
        self.awaited.pop();
        Ok(items)
    }

    /// Returns whether another item of an object or array follows; if not, its closing bracket has been consumed.
    fn item_follows(&mut self, close: char) -> Result<bool, Unreadable> {
        loop {
            self.lexer.space();
            if self.lexer.ellipsis() {
                self.lexer.note(Repair::Ellipsis);
                self.separator();
                continue;
            }
            let awaited = self.awaited.last() == Some(&close);
            match self.lexer.token() {
                None => {
                    if awaited {
                        self.lexer.note(Repair::MissingClosing);
                    }
                    return Ok(false);
                }
                Some((',', _)) => {
                    self.lexer.take();
                    self.lexer.note(Repair::ExtraComma);
                }
                Some((found, _)) if found == close && awaited => {
                    self.lexer.take();
                    return Ok(false);
                }
                Some((']', _)) if self.misplaced == Some(self.awaited.len()) => {
                    self.lexer.take();
                    self.misplaced = None;
                    self.lexer.note(Repair::ExtraClosing);
                }
                // Closes an outer one.
                Some((found @ ('}' | ']'), _)) if self.awaited.contains(&found) => {
                    self.lexer.note(Repair::MissingClosing);
                    return Ok(false);
                }
                Some(('}' | ']', _)) if !awaited => {
                    self.only_closing()?;
                    return Ok(false);
                }
                Some((found @ ('}' | ']'), _)) => {
                    return Err(self.lexer.error(format!("`{found}` closes nothing, `{close}` is missing")));
                }
                Some(_) => return Ok(true),
            }
        }
    }

    /// Consumes the comma after an item.
    fn separator(&mut self) {
        self.lexer.space();
        if self.lexer.ellipsis() {
            self.lexer.note(Repair::Ellipsis);
            self.lexer.space();
        }
        match self.lexer.token() {
            Some((',', _)) => {
                self.lexer.take();
                self.lexer.space();
                if matches!(self.lexer.token(), Some(('}' | ']', _)) | None) {
                    self.lexer.note(Repair::TrailingComma);
                }
            }
            Some(('}' | ']', _)) | None => {}
            Some(_) => self.lexer.note(Repair::MissingComma),
        }
    }

    /// Returns whether a name and a colon follow.
    pub(super) fn at_member(&mut self) -> bool {
        let (at, noted) = (self.lexer.at, self.lexer.repairs.len());
        let member = matches!(self.lexer.token(), Some(('"', _))) && self.lexer.string().is_ok() && {
            self.lexer.space();
            matches!(self.lexer.token(), Some((':', _)))
        };
        self.lexer.at = at;
        self.lexer.repairs.truncate(noted);
        member
    }

    /// Reads an object whose `{` is missing, if one follows: it ends inside the array.
    fn unopened(&mut self) -> Option<Map<String, Value>> {
        // Nested attempts might double the time with every level, and each may read up to the end.
        if self.attempting || self.lost > MOST_LOST * self.lexer.text.len() {
            return None;
        }
        let before = self.lexer.work;
        let (at, noted, depth, misplaced) =
            (self.lexer.at, self.lexer.repairs.len(), self.awaited.len(), self.misplaced);
        self.attempting = true;
        let members = self.members(Some('}'));
        self.attempting = false;
        let closed = self.lexer.text[..self.lexer.at].ends_with(['}', '｝']);
        self.lexer.space();
        if let Ok(members) = members
            && closed
            && matches!(self.lexer.token(), Some((',' | ']' | '{', _)))
        {
            self.lexer.note(Repair::MissingOpening);
            return Some(members);
        }
        self.lost += self.lexer.work - before;
        self.lexer.at = at;
        self.lexer.repairs.truncate(noted);
        self.awaited.truncate(depth);
        self.misplaced = misplaced;
        None
    }
}
