//! The envelope around an encrypted message, in XML or JSON.

use std::fmt;

use http::HeaderValue;
use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::Event;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The deepest nesting of elements. The members of an envelope are children of its root.
const DEPTH: usize = 32;

/// The format of an envelope. A reply has the format of its callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// XML: applications, suites, contacts, payments.
    Xml,
    /// JSON without a recipient: AI bots.
    Bot,
    /// JSON with a recipient: devices in the cloud, and payments by choice.
    Json,
}

impl Format {
    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Xml => "XML callback (AI bots send JSON)",
            Self::Bot => "JSON callback of an AI bot (applications send XML)",
            Self::Json => "JSON callback (applications send XML)",
        }
    }

    /// Returns the `Content-Type` of replies.
    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Xml => "text/xml; charset=utf-8",
            Self::Bot | Self::Json => "application/json",
        })
    }
}

/// The members of an envelope.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Members {
    pub(crate) encrypt: String,
    pub(crate) to_user: Option<String>,
    pub(crate) agent_id: Option<String>,
    pub(crate) signature: Option<String>,
    pub(crate) timestamp: Option<String>,
    pub(crate) nonce: Option<String>,
}

/// Reads an envelope; the first byte shows its format.
pub(crate) fn read(body: &[u8]) -> Result<(Format, Members), &'static str> {
    let mut found = Found::default();
    let format = match body.trim_ascii_start().first() {
        Some(b'<') => {
            read_xml(body, &mut found)?;
            Format::Xml
        }
        Some(b'{') => {
            read_json(body, &mut found)?;
            if found.0[TO_USER].is_some() { Format::Json } else { Format::Bot }
        }
        Some(_) => return Err("it begins with neither `<` nor `{`"),
        None => return Err("it is empty"),
    };
    Ok((format, found.members()?))
}

/// The names of the members. In payments and JSON, they are in lower case.
const NAMES: [&str; 6] = ["Encrypt", "ToUserName", "AgentID", "MsgSignature", "TimeStamp", "Nonce"];
const TO_USER: usize = 1;

/// The members found so far, in the order of [`NAMES`].
#[derive(Default)]
struct Found([Option<String>; 6]);

impl Found {
    /// Returns the position of a member.
    fn place(name: &str) -> Option<usize> {
        NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))
    }

    /// Keeps a member. A repeated one is rejected: the signature might be of one, and the content the other.
    fn put(&mut self, place: usize, value: String) -> Result<(), &'static str> {
        match self.0[place].replace(value) {
            None => Ok(()),
            Some(_) => Err("it contains a member twice"),
        }
    }

    fn members(self) -> Result<Members, &'static str> {
        let [encrypt, to_user, agent_id, signature, timestamp, nonce] =
            self.0.map(|value| value.filter(|value| !value.is_empty()));
        let encrypt = encrypt.ok_or("it has no `Encrypt`: set the callback to encrypted mode")?;
        Ok(Members { encrypt, to_user, agent_id, signature, timestamp, nonce })
    }
}

/// Reads an envelope in XML as a stream. [`Document`](wecom_models::callback::Document) isn't for this: anybody can
/// send an envelope, and until its signature is verified, nothing but its members should be held. A tree takes a
/// hundred bytes for each `<a/>`.
fn read_xml(body: &[u8], found: &mut Found) -> Result<(), &'static str> {
    const BROKEN: &str = "it is not well-formed XML";
    let mut reader = Reader::from_reader(body);
    let (mut depth, mut roots) = (0, 0);
    // The current member and its text.
    let mut member: Option<(usize, String)> = None;
    loop {
        let text = match reader.read_event().map_err(|_| BROKEN)? {
            Event::Start(element) => {
                depth += 1;
                roots += usize::from(depth == 1);
                if depth > DEPTH {
                    return Err("its elements are nested too deeply");
                }
                if depth == 2 {
                    member = Found::place(element.name().as_ref()).map(|place| (place, String::new()));
                }
                continue;
            }
            Event::Empty(element) => {
                roots += usize::from(depth == 0);
                if let (1, Some(place)) = (depth, Found::place(element.name().as_ref())) {
                    found.put(place, String::new())?;
                }
                continue;
            }
            Event::End(_) => {
                if let (2, Some((place, text))) = (depth, member.take_if(|_| depth == 2)) {
                    found.put(place, text.trim().to_owned())?;
                }
                depth -= 1;
                continue;
            }
            Event::Text(text) => text.into_inner(),
            Event::CData(text) => text.into_inner(),
            Event::GeneralRef(reference) => {
                let reference = format!("&{};", &*reference);
                unescape(&reference).map_err(|_| "it refers to a custom entity")?.into_owned().into()
            }
            Event::DocType(_) => return Err("it has a document type, which no callback has"),
            Event::Eof if depth == 0 && roots == 1 => return Ok(()),
            Event::Eof => return Err(BROKEN),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
        };
        match &mut member {
            Some((_, member)) if depth == 2 => member.push_str(&text),
            _ => {}
        }
    }
}

