//! Removes secrets from a server's text, in case it repeats what it was sent.

use std::fmt;

use ::http::{Request, Uri};
use bytes::Bytes;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use wecom_models::Secret;
use wecom_models::wire::mend;

use crate::transport::RequestBody;

/// The replacement for a secret.
const GONE: &str = "…";

/// Removes secrets from a text: as they are, and as encoded in URLs, forms and JSON.
pub(crate) fn redact<'a>(text: &mut String, secrets: impl IntoIterator<Item = &'a Secret>) {
    let mut places = places(text, secrets);
    places.sort_unstable();
    let mut without = String::new();
    let mut copied = 0;
    for (start, end) in places {
        if start >= copied {
            without.push_str(&text[copied..start]);
            without.push_str(GONE);
        }
        copied = copied.max(end);
    }
    if copied > 0 {
        without.push_str(&text[copied..]);
        *text = without;
    }
}

/// Returns whether a text contains a secret.
pub(crate) fn holds<'a>(text: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> bool {
    !places(text, secrets).is_empty()
}

/// Returns the byte ranges of secrets in a text.
fn places<'a>(text: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> Vec<(usize, usize)> {
    let plain = Meaning::of(text);
    let (url, json) = (plain.decoded(percent), plain.decoded(backslash));
    let nested = [url.decoded(backslash), json.decoded(percent), json.decoded(backslash)];
    let meanings = [&plain, &url, &json].into_iter().chain(&nested);
    secrets
        .into_iter()
        .filter(|secret| !secret.is_empty())
        .flat_map(|secret| meanings.clone().flat_map(|meaning| meaning.places(secret.expose().as_bytes())))
        .collect()
}

/// The length of an escape at the beginning of a text, and its meaning.
type Escape = (usize, Vec<u8>);

/// A text with its escapes resolved.
struct Meaning {
    bytes: Vec<u8>,
    /// The position in the text that each byte came from, and the end of the text.
    origins: Vec<usize>,
}

impl Meaning {
    fn of(text: &str) -> Self {
        Self { bytes: text.into(), origins: (0..=text.len()).collect() }
    }

    /// Resolves escapes.
    fn decoded(&self, escape: fn(&[u8]) -> Option<Escape>) -> Self {
        let (mut bytes, mut origins) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < self.bytes.len() {
            let (length, meant) = escape(&self.bytes[at..]).unwrap_or_else(|| (1, vec![self.bytes[at]]));
            origins.extend(meant.iter().map(|_| self.origins[at]));
            bytes.extend(meant);
            at += length;
        }
        origins.extend(self.origins.last());
        Self { bytes, origins }
    }

    /// Returns the positions of a secret in the original text.
    fn places(&self, secret: &[u8]) -> Vec<(usize, usize)> {
        let windows = self.bytes.windows(secret.len()).enumerate();
        let found = windows.filter(|(_, window)| *window == secret).map(|(at, _)| at);
        found.map(|at| (self.origins[at], self.origins[at + secret.len()])).collect()
    }
}

/// Decodes an escape in a URL or a form.
fn percent(text: &[u8]) -> Option<Escape> {
    match text {
        [b'+', ..] => Some((1, vec![b' '])),
        [b'%', high, low, ..] => Some((3, vec![u8::try_from(hex(&[*high, *low])?).ok()?])),
        _ => None,
    }
}

/// Decodes an escape in JSON, or in output for people.
fn backslash(text: &[u8]) -> Option<Escape> {
    let [b'\\', kind, rest @ ..] = text else { return None };
    let (length, meant) = match kind {
        b'u' => unicode(rest)?,
        b'x' => (2, char::from_u32(hex(rest.get(..2)?)?)?),
        b'n' => (0, '\n'),
        b'r' => (0, '\r'),
        b't' => (0, '\t'),
        b'b' => (0, '\u{8}'),
        b'f' => (0, '\u{c}'),
        b'"' | b'\'' | b'/' | b'\\' => (0, char::from(*kind)),
        _ => return None,
    };
    Some((2 + length, meant.to_string().into_bytes()))
}

/// Decodes the text after `\u`: a character, or one in two halves.
fn unicode(text: &[u8]) -> Option<(usize, char)> {
    let first = hex(text.get(..4)?)?;
    if let Some(character) = char::from_u32(first) {
        return Some((4, character));
    }
    let second = hex(text.get(4..)?.strip_prefix(b"\\u")?.get(..4)?)?;
    let halves = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    Some((10, char::decode_utf16(halves).next()?.ok()?))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}

/// The contents of a request, for code that has to know what must not be shown.
pub(crate) struct Sent {
    address: Uri,
    body: Bytes,
}

impl Sent {
    pub(crate) fn of(request: &Request<RequestBody>) -> Self {
        let body = match request.body() {
            RequestBody::Bytes(bytes) => bytes.clone(),
            RequestBody::Stream { .. } => Bytes::new(),
        };
        Self { address: request.uri().clone(), body }
    }

    /// Returns the values under the names of secrets, in the address and in a JSON body.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        let query = form_urlencoded::parse(self.address.query().unwrap_or_default().as_bytes());
        let query = query.filter(|(name, _)| names_a_secret(name)).map(|(_, value)| Secret::new(value));
        query.chain(named_secrets(&self.body))
    }
}

