//! `cargo xtask explain`.

use super::format::Format;
use super::{Failure, terminal};
use crate::spec::diagnostic::nearest;
use crate::spec::mistakes::{Entry, Mistake};

/// Says what a mistake means that the other commands report; without a code, lists all.
#[derive(clap::Args)]
pub struct Args {
    /// The code, as in `error[bad-limit]`.
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// Prints the page `spec/mistakes.md`.
    #[arg(long, conflicts_with = "code")]
    markdown: bool,
}

impl Args {
    /// Explains.
    pub fn run(self) -> Result<(), Failure> {
        terminal::print(&match (self.code, Format::asked_for(self.markdown, false)) {
            (Some(code), _) => one(&code).map_err(Failure::new)?,
            (None, Format::Markdown) => page(),
            (None, Format::Text | Format::Json) => all(),
        });
        Ok(())
    }
}

/// What a mistake means, by its code, and how to do without it.
pub fn one(code: &str) -> Result<String, String> {
    let Some(mistake) = Mistake::from_code(code) else {
        let near = nearest(code, Mistake::ALL.iter().map(|mistake| mistake.code()));
        let hint = near
            .map_or("`cargo xtask explain` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(format!("no mistake has the code `{code}`; {hint}"));
    };
    let Entry { code, meaning, more, example, .. } = mistake.entry();
    let mut text = format!("{code}: {meaning}\n");
    if !more.is_empty() {
        text += &format!("\n{more}\n");
    }
    if let Some(example) = example {
        let within = example.within.words();
        text += &format!(
            "\nWrong, in {within}:\n\n{}\nRight:\n\n{}",
            indented(example.wrong),
            indented(example.right)
        );
    }
    Ok(text)
}

/// All mistakes, a line for each.
pub fn all() -> String {
    let width = Mistake::ALL.iter().map(|mistake| mistake.code().len()).max().unwrap_or_default();
    let line = |entry: &Entry| format!("{:width$}  {}\n", entry.code, entry.meaning);
    Mistake::ALL.iter().map(|mistake| line(mistake.entry())).collect()
}

/// All mistakes as a page of Markdown.
pub fn page() -> String {
    let mut text = "# Mistakes\n\nWhat `cargo xtask codegen` reports of a spec, by code. `cargo xtask explain CODE` says the \
                    same in a terminal.\n"
        .to_owned();
    for mistake in Mistake::ALL {
        let Entry { code, meaning, more, example, .. } = mistake.entry();
        text += &format!("\n## `{code}`\n\n{meaning}");
        if !more.is_empty() {
            text += &format!(" {more}");
        }
        text.push('\n');
        if let Some(example) = example {
            let within = example.within.words();
            text += &format!(
                "\nWrong, in {within}:\n\n```yaml\n{}\n```\n\nRight:\n\n```yaml\n{}\n```\n",
                example.wrong, example.right
            );
        }
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().flat_map(|line| ["    ", line, "\n"]).collect()
}
