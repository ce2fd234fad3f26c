//! Callbacks that are written.

use super::*;

/// A callback with a value in every field.
fn filled() -> Changed {
    let member = |name: &str| Member { name: name.to_owned(), level: 3 };
    Changed {
        id: "a ]]> b\r\n<&".to_owned(),
        userid: Some(String::new()),
        order: Some(0),
        state: Some(" x ".to_owned()),
        docs: strings(&["d1", "d2"]),
        groups: Some(strings(&["g1"])),
        members: vec![member("m1"), member("m2")],
        departments: Some(Csv::from([1, 2])),
        leads: Some(Csv::from([true, false])),
        extra: Some(Extra { kinds: vec![member("k1")] }),
    }
}

#[test]
fn what_is_written_is_read_again_with_its_envelope() {
    for select in Changed::SELECT {
        let full = Envelope {
            to_user_name: "ww1".to_owned(),
            from_user_name: "sys".to_owned(),
            create_time: Some(Timestamp::from_unix(1_767_225_600)),
            agent_id: Some(1_000_002),
            msg_id: Some("7300000000000000001".to_owned()),
            suite_id: Some("suite".to_owned()),
            auth_corp_id: Some("ww2".to_owned()),
            service_corp_id: Some("ww3".to_owned()),
            ..select.envelope()
        };
        for envelope in [full, select.envelope()] {
            let empty = Changed { userid: None, order: None, ..Changed::default() };
            for value in [filled(), empty] {
                let text = write(&envelope, &value).unwrap();
                assert_eq!(read::<Changed>(&text), Ok((envelope.clone(), value)), "{text}");
            }
        }
    }
    assert_eq!(Envelope::of::<Changed>(), Changed::SELECT[0].envelope());
    let text = write(&Envelope::of::<Changed>(), &Changed::default()).unwrap();
    let expected = "<xml><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_test]]></Event>\
                    <ChangeType><![CDATA[change]]></ChangeType><Id><![CDATA[]]></Id><MemberList></MemberList></xml>";
    assert_eq!(text, expected);
}

#[test]
fn an_application_is_told_in_json_if_a_test_wants_it() {
    let envelope = Envelope::of::<Changed>();
    let text = write_json(&envelope, &filled()).unwrap();
    assert_eq!(read::<Changed>(&text), Ok((envelope, filled())), "{text}");
}

#[test]
fn an_empty_list_and_an_empty_object_are_read_as_absent() {
    let nothing = Changed { groups: Some(Vec::new()), extra: Some(Extra::default()), ..Changed::default() };
    let (_, read) = read::<Changed>(&write(&Envelope::of::<Changed>(), &nothing).unwrap()).unwrap();
    assert_eq!(read, Changed::default());
}

#[test]
fn what_cannot_be_written_says_where() {
    let hostile = Changed { state: Some("\u{b}".to_owned()), ..Changed::default() };
    let error = write(&Envelope::of::<Changed>(), &hostile).unwrap_err();
    assert_eq!(error.to_string(), "the callback can't be written at `State`: XML can't contain \\u{b}");
    let deep = Extra { kinds: vec![Member { name: "\u{fffe}".to_owned(), level: 0 }] };
    let deep = Changed { extra: Some(deep), ..Changed::default() };
    assert_eq!(write(&Envelope::of::<Changed>(), &deep).unwrap_err().path, "ExtraInfo.Kind.Name");
    let other = Envelope { change: None, ..Envelope::of::<Changed>() };
    let unknown = Envelope::default();
    for envelope in [other, unknown] {
        let error = write(&envelope, &Changed::default()).unwrap_err().to_string();
        assert!(error.contains("another callback than tests.events.changed"), "{error}");
    }
}
