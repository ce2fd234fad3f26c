//! Compares the numbers in descriptions with those on the pages.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use crate::pages::phrases::{self, numbers_of};
use crate::spec::source::Path;
use crate::spec::{Deviation, DriftRule, Fields, File, Operation, Section};

/// A description: its place, what a finding about it is about, and its text.
type Text<'a> = (Path, String, &'a str);

impl<'a> Comparison<'a> {
    /// Reports numbers and days in the descriptions of an operation and of its own fields that no page of its chapter
    /// contains.
    pub(super) fn told(&mut self, file: &'a File, of: &Operation<'a>, head: [Option<&'a str>; 2]) {
        let path = of.section.entry(of.name);
        let keys = ["summary", "notes"].into_iter().zip(head);
        let own = keys.filter_map(|(key, text)| Some((path.key(key), of.name.to_owned(), text?)));
        let fields = of.parts.iter().flat_map(|(part, fields)| {
            let list = path.key(part.key());
            described(fields, list, |_| of.name.to_owned())
        });
        let pages: BTreeSet<usize> = of.doc.ids().filter_map(|id| self.page(id)).collect();
        self.numbers(file, own.chain(fields), &pages);
    }

    /// Reports the same of a file's types: all pages with operations that need a type may contain the number.
    pub(super) fn told_of_types(&mut self, file: &'a File) {
        for (name, structure) in &file.structs {
            let path = Section::Structs.entry(name);
            let own = [(path.key("doc"), name.clone(), structure.doc.as_str())];
            let fields = described(&structure.fields, path.key("fields"), |wire| format!("{name}.{wire}"));
            let texts: Vec<Text<'_>> = own.into_iter().chain(fields).collect();
            if texts.iter().all(|(.., text)| numbers_of(text).is_empty()) {
                continue;
            }
            let needs = |of: &Operation<'_>| {
                let fields = of.parts.iter().flat_map(|(_, fields)| fields.values());
                file.reached(fields.map(|field| &field.ty)).contains(name.as_str())
            };
            let pages = file.operations().filter(needs).flat_map(|of| of.doc.ids());
            let pages: BTreeSet<usize> = pages.filter_map(|id| self.page(id)).collect();
            self.numbers(file, texts.into_iter(), &pages);
        }
    }

    /// Reports the numbers in texts that none of some pages contains, nor one of the same chapter.
    fn numbers(&mut self, file: &File, texts: impl Iterator<Item = Text<'a>>, pages: &BTreeSet<usize>) {
        // Nobody has read the others.
        let Some(first) = pages.first() else { return };
        let line = PageLine::first(*first);
        for (path, at, text) in texts {
            // What isn't on the pages is known from elsewhere.
            let unseen = |of: &Deviation| of.rule == DriftRule::FieldGone && of.at == at;
            if file.deviations.iter().any(unseen) {
                continue;
            }
            for number in numbers_of(text).into_iter().filter(|number| number != EPOCH) {
                // A description may refer to a document, or to an error, by its number.
                let document = self.pages.iter().any(|read| read.page.id.to_string() == number)
                    || self.spec.codes.iter().any(|codes| codes.codes.contains_key(&number));
                let told = || pages.iter().any(|page| says(self.pages[*page].in_digits(), &number));
                if document || told() || self.is_said_above(pages, &number) {
                    continue;
                }
                let message = format!("its description mentions `{number}`, its pages don't");
                let finding = Finding::new(Spot::key(file, &path), DriftRule::Notes, &at, message);
                self.found.push(finding.says(format!("no {number}")).seen_at(line));
            }
        }
    }

    /// Returns whether a page of the same chapter, such as its overview, contains a number.
    fn is_said_above(&self, pages: &BTreeSet<usize>, number: &str) -> bool {
        let above = self.pages.iter().filter(|other| {
            let folder = other.page.file.parent();
            folder.is_some_and(|folder| {
                pages.iter().any(|page| self.pages[*page].page.file.starts_with(folder))
            })
        });
        above.into_iter().any(|other| says(other.in_digits(), number))
    }
}

/// Returns the descriptions of fields.
fn described(fields: &Fields, list: Path, at: impl Fn(&str) -> String) -> impl Iterator<Item = Text<'_>> {
    fields.iter().map(move |(wire, field)| {
        let key = if field.optional { format!("{wire}?") } else { wire.clone() };
        (list.key(&key), at(wire), field.doc.as_str())
    })
}

/// The year since which times are counted.
const EPOCH: &str = "1970";

/// Numbers that pages write in words: a month has at most 31 days, a year 366.
const SPELT: [(&str, &str); 3] = [("10", "十"), ("31", "个月"), ("366", "一年")];

/// Returns whether a page contains a number, in any unit, or a day.
pub(super) fn says(text: &str, number: &str) -> bool {
    if let [year, month, day] = number.split('-').collect::<Vec<_>>()[..] {
        let [month, day] = [month, day].map(|part| part.trim_start_matches('0'));
        let ways = [
            format!("{year}年{month}月{day}"),
            format!("{year}年{month:0>2}月{day:0>2}"),
            format!("{year}.{month}.{day}"),
            format!("{year}/{month}/{day}"),
            format!("{year}/{month:0>2}/{day:0>2}"),
            format!("{year}{month:0>2}{day:0>2}"),
            number.to_owned(),
        ];
        return ways.iter().any(|way| text.contains(way.as_str()));
    }
    // Digits may be next to letters: 20M.
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let stands = text.match_indices(number).any(|(at, _)| {
        !digit(text[..at].chars().next_back()) && !digit(text[at + number.len()..].chars().next())
    });
    let spelt = SPELT.iter().any(|(digits, word)| *digits == number && text.contains(word));
    stands || spelt || number.parse().is_ok_and(|whole| phrases::may_mean(text, whole))
}
