//! Compares the names of values with the labels on the pages.

use std::collections::BTreeMap;

use super::comparison::{Comparison, Labels};
use super::finding::{Finding, Spot};
use crate::pages::phrases::{self, Named};
use crate::spec::source::Path;
use crate::spec::{DriftRule, File, Repr, Section, names};

/// The values of a type, each with its name.
struct NamedType<'a> {
    file: &'a File,
    name: &'a str,
    path: Path,
    repr: Repr,
    values: Vec<(&'a String, String)>,
}

impl<'a> NamedType<'a> {
    /// Returns all enums and unions of a file.
    fn of(file: &'a File) -> impl Iterator<Item = Self> {
        let enums = file.enums.iter().map(move |(name, of)| {
            let path = Section::Enums.entry(name).key("values");
            let values = of.values.iter().map(|(wire, value)| (wire, value.name.clone())).collect();
            Self { file, name, path, repr: of.repr, values }
        });
        let unions = file.unions.iter().map(move |(name, of)| {
            let path = Section::Unions.entry(name).key("variants");
            let own = |wire: &String| names::pascal(wire);
            let values = of.variants.iter();
            let values = values.map(|(wire, of)| (wire, of.name.clone().unwrap_or_else(|| own(wire))));
            Self { file, name, path, repr: of.repr, values: values.collect() }
        });
        enums.chain(unions)
    }
}

impl Comparison<'_> {
    /// Reports two values whose names fit each other's labels on the pages.
    pub(super) fn names(&mut self) {
        let types: Vec<NamedType<'_>> = self.spec.files.iter().flat_map(NamedType::of).collect();
        let unknown = Labels::default();
        let labels_of =
            |of: &NamedType<'_>| self.labels.get(&(of.file.source, of.name.to_owned())).unwrap_or(&unknown);
        // By label: the names of values, with the positions of their types.
        let mut elsewhere: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for (index, of) in types.iter().enumerate() {
            for (wire, name) in &of.values {
                for label in labels_of(of).of.get(*wire).into_iter().flatten() {
                    elsewhere.entry(label).or_default().push((index, name));
                }
            }
        }
        let mut found = Vec::new();
        for (index, of) in types.iter().enumerate() {
            let labels = labels_of(of);
            let values = of.values.iter().map(|(wire, name)| {
                let said = labels.of.get(*wire).into_iter().flatten().map(String::as_str);
                let others = said.clone().filter_map(|label| elsewhere.get(label)).flatten();
                let others = others.filter(|(other, _)| *other != index).map(|(_, name)| *name).collect();
                let word = (of.repr == Repr::String).then_some(wire.as_str());
                Named { labels: said.chain(word).collect(), name, elsewhere: others }
            });
            let values: Vec<Named<'_>> = values.collect();
            let Some((one, other)) = phrases::swapped(&values) else { continue };
            let [one, other] = [one, other].map(|place| (of.values[place].0, &values[place]));
            let called = |(wire, value): (&String, &Named<'_>)| {
                let label = value.labels.first().filter(|label| **label != wire.as_str());
                label.map_or(wire.clone(), |label| format!("{wire}: {label}"))
            };
            let says = format!("{}; {}", called(one), called(other));
            let message = format!(
                "the names `{}` and `{}` look swapped: the page has `{says}`",
                one.1.name, other.1.name
            );
            let at = format!("{}.{}", of.name, one.0);
            let spot = Spot::key(of.file, &of.path.key(one.0));
            found.push(Finding::new(spot, DriftRule::ValueName, at, message).says(says).seen_at(labels.line));
        }
        self.found.extend(found);
    }
}
