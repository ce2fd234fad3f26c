//! The snapshot tests: one per endpoint, call of the zone, event and reply, over all its examples.

#[rustfmt::skip]
mod generated;
