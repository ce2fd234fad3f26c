//! One file per command of `cargo xtask`.

pub mod codegen;
pub mod explain;
