//! Pieces of work, each in the same two or three ways.

use std::hint::black_box;
use std::process::ExitCode;

use bytes::Bytes;
use clap::{Parser, ValueEnum};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wecom_models::contacts::user::GetUser;
use wecom_models::externalcontact::message_push::{
    AddMsgTemplate, ChatType, GetGroupMsgListV2, GroupMsgAttachment, GroupMsgLink, ImageContent,
    MiniProgramCard, MiniProgramCardArgs, TextContent,
};
use wecom_models::kf::message::SyncMsg;
use wecom_models::meeting::basic::GetMeetingInfo;
use wecom_models::wire::ReadObject;
use wecom_requests::{Endpoint, http_request, parse};

use crate::{bodies, by_hand, callback};

/// Where requests would go.
const BASE_URL: &str = "https://qyapi.weixin.qq.com";

/// A token as long as WeCom's, and of the letters that WeCom's are of.
const TOKEN: &str = "xWJ8vKGQ3zOrBqGm1Rk0Nf2sT7uYhLpAeDc9iVbXnM4oZ5wE6gStU-jKlHfQyRvCaPxIzBdNmOqW_\
                     tEsYuGhJkLrFvCxZaQwSdEfRgTyHuJiKoLpMnBvCxZlKjHgFdSaPoIuYtReWqQaZwSxEdCrFvTgBy";

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// Decoding a page of `kf/sync_msg` with 1,000 records.
    DecodeSyncMsg,
    /// Decoding the answer of `meeting/get_info`.
    DecodeMeeting,
    /// Decoding a page of `externalcontact/get_groupmsg_list_v2` with 100 messages of 9 attachments each.
    DecodeGroupMessages,
    /// Building a request with everything in its URL: `user/get`.
    BuildGet,
    /// Building a request with a small body: `meeting/get_info`.
    BuildMeeting,
    /// Building a request with 200 recipients and 9 attachments: `externalcontact/add_msg_template`.
    BuildGroupMessage,
    /// Opening a callback and reading its event: `create_user`.
    OpenCallback,
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// The crates.
    Wecom,
    /// Structs with serde's derive, requests with `http` and `serde_json`.
    ByHand,
    /// The same structs, read from text: the bytes are known to be UTF-8, so no string has to be looked at again.
    ByHandText,
    /// `serde_json::Value`.
    Value,
}

/// A piece of work, as it is asked for.
#[derive(Debug, Parser)]
pub struct Work {
    /// What is done.
    case: Case,
    /// Who does it.
    side: Side,
    /// How often it is done, after twice that don't count.
    times: u32,
}

impl Work {
    /// Does it twice, so that nothing is left that happens once only; then as often as asked for, by way of `measured`.
    pub fn carry_out(&self, mut measured: impl FnMut(&mut dyn FnMut())) -> ExitCode {
        let Some(mut work) = prepare(self.case, self.side) else {
            eprintln!("error: nobody does {:?} as {:?}", self.case, self.side);
            return ExitCode::FAILURE;
        };
        for _ in 0..2 {
            work();
        }
        for _ in 0..self.times {
            measured(&mut *work);
        }
        ExitCode::SUCCESS
    }
}

/// Something that can be done again and again; `None` where nobody would do it that way.
pub fn prepare(case: Case, side: Side) -> Option<Box<dyn FnMut()>> {
    match case {
        Case::DecodeSyncMsg => {
            Some(decode::<SyncMsg, by_hand::SyncMsgPage>(bodies::sync_msg(1000), side, |page| page.errcode))
        }
        Case::DecodeMeeting => {
            Some(decode::<GetMeetingInfo, by_hand::Meeting>(bodies::meeting(), side, |page| page.errcode))
        }
        Case::DecodeGroupMessages => Some(decode::<GetGroupMsgListV2, by_hand::GroupMsgPage>(
            bodies::group_messages(100),
            side,
            |page| page.errcode,
        )),
        Case::BuildGet => build(side, GetUser::new("zhao.zihan@example"), || {
            get("/cgi-bin/user/get", "userid", "zhao.zihan@example")
        }),
        Case::BuildMeeting => {
            let request = by_hand::requests::GetMeetingInfo {
                meetingid: "hyAJ2GCAAAXtWyujaWJHDDGi0mACAAAA".to_owned(),
            };
            build(side, GetMeetingInfo::new(request.meetingid.clone()), move || {
                post("/cgi-bin/meeting/get_info", &request)
            })
        }
        Case::BuildGroupMessage => {
            let request = group_message_by_hand();
            build(side, group_message(), move || post("/cgi-bin/externalcontact/add_msg_template", &request))
        }
        Case::OpenCallback => open_callback(side),
    }
}

