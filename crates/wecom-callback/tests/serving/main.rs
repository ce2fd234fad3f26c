//! Serving callbacks over HTTP.

mod bodies;
mod common;
mod http;
mod repeated;
mod replies;
mod running;
mod service;
mod wire;
