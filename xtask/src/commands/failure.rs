//! Failures of commands: what they print, and their exit code.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use crate::spec;

/// The reason why a command fails.
#[derive(Debug)]
pub struct Failure {
    /// Text before the errors: reports without `error: `.
    details: String,
    /// The errors, of one line or several; none if the printed text is sufficient.
    errors: Vec<String>,
    exit: u8,
}

impl Failure {
    pub(super) fn new(error: impl Display) -> Self {
        Self::of([error.to_string()])
    }

    /// Creates a failure of several equal errors; without any, the printed text is sufficient.
    pub(super) fn of(errors: impl IntoIterator<Item = String>) -> Self {
        Self { details: String::new(), errors: errors.into_iter().collect(), exit: 1 }
    }

    /// Creates the failure for a spec that can't be used, so that nothing was `done`.
    pub(super) fn of_spec(failure: spec::Failure, done: &str) -> Self {
        match failure {
            spec::Failure::Spec { mistakes, text } => {
                let plural = if mistakes == 1 { "mistake" } else { "mistakes" };
                Self::new(format!("{mistakes} {plural} in the spec: nothing was {done}")).after(text)
            }
            spec::Failure::Io(error) => error.into(),
        }
    }

    /// Adds a text before the errors.
    pub(super) fn after(self, details: String) -> Self {
        Self { details, ..self }
    }

    /// Marks a failure of a command that compares: there is nothing to compare, which is not the same as a difference.
    pub(super) fn incomparable(self) -> Self {
        Self { exit: 2, ..self }
    }

    /// Prints the failure, and returns the exit code.
    pub fn report(&self) -> ExitCode {
        eprint!("{}", self.details);
        for error in &self.errors {
            eprintln!("error: {error}");
        }
        ExitCode::from(self.exit)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(error)
    }
}
