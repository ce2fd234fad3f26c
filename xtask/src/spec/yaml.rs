//! Reads a spec file as YAML: the positions of everything, and the values.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Mapping, Value};

use crate::spec::diagnostic::Diagnostics;
use crate::spec::mistakes::Mistake;
use crate::spec::source::{Node, Source};

const NOT_YAML: &str = "this file is not valid YAML";

/// Parses a text as YAML: the positions of everything, and the values.
pub(super) fn read(index: usize, source: &Source, diagnostics: &mut Diagnostics) -> Option<(Node, Value)> {
    let root = match Node::parse(&source.text) {
        Ok(root) => root,
        Err(error) => {
            let help = "put quotes around text that contains `: ` or `#`, or begins with a quote or bracket";
            diagnostics
                .error(Mistake::YamlSyntax, index, error.offset..error.offset + 1, NOT_YAML)
                .label(error.message)
                .help(help);
            return None;
        }
    };
    for (first, second) in root.duplicates() {
        let message = format!("`{}` occurs twice in the same mapping", &source.text[second.span.clone()]);
        diagnostics
            .error(Mistake::DuplicateKey, index, second.span.clone(), message)
            .label("again here")
            .context(first.span.clone(), "first here");
    }
    match serde_yaml::from_str::<FirstWins>(&source.text) {
        Ok(FirstWins(value)) => Some((root, value)),
        Err(error) => {
            let offset = error.location().map_or(0, |location| location.index());
            diagnostics
                .error(Mistake::YamlSyntax, index, offset..offset + 1, NOT_YAML)
                .label(error.to_string());
            None
        }
    }
}

/// A YAML value in which the first of two equal keys counts: duplicates are reported with their places, and must not
/// hide later mistakes.
struct FirstWins(Value);

impl<'de> Deserialize<'de> for FirstWins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FirstWinsVisitor)
    }
}

struct FirstWinsVisitor;

impl<'de> Visitor<'de> for FirstWinsVisitor {
    type Value = FirstWins;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("YAML without tags")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<FirstWins, E> {
        Ok(FirstWins(Value::Null))
    }

    fn visit_none<E: de::Error>(self) -> Result<FirstWins, E> {
        Ok(FirstWins(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<FirstWins, D::Error> {
        FirstWins::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<FirstWins, A::Error> {
        let mut items = Vec::new();
        while let Some(FirstWins(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(FirstWins(Value::Sequence(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FirstWins, A::Error> {
        let mut mapping = Mapping::new();
        while let Some((FirstWins(key), FirstWins(value))) = map.next_entry()? {
            if !mapping.contains_key(&key) {
                mapping.insert(key, value);
            }
        }
        Ok(FirstWins(Value::Mapping(mapping)))
    }
}