fn read_json(body: &[u8], found: &mut Found) -> Result<(), &'static str> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = deserializer.deserialize_map(JsonMembers(found)).and_then(|()| deserializer.end());
    read.map_err(|_| "it is not a JSON object whose members are unique and text")
}

struct JsonMembers<'a>(&'a mut Found);

impl<'de> Visitor<'de> for JsonMembers<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let Some(place) = Found::place(&name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let Scalar(value) = map.next_value()?;
            self.0.put(place, value).map_err(de::Error::custom)?;
        }
        Ok(())
    }
}

/// The value of a member, as text. A list or an object is refused where it begins: it isn't signed, and each `0,` of a list would take
/// thirty-two bytes.
struct Scalar(String);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.trim().to_owned()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(Scalar(number.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar(String::new()))
            }
        }

        deserializer.deserialize_any(Text)
    }
}

/// Writes the envelope of a callback.
pub(crate) fn write(format: Format, encrypted: &str, to_user: &str, agent_id: &str) -> String {
    match format {
        Format::Xml => format!(
            "<xml><ToUserName>{}</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt><AgentID>{}</AgentID></xml>",
            escape(to_user),
            escape(agent_id)
        ),
        Format::Bot => serde_json::json!({ "encrypt": encrypted }).to_string(),
        Format::Json => serde_json::json!({ "tousername": to_user, "encrypt": encrypted }).to_string(),
    }
}

/// Writes the envelope of a reply. The nonce and the timestamp are letters and digits, or come from a callback's
/// query.
pub(crate) fn write_reply(
    format: Format,
    encrypted: &str,
    signature: &str,
    timestamp: u64,
    nonce: &str,
) -> String {
    match format {
        Format::Xml => format!(
            "<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature><TimeStamp>{timestamp}</TimeStamp><Nonce>{}</Nonce></xml>",
            escape(nonce)
        ),
        Format::Bot => serde_json::json!({ "encrypt": encrypted, "msgsignature": signature, "timestamp": timestamp, "nonce": nonce }).to_string(),
        Format::Json => serde_json::json!({ "encrypt": encrypted, "msgsignature": signature, "timestamp": timestamp.to_string(), "nonce": nonce }).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_or_an_object_is_refused_where_it_begins() {
        for body in [r#"{"encrypt":[0,0,0,0]}"#, r#"{"encrypt":{"a":[0]}}"#, r#"{"AgentID":[[["#] {
            let mut found = Found::default();
            let read = serde_json::Deserializer::from_str(body).deserialize_map(JsonMembers(&mut found));
            assert_eq!(read.unwrap_err().column(), 12, "{body}");
        }
    }

    #[test]
    fn members_are_texts_numbers_or_null() {
        let body = r#"{"encrypt":" a ","ToUserName":null,"agentid":1000002,"nonce":-1,"other":[{}]}"#;
        let (format, members) = read(body.as_bytes()).unwrap();
        let expected = Members {
            encrypt: "a".into(),
            agent_id: Some("1000002".into()),
            nonce: Some("-1".into()),
            ..Members::default()
        };
        assert_eq!((format, members), (Format::Json, expected));
    }
}
