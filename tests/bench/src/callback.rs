//! A callback from its request to its event: verified, decrypted and read.

use std::fmt::Write as _;

use aes::Aes256;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use serde::{Deserialize, Deserializer, de};
use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;
use wecom_callback::{Format, Receiver, Sender};
use wecom_models::callback::{Envelope, read};
use wecom_models::contacts::events;

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";
const CORP: &str = "ww1234567890abcdef";

/// An event of about 1 kB.
const EVENT: &str = "<xml><ToUserName><![CDATA[ww1234567890abcdef]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
    <CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event>\
    <ChangeType>create_user</ChangeType><UserID><![CDATA[lin.wei]]></UserID><Name><![CDATA[林薇]]></Name>\
    <Department><![CDATA[4,17]]></Department><MainDepartment>4</MainDepartment><IsLeaderInDept><![CDATA[0,1]]></IsLeaderInDept>\
    <DirectLeader><![CDATA[chen.yu]]></DirectLeader><Position><![CDATA[编辑]]></Position><Mobile>13800001234</Mobile>\
    <Gender>2</Gender><Email><![CDATA[lin.wei@example.com]]></Email><BizMail><![CDATA[lin.wei@corp.example.com]]></BizMail>\
    <Status>1</Status><Avatar><![CDATA[https://example.com/avatar/lin.wei/0]]></Avatar><Alias><![CDATA[weiwei]]></Alias>\
    <Telephone><![CDATA[010-555012]]></Telephone><Address><![CDATA[示例路3号]]></Address></xml>";

/// The query and the body of a callback.
pub struct Request {
    /// The query, without its `?`.
    pub query: String,
    /// The envelope, in XML.
    pub body: String,
}

/// A callback as WeCom sends it.
///
/// # Panics
///
/// If the settings are wrong.
pub fn request() -> Request {
    let sender = Sender::new(TOKEN, KEY, CORP).expect("the settings are right");
    let sent = sender.callback(Format::Xml, EVENT.as_bytes(), CORP, "");
    Request { query: sent.query, body: sent.body }
}

/// The crates' receiver.
///
/// # Panics
///
/// If the settings are wrong.
pub fn receiver() -> Receiver {
    Receiver::builder(TOKEN, KEY).receiveid(CORP).build().expect("the settings are right")
}

/// Opens it with the crates.
///
/// # Panics
///
/// If it isn't genuine.
pub fn with_the_crates(receiver: &Receiver, request: &Request) -> (Envelope, events::CreateUser) {
    let opened = receiver.open(&request.query, request.body.as_bytes()).expect("it is genuine");
    read(&opened.text()).expect("it is the event")
}

/// An envelope with a member.
#[derive(Deserialize)]
struct Sealed {
    #[serde(rename = "Encrypt")]
    encrypt: String,
}

/// The event, as one would write it for serde's derive.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateUser {
    /// The company.
    pub to_user_name: String,
    /// The userid of the member who caused it.
    pub from_user_name: String,
    /// When it happened.
    pub create_time: i64,
    /// `event`.
    pub msg_type: String,
    /// `change_contact`.
    pub event: String,
    /// `create_user`.
    pub change_type: String,
    /// The member.
    #[serde(rename = "UserID")]
    pub user_id: String,
    /// The name.
    pub name: Option<String>,
    /// The departments.
    #[serde(deserialize_with = "separated")]
    pub department: Vec<u64>,
    /// The main one.
    pub main_department: Option<u64>,
    /// Of which departments the member is head.
    #[serde(default, deserialize_with = "separated")]
    pub is_leader_in_dept: Vec<u64>,
    /// The manager.
    #[serde(default, deserialize_with = "separated")]
    pub direct_leader: Vec<String>,
    /// The job title.
    pub position: Option<String>,
    /// The mobile number.
    pub mobile: Option<String>,
    /// The gender.
    pub gender: Option<u8>,
    /// The email address.
    pub email: Option<String>,
    /// The company email address.
    pub biz_mail: Option<String>,
    /// The status.
    pub status: Option<u8>,
    /// The avatar.
    pub avatar: Option<String>,
    /// The alias.
    pub alias: Option<String>,
    /// The landline number.
    pub telephone: Option<String>,
    /// The address.
    pub address: Option<String>,
}

fn separated<'de, T: std::str::FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.split(',').map(|item| item.parse().map_err(|_| de::Error::custom("not a list"))).collect()
}

