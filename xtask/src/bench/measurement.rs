//! The parts of every measurement, and the environment in which it runs.

use std::path::Path;

use indicatif::ProgressBar;

use super::program::{Programs, Tool};
use super::report::{Failure, Row};

/// One kind of measurement, which makes one table.
pub(super) struct Measurement {
    /// Its name on the command line.
    pub(super) name: &'static str,
    /// The table's title.
    pub(super) title: &'static str,
    /// A description of the quantity and of the method.
    pub(super) about: &'static str,
    /// Whether it takes long: then it runs only if everything, or its name, is requested.
    pub(super) long: bool,
    /// A tool without which it can't run.
    pub(super) needs: Option<Tool>,
    /// The function that measures.
    pub(super) run: fn(&Lab<'_>) -> Result<Vec<Row>, Failure>,
}

/// The environment of a measurement.
pub(super) struct Lab<'a> {
    pub(super) root: &'a Path,
    pub(super) programs: &'a Programs,
    pub(super) bar: &'a ProgressBar,
    /// Whether it may take its time.
    pub(super) full: bool,
}

impl Lab<'_> {
    /// Returns how many rounds to run where no two have the same result.
    pub(super) fn rounds(&self, few: u32) -> u32 {
        if self.full { few * 4 } else { few }
    }
}
