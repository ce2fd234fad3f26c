//! Starts a worker, and reports the input on which it died.

use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;
use std::{env, fs, thread};

use crate::{Arguments, target};

/// How long one input may take. The slowest takes a second, in a build without optimization.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fuzzes a target; returns whether all went well.
pub(crate) fn run(name: &str, arguments: &Arguments) -> io::Result<bool> {
    let Arguments { seed, seconds, cases, .. } = arguments;
    let mut worker = Command::new(env::current_exe()?)
        .args([name, "--worker", "--seed", &seed.to_string()])
        .args(["--seconds", &seconds.to_string(), "--cases", &cases.to_string()])
        .stdout(Stdio::piped())
        .spawn()?;
    let out = worker.stdout.take().map(BufReader::new);
    let (tell, told) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in out.into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
            if let Ok(number) = line.parse::<u64>()
                && tell.send(number).is_err()
            {
                break;
            }
        }
    });
    let mut last = None;
    let hangs = loop {
        match told.recv_timeout(PATIENCE) {
            Ok(number) => last = Some(number),
            Err(RecvTimeoutError::Disconnected) => break false,
            Err(RecvTimeoutError::Timeout) => break true,
        }
    };
    if hangs {
        worker.kill()?;
    }
    let status = worker.wait()?;
    reader.join().map_err(|_| io::Error::other("the worker's output can't be read"))?;
    let corpus = corpus(name)?;
    let read = last.map_or(0, |last| last + 1);
    let kept = u64::try_from(corpus.len()).map_err(io::Error::other)?;
    if status.success() {
        println!(
            "{name}: {kept} inputs of the corpus and {} of seed {seed}: well",
            read.saturating_sub(kept)
        );
        return still_fail(name);
    }
    let what = if hangs { "hung".to_owned() } else { format!("died ({status})") };
    let Some(last) = last else {
        println!("{name}: {what} before the first input");
        return Ok(false);
    };
    let file = match usize::try_from(last).ok().and_then(|index| corpus.get(index)) {
        Some((file, _)) => file.clone(),
        None => keep(name, *seed, last - kept)?,
    };
    println!(
        "{name}: {what} on {file}\n  again: cargo run --manifest-path fuzz/Cargo.toml -- {name} --input {file}",
        file = file.display()
    );
    Ok(false)
}

/// Checks that known failures still fail: one that no longer does belongs in the corpus.
fn still_fail(name: &str) -> io::Result<bool> {
    let mut all = true;
    for (file, _) in inputs(&folder("known", name))? {
        let status = Command::new(env::current_exe()?)
            .args([name, "--input"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        println!("{name}: {} is known to fail", file.display());
        if status.success() {
            println!("  it no longer does: move it into {}", folder("corpus", name).display());
            all = false;
        }
    }
    Ok(all)
}

/// Returns the kept inputs of a target, in the order of their names.
pub(crate) fn corpus(name: &str) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    inputs(&folder("corpus", name))
}

fn inputs(folder: &Path) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?,
        Err(_) => Vec::new(),
    };
    files.sort();
    files.into_iter().map(|file| fs::read(&file).map(|input| (file, input))).collect()
}

/// Adds the input of a case to the corpus.
fn keep(name: &str, seed: u64, case: u64) -> io::Result<PathBuf> {
    let target = target::find(name).ok_or_else(|| io::Error::other("there is no such target"))?;
    let folder = folder("corpus", name);
    let file = folder.join(format!("seed-{seed}-case-{case}"));
    fs::create_dir_all(folder)?;
    fs::write(&file, target::input(&*target, seed, case))?;
    Ok(file)
}

fn folder(kind: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(kind).join(name)
}
