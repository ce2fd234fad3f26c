//! `cargo xtask explain`.

use super::{Failure, terminal};
use crate::spec::diagnostic::nearest;
use crate::spec::mistakes::{Mistake, PAGE};

/// Explains a mistake that the other commands report. Without a code, lists all mistakes.
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
    /// Explains one mistake, or lists all.
    pub fn run(self) -> Result<(), Failure> {
        terminal::print(&match self.code {
            Some(code) => one(&code).map_err(Failure::new)?,
            None if self.markdown => PAGE.to_owned(),
            None => all(),
        });
        Ok(())
    }
}

/// Returns the meaning of a mistake, by its code, and how to avoid it.
pub fn one(code: &str) -> Result<String, String> {
    let Some(mistake) = Mistake::from_code(code) else {
        let near = nearest(code, Mistake::ALL.iter().map(|mistake| mistake.code()));
        let hint = near
            .map_or("`cargo xtask explain` lists all".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(format!("no mistake has the code `{code}`; {hint}"));
    };
    let (meaning, rest) = mistake.section();
    let (more, examples) = rest.split_once('\n').unwrap_or((rest, ""));
    let mut text = format!("{code}: {meaning}\n");
    if !more.is_empty() {
        text += &format!("\n{}\n", more.trim_start());
    }
    let mut indent = "";
    for line in examples.lines() {
        match line.strip_prefix("```") {
            Some(language) => indent = if language.is_empty() { "" } else { "    " },
            None if line.is_empty() => text.push('\n'),
            None => text.extend([indent, line, "\n"]),
        }
    }
    Ok(text)
}

/// Returns all mistakes, one per line.
pub fn all() -> String {
    let width = Mistake::ALL.iter().map(|mistake| mistake.code().len()).max().unwrap_or_default();
    let line = |mistake: &Mistake| format!("{:width$}  {}\n", mistake.code(), mistake.section().0);
    Mistake::ALL.iter().map(line).collect()
}
