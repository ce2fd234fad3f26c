//! The steps from pages to a chapter that is ready for review. Each reports in one line what it did or what stopped
//! it.

use std::fs;
use std::path::Path;

use super::programs::{Program, Programs};
use super::task::{Task, text_of};
use super::words::Left;
use crate::commands::{codegen, coverage, openapi, phrases};
use crate::diff::{self, Report, Spec, Unreadable};
use crate::drift;
use crate::import::{KNOWN, Portion};
use crate::pages;
use crate::spec::load;
use crate::spec::source::Source;
use crate::spec::{self, DocumentKind, Failure};

/// The step that a run reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// A person has to do what the last step asks for.
    PersonNeeded,
}

/// The result of a step.
enum Step {
    Done(String),
    /// The reason, in one line, and details.
    Stopped(String, String),
}

/// The maximum number of items shown.
const SHOWN: usize = 5;

/// The maximum number of lines of a failed program shown.
const SHOWN_LINES: usize = 40;

/// Runs all steps, up to the first that needs a person. Returns an error only if it can't continue at all.
pub fn run(root: &Path, task: &Task, programs: &dyn Programs, say: &dyn Fn(&str)) -> Result<Outcome, String> {
    let work = Work { root, task, programs };
    let steps: [(&str, Action<'_>); 11] = [
        ("import", Work::import),
        ("words", Work::words),
        ("checks", Work::checks),
        ("codegen", Work::codegen),
        ("openapi", Work::openapi),
        ("coverage", Work::coverage),
        ("snapshots", Work::snapshots),
        ("conformance", Work::conformance),
        ("drift", Work::drift),
        ("phrases", Work::phrases),
        ("diff", Work::diff),
    ];
    let wanted = if task.only_spec { 3 } else { steps.len() };
    for (name, step) in steps.into_iter().take(wanted) {
        match step(&work)? {
            Step::Done(what) => say(&format!("{name:<12}{what}\n")),
            Step::Stopped(why, details) => {
                say(&format!("{name:<12}stopped: {why}\n"));
                if !details.is_empty() {
                    say(&format!("\n{}\n", details.trim_end()));
                }
                say("\nA person is needed; run the same command again to go on from here.\n");
                return Ok(Outcome::PersonNeeded);
            }
        }
    }
    Ok(Outcome::Done)
}

/// The action of a step.
type Action<'w> = fn(&Work<'w>) -> Result<Step, String>;

struct Work<'w> {
    root: &'w Path,
    task: &'w Task,
    programs: &'w dyn Programs,
}

