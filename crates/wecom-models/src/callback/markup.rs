//! XML as WeCom writes it: text is character data, and an item of a list is an element of the list's name.

use std::fmt::Write as _;

use serde::de::value::Error;
use serde::ser::{Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use crate::wire::{Output, Undocumented, unwritten};

/// A document that is being written: an [`Output`] of its members.
#[derive(Debug)]
pub struct Markup {
    text: String,
    /// Whether characters that XML can't contain are omitted.
    is_lenient: bool,
}

/// The root of a document.
const ROOT: &str = "xml";

impl Markup {
    /// Begins a document. A character that XML can't contain, such as U+0001, is an error.
    pub fn strict() -> Self {
        Self { text: format!("<{ROOT}>"), is_lenient: false }
    }

    /// Begins a document without the characters that XML can't contain: WeCom would refuse all of it.
    pub fn lenient() -> Self {
        Self { is_lenient: true, ..Self::strict() }
    }

    /// Ends the document.
    pub fn end(mut self) -> String {
        self.close(ROOT);
        self.text
    }

    /// Ends the document with the members of another one.
    pub fn end_before(mut self, other: &str) -> String {
        self.text.push_str(other.strip_prefix("<xml>").unwrap_or(other));
        self.text
    }

    fn open(&mut self, name: &str) -> Result<(), Error> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty()
            || name.starts_with(|c: char| !c.is_alphabetic() && c != '_')
            || !name.chars().all(is_name)
        {
            return Err(Error::custom("no element of XML can have this name"));
        }
        self.text.extend(["<", name, ">"]);
        Ok(())
    }

    fn close(&mut self, name: &str) {
        self.text.extend(["</", name, ">"]);
    }

    /// Writes text as character data. Readers take a carriage return for the end of a line, except as a reference.
    fn data(&mut self, text: &str) -> Result<(), Error> {
        self.text.push_str("<![CDATA[");
        for character in text.chars() {
            match character {
                '\r' => self.text.push_str("]]>&#13;<![CDATA["),
                '>' if self.text.ends_with("]]") => self.text.push_str("]]><![CDATA[>"),
                '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'.. => self.text.push(character),
                _ if self.is_lenient => {}
                _ => {
                    return Err(Error::custom(format_args!(
                        "XML can't contain {}",
                        character.escape_unicode()
                    )));
                }
            }
        }
        self.text.push_str("]]>");
        Ok(())
    }
}

impl Output for Markup {
    type Error = Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        member(self, name, value)
    }

    fn put_raw(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        member(self, name, &Undocumented(value))
    }
}

fn member<T: Serialize + ?Sized>(markup: &mut Markup, name: &str, value: &T) -> Result<(), Error> {
    value.serialize(Element { markup, name }).map_err(|error| unwritten(name, &error))
}

/// The place of a value: an element with a name.
struct Element<'a> {
    markup: &'a mut Markup,
    name: &'a str,
}

impl Element<'_> {
    fn around(self, content: impl FnOnce(&mut Markup) -> Result<(), Error>) -> Result<(), Error> {
        self.markup.open(self.name)?;
        content(self.markup)?;
        self.markup.close(self.name);
        Ok(())
    }

    fn plain(self, value: impl std::fmt::Display) -> Result<(), Error> {
        self.around(|markup| write!(markup.text, "{value}").map_err(Error::custom))
    }
}

/// Implements the methods for values that no model has.
macro_rules! refuse {
    ($($method:ident($($argument:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$ok, Error> {
            Err(Error::custom(concat!("XML has no form for it: ", stringify!($method))))
        }
    )*};
}

/// Implements the methods for values that are plain text.
macro_rules! plain {
    ($($method:ident($value:ty);)*) => {$(
        fn $method(self, value: $value) -> Result<(), Error> {
            self.plain(value)
        }
    )*};
}

impl<'a> Serializer for Element<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    plain! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_f64(f64);
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.around(|markup| markup.data(value))
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.around(|_| Ok(()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        Ok(Items(self))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Error> {
        self.markup.open(self.name)?;
        Ok(Members { around: self, key: None })
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        Err(Error::custom("XML has no form for it: a variant"))
    }

    refuse! {
        serialize_bytes(&[u8]) -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }
}

/// The items of a list, each in an element of the list's name. So an empty list is nothing.
struct Items<'a>(Element<'a>);

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(Element { markup: self.0.markup, name: self.0.name })
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

/// The members of an object, in the element that is open.
struct Members<'a> {
    around: Element<'a>,
    key: Option<Value>,
}

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(serde_json::to_value(key).map_err(Error::custom)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take();
        let name = key.as_ref().and_then(Value::as_str);
        let name = name.ok_or_else(|| Error::custom("the name of an element is text"))?;
        value.serialize(Element { markup: self.around.markup, name })
    }

    fn end(self) -> Result<(), Error> {
        self.around.markup.close(self.around.name);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::Document;
    use super::*;

    fn written(mut markup: Markup, members: &Value) -> Result<String, String> {
        for (name, value) in members.as_object().unwrap() {
            markup.put_raw(name, value).map_err(|error| error.to_string())?;
        }
        Ok(markup.end())
    }

    #[test]
    fn text_is_character_data_and_numbers_are_plain() {
        let members = json!({ "A": "a & <b>", "B": 3, "C": true, "D": null, "E": "", "F": [1, "x"], "G": { "H": { "I": -0.5 } } });
        assert_eq!(
            written(Markup::strict(), &members).unwrap(),
            "<xml><A><![CDATA[a & <b>]]></A><B>3</B><C>true</C><D></D><E><![CDATA[]]></E><F>1</F><F><![CDATA[x]]></F>\
             <G><H><I>-0.5</I></H></G></xml>"
        );
    }

    #[test]
    fn whatever_a_text_contains_is_read_again() {
        for text in [
            "]]>",
            "]]]]>>",
            "a]]",
            ">",
            "<![CDATA[x]]>",
            " blanks \n",
            "\r\n",
            "a\rb",
            "&amp;",
            "你好 😀",
            "",
        ] {
            let xml = written(Markup::strict(), &json!({ "A": text })).unwrap();
            assert_eq!(Document::parse(&xml).unwrap().to_value().unwrap(), json!({ "A": text }), "{xml}");
        }
    }

    #[test]
    fn a_character_that_xml_cannot_contain_is_an_error_with_its_place_or_left_out() {
        let members = json!({ "A": { "B": "x\u{1}y" }, "C": "\u{ffff}z" });
        assert_eq!(written(Markup::strict(), &members).unwrap_err(), "`A`: XML can't contain \\u{1}");
        let xml = written(Markup::lenient(), &members).unwrap();
        assert_eq!(xml, "<xml><A><B><![CDATA[xy]]></B></A><C><![CDATA[z]]></C></xml>");
    }

    #[test]
    fn an_undocumented_member_that_can_be_no_element_is_an_error() {
        for name in ["", "a b", "1st", "<a>", "a/"] {
            let error = written(Markup::strict(), &json!({ name: 1 })).unwrap_err();
            assert!(error.ends_with("no element of XML can have this name"), "{name}: {error}");
        }
    }
}
