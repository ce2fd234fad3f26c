//! One word per term: finds places where a spec, or a name of a type or a value, uses another word than the
//! glossary's.

use std::collections::HashSet;

use super::prose;
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::source::{Node, Path};
use crate::spec::{File, Phrases, Section, names};

/// The units in which times and pages are counted.
const PERIODS: [&str; 8] = ["second", "minute", "hour", "day", "week", "month", "year", "page"];

/// The refused words.
pub struct Refused<'p> {
    words: Vec<Word<'p>>,
    counted: HashSet<&'p str>,
    allowed: Vec<Vec<String>>,
    /// The names that terms become, as words.
    names: HashSet<Vec<String>>,
}

/// A refused word, or several in a row.
struct Word<'p> {
    said: &'p str,
    parts: Vec<String>,
    /// Whether the last part may have any ending.
    any_ending: bool,
    instead: &'p str,
}

impl<'p> Word<'p> {
    fn new(said: &'p str, instead: &'p str) -> Self {
        Self { said, parts: parts(said), any_ending: said.ends_with('*'), instead }
    }

    fn is(&self, words: &[String]) -> bool {
        let last = self.parts.len() - 1;
        words.iter().zip(&self.parts).enumerate().all(|(index, (word, part))| {
            let open = self.any_ending && index == last;
            word == part || word.strip_suffix('s') == Some(part) || open && word.starts_with(part.as_str())
        })
    }
}

impl<'p> Refused<'p> {
    /// Returns those of a table of phrases.
    pub fn of(phrases: &'p Phrases) -> Self {
        let of_terms = phrases.terms.values().flat_map(|term| {
            let checked = term.not.iter().filter(|not| !phrases.ambiguous.contains_key(*not));
            checked.map(|not| Word::new(not, &term.write))
        });
        let others = phrases.refused.iter().map(|(said, instead)| Word::new(said, instead));
        let mut words: Vec<Word<'_>> = of_terms.chain(others).collect();
        let mut seen = HashSet::new();
        words.retain(|word| !word.parts.is_empty() && seen.insert(word.said));
        Self {
            words,
            counted: phrases.counted.iter().map(String::as_str).collect(),
            names: phrases
                .terms
                .values()
                .filter_map(|term| Some(name_parts(term.name.as_deref()?)))
                .collect(),
            allowed: phrases
                .allowed
                .iter()
                .map(|text| parts(text))
                .filter(|parts| !parts.is_empty())
                .collect(),
        }
    }

    /// Reports the refused words in a file's descriptions.
    pub(super) fn descriptions(&self, file: usize, root: &Node, diagnostics: &mut Diagnostics) {
        prose::descriptions(root, &mut |parent, text, span| {
            for (said, instead) in self.found(text) {
                diagnostics
                    .reporter(file, parent)
                    .error(
                        Mistake::SecondWord,
                        At::Bytes(span.clone()),
                        format!("`{said}` is a second word for `{instead}`"),
                    )
                    .label(format!("write `{instead}`"));
            }
        });
    }

    /// Reports the refused words in names of types and values, except those that come from a term or from the wire.
    pub(super) fn names(&self, file: &File, diagnostics: &mut Diagnostics) {
        let wire = wire_words(file);
        let mut report = diagnostics.reporter(file.source, &file.root);
        for (path, name, wire_name) in named(file) {
            if wire_name.is_some_and(|wire| names::pascal(wire) == name) {
                continue;
            }
            let words = name_parts(name);
            let is_settled = |word: &Word<'_>| {
                self.names.contains(&word.parts) || word.parts.iter().all(|part| wire.contains(part))
            };
            let found = self.words.iter().find(|word| word.stands_in(&words) && !is_settled(word));
            if let Some(Word { said, instead, .. }) = found {
                report
                    .error(
                        Mistake::SecondWord,
                        At::Key(&path),
                        format!("`{name}` has a second word for `{instead}`: `{said}`"),
                    )
                    .label(format!("name it with `{instead}`"));
            }
        }
    }

    /// Returns the refused words of a text, each with its replacement. Text in backticks is skipped: names there are
    /// those of the wire.
    pub fn found(&self, text: &str) -> Vec<(String, String)> {
        let mut words = parts(&prose::without_code(text));
        for allowed in &self.allowed {
            while let Some(at) = words.windows(allowed.len()).position(|words| words == allowed.as_slice()) {
                words.splice(at..at + allowed.len(), [String::from(GAP)]);
            }
        }
        let found = self.words.iter().filter(|word| word.stands_in(&words));
        let found = found.map(|word| (word.said.trim_end_matches('*').to_owned(), word.instead.to_owned()));
        let per = words.windows(3).filter(|words| {
            self.counted.contains(words[0].as_str())
                && matches!(words[1].as_str(), "a" | "an")
                && PERIODS.contains(&words[2].as_str())
        });
        let per = per.map(|words| (words.join(" "), format!("{} per {}", words[0], words[2])));
        found.chain(per).collect()
    }
}

