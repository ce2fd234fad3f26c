//! Decides whether a failed call is retried, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use wecom_requests::{Meta, Period, errcode, rates};

use crate::Error;
use crate::time::jitter;

/// Decides whether a failed request is retried. It isn't asked about refused tokens: the client fetches another token and
/// retries the call itself, once.
pub trait RetryPolicy: Send + Sync + 'static {
    /// Returns how long to wait before the request is sent again, or `None` to return the error to the caller.
    fn retry(&self, failure: &Failure<'_>) -> Option<Duration>;

    /// Returns how long all calls to an endpoint pause after a `45009`, which doesn't say which limit was exceeded. `pauses` is the number
    /// of pauses since WeCom last processed a call to it, with whatever result.
    ///
    /// By default, the first pause is the shortest period of the endpoint's limits, among them those [of every endpoint](wecom_requests::rates):
    /// at most a minute. If the endpoint is still blocked after that, the next pause is that of the next longer period, and so on, up to
    /// the rest of the day in Beijing: a limit per month is asked about once a day.
    fn blocked(&self, endpoint: &Meta, pauses: u32) -> Duration {
        let quotas = endpoint.quotas.iter().flat_map(|quota| quota.rates);
        let general = rates::of(endpoint.path).filter(|general| general.excess != rates::Excess::Dropped);
        let general = general.flat_map(|general| general.rates);
        let limits = endpoint.rates.iter().chain(quotas).chain(general);
        let daily = |period| if period == Period::Month { Period::Day } else { period };
        let mut periods: Vec<Period> = limits.map(|rate| daily(rate.per)).chain([Period::Minute]).collect();
        periods.sort_by_key(|period| period.duration());
        periods.dedup();
        let longest = periods.len() - 1;
        let period = periods[usize::try_from(pauses).map_or(longest, |pauses| pauses.min(longest))];
        if period == Period::Day { rest_of_day(SystemTime::now()) } else { period.duration() }
    }

    /// Is called when a call succeeds.
    fn succeeded(&self) {}
}

impl<P: RetryPolicy + ?Sized> RetryPolicy for Arc<P> {
    fn retry(&self, failure: &Failure<'_>) -> Option<Duration> {
        (**self).retry(failure)
    }

    fn blocked(&self, endpoint: &Meta, pauses: u32) -> Duration {
        (**self).blocked(endpoint, pauses)
    }

    fn succeeded(&self) {
        (**self).succeeded();
    }
}

/// A request that failed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure<'a> {
    /// The endpoint that was called.
    pub endpoint: &'static Meta,
    /// The reason why it failed.
    pub error: &'a Error,
    /// The number of attempts so far: 1 after the first.
    pub attempt: u32,
}

impl<'a> Failure<'a> {
    /// Describes a request that failed after a number of attempts.
    pub fn new(endpoint: &'static Meta, error: &'a Error, attempt: u32) -> Self {
        Self { endpoint, error, attempt }
    }

    /// Returns whether it is safe to retry the request: it has not been carried out, or it only reads.
    pub fn is_safe_to_retry(&self) -> bool {
        self.endpoint.safe || !self.error.may_have_been_carried_out()
    }
}

/// Never retries.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoRetry;

impl RetryPolicy for NoRetry {
    fn retry(&self, _: &Failure<'_>) -> Option<Duration> {
        None
    }
}

/// Retries transient failures after a pause that doubles each time.
///
/// - A request that never left (no connection), a response that is missing or incomplete, an HTTP status 408, 425, 429 or 5xx, and
///   WeCom's `-1` (system busy): up to 3 times, after about 0.2, 0.4 and 0.8 seconds, or when `Retry-After` says. A request that
///   may have been carried out is retried only if its endpoint only reads ([`Meta::safe`]). Permanent failures (an
///   unknown certificate authority, a proxy that asks for a password) are not retried ([`Error::is_transient`]).
/// - `45033` (too many calls at once), which WeCom reports before it carries anything out: the same, for every endpoint.
/// - `45009` (called too often): once the period is over in which the endpoint is blocked ([`RetryPolicy::blocked`]). All calls
///   to the endpoint wait for it.
///
/// Every pause is random between half of its length and all of it, so that callers don't all retry at once. A budget keeps
/// retries from multiplying an outage: 10 at once, and then one per 10 calls that succeed.
///
/// If a pause would exceed the call's deadline, the caller gets the error immediately.
#[derive(Debug)]
pub struct Backoff {
    retries: u32,
    first: Duration,
    longest: Duration,
    blocked: Option<Duration>,
    /// In tenths of a retry.
    budget: AtomicU32,
    full: u32,
}

/// The cost of a retry; a success adds 1 to the budget.
const REPEAT: u32 = 10;

impl Default for Backoff {
    fn default() -> Self {
        Self {
            retries: 3,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
            blocked: None,
            budget: AtomicU32::new(10 * REPEAT),
            full: 10 * REPEAT,
        }
    }
}

impl Backoff {
    /// Creates the default policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how often a request is retried, instead of 3 times.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }

    /// Sets the first and the longest delay, instead of 200 milliseconds and 10 seconds.
    #[must_use]
    pub fn delays(mut self, first: Duration, longest: Duration) -> Self {
        (self.first, self.longest) = (first, longest);
        self
    }

    /// Sets how long calls to an endpoint pause after each `45009`, instead of the [documented periods](RetryPolicy::blocked).
    #[must_use]
    pub fn blocked_for(mut self, pause: Duration) -> Self {
        self.blocked = Some(pause);
        self
    }

