//! The results, by kind and in total, as text for people and as JSON for machines.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::judge::Witness;

/// The results for one kind.
#[derive(Debug, Default)]
pub(super) struct KindReport {
    pub name: &'static str,
    /// The condition under which a page shows what is right.
    pub counts: &'static str,
    /// The reason why the others can't be noticed.
    pub reason: &'static str,
    /// The numbers of mistakes that can be made where a page shows the correct form, and elsewhere.
    pub all: usize,
    pub unsaid: usize,
    /// The number that were made.
    pub made: usize,
    /// The number of these that were noticed, by witness.
    pub caught: BTreeMap<Witness, usize>,
    /// The unnoticed ones.
    pub survivors: Vec<Survivor>,
}

/// A mistake that nobody noticed.
#[derive(Debug)]
pub(super) struct Survivor {
    pub file: String,
    pub line: usize,
    /// The place of the change in the file.
    pub at: String,
    pub change: String,
}

/// The results for all mistakes.
#[derive(Debug)]
pub struct Report {
    kinds: Vec<KindReport>,
}

impl KindReport {
    fn caught(&self) -> usize {
        self.caught.values().sum()
    }

    /// Returns the percentage that was noticed.
    fn percent(&self) -> Option<usize> {
        percent(self.caught(), self.made)
    }
}

/// Returns a percentage, rounded down.
fn percent(part: usize, whole: usize) -> Option<usize> {
    (100 * part).checked_div(whole)
}

impl Report {
    pub(super) fn of(kinds: Vec<KindReport>) -> Self {
        Self { kinds }
    }

    /// Returns the percentage of mistakes that were noticed, rounded down; 100 if there were none.
    pub fn percent(&self) -> usize {
        percent(self.caught(), self.made()).unwrap_or(100)
    }

    /// Returns the percentage of kinds of which at least `least` percent were noticed.
    pub fn percent_of_kinds(&self, least: usize) -> usize {
        let (reached, all) = self.kinds_with(least);
        percent(reached, all).unwrap_or(100)
    }

    /// Returns how many kinds have at least that percentage, and how many were made at all.
    fn kinds_with(&self, least: usize) -> (usize, usize) {
        let made: Vec<usize> = self.kinds.iter().filter_map(KindReport::percent).collect();
        (made.iter().filter(|percent| **percent >= least).count(), made.len())
    }

    fn made(&self) -> usize {
        self.kinds.iter().map(|kind| kind.made).sum()
    }

    fn caught(&self) -> usize {
        self.kinds.iter().map(KindReport::caught).sum()
    }

    /// Returns the table, for people; on request with every unnoticed mistake.
    pub fn text(&self, survivors: bool) -> String {
        let mut text =
            row("kind", ["caught", "of", "%", "check", "drift", "examples", "not said"].map(str::to_owned));
        for kind in &self.kinds {
            let by = |witness| kind.caught.get(&witness).copied().unwrap_or_default();
            text.push_str(&numbers(kind.name, kind.caught(), kind.made, by, kind.unsaid));
        }
        let all = |witness| self.kinds.iter().filter_map(|kind| kind.caught.get(&witness)).sum();
        let unsaid = self.kinds.iter().map(|kind| kind.unsaid).sum();
        text.push_str(&numbers("all", self.caught(), self.made(), all, unsaid));
        if survivors {
            for kind in self.kinds.iter().filter(|kind| !kind.survivors.is_empty()) {
                let _ = write!(text, "\n{}, which counts where {}:\n", kind.name, kind.counts);
                for Survivor { file, line, at, change } in &kind.survivors {
                    let _ = writeln!(text, "  {file}:{line}: {at}: {change}");
                }
            }
        }
        text.push_str(&self.uncounted());
        let (reached, made) = self.kinds_with(FULLY);
        let _ = writeln!(
            text,
            "\n{} of {} mistakes were caught ({} %), and of {reached} of {made} kinds at least {FULLY} %",
            self.caught(),
            self.made(),
            self.percent()
        );
        let possible: usize = self.kinds.iter().map(|kind| kind.all + kind.unsaid).sum();
        let _ = writeln!(text, "of {possible} places where a mistake can be made, {unsaid} don't count");
        text
    }

    /// Returns the places where a mistake can't be caught, by kind, with the reason.
    fn uncounted(&self) -> String {
        let mut text = String::new();
        for kind in self.kinds.iter().filter(|kind| kind.unsaid > 0) {
            if text.is_empty() {
                text.push_str("\nThese can't be caught, and don't count:\n");
            }
            let KindReport { name, counts, reason, all, unsaid, .. } = kind;
            let all = all + unsaid;
            let _ = writeln!(text, "  {name}: {unsaid} of {all}, since {reason}, but for where {counts}");
        }
        text
    }

    /// Returns the report for machines, with every unnoticed mistake.
    pub fn json(&self) -> String {
        let kinds = self.kinds.iter().map(|kind| {
            let caught = Witness::ALL.map(|witness| (witness.name(), kind.caught.get(&witness).copied().unwrap_or_default()));
            let survivors = kind.survivors.iter().map(|Survivor { file, line, at, change }| {
                json!({ "file": file, "line": line, "at": at, "change": change })
            });
            json!({
                "kind": kind.name,
                "counts_where": kind.counts,
                "others_not_caught_since": kind.reason,
                "possible": kind.all,
                "not_said": kind.unsaid,
                "made": kind.made,
                "caught": caught.into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect::<serde_json::Map<String, Value>>(),
                "survivors": survivors.collect::<Vec<Value>>(),
            })
        });
        let all = json!({
            "made": self.made(),
            "caught": self.caught(),
            "percent": self.percent(),
            "percent_of_kinds": self.percent_of_kinds(FULLY),
            "kinds": kinds.collect::<Vec<Value>>(),
        });
        format!("{all:#}\n")
    }
}

/// The percentage from which on a kind counts as noticed.
pub const FULLY: usize = 90;

fn numbers(name: &str, caught: usize, made: usize, by: impl Fn(Witness) -> usize, unsaid: usize) -> String {
    let percent = percent(caught, made).map_or("-".to_owned(), |percent| percent.to_string());
    let [check, drift, examples] = Witness::ALL.map(|witness| by(witness).to_string());
    row(name, [caught.to_string(), made.to_string(), percent, check, drift, examples, unsaid.to_string()])
}

fn row(name: &str, [caught, made, percent, check, drift, examples, unsaid]: [String; 7]) -> String {
    format!("{name:<26}{caught:>7}{made:>7}{percent:>5}{check:>8}{drift:>7}{examples:>10}{unsaid:>10}\n")
}
