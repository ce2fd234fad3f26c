//! The process that reads inputs, and may die of one.

use std::io::{self, Write};
use std::panic;
use std::process;
use std::time::{Duration, Instant};
use std::{fs, thread};

use crate::target::{self, Target};
use crate::{ALLOCATOR, Arguments, supervise};

/// How much reading may allocate: a base, and this many bytes per byte of input.
const BASE: usize = 64 << 20;
const EACH: usize = 64;

/// The stack size of a `tokio` thread, on which responses are read.
const STACK: usize = 2 << 20;

/// Reads one input, or the corpus and then inputs of the seed until the time is up. Before each it prints its number:
/// those of the corpus come first.
pub(crate) fn run(name: &str, arguments: &Arguments) -> io::Result<()> {
    // For any thread: a server's runtime would otherwise catch the panics of its tasks.
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        report(panic);
        process::abort();
    }));
    thread::scope(|scope| {
        let worker =
            thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || inputs(name, arguments))?;
        worker.join().map_err(|_| io::Error::other("the worker panicked"))?
    })
}

fn inputs(name: &str, arguments: &Arguments) -> io::Result<()> {
    let Some(target) = target::find(name) else { return Ok(()) };
    if let Some(file) = &arguments.input {
        return read(&*target, &fs::read(file)?);
    }
    let mut number = 0;
    let mut next = |input: &dyn Fn() -> Vec<u8>| -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{number}")?;
        out.flush()?;
        number += 1;
        read(&*target, &input())
    };
    for (_, input) in supervise::corpus(name)? {
        next(&|| input.clone())?;
    }
    let end = Instant::now() + Duration::from_secs(arguments.seconds);
    for case in (0..arguments.cases).take_while(|_| Instant::now() < end) {
        next(&|| target::input(&*target, arguments.seed, case))?;
    }
    Ok(())
}

fn read(target: &dyn Target, input: &[u8]) -> io::Result<()> {
    let limit = ALLOCATOR.allocated() + BASE + EACH * input.len();
    ALLOCATOR.set_limit(limit).map_err(|()| io::Error::other("more is allocated than may be"))?;
    target.run(input);
    ALLOCATOR.set_limit(usize::MAX).map_err(|()| io::Error::other("the limit can't be lifted"))
}
