//! Mutations that make valid inputs invalid.

use fastrand::Rng;
use serde_json::Value;

/// The maximum size of an input in bytes.
const MOST: usize = 1 << 20;

/// Pieces that readers of text, JSON, YAML, XML, Markdown and HTTP may stumble over.
const PIECES: [&str; 64] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ":",
    ": ",
    ",",
    "\\",
    "\\u",
    "\\ud83d",
    "\\u0000",
    "null",
    "true",
    "-0",
    "1e999",
    "18446744073709551616",
    "-9223372036854775809",
    "0x1F",
    ".nan",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "\u{1b}",
    "会",
    "😀",
    "e\u{301}",
    "<",
    ">",
    "</xml>",
    "<xml>",
    "<![CDATA[",
    "]]>",
    "<!--",
    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
    "&a;",
    "&#x110000;",
    "&a ",
    "*a ",
    "<<: ",
    "!!str ",
    "- ",
    "? ",
    "|2\n",
    "# ",
    "---\n",
    "| ",
    "|---|\n",
    "```\n",
    "**",
    "\n\n",
    "HTTP/1.1",
    "Content-Length: 99999999999\r\n",
    "Transfer-Encoding: chunked\r\n",
    "%",
    "%zz",
    "?access_token=",
    "&",
];

/// Changes an input in a few places.
pub(crate) fn bytes(rng: &mut Rng, input: &mut Vec<u8>, others: &[Vec<u8>]) {
    for _ in 0..=rng.usize(..4) {
        let at = rng.usize(..=input.len());
        let length = 1 << rng.u32(..8);
        let end = (at + 1 + rng.usize(..length)).min(input.len());
        match rng.u32(..10) {
            0 => drop(input.drain(at..end)),
            1 => input.truncate(at),
            2 if at < input.len() => input[at] ^= 1 << rng.u32(..8),
            3 => {
                let part = input[at..end].to_vec();
                let times = 1 << rng.u32(..10);
                insert(input, at, &part.repeat(times));
            }
            4 => {
                if let Some(other) = rng.choice(others) {
                    let from = rng.usize(..=other.len());
                    let to = (from + rng.usize(..200)).min(other.len());
                    insert(input, at, &other[from..to]);
                }
            }
            5 => {
                let piece = rng.choice(PIECES).unwrap_or_default();
                let times = 1 << rng.u32(..18);
                insert(input, at, piece.repeat(times).as_bytes());
            }
            _ => insert(input, at, rng.choice(PIECES).unwrap_or_default().as_bytes()),
        }
    }
}

fn insert(input: &mut Vec<u8>, at: usize, part: &[u8]) {
    let room = MOST.saturating_sub(input.len()).min(part.len());
    input.splice(at..at, part[..room].iter().copied());
}

/// Replaces one of the values within JSON.
pub(crate) fn json(rng: &mut Rng, text: &str) -> Option<String> {
    const HERE: &str = "\u{1}here\u{1}";
    let mut value: Value = serde_json::from_str(text).ok()?;
    let mut place = &mut value;
    // Descends at random, to a random depth.
    loop {
        let inside = match place {
            Value::Object(fields) => fields.len(),
            Value::Array(items) => items.len(),
            _ => 0,
        };
        if inside == 0 || rng.u32(..5) == 0 {
            break;
        }
        let index = rng.usize(..inside);
        place = match place {
            Value::Object(fields) => fields.iter_mut().nth(index)?.1,
            Value::Array(items) => &mut items[index],
            _ => return None,
        };
    }
    let before = std::mem::replace(place, HERE.into()).to_string();
    let here = serde_json::to_string(HERE).ok()?;
    let written = value.to_string().replacen(&here, &instead(rng, &before), 1);
    Some(written)
}

/// Returns a replacement for a value.
fn instead(rng: &mut Rng, before: &str) -> String {
    let times = 1 << rng.u32(..17);
    let many = |open: &str, inner: &str, close: &str| {
        let times = times.min(MOST.saturating_sub(inner.len()) / (open.len() + close.len()));
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    match rng.u32(..16) {
        0 => "null".to_owned(),
        1 => r#""""#.to_owned(),
        2 => "[]".to_owned(),
        3 => "{}".to_owned(),
        4 => ["1e999", "-1", "0.5", "18446744073709551616", "1013699173317"][rng.usize(..5)].to_owned(),
        5 => ["true", "false"][rng.usize(..2)].to_owned(),
        6 => format!("[{before}]"),
        7 => format!(r#"{{"item":{before}}}"#),
        8 => Value::from(before).to_string(),
        9 => many("[", before, "]"),
        10 => many(r#"{"a":"#, before, "}"),
        11 => {
            let items = times.min(MOST / (before.len() + 1));
            format!("[{}{before}]", format!("{before},").repeat(items))
        }
        12 => format!("[{}{{}}]", "{},".repeat(times)),
        // JSON in text, in text, …
        13 => {
            let layers = rng.usize(..12);
            (0..layers).fold(before.to_owned(), |inner, _| Value::from(inner).to_string())
        }
        14 => Value::from("\u{0}\u{1f}会😀".repeat(times.min(MOST / 20))).to_string(),
        _ => Value::from(before.chars().rev().collect::<String>()).to_string(),
    }
}
