//! `cargo xtask phrases`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Failure, terminal};
use crate::import;
use crate::spec::{self, PHRASES, Phrases, Spec, load};

/// Learns the English for short phrases of pages from the spec and its pages, and adds it to spec/phrases.yaml.
#[derive(clap::Args)]
pub struct Args {
    /// The folder with the pages, as Markdown files.
    #[arg(long, value_name = "DIR")]
    docs: PathBuf,
}

impl Args {
    /// Learns phrases.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let sources = load::sources(&root.join("spec"))?;
        let spec = spec::read(&sources, terminal::errors_in_color())
            .map_err(|failure| Failure::of_spec(failure, "learned"))?;
        let learned = import::phrases(&spec, &self.docs)?;
        let new = keep(root, &spec, learned)?;
        terminal::print(&format!("{new} new phrases in spec/{PHRASES}.yaml\n"));
        Ok(())
    }
}

/// Adds phrases to the spec's; returns how many are new. Existing ones stay, since people may have changed them.
pub(super) fn keep(root: &Path, spec: &Spec, learned: Phrases) -> io::Result<usize> {
    let mut phrases = spec.phrases.clone().unwrap_or_default();
    let new = phrases.learn(learned);
    let file = root.join("spec").join(format!("{PHRASES}.yaml"));
    if new > 0 {
        let before = fs::read_to_string(&file).unwrap_or_default();
        fs::write(&file, phrases.text(&before))
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?;
    }
    Ok(new)
}
