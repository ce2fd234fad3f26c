//! What tests of serving share: WeCom's side, and types of events.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use tokio::time::sleep;
use wecom_callback::{
    BoxError, Callback, Callbacks, Format, Passive, Receiver, ReceiverBuilder, Router, Sender, Sent, State,
};
use wecom_models::callback::{Document, Envelope, Events, Payload, ReadError, Select, Shape};
use wecom_models::wire::{Field, ReadObject};

pub(crate) const TOKEN: &str = "QSdkTestToken01";
pub(crate) const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";
pub(crate) const CORP: &str = "ww1234567890abcdef";

pub(crate) fn builder() -> ReceiverBuilder {
    Receiver::builder(TOKEN, KEY).receiveid(CORP)
}

pub(crate) fn receiver() -> Receiver {
    builder().build().unwrap()
}

pub(crate) fn sender() -> Sender {
    Sender::new(TOKEN, KEY, CORP).unwrap()
}

/// An event of a customer, of which no two are the same.
pub(crate) fn added(customer: &str) -> String {
    format!(
        "<xml><ToUserName>{CORP}</ToUserName><FromUserName>sys</FromUserName><CreateTime>1767225600</CreateTime><MsgType>event</MsgType>\
         <Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType><ExternalUserID>{customer}</ExternalUserID></xml>"
    )
}

pub(crate) fn text(content: &str) -> String {
    format!(
        "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content><MsgId>1</MsgId></xml>"
    )
}

pub(crate) fn ticket(ticket: &str) -> String {
    format!(
        "<xml><SuiteId>{CORP}</SuiteId><InfoType>suite_ticket</InfoType><SuiteTicket>{ticket}</SuiteTicket></xml>"
    )
}

pub(crate) fn sent(message: &str) -> Sent {
    sender().callback(Format::Xml, message.as_bytes(), CORP, "1000002")
}

pub(crate) fn request(method: Method, path_and_query: &str, body: &str) -> Request<Bytes> {
    let body = Bytes::copy_from_slice(body.as_bytes());
    Request::builder().method(method).uri(path_and_query).body(body).unwrap()
}

pub(crate) async fn post(callbacks: &Callbacks, sent: &Sent) -> Response<Bytes> {
    callbacks.handle(request(Method::POST, &format!("/callback?{}", sent.query), &sent.body)).await
}

/// A customer was added.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Added {
    pub(crate) customer: String,
}

impl ReadObject for Added {
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        match name {
            "ExternalUserID" => field.read(&mut self.customer),
            _ => field.skip(),
        }
    }
}

impl Payload for Added {
    const NAME: &'static str = "externalcontact.events.add_external_contact";
    const TITLE: &'static str = "添加企业客户事件";
    const FAMILY: &'static str = "externalcontact";
    const SELECT: &'static [Select] = &[
        Select::change(Shape::Event, "change_external_contact", "add_external_contact"),
        Select::change(Shape::Info, "change_external_contact", "add_external_contact"),
    ];
}

/// All events of customers.
#[derive(Debug, PartialEq)]
pub(crate) enum Customers {
    Added(Added),
    Other(serde_json::Value),
}

impl Events for Customers {
    const FAMILY: &'static str = "externalcontact";

    fn has(envelope: &Envelope) -> bool {
        envelope.kind == "change_external_contact"
    }

    fn read(envelope: &Envelope, document: &Document<'_>) -> Result<Self, ReadError> {
        match envelope.change.as_deref() {
            Some("add_external_contact") => document.read().map(Self::Added),
            _ => document.to_value().map(Self::Other),
        }
    }
}

pub(crate) fn status_and_body(response: &Response<Bytes>) -> (u16, &str) {
    (response.status().as_u16(), std::str::from_utf8(response.body()).unwrap())
}

/// Counts its runs, takes a second for each, and does what the number of the run says.
pub(crate) fn counting(count: &Arc<AtomicUsize>, behave: fn(usize) -> Result<Passive, BoxError>) -> Router {
    let router = Router::<Arc<AtomicUsize>>::new().fallback(
        move |State(count): State<Arc<AtomicUsize>>, _: Callback| async move {
            sleep(Duration::from_secs(1)).await;
            behave(count.fetch_add(1, Ordering::SeqCst))
        },
    );
    router.with_state(Arc::clone(count))
}
