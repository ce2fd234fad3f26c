//! WeCom's documentation pages, parsed.

mod address;
mod attach;
mod blocks;
mod bodies;
mod codes;
pub(crate) mod contents;
mod document_repair;
mod elsewhere;
pub(crate) mod encoding;
mod examples;
mod fields;
mod gathered;
mod json_repair;
mod label;
mod links;
mod markup;
mod naming;
mod occurrences;
mod page;
pub(crate) mod phrases;
pub(crate) mod table;
pub(crate) mod tree;
mod walk;

pub(crate) use codes::{CodeRow, ToldCode, codes, details};
pub(crate) use contents::Occurrence;
pub(crate) use elsewhere::take_linked;
pub use examples::{Extract, extract};
pub(crate) use examples::{documented, spec};
pub(crate) use links::linked;
pub(crate) use markup::{mentions, plain, regex};
pub(crate) use page::{Page, read};
