//! `cargo xtask add`: turns a chapter's pages into a change that is ready for review, with a person's help.

mod programs;
mod steps;
mod task;
mod words;

use std::path::{Path, PathBuf};

use super::{Failure, terminal};
use crate::import::{Chapter, Portion};
use crate::spec::load;
pub use programs::{Cargo, Program, Programs, Ran};
pub use steps::{Outcome, run};
pub use task::Task;

/// Adds the endpoints of a chapter's pages to the spec, and performs all further steps that need no person.
///
/// Drafts the endpoints that the spec lacks, then checks, generates, counts, tests and compares. When a step needs a
/// person, it says why and exits with 1: do that, and run the same command again. It exits with 0 when nothing is left
/// to do, and with 2 if it can't begin.
#[derive(clap::Args)]
pub struct Args {
    /// The pages, as Markdown files, or a folder of them.
    #[arg(value_name = "PAGE|FOLDER", required = true)]
    pages: Vec<PathBuf>,
    /// The spec file of the chapter [default: the ones that already have these pages or their names, or one named after the
    /// common part of their paths].
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
    /// The folder with all pages [default: the one with these]. Missing pages are reported only if it is set.
    #[arg(long, value_name = "DIR")]
    docs: Option<PathBuf>,
    /// The spec to compare the new one with at the end: a git revision, or a folder with a `spec/`.
    #[arg(long, value_name = "BASE", default_value = "HEAD")]
    base: String,
    /// Stops after the checks: generates nothing, and runs no program.
    #[arg(long)]
    only_spec: bool,
}

impl Args {
    /// Adds.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let task = self.task(root).map_err(|error| Failure::new(error).incomparable())?;
        let say = |text: &str| terminal::print(text);
        match run(root, &task, &Cargo { root }, &say).map_err(|error| Failure::new(error).incomparable())? {
            Outcome::Done => Ok(()),
            Outcome::PersonNeeded => Err(Failure::of([])),
        }
    }

    /// Returns the task.
    pub fn task(self, root: &Path) -> Result<Task, String> {
        let Self { pages, into, docs, base, only_spec } = self;
        let chapter = Chapter::read(&pages).map_err(|error| error.to_string())?;
        let all_pages = docs.is_some();
        let docs = docs.unwrap_or_else(|| chapter.folder.clone());
        let portions = match into {
            Some(file) => vec![Portion { file: named(&file)?, chapter }],
            None => {
                let sources = load::sources(&root.join("spec")).map_err(|error| error.to_string())?;
                chapter.portions(&sources)?
            }
        };
        if !docs.is_dir() {
            return Err(format!("{}: no folder", docs.display()));
        }
        Ok(Task { portions, docs, all_pages, base, only_spec })
    }
}

/// Returns the name of a spec file that the user wrote as a path.
fn named(file: &Path) -> Result<String, String> {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let folder = file.parent().unwrap_or(Path::new(""));
    let in_spec = folder == Path::new("") || folder.ends_with("spec");
    if load::is_spec(name) && in_spec {
        return Ok(name.to_owned());
    }
    Err(format!("{}: not a spec file; name one such as `spec/FAMILY.CHAPTER.yaml`", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spec_file_is_named_by_its_path_in_the_spec() {
        for file in ["spec/tea.yaml", "tea.yaml", "/somewhere/spec/tea.yaml"] {
            assert_eq!(named(Path::new(file)).as_deref(), Ok("tea.yaml"));
        }
        for file in ["tea", "docs/tea.yaml", "spec/tea.md", "/"] {
            let expected = format!("{file}: not a spec file; name one such as `spec/FAMILY.CHAPTER.yaml`");
            assert_eq!(named(Path::new(file)), Err(expected));
        }
    }
}
