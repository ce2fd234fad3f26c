//! Decrypted callbacks and replies are checked against the types of the spec.

use wecom_tests::conformance::{Findings, Outcome};
use wecom_tests::event::{check, check_reply};

#[test]
fn a_reply_is_checked_against_its_type_and_its_limits() {
    let told = |payload: &str| shown(check_reply(payload));
    let news = |articles: &str| told(&format!("<xml><MsgType>news</MsgType>{articles}</xml>"));
    let article = "<item><Title>a</Title><Url>b</Url></item>";
    assert_eq!(news(&format!("<ArticleCount>1</ArticleCount><Articles>{article}</Articles>")), "pass");
    assert_eq!(
        told("<xml><MsgType>text</MsgType><Content>a</Content><Shoe>4</Shoe></xml>"),
        "/Shoe: unknown field"
    );
    assert_eq!(told("<xml><MsgType>event</MsgType><Event>click</Event></xml>"), "unspecified");
    let card = |actions: &str| {
        told(&format!(
            "<xml><MsgType>update_template_card</MsgType><TemplateCard><CardType>text_notice</CardType>\
             <SubTitleText>a</SubTitleText><CardAction><Type>1</Type><Url>b</Url></CardAction>\
             <ActionMenu>{actions}</ActionMenu></TemplateCard></xml>"
        ))
    };
    let action = |key: usize| format!("<ActionList><Text>a</Text><Key>{key}</Key></ActionList>");
    assert_eq!(card(&(0..10).map(action).collect::<String>()), "pass");
    let eleven = card(&(0..11).map(action).collect::<String>());
    assert!(eleven.contains("ActionList: must be"), "{eleven}");
}

fn told(payload: &str) -> String {
    shown(check(payload))
}

fn shown(outcome: Outcome) -> String {
    match outcome {
        Outcome::Pass => "pass".to_owned(),
        Outcome::Fail(findings) => Findings(&findings).to_string(),
        Outcome::Unspecified => "unspecified".to_owned(),
    }
}

fn created(fields: &str) -> String {
    told(&format!(
        "<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>5</CreateTime>\
         <MsgType>event</MsgType><Event>change_contact</Event><ChangeType>create_user</ChangeType>{fields}</xml>"
    ))
}

#[test]
fn an_event_that_its_type_knows_passes() {
    assert_eq!(created("<UserID>a</UserID><Department>1,2</Department>"), "pass");
    assert_eq!(
        created(
            "<UserID>a</UserID><ExtAttr><Item><Name>x</Name><Type>0</Type><Text><Value>y</Value></Text></Item></ExtAttr>"
        ),
        "pass"
    );
}

#[test]
fn what_a_type_does_not_know_is_found_wherever_it_is() {
    assert_eq!(created("<UserID>a</UserID><Shoe>44</Shoe>"), "/Shoe: unknown field");
    let deep = "<UserID>a</UserID><Department>1</Department><ExtAttr><Item><Name>x</Name><Type>0</Type>\
                <Text><Value>y</Value><Shoe>1</Shoe></Text></Item></ExtAttr>";
    assert!(created(deep).contains("Text/Shoe: unknown field"), "{}", created(deep));
    assert!(created("<UserID>a</UserID><Gender>9</Gender>").contains("unknown enum value"));
}

#[test]
fn a_placeholder_in_place_of_a_number_is_no_value() {
    assert_eq!(created("<UserID>a</UserID><MainDepartment>MAIN_DEPARTMENT</MainDepartment>"), "pass");
    assert!(created("<UserID>a</UserID><MainDepartment>four</MainDepartment>").contains("/MainDepartment"));
}

#[test]
fn items_are_compared_however_many_elements_are_around_them() {
    let attribute =
        |name: &str| format!("<Item><Name>{name}</Name><Type>0</Type><Text><Value>y</Value></Text></Item>");
    let around = |items: &str| format!("<ExtAttr>{items}</ExtAttr>");
    let several = around(&attribute("a")) + &around(&(attribute("b") + &attribute("c"))) + &around("");
    assert_eq!(created(&format!("<UserID>a</UserID>{several}")), "pass");
    let unknown = around(&attribute("a")) + &around("<Item><Name>b</Name><Shoe>4</Shoe></Item>");
    assert!(created(&format!("<UserID>a</UserID>{unknown}")).contains("Shoe"));
}

#[test]
fn what_is_no_event_or_no_document_is_reported() {
    assert_eq!(told("<xml><MsgType>event</MsgType><Event>new</Event></xml>"), "unspecified");
    assert_eq!(told("{}"), "unspecified");
    assert_eq!(told("success"), "/: it is neither XML nor JSON");
    assert!(told("<xml>").starts_with("/: not XML"), "{}", told("<xml>"));
}
