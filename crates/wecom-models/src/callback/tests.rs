//! The forms of callbacks, and input that must be rejected.

use serde_json::json;

use super::{Document, Envelope, LARGEST, Payload, ReadError, Select, Shape, is, read, write, write_json};
use crate::wire::{Field, Output, ReadObject, Reading, WriteObject, items, read_objects, write_objects};
use crate::{Csv, Timestamp};

/// A callback with fields of every kind.
#[derive(Debug, Default, PartialEq)]
struct Changed {
    id: String,
    userid: Option<String>,
    order: Option<u64>,
    state: Option<String>,
    docs: Vec<String>,
    groups: Option<Vec<String>>,
    members: Vec<Member>,
    departments: Option<Csv<u64>>,
    extra: Option<Extra>,
}

#[derive(Debug, Default, PartialEq)]
struct Member {
    name: String,
    level: u64,
}

#[derive(Debug, Default, PartialEq)]
struct Extra {
    kinds: Vec<Member>,
}

impl ReadObject for Changed {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "Id" => field.read(&mut self.id),
            "UserID" | "UserId" => field.read(&mut self.userid),
            "Order" => field.read(&mut self.order),
            "State" => field.read(&mut self.state),
            "DocId" => field.read(&mut self.docs),
            "GroupIds" => field.read_items("GroupId", &mut self.groups),
            "MemberList" => field.read_items("Item", &mut self.members),
            "Department" => field.read(&mut self.departments),
            "ExtraInfo" => field.read(&mut self.extra),
            _ => field.skip(),
        }
    }
}

impl ReadObject for Member {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "Name" => field.read(&mut self.name),
            "Level" => field.read(&mut self.level),
            _ => field.skip(),
        }
    }
}

impl ReadObject for Extra {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "Kind" => field.read(&mut self.kinds),
            _ => field.skip(),
        }
    }
}

read_objects! { Changed, Member, Extra }

impl WriteObject for Changed {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        out.put("Id", &self.id)?;
        out.put_some("UserID", &self.userid)?;
        out.put_some("Order", &self.order)?;
        out.put_some("State", &self.state)?;
        out.put("DocId", &self.docs)?;
        out.put_some("GroupIds", &self.groups.as_deref().map(|groups| items("GroupId", groups)))?;
        out.put("MemberList", &items("Item", &self.members))?;
        out.put_some("Department", &self.departments)?;
        out.put_some("ExtraInfo", &self.extra)
    }
}

impl WriteObject for Member {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        out.put("Name", &self.name)?;
        out.put("Level", &self.level)
    }
}

impl WriteObject for Extra {
    fn put<O: Output>(&self, out: &mut O) -> Result<(), O::Error> {
        out.put("Kind", &self.kinds)
    }
}

write_objects! { Changed, Member, Extra }

impl Payload for Changed {
    const NAME: &'static str = "tests.events.changed";
    const TITLE: &'static str = "变更";
    const FAMILY: &'static str = "tests";
    const SELECT: &'static [Select] = &[
        Select::change(Shape::Event, "change_test", "change"),
        Select::change(Shape::Info, "change_test", "change"),
    ];
}

fn changed(fields: &str) -> Changed {
    try_read(fields).unwrap()
}

fn try_read(fields: &str) -> Result<Changed, ReadError> {
    Document::parse(&format!("<xml>{fields}</xml>"))?.read()
}

fn refused(text: &str) -> String {
    Document::parse(text).unwrap_err().to_string()
}

