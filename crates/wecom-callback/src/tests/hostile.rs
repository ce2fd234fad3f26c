//! Input that nobody should send: rejected, with its status, and without secrets in the message.

use super::{CORP, KEY, TEXT, TOKEN, receiver, sender};
use crate::{Error, Format, Receiver};

/// Returns a valid callback.
fn valid(format: Format) -> (String, String) {
    let callback = sender(CORP).callback(format, TEXT.as_bytes(), CORP, "1000002");
    (callback.query, callback.body)
}

fn refused(query: &str, body: &[u8]) -> Error {
    let error = receiver().open(query, body).expect_err("it should be refused");
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains(TOKEN) && !shown.contains(KEY), "{shown}");
    }
    error
}

#[test]
fn a_thousand_messages_made_at_random_come_back() {
    let mut random = fastrand::Rng::with_seed(16);
    for _ in 0..1000 {
        let message: Vec<u8> = (0..random.usize(0..3000)).map(|_| random.u8(..)).collect();
        let format = *random.choice(&[Format::Xml, Format::Bot, Format::Json]).unwrap();
        let callback = sender(CORP).callback(format, &message, CORP, "");
        let opened = receiver().open(&callback.query, callback.body.as_bytes()).unwrap();
        assert_eq!(opened.message, message);
        let reply = receiver().seal(&opened, &message);
        assert_eq!(sender(CORP).open_reply(&reply.body).unwrap(), message);
    }
}

#[test]
fn no_flipped_bit_is_accepted_where_it_matters() {
    let (query, body) = valid(Format::Xml);
    let encrypted = body.find("CDATA[").unwrap() + 6..body.find("]]>").unwrap();
    for bit in encrypted.start * 8..encrypted.end * 8 {
        let mut flipped = body.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        receiver().open(&query, &flipped).unwrap_err();
    }
    for bit in 0..query.len() * 8 {
        let mut flipped = query.clone().into_bytes();
        flipped[bit / 8] ^= 1 << (bit % 8);
        // In names, separators or values: no flipped bit leaves the callback valid.
        let flipped = String::from_utf8_lossy(&flipped);
        assert!(receiver().open(&flipped, body.as_bytes()).is_err(), "{flipped}");
    }
}

#[test]
fn a_flipped_bit_outside_of_the_signature_changes_nothing_that_is_trusted() {
    for format in [Format::Xml, Format::Bot, Format::Json] {
        let (query, body) = valid(format);
        for bit in 0..body.len() * 8 {
            let mut flipped = body.clone().into_bytes();
            flipped[bit / 8] ^= 1 << (bit % 8);
            if let Ok(opened) = receiver().open(&query, &flipped) {
                assert_eq!((&opened.message[..], &*opened.receiveid), (TEXT.as_bytes(), CORP));
            }
        }
    }
}

#[test]
fn a_body_that_is_cut_off_anywhere_is_refused() {
    for format in [Format::Xml, Format::Bot, Format::Json] {
        let (query, body) = valid(format);
        for end in 0..body.len() {
            assert_eq!(refused(&query, &body.as_bytes()[..end]).status(), 400);
        }
    }
}

#[test]
fn a_signature_is_40_lower_case_characters() {
    let (query, body) = valid(Format::Xml);
    let (signature, rest) = query.strip_prefix("msg_signature=").unwrap().split_once('&').unwrap();
    let last = if signature.ends_with('0') { "1" } else { "0" };
    for other in [
        signature.to_uppercase(),
        signature[..39].to_owned(),
        format!("{}{last}", &signature[..39]),
        format!("{signature}0"),
        format!("{signature}%20"),
        String::new(),
    ] {
        let other = refused(&format!("msg_signature={other}&{rest}"), body.as_bytes());
        assert_eq!(
            (other.status(), matches!(other, Error::Signature { .. })),
            (http::StatusCode::FORBIDDEN, true)
        );
    }
}

#[test]
fn a_query_that_lacks_or_repeats_a_parameter_is_named() {
    let (query, body) = valid(Format::Xml);
    for (name, without) in [
        ("msg_signature", query.replace("msg_", "")),
        ("timestamp", query.replace("timestamp", "time")),
        ("nonce", query.replace("nonce", "Nonce")),
    ] {
        let error = refused(&without, body.as_bytes());
        assert_eq!((error.clone(), error.status().as_u16()), (Error::MissingParameter(name), 400));
        assert_eq!(refused(&format!("{query}&{name}=1"), body.as_bytes()), Error::RepeatedParameter(name));
    }
    assert_eq!(receiver().verify_url(&query), Err(Error::MissingParameter("echostr")));
    assert_eq!(refused("", b""), Error::MissingParameter("msg_signature"));
}

