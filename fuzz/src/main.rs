//! Feeds mutated inputs to everything that reads foreign data: responses, callbacks, specs, pages, and requests to the
//! mock.
//!
//! `cargo run --manifest-path fuzz/Cargo.toml -- answers --seed 7 --seconds 600`. Inputs depend on the seed and the
//! number of the case only, so a failure is reproducible; its input is kept in `fuzz/corpus/`, with which every run
//! begins. Each target is a feature: `--release --no-default-features --features callback` compiles that one alone, for
//! millions of cases. Known failures are in `fuzz/known/` until they are fixed. Inputs are read in a separate process, which may
//! overflow its stack: the number of its last case shows which input caused that.

#[cfg(feature = "answers")]
mod answers;
#[cfg(feature = "callback")]
mod callbacks;
#[cfg(any(feature = "pages", feature = "specs"))]
mod files;
#[cfg(feature = "mock")]
mod mock;
#[cfg_attr(not(feature = "answers"), allow(dead_code, reason = "not every target changes everything"))]
mod mutate;
#[cfg(feature = "pages")]
mod pages;
#[cfg(feature = "specs")]
mod specs;
mod supervise;
mod target;
mod worker;

use std::alloc::System;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use cap::Cap;
use clap::Parser;
use clap::builder::PossibleValuesParser;

use target::TARGETS;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

#[derive(Clone, Parser)]
struct Arguments {
    /// What to fuzz; everything, unless something is named.
    #[arg(value_name = "TARGET", value_parser = PossibleValuesParser::new(TARGETS.iter().map(|(name, _)| *name)))]
    targets: Vec<String>,
    /// Other seeds make other inputs.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long each target is fuzzed, after its corpus.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many cases of each target, at most.
    #[arg(long, default_value_t = u64::MAX)]
    cases: u64,
    /// Reads one input, and nothing else.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Reads inputs and tells the number of each.
    #[arg(long, hide = true)]
    worker: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let names = match &arguments.targets[..] {
        [] => TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect(),
        names => names.to_vec(),
    };
    let outcome = if arguments.worker || arguments.input.is_some() {
        names.iter().try_for_each(|name| worker::run(name, &arguments)).map(|()| true)
    } else {
        names.iter().try_fold(true, |well, name| io::Result::Ok(supervise::run(name, &arguments)? && well))
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
