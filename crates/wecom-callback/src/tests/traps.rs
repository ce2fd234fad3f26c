//! The mistakes of other receivers, with a test each.

use super::{CORP, KEY, TEXT, TOKEN, open, receiver, sender};
use crate::cipher::{Key, KeyError};
use crate::envelope::write;
use crate::signature::sign;
use crate::{ConfigError, Error, Format, Receiveid, Receiver, Undecryptable};

#[test]
fn messages_of_every_length_are_padded_to_32_bytes_and_read_again() {
    let key = Key::of_settings(KEY).unwrap();
    for length in 0..=200 {
        let message = vec![b'x'; length];
        let sealed = key.seal([7; 16], &message, CORP);
        // Whole blocks of 32 bytes, at least one byte of which is padding, in base64.
        let padded = ((20 + length + CORP.len()) / 32 + 1) * 32;
        assert_eq!(sealed.len(), padded.div_ceil(3) * 4);
        assert_eq!(key.open(&sealed).unwrap(), (message, CORP.as_bytes().to_vec()));
    }
}

#[test]
fn a_length_that_already_fits_is_padded_by_a_whole_block() {
    let key = Key::of_settings(KEY).unwrap();
    // 16 + 4 + 26 + 18 = 64 bytes become 96, in base64 128 characters.
    assert_eq!(key.seal([0; 16], &[b'x'; 26], CORP).len(), 128);
    assert_eq!(key.seal([0; 16], &[b'x'; 25], CORP).len(), 88);
}

#[test]
fn nothing_is_left_behind_the_receiveid() {
    let key = Key::of_settings(KEY).unwrap();
    for receiveid in ["", "w", CORP, &"w".repeat(64)] {
        let (_, read) = key.open(&key.seal([0; 16], b"m", receiveid)).unwrap();
        assert_eq!(read, receiveid.as_bytes());
    }
}

#[test]
fn padding_is_removed_by_its_value_and_not_by_its_character() {
    let key = Key::of_settings(KEY).unwrap();
    // A receiveid that ends in the padding's byte: 20 + 11 = 31 bytes, padded by one.
    let (message, receiveid) = key.open(&key.seal([0; 16], b"", "aaaaaaaaaa\u{1}")).unwrap();
    assert_eq!((message.len(), receiveid), (0, b"aaaaaaaaaa\x01".to_vec()));
}

#[test]
fn lengths_are_counted_in_bytes() {
    let key = Key::of_settings(KEY).unwrap();
    let message = "你好 😀".as_bytes();
    assert_eq!(key.open(&key.seal([0; 16], message, CORP)).unwrap().0, message);
}

#[test]
fn keys_with_any_last_character_are_read() {
    let characters = ('a'..='z').chain('A'..='Z').chain('0'..='9');
    let mut read = 0;
    for last in characters {
        let key = Key::of_settings(&format!("{}{last}", &KEY[..42])).unwrap();
        assert_eq!(key.open(&key.seal([3; 16], b"m", CORP)).unwrap().0, b"m");
        read += 1;
    }
    assert_eq!(read, 62);
}

#[test]
fn keys_of_other_lengths_or_characters_are_named() {
    let key = |key: &str| Receiver::builder(TOKEN, key).receiveid(CORP).build().unwrap_err();
    assert_eq!(key(&KEY[..42]), ConfigError::Key(KeyError::Length(42)));
    assert_eq!(key(&format!("{KEY}a")), ConfigError::Key(KeyError::Length(44)));
    assert_eq!(key(&KEY.replace('A', "+")), ConfigError::Key(KeyError::Character('+')));
    assert_eq!(key(&KEY.replace('A', "/")), ConfigError::Key(KeyError::Character('/')));
    assert_eq!(key(&format!("{KEY}\n")), ConfigError::Key(KeyError::Character('\n')));
    assert_eq!(key(&format!("{KEY}=")), ConfigError::Key(KeyError::Character('=')));
    assert_eq!(key(""), ConfigError::Key(KeyError::Length(0)));
    let text = key(&KEY[..42]).to_string();
    assert_eq!(
        text,
        "an EncodingAESKey has 43 characters, but this one has 42: copy it again from the callback settings"
    );
}

