//! Maps that drop entries nobody needs anymore, so that the state per credential doesn't grow with every credential ever
//! used.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use tokio::time::Instant;

/// Below this number of entries, a sweep isn't worthwhile.
const FEW: usize = 64;

/// A value that doesn't have to be kept forever.
pub(crate) trait Keep {
    /// Returns until when it is needed; `None` while it is in use.
    fn until(&self, now: Instant) -> Option<Instant>;
}

/// A map that drops unneeded entries whenever it has doubled. If too many remain, it drops those that would be needed
/// for the shortest time.
#[derive(Debug)]
pub(crate) struct Kept<K, V> {
    entries: HashMap<K, V>,
    /// The maximum number of entries, unless more are in use.
    most: usize,
    /// The number of entries at which the next sweep is due.
    sweep_at: usize,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self::at_most(usize::MAX)
    }
}

impl<K, V> Kept<K, V> {
    pub(crate) fn at_most(most: usize) -> Self {
        Self { entries: HashMap::new(), most, sweep_at: FEW }
    }
}

impl<K: Clone + Eq + Hash, V: Keep> Kept<K, V> {
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key)
    }

    pub(crate) fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key)
    }

    /// Returns the entry of a key, which is created if it doesn't exist. Only then is the key copied.
    pub(crate) fn get_or_insert_with<Q>(&mut self, key: &Q, make: impl FnOnce() -> V) -> &mut V
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ToOwned<Owned = K> + ?Sized,
    {
        if !self.entries.contains_key(key) {
            if self.entries.len() >= self.sweep_at {
                self.sweep();
            }
            self.entries.insert(key.to_owned(), make());
        }
        self.entries.get_mut(key).expect("inserted above")
    }

    fn sweep(&mut self) {
        let now = Instant::now();
        self.entries.retain(|_, value| value.until(now).is_none_or(|until| until > now));
        // Leaves some room, so that the next sweep isn't due immediately.
        let wanted = self.most - self.most / 4;
        if self.entries.len() > wanted {
            let timed = self.entries.iter().filter_map(|(key, value)| Some((value.until(now)?, key.clone())));
            let mut timed: Vec<_> = timed.collect();
            timed.sort_unstable_by_key(|(until, _)| *until);
            for (_, key) in timed.into_iter().take(self.entries.len() - wanted) {
                self.entries.remove(&key);
            }
        }
        let left = self.entries.len();
        self.entries.shrink_to(left * 2);
        // Twice as many, but at most the maximum, unless so many are in use that each new entry would cause a sweep.
        self.sweep_at = (left * 2).min(self.most).max(left + left / 4).max(FEW);
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct Until(Option<Instant>);

    impl Keep for Until {
        fn until(&self, _: Instant) -> Option<Instant> {
            self.0
        }
    }

    #[test]
    fn what_is_no_longer_needed_goes_and_what_is_in_use_stays() {
        let now = Instant::now();
        let mut kept = Kept::<String, Until>::default();
        for number in 0..10_000 {
            let until = (number % 100 != 0).then_some(now);
            kept.get_or_insert_with(&format!("{number}")[..], || Until(until));
        }
        assert!(kept.len() < 400, "{}", kept.len());
        assert!((0..100).all(|number| kept.get(&format!("{}", number * 100)[..]).is_some()));
    }

    #[test]
    fn where_there_is_too_much_what_lasts_longest_stays() {
        let later = Instant::now() + Duration::from_secs(60);
        let mut kept = Kept::<String, Until>::at_most(1000);
        for number in 0..10_000_u64 {
            let until = later + Duration::from_secs(number);
            kept.get_or_insert_with(&number.to_string()[..], || Until(Some(until)));
            assert!(kept.len() <= 1000);
        }
        assert!(kept.get("9999").is_some() && kept.get("9500").is_some() && kept.get("1").is_none());
        for number in 0..2000 {
            kept.get_or_insert_with(&format!("used {number}")[..], || Until(None));
        }
        assert!((0..2000).all(|number| kept.get(&format!("used {number}")[..]).is_some()));
    }
}
