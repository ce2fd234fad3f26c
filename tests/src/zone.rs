//! Checks the calls of the zone against the spec, as endpoints are checked, but without HTTP.

use std::fmt::{Debug, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wecom_requests::{Check, ZoneCall, ZoneMeta};

use crate::conformance::{Kind, Outcome, Payloads, read};
use crate::generated::ZONE;
use crate::snapshot::{self, Example};

/// One call, with the functions that check payloads against its types.
#[derive(Debug)]
pub struct ZoneContract {
    meta: &'static ZoneMeta,
    payloads: Payloads,
}

impl ZoneContract {
    /// Creates the contract of a call.
    pub(crate) const fn of<C>(
        request_quirks: &'static [&'static str],
        response_quirks: &'static [&'static str],
    ) -> Self
    where
        C: ZoneCall + Check + DeserializeOwned,
        C::Response: Serialize + DeserializeOwned,
    {
        Self { meta: C::META, payloads: Payloads::of::<C, C::Response>(request_quirks, response_quirks) }
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
/// If an example and its model don't agree, or the snapshot is another one.
pub fn snapshot<C>(examples: &[Example])
where
    C: ZoneCall + Check + DeserializeOwned,
    C::Response: Serialize + DeserializeOwned + Debug,
{
    let ZoneMeta { id, name, .. } = C::META;
    let mut text = String::new();
    for (index, example) in examples.iter().enumerate() {
        let what = format!("{id}, example {index}");
        for (kind, payload) in [(Kind::Request, example.request), (Kind::Response, example.response)] {
            check(name, kind, payload).expect_pass(&format!("{what}, {kind:?}"));
        }
        let call: C = read(example.request).unwrap_or_else(|error| panic!("{what}: {error}"));
        let invoked = call.invoke(|name, request| {
            let sent: Value = serde_json::from_str(request)?;
            writeln!(text, "INVOKE {name}\n\n{sent:#}").expect("strings take everything");
            Ok::<_, serde_json::Error>(example.response)
        });
        let response = invoked.unwrap_or_else(|error| panic!("{what}: {error}"));
        writeln!(text, "\n{response:#?}\n").expect("strings take everything");
    }
    snapshot::assert(id, &text);
}