/// The key, decoded once: its base64 is one whose last bits are zero.
///
/// # Panics
///
/// If it is none.
pub fn key() -> [u8; 32] {
    STANDARD.decode(format!("{KEY}=")).expect("it is base64").try_into().expect("it has 32 bytes")
}

/// Opens it with `quick-xml`, `aes` and `sha1`, and checks the same.
///
/// # Panics
///
/// If it isn't genuine.
pub fn by_hand(key: &[u8; 32], request: &Request) -> CreateUser {
    let (mut signature, mut timestamp, mut nonce) = ("", "", "");
    for pair in request.query.split('&') {
        match pair.split_once('=') {
            Some(("msg_signature", value)) => signature = value,
            Some(("timestamp", value)) => timestamp = value,
            Some(("nonce", value)) => nonce = value,
            _ => {}
        }
    }
    let sealed: Sealed = quick_xml::de::from_str(&request.body).expect("it is an envelope");
    let mut parts = [TOKEN, timestamp, nonce, &sealed.encrypt];
    parts.sort_unstable();
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    let expected = hash.finalize().iter().fold(String::with_capacity(40), |mut text, byte| {
        write!(text, "{byte:02x}").expect("strings take everything");
        text
    });
    assert!(bool::from(expected.as_bytes().ct_eq(signature.as_bytes())), "it is genuine");

    let mut bytes = STANDARD.decode(&sealed.encrypt).expect("it is base64");
    let iv: [u8; 16] = key[..16].try_into().expect("16 bytes");
    let decryptor = cbc::Decryptor::<Aes256>::new(key.into(), &iv.into());
    decryptor.decrypt_padded::<NoPadding>(&mut bytes).expect("it is whole blocks");
    let padding = usize::from(*bytes.last().expect("it isn't empty"));
    let end = bytes.len() - padding;
    assert!((1..=32).contains(&padding) && bytes[end..].iter().all(|byte| usize::from(*byte) == padding));
    let length = u32::from_be_bytes(bytes[16..20].try_into().expect("4 bytes")) as usize;
    let (message, receiveid) = bytes[20..end].split_at(length);
    assert_eq!(receiveid, CORP.as_bytes());
    quick_xml::de::from_str(str::from_utf8(message).expect("it is text")).expect("it is the event")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_hold_all_that_the_event_says() {
        let request = request();
        let (envelope, wecom) = with_the_crates(&receiver(), &request);
        let by_hand = by_hand(&key(), &request);
        assert!((800..1200).contains(&EVENT.len()), "{}", EVENT.len());
        assert_eq!(envelope.to_user_name, by_hand.to_user_name);
        assert_eq!(envelope.from_user_name, by_hand.from_user_name);
        assert_eq!(envelope.kind, by_hand.event);
        assert_eq!(envelope.change, Some(by_hand.change_type));
        assert_eq!((by_hand.msg_type.as_str(), by_hand.create_time), ("event", 1_767_225_600));
        assert_eq!(wecom.user_id, by_hand.user_id);
        assert_eq!(*wecom.department, by_hand.department);
        let heads: Option<Vec<u64>> =
            wecom.is_leader_in_dept.map(|list| list.iter().copied().map(u64::from).collect());
        assert_eq!(heads, Some(by_hand.is_leader_in_dept));
        assert_eq!(wecom.direct_leader.map(|list| list.to_vec()), Some(by_hand.direct_leader));
        assert_eq!((by_hand.gender, by_hand.status), (Some(2), Some(1)));
        assert!(wecom.gender.is_some() && wecom.status.is_some());
        assert_eq!(wecom.main_department, by_hand.main_department);
        for (wecom, by_hand) in [
            (wecom.name, by_hand.name),
            (wecom.position, by_hand.position),
            (wecom.mobile, by_hand.mobile),
            (wecom.email, by_hand.email),
            (wecom.biz_mail, by_hand.biz_mail),
            (wecom.avatar, by_hand.avatar),
            (wecom.alias, by_hand.alias),
            (wecom.telephone, by_hand.telephone),
            (wecom.address, by_hand.address),
        ] {
            assert!(wecom.is_some());
            assert_eq!(wecom, by_hand);
        }
    }
}
