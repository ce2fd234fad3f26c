//! `phrases.yaml`, the English for short phrases of pages. It is no chapter, and nothing is generated from it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::spec::names;
use crate::spec::source::Source;

/// The file's name without `.yaml`.
pub const PHRASES: &str = "phrases";

/// The maximum length of a phrase in characters: longer texts are sentences, which belong to the documentation.
pub const LONGEST: usize = 40;

/// Chinese phrases with a spec's English for them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    /// The words of the domain.
    #[serde(default)]
    pub terms: IndexMap<String, Term>,
    /// Words to avoid everywhere, each with its replacement. A `*` at the end matches any ending.
    #[serde(default)]
    pub refused: IndexMap<String, String>,
    /// Units that need "per" instead of "a": calls per minute, records per page.
    #[serde(default)]
    pub counted: Vec<String>,
    /// Words that begin no sentence except a question or a clause, since the subject comes first.
    #[serde(default)]
    pub headless: Vec<String>,
    /// Words that lose to a term but also have another meaning, so that no check can decide; each with the reason.
    #[serde(default)]
    pub ambiguous: IndexMap<String, String>,
    /// Phrases in which a refused word is allowed.
    #[serde(default)]
    pub allowed: Vec<String>,
    /// The English of sentences that many pages share, by a part of each that no other sentence has.
    #[serde(default)]
    pub sentences: IndexMap<String, String>,
    /// Descriptions of fields, by the page's text.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// Names of enum values, by the page's text.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// A word of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The English word.
    pub write: String,
    /// Its form in the name of a type or a value.
    pub name: Option<String>,
    /// Words with the same meaning. Unless they are ambiguous, they are refused, so that one thing has one word.
    #[serde(default)]
    pub not: Vec<String>,
    /// Further notes: when another word applies, or its name on the wire.
    pub note: Option<String>,
}

impl Term {
    /// Returns whether it is a thing: then its name is its words.
    fn is_thing(&self) -> bool {
        self.name.as_deref() == Some(names::pascal_of_words(&self.write).as_str())
    }
}

impl Phrases {
    /// Returns the phrases of a spec; none if there is no such file or it can't be read, since `codegen` reports its
    /// mistakes.
    pub fn of(sources: &[Source]) -> Self {
        let file = sources.iter().find(|source| source.stem == PHRASES);
        file.and_then(|file| serde_yaml::from_str(&file.text).ok()).unwrap_or_default()
    }

    /// Returns the description for a field whose page says this.
    pub fn field(&self, text: &str) -> Option<&str> {
        self.fields.get(trimmed(text)).map(String::as_str)
    }

    /// Returns the longest term at the beginning of a text.
    fn term_before(&self, text: &str) -> Option<(&str, &Term)> {
        let fits = self.terms.iter().filter(|(term, _)| text.starts_with(term.as_str()));
        fits.max_by_key(|(term, _)| term.len()).map(|(term, english)| (term.as_str(), english))
    }

    /// Returns the name for a value whose page says this.
    pub fn value(&self, text: &str) -> Option<&str> {
        self.values.get(trimmed(text)).map(String::as_str)
    }

