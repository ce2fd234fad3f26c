//! Sentences that many pages share: each has one English form, in `phrases.yaml`.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use crate::pages::plain;
use crate::spec::source::Path;
use crate::spec::{DriftRule, File};

/// An operation's notes, and where they belong.
pub(super) struct Noted<'n> {
    pub file: &'n File,
    pub name: &'n str,
    pub path: Path,
    pub notes: &'n str,
}

impl Comparison<'_> {
    /// Reports shared sentences of pages whose English the notes lack, and English that no page has a sentence for. `about`
    /// are the lines about the operation, each with its page.
    pub(super) fn standing(&mut self, noted: &Noted<'_>, about: &[(PageLine, &str)]) {
        let Some(phrases) = &self.spec.phrases else { return };
        if phrases.sentences.is_empty() {
            return;
        }
        let lines: Vec<(PageLine, String)> = about.iter().map(|(line, text)| (*line, flat(text))).collect();
        let words = joined(noted.notes);
        let mut said: BTreeSet<&str> = BTreeSet::new();
        let mut found = Vec::new();
        for (chinese, english) in &phrases.sentences {
            let key = flat(chinese);
            let Some((line, _)) = lines.iter().find(|(_, text)| text.contains(&key)) else { continue };
            said.insert(english);
            if !words.contains(&joined(english)) {
                let message =
                    format!("the page has a shared sentence, the notes lack its English: `{english}`");
                found.push((message, chinese.clone(), *line));
            }
        }
        let first = about.first().map(|(line, _)| PageLine::first(line.page));
        let unsaid = phrases.sentences.iter().filter(|(_, english)| !said.contains(english.as_str()));
        let kept = unsaid.filter(|(_, english)| words.contains(&joined(english)));
        let mut untold: BTreeMap<&str, bool> = BTreeMap::new();
        for (chinese, english) in kept {
            let elsewhere = first.is_some_and(|line| self.is_said_beside(line.page, &flat(chinese)));
            *untold.entry(english).or_default() |= elsewhere;
        }
        let untold = untold.into_iter().filter(|(_, elsewhere)| !elsewhere).map(|(english, _)| english);
        for english in untold {
            let message = format!("the notes have a shared sentence, no page has it: `{english}`");
            found.extend(first.map(|line| (message, format!("no: {english}"), line)));
        }
        for (message, says, line) in found {
            let spot = Spot::key(noted.file, &noted.path.key("notes"));
            let finding = Finding::new(spot, DriftRule::Notes, noted.name, message);
            self.found.push(finding.says(says).seen_at(line));
        }
    }
}

impl Comparison<'_> {
    /// Returns whether a page, or one in a folder above it, has a sentence in any of its lines.
    fn is_said_beside(&self, page: usize, sentence: &str) -> bool {
        let own = &self.pages[page].page.file;
        let above = self.pages.iter().filter(|read| {
            read.page.file == *own || read.page.file.parent().is_some_and(|folder| own.starts_with(folder))
        });
        above.into_iter().any(|read| read.page.text.lines().any(|line| flat(line).contains(sentence)))
    }
}

/// Returns a Chinese text without blanks and markup, with one kind of quotes and dashes.
fn flat(text: &str) -> String {
    let text = plain(text).replace(['“', '”', '"', '「', '」', '『', '』'], "'").replace("->", "-");
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Returns an English text on one line, whose sentences may begin in lower case.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::{flat, joined};

    #[test]
    fn spellings_of_a_sentence_are_one() {
        assert_eq!(
            flat("配置到「 !!#ff0000 微信客服 - 可调用接口的应用!!」中"),
            flat("配置到“微信客服-可调用接口的应用”中")
        );
        assert_eq!(joined("Only for\n  tea."), "only for tea.");
    }
}
