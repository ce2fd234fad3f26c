//! Measures how good the checks are: makes every kind of transcription mistake in the spec, and reports who notices
//! it.
//!
//! A mistake counts if a page shows what is right. People make a mistake consistently, so it is also made in the
//! file's own examples and rules. Nothing is written: each mistake is made in a copy of one file's values, which is
//! read, checked and compared with its pages alone.

mod edit;
mod example;
mod field;
mod judge;
mod kind;
mod kinds;
mod reach;
mod report;
mod sections;
mod site;

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use fastrand::Rng;

use self::judge::Subject;
use self::kind::{Kind, Places};
pub use self::report::FULLY;
pub use self::report::Report;
use self::report::{KindReport, Survivor};
use self::site::{CodesSite, FileSite, Mutant, RatesSite};
use crate::drift::{self, ReadPage};
use crate::pages;
use crate::parallel;
use crate::spec::source::{Node, Source, position};
use crate::spec::{self, Failure, File, Spec, load};

/// The options of a run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The kinds to make; all of them if empty.
    pub kinds: Vec<String>,
    /// The number of mistakes to make per kind, and up to three times as many of a kind with a miss; 0 for all.
    pub sample: usize,
    /// The seed that selects them.
    pub seed: u64,
}

/// A mistake in a file.
struct Made<'s> {
    subject: usize,
    kind: usize,
    mutant: &'s Mutant,
}

/// Makes mistakes in the spec of a workspace whose pages are below a folder. `start` receives how many, and how many
/// are added; `progress` is called after each.
pub fn run(
    root: &Path,
    docs: &Path,
    options: &Options,
    start: impl Fn(usize),
    progress: impl Fn() + Sync,
) -> Result<Report, Failure> {
    let kinds = chosen(&options.kinds)?;
    let sources = load::sources(&root.join("spec"))?;
    let spec = spec::read(&sources, false)?;
    let pages = pages(&spec, docs)?;
    let subjects = parallel::map(&sources, |_, source| {
        let subject = Subject::new(source, &pages)?;
        let mutants = mutants(&subject, &kinds);
        Ok((subject, mutants))
    });
    let subjects = subjects.into_iter().collect::<Result<Vec<_>, String>>().map_err(io::Error::other)?;
    let mut first = Vec::new();
    let mut more = Vec::new();
    let mut reports = Vec::new();
    for (kind, entry) in kinds.iter().enumerate() {
        let all = subjects.iter().enumerate().flat_map(|(subject, (_, mutants))| {
            mutants[kind].iter().map(move |mutant| Made { subject, kind, mutant })
        });
        let (mut said, unsaid): (Vec<_>, Vec<_>) = all.partition(|made| made.mutant.said);
        let (all, unsaid) = (said.len(), unsaid.len());
        if options.sample > 0 {
            Rng::with_seed(seed(options.seed, entry.name)).shuffle(&mut said);
            said.truncate(options.sample.saturating_mul(1 + FURTHER));
            more.extend(said.split_off(options.sample.min(said.len())));
        }
        first.extend(said);
        reports.push(KindReport {
            name: entry.name,
            counts: entry.counts,
            reason: entry.reason,
            all,
            unsaid,
            ..KindReport::default()
        });
    }
    let places = parallel::map(&sources, |_, source| Node::parse(&source.text).ok());
    let mut judge = |made: &[Made<'_>]| {
        start(made.len());
        let verdicts = parallel::map(made, |_, made| {
            let verdict = subjects[made.subject].0.judge(&made.mutant.edits);
            progress();
            verdict
        });
        for (made, verdict) in made.iter().zip(verdicts) {
            let report = &mut reports[made.kind];
            report.made += 1;
            match verdict {
                Some(witness) => *report.caught.entry(witness).or_default() += 1,
                None => {
                    let (source, root) = (&sources[made.subject], places[made.subject].as_ref());
                    report.survivors.push(survivor(source, root, made.mutant));
                }
            }
        }
        reports.iter().map(|report| !report.survivors.is_empty()).collect::<Vec<bool>>()
    };
    let missed = judge(&first);
    more.retain(|made| missed[made.kind]);
    judge(&more);
    Ok(Report::of(reports))
}

/// The number of further samples of a kind with a miss: in a small sample, one miss counts as much as a tenth.
const FURTHER: usize = 2;

/// Returns the names of all kinds.
pub fn kinds() -> Vec<&'static str> {
    kinds::all().iter().map(|kind| kind.name).collect()
}

fn chosen(names: &[String]) -> io::Result<Vec<Kind>> {
    let all = kinds::all();
    let unknown = names.iter().find(|name| all.iter().all(|kind| kind.name != name.as_str()));
    if let Some(name) = unknown {
        let known = all.iter().map(|kind| kind.name);
        let help = spec::diagnostic::did_you_mean(name, known.clone())
            .unwrap_or_else(|| format!("kinds: {}", known.collect::<Vec<_>>().join(", ")));
        return Err(io::Error::other(format!("no kind of mistake is called `{name}`; {help}")));
    }
    Ok(all
        .into_iter()
        .filter(|kind| names.is_empty() || names.iter().any(|name| name == kind.name))
        .collect())
}

/// Parses the pages that the spec names, and those to which these link.
fn pages(spec: &Spec, docs: &Path) -> io::Result<Vec<ReadPage>> {
    let operations = spec.files.iter().flat_map(File::operations);
    let codes = spec.codes.iter().flat_map(|codes| codes.doc.ids());
    let rates = spec.rates.iter().flat_map(|rates| rates.doc.ids());
    let own = operations.flat_map(|operation| operation.doc.ids());
    let wanted: BTreeSet<u32> = own.chain(codes).chain(rates).collect();
    let mut pages = pages::read(docs)?;
    let named = pages.iter().filter(|page| wanted.contains(&page.id));
    let linked: BTreeSet<u32> = named.flat_map(|page| pages::linked(&page.text)).collect();
    let has_one = pages.iter().any(|page| wanted.contains(&page.id));
    pages.retain(|page| wanted.contains(&page.id) || linked.contains(&page.id));
    if !has_one {
        let message = format!("{}: none of the spec's pages is in it", docs.display());
        return Err(io::Error::other(message));
    }
    Ok(drift::take_apart(pages, || {}))
}

/// Returns the mistakes that can be made in a file, by kind.
fn mutants(subject: &Subject<'_>, kinds: &[Kind]) -> Vec<Vec<Mutant>> {
    let spec = &subject.spec;
    let site = spec.files.first().map(|file| FileSite::new(file, subject));
    let places = site.as_ref().map(Places::of);
    let codes = spec.codes.as_ref().map(|codes| CodesSite { codes, pages: subject.pages });
    let rates = spec.rates.as_ref().map(|rates| RatesSite { rates, pages: subject.pages });
    let of_kind = |kind: &Kind| {
        let fields = places.iter().flat_map(|places| kind.in_file(places));
        let codes = codes.iter().flat_map(|codes| kind.in_codes(codes));
        fields.chain(codes).chain(rates.iter().flat_map(|rates| kind.in_rates(rates))).collect()
    };
    kinds.iter().map(of_kind).collect()
}

/// Returns a separate seed for each kind, so that a sample is the same whichever other kinds are made.
fn seed(seed: u64, kind: &str) -> u64 {
    kind.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn survivor(source: &Source, root: Option<&Node>, mutant: &Mutant) -> Survivor {
    let start = root.map_or(0, |root| root.nearest_key(&mutant.at).span.start);
    let (line, _) = position(&source.text, start);
    Survivor { file: source.path.clone(), line, at: mutant.at.to_string(), change: mutant.change.clone() }
}
