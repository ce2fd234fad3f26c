//! The generator and the spec tools.
//!
//! One straight line: [`spec`] reads `spec/*.yaml`, records the position of everything and collects every mistake,
//! [`api`] decides names, directions and order, [`emit`] prints Rust and writes it to its place.

#![allow(missing_docs, reason = "nobody outside this workspace depends on it")]

pub mod api;
pub mod bench;
pub mod commands;
pub mod coverage;
pub mod diff;
pub mod drift;
pub mod emit;
pub mod import;
pub mod mutate;
pub mod openapi;
pub mod pages;
mod parallel;
pub mod spec;
