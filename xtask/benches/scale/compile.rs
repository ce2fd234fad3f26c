//! Compiling the generated models beside the same models with serde's derive, and programs that call endpoints.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use xtask::api::Api;
use xtask::bench::Target;

use crate::callers::{Call, calls, ours, program, theirs};
use crate::workspace::{Cost, Workspace};
use crate::{row, synthetic, tell};

const DERIVE: &str = "serde derive, both directions";

/// The costs of ours and theirs, by round.
#[derive(Default)]
struct Pairs(Vec<(Cost, Cost)>);

impl Pairs {
    /// Returns how many times as long theirs takes.
    fn faster(&self) -> Vec<f64> {
        self.0.iter().map(|(ours, theirs)| theirs.seconds / ours.seconds).collect()
    }

    /// Returns how much of their memory ours takes.
    fn memory(&self) -> Vec<f64> {
        self.0.iter().map(|(ours, theirs)| ours.peak / theirs.peak).collect()
    }
}

/// Something that is compiled on both sides.
struct Build {
    name: String,
    against: &'static str,
    /// The arguments for cargo, and the features of the models.
    ours: [String; 2],
    theirs: [String; 2],
    target: Target,
}

pub(crate) fn measure(endpoints: usize, rounds: usize) -> io::Result<()> {
    let workspace = Workspace::new()?;
    let api = workspace.generate(endpoints)?;
    crate::derived::write(workspace.root(), &api)?;
    // Dependencies first, so that only the models are measured.
    for action in ["check", "build --release"] {
        for package in ["wecom-models", "derived"] {
            workspace.cargo(&[&action.split(' ').collect::<Vec<_>>()[..], &["-p", package]].concat())?;
        }
    }
    let mut builder = Builder { workspace: &workspace, known: BTreeMap::new() };
    for build in builds() {
        let mut pairs = Pairs::default();
        for round in 0..rounds {
            pairs.0.push(builder.build(round, &build)?);
        }
        let Build { name, against, target, .. } = build;
        tell(&row(&name, against, "speed", pairs.faster(), target))?;
        let name = format!("{name}: rustc's peak memory");
        tell(&row(&name, against, "memory", pairs.memory(), Target::Told))?;
    }
    programs(&mut builder, &api, rounds)
}

fn builds() -> Vec<Build> {
    let family = synthetic::largest_family();
    let one = format!("one family ({family})");
    let both = |features: &str| format!("{features},bidirectional");
    vec![
        build("cargo check", DERIVE, "check", ["full", &both("full")], Target::AtLeast(5.0)),
        build("cargo check", "serde derive, the directions in use", "check", ["full", "full"], Target::Told),
        build("cargo check, both directions", DERIVE, "check", [&both("full"), &both("full")], Target::Told),
        build(&format!("cargo check, {one}"), DERIVE, "check", [family, &both(family)], Target::AtLeast(5.0)),
        release(),
        build(
            &format!("release build, {one}"),
            DERIVE,
            "build --release",
            [family, &both(family)],
            Target::AtLeast(5.0),
        ),
    ]
}

/// All models, optimized.
fn release() -> Build {
    let target = Target::AtLeast(5.0);
    build("release build", DERIVE, "build --release", ["full", "full,bidirectional"], target)
}

fn build(name: &str, against: &'static str, action: &str, features: [&str; 2], target: Target) -> Build {
    let [ours, theirs] = features.map(|features| [action.to_owned(), features.to_owned()]);
    Build { name: name.to_owned(), against, ours, theirs, target }
}

/// Compiles packages of models, which two rows need once per round.
struct Builder<'w> {
    workspace: &'w Workspace,
    known: BTreeMap<(usize, &'static str, [String; 2]), Cost>,
}

impl Builder<'_> {
    /// Compiles ours and theirs.
    fn build(&mut self, round: usize, build: &Build) -> io::Result<(Cost, Cost)> {
        Ok((self.cost(round, "wecom-models", &build.ours)?, self.cost(round, "derived", &build.theirs)?))
    }

    fn cost(&mut self, round: usize, package: &'static str, build: &[String; 2]) -> io::Result<Cost> {
        let key = (round, package, build.clone());
        if let Some(cost) = self.known.get(&key) {
            return Ok(*cost);
        }
        // Forgets this package only, not its dependencies.
        self.workspace.forget(package)?;
        let [action, features] = build;
        let action: Vec<&str> = action.split(' ').collect();
        let cost = self.workspace.cargo(&[&action[..], &["-p", package, "--features", features]].concat())?;
        self.known.insert(key, cost);
        Ok(cost)
    }
}

/// Compares programs that send requests and read responses of this many endpoints.
fn programs(builder: &mut Builder<'_>, api: &Api, rounds: usize) -> io::Result<()> {
    let workspace = builder.workspace;
    for endpoints in [1, 10, 150] {
        let calls: Vec<Call<'_>> = calls(api).take(endpoints).collect();
        let [mut whole, mut alone, mut bytes] = [Vec::new(), Vec::new(), Vec::new()];
        for round in 0..rounds {
            let models = builder.build(round, &release())?;
            let (ours, size) = caller(workspace, "emitted", &ours(&calls))?;
            let (theirs, their_size) = caller(workspace, "derived", &theirs(&calls))?;
            whole.push((models.1.seconds + theirs.seconds) / (models.0.seconds + ours.seconds));
            alone.push(theirs.seconds / ours.seconds);
            bytes.push(size / their_size);
        }
        let name = format!("release build of a program with {} endpoints", calls.len());
        tell(&row(&format!("{name} and all models"), DERIVE, "speed", whole, Target::AtLeast(5.0)))?;
        tell(&row(&format!("{name}, models built before"), DERIVE, "speed", alone, Target::Told))?;
        tell(&row(
            &format!("size of a program with {} endpoints", calls.len()),
            DERIVE,
            "bytes",
            bytes,
            Target::Told,
        ))?;
    }
    Ok(())
}

/// Builds a program over one of the packages of models, which is built first; returns its cost and its size in bytes.
pub(crate) fn caller(workspace: &Workspace, package: &str, text: &str) -> io::Result<(Cost, f64)> {
    let name = format!("calls-{package}");
    let file = workspace.root().join("callers").join(package).join("src/main.rs");
    // The models first: with no calls, everything else is built.
    fs::write(&file, program(&[]))?;
    workspace.cargo(&["build", "--release", "-p", &name])?;
    fs::write(&file, text)?;
    let cost = workspace.cargo(&["build", "--release", "-p", &name])?;
    let program = workspace.root().join("target/release").join(&name);
    let size = u32::try_from(fs::metadata(program)?.len()).map_err(io::Error::other)?;
    Ok((cost, size.into()))
}
