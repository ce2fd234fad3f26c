//! Takes secrets out of what a server says, should it repeat what it was sent.

use wecom_models::Secret;

/// What stands in place of a secret.
const GONE: &str = "…";

/// Takes secrets out of a text: as they are, and as URLs, forms and JSON write them.
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

/// Whether a text holds a secret.
pub(crate) fn holds<'a>(text: &str, secrets: impl IntoIterator<Item = &'a Secret>) -> bool {
    !places(text, secrets).is_empty()
}

/// Where secrets stand in a text, by bytes.
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

/// How long an escape at the beginning of a text is, and what it means.
type Escape = (usize, Vec<u8>);

/// What a text means once its escapes are resolved.
struct Meaning {
    bytes: Vec<u8>,
    /// Where in the text each byte came from, and where the text ends.
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

    /// Where something stands, in the text that it was decoded from.
    fn places(&self, secret: &[u8]) -> Vec<(usize, usize)> {
        let windows = self.bytes.windows(secret.len()).enumerate();
        let found = windows.filter(|(_, window)| *window == secret).map(|(at, _)| at);
        found.map(|at| (self.origins[at], self.origins[at + secret.len()])).collect()
    }
}

/// An escape in a URL or a form.
fn percent(text: &[u8]) -> Option<Escape> {
    match text {
        [b'+', ..] => Some((1, vec![b' '])),
        [b'%', high, low, ..] => Some((3, vec![u8::try_from(hex(&[*high, *low])?).ok()?])),
        _ => None,
    }
}

/// An escape in JSON, or in what programs print for people.
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

/// What stands after `\u`: a character, or one in two halves.
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

/// Whether a parameter of this name is a secret: for those whose type doesn't say so.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ends = [
        "secret",
        "token",
        "ticket",
        "password",
        "permanent_code",
        "auth_code",
        "welcome_code",
        "response_code",
    ];
    name == "key" || name == "code" || ends.iter().any(|end| name.ends_with(end))
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
}
