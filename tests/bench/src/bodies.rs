//! The answers that are decoded: made up, always the same, in the order and about as large as WeCom's.

use std::fmt::Write as _;

/// Where the made-up times begin.
const START: usize = 1_720_000_000;

const NAMES: [&str; 5] = ["林伟", "陈钰", "周敏", "赵子涵", "王小明"];

const TEXTS: [&str; 6] = [
    "您好，我想咨询一下上周下单的那件外套什么时候可以发货？",
    "好的",
    "订单已经为您加急处理，预计明天下午之前发出，物流单号会以短信通知您。",
    "谢谢！另外发票抬头可以改成公司的名字吗？\\n纳税人识别号我稍后发给您。",
    "Could you send the invoice to our office, please?",
    "可以的，麻烦您提供一下公司名称、税号、开户行和账号，我这边帮您登记，三个工作日内会把电子发票发到您的邮箱 😊",
];

/// An id like WeCom's: letters and digits that say nothing.
fn id(prefix: &str, number: usize) -> String {
    const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut state = number as u64 + 1;
    let mut id = prefix.to_owned();
    for _ in 0..30 {
        // Knuth's constants for a linear congruential generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let index = usize::try_from(state >> 33).unwrap_or_default() % LETTERS.len();
        id.push(char::from(LETTERS[index]));
    }
    id
}

/// The items, with commas between them.
fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

/// A page of `kf/sync_msg`: half of the messages are text, the rest is a bit of everything.
pub fn sync_msg(records: usize) -> String {
    format!(
        r#"{{"errcode":0,"errmsg":"ok","next_cursor":"{}","has_more":1,"msg_list":[{}]}}"#,
        id("4gw7MepFLfgF2VC5npN", 0),
        list(records, message)
    )
}

