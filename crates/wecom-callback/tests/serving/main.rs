//! Serving callbacks over HTTP.

mod bodies;
mod common;
mod http;
mod memory;
mod repeated;
mod replies;
mod running;
mod saved;
mod service;
mod wire;
