//! The generator and the spec tools.
//!
//! One straight line: [`load`] reads `spec/*.yaml` and remembers where everything stands, [`check`] collects every
//! mistake, [`lower`] decides names, directions and order, [`emit`] prints Rust, [`mod@write`] puts it in place.

#![allow(missing_docs, reason = "nobody outside this workspace depends on it")]

pub mod bench;
pub mod check;
pub mod codegen;
pub mod coverage;
pub mod diagnostic;
pub mod diff;
pub mod drift;
pub mod emit;
pub mod import;
pub mod ir;
mod keywords;
pub mod load;
pub mod lower;
pub mod names;
pub mod openapi;
pub mod pages;
mod parallel;
pub mod schema;
pub mod source;
pub mod spec;
pub mod type_expr;
pub mod write;