#[test]
fn a_token_with_a_line_break_and_a_receiver_for_nobody_are_refused_when_they_are_set_up() {
    for token in ["", "token\n", "to ken"] {
        assert_eq!(Receiver::builder(token, KEY).receiveid(CORP).build().unwrap_err(), ConfigError::Token);
    }
    assert_eq!(Receiver::builder(TOKEN, KEY).build().unwrap_err(), ConfigError::NoReceiveid);
}

#[test]
fn a_suites_url_is_verified_as_the_provider_and_its_events_are_the_suites() {
    let suite =
        Receiver::builder(TOKEN, KEY).receiveid("wwsuite1").verified_as("wwprovider").build().unwrap();
    assert_eq!(suite.verify_url(&sender("wwprovider").verification("123")).unwrap(), "123");
    assert!(open(&suite, "wwsuite1", "wwsuite1").is_ok());
    assert!(open(&suite, "wwprovider", "wwsuite1").is_err());
    assert!(suite.verify_url(&sender("wwsuite1").verification("123")).is_err());
}

#[cfg(feature = "payments")]
#[test]
fn what_a_payments_notification_has_encrypted_is_read_as_its_type() {
    use wecom_models::callback::Document;
    use wecom_models::pay::events::{PaymentContent, RefundContent, Resource, TradeState};

    use crate::{PaymentError, PaymentKey};

    let key = PaymentKey::new(KEY).unwrap();
    let resource = |data: &str| {
        let ciphertext = "UINkOpnhOPlJMZJzcS2ellmDlVnwmSuvdxFbkBhhQaiN0en46PL7WoRTJcUqO77xxfOwvjmioUBd/g9hw8o/do1aSo73Roaa7oAV9Am+qjDiPw==";
        let document = format!(
            "<resource><ciphertext>{ciphertext}</ciphertext><nonce>uRQLUOVVenok</nonce><associated_data>{data}</associated_data></resource>"
        );
        Document::parse(&document).unwrap().read::<Resource>().unwrap()
    };
    let payment: PaymentContent = key.read(&resource("transaction")).unwrap();
    assert_eq!((&*payment.out_trade_no, payment.trade_state), ("T1", TradeState::Success));
    assert_eq!(
        key.read::<RefundContent>(&resource("transaction")).unwrap_err().to_string(),
        "the content doesn't have the type `pay.events.refund_content`"
    );
    let forged = key.read::<PaymentContent>(&resource("refund")).unwrap_err();
    assert!(matches!(forged, PaymentError::Undecryptable(_)), "{forged}");
}

#[test]
fn a_url_can_be_saved_before_the_companys_id_is_known() {
    let early = Receiver::builder(TOKEN, KEY).receiveid(Receiveid::any()).build().unwrap();
    assert_eq!(early.verify_url(&sender(CORP).verification("123")).unwrap(), "123");
    assert_eq!(open(&early, CORP, CORP).unwrap().receiveid, CORP, "and its callbacks contain it");
}

/// Time isn't measured: the test machine's noise is larger. Instead, no other code compares signatures, and what does is made for it.
#[test]
fn signatures_are_compared_in_constant_time() {
    use subtle::ConstantTimeEq;

    let code = include_str!("../signature.rs");
    assert!(code.contains("received.as_bytes().ct_eq(expected.as_bytes()).into()"), "{code}");
    for code in [include_str!("../receiver.rs"), include_str!("../sender.rs")] {
        assert!(code.contains("if !equal(&"), "they compare with `equal`");
        assert!(!code.contains("== expected") && !code.contains("!= expected"), "and with nothing else");
    }
    let signature = crate::signature::sign(TOKEN, "1", "2", "text");
    for place in 0..signature.len() {
        let mut other = signature.clone().into_bytes();
        other[place] ^= 1;
        assert!(!bool::from(other.ct_eq(signature.as_bytes())));
        assert!(!crate::signature::equal(str::from_utf8(&other).unwrap(), &signature), "{place}");
    }
    assert!(!crate::signature::equal(&signature[..39], &signature));
    assert!(crate::signature::equal(&signature, &signature));
}

