//! What applications need beyond the endpoints: logins, signed pages, group bots, metrics.

mod group_bot;
mod jssdk;
mod login;
mod metrics;
