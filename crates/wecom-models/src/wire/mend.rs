//! Repairs text that is nearly JSON.

use std::borrow::Cow;

/// Turns text that is nearly JSON into JSON: removes a byte order mark, escapes control characters in strings, replaces
/// halves of surrogate pairs by U+FFFD, and keeps a backslash that escapes nothing as a character.
///
/// WeCom passes on what people type and what their phones truncate; one such message must not make a whole response
/// unreadable. Text that needs no repair is borrowed.
pub fn mend(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let bytes = text.as_bytes();
    let mut mended = String::new();
    // The text before this is already in `mended`.
    let mut done = 0;
    let mut in_string = false;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (length, instead) = match byte {
            b'"' => {
                in_string = !in_string;
                (1, None)
            }
            b'\\' if in_string => escape(&bytes[at..]),
            0..=0x1f if in_string => (1, Some(Cow::Owned(format!("\\u{byte:04x}")))),
            _ => (1, None),
        };
        if let Some(instead) = instead {
            mended.push_str(&text[done..at]);
            mended.push_str(&instead);
            done = at + length;
        }
        at += length;
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    mended.push_str(&text[done..]);
    Cow::Owned(mended)
}

/// Returns the length of the escape at the beginning of a text, and its replacement if it is invalid.
fn escape(text: &[u8]) -> (usize, Option<Cow<'static, str>>) {
    match text.get(1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => (2, None),
        Some(b'u') => match (unit(text), text.get(6..).and_then(unit)) {
            (None, _) => (1, Some("\\\\".into())),
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (12, None),
            (Some(0xd800..=0xdfff), _) => (6, Some("\\ufffd".into())),
            (Some(_), _) => (6, None),
        },
        _ => (1, Some("\\\\".into())),
    }
}

/// Returns the UTF-16 code unit of the escape at the beginning of a text, if there is one.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    let digits =
        str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_json_is_left_alone() {
        for text in [
            "",
            "{}",
            "{\n\t\"a\": \"b\\u000a\\\"\\\\\\/\"}",
            r#"["\ud83d\ude00", "中文", "\u4e2d"]"#,
            "\"\\u12",
            "not JSON at all",
        ] {
            let mended = mend(text);
            assert!(matches!(mended, Cow::Borrowed(_)) || text == "\"\\u12", "{text}");
        }
    }

    #[test]
    fn what_is_nearly_json_is_json_afterwards() {
        for (text, expected) in [
            ("\u{feff}{}", serde_json::json!({})),
            ("[\"a\nb\tc\u{1b}\0\"]", serde_json::json!(["a\nb\tc\u{1b}\0"])),
            ("\"\\\n\"", serde_json::json!("\\\n")),
            (r#""a\ud83d""#, serde_json::json!("a\u{fffd}")),
            (r#""\ude00\ud83d""#, serde_json::json!("\u{fffd}\u{fffd}")),
            (r#""\ud83d\ud83d\ude00""#, serde_json::json!("\u{fffd}\u{1f600}")),
            (r#""\ud83d\u0041""#, serde_json::json!("\u{fffd}A")),
            (r#""C:\Windows\x \u12 \' \\""#, serde_json::json!(r"C:\Windows\x \u12 \' \")),
        ] {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&mend(text)).unwrap(), expected, "{text}");
        }
    }
}
