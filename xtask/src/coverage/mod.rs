//! Measures how much of the documentation is in the spec, and how well: as numbers, and as a chart.

mod counts;
mod svg;

pub use counts::{Counts, Coverage, Families, NUMBERS, count};

/// The chart, relative to the workspace.
pub const CHART: &str = "docs/coverage.svg";

/// Returns the committed files, by path from the workspace's root: the numbers and their chart.
pub fn files(coverage: &Coverage) -> [(&'static str, String); 2] {
    [(NUMBERS, coverage.json()), (CHART, svg::chart(coverage))]
}
