//! `cargo xtask mutate`.

use std::path::{Path, PathBuf};

use super::format::Format;
use super::{Failure, terminal};
use crate::mutate::{self, Options};

/// Makes every kind of transcription mistake in the spec, and reports which ones the checks notice.
///
/// A mistake counts if a page shows the right form. Nothing is written. Exits with 1 if the checks notice less than `--min` and
/// `--min-kinds` require.
#[derive(clap::Args)]
pub struct Args {
    /// The folder with the pages, as Markdown files.
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
    /// Makes mistakes of this kind only. May be repeated.
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// The number of mistakes per kind, up to three times as many for a kind with a miss; 0 means all possible mistakes.
    #[arg(long, value_name = "N", default_value_t = 20)]
    sample: usize,
    /// The random seed that selects mistakes if there are more.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Lists every mistake that no check noticed.
    #[arg(long, conflicts_with = "json")]
    survivors: bool,
    /// The percentage of mistakes that must be noticed.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    min: u8,
    /// The percentage of kinds that must be noticed, each in nine of ten places.
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    min_kinds: u8,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl Args {
    /// Makes mistakes, and reports the result.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let options = Options { kinds: self.kinds, sample: self.sample, seed: self.seed };
        let bar = terminal::bar();
        let start = |mistakes| bar.inc_length(mistakes as u64);
        let report = mutate::run(root, &self.docs, &options, start, || bar.inc(1));
        bar.finish_and_clear();
        let report = report.map_err(|failure| Failure::of_spec(failure, "tried"))?;
        terminal::print(&match Format::asked_for(false, self.json) {
            Format::Json => report.json(),
            Format::Text | Format::Markdown => report.text(self.survivors),
        });
        let reached = [
            ("mistakes", report.percent(), self.min),
            ("kinds", report.percent_of_kinds(mutate::FULLY), self.min_kinds),
        ];
        let short = reached.into_iter().filter(|(_, reached, least)| *reached < usize::from(*least));
        let short: Vec<String> = short
            .map(|(what, reached, least)| {
                format!("{reached} % of the {what} are caught; at least {least} % are required")
            })
            .collect();
        if short.is_empty() { Ok(()) } else { Err(Failure::of(short)) }
    }
}