/// Opens a callback with what is set up once, on either side.
fn open_callback(side: Side) -> Option<Box<dyn FnMut()>> {
    let request = callback::request();
    match side {
        Side::Wecom => {
            let receiver = callback::receiver();
            Some(Box::new(move || {
                black_box(&callback::with_the_crates(&receiver, black_box(&request)));
            }))
        }
        Side::ByHand => {
            let key = callback::key();
            Some(Box::new(move || {
                black_box(&callback::by_hand(&key, black_box(&request)));
            }))
        }
        Side::ByHandText | Side::Value => None,
    }
}

/// Decodes a body, and looks whether it is an error, as every caller has to.
fn decode<E, H>(body: String, side: Side, errcode: fn(&H) -> i64) -> Box<dyn FnMut()>
where
    E: Endpoint,
    E::Response: ReadObject,
    H: DeserializeOwned + 'static,
{
    let body = body.into_bytes();
    match side {
        Side::Wecom => Box::new(move || {
            let page = parse::<E>(black_box(&body)).expect("the body is one of the endpoint's");
            black_box(&page);
        }),
        Side::ByHand => Box::new(move || {
            let page: H =
                serde_json::from_slice(black_box(&body)).expect("the body is one of the endpoint's");
            assert_eq!(errcode(&page), 0);
            black_box(&page);
        }),
        Side::ByHandText => Box::new(move || {
            let text = str::from_utf8(black_box(&body)).expect("the body is text");
            let page: H = serde_json::from_str(text).expect("the body is one of the endpoint's");
            assert_eq!(errcode(&page), 0);
            black_box(&page);
        }),
        Side::Value => Box::new(move || {
            let page: Value = serde_json::from_slice(black_box(&body)).expect("the body is JSON");
            assert_eq!(page["errcode"], 0);
            black_box(&page);
        }),
    }
}

fn build<E: Endpoint + 'static>(
    side: Side,
    request: E,
    by_hand: impl Fn() -> Request<Bytes> + 'static,
) -> Option<Box<dyn FnMut()>> {
    match side {
        Side::Wecom => Some(Box::new(move || {
            let request = http_request(black_box(&request), black_box(BASE_URL), black_box(TOKEN));
            black_box(&request.expect("the request is a good one"));
        })),
        Side::ByHand => Some(Box::new(move || {
            black_box(&by_hand());
        })),
        Side::ByHandText | Side::Value => None,
    }
}

/// WeCom's tokens need no escapes in a URL, and who writes this knows; of userids nobody does.
fn get(path: &str, name: &str, value: &str) -> Request<Bytes> {
    let (base, token) = (black_box(BASE_URL), black_box(TOKEN));
    let value = utf8_percent_encode(black_box(value), NON_ALPHANUMERIC);
    Request::builder()
        .method(Method::GET)
        .uri(format!("{base}{path}?access_token={token}&{name}={value}"))
        .body(Bytes::new())
        .expect("the request is a good one")
}

fn post(path: &str, body: &impl Serialize) -> Request<Bytes> {
    let (base, token) = (black_box(BASE_URL), black_box(TOKEN));
    Request::builder()
        .method(Method::POST)
        .uri(format!("{base}{path}?access_token={token}"))
        .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
        .body(Bytes::from(serde_json::to_vec(black_box(body)).expect("the request is a good one")))
        .expect("the request is a good one")
}

const TEXT: &str = "秋季新品已经上架，会员全场满三百减五十，欢迎到店选购！";
const MEDIA: &str = "2iSLeVyqzk4eX0IB5kTi9Ljfa2rt9dwfq5WKRQ4Nvvgw";
const LINK: &str = "https://shop.example.com/campaigns/autumn?from=group";

fn customers() -> impl Iterator<Item = String> {
    (0..200).map(|number| format!("wmqfasd1e1927831{number:016}"))
}

