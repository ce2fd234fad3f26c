//! The files of `spec/`, which people write: reads them, and finds every mistake in them.

use std::io;

pub mod called;
pub mod check;
mod deviation;
pub mod diagnostic;
mod doc;
mod document;
pub mod effect;
mod encoding;
mod field;
mod field_path;
mod heads;
mod held;
mod helper;
pub mod imports;
mod job;
mod keeps;
pub(crate) mod keywords;
mod limit;
mod limit_value;
mod limits;
pub(crate) mod literal;
pub mod load;
pub mod mistakes;
mod model;
pub mod names;
mod other_pages;
pub(crate) mod pattern;
pub mod payload;
pub mod phrases;
mod rate;
mod rule;
mod rule_words;
mod scalar;
pub mod schema;
mod section;
mod shown;
mod sign;
pub mod source;
mod table;
mod token;
mod transport;
pub mod type_expr;
mod types;
mod wire;
mod written_rule;
mod yaml;

pub use called::{NAMES, NamedCall, NamedWire, Names, Settled};
pub use deviation::{Deviation, DriftRule};
pub use doc::{Also, Doc};
pub use document::{Document, DocumentHead, NamedDocument, Shown};
pub use encoding::{Answer, Body, Errcode, Format};
pub use field::{Field, Place, Unit};
pub use field_path::FieldPath;
pub use held::Held;
pub use helper::Helper;
pub use job::Job;
pub use keeps::{AllKeeps, Does, Keeps, Made, Parts};
pub use limit::{Bound, Carrier, LimitKind, Takes};
pub use limit_value::{Limit, LimitValue};
pub use limits::Limits;
pub use model::*;
pub use other_pages::{OtherPage, OtherPages, PAGES};
pub use phrases::{PHRASES, Phrases, Term};
pub use rate::{Apps, Counts, EndpointRate, Excess, GeneralRate, Of, Period, Rate, Scope};
pub(crate) use rule::on_the_wire;
pub use rule::{Asks, Demand, Group, Rule, Test, Total};
pub use scalar::wire_text;
pub use section::{DocumentFacts, DocumentKind, Part, Section};
pub use shown::shown_at;
pub use sign::{AppSign, Sign};
pub use token::{Credentials, Grants, Token};
pub use transport::{CMD, INVOKE, JobFacts, Method, Transport, TransportFacts};
pub(crate) use types::json_kind;
pub use types::{Enum, EnumValue, KINDS, Repr, Struct, Style, Union, Variant};
pub use wire::{Wire, WireKey};
pub use written_rule::{Difference, LimitedWhen, MaxSpan, When, WrittenRule, WrittenTotal};

use diagnostic::Diagnostics;
use source::Source;

/// The reason why there is no usable spec.
#[derive(Debug)]
pub enum Failure {
    /// The spec has mistakes: all of them, as text.
    Spec { mistakes: usize, text: String },
    /// A file can't be read or written.
    Io(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Loads and checks the spec of a workspace.
pub fn read(sources: &[Source], color: bool) -> Result<Spec, Failure> {
    let mut diagnostics = Diagnostics::default();
    let spec = load::spec(sources, &mut diagnostics);
    check::spec(&spec, sources, &mut diagnostics);
    if diagnostics.is_empty() {
        return Ok(spec);
    }
    Err(Failure::Spec { mistakes: diagnostics.len(), text: diagnostics.render(sources, color) })
}
