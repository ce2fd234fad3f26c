//! Pairs the things of BASE with those of HEAD.

use std::cmp::Reverse;

/// The things of two specs, divided into those in both and those in one.
#[derive(Debug)]
pub(super) struct Pairing<'a, T> {
    /// In both, in the order in which they were paired.
    pub(super) both: Vec<(&'a T, &'a T)>,
    /// In BASE only.
    pub(super) removed: Vec<&'a T>,
    /// In HEAD only.
    pub(super) added: Vec<&'a T>,
}

impl<'a, T> Pairing<'a, T> {
    /// Creates a pairing in which nothing is paired yet.
    pub(super) fn new(base: impl IntoIterator<Item = &'a T>, head: impl IntoIterator<Item = &'a T>) -> Self {
        Self { both: Vec::new(), removed: base.into_iter().collect(), added: head.into_iter().collect() }
    }

    /// Pairs things that are the same by some criterion.
    #[must_use]
    pub(super) fn same(self, same: impl Fn(&T, &T) -> bool) -> Self {
        self.best(|base, head| same(base, head).then_some(0))
    }

    /// Pairs things that are alike, the best score first; among equal ones, the nearest.
    ///
    /// Both sides are treated alike, so that the reverse comparison reports the same renames.
    #[must_use]
    pub(super) fn best(mut self, score: impl Fn(&T, &T) -> Option<u32>) -> Self {
        let mut candidates = Vec::new();
        for (i, base) in self.removed.iter().enumerate() {
            for (j, head) in self.added.iter().enumerate() {
                candidates.extend(score(base, head).map(|score| (score, i, j)));
            }
        }
        candidates.sort_by_key(|&(score, i, j)| (Reverse(score), i.abs_diff(j), i.min(j), i));
        let (mut base_left, mut head_left) = (vec![true; self.removed.len()], vec![true; self.added.len()]);
        for (_, i, j) in candidates {
            if base_left[i] && head_left[j] {
                (base_left[i], head_left[j]) = (false, false);
                self.both.push((self.removed[i], self.added[j]));
            }
        }
        retain(&mut self.removed, &base_left);
        retain(&mut self.added, &head_left);
        self
    }
}

fn retain<T>(items: &mut Vec<T>, left: &[bool]) {
    let mut left = left.iter();
    items.retain(|_| left.next().is_some_and(|left| *left));
}

/// Returns whether one name may be a rename of the other.
pub(super) fn alike(base: &str, head: &str) -> bool {
    strsim::damerau_levenshtein(base, head) <= (base.len().min(head.len()) / 3).max(1)
}
