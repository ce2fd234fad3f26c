//! `phrases.yaml`, the memory of how short phrases of pages are said in English: no chapter, and nothing is generated of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::spec::source::Source;

/// What the file is called, without `.yaml`.
pub const PHRASES: &str = "phrases";

/// How many characters a phrase may have: longer texts are sentences, which are the documentation's own.
pub const LONGEST: usize = 40;

/// Chinese phrases, and what a spec says for them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phrases {
    /// The words of the domain.
    #[serde(default)]
    pub terms: IndexMap<String, Term>,
    /// What a field is described as, by what its page says of it.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// What a value of an enum is called, by what its page says of it.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// A word of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The English word.
    pub write: String,
    /// What it becomes in the name of a type or a value.
    pub name: Option<String>,
    /// Words that would mean the same: they are refused, so that one thing has one word.
    #[serde(default)]
    pub not: Vec<String>,
}

impl Phrases {
    /// Those of a spec; without a file of them, or where it can't be read, none: its mistakes are for `codegen` to report.
    pub fn of(sources: &[Source]) -> Self {
        let file = sources.iter().find(|source| source.stem == PHRASES);
        file.and_then(|file| serde_yaml::from_str(&file.text).ok()).unwrap_or_default()
    }

    /// What a field is described as whose page says this.
    pub fn field(&self, text: &str) -> Option<&str> {
        self.fields.get(trimmed(text)).map(String::as_str)
    }

    /// What a value is called of which its page says this.
    pub fn value(&self, text: &str) -> Option<&str> {
        self.values.get(trimmed(text)).map(String::as_str)
    }

    /// A name of terms, if they make up the whole text: of 名字升序, `NameAscending`.
    pub fn composed(&self, text: &str) -> Option<String> {
        let mut rest = trimmed(text);
        let mut name = String::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix(['的', '或', '和', '、', '/']) {
                rest = after;
                continue;
            }
            let fits = self.terms.iter().filter(|(term, _)| rest.starts_with(term.as_str()));
            let (term, english) = fits.max_by_key(|(term, _)| term.len())?;
            name.push_str(english.name.as_deref()?);
            rest = &rest[term.len()..];
        }
        (!name.is_empty()).then_some(name)
    }

    /// Adds what others know, and keeps what is known already.
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

    /// The file, with the text that stands before its phrases: the terms, which people write.
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

/// A phrase without what ends it as a sentence.
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