#[test]
fn an_envelope_with_a_document_type_or_entities_of_its_own_is_refused() {
    let (query, body) = valid(Format::Xml);
    let laughs = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;\">]>";
    let file = "<!DOCTYPE xml [<!ENTITY file SYSTEM \"file:///etc/passwd\">]>";
    for with in [format!("{laughs}{body}"), format!("{file}{body}"), format!("<!DOCTYPE xml>{body}")] {
        assert_eq!(
            refused(&query, with.as_bytes()),
            Error::Envelope("it has a document type, which no callback has")
        );
    }
    let entity = body.replace("<AgentID>", "<AgentID>&file;");
    assert_eq!(refused(&query, entity.as_bytes()), Error::Envelope("it refers to a custom entity"));
    let number = body.replace("<AgentID>1000002", "<AgentID>&#49;&amp;");
    assert_eq!(receiver().open(&query, number.as_bytes()).unwrap().agent_id.as_deref(), Some("1&"));
}

#[test]
fn of_two_encrypted_texts_none_is_taken() {
    let twice = "it contains a member twice";
    let (query, body) = valid(Format::Xml);
    for more in ["<Encrypt>x</Encrypt>", "<Encrypt/>", "<encrypt></encrypt>"] {
        let body = body.replace("<AgentID>", &format!("{more}<AgentID>"));
        assert_eq!(refused(&query, body.as_bytes()), Error::Envelope(twice));
    }
    let (query, body) = valid(Format::Bot);
    for more in [r#"{"encrypt":"x","#, r#"{"Encrypt":null,"#] {
        assert_eq!(refused(&query, body.replacen('{', more, 1).as_bytes()).status(), 400);
    }
}

#[test]
fn bodies_that_are_no_envelope_say_what_is_wrong() {
    let (query, _) = valid(Format::Xml);
    let deep = format!("<xml>{}{}</xml>", "<a>".repeat(40), "</a>".repeat(40));
    for (body, expected) in [
        ("", "the body is not a callback: it is empty"),
        ("  \n", "the body is not a callback: it is empty"),
        ("encrypt=1", "the body is not a callback: it begins with neither `<` nor `{`"),
        (
            "<xml><MsgType>text</MsgType></xml>",
            "the body is not a callback: it has no `Encrypt`: set the callback to encrypted mode",
        ),
        ("{}", "the body is not a callback: it has no `Encrypt`: set the callback to encrypted mode"),
        (
            "<xml><Encrypt></Encrypt></xml>",
            "the body is not a callback: it has no `Encrypt`: set the callback to encrypted mode",
        ),
        ("<xml><Encrypt>x</xml>", "the body is not a callback: it is not well-formed XML"),
        ("<xml/><xml><Encrypt>x</Encrypt></xml>", "the body is not a callback: it is not well-formed XML"),
        ("<!-- -->", "the body is not a callback: it is not well-formed XML"),
        (&deep, "the body is not a callback: its elements are nested too deeply"),
        (
            r#"{"encrypt":{"a":1}}"#,
            "the body is not a callback: it is not a JSON object whose members are unique and text",
        ),
        (
            r#"{"encrypt":"x"} {}"#,
            "the body is not a callback: it is not a JSON object whose members are unique and text",
        ),
    ] {
        let error = refused(&query, body.as_bytes());
        assert_eq!((error.to_string().as_str(), error.status().as_u16()), (expected, 400), "{body}");
    }
    let nested = format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    assert_eq!(refused(&query, nested.as_bytes()).status(), 400);
}

#[test]
fn a_body_above_the_limit_is_not_read() {
    let (query, body) = valid(Format::Xml);
    assert_eq!(refused(&query, &vec![b' '; (1 << 20) + 1]), Error::TooLarge { limit: 1 << 20 });
    let small = Receiver::builder(TOKEN, KEY).receiveid(CORP).max_body(100).build().unwrap();
    let error = small.open(&query, body.as_bytes()).unwrap_err();
    assert_eq!(
        (error.to_string(), error.status().as_u16()),
        ("the body is larger than 100 bytes".to_owned(), 413)
    );
}

#[test]
fn nothing_shows_a_token_a_key_or_a_message() {
    let (query, body) = valid(Format::Xml);
    let opened = receiver().open(&query, body.as_bytes()).unwrap();
    let builder = Receiver::builder(TOKEN, KEY).receiveid(CORP);
    for shown in [
        format!("{:?}", receiver()),
        format!("{builder:?}"),
        format!("{:?}", sender(CORP)),
        format!("{opened:?}"),
    ] {
        assert!(!shown.contains(TOKEN) && !shown.contains(KEY) && !shown.contains("MsgType"), "{shown}");
    }
}