#[test]
fn callbacks_of_many_companies_are_accepted_if_they_are_addressed_to_them() {
    let many =
        Receiver::builder(TOKEN, KEY).receiveid(Receiveid::any()).verified_as("wwprovider").build().unwrap();
    for company in ["ww1", "wpAbc"] {
        assert_eq!(open(&many, company, company).unwrap().receiveid, company);
    }
    assert_eq!(
        open(&many, "ww1", "ww2").unwrap_err().to_string(),
        "the callback is meant for another receiver, \"ww1\": set this one's receiveid to the ID of the company, the suite or the device model, or to an empty one for an AI bot"
    );
}

#[test]
fn a_choice_or_a_function_decides_whose_callbacks_are_accepted() {
    let choice = Receiver::builder(TOKEN, KEY).receiveid(["ww1", "ww2"]).build().unwrap();
    let function = Receiver::builder(TOKEN, KEY)
        .receiveid(Receiveid::matching(|id| id.starts_with("ww")))
        .build()
        .unwrap();
    assert!(open(&choice, "ww2", "").is_ok() && open(&function, "ww2", "").is_ok());
    assert!(open(&choice, "xx", "").is_err() && open(&function, "xx", "").is_err());
}

#[test]
fn a_receiveid_is_compared_as_it_is() {
    for other in ["ww1234567890abcdef ", " ww1234567890abcdef", "WW1234567890ABCDEF", "ww1234567890abcde", ""]
    {
        assert_eq!(
            open(&receiver(), other, CORP).unwrap_err(),
            Error::Receiveid { received: other.to_owned() }
        );
    }
}

#[test]
fn an_empty_receiveid_is_an_exact_one() {
    let bot = Receiver::builder(TOKEN, KEY).receiveid("").build().unwrap();
    assert!(open(&bot, "", "").is_ok());
    assert!(open(&bot, CORP, "").is_err());
}

#[test]
fn another_receivers_message_is_a_403_and_not_a_failure_of_the_server() {
    assert_eq!(open(&receiver(), "wwother", CORP).unwrap_err().status(), 403);
}

#[test]
fn the_outside_cannot_tell_a_wrong_key_from_a_wrong_receiveid_or_signature() {
    let other_key = sender(CORP).callback(Format::Xml, b"", CORP, "");
    let keyed = Receiver::builder(TOKEN, KEY.replace('A', "B")).receiveid(CORP).build().unwrap();
    let key = keyed.open(&other_key.query, other_key.body.as_bytes()).unwrap_err();
    let receiveid = open(&receiver(), "", CORP).unwrap_err();
    let signature =
        receiver().open("msg_signature=0&timestamp=1&nonce=1", other_key.body.as_bytes()).unwrap_err();
    assert_eq!(key, Error::Undecryptable);
    assert!([key, receiveid, signature].iter().all(|error| error.status() == 403));
}

#[test]
fn the_text_of_a_verification_is_covered_by_its_signature() {
    let genuine = sender(CORP).verification("123");
    let other = sender(CORP).verification("456");
    let (head, _) = genuine.split_once("&echostr=").unwrap();
    let (_, echo) = other.split_once("&echostr=").unwrap();
    let error = receiver().verify_url(&format!("{head}&echostr={echo}")).unwrap_err();
    assert!(matches!(error, Error::Signature { .. }));
}

