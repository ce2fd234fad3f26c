//! Serving callbacks over HTTP.

mod bodies;
mod common;
mod handlers;
mod http;
mod memory;
mod recovered;
mod repeated;
mod replies;
mod running;
mod saved;
mod service;
mod wire;
