//! The shared code of this workspace's tests: conformance to real traffic, and the snapshot tests generated from the
//! spec's examples.

#![cfg_attr(test, allow(dead_code, reason = "what only the tables of the spec use"))]

pub mod conformance;
pub mod event;
pub mod log;
pub mod snapshot;
pub mod socket;
mod unknown;
pub mod zone;

/// The tables of the spec, from which everything here begins. The unit tests do without, so that thousands of types aren't
/// compiled again for them.
#[cfg(not(test))]
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, reason = "the documentation decides the shape of generated code")]
mod generated;

/// Returns a response with these fields that says that the call succeeded.
pub fn success(fields: &serde_json::Value) -> serde_json::Value {
    let mut answer = fields.clone();
    answer["errcode"] = 0.into();
    answer
}

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// And so does its translation's.
#[cfg(doctest)]
#[doc = include_str!("../../README.zh-CN.md")]
struct ReadmeZhCn;

#[cfg(test)]
mod generated {
    use crate::conformance::Contract;
    use crate::event::Occurrence;
    use crate::socket::SocketContract;
    use crate::zone::ZoneContract;

    pub(crate) static CONTRACTS: &[Contract] = &[];
    pub(crate) static ZONE: &[ZoneContract] = &[];
    pub(crate) static SOCKETS: &[SocketContract] = &[];
    pub(crate) static EVENTS: &[Occurrence] = &[];
    pub(crate) static REPLIES: &[Occurrence] = &[];
}
