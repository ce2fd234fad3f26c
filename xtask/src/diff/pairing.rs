//! What of BASE is what of HEAD.

use std::cmp::Reverse;

/// Things of two specs: those that are in both, and those that are in one.
#[derive(Debug)]
pub(super) struct Pairing<'a, T> {
    /// In both, in the order in which they were recognised.
    pub(super) both: Vec<(&'a T, &'a T)>,
    /// In BASE only.
    pub(super) removed: Vec<&'a T>,
    /// In HEAD only.
    pub(super) added: Vec<&'a T>,
}

impl<'a, T> Pairing<'a, T> {
    /// Nothing is recognised yet.
    pub(super) fn new(base: impl IntoIterator<Item = &'a T>, head: impl IntoIterator<Item = &'a T>) -> Self {
        Self { both: Vec::new(), removed: base.into_iter().collect(), added: head.into_iter().collect() }
    }

    /// Recognises what is the same in some sense.
    #[must_use]
    pub(super) fn same(self, same: impl Fn(&T, &T) -> bool) -> Self {
        self.best(|base, head| same(base, head).then_some(0))
    }

    /// Recognises what is alike, the best score first; among equal ones, what stands nearest.
    ///
    /// Both sides are treated alike, so that the way back tells the same renames.
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

/// Whether one name may have been made of another.
pub(super) fn alike(base: &str, head: &str) -> bool {
    strsim::damerau_levenshtein(base, head) <= (base.len().min(head.len()) / 3).max(1)
}
