//! Records which callbacks have been handled.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use futures_core::future::BoxFuture;
use tokio::time::Instant;
use wecom_requests::BoxError;

/// The future of a store.
pub type DuplicatesFuture<'a, T> = BoxFuture<'a, Result<T, BoxError>>;

/// The turn to handle a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// This process has the turn: nobody has handled the callback.
    Ours,
    /// The callback has been handled.
    Done,
}

/// Records for several processes which callbacks have been handled. Each is identified by its
/// [`digest`](crate::Opened::digest).
///
/// If the store fails, callbacks are handled anyway: twice is better than never.
pub trait Duplicates: Send + Sync + 'static {
    /// Takes the turn for a callback. While another process handles it, this waits for it to succeed, fail or die.
    fn begin<'a>(&'a self, digest: &'a [u8; 32]) -> DuplicatesFuture<'a, Turn>;

    /// Keeps the turn while a handler runs; it ends only with an error.
    fn keep<'a>(&'a self, digest: &'a [u8; 32]) -> DuplicatesFuture<'a, std::convert::Infallible>;

    /// Remembers that a callback has been handled.
    fn done<'a>(&'a self, digest: &'a [u8; 32]) -> DuplicatesFuture<'a, ()>;

    /// Forgets a callback whose handler has failed.
    fn forget<'a>(&'a self, digest: &'a [u8; 32]) -> DuplicatesFuture<'a, ()>;
}

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
