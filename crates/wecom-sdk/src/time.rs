//! Moments and durations that calls reckon with.

use std::time::Duration;

use tokio::time::Instant;

/// The moment after some time, which may be for ever.
pub(crate) fn later(time: Duration) -> Instant {
    const FOR_EVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    Instant::now() + time.min(FOR_EVER)
}

/// A random time between half of another and all of it, so that those who wait don't come back all at once.
pub(crate) fn jitter(time: Duration) -> Duration {
    time.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// How many milliseconds have passed since a moment.
pub(crate) fn milliseconds(since: Instant) -> u64 {
    since.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}
