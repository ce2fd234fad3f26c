//! The pauses between attempts to connect.

use std::time::Duration;

use super::builder::Settings;
use crate::errcode;
use crate::time::jitter;

/// The pause after WeCom has refused something because there was too much of it.
pub(super) const TOO_OFTEN: Duration = Duration::from_secs(60);

/// Returns whether WeCom refuses something because there was too much of it.
pub(super) fn is_too_often(code: i64) -> bool {
    matches!(code, errcode::API_FREQUENCY_LIMIT_EXCEEDED | errcode::API_CONCURRENCY_LIMIT_EXCEEDED)
}

/// Pauses that double, until a connection has been healthy for a while.
pub(super) struct Pauses {
    first: Duration,
    longest: Duration,
    healthy_after: Duration,
    attempt: u32,
}

impl Pauses {
    pub(super) fn new(settings: &Settings) -> Self {
        let (first, longest) = settings.pauses;
        Self { first, longest, healthy_after: settings.healthy_after, attempt: 0 }
    }

    /// Returns the number of the next attempt and the pause before it, given how long the last connection was subscribed, and the error
    /// code that ended it.
    pub(super) fn next(&mut self, subscribed: Option<Duration>, code: Option<i64>) -> (u32, Duration) {
        if subscribed.is_some_and(|time| time >= self.healthy_after) {
            self.attempt = 0;
        }
        let doubled = self.first.saturating_mul(2u32.saturating_pow(self.attempt.min(31)));
        self.attempt = self.attempt.saturating_add(1);
        let pause = jitter(doubled.min(self.longest));
        (self.attempt, if code.is_some_and(is_too_often) { pause.max(TOO_OFTEN) } else { pause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_until_a_connection_was_healthy() {
        let second = Duration::from_secs(1);
        let mut pauses =
            Pauses { first: second, longest: 30 * second, healthy_after: 60 * second, attempt: 0 };
        for (number, whole) in (1..).zip([1, 2, 4, 8, 16, 30, 30]) {
            // A connection that is lost at once doesn't count.
            let (attempt, pause) = pauses.next(Some(second), None);
            assert!(attempt == number && pause <= whole * second && 2 * pause >= whole * second, "{pause:?}");
        }
        assert!(pauses.next(None, Some(45009)).1 >= TOO_OFTEN);
        let (attempt, pause) = pauses.next(Some(60 * second), None);
        assert!(attempt == 1 && pause <= second);
        pauses.attempt = u32::MAX;
        assert!(pauses.next(None, None).1 <= 30 * second);
    }
}
