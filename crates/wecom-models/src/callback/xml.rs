//! XML as a tree that serde reads: small documents whose elements may have any order, and repeat.
//!
//! A stream would have to know in advance which elements are lists. So the document is parsed first, which sorts the
//! children of an element by name: serde then reads an object whose repeated fields are lists.

use std::borrow::Cow;
use std::num::NonZeroUsize;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::wire::Reading;

/// The maximum number of different names among the children of one element: ten times as many as any documented element has.
/// Finding a name takes as many steps.
const NAMES: usize = 512;

/// A parsed document.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    /// The root comes first, so the index of a child or a sibling is never 0.
    elements: Vec<Element<'a>>,
}

#[derive(Debug)]
struct Element<'a> {
    name: &'a str,
    /// Its text, if it has any, and no children.
    text: Option<Cow<'a, str>>,
    /// The first of its children.
    child: Option<NonZeroUsize>,
    /// The first sibling with the next name.
    next: Option<NonZeroUsize>,
    /// The next sibling with the same name.
    same: Option<NonZeroUsize>,
    /// The last sibling with the same name; only valid in the first.
    last: usize,
}

/// An element that hasn't ended.
struct Open {
    element: usize,
    /// The length of the text up to which blanks are kept: after that, it is plain text.
    kept: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Error> {
        let mut tree = Self { elements: Vec::new() };
        let mut open: Vec<Open> = Vec::new();
        let mut reader = Reader::from_str(text);
        loop {
            let at = usize::try_from(reader.buffer_position()).map_err(Error::custom)?;
            // Where elements don't nest, the reader's error quotes what may be text.
            let event = reader.read_event().map_err(|error| match error {
                quick_xml::Error::IllFormed(_) => Error::custom("its elements are not nested properly"),
                error => Error::custom(error),
            })?;
            let is_empty = matches!(event, Event::Empty(_));
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    // The tag's own name borrows from the tag; this is the same text, borrowed from the document.
                    let name = text.get(at + 1..).and_then(|rest| rest.get(..tag.name().0.len()));
                    let element = tree.add(open.last(), name.unwrap_or_default())?;
                    if !is_empty {
                        if open.len() == Reading::DEPTH {
                            return Err(Error::custom(format_args!(
                                "nested more than {} levels deep",
                                Reading::DEPTH
                            )));
                        }
                        open.push(Open { element, kept: 0 });
                    }
                }
                Event::End(_) => {
                    if let Some(Open { element, kept }) = open.pop() {
                        tree.elements[element].end(kept);
                    }
                }
                Event::Text(plain) => tree.plain(&open, plain.into_inner())?,
                Event::CData(data) => tree.kept(&mut open, data.into_inner())?,
                Event::GeneralRef(reference) => {
                    let text = match reference.resolve_char_ref().map_err(Error::custom)? {
                        Some(character) => Cow::Owned(character.to_string()),
                        None => resolve_predefined_entity(&reference)
                            .map(Cow::Borrowed)
                            .ok_or_else(|| Error::custom("an entity that XML doesn't define"))?,
                    };
                    tree.kept(&mut open, text)?;
                }
                Event::DocType(_) => return Err(Error::custom("a document type, which no callback has")),
                Event::Eof if !open.is_empty() => return Err(Error::custom("it ends early")),
                Event::Eof if tree.elements.is_empty() => return Err(Error::custom("it has no element")),
                Event::Eof => return Ok(tree),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    /// Adds an element to the open one, or the root.
    fn add(&mut self, open: Option<&Open>, name: &'a str) -> Result<usize, Error> {
        let index = self.elements.len();
        let element = Element { name, text: None, child: None, next: None, same: None, last: index };
        match (open, NonZeroUsize::new(index)) {
            (Some(parent), Some(added)) => self.link(parent.element, added, name)?,
            (None, None) => {}
            _ => return Err(Error::custom("a second root")),
        }
        self.elements.push(element);
        Ok(index)
    }

    /// Appends a child after the last one of its name, or after all.
    fn link(&mut self, parent: usize, added: NonZeroUsize, name: &str) -> Result<(), Error> {
        let mut first = &mut self.elements[parent].child;
        for _ in 0..NAMES {
            let Some(sibling) = *first else {
                *first = Some(added);
                return Ok(());
            };
            let sibling = sibling.get();
            if self.elements[sibling].name == name {
                let last = std::mem::replace(&mut self.elements[sibling].last, added.get());
                self.elements[last].same = Some(added);
                return Ok(());
            }
            first = &mut self.elements[sibling].next;
        }
        Err(Error::custom(format_args!("an element has children of more than {NAMES} names")))
    }

    /// Adds plain text to the open element, without leading blanks.
    fn plain(&mut self, open: &[Open], text: Cow<'a, str>) -> Result<(), Error> {
        let Some(Open { element, .. }) = open.last() else {
            return if text.trim_matches(BLANKS).is_empty() { Ok(()) } else { Err(outside()) };
        };
        let element = &mut self.elements[*element];
        let text = if element.text.is_some() { text } else { trimmed(text) };
        if !text.is_empty() {
            element.append(text);
        }
        Ok(())
    }

    /// Adds text that is kept unchanged to the open element.
    fn kept(&mut self, open: &mut [Open], text: Cow<'a, str>) -> Result<(), Error> {
        let Open { element, kept } = open.last_mut().ok_or_else(outside)?;
        *kept = self.elements[*element].append(text);
        Ok(())
    }
}

/// The characters that are blank in XML.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

fn outside() -> Error {
    Error::custom("text outside of its element")
}

/// Removes leading blanks from a text.
fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_start_matches(BLANKS)),
        Cow::Owned(text) => Cow::Owned(text.trim_start_matches(BLANKS).to_owned()),
    }
}

