//! Opens what the official library encrypts, and encrypts the same.

use super::vectors::{VECTORS, Vector};
use crate::cipher::Key;
use crate::envelope::{Format, write, write_reply};
use crate::receiver::Fresh;
use crate::signature::sign;
use crate::{Opened, PaymentKey, Receiver, Undecryptable, decrypt_media};

fn receiver(vector: &Vector) -> Receiver {
    Receiver::builder(vector.token, vector.key).receiveid(vector.receiveid).build().unwrap()
}

fn query(vector: &Vector) -> String {
    format!("msg_signature={}&timestamp={}&nonce={}", vector.signature, vector.timestamp, vector.nonce)
}

fn open(vector: &Vector, format: Format) -> Opened {
    let body = write(format, vector.encrypted, vector.receiveid, "218");
    receiver(vector).open(&query(vector), body.as_bytes()).unwrap()
}

fn fresh(vector: &Vector) -> Fresh {
    Fresh {
        random: *vector.random,
        timestamp: vector.timestamp.parse().unwrap(),
        nonce: vector.nonce.to_owned(),
    }
}

#[test]
fn every_vector_is_opened_in_every_format() {
    for vector in &VECTORS {
        for format in [Format::Xml, Format::Bot, Format::Json] {
            let opened = open(vector, format);
            assert_eq!(opened.message, vector.message.as_bytes(), "{}", vector.name);
            assert_eq!(opened.receiveid, vector.receiveid);
            assert_eq!(opened.nonce, vector.nonce);
        }
    }
}

#[test]
fn every_vector_is_made_byte_for_byte() {
    for vector in &VECTORS {
        let key = Key::of_settings(vector.key).unwrap();
        assert_eq!(
            key.seal(*vector.random, vector.message.as_bytes(), vector.receiveid),
            vector.encrypted,
            "{}",
            vector.name
        );
        assert_eq!(sign(vector.token, vector.timestamp, vector.nonce, vector.encrypted), vector.signature);
    }
}

#[test]
fn verifications_are_answered_with_the_bare_text() {
    for (name, echo) in [("V4", "6543210987654321098"), ("V9 verification", "1616140317555161061")] {
        let vector = VECTORS.iter().find(|vector| vector.name.starts_with(name)).unwrap();
        for encoded in [
            vector.encrypted.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"),
            // One proxy has decoded it, and another has replaced `+` by blanks.
            vector.encrypted.to_owned(),
            vector.encrypted.replace('+', "%20"),
        ] {
            let query = format!("own=1&{}&echostr={encoded}", query(vector));
            assert_eq!(receiver(vector).verify_url(&query).unwrap(), echo.as_bytes());
        }
    }
}

#[test]
fn a_reply_to_an_application_is_xml() {
    let vector = &VECTORS[0];
    let opened = open(vector, Format::Xml);
    let reply = receiver(vector).seal_with(&opened, vector.message.as_bytes(), &fresh(vector));
    assert_eq!(reply.content_type, "text/xml; charset=utf-8");
    let expected = format!(
        "<xml><Encrypt><![CDATA[{}]]></Encrypt><MsgSignature><![CDATA[{}]]></MsgSignature><TimeStamp>1767225600</TimeStamp><Nonce>1234567890</Nonce></xml>",
        vector.encrypted, vector.signature
    );
    assert_eq!(reply.body, expected.as_bytes());
}

#[test]
fn a_reply_to_a_bot_has_a_number_for_timestamp_and_the_nonce_of_the_url() {
    let vector = VECTORS.iter().find(|vector| vector.name.starts_with("V8")).unwrap();
    let opened = open(vector, Format::Bot);
    let reply = receiver(vector).seal_with(&opened, vector.message.as_bytes(), &fresh(vector));
    assert_eq!(reply.content_type, "application/json");
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    let expected = serde_json::json!({
        "encrypt": vector.encrypted, "msgsignature": vector.signature, "timestamp": 1_767_225_721, "nonce": "nonceC03",
    });
    assert_eq!(body, expected);
    let own = receiver(vector).seal(&opened, b"{}");
    let own: serde_json::Value = serde_json::from_slice(&own.body).unwrap();
    assert_eq!(own["nonce"], "nonceC03");
}

#[test]
fn a_reply_to_a_device_has_a_text_for_timestamp_and_a_nonce_of_its_own() {
    let vector = &VECTORS[0];
    let reply = receiver(vector).seal(&open(vector, Format::Json), b"{}");
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    assert!(body["timestamp"].as_str().unwrap().parse::<u64>().is_ok());
    assert_ne!(body["nonce"], vector.nonce);
}

#[test]
fn a_nonce_that_is_markup_stays_text_in_a_reply() {
    let reply = write_reply(Format::Xml, "x", "y", 1, "<a>&");
    assert!(reply.ends_with("<Nonce>&lt;a&gt;&amp;</Nonce></xml>"), "{reply}");
}

#[test]
fn payments_have_a_second_layer() {
    // V10
    let key = PaymentKey::new(super::KEY).unwrap();
    let encrypted = "UINkOpnhOPlJMZJzcS2ellmDlVnwmSuvdxFbkBhhQaiN0en46PL7WoRTJcUqO77xxfOwvjmioUBd/g9hw8o/do1aSo73Roaa7oAV9Am+qjDiPw==";
    let plain = br#"{"mchid":"1900000100","out_trade_no":"T1","trade_state":"SUCCESS"}"#;
    assert_eq!(key.open(encrypted, "uRQLUOVVenok", "transaction").unwrap(), plain);
    for (encrypted, nonce, data) in [
        (encrypted, "uRQLUOVVenok", "refund"),
        (encrypted, "uRQLUOVVenoK", "transaction"),
        (encrypted, "short", "transaction"),
        (&encrypted[4..], "uRQLUOVVenok", "transaction"),
        ("", "uRQLUOVVenok", "transaction"),
        ("?", "uRQLUOVVenok", "transaction"),
    ] {
        assert_eq!(key.open(encrypted, nonce, data), Err(Undecryptable));
    }
}

#[test]
fn media_of_bots_are_decrypted() {
    use base64::Engine as _;
    // V11
    let cases = [
        (
            "WeCom media test vector: 32 byte padding",
            "v1gr2eXJW06oWWOBTAM9wF2lvxEw4DQ+QlfM/17K3MiFD3lxL3v7Ybhz/GlPetZ/lUDRvxgApth0yCcIBwKRhQ==",
        ),
        (
            "0123456789abcdef0123456789abcdef",
            "4j/AuRx71kQlxVlzbpsMWOQz81ZEvcogSSfMzsheSTsxpcB6k5O9xXTZh4Jyb7G6UMkcaqTgFg4CE6Xh5SfDOg==",
        ),
    ];
    for (plain, encrypted) in cases {
        let encrypted = base64::engine::general_purpose::STANDARD.decode(encrypted).unwrap();
        for key in
            ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
        {
            assert_eq!(decrypt_media(key, encrypted.clone()).unwrap(), plain.as_bytes());
        }
        assert!(
            decrypt_media("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", encrypted[..40].to_vec()).is_err()
        );
        assert!(decrypt_media("AAECAwQ", encrypted).is_err());
    }
}
