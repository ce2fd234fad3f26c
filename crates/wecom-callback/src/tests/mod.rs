//! Tests of the receiver without I/O.

mod hostile;
mod made;
mod traps;
mod vectors;

use crate::{Error, Format, Receiver, Sender};

pub(crate) const TOKEN: &str = "QSdkTestToken01";
pub(crate) const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";
pub(crate) const CORP: &str = "ww1234567890abcdef";
pub(crate) const TEXT: &str =
    "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hi]]></Content></xml>";

pub(crate) fn receiver() -> Receiver {
    Receiver::builder(TOKEN, KEY).receiveid(CORP).build().unwrap()
}

/// Creates WeCom's side for a receiver, with any receiveid.
pub(crate) fn sender(receiveid: &str) -> Sender {
    Sender::new(TOKEN, KEY, receiveid).unwrap()
}

/// Opens a callback from a sender with that receiveid.
fn open(receiver: &Receiver, receiveid: &str, to_user: &str) -> Result<crate::Opened, Error> {
    let callback = sender(receiveid).callback(Format::Xml, TEXT.as_bytes(), to_user, "");
    receiver.open(&callback.query, callback.body.as_bytes())
}
