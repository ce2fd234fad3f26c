//! Compares the requirements on the pages with the notes on the endpoint.

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::page::Documented;
use super::standing::Noted;
use crate::pages::phrases;
use crate::spec::{DriftRule, Endpoint, File, Section, names};

impl Comparison<'_> {
    /// Reports permissions and changes that a page mentions and the endpoint's notes lack.
    pub(super) fn notes(&mut self, file: &File, name: &str, endpoint: &Endpoint, pages: &[Documented<'_>]) {
        let head = &endpoint.head;
        let path = Section::Endpoints.entry(name).key("notes");
        let own = head.notes.as_deref().unwrap_or_default();
        // Notes may refer to the permissions of another endpoint of the chapter.
        let refers = |name: &str| {
            let link = format!("[`{}`]", names::pascal(name));
            own.split(". ").any(|sentence| {
                sentence.contains(&link) && REFERRING.iter().any(|word| sentence.contains(word))
            })
        };
        let others = file.endpoints.iter().filter(|(name, _)| refers(name));
        let others = others.filter_map(|(_, other)| other.head.notes.as_deref());
        let texts: Vec<&str> = [own, &head.summary, &file.summary].into_iter().chain(others).collect();
        let texts = texts.join("\n");
        let lines = pages.iter().flat_map(|page| page.lines().map(|(text, line)| (page.line(line), text)));
        let noted = Noted { file, name, path: Section::Endpoints.entry(name), notes: own };
        self.standing(&noted, &lines.collect::<Vec<_>>());
        for page in pages {
            for app in phrases::excluded_apps(page.lines().map(|(line, _)| line)) {
                if phrases::admits(own, app) {
                    let message = format!("the page rules {app} apps out, the notes let them call");
                    let finding = Finding::new(Spot::key(file, &path), DriftRule::Notes, name, message);
                    self.found.push(finding.says(format!("no {app} apps")).seen_at(page.address()));
                }
            }
            let required = page.read.contents.requirements(page.section, &page.read.page);
            for missing in required.missing_in(&texts) {
                let message = format!("the page requires `{missing}`, the notes don't mention it");
                let finding = Finding::new(Spot::key(file, &path), DriftRule::Notes, name, message);
                self.found.push(finding.says(missing.to_owned()).seen_at(page.address()));
            }
        }
    }
}

/// Words of sentences that refer to the requirements of another endpoint.
const REFERRING: [&str; 5] = ["ermission", "same", "as for", "apps", "appl"];
