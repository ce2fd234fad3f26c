//! Does a piece of work some times over, and prints how often it asked for memory.

use std::process::ExitCode;

use clap::Parser as _;
use dhat::{HeapStats, Profiler};
use wecom_bench::work::Work;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn main() -> ExitCode {
    // In this mode it writes no file.
    let _profiler = Profiler::builder().testing().build();
    let mut allocations = 0;
    let code = Work::parse().carry_out(|work| {
        let before = HeapStats::get().total_blocks;
        work();
        allocations += HeapStats::get().total_blocks - before;
    });
    println!("{allocations}");
    code
}
