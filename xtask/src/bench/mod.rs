//! The cost of the crates compared with that of handwritten code, measured side by side.
//!
//! The package in `tests/bench` is measured; it is built here, run here, and knows nothing of targets. Another
//! measurement is one more entry of `MEASUREMENTS`: a function that returns rows.

mod build;
mod calls;
mod machine;
mod measurement;
mod program;
mod report;
mod scale;
mod work;

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use self::measurement::{Lab, Measurement};
use self::program::Programs;
pub use self::report::{FILE, Failure, Report, Row, Table, Target};

/// The extent of the measurements.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// These measurements only, by name; all if there are none.
    pub only: Vec<String>,
    /// Those that take long, too, and more rounds of the others.
    pub full: bool,
    /// Whether to show how far it has got.
    pub progress: bool,
}

const MEASUREMENTS: &[Measurement] = &[
    work::DECODE,
    work::BUILD,
    work::CALLBACK,
    work::ALLOCATIONS,
    calls::CALLS,
    calls::MEMORY,
    calls::RIVALS,
    build::PROGRAM,
    scale::CODEGEN,
    scale::COMPILE,
    scale::GROWTH,
];

/// The names of all measurements.
pub fn names() -> impl Iterator<Item = &'static str> {
    MEASUREMENTS.iter().map(|measurement| measurement.name)
}

/// The titles of all measurements, in the order of `BENCHMARKS.md`.
pub fn titles() -> Vec<&'static str> {
    MEASUREMENTS.iter().map(|measurement| measurement.title).collect()
}

/// Measures.
pub fn run(root: &Path, options: &Options) -> Result<Report, Failure> {
    let chosen = chosen(MEASUREMENTS, options)?;
    let bar = bar(options.progress);
    let programs = Programs::new(root, &[]);
    let lab = Lab { root, programs: &programs, bar: &bar, full: options.full };
    let tables = chosen.into_iter().map(|measurement| table(measurement, &lab)).collect::<Result<_, _>>();
    bar.finish_and_clear();
    Ok(Report { tables: tables?, machine: machine::describe() })
}

/// Returns the requested measurements.
fn chosen<'a>(all: &'a [Measurement], options: &Options) -> Result<Vec<&'a Measurement>, Failure> {
    if let Some(unknown) = options.only.iter().find(|name| all.iter().all(|one| one.name != **name)) {
        let names: Vec<_> = all.iter().map(|one| one.name).collect();
        return Err(Failure(format!("no measurement is called `{unknown}`; there are {}", names.join(", "))));
    }
    let asked_for = |one: &&Measurement| match options.only.as_slice() {
        [] => options.full || !one.long,
        only => only.iter().any(|name| name == one.name),
    };
    Ok(all.iter().filter(asked_for).collect())
}

fn table(measurement: &Measurement, lab: &Lab<'_>) -> Result<Table, Failure> {
    lab.bar.set_message(measurement.title);
    let skipped = match &measurement.needs {
        Some(tool) if !(tool.probe)() => Some(format!("it needs {}", tool.name)),
        _ => None,
    };
    let rows = if skipped.is_none() { (measurement.run)(lab)? } else { Vec::new() };
    let Measurement { name, title, about, .. } = measurement;
    Ok(Table { name, title, about, rows, skipped })
}

fn bar(shown: bool) -> ProgressBar {
    if !shown {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}

#[cfg(test)]
mod tests {
    use super::program::Tool;
    use super::*;

    fn measurement(name: &'static str, long: bool, needs: Option<Tool>) -> Measurement {
        let run = |_: &Lab<'_>| Ok(vec![Row::new("a", "b", "c", 1.0, Target::AtMost(1.0))]);
        Measurement { name, title: name, about: "", long, needs, run }
    }

    fn names_of(options: &Options) -> Result<Vec<&'static str>, String> {
        let all = [measurement("quick", false, None), measurement("slow", true, None)];
        let chosen = chosen(&all, options).map_err(|Failure(message)| message)?;
        Ok(chosen.into_iter().map(|one| one.name).collect())
    }

    #[test]
    fn what_takes_long_is_measured_only_when_it_is_asked_for() {
        let only = |name: &str| Options { only: vec![name.to_owned()], ..Options::default() };
        assert_eq!(names_of(&Options::default()), Ok(vec!["quick"]));
        assert_eq!(names_of(&Options { full: true, ..Options::default() }), Ok(vec!["quick", "slow"]));
        assert_eq!(names_of(&only("slow")), Ok(vec!["slow"]));
        let error = names_of(&only("sloth")).unwrap_err();
        assert_eq!(error, "no measurement is called `sloth`; there are quick, slow");
    }

    #[test]
    fn what_needs_a_missing_program_is_skipped_by_name() {
        let (programs, bar) = (Programs::in_folder("nowhere"), ProgressBar::hidden());
        let lab = Lab { root: Path::new("nowhere"), programs: &programs, bar: &bar, full: false };
        let missing = Tool { name: "`valgrind`", probe: || false };
        let table = |needs| super::table(&measurement("count", false, needs), &lab).unwrap();
        assert_eq!(table(None).rows.len(), 1);
        let skipped = table(Some(missing));
        assert!(skipped.rows.is_empty());
        assert_eq!(skipped.skipped.as_deref(), Some("it needs `valgrind`"));
    }
}
