//! One term, one word: what a spec says in another word than the one that is settled.

use crate::spec::Phrases;
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::source::{Kind, Node};

/// The keys under which people describe something.
const DESCRIPTIONS: [&str; 4] = ["doc", "notes", "summary", "help"];

/// The refused words, each with the one to write.
pub(super) struct Refused<'p>(Vec<(String, &'p str)>);

impl<'p> Refused<'p> {
    pub(super) fn of(phrases: &'p Phrases) -> Self {
        let terms = phrases.terms.values();
        Self(
            terms
                .flat_map(|term| term.not.iter().map(|not| (not.to_lowercase(), term.write.as_str())))
                .collect(),
        )
    }

    /// Reports the refused words in the descriptions of a file.
    pub(super) fn check(&self, file: usize, root: &Node, diagnostics: &mut Diagnostics) {
        if !self.0.is_empty() {
            self.node(file, root, diagnostics);
        }
    }

    fn node(&self, file: usize, node: &Node, diagnostics: &mut Diagnostics) {
        match &node.kind {
            Kind::Scalar { .. } => {}
            Kind::Sequence(items) => items.iter().for_each(|item| self.node(file, item, diagnostics)),
            Kind::Mapping(entries) => {
                for (key, value) in entries.as_slice() {
                    match (&key.kind, &value.kind) {
                        (Kind::Scalar { value: key, .. }, Kind::Scalar { value: text, .. })
                            if DESCRIPTIONS.contains(&key.as_str()) =>
                        {
                            for (word, instead) in self.found(text) {
                                diagnostics
                                    .reporter(file, node)
                                    .error(
                                        Mistake::SecondWord,
                                        At::Bytes(value.span.clone()),
                                        format!("`{word}` is a second word for `{instead}`"),
                                    )
                                    .label(format!("write `{instead}`"));
                            }
                        }
                        _ => self.node(file, value, diagnostics),
                    }
                }
            }
        }
    }

    /// The refused words of a text, but for what stands in backticks: names are as on the wire.
    fn found(&self, text: &str) -> Vec<&(String, &'p str)> {
        let prose: String = text.split('`').step_by(2).collect::<Vec<&str>>().join(" ").to_lowercase();
        let words: Vec<&str> =
            prose.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let stands = |refused: &str| {
            let refused: Vec<&str> = refused.split([' ', '-']).collect();
            let same =
                |(word, refused): (&&str, &&str)| word == refused || word.strip_suffix('s') == Some(refused);
            words.windows(refused.len()).any(|words| words.iter().zip(&refused).all(same))
        };
        self.0.iter().filter(|(word, _)| stands(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole_in_any_number_and_names_in_backticks_are_none() {
        let refused =
            Refused(vec![("staff".to_owned(), "member"), ("outside person".to_owned(), "external contact")]);
        for (text, count) in [
            ("Staff and members.", 1),
            ("The staffing of it.", 0),
            ("Outside persons, of the staff.", 2),
            ("The `staff` of it.", 0),
            ("outside-person", 1),
        ] {
            assert_eq!(refused.found(text).len(), count, "{text}");
        }
    }
}
