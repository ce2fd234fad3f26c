//! One file per command of `cargo xtask`: its arguments and its output. The work on the spec or the pages is done in
//! other modules, which neither print nor write files.

pub mod add;
pub mod artifact;
pub mod bench;
pub mod codegen;
pub mod coverage;
pub mod diff;
pub mod drift;
pub mod examples;
pub mod explain;
mod failure;
mod format;
pub mod import;
pub mod mutate;
pub mod openapi;
pub mod phrases;
pub mod schema;
mod terminal;

pub use failure::Failure;