fn group_message() -> AddMsgTemplate {
    let attachments = (0..9).map(|number| match number {
        0..=4 => GroupMsgAttachment::Image(ImageContent::new().media_id(MEDIA)),
        5..=7 => GroupMsgAttachment::Link(GroupMsgLink::new("秋季新品", LINK).picurl(LINK).desc(TEXT)),
        _ => GroupMsgAttachment::MiniProgram(MiniProgramCard::new(MiniProgramCardArgs {
            title: "会员中心".into(),
            pic_media_id: MEDIA.into(),
            appid: "wx8bd80126147df384".into(),
            page: "/index".into(),
        })),
    });
    AddMsgTemplate::new()
        .chat_type(ChatType::Single)
        .external_userid(customers())
        .sender("lin.wei")
        .text(TextContent::new(TEXT))
        .attachments(attachments)
}

fn group_message_by_hand() -> by_hand::requests::AddMsgTemplate {
    use by_hand::requests::{AddMsgTemplate, Attachment, ChatType, Image, Link, MiniProgram, Text};

    let attachments = (0..9).map(|number| match number {
        0..=4 => Attachment::Image { image: Image { media_id: MEDIA.to_owned() } },
        5..=7 => Attachment::Link {
            link: Link {
                title: "秋季新品".to_owned(),
                picurl: LINK.to_owned(),
                desc: TEXT.to_owned(),
                url: LINK.to_owned(),
            },
        },
        _ => Attachment::MiniProgram {
            miniprogram: MiniProgram {
                title: "会员中心".to_owned(),
                pic_media_id: MEDIA.to_owned(),
                appid: "wx8bd80126147df384".to_owned(),
                page: "/index".to_owned(),
            },
        },
    });
    AddMsgTemplate {
        chat_type: Some(ChatType::Single),
        external_userid: Some(customers().collect()),
        sender: Some("lin.wei".to_owned()),
        text: Some(Text { content: TEXT.to_owned() }),
        attachments: Some(attachments.collect()),
        ..AddMsgTemplate::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// JSON without the fields that hold nothing.
    fn without_nulls(value: Value) -> Value {
        match value {
            Value::Object(fields) => {
                let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
                fields.map(|(name, value)| (name, without_nulls(value))).collect()
            }
            Value::Array(items) => items.into_iter().map(without_nulls).collect(),
            other => other,
        }
    }

    /// What a side holds of a body; the crates keep no `errcode` of a success.
    fn held<E, H>(body: &str) -> [Value; 3]
    where
        E: Endpoint,
        E::Response: ReadObject + Serialize,
        H: DeserializeOwned + Serialize,
    {
        let mut wecom = serde_json::to_value(parse::<E>(body.as_bytes()).unwrap()).unwrap();
        wecom["errcode"] = 0.into();
        wecom["errmsg"] = "ok".into();
        let by_hand: H = serde_json::from_str(body).unwrap();
        let by_hand = without_nulls(serde_json::to_value(by_hand).unwrap());
        [serde_json::from_str(body).unwrap(), wecom, by_hand]
    }

    #[test]
    fn both_sides_hold_all_that_a_body_says() {
        for [body, wecom, by_hand] in [
            held::<SyncMsg, by_hand::SyncMsgPage>(&bodies::sync_msg(1000)),
            held::<GetMeetingInfo, by_hand::Meeting>(&bodies::meeting()),
            held::<GetGroupMsgListV2, by_hand::GroupMsgPage>(&bodies::group_messages(100)),
        ] {
            assert!(wecom == body, "{wecom:#}\n{body:#}");
            assert!(by_hand == body, "{by_hand:#}\n{body:#}");
        }
    }

    fn same(by_hand: &Request<Bytes>, request: &impl Endpoint) {
        let wecom = http_request(request, BASE_URL, TOKEN).unwrap();
        assert_eq!(wecom.method(), by_hand.method());
        assert_eq!(wecom.headers(), by_hand.headers());
        assert_eq!(wecom.uri().path(), by_hand.uri().path());
        assert_eq!(std::str::from_utf8(wecom.body()), std::str::from_utf8(by_hand.body()));
    }

    #[test]
    fn both_sides_build_the_same_requests() {
        let meeting = by_hand::requests::GetMeetingInfo { meetingid: "m".to_owned() };
        same(&post("/cgi-bin/meeting/get_info", &meeting), &GetMeetingInfo::new("m"));
        same(&post("/cgi-bin/externalcontact/add_msg_template", &group_message_by_hand()), &group_message());
        same(&get("/cgi-bin/user/get", "userid", "a"), &GetUser::new("a"));
    }

    #[test]
    fn every_case_can_be_done_by_the_crates_and_by_hand() {
        for case in Case::value_variants() {
            for side in [Side::Wecom, Side::ByHand] {
                prepare(*case, side).unwrap()();
            }
        }
    }
}
