//! Calls counted in memory.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;
use wecom_requests::Rate;

use super::window::Window;
use super::{LimitKey, LimitStore};
use crate::kept::{Keep, Kept};
use crate::lock;
use crate::tokens::StoreFuture;

/// Counts calls for one process.
#[derive(Debug, Default)]
pub struct MemoryLimits {
    scopes: Mutex<Kept<String, Endpoints>>,
}

/// The endpoints that one scope has called.
#[derive(Debug, Default)]
struct Endpoints(HashMap<&'static str, Counted>);

/// The counts of the calls to an endpoint.
#[derive(Debug, Default)]
struct Counted {
    windows: Vec<Window>,
    /// The calls in flight, and the times at which their places expire.
    places: HashMap<u128, Instant>,
}

impl Keep for Endpoints {
    fn until(&self, now: Instant) -> Option<Instant> {
        let windows = self.0.values().flat_map(|counted| counted.windows.iter().filter_map(Window::until));
        let places = self.0.values().flat_map(|counted| counted.places.values().copied());
        Some(windows.chain(places).max().unwrap_or(now))
    }
}

impl MemoryLimits {
    /// Applies a function to the counts of an endpoint.
    fn with<T>(&self, key: LimitKey<'_>, work: impl FnOnce(&mut Counted) -> T) -> T {
        let mut scopes = lock(&self.scopes);
        let endpoints = scopes.get_or_insert_with(key.scope, Endpoints::default);
        work(endpoints.0.entry(key.endpoint).or_default())
    }
}

/// Returns a future that is already completed.
fn ready<'a, T: Send + 'a>(value: T) -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(Ok(value)))
}

impl LimitStore for MemoryLimits {
    fn take<'a>(
        &'a self,
        key: LimitKey<'a>,
        rates: &'a [Rate],
        calls: u32,
    ) -> StoreFuture<'a, Option<Duration>> {
        let now = Instant::now();
        ready(self.with(key, |counted| {
            let windows = &mut counted.windows;
            if windows.is_empty() {
                windows.extend(rates.iter().map(|rate| Window::new(rate.per, now)));
            }
            let waits = windows
                .iter_mut()
                .zip(rates)
                .filter_map(|(window, rate)| window.wait(now, rate.calls, calls));
            let wait = waits.max();
            if wait.is_none() {
                for window in windows {
                    window.count(now, calls);
                }
            }
            wait
        }))
    }

    fn enter<'a>(
        &'a self,
        key: LimitKey<'a>,
        most: u32,
        call: u128,
        life: Duration,
    ) -> StoreFuture<'a, bool> {
        let now = Instant::now();
        ready(self.with(key, |Counted { places, .. }| {
            places.retain(|_, until| *until > now);
            let is_free = places.contains_key(&call) || places.len() < most as usize;
            if is_free {
                places.insert(call, now + life);
            }
            is_free
        }))
    }

    fn leave<'a>(&'a self, key: LimitKey<'a>, call: u128) -> StoreFuture<'a> {
        self.with(key, |counted| counted.places.remove(&call));
        ready(())
    }
}

#[cfg(test)]
mod tests {
    use wecom_requests::Period;

    use super::*;

    #[tokio::test]
    async fn what_is_counted_is_forgotten_once_it_no_longer_counts() {
        tokio::time::pause();
        let limits = MemoryLimits::default();
        let rates = [Rate { calls: 3, per: Period::Minute }];
        for _ in 0..100 {
            for credential in 0..1000 {
                let credential = credential.to_string();
                let key = LimitKey::new(&credential, "endpoint");
                assert_eq!(limits.take(key, &rates, 1).await.unwrap(), None);
                assert!(limits.enter(key, 1, 7, Duration::from_secs(10)).await.unwrap());
            }
            assert!(lock(&limits.scopes).len() <= 2000);
            tokio::time::advance(Duration::from_secs(62)).await;
        }
        for number in 0..200_000 {
            let credential = format!("{number}");
            limits.take(LimitKey::new(&credential, "endpoint"), &rates, 1).await.unwrap();
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!(lock(&limits.scopes).len() < 300);
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_is_free_when_it_is_left_or_not_kept() {
        let (limits, life) = (MemoryLimits::default(), Duration::from_secs(10));
        let key = LimitKey::new("credential", "endpoint");
        let enter = async |call| limits.enter(key, 2, call, life).await.unwrap();
        assert!(enter(1).await && enter(2).await && !enter(3).await);
        assert!(enter(2).await, "whoever has one keeps it");
        limits.leave(key, 1).await.unwrap();
        assert!(enter(3).await && !enter(1).await);
        tokio::time::advance(life / 2).await;
        assert!(enter(3).await);
        tokio::time::advance(life / 2).await;
        assert!(enter(1).await, "that of 2");
        assert!(!enter(2).await);
    }
}