impl<'a> Element<'a> {
    /// Appends text, and returns the length.
    fn append(&mut self, text: Cow<'a, str>) -> usize {
        match &mut self.text {
            Some(before) if !before.is_empty() => before.to_mut().push_str(&text),
            place => *place = Some(text),
        }
        self.text.as_ref().map_or(0, |text| text.len())
    }

    /// Ends the element: plain text loses its trailing blanks, and an element with children has no text.
    fn end(&mut self, kept: usize) {
        if self.child.is_some() {
            self.text = None;
        }
        if let Some(text) = &mut self.text {
            let length = kept + text[kept..].trim_end_matches(BLANKS).len();
            match text {
                Cow::Borrowed(text) => *text = &text[..length],
                Cow::Owned(text) => text.truncate(length),
            }
        }
    }
}

impl<'a> Tree<'a> {
    /// Returns whether it has no content.
    pub(super) fn is_empty(&self) -> bool {
        let root = &self.elements[0];
        root.text.is_none() && root.child.is_none()
    }

    /// Returns the document for reading.
    pub(super) fn root(&self) -> Content<'_, 'a> {
        Content { tree: self, element: &self.elements[0] }
    }
}

/// An element for reading, without its siblings.
#[derive(Clone, Copy)]
pub(super) struct Content<'t, 'de> {
    tree: &'t Tree<'de>,
    element: &'t Element<'de>,
}

impl Content<'_, '_> {
    fn at(self, element: Option<NonZeroUsize>) -> Option<Self> {
        element.map(|index| Self { element: &self.tree.elements[index.get()], ..self })
    }
}

impl<'de> Deserializer<'de> for Content<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.element.text {
            Some(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Some(Cow::Owned(text)) => visitor.visit_str(text),
            None if self.element.child.is_some() => {
                visitor.visit_map(Children { next: self.at(self.element.child), current: None })
            }
            None => visitor.visit_unit(),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

/// The children of an element, grouped by name.
struct Children<'t, 'de> {
    next: Option<Content<'t, 'de>>,
    current: Option<Content<'t, 'de>>,
}

impl<'de> MapAccess<'de> for Children<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.current = self.next;
        let Some(first) = self.current else { return Ok(None) };
        self.next = first.at(first.element.next);
        seed.deserialize(serde::de::value::BorrowedStrDeserializer::new(first.element.name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        match self.current.take() {
            Some(first) if first.element.same.is_some() => {
                seed.deserialize(serde::de::value::SeqAccessDeserializer::new(Repeated(Some(first))))
            }
            Some(first) => seed.deserialize(first),
            None => Err(Error::custom("a value is requested before its key")),
        }
    }
}

/// Elements of one name.
struct Repeated<'t, 'de>(Option<Content<'t, 'de>>);

impl<'de> SeqAccess<'de> for Repeated<'_, 'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(element) = self.0 else { return Ok(None) };
        self.0 = element.at(element.element.same);
        seed.deserialize(element).map(Some)
    }
}