impl Word<'_> {
    fn stands_in(&self, words: &[String]) -> bool {
        words.windows(self.parts.len()).any(|words| self.is(words))
    }
}

/// Replaces words that are skipped, so that the words around them don't count as adjacent.
const GAP: &str = "0";

/// Returns the words of a text, in lower case.
fn parts(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Returns the words of a name.
fn name_parts(name: &str) -> Vec<String> {
    parts(&names::snake(name))
}

/// Returns the names that people choose in a file: of types, and of values and variants with their wire names.
fn named(file: &File) -> Vec<(Path, &str, Option<&str>)> {
    let types = file.type_names().map(|(section, name)| (section.entry(name), name.as_str(), None));
    let values = file.enums.iter().flat_map(|(name, enumeration)| {
        let path = Section::Enums.entry(name).key("values");
        enumeration
            .values
            .iter()
            .map(move |(wire, value)| (path.key(wire), value.name.as_str(), Some(wire.as_str())))
    });
    let variants = file.unions.iter().flat_map(|(name, union)| {
        let path = Section::Unions.entry(name).key("variants");
        let named = union.variants.iter().filter_map(|(tag, variant)| Some((tag, variant.name.as_deref()?)));
        named.map(move |(tag, name)| (path.key(tag), name, Some(tag.as_str())))
    });
    types.chain(values).chain(variants).collect()
}

/// Returns the words of all wire names in a file, since types are named after them.
fn wire_words(file: &File) -> HashSet<String> {
    let fields = file.field_lists().flat_map(|(_, fields)| fields.keys());
    let values = file.enums.values().flat_map(|enumeration| enumeration.values.keys());
    let tags = file.unions.values().flat_map(|union| union.variants.keys());
    let operations = file.operations().map(|operation| operation.name);
    let names = fields.chain(values).chain(tags).map(String::as_str).chain(operations);
    names.flat_map(name_parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases() -> Phrases {
        let text = "terms:\n  成员: { write: member, not: [staff, user] }\n  联系人: { write: external contact, not: [outside \
                    person] }\nrefused: { colour*: color, left out: omitted, \"image's address\": image's URL }\ncounted: \
                    [records, times]\nambiguous: { user: anyone }\nallowed: [staff roster]\n";
        serde_yaml::from_str(text).expect("it is YAML")
    }

    fn found(text: &str) -> Vec<String> {
        Refused::of(&phrases()).found(text).into_iter().map(|(said, _)| said).collect()
    }

    #[test]
    fn words_are_whole_in_any_number_and_names_in_backticks_are_none() {
        assert_eq!(found("Staff and members."), ["staff"]);
        assert_eq!(found("Outside persons, of the staff."), ["staff", "outside person"]);
        assert_eq!(found("outside-person"), ["outside person"]);
        for right in ["The staffing of it.", "The `staff` of it.", "Outside `x` person"] {
            assert_eq!(found(right), [""; 0], "{right}");
        }
    }

    #[test]
    fn a_word_that_means_something_else_as_well_is_not_told() {
        assert_eq!(found("The user who opens it, from the staff roster."), [""; 0]);
        assert_eq!(found("The staff of the staff roster."), ["staff"]);
    }

    #[test]
    fn spelling_is_told_with_any_ending_and_only_from_the_start_of_a_word() {
        assert_eq!(found("Coloured texts"), ["colour"]);
        assert_eq!(found("The color, discoloured."), [""; 0]);
    }

    #[test]
    fn what_stands_before_an_apostrophe_is_a_word() {
        assert_eq!(found("The image's address."), ["image's address"]);
        assert_eq!(found("The images, addresses and mail address."), [""; 0]);
    }

    #[test]
    fn what_is_counted_is_so_per_page_and_not_a_page() {
        assert_eq!(found("Records a page, 3 times a day."), ["records a page", "times a day"]);
        assert_eq!(found("Opens a page. Records per page. Times a million."), [""; 0]);
    }
}
