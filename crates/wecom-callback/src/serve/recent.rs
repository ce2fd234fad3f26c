//! The callbacks that this process remembers.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// The callbacks of this process: a limited number, each for the same time.
pub(super) struct Recent<T> {
    lifetime: Duration,
    capacity: usize,
    number: u64,
    known: HashMap<[u8; 32], (u64, T)>,
    /// In the order of their arrival, in which they are forgotten.
    order: VecDeque<(Instant, u64, [u8; 32])>,
}

impl<T> Recent<T> {
    pub(super) fn new(lifetime: Duration, capacity: usize) -> Self {
        Self { lifetime, capacity, number: 0, known: HashMap::new(), order: VecDeque::new() }
    }

    /// Returns the value for a callback.
    pub(super) fn get(&mut self, digest: &[u8; 32]) -> Option<&T> {
        self.clear_away(self.capacity);
        self.known.get(digest).map(|(_, value)| value)
    }

    /// Remembers a callback.
    pub(super) fn insert(&mut self, digest: [u8; 32], value: T) {
        self.clear_away(self.capacity.saturating_sub(1));
        self.number += 1;
        self.known.insert(digest, (self.number, value));
        self.order.push_back((Instant::now(), self.number, digest));
    }

    /// Changes the value for a callback, if it is still remembered.
    pub(super) fn set(&mut self, digest: &[u8; 32], value: T) {
        if let Some((_, known)) = self.known.get_mut(digest) {
            *known = value;
        }
    }

    /// Forgets a callback.
    pub(super) fn remove(&mut self, digest: &[u8; 32]) {
        self.known.remove(digest);
    }

    /// Forgets callbacks that are too old, and the oldest of too many.
    fn clear_away(&mut self, most: usize) {
        while let Some((since, number, digest)) = self.order.front() {
            if self.order.len() <= most && since.elapsed() < self.lifetime {
                return;
            }
            // A callback that was forgotten may have arrived again since.
            if self.known.get(digest).is_some_and(|(known, _)| known == number) {
                self.known.remove(digest);
            }
            self.order.pop_front();
        }
    }
}