    /// Sets how many retries are allowed at once, beyond one per 10 calls that succeed, instead of 10.
    #[must_use]
    pub fn budget(mut self, repeats: u32) -> Self {
        self.full = repeats.saturating_mul(REPEAT);
        self.budget = AtomicU32::new(self.full);
        self
    }
}

impl RetryPolicy for Backoff {
    fn retry(&self, failure: &Failure<'_>) -> Option<Duration> {
        if failure.attempt > self.retries {
            return None;
        }
        if failure.error.code() == Some(errcode::API_FREQUENCY_LIMIT_EXCEEDED) {
            let known = failure.error.retry_after();
            return Some(known.unwrap_or_else(|| RetryPolicy::blocked(self, failure.endpoint, 0)));
        }
        if !failure.error.is_transient() || !failure.is_safe_to_retry() {
            return None;
        }
        let take = |budget: u32| budget.checked_sub(REPEAT);
        self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).ok()?;
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failure.attempt - 1)).min(self.longest);
        Some(jitter(doubled).max(failure.error.retry_after().unwrap_or_default()))
    }

    fn blocked(&self, endpoint: &Meta, pauses: u32) -> Duration {
        self.blocked.unwrap_or_else(|| NoRetry.blocked(endpoint, pauses))
    }

    fn succeeded(&self) {
        // The budget is usually full, and reading is cheaper than a write that all cores share.
        if self.budget.load(Ordering::Relaxed) < self.full {
            let give = |budget: u32| Some((budget + 1).min(self.full));
            let _ = self.budget.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
        }
    }
}

/// Returns the time until the day is over in Beijing, whichever clock is a little off: until a few minutes after midnight, or the next minute, if
/// it has just struck.
fn rest_of_day(now: SystemTime) -> Duration {
    const MINUTE: u64 = 60;
    const DAY: u64 = 24 * 60 * MINUTE;
    const BEIJING: u64 = 8 * 60 * MINUTE;
    const MARGIN: u64 = 5 * MINUTE;
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let passed = (now.as_secs() + BEIJING) % DAY;
    Duration::from_secs(if passed < 2 * MARGIN { MINUTE } else { DAY - passed + MARGIN })
}

#[cfg(test)]
mod tests {
    use wecom_models::access::GetToken;
    use wecom_requests::{Endpoint as _, Rate};

    use super::*;

    #[test]
    fn ten_successes_pay_for_one_repeat() {
        let policy = Backoff::new().budget(2);
        let error = Error::Timeout { endpoint: GetToken::META, timeout: Duration::ZERO };
        let failure = Failure::new(GetToken::META, &error, 1);
        let repeats = || policy.retry(&failure).is_some();
        assert_eq!([repeats(), repeats(), repeats()], [true, true, false]);
        (0..9).for_each(|_| policy.succeeded());
        assert!(!repeats());
        policy.succeeded();
        assert!(repeats() && !repeats());
        (0..1000).for_each(|_| policy.succeeded());
        assert_eq!(
            [repeats(), repeats(), repeats()],
            [true, true, false],
            "it never holds more than at first"
        );
    }

    #[test]
    fn an_endpoint_that_stays_blocked_pauses_for_the_next_longer_period() {
        const MINUTE: Duration = Duration::from_secs(60);
        let general = |pauses| NoRetry.blocked(GetToken::META, pauses);
        assert_eq!([0, 1, 2, 9].map(general), [MINUTE, 60 * MINUTE, 60 * MINUTE, 60 * MINUTE]);
        let rate = |per| Rate { calls: 1, per };
        let rates: &'static [Rate] =
            Box::leak(Box::new([rate(Period::Day), rate(Period::Second), rate(Period::Month)]));
        let mut limited = GetToken::META.clone();
        limited.rates = rates;
        let pause = |pauses| NoRetry.blocked(&limited, pauses);
        assert_eq!([0, 1, 2].map(pause), [MINUTE / 60, MINUTE, 60 * MINUTE]);
        // The limit per month is asked about again the next day.
        for pauses in [3, 4, u32::MAX] {
            assert!((MINUTE..=24 * 60 * MINUTE).contains(&pause(pauses)), "{pauses}");
        }
    }

    #[test]
    fn the_day_ends_soon_after_midnight_in_beijing() {
        // 2024-07-03 16:00:00 in UTC.
        let midnight = UNIX_EPOCH + Duration::from_secs(1_720_022_400);
        let seconds = Duration::from_secs;
        assert_eq!(rest_of_day(midnight - seconds(30)), seconds(30 + 300));
        // Neither a clock that is ahead nor a counter that is late costs another day.
        assert_eq!([0, 2, 599].map(|late| rest_of_day(midnight + seconds(late))), [seconds(60); 3]);
        assert_eq!(rest_of_day(midnight + seconds(600)), seconds(24 * 60 * 60 - 300));
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = Backoff::new().retries(9).delays(Duration::from_millis(100), Duration::from_millis(350));
        let error = Error::Timeout { endpoint: GetToken::META, timeout: Duration::ZERO };
        for (attempt, longest) in [(1, 100), (2, 200), (3, 350), (9, 350)] {
            let pause = policy.retry(&Failure::new(GetToken::META, &error, attempt)).unwrap().as_millis();
            assert!((longest / 2..=longest).contains(&pause), "{attempt}: {pause}");
        }
        assert_eq!(policy.retry(&Failure::new(GetToken::META, &error, 10)), None);
    }
}