    /// Returns a name composed of terms, if they make up the whole text: `NameAscending` for 名字升序.
    pub fn composed(&self, text: &str) -> Option<String> {
        let mut rest = trimmed(text);
        let mut name = String::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(['的', '或', '和', '、', '/', '+', '-', ' ']) {
                rest = after;
                continue;
            }
            let (term, english) = self.term_before(rest)?;
            name.push_str(english.name.as_deref()?);
            rest = &rest[term.len()..];
        }
        (!name.is_empty()).then_some(name)
    }

    /// Returns a field's description in terms, if its page says nothing but one of them: `The department's ID.` for
    /// 部门id.
    pub fn described(&self, text: &str) -> Option<String> {
        const PARTS: [(&str, &str); 6] = [
            ("userid", "userid"),
            ("id", "ID"),
            ("ID", "ID"),
            ("名称", "name"),
            ("名字", "name"),
            ("姓名", "name"),
        ];
        let text = trimmed(text);
        let thing = |text: &str| self.terms.get(text).filter(|term| term.is_thing());
        if let Some(term) = thing(text) {
            return Some(format!("The {}.", term.write));
        }
        PARTS.iter().find_map(|(chinese, english)| {
            let owner = text.strip_suffix(chinese)?.trim_end_matches(['的', ' ']);
            Some(format!("The {}'s {english}.", thing(owner)?.write))
        })
    }

    /// Adds the phrases of another memory, and keeps those that are known already.
    pub fn learn(&mut self, other: Self) -> usize {
        let before = self.fields.len() + self.values.len();
        for (text, english) in other.fields {
            self.fields.entry(text).or_insert(english);
        }
        for (text, english) in other.values {
            self.values.entry(text).or_insert(english);
        }
        self.fields.len() + self.values.len() - before
    }

    /// Returns the file's text, with the given text before its phrases: the terms, which people write.
    pub fn text(&self, before: &str) -> String {
        let is_learned = |line: &&str| line.starts_with("fields:") || line.starts_with("values:");
        let mut text: String = before.split_inclusive('\n').take_while(|line| !is_learned(line)).collect();
        for (key, phrases) in [("fields", &self.fields), ("values", &self.values)] {
            if !phrases.is_empty() {
                let _ = writeln!(text, "{key}:");
            }
            for (chinese, english) in phrases {
                let quoted = |text: &str| Value::from(text).to_string();
                let _ = writeln!(text, "  {}: {}", quoted(chinese), quoted(english));
            }
        }
        text
    }
}

/// Returns a phrase without the punctuation that ends it as a sentence.
pub fn trimmed(text: &str) -> &str {
    text.trim().trim_end_matches(['。', '.', '；', ';', '，', ',']).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases() -> Phrases {
        let text = "terms:\n  茶: { write: tea, name: Tea, not: [brew] }\n  茶杯: { write: cup, name: Cup }\n  升序: { write: \
                    ascending, name: Ascending }\n  水: { write: water }\nfields:\n  茶名: \"The tea.\"\n";
        serde_yaml::from_str(text).expect("it is YAML")
    }

    #[test]
    fn a_name_is_composed_of_the_longest_terms_that_cover_all_of_it() {
        for (text, name) in [
            ("茶杯升序", Some("CupAscending")),
            ("茶的茶杯。", Some("TeaCup")),
            ("茶水", None),
            ("热茶", None),
            ("", None),
        ] {
            assert_eq!(phrases().composed(text).as_deref(), name, "{text}");
        }
    }

    #[test]
    fn a_thing_of_our_terms_and_its_id_or_name_are_described_and_nothing_else() {
        let text = "terms:\n  部门: { write: department, name: Department }\n  会议号: { write: meeting code, name: MeetingCode }\n  \
                    启用: { write: enable, name: Enabled }\n  人员: { write: people }\n";
        let phrases: Phrases = serde_yaml::from_str(text).expect("it is YAML");
        for (text, described) in [
            ("部门id。", Some("The department's ID.")),
            ("部门的名称", Some("The department's name.")),
            ("会议号", Some("The meeting code.")),
            ("启用", None),
            ("人员id", None),
            ("id", None),
            ("旧部门id", None),
        ] {
            assert_eq!(phrases.described(text).as_deref(), described, "{text}");
        }
    }

    #[test]
    fn what_is_known_is_kept_and_what_is_new_is_written() {
        let mut known = phrases();
        let of = |english: &str| BTreeMap::from([("茶名".to_owned(), english.to_owned())]);
        let new = Phrases { fields: of("Another."), values: of("Green"), ..Phrases::default() };
        assert_eq!(known.learn(new), 1);
        assert_eq!(known.field("茶名。"), Some("The tea."));
        let text = known.text("# Words.\nterms:\n  茶: { write: tea }\n\nfields:\n  old: x\n");
        let expected = "# Words.\nterms:\n  茶: { write: tea }\n\nfields:\n  \"茶名\": \"The tea.\"\nvalues:\n  \"茶名\": \"Green\"\n";
        assert_eq!(text, expected);
    }
}
