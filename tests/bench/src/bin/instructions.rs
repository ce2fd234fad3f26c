//! Does a piece of work some times over, for `valgrind --tool=callgrind --toggle-collect=*::measured` to count.

use std::process::ExitCode;

use clap::Parser as _;
use wecom_bench::work::Work;

fn main() -> ExitCode {
    Work::parse().carry_out(|work| measured(work))
}

/// What callgrind counts, by its name.
#[inline(never)]
fn measured(work: &mut dyn FnMut()) {
    work();
}