fn envelope(text: &str) -> Envelope {
    Document::parse(text).unwrap().envelope().unwrap()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn text_may_be_character_data_or_plain_with_blanks_around_either() {
    for id in [
        "<Id>a b</Id>",
        "<Id><![CDATA[a b]]></Id>",
        "<Id>\n  <![CDATA[a b]]>\r\n\t</Id>",
        "<Id> a b\n</Id>",
        "<Id>a<![CDATA[ b]]></Id>",
        "<Id><![CDATA[a]]> <![CDATA[b]]></Id>",
        "<Id><!-- no text --><![CDATA[a b]]></Id>",
    ] {
        assert_eq!(changed(id).id, "a b", "{id}");
    }
    let mixed = changed("\n<Id>plain</Id>\n  <State><![CDATA[data]]></State>\n");
    assert_eq!((mixed.id.as_str(), mixed.state.as_deref()), ("plain", Some("data")));
}

#[test]
fn blanks_that_somebody_wrote_are_kept() {
    assert_eq!(changed("<Id><![CDATA[ a \n]]></Id>").id, " a \n");
    assert_eq!(changed("<Id> &#32;a&#10; </Id>").id, " a\n");
}

#[test]
fn character_data_that_was_split_is_one_text() {
    assert_eq!(changed("<Id><![CDATA[a]]]]><![CDATA[>b]]></Id>").id, "a]]>b");
}

#[test]
fn empty_character_data_is_an_empty_text() {
    let empty = changed("<Id><![CDATA[]]></Id><State><![CDATA[]]></State>");
    assert_eq!((empty.id.as_str(), empty.state.as_deref()), ("", Some("")));
}

#[test]
fn items_may_be_in_several_elements_around_them() {
    let item = |name: &str| format!("<Item><Name>{name}</Name></Item>");
    let names =
        |list: &str| -> Vec<String> { changed(list).members.into_iter().map(|member| member.name).collect() };
    let [a, b, c] = ["a", "b", "c"].map(item);
    for list in [
        format!("<MemberList>{a}{b}{c}</MemberList>"),
        format!("<MemberList>{a}</MemberList><MemberList>{b}{c}</MemberList>"),
        format!("<MemberList>{a}{b}</MemberList><State>x</State><MemberList/><MemberList>{c}</MemberList>"),
    ] {
        assert_eq!(names(&list), ["a", "b", "c"], "{list}");
    }
    assert_eq!(names("<MemberList/><MemberList></MemberList>"), strings(&[]));
}

#[test]
fn a_text_in_place_of_the_element_around_items_is_the_only_item() {
    assert_eq!(changed("<GroupIds><![CDATA[g1]]></GroupIds>").groups, Some(strings(&["g1"])));
    let several = "<GroupIds>g1</GroupIds><GroupIds><GroupId>g2</GroupId></GroupIds>";
    assert_eq!(changed(several).groups, Some(strings(&["g1", "g2"])));
    let refused = try_read("<MemberList>a</MemberList>").unwrap_err();
    assert_eq!(refused.path, "MemberList", "{refused}");
}

#[test]
fn an_empty_element_is_absent() {
    for fields in ["<State/><Order/>", "<State></State><Order></Order>", "<State>\n</State><Order> </Order>"]
    {
        assert_eq!(changed(fields), Changed::default(), "{fields}");
    }
}

#[test]
fn an_empty_agent_id_and_empty_numbers_are_absent() {
    let empty =
        "<xml><AgentID></AgentID><CreateTime/><MsgType>text</MsgType><MsgId><![CDATA[]]></MsgId></xml>";
    let envelope = envelope(empty);
    assert_eq!((envelope.agent_id, envelope.create_time), (None, None));
    assert_eq!(changed("<Order><![CDATA[]]></Order>").order, None);
}

#[test]
fn a_message_id_is_text_whatever_it_looks_like() {
    let id = |id: &str| envelope(&format!("<xml><MsgType>text</MsgType><MsgId>{id}</MsgId></xml>")).msg_id;
    assert_eq!(id("7300000000000000001").as_deref(), Some("7300000000000000001"));
    assert_eq!(id("CAIQg/PKxgYY...==").as_deref(), Some("CAIQg/PKxgYY...=="));
}

#[test]
fn ids_that_look_like_numbers_are_text() {
    let read = changed("<Id>0012</Id><DocId>7</DocId><DocId>08</DocId>");
    assert_eq!((read.id.as_str(), read.docs), ("0012", strings(&["7", "08"])));
}

#[test]
fn a_list_may_be_one_text_with_commas() {
    let departments = |text: &str| changed(&format!("<Department>{text}</Department>")).departments;
    assert_eq!(departments("<![CDATA[1,2, 3]]>"), Some(Csv::from([1, 2, 3])));
    assert_eq!(departments("4"), Some(Csv::from([4])));
    assert_eq!(departments(""), None);
}

#[test]
fn a_list_may_repeat_its_element_wherever_it_stands() {
    assert_eq!(changed("<DocId>a</DocId><DocId>b</DocId>").docs, strings(&["a", "b"]));
    assert_eq!(
        changed("<DocId>a</DocId><Id>x</Id><DocId>b</DocId><Order>1</Order><DocId>c</DocId>").docs,
        strings(&["a", "b", "c"])
    );
}

#[test]
fn a_list_may_stand_in_an_element_of_its_own() {
    let wrapped = "<GroupIds><GroupId>1</GroupId><GroupId><![CDATA[2]]></GroupId></GroupIds>";
    assert_eq!(changed(wrapped).groups, Some(strings(&["1", "2"])));
    let members = "<MemberList>\n<Item><Name>a</Name><Level>1</Level></Item>\n<Item><Level>2</Level></Item></MemberList>";
    let expected = [("a", 1), ("", 2)].map(|(name, level)| Member { name: name.to_owned(), level });
    assert_eq!(changed(members).members, expected);
}

#[test]
fn a_list_of_one_is_a_list() {
    let one = changed(
        "<DocId>a</DocId><GroupIds><GroupId>1</GroupId></GroupIds><MemberList><Item><Name>x</Name></Item></MemberList>\
         <ExtraInfo><Kind><Name>k</Name></Kind></ExtraInfo>",
    );
    assert_eq!((one.docs, one.groups), (strings(&["a"]), Some(strings(&["1"]))));
    assert_eq!((one.members.len(), one.extra.unwrap().kinds.len()), (1, 1));
}

#[test]
fn an_empty_list_is_none() {
    for fields in ["<DocId/><GroupIds/><MemberList></MemberList>", "<GroupIds> </GroupIds>", ""] {
        assert_eq!(changed(fields), Changed::default(), "{fields}");
    }
}

#[test]
fn an_optional_subtree_may_be_an_empty_element() {
    assert_eq!(changed("<ExtraInfo></ExtraInfo>").extra, None);
    assert_eq!(changed("<ExtraInfo><![CDATA[]]></ExtraInfo>").extra, None);
    assert!(changed("<ExtraInfo><Kind/></ExtraInfo>").extra.is_some());
}

#[test]
fn elements_come_in_any_order_and_unknown_ones_are_passed_over() {
    let read = changed("<IsLeader>1</IsLeader><Order>5</Order><New><Id>no</Id></New><Id>x</Id>");
    assert_eq!((read.id.as_str(), read.order), ("x", Some(5)));
}

#[test]
fn capitals_of_an_event_do_not_matter() {
    for kind in ["change_test", "CHANGE_TEST", "Change_Test"] {
        let text = format!(
            "<xml><MsgType>EVENT</MsgType><Event>{kind}</Event><ChangeType>CHANGE</ChangeType></xml>"
        );
        assert!(is::<Changed>(&envelope(&text)), "{kind}");
    }
}

#[test]
fn one_member_may_have_several_spellings() {
    assert_eq!(changed("<UserID>a</UserID>"), changed("<UserId>a</UserId>"));
    let agent = |name: &str| envelope(&format!("<xml><{name}>7</{name}></xml>")).agent_id;
    assert_eq!((agent("AgentID"), agent("AgentId")), (Some(7), Some(7)));
}

#[test]
fn a_message_needs_no_event() {
    let envelope = envelope(
        "<xml><ToUserName>ww1</ToUserName><FromUserName><![CDATA[zhangsan]]></FromUserName>\
         <CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType><AgentID>1000002</AgentID></xml>",
    );
    assert_eq!((envelope.shape, envelope.kind.as_str(), envelope.change), (Shape::Message, "text", None));
    assert_eq!((envelope.to_user_name.as_str(), envelope.from_user_name.as_str()), ("ww1", "zhangsan"));
    assert_eq!(envelope.create_time, Some(Timestamp::from_unix(1_767_225_600)));
    assert_eq!(envelope.agent_id, Some(1_000_002));
}

#[test]
fn an_info_is_no_event_of_the_same_name() {
    let event =
        "<xml><MsgType>event</MsgType><Event>change_test</Event><ChangeType>change</ChangeType></xml>";
    let info = "<xml><SuiteId>s</SuiteId><AuthCorpId>c</AuthCorpId><InfoType>change_test</InfoType>\
                <ChangeType>change</ChangeType><TimeStamp>5</TimeStamp></xml>";
    let (event, info) = (envelope(event), envelope(info));
    assert_eq!((event.shape, info.shape), (Shape::Event, Shape::Info));
    assert!(is::<Changed>(&event) && is::<Changed>(&info));
    assert_eq!((info.suite_id.as_deref(), info.auth_corp_id.as_deref()), (Some("s"), Some("c")));
    assert_eq!(info.create_time, Some(Timestamp::from_unix(5)));
    assert!(!Changed::SELECT[0].takes(&info));
}

#[test]
fn control_characters_and_halves_of_characters_arrive() {
    assert_eq!(changed("<Id><![CDATA[a\u{0}\u{1}\u{b}b]]></Id>").id, "a\u{0}\u{1}\u{b}b");
    assert_eq!(changed("<Id>a&#1;&#xB;b</Id>").id, "a\u{1}\u{b}b");
    let cut = [b"<xml><Id>a".as_slice(), &"中".as_bytes()[..2], b"</Id></xml>"].concat();
    let (_, read): (_, Changed) = read(&String::from_utf8_lossy(&cut)).unwrap();
    assert_eq!(read.id, "a\u{fffd}");
}

#[test]
fn emoji_are_text() {
    assert_eq!(changed("<Id><![CDATA[你好 😀 a<b & \"c\"]]></Id>").id, "你好 😀 a<b & \"c\"");
    assert_eq!(changed("<Id>&#128512;</Id>").id, "😀");
}

#[test]
fn the_name_of_the_root_and_attributes_mean_nothing() {
    let text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<message kind='x'>\n<Id type=\"id\">a</Id></message>\n";
    let (_, read): (_, Changed) = read(text).unwrap();
    assert_eq!(read.id, "a");
}

#[test]
fn the_five_entities_and_numbers_are_all_there_are() {
    assert_eq!(changed("<Id>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</Id>").id, "<&>\"'AB");
    for text in ["<xml><Id>&nbsp;</Id></xml>", "<xml><Id>&x;</Id></xml>", "<xml>&#xD800;</xml>"] {
        refused(text);
    }
}

#[test]
fn a_document_type_is_refused() {
    for text in [
        "<!DOCTYPE xml><xml/>",
        "<!DOCTYPE xml [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><xml><Id>&a;</Id></xml>",
        "<!DOCTYPE lolz [<!ENTITY a \"x\"><!ENTITY b \"&a;&a;\">]><xml><Id>&b;</Id></xml>",
        "<xml><!DOCTYPE xml></xml>",
    ] {
        refused(text);
    }
    assert_eq!(
        refused("<!DOCTYPE xml><xml/>"),
        "the callback can't be read: not XML: a document type, which no callback has"
    );
}

#[test]
fn depth_is_limited() {
    let nested = |levels: usize| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
    assert!(Document::parse(&nested(Reading::DEPTH)).is_ok());
    assert!(refused(&nested(Reading::DEPTH + 1)).contains("64 levels"));
    let json = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
    let json = Document::parse(&json).unwrap();
    assert!(json.to_value().unwrap_err().message.contains("recursion"));
    assert_eq!(json.read::<Changed>().unwrap(), Changed::default());
}

#[test]
fn length_is_limited() {
    let long = |length: usize| format!("<xml>{}</xml>", " ".repeat(length));
    assert!(Document::parse(&long(LARGEST - 11)).is_ok());
    assert!(refused(&long(LARGEST - 10)).contains("longer than 1048576 bytes"));
}

#[test]
fn names_are_limited_so_that_looking_for_one_is_quick() {
    let names = |count: usize| {
        let elements: Vec<String> = (0..count).map(|index| format!("<n{index}/>")).collect();
        format!("<xml>{}</xml>", elements.concat())
    };
    assert!(Document::parse(&names(512)).is_ok());
    assert!(refused(&names(513)).contains("more than 512 names"));
    let repeated = format!("<xml>{}</xml>", "<a/>".repeat(100_000));
    assert!(Document::parse(&repeated).is_ok());
}

#[test]
fn what_is_not_one_whole_document_is_refused() {
    for text in [
        "",
        " ",
        "success",
        "[1]",
        "<xml>",
        "<xml><Id>1</xml>",
        "<xml></Id></xml>",
        "<xml/><xml/>",
        "<xml/>more",
        "<xml><Id><![CDATA[a]></Id></xml>",
        "<xml><Id>a & b</Id></xml>",
        "<?xml version='1.0'?>",
        "</xml>",
        "{\"a\":1",
        "{\"a\":1} {}",
    ] {
        refused(text);
    }
}

#[test]
fn errors_say_where_and_quote_nothing() {
    let error = try_read("<MemberList><Item/><Item><Level>secret</Level></Item></MemberList>").unwrap_err();
    assert_eq!(error.path, "MemberList.Item[1].Level");
    assert!(!error.to_string().contains("secret"), "{error}");
    // Text that looks like an element, where the sender hasn't escaped it.
    for document in [
        "<xml><Content>1 <2secret</Content></xml>",
        "<xml><Content>a</secret></Content></xml>",
        "<xml>&secret</xml>",
    ] {
        let error = Document::parse(document).unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn json_with_the_same_members_is_read_alike() {
    let json = r#"{"MsgType":"event","Event":"change_test","ChangeType":"change","CreateTime":5,"Id":7,"Order":"3",
        "DocId":["a","b"],"GroupIds":{"GroupId":["1"]},"Department":"1,2"}"#;
    let xml = "<xml><MsgType>event</MsgType><Event>change_test</Event><ChangeType>change</ChangeType>\
        <CreateTime>5</CreateTime><Id>7</Id><Order>3</Order><DocId>a</DocId><DocId>b</DocId>\
        <GroupIds><GroupId>1</GroupId></GroupIds><Department>1,2</Department></xml>";
    assert_eq!(read::<Changed>(json).unwrap(), read::<Changed>(xml).unwrap());
}

#[test]
fn json_that_is_nearly_right_is_mended() {
    let (_, read): (_, Changed) = read("\u{feff}{\"Id\":\"a\nb\"}").unwrap();
    assert_eq!(read.id, "a\nb");
}

#[test]
fn the_shapes_of_json_are_told_apart() {
    for (text, shape, kind, id) in [
        (r#"{"msgid":"M","msgtype":"text","text":{"content":"x"}}"#, Shape::BotMessage, "text", Some("M")),
        (
            r#"{"msgid":"M","msgtype":"event","event":{"eventtype":"enter_chat"}}"#,
            Shape::BotEvent,
            "enter_chat",
            Some("M"),
        ),
        (
            r#"{"msg_type":"event","base_info":{"req_id":"R"},"event":{"event_type":"bind"}}"#,
            Shape::Notification,
            "bind",
            Some("R"),
        ),
        (
            r#"{"command":{"command_type":"user_scan"},"base_info":{"req_id":"R"},"msg_type":"command"}"#,
            Shape::DeviceCommand,
            "user_scan",
            Some("R"),
        ),
        (r#"{"id":"1","event_type":"REFUND.CLOSED"}"#, Shape::Notification, "REFUND.CLOSED", None),
        (r#"{"event_type":"hit_keyword","timestamp":5}"#, Shape::Notification, "hit_keyword", None),
        (r#"{"hello":1}"#, Shape::Unknown, "", None),
    ] {
        let envelope = envelope(text);
        assert_eq!((envelope.shape, envelope.kind.as_str(), envelope.msg_id.as_deref()), (shape, kind, id));
    }
}

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

#[test]
fn wecom_waits_for_a_response_as_long_as_the_pages_say() {
    for (shape, kind, seconds) in [
        (Shape::Message, "text", 5),
        (Shape::Event, "subscribe", 5),
        (Shape::Event, "device_checkin_data_report", 1),
        (Shape::Info, "create_auth", 1),
        (Shape::BotMessage, "text", 5),
        (Shape::Notification, "unbind", 1),
        (Shape::Notification, "bind", 3),
        (Shape::DeviceCommand, "user_scan", 1),
    ] {
        let envelope = Envelope { shape, kind: kind.to_owned(), ..Envelope::default() };
        assert_eq!(envelope.deadline().as_secs(), seconds, "{kind}");
    }
}

#[test]
fn an_unknown_callback_is_kept_whole() {
    let text = "<xml><Event>new</Event><A><B>1</B><B>2</B></A><C/><D><![CDATA[]]></D></xml>";
    let expected = json!({ "Event": "new", "A": { "B": ["1", "2"] }, "C": null, "D": "" });
    assert_eq!(Document::parse(text).unwrap().to_value().unwrap(), expected);
}
