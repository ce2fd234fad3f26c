//! Counts calls in a sliding window.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;
use wecom_requests::Period;

/// The slots that a period is counted in.
pub(crate) const SLOTS: u32 = 60;

/// The calls of the last period, counted by slots: no interval of the period's length has more calls than allowed,
/// wherever it begins. (A token bucket of that size would admit nearly twice as many.)
#[derive(Debug)]
pub(super) struct Window {
    period: Duration,
    start: Instant,
    /// The number of calls in each slot, the oldest first; slots are numbered from the start.
    slots: VecDeque<(u32, u32)>,
    /// The sum over all slots.
    total: u32,
}

impl Window {
    pub(super) fn new(period: Period, start: Instant) -> Self {
        Self { period: period.duration(), start, slots: VecDeque::new(), total: 0 }
    }

    fn slot(&self) -> Duration {
        self.period / SLOTS
    }

    /// Returns the number of the slot for a moment. (For a period of a second, the numbers last two years; then a
    /// window starts anew.)
    fn number(&mut self, now: Instant) -> u32 {
        let number = (now - self.start).as_nanos() / self.slot().as_nanos();
        u32::try_from(number).unwrap_or_else(|_| {
            self.start = now;
            self.slots.clear();
            self.total = 0;
            0
        })
    }

    /// Returns when a slot stops counting: one slot after the end of a period, since both ends of a period may be in
    /// the middle of a slot.
    fn leaves(&self, number: u32) -> Instant {
        self.start + self.slot() * number + self.slot() * (SLOTS + 1)
    }

    /// Returns when no slot counts any more.
    pub(super) fn until(&self) -> Option<Instant> {
        self.slots.back().map(|(number, _)| self.leaves(*number))
    }

    /// Returns how long until there is room for some calls, given the maximum; `None` if there is.
    pub(super) fn wait(&mut self, now: Instant, most: u32, calls: u32) -> Option<Duration> {
        while let Some((oldest, gone)) = self.slots.front()
            && self.leaves(*oldest) <= now
        {
            self.total -= gone;
            self.slots.pop_front();
        }
        let mut excess = self.total.saturating_add(calls).checked_sub(most).filter(|excess| *excess > 0)?;
        // The oldest slots expire first: until enough calls have expired with them.
        for (number, calls) in &self.slots {
            excess = excess.saturating_sub(*calls);
            if excess == 0 {
                return Some(self.leaves(*number) - now);
            }
        }
        // More calls than are ever allowed.
        Some(self.period)
    }

    pub(super) fn count(&mut self, now: Instant, calls: u32) {
        let number = self.number(now);
        // Calls that are counted without asking saturate.
        let calls = calls.min(u32::MAX - self.total);
        self.total += calls;
        match self.slots.back_mut() {
            Some((newest, counted)) if *newest == number => *counted += calls,
            _ => self.slots.push_back((number, calls)),
        }
    }

    /// Uncounts the calls of a moment.
    pub(super) fn uncount(&mut self, then: Instant, calls: u32) {
        let number = self.number(then);
        if let Some((_, counted)) = self.slots.iter_mut().rev().find(|(slot, _)| *slot == number) {
            let calls = calls.min(*counted);
            *counted -= calls;
            self.total -= calls;
        }
    }
}

#[cfg(test)]
mod tests {
    use wecom_requests::Rate;

    use super::*;

    /// Sends as fast as allowed for a while, and returns the times of the calls.
    fn calls(rate: Rate, total: usize, between: Duration) -> Vec<Duration> {
        let start = Instant::now();
        let mut window = Window::new(rate.per, start);
        let mut now = start;
        let mut times = Vec::new();
        while times.len() < total {
            match window.wait(now, rate.calls, 1) {
                Some(wait) => {
                    assert!(wait > Duration::ZERO && wait <= rate.per.duration() * 2, "{wait:?}");
                    now += wait;
                }
                None => {
                    window.count(now, 1);
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
        let mut window = Window::new(rate.per, start);
        for _ in 0..3 {
            assert_eq!(window.wait(start, rate.calls, 1), None);
            window.count(start, 1);
        }
        assert!(window.wait(start, rate.calls, 1).is_some());
        assert_eq!(window.wait(start + Duration::from_secs(86_400), rate.calls, 1), None);
    }

    #[test]
    fn several_calls_need_room_for_all_of_them_and_more_than_are_allowed_never_have_it() {
        let start = Instant::now();
        let mut window = Window::new(Period::Minute, start);
        window.count(start, 60);
        let later = start + Duration::from_secs(30);
        assert_eq!(window.wait(later, 100, 40), None);
        window.count(later, 40);
        assert_eq!(window.wait(later, 100, 60), Some(Duration::from_secs(31)));
        assert_eq!(window.wait(later, 100, 61), Some(Duration::from_secs(61)));
        for calls in [101, u32::MAX] {
            assert_eq!(window.wait(later, 100, calls), Some(Duration::from_secs(60)));
        }
    }

    #[test]
    fn what_is_taken_back_was_never_counted() {
        let start = Instant::now();
        let mut window = Window::new(Period::Minute, start);
        window.count(start, 3);
        window.count(start + Duration::from_secs(5), 4);
        window.uncount(start, 2);
        assert_eq!((window.total, window.wait(start, 5, 1)), (5, Some(Duration::from_secs(61))));
        window.uncount(start, 2);
        window.uncount(start + Duration::from_secs(9), 2);
        assert_eq!((window.total, window.wait(start, 5, 1)), (4, None));
    }
}
