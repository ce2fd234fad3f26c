//! Compares rows that make a field depend on another one with the rules: in whatever words, some rule has to have both.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::object::{SpecField, SpecObject, What};
use super::page::PageObject;
use crate::pages::{mentions, phrases};
use crate::spec::{DriftRule, File, Part, Repr};

impl Comparison<'_> {
    /// Reports rows that say when a field must be set, or must not, and name another field, if neither a rule nor the
    /// field's description has both.
    pub(super) fn demands(
        &mut self,
        file: &File,
        part: Part,
        object: &SpecObject<'_>,
        seen: &[PageObject<'_>],
    ) {
        if !part.is_sent() {
            return;
        }
        let rules = object.all_rules(file).into_iter();
        let rules: Vec<String> = rules.map(|rule| rule.as_written().to_string()).collect();
        let mut told = BTreeSet::new();
        for (name, found) in seen.iter().flat_map(|seen| seen.fields()) {
            let Some(own) = object.fields.iter().find(|field| field.is(name)) else { continue };
            let What::Field(field) = own.what else { continue };
            if !field.optional || field.quirk.is_some() {
                continue;
            }
            for row in &found.node.rows {
                let deciding = phrases::demands(&row.doc).flat_map(|sentence| {
                    let others = object.fields.iter().filter(|of| of.name != own.name);
                    others.filter_map(move |of| Some((of.name, decides(file, of, sentence)?)))
                });
                let deciding: BTreeSet<(&str, &str)> = deciding.collect();
                let claimed = |of: &str| {
                    self.found.iter().any(|found| {
                        let says = found.page.as_deref().unwrap_or_default();
                        found.at == object.at && mentions(says, own.name) && mentions(says, of)
                    })
                };
                let is_told = |(of, word): &(&str, &str)| {
                    [of, word].iter().any(|name| field.doc.contains(&format!("`{name}`")))
                        || claimed(of)
                        || rules.iter().any(|rule| mentions(rule, own.name) && mentions(rule, of))
                };
                let Some((first, _)) = deciding.first().filter(|_| !deciding.iter().any(is_told)) else {
                    continue;
                };
                if told.insert((own.name, *first)) {
                    let says = format!("{} with {first}", own.name);
                    let message = format!(
                        "the page makes `{}` depend on `{first}`: no rule has both, and its description doesn't say it",
                        own.name
                    );
                    let spot = Spot::key(file, &own.path);
                    let finding = Finding::new(spot, DriftRule::Rule, &object.at, message);
                    self.found.push(finding.says(says).seen_at(found.page.line(row.line)));
                }
            }
        }
    }
}

/// Returns the name of a field, or one of its values that are words, if a sentence has it.
fn decides<'a>(file: &'a File, field: &SpecField<'a>, sentence: &str) -> Option<&'a str> {
    let listed = field.ty().and_then(|ty| file.enums.get(ty.name()?));
    let words = listed.filter(|listed| listed.repr == Repr::String).into_iter();
    let words = words.flat_map(|listed| listed.values.keys()).filter(|word| word.len() > 2);
    let names = std::iter::once(field.name).chain(words.map(String::as_str));
    names.into_iter().find(|name| mentions(sentence, name))
}
