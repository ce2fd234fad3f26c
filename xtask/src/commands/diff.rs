//! `cargo xtask diff`.

use std::path::{Path, PathBuf};

use super::format::Format;
use super::{Failure, terminal};
use crate::diff::{self, Report, Spec, Unreadable};
use crate::drift;

/// Reports the changes between two specs, and their effects on users of the crates.
///
/// Exits with 1 if a breaking change is missing from CHANGELOG.md of HEAD. There, an item of the
/// section `## Unreleased` announces it with `**Breaking**` and, in backticks, the Rust path (`media::GetMedia`)
/// or the spec's name (`media.get_media`) of what changed, or of its endpoint or type. Exits with 2 if there is
/// nothing to compare.
#[derive(clap::Args)]
pub struct Args {
    /// The older spec: a git revision, or a folder with a `spec/`.
    base: String,
    /// The newer spec [default: the work tree].
    head: Option<String>,
    /// Prints Markdown, for a comment on a pull request.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
    /// The folder with the pages, as Markdown files: also reports whether the files with new endpoints agree with them.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["head", "json"])]
    docs: Option<PathBuf>,
}

impl Args {
    /// Compares two specs.
    pub fn run(self, root: &Path) -> Result<(), Failure> {
        let report =
            self.compare(root).map_err(|Unreadable(message)| Failure::new(message).incomparable())?;
        terminal::print(&match Format::asked_for(self.markdown, self.json) {
            Format::Text => report.text(terminal::color()),
            Format::Markdown => report.markdown(),
            Format::Json => report.json(),
        });
        if let Some(docs) = &self.docs {
            terminal::print(&agreement(root, docs, &report)?);
        }
        let missing: Vec<String> = report.missing().into_iter().map(diff::entry).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let error = "CHANGELOG.md doesn't announce every breaking change; its section `## Unreleased` needs:";
        Err(Failure::new(format!("{error}\n\n{}", missing.join("\n"))))
    }

    fn compare(&self, root: &Path) -> Result<Report, Unreadable> {
        let color = terminal::errors_in_color();
        let base = Spec::find(root, &self.base, color)?;
        let head = match &self.head {
            Some(head) => Spec::find(root, head, color)?,
            None => Spec::of_folder(root, "the work tree", color)?,
        };
        Ok(Report::new(&base, &head))
    }
}

/// Reports as a list, which is also Markdown, whether the files with new endpoints agree with their pages.
fn agreement(root: &Path, docs: &Path, report: &Report) -> Result<String, Failure> {
    let files = report.new_files();
    if files.is_empty() {
        return Ok(String::new());
    }
    let found = drift::run(root, docs, terminal::errors_in_color(), |_| {}, || {})
        .map_err(|failure| Failure::of_spec(failure, "compared").incomparable())?;
    let line = |file: &str| match found.count_of(file) {
        0 => format!("- `{file}` agrees with its pages\n"),
        1 => format!("- `{file}`: 1 difference from its pages, which `cargo xtask drift` shows\n"),
        count => format!("- `{file}`: {count} differences from its pages, which `cargo xtask drift` shows\n"),
    };
    Ok(files.into_iter().map(line).fold("\n".to_owned(), |text, line| text + &line))
}
