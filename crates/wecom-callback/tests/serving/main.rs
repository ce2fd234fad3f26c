//! Serving callbacks over HTTP.

mod common;
mod http;
mod service;
