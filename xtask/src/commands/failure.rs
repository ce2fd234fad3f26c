//! How a command fails: what it says, and how it exits.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

use crate::spec;

/// Why a command fails.
#[derive(Debug)]
pub struct Failure {
    /// What stands before the errors: reports that need no `error: `.
    details: String,
    /// One line each, or several; none where what was printed says it all.
    errors: Vec<String>,
    exit: u8,
}

impl Failure {
    pub(super) fn new(error: impl Display) -> Self {
        Self::of([error.to_string()])
    }

    /// Several errors of the same weight; without any, what was printed says it all.
    pub(super) fn of(errors: impl IntoIterator<Item = String>) -> Self {
        Self { details: String::new(), errors: errors.into_iter().collect(), exit: 1 }
    }

    /// There is no spec to go on with, so that nothing was `done`.
    pub(super) fn of_spec(failure: spec::Failure, done: &str) -> Self {
        match failure {
            spec::Failure::Spec { mistakes, text } => {
                let plural = if mistakes == 1 { "mistake" } else { "mistakes" };
                Self::new(format!("{mistakes} {plural} in the spec: nothing was {done}")).after(text)
            }
            spec::Failure::Io(error) => error.into(),
        }
    }

    /// Says something before the errors.
    pub(super) fn after(self, details: String) -> Self {
        Self { details, ..self }
    }

    /// Of commands that compare: there is nothing to compare, which is another failure than a difference.
    pub(super) fn incomparable(self) -> Self {
        Self { exit: 2, ..self }
    }

    /// Says why, and how to exit.
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
