//! Checks the calls of the zone against the spec, as endpoints are checked, but without HTTP.

use std::convert::Infallible;
use std::fmt::{Debug, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wecom_requests::{Check, ZoneCall, ZoneMeta};

use crate::conformance::{Kind, Outcome, Payloads, Shown, read};
use crate::generated::ZONE;
use crate::snapshot::{self, Example};

/// One call, with the functions that check payloads against its types.
#[derive(Debug)]
pub struct ZoneContract {
    meta: &'static ZoneMeta,
    payloads: Payloads,
    exchange: fn(&Example) -> Result<Exchange, String>,
    examples: &'static [Example],
}

impl ZoneContract {
    /// Creates the contract of a call.
    pub(crate) const fn of<C>(
        examples: &'static [Example],
        request_quirks: &'static [&'static str],
        response_quirks: &'static [&'static str],
    ) -> Self
    where
        C: ZoneCall + Check + DeserializeOwned,
        C::Response: Serialize + DeserializeOwned + Debug + 'static,
    {
        Self {
            meta: C::META,
            payloads: Payloads::of::<C, C::Response>(request_quirks, response_quirks),
            exchange: Exchange::of::<C>,
            examples,
        }
    }
}

/// Checks a payload against the call of this name.
pub fn check(name: &str, kind: Kind, payload: &str) -> Outcome {
    let contract = ZONE.iter().find(|contract| contract.meta.name == name);
    contract.map_or(Outcome::Unspecified, |contract| contract.payloads.findings(kind, payload).into())
}

/// Compares every example of a call with its snapshot, and checks that nothing of it is lost.
///
/// # Panics
///
/// If an example and its model don't agree, the snapshot is another one, or the spec has no such call.
pub fn snapshot(id: &str) {
    let contract = ZONE.iter().find(|contract| contract.meta.id == id).expect(id);
    let name = contract.meta.name;
    let mut text = String::new();
    for (index, example) in contract.examples.iter().enumerate() {
        let what = format!("{id}, example {index}");
        for (kind, payload) in [(Kind::Request, example.request), (Kind::Response, example.response)] {
            check(name, kind, payload).expect_pass(&format!("{what}, {kind:?}"));
        }
        let exchange = (contract.exchange)(example).unwrap_or_else(|error| panic!("{what}: {error}"));
        let sent: Value = serde_json::from_str(&exchange.sent).expect("a request is JSON");
        writeln!(text, "INVOKE {}\n\n{sent:#}\n\n{:#?}\n", exchange.name, exchange.response)
            .expect("strings take everything");
    }
    snapshot::assert(id, &text);
}

/// A call as the SDK of the zone carries it.
#[derive(Debug)]
struct Exchange {
    name: String,
    sent: String,
    response: Shown,
}

impl Exchange {
    fn of<C>(example: &Example) -> Result<Self, String>
    where
        C: ZoneCall + DeserializeOwned,
        C::Response: Debug + 'static,
    {
        let call: C = read(example.request)?;
        let mut asked = (String::new(), String::new());
        let response = call.invoke(|name, request| {
            asked = (name.to_owned(), request.to_owned());
            Ok::<_, Infallible>(example.response)
        });
        let response = response.map_err(|error| error.to_string())?;
        Ok(Self { name: asked.0, sent: asked.1, response: Box::new(response) })
    }
}
