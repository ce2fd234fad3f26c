//! What the whole API costs: a made-up spec of any size, generated and compiled, beside what one would use instead.
//!
//! `cargo xtask bench codegen compile growth` runs it and makes tables of it. By itself (`cargo bench -p xtask --bench
//! scale -- codegen`) it prints each row as a line of JSON. It needs nothing but Rust.

mod callers;
mod codegen;
mod compile;
mod derived;
mod growth;
mod synthetic;
mod workspace;

use std::io;

use clap::{Parser, Subcommand};
use xtask::bench::Row;

/// The number of documented endpoints.
const ALL: usize = 763;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    what: What,
    /// What `cargo bench` says to every benchmark.
    #[arg(long, global = true, hide = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum What {
    /// The generator beside the formatter alone.
    Codegen {
        /// Endpoints of the spec.
        #[arg(long, default_value_t = ALL)]
        endpoints: usize,
        /// How often each side is measured.
        #[arg(long, default_value_t = 9)]
        rounds: usize,
    },
    /// Compiling the models beside those with serde's derive.
    Compile {
        /// Endpoints of the spec.
        #[arg(long, default_value_t = ALL)]
        endpoints: usize,
        /// How often each side is measured.
        #[arg(long, default_value_t = 1)]
        rounds: usize,
    },
    /// How costs grow with the number of endpoints.
    Growth {
        /// The sizes.
        #[arg(long, value_delimiter = ',', default_values_t = [100, 200, 400, ALL])]
        sizes: Vec<usize>,
    },
    /// The generated tests, built and run.
    Tests {
        /// Endpoints of the spec.
        #[arg(long, default_value_t = ALL)]
        endpoints: usize,
    },
    /// A command, and the most memory that any of its processes took, in KiB.
    #[command(hide = true)]
    Peak {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

fn main() -> io::Result<()> {
    match Arguments::parse().what {
        What::Codegen { endpoints, rounds } => codegen::measure(endpoints, rounds),
        What::Compile { endpoints, rounds } => compile::measure(endpoints, rounds),
        What::Growth { sizes } => growth::measure(&sizes),
        What::Tests { endpoints } => {
            let time = workspace::Workspace::new()?.tests(endpoints)?;
            println!(
                "the generated tests of {endpoints} endpoints, built and run: {:.0} s",
                time.as_secs_f64()
            );
            Ok(())
        }
        What::Peak { command } => {
            println!("{}", workspace::peak(&command)?);
            Ok(())
        }
    }
}

/// Prints a row as soon as it is known.
fn tell(row: &Row) -> io::Result<()> {
    println!("{}", serde_json::to_string(row)?);
    Ok(())
}

/// Returns the median of some ratios, with the lowest and the highest.
fn median(mut ratios: Vec<f64>) -> (f64, (f64, f64)) {
    ratios.sort_by(f64::total_cmp);
    let middle = ratios.len() / 2;
    let ends = (ratios.first().copied().unwrap_or(f64::NAN), ratios.last().copied().unwrap_or(f64::NAN));
    let even = ratios.len().is_multiple_of(2) && !ratios.is_empty();
    let median = if even {
        f64::midpoint(ratios[middle - 1], ratios[middle])
    } else {
        ratios.get(middle).copied().unwrap_or(f64::NAN)
    };
    (median, ends)
}

/// Creates a row with the median of some ratios.
fn row(name: &str, against: &str, unit: &'static str, ratios: Vec<f64>, target: xtask::bench::Target) -> Row {
    let (median, ends) = median(ratios);
    let mut row = Row::new(name, against, unit, median, target);
    row.spread = (ends.0 < ends.1).then_some(ends);
    row
}