fn message(number: usize) -> String {
    if number % 10 == 9 {
        return event(number);
    }
    let mut message = format!(
        r#"{{"msgid":"{}","open_kfid":"{}","external_userid":"{}","send_time":{}"#,
        id("", number),
        id("wk", number % 3),
        id("wm", number % 97),
        START + number * 7,
    );
    let answered = number % 3 == 2;
    let _ = write!(message, r#","origin":{}"#, if answered { 5 } else { 3 });
    if answered {
        let _ = write!(message, r#","servicer_userid":"lin.wei.{}""#, number % 7);
    }
    let (kind, content) = content(number);
    let _ = write!(message, r#","msgtype":"{kind}","{kind}":{content}}}"#);
    message
}

fn content(number: usize) -> (&'static str, String) {
    let text = TEXTS[number / 2 % TEXTS.len()];
    let media =
        || format!(r#"{{"media_id":"{}"}}"#, id("2iSLeVyqzk4eX0IB5kTi9Ljfa2rt9dwfq5WKRQ4Nvvgw", number));
    match number / 2 % 20 {
        0..=9 => ("text", format!(r#"{{"content":"{text}"}}"#)),
        10..=12 => ("image", media()),
        13 => ("voice", media()),
        14 => ("file", media()),
        15 => (
            "location",
            format!(
                r#"{{"latitude":{}.1062{},"longitude":113.3245{},"name":"广州塔","address":"广东省广州市海珠区阅江西路{}号"}}"#,
                22 + number % 3,
                number % 9 + 1,
                number % 7 + 1,
                number % 300
            ),
        ),
        16 => (
            "link",
            format!(
                r#"{{"title":"新品上市：{}","desc":"{text}","url":"https://shop.example.com/items/{number}?from=kf","pic_url":"https://img.example.com/{number}.png"}}"#,
                NAMES[number % NAMES.len()]
            ),
        ),
        17 => (
            "miniprogram",
            format!(
                r#"{{"title":"我的订单","appid":"wx{number:016x}","pagepath":"pages/orders/detail.html?id={number}","thumb_media_id":"{}"}}"#,
                id("3", number)
            ),
        ),
        18 => (
            "msgmenu",
            format!(
                r#"{{"head_content":"您对本次服务是否满意呢？","list":[{{"type":"click","click":{{"id":"101","content":"满意"}}}},{{"type":"click","click":{{"id":"102","content":"不满意"}}}},{{"type":"view","view":{{"url":"https://shop.example.com/help/{number}","content":"查看自助服务"}}}}],"tail_content":"欢迎再次光临"}}"#
            ),
        ),
        _ => (
            "channels_shop_product",
            format!(
                r#"{{"product_id":"{number}","head_image":"https://img.example.com/p/{number}.jpg","title":"羊毛外套","sales_price":"{}00","shop_nickname":"小店","shop_head_image":"https://img.example.com/s/1.jpg"}}"#,
                number % 900 + 1
            ),
        ),
    }
}

fn event(number: usize) -> String {
    let (kfid, customer) = (id("wk", number % 3), id("wm", number % 97));
    let event = match number / 10 % 3 {
        0 => format!(
            r#"{{"event_type":"enter_session","open_kfid":"{kfid}","external_userid":"{customer}","scene":"123","scene_param":"abc","welcome_code":"{}"}}"#,
            id("", number)
        ),
        1 => format!(
            r#"{{"event_type":"session_status_change","open_kfid":"{kfid}","external_userid":"{customer}","change_type":1,"new_servicer_userid":"chen.yu","msg_code":"{}"}}"#,
            id("", number)
        ),
        _ => format!(
            r#"{{"event_type":"msg_send_fail","open_kfid":"{kfid}","external_userid":"{customer}","fail_msgid":"{}","fail_type":4}}"#,
            id("", number)
        ),
    };
    format!(
        r#"{{"msgid":"{}","send_time":{},"origin":4,"msgtype":"event","event":{event}}}"#,
        id("", number),
        START + number * 7
    )
}

/// The answer of `meeting/get_info`, for a meeting of ten people.
pub fn meeting() -> String {
    let people = |count: usize, name: &str, prefix: &str| {
        list(count, |number| {
            format!(
                r#"{{"{name}":"{}","status":1,"first_join_time":{},"last_quit_time":{},"total_join_count":{},"cumulative_time":{}}}"#,
                id(prefix, number),
                START + number,
                START + 1700 + number,
                number % 3 + 1,
                1500 + number
            )
        })
    };
    format!(
        r#"{{"errcode":0,"errmsg":"ok","admin_userid":"lin.wei","title":"每周例会","meeting_start":{START},"meeting_duration":1800,"description":"上周完成了什么，下周做什么","location":"十楼会议室","main_department":2,"status":3,"agentid":1000014,"attendees":{{"member":[{}],"tmp_external_user":[{}]}},"settings":{{"remind_scope":3,"password":"4821","enable_waiting_room":false,"allow_enter_before_host":true,"enable_enter_mute":2,"enable_screen_watermark":false,"hosts":{{"userid":["lin.wei","chen.yu"]}},"ring_users":{{"userid":["zhou.min"]}}}},"cal_id":"{}","reminders":{{"is_repeat":1,"repeat_type":1,"repeat_until":{},"repeat_interval":1,"remind_before":[0,900]}},"meeting_code":"480721093","meeting_link":"https://meeting.example.com/dm/{}"}}"#,
        people(8, "userid", "lin.wei."),
        people(2, "tmp_external_userid", "wo"),
        id("wc", 1),
        START + 5_000_000,
        id("", 2),
    )
}

/// A page of `externalcontact/get_groupmsg_list_v2`: messages with nine attachments each.
pub fn group_messages(messages: usize) -> String {
    format!(
        r#"{{"errcode":0,"errmsg":"ok","next_cursor":"{}","group_msg_list":[{}]}}"#,
        id("", 0),
        list(messages, |number| format!(
            r#"{{"msgid":"{}","creator":"lin.wei","create_time":{},"create_type":1,"text":{{"content":"{}"}},"attachments":[{}]}}"#,
            id("msg", number),
            START + number,
            TEXTS[number % TEXTS.len()],
            list(9, |attachment| self::attachment(number, attachment)),
        ))
    )
}

fn attachment(message: usize, number: usize) -> String {
    let media = || id("2iSLeVyqzk4eX0IB5kTi9Ljfa2rt9dwfq5WKRQ4Nvvgw", message * 9 + number);
    match number {
        0..=3 => format!(
            r#"{{"msgtype":"image","image":{{"media_id":"{}","pic_url":"https://img.example.com/{message}/{number}.png"}}}}"#,
            media()
        ),
        4 | 5 => format!(
            r#"{{"msgtype":"link","link":{{"title":"秋季新品","picurl":"https://img.example.com/{message}.png","desc":"全场满三百减五十","url":"https://shop.example.com/campaigns/{message}"}}}}"#
        ),
        6 => format!(
            r#"{{"msgtype":"miniprogram","miniprogram":{{"title":"会员中心","appid":"wx{message:016x}","page":"pages/member/index.html"}}}}"#
        ),
        7 => format!(r#"{{"msgtype":"video","video":{{"media_id":"{}"}}}}"#, media()),
        _ => format!(r#"{{"msgtype":"file","file":{{"media_id":"{}"}}}}"#, media()),
    }
}
