//! Compares the numbers in an endpoint's descriptions with those on its pages.

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::page::Documented;
use crate::pages::phrases::{self, in_digits, numbers_of};
use crate::spec::{DriftRule, Endpoint, File, Section};

impl Comparison<'_> {
    /// Reports numbers and days in the descriptions of an endpoint and of its own fields that no page of its chapter
    /// contains.
    pub(super) fn told(&mut self, file: &File, name: &str, endpoint: &Endpoint, pages: &[Documented<'_>]) {
        let path = Section::Endpoints.entry(name);
        let head = &endpoint.head;
        let notes = head.notes.as_deref().map(|notes| (path.key("notes"), notes));
        let own = [(path.key("summary"), head.summary.as_str())].into_iter().chain(notes);
        let parts = [("request", &endpoint.request), ("response", &endpoint.response)];
        let fields = parts.into_iter().flat_map(|(part, fields)| {
            let list = path.key(part);
            fields.iter().map(move |(wire, field)| {
                let key = if field.optional { format!("{wire}?") } else { wire.clone() };
                (list.key(&key), field.doc.as_str())
            })
        });
        let mut wanted: Vec<(Spot, String)> = Vec::new();
        for (at, text) in own.chain(fields) {
            let new = numbers_of(text).into_iter().map(|number| (Spot::key(file, &at), number));
            wanted.extend(new);
        }
        if wanted.is_empty() {
            return;
        }
        let texts: Vec<String> = pages.iter().map(|page| in_digits(&page.read.page.text)).collect();
        for (spot, number) in wanted {
            // A description may refer to a document by its number.
            let document = self.pages.iter().any(|read| read.page.id.to_string() == number);
            if document || texts.iter().any(|text| says(text, &number)) || self.is_said_above(pages, &number)
            {
                continue;
            }
            let message = format!("its description mentions `{number}`, its pages don't");
            let finding = Finding::new(spot, DriftRule::Notes, name, message);
            self.found
                .push(finding.says(format!("no {number}")).seen_at(pages.first().map(|page| page.address())));
        }
    }

    /// Returns whether a page of the same chapter, such as its overview, contains a number.
    fn is_said_above(&self, pages: &[Documented<'_>], number: &str) -> bool {
        let above = self.pages.iter().filter(|other| {
            let folder = other.page.file.parent();
            folder.is_some_and(|folder| pages.iter().any(|page| page.read.page.file.starts_with(folder)))
        });
        above.into_iter().any(|other| says(&in_digits(&other.page.text), number))
    }
}

/// Numbers that pages write in words: a month has at most 31 days.
const SPELT: [(&str, &str); 2] = [("10", "十"), ("31", "个月")];

/// Returns whether a page contains a number, in any unit, or a day.
fn says(text: &str, number: &str) -> bool {
    if let [year, month, day] = number.split('-').collect::<Vec<_>>()[..] {
        let [month, day] = [month, day].map(|part| part.trim_start_matches('0'));
        let ways = [
            format!("{year}年{month}月{day}"),
            format!("{year}年{month:0>2}月{day:0>2}"),
            format!("{year}.{month}.{day}"),
            format!("{year}/{month}/{day}"),
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