#[test]
fn a_recorded_callback_is_not_decrypted_by_a_verification() {
    for message in [TEXT, r#"{"msgtype":"text"}"#, "two words", ""] {
        let key = Key::of_settings(KEY).unwrap();
        let encrypted = key.seal([1; 16], message.as_bytes(), CORP);
        let query = format!(
            "msg_signature={}&timestamp=1&nonce=2&echostr={}",
            sign(TOKEN, "1", "2", &encrypted),
            encrypted.replace('+', "%2B")
        );
        let verified = receiver().verify_url(&query);
        assert_eq!(verified, Err(Error::Undecryptable), "{message}");
    }
}

#[test]
fn blanks_around_the_encrypted_text_are_no_part_of_it() {
    let callback = sender(CORP).callback(Format::Xml, TEXT.as_bytes(), CORP, "1");
    for body in [
        callback.body.replace("<![CDATA[", "\n <![CDATA[").replace("]]>", "]]> \n"),
        callback.body.replace("<![CDATA[", "\n  ").replace("]]>", "\n"),
        format!("\n<?xml version=\"1.0\"?>\n<!-- -->{}\n", callback.body),
    ] {
        assert_eq!(receiver().open(&callback.query, body.as_bytes()).unwrap().message, TEXT, "{body}");
    }
}

#[test]
fn an_xml_callback_at_a_bots_address_says_so() {
    let bot = Receiver::builder("another", KEY).receiveid("").build().unwrap();
    let callback = sender(CORP).callback(Format::Xml, TEXT.as_bytes(), CORP, "1");
    let error = bot.open(&callback.query, callback.body.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the signature is wrong for this XML callback (AI bots send JSON): compare the Token with that of the callback settings"
    );
}

#[test]
fn an_empty_agent_id_is_none() {
    let callback = sender(CORP).callback(Format::Xml, TEXT.as_bytes(), CORP, "");
    for body in [
        callback.body.clone(),
        callback.body.replace("<AgentID></AgentID>", "<AgentID/>"),
        callback.body.replace("<AgentID></AgentID>", "<AgentID><![CDATA[]]></AgentID>"),
    ] {
        assert_eq!(receiver().open(&callback.query, body.as_bytes()).unwrap().agent_id, None);
    }
}

#[test]
fn a_message_that_is_no_utf_8_is_passed_on_as_it_is() {
    let message = b"<xml><Content>\xe4\xbd</Content></xml>";
    let callback = sender(CORP).callback(Format::Xml, message, CORP, "");
    assert_eq!(receiver().open(&callback.query, callback.body.as_bytes()).unwrap().message, message[..]);
}

#[test]
fn two_events_of_one_second_are_not_the_same() {
    let event = |id: &str| {
        let message = format!(
            "<xml><FromUserName>sys</FromUserName><CreateTime>1</CreateTime><ExternalUserID>{id}</ExternalUserID></xml>"
        );
        let callback = sender(CORP).callback(Format::Xml, message.as_bytes(), CORP, "");
        receiver().open(&callback.query, callback.body.as_bytes()).unwrap().digest()
    };
    assert_ne!(event("a"), event("b"));
    // A retry, with another nonce and other random bytes.
    assert_eq!(event("a"), event("a"));
}

#[test]
fn one_message_to_two_receivers_is_two() {
    let of = |token: &str, receiveid: &str| {
        let sender = crate::Sender::new(token, KEY, receiveid).unwrap();
        let receiver = Receiver::builder(token, KEY).receiveid(receiveid).build().unwrap();
        let callback = sender.callback(Format::Xml, TEXT.as_bytes(), "", "");
        receiver.open(&callback.query, callback.body.as_bytes()).unwrap().digest()
    };
    assert_ne!(of(TOKEN, CORP), of("another", CORP));
    assert_ne!(of(TOKEN, CORP), of(TOKEN, "ww2"));
}

