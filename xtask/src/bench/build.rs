//! The cost of building a program with the crates, and without them. Their dependencies count, too.

use std::collections::HashSet;
use std::fs;
use std::process::Command;

use super::measurement::{Lab, Measurement};
use super::program::{Tool, cargo, run};
use super::report::{Failure, Row, Target};
use super::work::ratio;

/// The statistics of the own process, from which the processor time of commands is read.
const STATISTICS: &str = "/proc/self/stat";

pub(super) const PROGRAM: Measurement = Measurement {
    name: "program",
    title: "Building a program",
    about: "The processor time of `cargo build` from nothing, for a program with three families (`contacts`, `kf` and \
            `message`), and for the same program written by hand on `reqwest` and serde, with the same TLS. The second \
            row is not a ratio: it is the number of crates that the first program compiles and the second doesn't.",
    long: true,
    needs: Some(Tool {
        name: "`/proc/self/stat`, which only Linux has",
        probe: || fs::exists(STATISTICS).unwrap_or_default(),
    }),
    run: |lab| {
        let [ours, theirs] = ["wecom-bench-program", "bare-bench-program"].map(|package| built(lab, package));
        let (ours, theirs) = (ours?, theirs?);
        let (name, against) = ("a program with three families", "reqwest and serde");
        let time = ratio(ours.ticks, theirs.ticks);
        let crates = ratio(ours.crates.difference(&theirs.crates).count() as u64, 1);
        Ok(vec![
            Row::new(name, against, "processor time", time, Target::AtMost(1.25)),
            Row::new(name, against, "more crates", crates, Target::AtMost(12.0)),
        ])
    },
};

/// A program that was built from nothing.
struct Built {
    /// The processor time that it took, in the clock's ticks.
    ticks: u64,
    /// Its dependencies, by name and version.
    crates: HashSet<String>,
}

fn built(lab: &Lab<'_>, package: &str) -> Result<Built, Failure> {
    let manifest = lab.root.join("tests/bench/Cargo.toml");
    let command = |subcommand| {
        let mut command = Command::new(cargo());
        command
            .args([subcommand, "--quiet", "--locked", "--package", package, "--manifest-path"])
            .arg(&manifest);
        command
    };
    let tree =
        run(command("tree").args(["--prefix", "none", "--edges", "normal,build"]), |output| output.stdout)?;
    // It has also downloaded all dependencies now. The first line is the program, and `(*)` marks a crate that was listed before.
    let crates = tree.text.lines().skip(1).map(|line| line.trim_end_matches(" (*)").to_owned()).collect();
    let folder = tempfile::tempdir().map_err(|error| Failure(format!("a temporary folder: {error}")))?;
    let before = ticks()?;
    run(command("build").arg("--target-dir").arg(folder.path()), |output| output.stdout)?;
    Ok(Built { ticks: ticks()? - before, crates })
}

/// Returns the processor time of all commands that have ended.
fn ticks() -> Result<u64, Failure> {
    let text = fs::read_to_string(STATISTICS).map_err(|error| Failure(format!("{STATISTICS}: {error}")))?;
    of_children(&text).ok_or_else(|| Failure(format!("{STATISTICS} has no times: {text}")))
}

/// Returns the sum of `cutime` and `cstime`, the 16th and the 17th field. The second one, the program's name in
/// brackets, may contain spaces.
fn of_children(text: &str) -> Option<u64> {
    let (_, fields) = text.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(13).map(str::parse::<u64>);
    Some(times.next()?.ok()? + times.next()?.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_commands_is_read_behind_the_name_of_the_program() {
        let text = "7 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 1300 45 20 0 1 0 99\n";
        assert_eq!(of_children(text), Some(1345));
        assert_eq!(of_children("7 (a) S 1 2 3"), None);
        assert_eq!(of_children(""), None);
    }
}
