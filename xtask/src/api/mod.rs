//! The API with everything decided: names, directions, order. Later stages only print or compare it.

mod codes;
mod document;
mod endpoint;
mod exact;
mod job;
mod keeps;
mod kept;
mod lower;
mod made;
mod model;
mod quota;
mod success;
mod ty;
mod visit;

pub use codes::{Codes, ErrorCode};
pub use document::Document;
pub use endpoint::*;
pub use exact::Exact;
pub use job::{Job, Meaning};
pub use keeps::Keeps;
pub use lower::spec as lower;
pub use model::*;
pub use quota::Quota;
pub use success::Echo;
pub use ty::Ty;
pub use visit::{Member, Step};

use crate::spec::source::Source;
use crate::spec::{self, Failure};

/// Loads, checks and lowers the spec of a workspace.
pub fn read(sources: &[Source], color: bool) -> Result<Api, Failure> {
    Ok(lower(&spec::read(sources, color)?, sources))
}
