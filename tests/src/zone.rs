//! The calls of the zone, held against the spec as endpoints are, but without HTTP.

use std::fmt::{Debug, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use wecom_requests::{Check, ZoneCall, ZoneMeta};

use crate::conformance::{Finding, Findings, Kind, Outcome, broken, conforms, held, read};
use crate::generated::ZONE;
use crate::snapshot::{self, Example};

/// One call, and how to hold payloads against its types.
#[derive(Debug)]
pub struct ZoneContract {
    meta: &'static ZoneMeta,
    request: fn(&str) -> Result<(), Vec<Finding>>,
    response: fn(&str) -> Result<(), Vec<Finding>>,
    /// Where the documentation contradicts itself about the request, as pointers with `*` for any item.
    request_quirks: &'static [&'static str],
    /// The same about the response.
    response_quirks: &'static [&'static str],
}

impl ZoneContract {
    /// The contract of a call.
    pub(crate) const fn of<C>(
        request_quirks: &'static [&'static str],
        response_quirks: &'static [&'static str],
    ) -> Self
    where
        C: ZoneCall + Check + DeserializeOwned,
        C::Response: Serialize + DeserializeOwned,
    {
        Self {
            meta: C::META,
            request: |json| conforms::<C>(json, Kind::Request, broken),
            response: |json| conforms::<C::Response>(json, Kind::Response, |_| Vec::new()),
            request_quirks,
            response_quirks,
        }
    }

    /// What comes of holding a payload against it.
    fn outcome(&self, kind: Kind, payload: &str) -> Outcome {
        let (result, quirks) = match kind {
            Kind::Request => ((self.request)(payload), self.request_quirks),
            Kind::Response => ((self.response)(payload), self.response_quirks),
        };
        let mut findings = result.err().unwrap_or_default();
        held(&mut findings, quirks);
        if findings.is_empty() { Outcome::Pass } else { Outcome::Fail(findings) }
    }
}

/// Every call of the zone.
pub fn contracts() -> &'static [ZoneContract] {
    ZONE
}

/// Holds a payload against the call of a name.
pub fn check(name: &str, kind: Kind, payload: &str) -> Outcome {
    let contract = ZONE.iter().find(|contract| contract.meta.name == name);
    contract.map_or(Outcome::Unspecified, |contract| contract.outcome(kind, payload))
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
            if let Outcome::Fail(findings) = check(name, kind, payload) {
                panic!("{what}, {kind:?}: {}", Findings(&findings));
            }
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