/// Returns the values under the names of secrets in JSON, or in text that is nearly JSON: for values whose type
/// doesn't mark them as secrets.
pub(crate) fn named_secrets(json: &[u8]) -> Vec<Secret> {
    let mut found = Vec::new();
    let text = String::from_utf8_lossy(json);
    let text = mend(&text);
    // As far as it can be read.
    let _ = Search { is_secret: false, found: &mut found }
        .deserialize(&mut serde_json::Deserializer::from_str(&text));
    found
}

/// With fewer digits, it may be any number.
const DIGITS_OF_A_SECRET: usize = 4;

/// Searches for secrets below a name.
struct Search<'f> {
    is_secret: bool,
    found: &'f mut Vec<Secret>,
}

impl Search<'_> {
    fn number(self, number: &impl ToString) {
        let text = number.to_string();
        if self.is_secret && text.len() >= DIGITS_OF_A_SECRET {
            self.found.push(text.into());
        }
    }
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.number(&number);
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.number(&number);
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.number(&number);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.is_secret {
            self.found.push(text.into());
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { is_secret, found } = self;
        while items.next_element_seed(Search { is_secret, found: &mut *found })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while let Some(name) = fields.next_key::<String>()? {
            fields.next_value_seed(Search { is_secret: names_a_secret(&name), found: &mut *self.found })?;
        }
        Ok(())
    }
}

/// Returns whether a value with this name is a secret, if no type says so. Includes every name that the
/// specification's check treats as a secret, and more, since a mistake costs no more than an `…` here.
pub(crate) fn names_a_secret(name: &str) -> bool {
    const ENDS: [&str; 23] = [
        "secret",
        "token",
        "ticket",
        "password",
        "passwd",
        "pwd",
        "authcode",
        "logincode",
        "msgcode",
        "permanentcode",
        "precode",
        "responsecode",
        "welcomecode",
        "aeskey",
        "apikey",
        "encryptkey",
        "privatekey",
        "secretkey",
        "sessionkey",
        "signkey",
        "webhookkey",
        "accesskey",
        "passcode",
    ];
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    name == "key" || name == "code" || ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(text: &str, secrets: &[&str]) -> String {
        let secrets: Vec<_> = secrets.iter().map(|secret| Secret::from(*secret)).collect();
        let mut text = text.to_owned();
        redact(&mut text, &secrets);
        text
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let secret = "S\\&c r/e=\"t\\+ü%😀\n";
        let json = serde_json::to_string(secret).unwrap();
        let json = json.trim_start_matches('"').strip_suffix('"').unwrap();
        let twice = serde_json::to_string(json).unwrap();
        let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let every: Vec<_> = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let unicode: Vec<_> = secret.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
        for text in [
            secret,
            json,
            twice.trim_matches('"'),
            &form,
            &form.replace('+', "%20"),
            &form.to_lowercase().replacen('s', "S", 1),
            &every.concat(),
            &unicode.concat(),
            &json.replace('/', "\\/"),
            &format!("{secret:?}")[1..format!("{secret:?}").len() - 1],
        ] {
            assert_eq!(redacted(&format!("é{text}ü"), &[secret]), "é…ü", "{text}");
            assert_eq!(redacted(&format!("{text}{text} {text}"), &[secret]), "…… …", "{text}");
        }
        assert_eq!(redacted(r"a\\n \\\\n", &[r"\n"]), "a… …");
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in
            ["", "%", "%2", "%zz", "\\", "\\u12", "\\ud83d", "\\ud83dx", "se", "S E C", "%73e", "é%c3"]
        {
            assert_eq!(redacted(text, &["secret", "", "é!"]), text);
        }
        assert_eq!(redacted("a secret-key and a secret", &["secret", "secret-key"]), "a … and a …");
        assert_eq!(redacted("1 é 22", &["2", "1"]), "… é ……");
        assert_eq!(redacted("aaaa b", &["aa"]), "… b");
    }

    #[test]
    fn parameters_that_are_secrets_are_known_by_their_names() {
        for name in
            ["corpsecret", "access_token", "suite_ticket", "Password", "key", "code", "permanent_code"]
        {
            assert!(names_a_secret(name), "{name}");
        }
        for name in ["errcode", "userid", "keyword", "next_key", "qrcode", "postcode"] {
            assert!(!names_a_secret(name), "{name}");
        }
    }

    #[test]
    fn what_stands_under_the_name_of_a_secret_is_found_wherever_it_is() {
        let found = |json: &str| {
            named_secrets(json.as_bytes()).iter().map(|secret| secret.expose().to_owned()).collect::<Vec<_>>()
        };
        let json =
            r#"{"a":[{"corpsecret":"s1","name":"n"}],"password":123456,"ApiKey":["k1",["k2"]],"token":null}"#;
        assert_eq!(found(json), ["s1", "123456", "k1", "k2"]);
        assert_eq!(found("\u{feff}{\"ticket\":\"a\nb\",\"userid\":\"u\"}"), ["a\nb"], "nearly JSON");
        assert_eq!(found(r#"{"secret":"s1","token":"t1","cut":"#), ["s1", "t1"]);
        for json in [r#"{"code":0,"key":true,"token":{"name":"n"}}"#, r#""secret""#, "secret=s1", ""] {
            assert_eq!(found(json), [""; 0], "{json}");
        }
    }
}
