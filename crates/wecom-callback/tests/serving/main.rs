//! Serving callbacks over HTTP.

mod common;
mod http;
mod replies;
mod service;
