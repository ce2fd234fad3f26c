//! `cargo xtask`: what maintainers run.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use xtask::commands::{codegen, explain};
use xtask::diff::{self, Form, Report, Spec, Unreadable};
use xtask::spec::Failure;
use xtask::spec::schema;
use xtask::{bench, coverage, drift, import, openapi, pages};

/// The tools of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    /// The workspace to work on.
    #[arg(long, global = true, value_name = "DIR", default_value_os_t = workspace())]
    root: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generates the crates from `spec/*.yaml`.
    Codegen {
        /// Changes nothing; fails if a generated file is not what the spec says.
        #[arg(long)]
        check: bool,
    },
    /// Drafts the spec of documentation pages, for a person to complete.
    Import(Import),
    /// Writes the JSON Schemas of the spec's files, which editors complete and check them by.
    Schema {
        /// Changes nothing; fails if a schema is not what the loader reads.
        #[arg(long)]
        check: bool,
    },
    /// Extracts the JSON examples of documentation pages, as JSON lines.
    Examples {
        /// The folder with the pages, as Markdown files.
        #[arg(long, value_name = "DIR")]
        docs: PathBuf,
        /// Of every endpoint of the pages, not only of those in the spec.
        #[arg(long)]
        all: bool,
        /// Writes to a file instead of the standard output.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Counts how much of what the pages document is in the spec, by family, and draws docs/coverage.svg.
    Coverage {
        /// The folder with the pages, as Markdown files; left out, what they document is taken from the committed
        /// docs/coverage.json.
        #[arg(long, value_name = "DIR")]
        docs: Option<PathBuf>,
        /// Prints Markdown.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        /// Changes nothing; fails if the chart or its numbers are not current. A folder that isn't there counts as
        /// left out.
        #[arg(long)]
        check: bool,
    },
    /// Writes the spec as an OpenAPI 3.1 document, `openapi.json`.
    Openapi {
        /// Changes nothing; fails if the document is not what the spec says.
        #[arg(long)]
        check: bool,
    },
    /// Holds the spec against documentation pages: what is new, gone or changed on either side.
    ///
    /// Exits with 1 if they differ otherwise than the `deviations` of the spec's files say, and with 2 if there is
    /// nothing to compare. Endpoints that the spec lacks are counted, and are no difference.
    Drift {
        /// The folder with the pages, as Markdown files.
        #[arg(long, value_name = "DIR")]
        docs: PathBuf,
        /// Lists the endpoints that pages document and the spec lacks.
        #[arg(long, conflicts_with = "json")]
        unspecified: bool,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Measures the crates beside what one would write by hand, and prints ratios.
    ///
    /// A target that isn't reached is told, and is no failure: a machine may be busy. What can't be measured is one.
    Bench(Bench),
    /// Says what a mistake means that the other commands report; without a code, lists all.
    Explain {
        /// The code, as in `error[bad-limit]`.
        #[arg(value_name = "CODE")]
        code: Option<String>,
        /// Prints the page `spec/mistakes.md`.
        #[arg(long, conflicts_with = "code")]
        markdown: bool,
    },
    /// Tells what changes between two specs, and what that means for those who use the crates.
    ///
    /// Exits with 1 if something breaks that CHANGELOG.md of HEAD doesn't tell of. There, an item of the
    /// section `## Unreleased` tells of it with `**Breaking**` and, in backticks, the Rust path (`user::Get`)
    /// or the spec's name (`user.get`) of what changed, or of its endpoint or type. Exits with 2 if there is
    /// nothing to compare.
    Diff {
        /// The older spec: a git revision, or a folder with a `spec/`.
        base: String,
        /// The newer one; left out, the work tree.
        head: Option<String>,
        /// Prints Markdown, for a comment on a pull request.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["pages", "report"]))]
struct Import {
    /// The pages, as Markdown files.
    #[arg(value_name = "PAGE")]
    pages: Vec<PathBuf>,
    /// Adds the endpoints to a spec file, instead of writing a new one to the standard output.
    #[arg(long, value_name = "FILE", requires = "pages")]
    into: Option<PathBuf>,
    /// Drafts all pages below a folder, and tells how many drafts fit the examples of their pages.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["pages", "into"])]
    report: Option<PathBuf>,
    /// Tells it as JSON.
    #[arg(long, requires = "report")]
    json: bool,
}

#[derive(Args)]
struct Bench {
    /// What to measure; left out, everything that doesn't take long.
    #[arg(value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(bench::names()))]
    only: Vec<String>,
    /// Measures what takes long, too.
    #[arg(long)]
    full: bool,
    /// Writes the results to BENCHMARKS.md, and leaves what isn't measured as it is there. Without names, measures
    /// everything.
    #[arg(long)]
    write: bool,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// The workspace this was compiled in.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command {
        Command::Codegen { check } => codegen(&cli.root, check),
        Command::Schema { check } => schema(&cli.root, check),
        Command::Coverage { docs, markdown, json, check } => {
            let form = match (markdown, json) {
                (true, _) => coverage::Form::Markdown,
                (_, true) => coverage::Form::Json,
                _ => coverage::Form::Text,
            };
            coverage(&cli.root, docs.as_deref(), check, form)
        }
        Command::Openapi { check } => openapi(&cli.root, check),
        Command::Diff { base, head, markdown, json } => {
            let form = match (markdown, json) {
                (true, _) => Form::Markdown,
                (_, true) => Form::Json,
                _ => Form::Text { color: stdout().is_terminal() },
            };
            diff(&cli.root, &base, head.as_deref(), form)
        }
        Command::Drift { docs, unspecified, json } => {
            let color = stdout().is_terminal();
            drift(
                &cli.root,
                &docs,
                if json { drift::Form::Json } else { drift::Form::Text { color, unspecified } },
            )
        }
        Command::Explain { code, markdown } => explain(code.as_deref(), markdown),
        Command::Bench(options) => bench(&cli.root, options),
        Command::Import(Import { report: Some(docs), json, .. }) => report(&docs, json),
        Command::Import(Import { pages, into, .. }) => draft(&pages, into.as_deref()),
        Command::Examples { docs, all, out } => examples(&cli.root, &docs, all, out.as_deref()),
    }
}

fn codegen(root: &Path, check: bool) -> ExitCode {
    let summary = match codegen::run(root, check, stderr().is_terminal()) {
        Ok(summary) => summary,
        Err(failure) => return failed(failure, "generated"),
    };
    let codegen::Summary { specs, endpoints, types, files, changes, time } = summary;
    let ms = time.as_millis();
    if check && !changes.is_empty() {
        for line in changes.lines() {
            eprintln!("{line}");
        }
        eprintln!(
            "error: {} generated files are not what the spec says; run `cargo xtask codegen`",
            changes.len()
        );
        return ExitCode::FAILURE;
    }
    if !check {
        for line in changes.lines() {
            println!(
                "{}",
                line.replace("missing", "created")
                    .replace("differs", "updated")
                    .replace("stale  ", "removed")
            );
        }
    }
    let did = if check { "up to date" } else { "written" };
    println!(
        "{specs} spec files, {endpoints} endpoints, {types} types: {files} files {did}, {} changed, in {ms} ms",
        if check { 0 } else { changes.len() }
    );
    ExitCode::SUCCESS
}

fn schema(root: &Path, check: bool) -> ExitCode {
    let stale = match schema::run(root, check) {
        Ok(stale) => stale,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    for path in &stale {
        if check {
            eprintln!("error: {path} is not what the loader reads; run `cargo xtask schema`");
        } else {
            println!("updated {path}");
        }
    }
    if check && !stale.is_empty() {
        return ExitCode::FAILURE;
    }
    if stale.is_empty() {
        println!("the schemas are up to date");
    }
    ExitCode::SUCCESS
}

fn coverage(root: &Path, docs: Option<&Path>, check: bool, form: coverage::Form) -> ExitCode {
    let outcome = match coverage::run(root, docs, check) {
        Ok(outcome) => outcome,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    // Who closes the pipe early has read enough.
    let _ = stdout().write_all(outcome.coverage.print(form).as_bytes());
    if !outcome.pages {
        eprintln!("without the pages: what they document is as in {}", coverage::NUMBERS);
    }
    for path in &outcome.undocumented {
        eprintln!("no page documents {path}");
    }
    for path in &outcome.stale {
        if check {
            eprintln!("error: {path} is not current; run `cargo xtask coverage`");
        } else {
            eprintln!("updated {path}");
        }
    }
    if check && !outcome.stale.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Says why nothing was done.
fn failed(failure: Failure, done: &str) -> ExitCode {
    match failure {
        Failure::Spec { mistakes, text } => {
            eprint!("{text}");
            let plural = if mistakes == 1 { "mistake" } else { "mistakes" };
            eprintln!("error: {mistakes} {plural} in the spec; nothing was {done}");
        }
        Failure::Io(error) => eprintln!("error: {error}"),
    }
    ExitCode::FAILURE
}

fn openapi(root: &Path, check: bool) -> ExitCode {
    let openapi::Summary { paths, schemas, stale } = match openapi::run(root, check, stderr().is_terminal()) {
        Ok(summary) => summary,
        Err(failure) => return failed(failure, "generated"),
    };
    let file = openapi::FILE;
    if check && stale {
        eprintln!("error: {file} is not what the spec says; run `cargo xtask openapi`");
        return ExitCode::FAILURE;
    }
    let did = if stale { "written" } else { "up to date" };
    println!("{file}: {paths} paths, {schemas} schemas, {did}");
    ExitCode::SUCCESS
}

fn examples(root: &Path, docs: &Path, all: bool, out: Option<&Path>) -> ExitCode {
    let extract = || -> io::Result<pages::Summary> {
        let mut out: Box<dyn Write> = match out {
            Some(file) => Box::new(BufWriter::new(
                File::create(file)
                    .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", file.display())))?,
            )),
            None => Box::new(BufWriter::new(stdout().lock())),
        };
        pages::run(root, docs, all, &mut out)
    };
    let pages::Summary { examples, endpoints, repaired, unreadable } = match extract() {
        Ok(summary) => summary,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    for place in &unreadable {
        eprintln!("{place}");
    }
    eprintln!(
        "{examples} examples of {endpoints} endpoints ({repaired} repaired), {} unreadable",
        unreadable.len()
    );
    ExitCode::SUCCESS
}

fn bench(root: &Path, Bench { only, full, write, json }: Bench) -> ExitCode {
    let measure = || -> Result<(), bench::Failure> {
        let options = bench::Options { only, full: full || write, progress: stderr().is_terminal() };
        let report = bench::run(root, &options)?;
        if write {
            report.write(root, &bench::titles())?;
        }
        let text = if json { report.json()? } else { report.to_string() };
        // Who closes the pipe early has read enough.
        let _ = stdout().write_all(text.as_bytes());
        Ok(())
    };
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(bench::Failure(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn diff(root: &Path, base: &str, head: Option<&str>, form: Form) -> ExitCode {
    let color = stderr().is_terminal();
    let compare = || -> Result<Report, Unreadable> {
        let base = Spec::find(root, base, color)?;
        let head = match head {
            Some(head) => Spec::find(root, head, color)?,
            None => Spec::of_folder(root, "the work tree", color)?,
        };
        Ok(Report::new(&base, &head))
    };
    let report = match compare() {
        Ok(report) => report,
        Err(Unreadable(message)) => {
            eprintln!("error: {message}");
            return ExitCode::from(2);
        }
    };
    // Who closes the pipe early has read enough.
    let _ = stdout().write_all(report.write(form).as_bytes());
    let missing = report.missing();
    if missing.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("error: CHANGELOG.md doesn't tell of all that breaks; its section `## Unreleased` needs:\n");
    for change in missing {
        eprintln!("{}", diff::entry(change));
    }
    ExitCode::FAILURE
}

fn drift(root: &Path, docs: &Path, form: drift::Form) -> ExitCode {
    let bar = bar();
    let report =
        drift::run(root, docs, stderr().is_terminal(), |pages| bar.set_length(pages as u64), || bar.inc(1));
    bar.finish_and_clear();
    let report = match report {
        Ok(report) => report,
        Err(failure) => {
            failed(failure, "compared");
            return ExitCode::from(2);
        }
    };
    // Who closes the pipe early has read enough.
    let _ = stdout().write_all(report.write(form).as_bytes());
    if report.findings().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn explain(code: Option<&str>, markdown: bool) -> ExitCode {
    let text = match code {
        Some(code) => explain::one(code),
        None if markdown => Ok(explain::page()),
        None => Ok(explain::all()),
    };
    match text {
        Ok(text) => {
            // Who closes the pipe early has read enough.
            let _ = stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn draft(pages: &[PathBuf], into: Option<&Path>) -> ExitCode {
    let drafted = match into {
        Some(file) => import::draft_into(pages, file).map(|()| String::new()),
        None => import::draft(pages),
    };
    match drafted {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// A progress bar, on a terminal.
fn bar() -> ProgressBar {
    let bar = ProgressBar::no_length();
    if stderr().is_terminal() {
        bar.set_style(ProgressStyle::default_bar());
    } else {
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
    }
    bar
}

fn report(docs: &Path, json: bool) -> ExitCode {
    let bar = bar();
    let report = import::report(docs, || bar.inc(1), |pages| bar.set_length(pages as u64));
    bar.finish_and_clear();
    let report = match report {
        Ok(report) => report,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    };
    if json {
        match serde_json::to_string_pretty(&report) {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    } else {
        print!("{report}");
    }
    ExitCode::SUCCESS
}
