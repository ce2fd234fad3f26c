//! What every measurement is, and what it has at hand.

use std::path::Path;

use indicatif::ProgressBar;

use super::program::{Programs, Tool};
use super::report::{Failure, Row};

/// One kind of measurement, which makes one table.
pub(super) struct Measurement {
    /// What it is called on the command line.
    pub(super) name: &'static str,
    /// The table's title.
    pub(super) title: &'static str,
    /// What is measured, and how.
    pub(super) about: &'static str,
    /// Takes long: left out unless everything is asked for, or it by name.
    pub(super) long: bool,
    /// What it can't do without.
    pub(super) needs: Option<Tool>,
    /// Measures.
    pub(super) run: fn(&Lab<'_>) -> Result<Vec<Row>, Failure>,
}

/// What a measurement has at hand.
pub(super) struct Lab<'a> {
    pub(super) root: &'a Path,
    pub(super) programs: &'a Programs,
    pub(super) bar: &'a ProgressBar,
    /// Whether it may take its time.
    pub(super) full: bool,
}

impl Lab<'_> {
    /// How many rounds to make of something that is never twice the same.
    pub(super) fn rounds(&self, few: u32) -> u32 {
        if self.full { few * 4 } else { few }
    }
}
