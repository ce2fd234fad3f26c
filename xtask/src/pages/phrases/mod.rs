//! The Chinese wordings of pages for the properties of fields and endpoints.

mod characters;
mod claim;
mod conditions;
mod counts;
mod defaults;
mod description;
mod exchanged;
mod general;
mod labels;
mod lengths;
mod limits;
mod negation;
mod numbers;
mod only;
mod outcomes;
mod presence;
mod ranges;
mod rates;
mod requirements;
mod rules;
mod signed;
mod types;
mod unique;
mod units;
mod values;

pub(crate) use characters::form;
pub(crate) use claim::{Claim, Moment, Subject, without_verb};
pub(crate) use defaults::default;
pub(crate) use description::may_be_empty;
pub(crate) use exchanged::{Translated, exchanged};
pub(crate) use general::{Stated, Trait, exempt, general_rates};
pub(crate) use labels::{Named, swapped};
pub(crate) use limits::{limits, limits_of_each, needs_content};
pub(crate) use negation::{admits, contradicts, denies, excluded_apps, is_negative, may_deny};
pub(crate) use numbers::{counted_numbers, has_negative, in_digits, may_be_part, may_mean, numbers_of};
pub(crate) use only::only;
pub(crate) use outcomes::Outcome;
pub(crate) use presence::{
    beside_yes_or_no, demands, is_demanded, may_be_absent, may_be_conditional, yes_or_no,
};
pub(crate) use rates::{Counted, Otherwise, Rates, at_once, rates, sentences_of_rates, unclear_rates};
pub(crate) use requirements::{Requirements, stays_when_left_out};
pub(crate) use rules::claims;
pub(crate) use signed::signed_fields;
pub(crate) use types::{
    Base, DocType, doc_type, is_duration, is_timestamp, is_unix, limits_in_type, may_be_moment, tells_time,
};
pub(crate) use unique::{is_unique, may_be_unique};
pub(crate) use units::{is_time_of_day, unit, units_of};
pub(crate) use values::{Value, is_flag, value_of, values, word_of, words};
