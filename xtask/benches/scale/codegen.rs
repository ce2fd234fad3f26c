//! The generator compared with `prettyplease` alone on the same tokens, which any generator that formats in process
//! needs.

use std::io;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use xtask::bench::Target;
use xtask::commands::artifact;
use xtask::emit::Files;
use xtask::spec::diagnostic::Diagnostics;
use xtask::spec::{check, load};
use xtask::{api, emit};

use crate::workspace::Workspace;
use crate::{row, tell};

/// The stages, in their order.
const STAGES: [&str; 5] = ["load", "check", "lower", "emit", "compare"];

pub(crate) fn measure(endpoints: usize, rounds: usize) -> io::Result<()> {
    let workspace = Workspace::new()?;
    let api = workspace.generate(endpoints)?;
    let files = emit::files(workspace.root(), &api)?;
    let mut ratios = vec![Vec::new(); STAGES.len() + 1];
    for _ in 0..rounds {
        let stages = stages(&workspace)?;
        let alone = formatted(&files)?.as_secs_f64();
        let total: Duration = stages.iter().sum();
        let all = stages.iter().chain([&total]);
        all.zip(&mut ratios).for_each(|(time, ratios)| ratios.push(time.as_secs_f64() / alone));
    }
    let against = "prettyplease alone, on the same tokens";
    let total = ratios.pop().unwrap_or_default();
    let name = format!("codegen of {endpoints} endpoints, nothing to write");
    tell(&row(&name, against, "time", total, Target::AtMost(2.0)))?;
    for (stage, ratios) in STAGES.iter().zip(ratios) {
        tell(&row(&format!("of that: {stage}"), against, "time", ratios, Target::Told))?;
    }
    Ok(())
}

/// Measures how long each stage takes if nothing needs writing.
fn stages(workspace: &Workspace) -> io::Result<[Duration; 5]> {
    let root = workspace.root();
    let mut times = [Duration::ZERO; 5];
    let mut start = Instant::now();
    let mut lap = |stage: usize| {
        times[stage] = start.elapsed();
        start = Instant::now();
    };
    let sources = load::sources(&root.join("spec"))?;
    let mut diagnostics = Diagnostics::default();
    let spec = load::spec(&sources, &mut diagnostics);
    lap(0);
    check::spec(&spec, &sources, &mut diagnostics);
    lap(1);
    let api = api::lower(&spec, &sources);
    lap(2);
    let files = emit::files(root, &api)?;
    lap(3);
    let changes = artifact::compare(root, &files, &emit::FOLDERS)?;
    lap(4);
    if changes.is_empty() { Ok(times) } else { Err(io::Error::other("something was left to write")) }
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// Measures how long `prettyplease` takes for the generated files, from tokens to text, on as many cores as the
/// generator uses.
fn formatted(files: &Files) -> io::Result<Duration> {
    let mut texts: Vec<&str> =
        files.iter().filter(|(path, _)| is_rust(path)).map(|(_, text)| text.as_str()).collect();
    // Distributed by size, so that no core waits long for another.
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let cores = thread::available_parallelism()?.get();
    let ready = Barrier::new(cores);
    let work = |core: usize| {
        let tokens: io::Result<Vec<proc_macro2::TokenStream>> = texts
            .iter()
            .skip(core)
            .step_by(cores)
            .map(|text| text.parse().map_err(|error| io::Error::other(format!("{error}"))))
            .collect::<io::Result<_>>();
        ready.wait();
        let tokens = tokens?;
        let start = Instant::now();
        for tokens in tokens {
            let file = syn::parse2(tokens).map_err(io::Error::other)?;
            std::hint::black_box(prettyplease::unparse(&file));
        }
        Ok(start.elapsed())
    };
    thread::scope(|scope| {
        let cores: Vec<_> = (0..cores).map(|core| scope.spawn(move || work(core))).collect();
        let times = cores
            .into_iter()
            .map(|core| core.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        let times: io::Result<Vec<Duration>> = times.collect();
        Ok(times?.into_iter().max().unwrap_or_default())
    })
}
