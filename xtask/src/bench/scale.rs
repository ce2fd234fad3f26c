//! The cost of the whole API for the generator and the compiler: measured by the benchmark `scale`, on a made-up spec.

use std::process::Command;

use super::measurement::{Lab, Measurement};
use super::program::{cargo, run};
use super::report::{Failure, Row};

pub(super) const CODEGEN: Measurement = Measurement {
    name: "codegen",
    title: "The generator",
    about: "`cargo xtask codegen` of a made-up spec of the size of the whole API, with nothing to write, beside \
            `prettyplease` alone on the tokens of the same files: from tokens to text, on as many cores. Medians of \
            interleaved rounds.",
    long: true,
    needs: None,
    run: |lab| rows(lab, "codegen"),
};

pub(super) const COMPILE: Measurement = Measurement {
    name: "compile",
    title: "Compiling",
    about: "The models of the same spec, compiled without their dependencies, beside the same structs and enums with \
            serde's derive. A program of n endpoints writes their requests and reads their responses.",
    long: true,
    needs: None,
    run: |lab| rows(lab, "compile"),
};

pub(super) const GROWTH: Measurement = Measurement {
    name: "growth",
    title: "Growth",
    about: "The exponent of the power of the number of endpoints that fits a cost best, over four sizes of the made-up \
            spec: 1 is linear.",
    long: true,
    needs: None,
    run: |lab| rows(lab, "growth"),
};

/// Returns the rows that the benchmark prints.
fn rows(lab: &Lab<'_>, what: &str) -> Result<Vec<Row>, Failure> {
    let mut command = Command::new(cargo());
    command.args(["bench", "--quiet", "-p", "xtask", "--bench", "scale", "--", what]).current_dir(lab.root);
    let output = run(&mut command, |output| output.stdout)?;
    let rows = output.text.lines().filter(|line| line.starts_with('{'));
    rows.map(|line| serde_json::from_str(line).map_err(|_| output.unexpected("no row"))).collect()
}
