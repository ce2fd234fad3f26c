//! Calls counted in memory.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;
use wecom_requests::Rate;

use super::{LimitKey, LimitStore};
use crate::kept::{Keep, Kept};
use crate::lock;
use crate::tokens::StoreFuture;

/// Counts calls for one process.
#[derive(Debug, Default)]
pub struct MemoryLimits {
    credentials: Mutex<Kept<String, Endpoints>>,
}

/// The endpoints that a credential has called.
#[derive(Debug, Default)]
struct Endpoints(HashMap<&'static str, Counted>);

/// What is counted of the calls to an endpoint.
#[derive(Debug, Default)]
struct Counted {
    windows: Vec<Window>,
    /// Who is on the way, and until when that is believed.
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
    /// Does something with what is counted of the calls to an endpoint.
    fn with<T>(&self, key: LimitKey<'_>, work: impl FnOnce(&mut Counted) -> T) -> T {
        let mut credentials = lock(&self.credentials);
        let endpoints = credentials.get_or_insert_with(key.credential, Endpoints::default);
        work(endpoints.0.entry(key.endpoint).or_default())
    }
}

/// What is done already.
fn ready<'a, T: Send + 'a>(value: T) -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(Ok(value)))
}

impl LimitStore for MemoryLimits {
    fn take<'a>(&'a self, key: LimitKey<'a>, rates: &'a [Rate]) -> StoreFuture<'a, Option<Duration>> {
        let now = Instant::now();
        ready(self.with(key, |counted| {
            let windows = &mut counted.windows;
            if windows.is_empty() {
                windows.extend(rates.iter().map(|rate| Window::new(*rate, now)));
            }
            let wait = windows.iter_mut().filter_map(|window| window.wait(now)).max();
            if wait.is_none() {
                for window in windows {
                    window.count(now);
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

/// The slots that a period is counted in.
pub(crate) const SLOTS: u32 = 60;

/// The calls of the last period, counted by slots: no stretch of time as long as the period has more calls than the
/// rate allows, wherever it begins. (A token bucket of that size lets nearly twice as many through.)
#[derive(Debug)]
struct Window {
    rate: Rate,
    start: Instant,
    /// How many calls each slot has, the oldest first, counted from the start.
    slots: VecDeque<(u32, u32)>,
}

impl Window {
    fn new(rate: Rate, start: Instant) -> Self {
        Self { rate, start, slots: VecDeque::new() }
    }

    fn slot(&self) -> Duration {
        self.rate.per.duration() / SLOTS
    }

    /// The number of the slot that a moment falls into. (Those of a second are enough for two years; then a window starts anew.)
    fn number(&mut self, now: Instant) -> u32 {
        let number = (now - self.start).as_nanos() / self.slot().as_nanos();
        u32::try_from(number).unwrap_or_else(|_| {
            self.start = now;
            self.slots.clear();
            0
        })
    }

    /// When a slot no longer counts: one later than a period ends, since both ends of a period may fall into the middle of a slot.
    fn leaves(&self, number: u32) -> Instant {
        self.start + self.slot() * number + self.slot() * (SLOTS + 1)
    }

    /// When none counts any more.
    fn until(&self) -> Option<Instant> {
        self.slots.back().map(|(number, _)| self.leaves(*number))
    }

    /// How long until there is room for a call; `None` if there is.
    fn wait(&mut self, now: Instant) -> Option<Duration> {
        while let Some((oldest, _)) = self.slots.front()
            && self.leaves(*oldest) <= now
        {
            self.slots.pop_front();
        }
        let calls: u32 = self.slots.iter().map(|(_, calls)| calls).sum();
        let mut excess = (calls + 1).checked_sub(self.rate.calls).filter(|excess| *excess > 0)?;
        // The oldest slots leave first: until enough calls have left with them.
        for (number, calls) in &self.slots {
            excess = excess.saturating_sub(*calls);
            if excess == 0 {
                return Some(self.leaves(*number) - now);
            }
        }
        // A rate of no calls at all.
        Some(self.rate.per.duration())
    }

    fn count(&mut self, now: Instant) {
        let number = self.number(now);
        match self.slots.back_mut() {
            Some((newest, calls)) if *newest == number => *calls += 1,
            _ => self.slots.push_back((number, 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use wecom_requests::Period;

    use super::*;

    /// Sends as fast as it may for a while, and gives the times of the calls.
    fn calls(rate: Rate, total: usize, between: Duration) -> Vec<Duration> {
        let start = Instant::now();
        let mut window = Window::new(rate, start);
        let mut now = start;
        let mut times = Vec::new();
        while times.len() < total {
            match window.wait(now) {
                Some(wait) => {
                    assert!(wait > Duration::ZERO && wait <= rate.per.duration() * 2, "{wait:?}");
                    now += wait;
                }
                None => {
                    window.count(now);
                    times.push(now - start);
                    now += between;
                }
            }
        }
        times
    }

    #[test]
    fn no_period_has_more_calls_than_its_rate_wherever_it_begins() {
        for number in [1, 7, 100] {
            for between in [0, 1, 37, 400, 999] {
                let rate = Rate { calls: number, per: Period::Minute };
                let times = calls(rate, number as usize * 6, Duration::from_millis(between));
                for (index, time) in times.iter().enumerate().skip(number as usize) {
                    let earlier = times[index - number as usize];
                    assert!(
                        *time >= earlier + Period::Minute.duration(),
                        "{number} {between} {earlier:?} {time:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn nearly_as_many_calls_as_allowed_get_through() {
        let rate = Rate { calls: 600, per: Period::Minute };
        let times = calls(rate, 6000, Duration::ZERO);
        let periods = times.last().unwrap().as_secs_f64() / 60.0;
        assert!(periods < 9.0 * 61.0 / 60.0 + 0.1, "{periods}");
    }

    #[test]
    fn a_long_silence_forgets_everything() {
        let rate = Rate { calls: 3, per: Period::Second };
        let start = Instant::now();
        let mut window = Window::new(rate, start);
        for _ in 0..3 {
            assert_eq!(window.wait(start), None);
            window.count(start);
        }
        assert!(window.wait(start).is_some());
        assert_eq!(window.wait(start + Duration::from_secs(86_400)), None);
    }

    #[tokio::test]
    async fn what_is_counted_is_forgotten_once_it_no_longer_counts() {
        tokio::time::pause();
        let limits = MemoryLimits::default();
        let rates = [Rate { calls: 3, per: Period::Minute }];
        for _ in 0..100 {
            for credential in 0..1000 {
                let credential = credential.to_string();
                let key = LimitKey::new(&credential, "endpoint");
                assert_eq!(limits.take(key, &rates).await.unwrap(), None);
                assert!(limits.enter(key, 1, 7, Duration::from_secs(10)).await.unwrap());
            }
            assert!(lock(&limits.credentials).len() <= 2000);
            tokio::time::advance(Duration::from_secs(62)).await;
        }
        for number in 0..200_000 {
            let credential = format!("{number}");
            limits.take(LimitKey::new(&credential, "endpoint"), &rates).await.unwrap();
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!(lock(&limits.credentials).len() < 300);
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
