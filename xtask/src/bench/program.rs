//! The measured programs: builds them from `tests/bench`, runs them, and reads their results.

use std::cell::OnceCell;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::report::Failure;

/// A tool that may be missing.
pub(super) struct Tool {
    /// Its name, and a reason for its absence if that needs explaining.
    pub(super) name: &'static str,
    /// Checks whether it is there.
    pub(super) probe: fn() -> bool,
}

/// Counts instructions.
pub(super) const VALGRIND: Tool = Tool {
    name: "`valgrind`, which is not installed",
    probe: || Command::new("valgrind").arg("--version").output().is_ok(),
};

/// Enough open files for 10,000 connections; the measured programs raise their limit themselves.
pub(super) const OPEN_FILES: Tool = Tool {
    name: "10,500 open files (`ulimit -n`)",
    probe: || {
        Command::new("sh").args(["-c", "ulimit -n 10500"]).status().is_ok_and(|status| status.success())
    },
};

/// The measured programs, which are built when the first of them is needed.
pub(super) struct Programs {
    /// The package, and its features.
    source: (PathBuf, &'static [&'static str]),
    /// The folder that contains them, once they are built.
    folder: OnceCell<PathBuf>,
}

impl Programs {
    /// Uses the programs of a workspace, with some features of their package.
    pub(super) fn new(root: &Path, features: &'static [&'static str]) -> Self {
        Self { source: (root.to_owned(), features), folder: OnceCell::new() }
    }

    /// Uses programs that are already built.
    #[cfg(test)]
    pub(super) fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: OnceCell::from(folder.into()), ..Self::new(Path::new("nowhere"), &[]) }
    }

    /// Returns the command for a program, and builds it if necessary.
    fn program(&self, name: &str) -> Result<Command, Failure> {
        if let Some(folder) = self.folder.get() {
            return Ok(Command::new(folder.join(name)));
        }
        let folder = self.build()?;
        Ok(Command::new(self.folder.get_or_init(|| folder).join(name)))
    }

    /// Builds them in release mode, as users of the crates would; each set of features in its own folder, so that none
    /// replaces another.
    fn build(&self) -> Result<PathBuf, Failure> {
        let (root, features) = &self.source;
        let folder = ["bench"].iter().chain(*features).copied().collect::<Vec<_>>().join("-");
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join(folder);
        let mut command = Command::new(cargo());
        command.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]);
        command.arg(root.join("tests/bench/Cargo.toml")).arg("--target-dir").arg(&target);
        command.args(features.iter().flat_map(|feature| ["--features", feature]));
        run(&mut command, |output| output.stdout)?;
        Ok(target.join("release"))
    }

    /// Returns the output of a program as a number.
    pub(super) fn number(&self, name: &str, arguments: &[&str]) -> Result<u64, Failure> {
        let output = self.output(name, arguments)?;
        output.text.trim().parse().map_err(|_| output.unexpected("no number"))
    }

    /// Returns the output of a program.
    pub(super) fn output(&self, name: &str, arguments: &[&str]) -> Result<Output, Failure> {
        run(self.program(name)?.args(arguments), |output| output.stdout)
    }

    /// Counts the instructions that a program executes within its function `measured`.
    pub(super) fn instructions(&self, name: &str, arguments: &[&str]) -> Result<u64, Failure> {
        let mut command = Command::new("valgrind");
        command.args(["--tool=callgrind", "--toggle-collect=*::measured", "--callgrind-out-file=/dev/null"]);
        let output =
            run(command.arg(self.program(name)?.get_program()).args(arguments), |output| output.stderr)?;
        collected(&output.text).ok_or_else(|| output.unexpected("no count of instructions"))
    }

    /// Starts the server, which responds once this many calls are waiting `together`.
    pub(super) fn server(&self, together: u32) -> Result<Server, Failure> {
        let mut command = self.program("server")?;
        command.args(["--together", &together.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let process = command.spawn().map_err(|error| failed(&command, &error))?;
        let mut server = Server { process, base_url: String::new() };
        if let Some(stdout) = server.process.stdout.as_mut() {
            let read = BufReader::new(stdout).read_line(&mut server.base_url);
            read.map_err(|error| failed(&command, &error))?;
        }
        server.base_url.truncate(server.base_url.trim_end().len());
        if server.base_url.is_empty() {
            return Err(Failure(format!("`{}` doesn't say where it is", shown(&command))));
        }
        Ok(server)
    }
}

/// A server that runs until this is dropped.
pub(super) struct Server {
    process: Child,
    base_url: String,
}

impl Server {
    pub(super) fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The output of a program.
pub(super) struct Output {
    pub(super) command: String,
    pub(super) text: String,
}

impl Output {
    /// Creates the error for output that isn't as expected.
    pub(super) fn unexpected(&self, what: &str) -> Failure {
        Failure(format!("`{}` gave {what}:\n{}", self.command, self.text.trim_end()))
    }
}

/// Returns the count in callgrind's output: `==1== Collected : 1234`. No count is an error as well: then the function
/// wasn't found.
fn collected(text: &str) -> Option<u64> {
    let (_, count) = text.lines().find_map(|line| line.split_once("Collected :"))?;
    count.trim().parse().ok().filter(|count| *count > 0)
}

/// Returns the cargo that runs this program.
pub(super) fn cargo() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a program to its end, which must be a success.
pub(super) fn run(
    command: &mut Command,
    text: fn(std::process::Output) -> Vec<u8>,
) -> Result<Output, Failure> {
    let output = command.output().map_err(|error| failed(command, &error))?;
    if output.status.success() {
        let text = String::from_utf8_lossy(&text(output)).into_owned();
        return Ok(Output { command: shown(command), text });
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure(format!("`{}` failed ({}):\n{}", shown(command), output.status, said.trim_end())))
}

fn failed(command: &Command, error: &io::Error) -> Failure {
    Failure(format!("`{}`: {error}", shown(command)))
}

/// Returns a command as one would type it.
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

    fn run_it(command: &mut Command) -> Result<Output, Failure> {
        run(command, |output| output.stdout)
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
        let text = message(run_it(command.args(["-c", "echo no such case >&2; exit 3"])));
        assert!(text.starts_with("`sh -c ") && text.contains("exit status: 3"), "{text}");
        assert!(text.ends_with(":\nno such case"), "{text}");
        let missing = message(run_it(&mut Command::new("/no/such/program")));
        assert!(missing.starts_with("`/no/such/program`: "), "{missing}");
    }

    #[test]
    fn a_program_that_prints_no_number_is_told_with_what_it_printed() {
        let text = message(Programs::in_folder("/bin").number("echo", &["many"]));
        assert_eq!(text, "`/bin/echo many` gave no number:\nmany");
    }

    #[test]
    fn a_server_that_does_not_say_where_it_is_is_told() {
        let text = message(Programs::in_folder("/no/such/folder").server(1));
        assert!(text.starts_with("`/no/such/folder/server --together 1`: "), "{text}");
    }
}
