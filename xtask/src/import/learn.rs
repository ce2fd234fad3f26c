//! The English that people wrote for the short phrases of pages, learned from a spec and the pages it was made from.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};

use crate::pages::contents::{Contents, Section};
use crate::pages::table::{Table, values_of};
use crate::pages::tree::{self, Fields, Node};
use crate::pages::{Page, phrases};
use crate::spec::phrases::{LONGEST, Phrases, trimmed};
use crate::spec::type_expr::TypeExpr;
use crate::spec::{Field, File, Part, Repr, Spec};

use indexmap::IndexMap;

/// The number of times that each English text translates a phrase.
type Counts = HashMap<String, BTreeMap<String, usize>>;

/// The depth to which types are followed.
const DEPTH: usize = 12;

/// The maximum length of an English text: longer ones are about their own field only.
const MOST: usize = 80;

/// The phrases of some pages, each with what the spec says for it nearly everywhere.
pub(super) fn learn<'p>(spec: &Spec, pages: impl IntoIterator<Item = (&'p Page, &'p Contents)>) -> Phrases {
    let mut learner = Learner::default();
    for (page, contents) in pages {
        for file in &spec.files {
            for endpoint in file.endpoints.values().filter(|endpoint| endpoint.head.doc.id == Some(page.id)) {
                let (_, path) = endpoint.head.method_and_path();
                let sections = contents.sections.iter().filter(|section| section.path == path);
                for section in sections {
                    for (part, fields) in
                        [(Part::Request, &endpoint.request), (Part::Response, &endpoint.response)]
                    {
                        learner.part(file, (section, &contents.named), part, fields);
                    }
                }
            }
        }
    }
    Phrases { fields: settled(learner.fields), values: settled(learner.values), ..Phrases::default() }
}

#[derive(Default)]
struct Learner {
    fields: Counts,
    values: Counts,
}

impl Learner {
    fn part(
        &mut self,
        file: &File,
        (section, named): (&Section, &[Table]),
        part: Part,
        fields: &IndexMap<String, Field>,
    ) {
        let shown: Vec<&Map<String, Value>> = section.bodies(part).filter_map(Value::as_object).collect();
        let (nodes, _) = tree::of(section, named, part, &shown);
        self.fields(file, named, (&nodes, fields), 0);
    }

    fn fields(
        &mut self,
        file: &File,
        named: &[Table],
        (nodes, fields): (&Fields<'_>, &IndexMap<String, Field>),
        depth: usize,
    ) {
        for (name, field) in fields.iter().filter(|_| depth < DEPTH) {
            let Some(node) = nodes.get(name) else { continue };
            if let Some(row) = node.row() {
                note(&mut self.fields, &row.doc, &field.doc);
            }
            let Some(of) = field.ty.name() else { continue };
            if let Some(structure) = file.structs.get(of) {
                self.fields(file, named, (&node.fields, &structure.fields), depth + 1);
            }
            self.values(file, named, node, &field.ty);
        }
    }

    fn values(&mut self, file: &File, named: &[Table], node: &Node<'_>, ty: &TypeExpr) {
        let Some(row) = node.row() else { return };
        let Some(known) = ty.name().and_then(|name| file.enums.get(name)) else { return };
        let listed =
            values_of(row, named).unwrap_or_else(|| phrases::values(&row.doc, known.repr == Repr::String));
        for value in listed {
            if let Some(english) = known.values.get(&value.wire) {
                note(&mut self.values, &value.doc, &english.name);
            }
        }
    }
}

fn note(counts: &mut Counts, chinese: &str, english: &str) {
    let chinese = chinese.replace('\n', " ");
    let phrase = trimmed(&chinese);
    let is_chinese = phrase.chars().any(|c| !c.is_ascii() && c.is_alphabetic());
    if is_chinese
        && phrase.chars().count() <= LONGEST
        && !english.is_empty()
        && english.chars().count() <= MOST
    {
        *counts.entry(phrase.to_owned()).or_default().entry(english.to_owned()).or_default() += 1;
    }
}

/// Returns for each phrase the text that translates it at least two times out of three.
fn settled(counts: Counts) -> BTreeMap<String, String> {
    let settled = counts.into_iter().filter_map(|(phrase, counts)| {
        let all: usize = counts.values().sum();
        let (english, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        (3 * count >= 2 * all).then_some((phrase, english))
    });
    settled.collect()
}
