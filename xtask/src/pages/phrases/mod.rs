//! How pages word, in Chinese, what a field or an endpoint is like.

mod characters;
mod limits;
mod numbers;
mod presence;
mod rates;
mod types;
mod values;

pub(crate) use limits::limits;
pub(crate) use numbers::in_digits;
pub(crate) use presence::{may_be_absent, yes_or_no};
pub(crate) use rates::{Rates, at_once, rates, sentences_of_rates};
pub(crate) use types::{Base, DocType, doc_type, is_timestamp, may_be_moment};
pub(crate) use values::{Value, default, is_flag, value_of, values, wire_of, word_of};
