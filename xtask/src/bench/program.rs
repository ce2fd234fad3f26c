//! The measured programs: built from `tests/bench`, run, and asked what they found.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{Failure, Tool};

/// Counts instructions.
pub(super) const VALGRIND: Tool =
    Tool { name: "valgrind", probe: || Command::new("valgrind").arg("--version").output().is_ok() };

/// The folder with the measured programs.
pub(super) struct Programs(PathBuf);

impl Programs {
    /// Builds them as whoever uses the crates would, in release.
    pub(super) fn build(root: &Path) -> Result<Self, Failure> {
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("bench");
        let mut command = Command::new(cargo());
        command.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]);
        command.arg(root.join("tests/bench/Cargo.toml")).arg("--target-dir").arg(&target);
        output(&mut command)?;
        Ok(Self(target.join("release")))
    }

    /// Programs that are there already.
    #[cfg(test)]
    pub(super) fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }

    /// What a program prints, as a number.
    pub(super) fn number(&self, name: &str, arguments: &[&str]) -> Result<u64, Failure> {
        let mut command = Command::new(self.0.join(name));
        let output = output(command.args(arguments))?;
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim().parse().map_err(|_| unexpected(&command, "no number", &text))
    }

    /// How many instructions a program executes in its function `measured`, and in what that calls.
    pub(super) fn instructions(&self, name: &str, arguments: &[&str]) -> Result<u64, Failure> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--toggle-collect=*::measured", "--callgrind-out-file=/dev/null"]);
        let output = output(command.arg(self.0.join(name)).args(arguments))?;
        let text = String::from_utf8_lossy(&output.stderr);
        collected(&text).ok_or_else(|| unexpected(&command, "no count of instructions", &text))
    }
}

/// The count in what callgrind says: `==1== Collected : 1234`. None is none, too: then the function wasn't found.
fn collected(text: &str) -> Option<u64> {
    let (_, count) = text.lines().find_map(|line| line.split_once("Collected :"))?;
    count.trim().parse().ok().filter(|count| *count > 0)
}

/// The cargo that runs this.
pub(super) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a program to its end, which must be a good one.
pub(super) fn output(command: &mut Command) -> Result<Output, Failure> {
    let output = command.output().map_err(|error| Failure(format!("{}: {error}", shown(command))))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure(format!("`{}` failed ({}):\n{}", shown(command), output.status, said.trim_end())))
}

fn unexpected(command: &Command, what: &str, text: &str) -> Failure {
    Failure(format!("`{}` gave {what}:\n{}", shown(command), text.trim_end()))
}

/// A command as one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message<T>(result: Result<T, Failure>) -> String {
        result.err().map(|Failure(message)| message).unwrap_or_default()
    }

    #[test]
    fn the_count_is_read_from_what_callgrind_says() {
        assert_eq!(collected("==7== \n==7== Events    : Ir\n==7== Collected : 1442393\n"), Some(1_442_393));
        assert_eq!(collected("==7== Collected : 0"), None);
        assert_eq!(collected("valgrind: no such program"), None);
    }

    #[test]
    fn a_program_that_fails_is_told_with_what_it_said() {
        let mut command = Command::new("sh");
        let text = message(output(command.args(["-c", "echo no such case >&2; exit 3"])));
        assert!(text.starts_with("`sh -c ") && text.contains("exit status: 3"), "{text}");
        assert!(text.ends_with(":\nno such case"), "{text}");
        let missing = message(output(&mut Command::new("/no/such/program")));
        assert!(missing.starts_with("/no/such/program: "), "{missing}");
    }

    #[test]
    fn a_program_that_prints_no_number_is_told_with_what_it_printed() {
        let text = message(Programs::in_folder("/bin").number("echo", &["many"]));
        assert_eq!(text, "`/bin/echo many` gave no number:\nmany");
    }
}
