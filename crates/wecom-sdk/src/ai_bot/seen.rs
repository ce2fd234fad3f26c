//! The callbacks that have arrived already: WeCom may deliver one twice.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// The number of callbacks that are remembered, and the time for which they are.
const MOST: usize = 4096;
const LONGEST: Duration = Duration::from_secs(600);

/// Message IDs, the oldest first.
#[derive(Default)]
pub(super) struct Seen {
    ids: HashSet<String>,
    order: VecDeque<(Instant, String)>,
}

impl Seen {
    /// Returns whether a callback has arrived already.
    pub(super) fn has(&mut self, id: &str, now: Instant) -> bool {
        while let Some((since, _)) = self.order.front()
            && now.duration_since(*since) >= LONGEST
        {
            self.forget_oldest();
        }
        self.ids.contains(id)
    }

    /// Remembers a callback.
    pub(super) fn add(&mut self, id: String, now: Instant) {
        if self.ids.insert(id.clone()) {
            self.order.push_back((now, id));
        }
        if self.order.len() > MOST {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, id)) = self.order.pop_front() {
            self.ids.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ids_are_remembered_for_a_while_and_not_without_end() {
        let (mut seen, start) = (Seen::default(), Instant::now());
        seen.add("first".to_owned(), start);
        assert!(seen.has("first", start + Duration::from_secs(599)));
        assert!(!seen.has("first", start + LONGEST));
        for number in 0..=MOST {
            seen.add(number.to_string(), start);
        }
        assert!(!seen.has("0", start) && seen.has("1", start));
        assert_eq!((seen.ids.len(), seen.order.len()), (MOST, MOST));
    }
}
