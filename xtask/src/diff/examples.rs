//! Compares examples: pairs those that are the same, and finds what changed in them.

use serde_json::Value;

use super::pairing::Pairing;
use super::spot::{Both, Spot};
use super::{Comparison, Rule};

/// An example as values, so that spaces and line breaks don't matter.
#[derive(Debug)]
pub(super) struct Numbered<'a> {
    /// Its index, from 0.
    pub(super) index: usize,
    /// The request and the response, or a document.
    pub(super) values: [Result<Value, &'a str>; 2],
    /// Whether the mock responds with the first one.
    pub(super) answers: bool,
}

impl Numbered<'_> {
    /// Returns the effect of a change of the first example.
    fn effect(&self) -> &'static str {
        if self.answers && self.index == 0 { ": the mock answers with it" } else { "" }
    }
}

impl Comparison<'_> {
    /// Pairs equal examples first, then those with the same request, then the nearest.
    pub(super) fn examples(&mut self, base: &[Numbered<'_>], head: &[Numbered<'_>], both: &Both) {
        let rust = &both.head.rust;
        let pairs = Pairing::new(base, head)
            .same(|old, new| old.values == new.values)
            .same(|old, new| old.values[0] == new.values[0])
            .best(|_, _| Some(0));
        let at = |spot: &Spot, index: usize| spot.item("examples", index);
        for (old, new) in &pairs.both {
            let spots = Both { base: at(&both.base, old.index), head: at(&both.head, new.index) };
            let number = new.index + 1;
            if old.values != new.values {
                let meaning = format!("example {number} of `{rust}` changed{}", new.effect());
                self.both(Rule::ExampleChanged, &spots, meaning);
            } else if new.answers && (old.index == 0) != (new.index == 0) {
                let meaning = format!("what was example {} of `{rust}` is example {number}", old.index + 1);
                self.both(Rule::ExampleChanged, &spots, format!("{meaning}{}", new.effect()));
            }
        }
        for added in &pairs.added {
            let meaning = format!("`{rust}` has another example{}", added.effect());
            self.one(Rule::ExampleAdded, &at(&both.head, added.index), meaning);
        }
        for removed in &pairs.removed {
            let spots = Both { base: at(&both.base, removed.index), head: both.head.clone() };
            self.lost(Rule::ExampleRemoved, &spots, format!("`{rust}` has an example less"));
        }
    }
}
