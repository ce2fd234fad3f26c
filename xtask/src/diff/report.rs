//! The changes as text for people, as Markdown for a pull request, as JSON for machines.

use std::collections::BTreeSet;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::arrivals::{Arrival, arrivals};
use super::changelog::{self, Entries};
use super::{Change, Class, Section, Side, Spec, compare};

/// All changes between two specs, and which of them the changelog announces.
#[derive(Debug)]
pub struct Report {
    base: String,
    head: String,
    /// Each change, and whether the changelog of HEAD announces it if that is required.
    changes: Vec<(Change, Option<bool>)>,
    arrivals: Vec<Arrival>,
}

impl Report {
    /// Compares two specs, and looks for the breaking changes in the changelog of the newer one.
    pub fn new(base: &Spec, head: &Spec) -> Self {
        let entries = head.changelog.as_deref().map(Entries::of).unwrap_or_default();
        let told = |change: &Change| (change.rule.class() == Class::Breaking).then(|| entries.tell(change));
        let changes = compare(base, head).into_iter().map(|change| {
            let told = told(&change);
            (change, told)
        });
        Self {
            base: base.name.clone(),
            head: head.name.clone(),
            changes: changes.collect(),
            arrivals: arrivals(base, head),
        }
    }

    /// Returns all changes, the most severe first.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().map(|(change, _)| change)
    }

    /// Returns the spec files that have new endpoints.
    pub fn new_files(&self) -> BTreeSet<&str> {
        self.arrivals.iter().map(|arrival| arrival.file.as_str()).collect()
    }

    /// Returns the breaking changes that are missing from the changelog.
    pub fn missing(&self) -> Vec<&Change> {
        let missing = self.changes.iter().filter(|(_, told)| *told == Some(false));
        missing.map(|(change, _)| change).collect()
    }

    fn of(&self, section: Section) -> impl Iterator<Item = &(Change, Option<bool>)> {
        self.changes.iter().filter(move |(change, _)| change.rule.section() == section)
    }

    /// Returns how many changes each section has, in words.
    fn counts(&self) -> String {
        let counts = Section::ALL.iter().map(|section| (section, self.of(*section).count()));
        let counts = counts.filter(|(_, count)| *count > 0).map(|(section, count)| {
            match (section, self.missing().len()) {
                (Section::Breaking, missing) if missing > 0 => {
                    format!("{count} breaking ({missing} not in the changelog)")
                }
                _ => format!("{count} {}", section.name()),
            }
        });
        counts.collect::<Vec<String>>().join(", ")
    }

    /// Returns the whole report, for people.
    pub fn text(&self, color: bool) -> String {
        let (base, head) = (&self.base, &self.head);
        if self.changes.is_empty() {
            return format!("no change to the API from {base} to {head}\n");
        }
        let painted = |style: Style, text: &str| {
            if color { format!("{style}{text}{style:#}") } else { text.to_owned() }
        };
        let mut text = format!("from {base} to {head}: {}\n", self.counts());
        for section in Section::ALL {
            for (index, (change, told)) in self.of(section).enumerate() {
                if index == 0 {
                    text.push_str(&format!("\n{}\n", painted(style(section), section.name())));
                }
                let place = self.place(change);
                let rule = painted(Style::new().bold(), change.rule.name());
                let told = match told {
                    Some(true) => ", in the changelog",
                    Some(false) => ", not in the changelog",
                    None => "",
                };
                text.push_str(&format!("  {rule} {place}\n    {}\n", change.meaning));
                text.push_str(&format!("    {}{told}\n", painted(Style::new().dimmed(), &change.spec)));
                for (mark, said) in ["-", "+"].into_iter().zip(change.texts.iter().flatten()) {
                    text.push_str(&format!("    {mark} {}\n", said.replace('\n', "\n      ")));
                }
            }
        }
        if !self.arrivals.is_empty() {
            text.push_str(&format!("\n{}\n", painted(Style::new().bold(), "new endpoints")));
        }
        for Arrival { id, title, page, file, line, call, token, safe, new, fields, deviations } in
            &self.arrivals
        {
            let safe = if *safe { ", safe" } else { "" };
            text.push_str(&format!("  {id} {file}:{line}\n    {title} {page}\n    {call}, {token}{safe}\n"));
            text.push_str(&format!("    {new}; fields: {fields}, deviations: {deviations}\n"));
        }
        text
    }

    /// Returns the whole report, for a comment on a pull request.
    pub fn markdown(&self) -> String {
        let (base, head) = (&self.base, &self.head);
        if self.changes.is_empty() {
            return format!("**API:** no change from {base} to {head}.\n");
        }
        let mut text = format!("**API changes** from {base} to {head}: {}.\n", self.counts());
        let mut table = |section, title: &str, rows: Vec<String>| {
            if !rows.is_empty() {
                let (last, line) =
                    if section == Section::Breaking { (" Changelog |", "---|") } else { ("", "") };
                text.push_str(&format!("\n### {title}\n\n| What it means | Where | Rule |{last}\n"));
                text.push_str(&format!("|---|---|---|{line}\n{}\n", rows.join("\n")));
            }
        };
        let rows = |section| self.of(section).map(|(change, told)| self.row(change, *told)).collect();
        table(Section::Breaking, "Breaking", rows(Section::Breaking));
        table(Section::Behaviour, "Behaviour", rows(Section::Behaviour));
        table(Section::Additive, "Additive", rows(Section::Additive));
        text.push_str(&self.new_endpoints());
        let docs: Vec<String> = self.of(Section::Docs).map(|(change, _)| self.item(change)).collect();
        if !docs.is_empty() {
            let (count, plural) = (docs.len(), if docs.len() == 1 { "" } else { "s" });
            text.push_str(&format!(
                "\n<details><summary>{count} change{plural} of documentation and examples</summary>\n\n{}\n\n\
                 </details>\n",
                docs.join("\n")
            ));
        }
        text
    }

    /// Returns a table of everything new, for a comment on a pull request.
    fn new_endpoints(&self) -> String {
        let rows = self.arrivals.iter().map(|arrival| {
            let Arrival { id, title, page, file, line, call, token, safe, new, fields, deviations } = arrival;
            let (title, safe) = (cell(title), if *safe { "yes" } else { "" });
            format!(
                "| [{title}]({page}) | [`{id}`]({file}#L{line}) | `{call}` | `{token}` | {safe} | `{new}` | {fields} | \
                 {deviations} |\n"
            )
        });
        let rows: String = rows.collect();
        if rows.is_empty() {
            return rows;
        }
        format!(
            "\n### New endpoints\n\n| Page | Endpoint | Call | Token | Safe | Request | Fields | Deviations |\n\
             |---|---|---|---|---|---|---|---|\n{rows}"
        )
    }

    fn row(&self, change: &Change, told: Option<bool>) -> String {
        let told = match told {
            Some(true) => " yes |",
            Some(false) => " **missing** |",
            None => "",
        };
        let (meaning, place) = (cell(&change.meaning), cell(&self.link(change)));
        format!("| {meaning} | {place} | `{}` |{told}", change.rule.name())
    }

    fn item(&self, change: &Change) -> String {
        let texts = ["was", "is"].into_iter().zip(change.texts.iter().flatten());
        let texts = texts.map(|(when, said)| format!("\n  - {when}: {}", said.replace('\n', " ")));
        let texts: String = texts.collect();
        format!("- {} ({}, `{}`){texts}", change.meaning, self.link(change), change.rule.name())
    }

    /// Returns a place as a link; a removed one has none.
    fn link(&self, change: &Change) -> String {
        let place = self.place(change);
        if change.side == Side::Base { place } else { format!("[{place}]({}#L{})", change.file, change.line) }
    }

    fn place(&self, change: &Change) -> String {
        let place = format!("{}:{}:{}", change.file, change.line, change.column);
        if change.side == Side::Base { format!("{place} in {}", self.base) } else { place }
    }

    /// Returns the whole report, for machines.
    pub fn json(&self) -> String {
        let count = |class| self.changes().filter(|change| change.rule.class() == class).count();
        let changes = self.changes.iter().map(|(change, told)| {
            let Change { rule, side, file, line, column, spec, rust, meaning, texts, .. } = change;
            let mut json = json!({
                "rule": rule.name(),
                "class": rule.class().name(),
                "section": rule.section().name(),
                "side": side,
                "file": file,
                "line": line,
                "column": column,
                "spec": spec,
                "rust": rust,
                "meaning": meaning,
            });
            // Only for documentation.
            if let Some(texts) = texts {
                json["texts"] = json!(texts);
            }
            // Only for breaking changes.
            if let Some(told) = told {
                json["in_changelog"] = json!(told);
            }
            json
        });
        let all = json!({
            "base": self.base,
            "head": self.head,
            "breaking": count(Class::Breaking),
            "additive": count(Class::Additive),
            // A part of the additive ones.
            "behaviour": self.of(Section::Behaviour).count(),
            "docs": count(Class::Docs),
            "not_in_changelog": self.missing().len(),
            "new_endpoints": self.arrivals,
            "changes": changes.collect::<Vec<Value>>(),
        });
        format!("{all:#}\n")
    }
}

/// Returns the line to add to the changelog so that it announces a change.
pub fn entry(change: &Change) -> String {
    let entry = format!("- {}: {}.", changelog::MARK, change.meaning);
    if Entries::of_items(&entry).tell(change) { entry } else { format!("{entry} (`{}`)", change.rust) }
}

fn style(section: Section) -> Style {
    let color = match section {
        Section::Breaking => AnsiColor::Red,
        Section::Behaviour => AnsiColor::Yellow,
        Section::Additive => AnsiColor::Green,
        Section::Docs => AnsiColor::Blue,
    };
    color.on_default().bold()
}

/// Escapes a text for a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
