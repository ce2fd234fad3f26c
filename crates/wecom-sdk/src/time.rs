//! Moments and durations for calls.

use std::time::Duration;

use tokio::time::Instant;

/// Returns the moment after a duration, which may be unlimited.
pub(crate) fn later(time: Duration) -> Instant {
    after(Instant::now(), time)
}

/// Returns the moment that a duration, which may be unlimited, leads to.
pub(crate) fn after(start: Instant, time: Duration) -> Instant {
    const FOR_EVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    start + time.min(FOR_EVER)
}

/// Returns a random duration between half of another and all of it, so that waiting callers don't return all at once.
pub(crate) fn jitter(time: Duration) -> Duration {
    time.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// Returns the milliseconds since a moment.
pub(crate) fn milliseconds(since: Instant) -> u64 {
    since.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}