#[test]
fn a_recorded_callback_is_refused_later_where_an_age_is_set() {
    use std::time::Duration;
    let strict =
        Receiver::builder(TOKEN, KEY).receiveid(CORP).max_age(Duration::from_secs(300)).build().unwrap();
    let now = crate::receiver::now();
    let at = |timestamp: &str| {
        let encrypted = Key::of_settings(KEY).unwrap().seal([0; 16], TEXT.as_bytes(), CORP);
        let query = format!(
            "msg_signature={}&timestamp={timestamp}&nonce=1",
            sign(TOKEN, timestamp, "1", &encrypted)
        );
        strict.open(&query, write(Format::Xml, &encrypted, CORP, "").as_bytes()).map(drop)
    };
    assert_eq!(at(&(now - 200).to_string()), Ok(()));
    for timestamp in [
        (now - 1000).to_string(),
        (now + 1000).to_string(),
        "1409659813".to_owned(),
        "soon".to_owned(),
        String::new(),
    ] {
        assert_eq!(at(&timestamp), Err(Error::Expired), "{timestamp}");
    }
}

#[test]
fn a_timestamp_is_signed_as_it_came() {
    let encrypted = Key::of_settings(KEY).unwrap().seal([0; 16], TEXT.as_bytes(), CORP);
    let query =
        format!("msg_signature={}&timestamp=0017&nonce=a%2Bb", sign(TOKEN, "0017", "a+b", &encrypted));
    let opened = receiver().open(&query, write(Format::Xml, &encrypted, CORP, "").as_bytes()).unwrap();
    assert_eq!((&*opened.timestamp, &*opened.nonce), ("0017", "a+b"));
}

#[test]
fn a_wrong_key_is_not_a_panic() {
    let callback = sender(CORP).callback(Format::Xml, &[b'x'; 500], CORP, "");
    let digits = ('0'..='9').chain('B'..='Z').chain('a'..='z');
    for first in digits {
        let other =
            Receiver::builder(TOKEN, format!("{first}{}", &KEY[1..])).receiveid(CORP).build().unwrap();
        assert_eq!(other.open(&callback.query, callback.body.as_bytes()).unwrap_err(), Error::Undecryptable);
    }
}

#[test]
fn what_cannot_be_decrypted_fails_in_one_way() {
    use base64::Engine as _;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let key = Key::of_settings(KEY).unwrap();
    let framed = |frame: &[u8]| encode(&key.encrypt_blocks(frame.to_vec()));
    let head = |length: [u8; 4]| [&[0; 16][..], &length, b"abcdefgh"].concat();
    let pad = |mut frame: Vec<u8>, length: usize, value: u8| {
        frame.resize(length, value);
        frame
    };
    let cases = [
        ("no base64", "not base64!".to_owned()),
        ("0 bytes", encode(&[])),
        ("15 bytes", encode(&[0; 15])),
        ("17 bytes", encode(&[0; 17])),
        ("padding 0", framed(&pad(head([0, 0, 0, 8]), 32, 0))),
        ("padding 33", framed(&pad(head([0, 0, 0, 8]), 64, 33))),
        ("padding 255", framed(&pad(head([0, 0, 0, 8]), 64, 255))),
        ("padding larger than the data", framed(&[17; 16])),
        (
            "padding of unequal bytes",
            framed(&{
                let mut frame = pad(head([0, 0, 0, 8]), 32, 4);
                frame[29] = 5;
                frame
            }),
        ),
        ("less than a head", framed(&pad(vec![0; 19], 32, 13))),
        ("length larger than the data", framed(&pad(head([0, 0, 0, 9]), 32, 4))),
        ("length of 4 GB", framed(&pad(head([255; 4]), 32, 4))),
    ];
    for (case, encrypted) in cases {
        assert_eq!(key.open(&encrypted), Err(Undecryptable), "{case}");
    }
    // The same with correct padding.
    assert_eq!(key.open(&framed(&pad(head([0, 0, 0, 8]), 32, 4))).unwrap().0, b"abcdefgh");
}
