//! What WeCom writes: documentation pages, taken apart.

mod blocks;
pub(crate) mod contents;
pub(crate) mod encoding;
mod examples;
mod json_repair;
mod label;
mod markup;
mod naming;
mod page;
pub(crate) mod phrases;
mod reader;
mod side;
pub(crate) mod table;
pub(crate) mod tree;

pub use examples::{Summary, run};
pub(crate) use examples::{documented, spec};
pub(crate) use markup::{plain, regex};
pub(crate) use page::{Page, read};
pub(crate) use side::Kind;