impl Work<'_> {
    /// Does a step for each file of the chapter, up to the first that needs a person.
    fn each(&self, step: fn(&Self, &Portion) -> Result<Step, String>) -> Result<Step, String> {
        let mut done = Vec::new();
        for portion in &self.task.portions {
            match step(self, portion)? {
                Step::Done(what) if done.contains(&what) => {}
                Step::Done(what) => done.push(what),
                stopped @ Step::Stopped(..) => return Ok(stopped),
            }
        }
        Ok(Step::Done(done.join("; ")))
    }

    /// Reads the spec, and finds one of the chapter's files in it.
    fn sources(&self, portion: &Portion) -> Result<(Vec<Source>, usize), String> {
        let sources = load::sources(&self.root.join("spec")).map_err(|error| error.to_string())?;
        let path = path(portion);
        let file = sources.iter().position(|source| source.path == path);
        Ok((sources, file.ok_or_else(|| format!("{path} is gone"))?))
    }

    fn import(&self) -> Result<Step, String> {
        self.each(Self::import_into)
    }

    fn import_into(&self, portion: &Portion) -> Result<Step, String> {
        let (path, file) = (path(portion), self.root.join("spec").join(&portion.file));
        let mut others = load::sources(&self.root.join("spec")).map_err(|error| error.to_string())?;
        others.retain(|source| source.path != path);
        let chapter = &portion.chapter;
        let before = text_of(&file)?;
        let completed = match chapter.completed(before.clone(), Path::new(&path), &others) {
            Ok(completed) => completed,
            Err(error) => return Ok(Step::Stopped(error.to_string(), String::new())),
        };
        let drafted = completed.drafted.len();
        let nothing = drafted == 0 && completed.known == 0;
        let stem = portion.file.trim_end_matches(".yaml");
        let [one, many] = DocumentKind::of_file(stem)
            .map_or(["endpoint", "endpoints"], |kind| [kind.facts().noun, kind.facts().key]);
        let counted = |number: usize| format!("{number} {}", if number == 1 { one } else { many });
        if !nothing && before.as_ref() != Some(&completed.text) {
            fs::write(&file, &completed.text).map_err(|error| format!("{}: {error}", file.display()))?;
        }
        let mut done = if drafted == 0 {
            format!("nothing new in {path}: {} of these pages", counted(completed.known))
        } else {
            let others =
                if completed.known == 0 { String::new() } else { format!(" beside {}", completed.known) };
            format!("{} drafted in {path}{others}", counted(drafted))
        };
        for (endpoint, other) in &completed.elsewhere {
            done += &format!("; {endpoint} is in {other}");
        }
        if !chapter.without.is_empty() {
            let titles = chapter.without.join(", ");
            done += &format!("; without endpoints: {titles}");
        }
        if nothing {
            return Err(format!("{done}; there is nothing to add"));
        }
        Ok(Step::Done(done))
    }

    fn words(&self) -> Result<Step, String> {
        self.each(Self::words_in)
    }

    fn words_in(&self, portion: &Portion) -> Result<Step, String> {
        let (sources, file) = self.sources(portion)?;
        let Left { words, doubts } = Left::of(&sources, file);
        if words.is_empty() && doubts.is_empty() {
            return Ok(Step::Done("all descriptions are written".to_owned()));
        }
        let path = path(portion);
        let listed = |title: &str, places: &[(usize, usize, String)]| {
            let shown = places.iter().take(SHOWN);
            let shown = shown.map(|(line, column, what)| format!("  {path}:{line}:{column}: {what}\n"));
            let more = places.len().saturating_sub(SHOWN);
            let more = if more == 0 { String::new() } else { format!("  and {more} more\n") };
            if places.is_empty() {
                String::new()
            } else {
                format!("{title}\n{}{more}", shown.collect::<String>())
            }
        };
        let details = listed("To write, in English and in your own words:", &words)
            + &listed("To settle with the page, and take out the `# ?`:", &doubts);
        let why =
            format!("{} to write, {} to resolve in {path}", words.len(), counted(doubts.len(), "doubt"));
        Ok(Step::Stopped(why, details))
    }

    fn checks(&self) -> Result<Step, String> {
        let sources = load::sources(&self.root.join("spec")).map_err(|error| error.to_string())?;
        match spec::read(&sources, false) {
            Ok(spec) => {
                let endpoints: usize = spec.files.iter().map(|file| file.endpoints.len()).sum();
                Ok(Step::Done(format!("{} and no mistake", counted(endpoints, "endpoint"))))
            }
            Err(failure) => mistakes(failure),
        }
    }

    fn codegen(&self) -> Result<Step, String> {
        codegen::run(self.root, false, false)
            .map_or_else(mistakes, |summary| Ok(Step::Done(summary.to_string())))
    }

    fn openapi(&self) -> Result<Step, String> {
        openapi::run(self.root, false, false)
            .map_or_else(mistakes, |summary| Ok(Step::Done(summary.to_string())))
    }

    fn coverage(&self) -> Result<Step, String> {
        let docs = self.task.all_pages.then_some(self.task.docs.as_path());
        let summary = coverage::run(self.root, docs, false).map_err(|error| error.to_string())?;
        let stale = summary.stale;
        Ok(Step::Done(if stale.is_empty() {
            "up to date".to_owned()
        } else {
            format!("{} written", stale.join(", "))
        }))
    }

    fn snapshots(&self) -> Result<Step, String> {
        let folder = self.root.join("tests/snapshots");
        let before = files_in(&folder);
        let ran = self.run(&Program {
            arguments: &["test", "--quiet", "--package", "wecom-tests", "--test", "snapshots"],
            environment: &[("INSTA_UPDATE", "always")],
            input: String::new(),
        })?;
        if let Some(stopped) = ran.1 {
            return Ok(stopped);
        }
        let new = files_in(&folder).saturating_sub(before);
        Ok(Step::Done(match new {
            0 => "none is new".to_owned(),
            new => format!("{} in tests/snapshots to review", counted(new, "new file")),
        }))
    }

    fn conformance(&self) -> Result<Step, String> {
        let extract = pages::extract(self.root, &self.task.docs, false).map_err(|error| error.to_string())?;
        if extract.examples == 0 {
            return Ok(Step::Done("the pages show no example".to_owned()));
        }
        let (output, stopped) = self.run(&Program {
            arguments: &["run", "--quiet", "--package", "wecom-tests", "--bin", "conformance", "--", "-"],
            environment: &[],
            input: extract.lines,
        })?;
        let summary = output.trim_end().lines().next_back().unwrap_or_default().to_owned();
        Ok(stopped.unwrap_or(Step::Done(summary)))
    }

    /// Runs a program; returns its output and, if it failed, the step that stops here.
    fn run(&self, program: &Program<'_>) -> Result<(String, Option<Step>), String> {
        let command = format!("cargo {}", program.arguments.join(" "));
        let ran = self.programs.run(program).map_err(|error| format!("`{command}` can't be run: {error}"))?;
        if ran.success {
            return Ok((ran.output, None));
        }
        let said = ran.output + &ran.errors;
        let lines: Vec<&str> = said.lines().collect();
        let last = lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n");
        Ok((String::new(), Some(Step::Stopped(format!("`{command}` failed"), last))))
    }

    fn drift(&self) -> Result<Step, String> {
        self.each(Self::drift_of)
    }

    fn drift_of(&self, portion: &Portion) -> Result<Step, String> {
        let Task { docs, all_pages, .. } = self.task;
        match drift::run(self.root, docs, false, |_| {}, || {}) {
            Ok(differences) => {
                let differences = differences.of_family(&path(portion), *all_pages);
                let found = differences.findings().len();
                if found == 0 {
                    return Ok(Step::Done("the chapter, its family and their pages agree".to_owned()));
                }
                let why = format!(
                    "{} between {}, its family and their pages",
                    counted(found, "difference"),
                    path(portion)
                );
                Ok(Step::Stopped(why, differences.text(false, false)))
            }
            Err(failure) => mistakes(failure),
        }
    }

    /// Keeps the English for the pages' phrases, and unmarks the phrases that are known.
    fn phrases(&self) -> Result<Step, String> {
        self.each(Self::phrases_of)
    }

    fn phrases_of(&self, portion: &Portion) -> Result<Step, String> {
        let (sources, file) = self.sources(portion)?;
        let mut spec = match spec::read(&sources, false) {
            Ok(spec) => spec,
            Err(failure) => return mistakes(failure),
        };
        spec.files.retain(|chapter| chapter.source == file);
        let learned = portion.chapter.learned(&spec);
        let new = phrases::keep(self.root, &spec, learned).map_err(|error| error.to_string())?;
        let text = &sources[file].text;
        let unmarked: String =
            text.split_inclusive('\n').map(|line| line.replacen(&format!(" {KNOWN}\n"), "\n", 1)).collect();
        if unmarked != *text {
            let place = self.root.join("spec").join(&portion.file);
            fs::write(&place, unmarked).map_err(|error| format!("{}: {error}", place.display()))?;
        }
        Ok(Step::Done(format!("{} learned", counted(new, "phrase"))))
    }

    fn diff(&self) -> Result<Step, String> {
        let base = match Spec::find(self.root, &self.task.base, false) {
            Ok(base) => base,
            Err(Unreadable(why)) => return Ok(Step::Done(format!("skipped: {why}"))),
        };
        let head = Spec::of_folder(self.root, "the work tree", false).map_err(|Unreadable(why)| why)?;
        let report = Report::new(&base, &head);
        let missing: Vec<String> = report.missing().into_iter().map(diff::entry).collect();
        if !missing.is_empty() {
            let why = "CHANGELOG.md doesn't announce every breaking change".to_owned();
            return Ok(Step::Stopped(
                why,
                format!("Its section `## Unreleased` needs:\n{}", missing.join("\n")),
            ));
        }
        Ok(Step::Done(format!("for the reviewer:\n\n{}", report.text(false).trim_end())))
    }
}

/// Returns the path of a spec file as diagnostics show it.
fn path(portion: &Portion) -> String {
    format!("spec/{}", portion.file)
}

/// Stops at mistakes in the spec; a spec that can't be read at all is an error.
fn mistakes(failure: Failure) -> Result<Step, String> {
    match failure {
        Failure::Spec { mistakes, text } => {
            Ok(Step::Stopped(format!("{} in the spec", counted(mistakes, "mistake")), text))
        }
        Failure::Io(error) => Err(error.to_string()),
    }
}

fn counted(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

fn files_in(folder: &Path) -> usize {
    fs::read_dir(folder).map_or(0, |entries| entries.filter_map(Result::ok).count())
}
