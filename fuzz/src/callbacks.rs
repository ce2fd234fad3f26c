//! Callbacks and verifications: arbitrary requests, and genuine ones with strange messages.

use std::time::Duration;

use bytes::Bytes;
use fastrand::Rng;
use http::Request;
use http_body_util::Full;
use tokio::runtime::Runtime;
use wecom_callback::{Callback, Callbacks, Event, Family, Format, Passive, Receiver, Router, Sender};
use wecom_models::callback::Document;
use wecom_models::contacts::events::ContactsEvent;
use wecom_models::message::events::TextMessage;
use wecom_models::openhw::events::OpenhwEvent;
use wecom_models::service::events::SuiteTicket;

use crate::mutate;
use crate::target::Target;

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";
const CORP: &str = "ww1234567890abcdef";

/// The text of a verification.
const ECHO: &str = "1616140317555161061";

/// The beginning of an input whose rest is a message, to be encrypted and signed as WeCom does. Other inputs are a
/// query, a line break and a body.
const GENUINE: &[u8] = b"genuine\n";

const MESSAGES: [&str; 5] = [
    "<xml><ToUserName><![CDATA[ww1]]></ToUserName><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[a<b &]]></Content></xml>",
    "<xml><MsgType>event</MsgType><Event>change_contact</Event><ChangeType>create_user</ChangeType><ExtAttr><Item><Name>a</Name></Item><Item/></ExtAttr></xml>",
    "<xml><SuiteId>s</SuiteId><InfoType>suite_ticket</InfoType><TimeStamp>1767225660</TimeStamp><SuiteTicket>t&amp;&#65;</SuiteTicket></xml>",
    r#"{"msgid":"M1","msgtype":"event","event":{"eventtype":"enter_chat"},"from":{"userid":"a"}}"#,
    r#"{"msg_type":"command","base_info":{"req_id":"1"},"command":{"command_type":"enter_page"}}"#,
];

pub(crate) struct Receiving {
    runtime: Runtime,
    sender: Sender,
    callbacks: Callbacks,
    /// Requests that are accepted, and messages.
    seeds: Vec<Vec<u8>>,
}

impl Receiving {
    pub(crate) fn new() -> Self {
        let runtime = Runtime::new().expect("a runtime can be started");
        let sender = Sender::new(TOKEN, KEY, CORP).expect("the settings are right");
        let receiver = Receiver::builder(TOKEN, KEY).receiveid(CORP).build().expect("the settings are right");
        // The reply is the message, so that it shows which one was trusted. Some are read as types before: one type, and all of a family.
        let told = |callback: Callback| async move { Passive::new(callback.opened.message.clone()) };
        let router = Router::new()
            .on(move |message: Event<TextMessage>| told(message.callback))
            .on(move |ticket: Event<SuiteTicket>| told(ticket.callback))
            .on(move |event: Family<ContactsEvent>| told(event.callback))
            .on(move |event: Family<OpenhwEvent>| told(event.callback))
            .fallback(told);
        let requests = MESSAGES.iter().flat_map(|message| {
            let formats = [Format::Xml, Format::Bot, Format::Json];
            formats.map(|format| sender.callback(format, message.as_bytes(), CORP, "1000002"))
        });
        let requests = requests.map(|sent| format!("{}\n{}", sent.query, sent.body).into_bytes());
        let requests = requests.chain([sender.verification(ECHO).into_bytes()]);
        let messages = MESSAGES.iter().map(|message| [GENUINE, message.as_bytes()].concat());
        let seeds = requests.chain(messages).collect();
        // None is remembered, so that each is handled and gets its reply.
        let callbacks = Callbacks::builder(router).receiver(receiver).remember(Duration::ZERO, 0).build();
        Self { runtime, sender, callbacks, seeds }
    }

    /// Returns the answer to a request, which is the same whether the body has been read before or not.
    fn post(&self, query: &str, body: impl Into<Bytes>) -> Option<(u16, Bytes)> {
        let request = Request::post(format!("/?{query}")).body(body.into()).ok()?;
        let streamed = request.clone().map(Full::new);
        let (whole, streamed) = self.runtime.block_on(async {
            (self.callbacks.handle(request).await, self.callbacks.handle_body(streamed).await)
        });
        assert_eq!(whole.status(), streamed.status(), "the body is the same");
        Some((streamed.status().as_u16(), streamed.into_body()))
    }

    /// Verifies a URL, and returns the text of the verification, if it is one.
    fn verify(&self, query: &str) -> Option<Bytes> {
        let request = Request::get(format!("/?{query}")).body(Bytes::new()).ok()?;
        let response = self.runtime.block_on(self.callbacks.handle(request));
        assert!([200, 400, 403].contains(&response.status().as_u16()), "answered with {}", response.status());
        (response.status() == 200).then(|| response.into_body())
    }

    /// Returns the trusted message, by the reply.
    fn trusted(&self, reply: &[u8]) -> Vec<u8> {
        self.sender.open_reply(reply).expect("the reply is the receiver's")
    }
}

impl Target for Receiving {
    fn input(&self, rng: &mut Rng) -> Vec<u8> {
        let seed = rng.choice(&self.seeds).cloned().unwrap_or_default();
        let kept = if seed.starts_with(GENUINE) { GENUINE.len() } else { 0 };
        let mut changed = seed[kept..].to_vec();
        mutate::bytes(rng, &mut changed, &self.seeds);
        [&seed[..kept], &changed].concat()
    }

    fn run(&self, input: &[u8]) {
        if let Some(message) = input.strip_prefix(GENUINE) {
            let sent = self.sender.callback(Format::Xml, message, CORP, "");
            let answer = self.post(&sent.query, sent.body);
            match answer.expect("the query is one") {
                // Base64 makes it a third longer than allowed.
                (413, _) => assert!(message.len() > 700_000),
                (200, reply) if message.is_empty() => assert!(reply.is_empty()),
                (200, reply) => assert_eq!(self.trusted(&reply), message),
                // It is of a type, and can't be read as one.
                (500, _) => {
                    let text = String::from_utf8_lossy(message);
                    let document =
                        Document::parse(&text).expect("no handler takes what can't be read at all");
                    let envelope = document.envelope().expect("its envelope was read");
                    assert!(document.to_value().is_ok() && !envelope.kind.is_empty(), "a handler failed");
                }
                (status, _) => panic!("a genuine message is answered with {status}"),
            }
            return;
        }
        let text = String::from_utf8_lossy(input);
        let (query, _) = text.split_once('\n').unwrap_or((&text, ""));
        let body = input.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default();
        if let Some(echo) = self.verify(query) {
            assert_eq!(echo, ECHO, "a forged verification is trusted");
        }
        match self.post(query, body.to_vec()) {
            None | Some((400 | 403 | 413, _)) => {}
            // The change had no meaning.
            Some((200, reply)) => {
                let trusted = self.trusted(&reply);
                assert!(
                    MESSAGES.iter().any(|message| message.as_bytes() == trusted),
                    "a forged message is trusted"
                );
            }
            Some((status, _)) => panic!("answered with {status}"),
        }
    }
}
