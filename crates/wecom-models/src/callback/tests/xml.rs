//! The forms of XML.

use super::*;

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
    let leads = |text: &str| changed(&format!("<IsLeaderInDept>{text}</IsLeaderInDept>")).leads;
    assert_eq!(leads("<![CDATA[1,0, 1]]>"), Some(Csv::from([true, false, true])));
    assert_eq!(leads("0"), Some(Csv::from([false])));
    assert_eq!(leads(""), None);
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
