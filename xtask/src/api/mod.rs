//! The API with everything decided: names, directions, order. What comes after only prints or compares it.

mod lower;
mod model;

pub use lower::{period, spec as lower};
pub use model::*;

use crate::spec::source::Source;
use crate::spec::{self, Failure};

/// Loads, checks and lowers the spec of a workspace.
pub fn read(sources: &[Source], color: bool) -> Result<Api, Failure> {
    Ok(lower(&spec::read(sources, color)?, sources))
}
