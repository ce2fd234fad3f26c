//! Points in time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::Error;
use serde::ser::{Serialize, Serializer};

use crate::wire::{Found, Read, Reading, Scalar, read_impl, read_inner_nested, whole};

/// A point in time, in whole seconds since 1970-01-01 00:00:00 UTC.
///
/// WeCom sends 0 if something has not happened yet; see [`Timestamp::is_zero`].
///
/// Integers and [`SystemTime`] convert to it, and the types of `chrono`, `jiff` and `time` with the features of these names; it converts
/// back with [`TryFrom`], to a time in UTC (`chrono`: `DateTime::<Utc>::try_from(time)?.with_timezone(&Local)` for another zone). A [`Duration`] can be added and subtracted:
///
/// ```
/// use std::time::{Duration, SystemTime};
/// # use wecom_models::Timestamp;
///
/// let start = Timestamp::from(1_790_000_000);
/// let end = start + Duration::from_secs(3600);
/// assert_eq!(end - start, Duration::from_secs(3600));
/// assert_eq!(Timestamp::from(SystemTime::try_from(end)?), end);
/// # Ok::<(), wecom_models::TimestampOutOfRange>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Creates the time that many seconds after 1970-01-01 00:00:00 UTC.
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Returns the seconds since 1970-01-01 00:00:00 UTC.
    pub const fn as_unix(self) -> i64 {
        self.0
    }

    /// Returns whether this is 0, which WeCom sends for "never".
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Returns the time since an earlier timestamp, or `None` if that is later.
    pub const fn checked_duration_since(self, earlier: Self) -> Option<Duration> {
        if self.0 < earlier.0 { None } else { Some(Duration::from_secs(self.0.abs_diff(earlier.0))) }
    }

    /// Returns the current time in whole seconds.
    pub fn now() -> Self {
        SystemTime::now().into()
    }
}

/// Converts integers to timestamps. There are several types, so that neither a literal nor `Duration::as_secs` needs a
/// conversion.
macro_rules! from_seconds {
    ($($type:ty),*) => {$(
        impl From<$type> for Timestamp {
            fn from(seconds: $type) -> Self {
                Self(seconds.into())
            }
        }
    )*};
}

from_seconds!(i64, i32, u32);

/// A number beyond `i64::MAX` becomes the latest timestamp.
impl From<u64> for Timestamp {
    fn from(seconds: u64) -> Self {
        Self(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

/// Rounds down to whole seconds.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => Self::default() + after,
            Err(before) => {
                let before = before.duration();
                Self::default() - before - Duration::from_secs((before.subsec_nanos() > 0).into())
            }
        }
    }
}

/// Fails if the system's clock cannot represent the time.
impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampOutOfRange;

    fn try_from(time: Timestamp) -> Result<Self, TimestampOutOfRange> {
        let distance = Duration::from_secs(time.0.unsigned_abs());
        let moved =
            if time.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
        moved.ok_or(TimestampOutOfRange(time))
    }
}

/// Only whole seconds count. A time that can't be represented becomes the latest timestamp.
impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add_unsigned(duration.as_secs()))
    }
}

/// Only whole seconds count. A time that can't be represented becomes the earliest timestamp.
impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub_unsigned(duration.as_secs()))
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl SubAssign<Duration> for Timestamp {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

/// The time from `earlier` to `self`, as with [`Instant`](std::time::Instant): zero if `earlier` is later.
/// [`Timestamp::checked_duration_since`] distinguishes the two cases.
impl Sub for Timestamp {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.checked_duration_since(earlier).unwrap_or_default()
    }
}

/// A [`Timestamp`] can't be represented by the type that it is converted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampOutOfRange(pub(super) Timestamp);

impl fmt::Display for TimestampOutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the timestamp {} is out of range for the type", self.0)
    }
}

impl std::error::Error for TimestampOutOfRange {}

/// On one line, whatever the format, since there are many of them.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({})", self.0)
    }
}

/// Shows the seconds.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl<'de> Read<'de> for Timestamp {
    const EXPECTED: &'static str = i64::EXPECTED;

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
        self.0.read_scalar(scalar, reading)
    }

    read_inner_nested! { |this| this.0 }

    fn spare(&mut self, scalar: Scalar<'_, 'de>) -> Option<Found> {
        let time = match scalar {
            Scalar::Float(seconds) => whole(seconds.floor()).map(Timestamp),
            _ => scalar.text().and_then(date),
        };
        let Some(time) = time else { return Some(Found::Nothing) };
        *self = time;
        Some(Found::Value)
    }
}

/// Reads `2026-03-01` or `2026-03-01 09:30:00`; `/` may separate the date, `T` the time, seconds may be missing or have a fraction, which is cut off. It is
/// in Beijing time, unless it ends in `Z` or an offset: `+09:00`.
fn date(text: &str) -> Option<Timestamp> {
    let (date, time) = text.trim().split_once([' ', 'T']).unwrap_or((text.trim(), "0:00"));
    let [year, month, day] = numbers(date, ['-', '/'])?;
    let (time, east) = zone(time)?;
    let time = match time.split_once('.') {
        Some((time, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => time,
        Some(_) => return None,
        None => time,
    };
    let [hour, minute, second] = numbers(time, [':', ':']).or_else(|| {
        let [hour, minute] = numbers(time, [':', ':'])?;
        Some([hour, minute, 0])
    })?;
    let is_month = (1970..=9999).contains(&year) && (1..=12).contains(&month);
    let (year_after, month_after) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    let length = days(year_after, month_after, 1) - days(year, month, 1);
    if !is_month || !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(Timestamp(((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second - east))
}

/// Returns a time without its zone, and the offset of that in seconds: Beijing's, if there is none.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let Some(at) = time.rfind(['+', '-']) else { return Some((time, 8 * 60 * 60)) };
    let [hours, minutes] = numbers(&time[at + 1..], [':', ':'])?;
    let east = (hours * 60 + minutes) * 60;
    Some((time[..at].trim_end(), if time[at..].starts_with('-') { -east } else { east }))
}

/// Returns the number of days from the beginning of 1970 to a date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin with March here, so that a leap day is the last one.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * years + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 719_469
}

/// Reads so many numbers of one to four digits.
fn numbers<const N: usize>(text: &str, separators: [char; 2]) -> Option<[i64; N]> {
    let number = |part: &str| {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { part.parse().ok() } else { None }
    };
    text.split(separators).map(number).collect::<Option<Vec<_>>>()?.try_into().ok()
}

read_impl!(Timestamp);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_made_of_any_integer() {
        let times: [Timestamp; 5] = [1.into(), 1_i32.into(), 1_u32.into(), 1_i64.into(), 1_u64.into()];
        assert_eq!(times, [Timestamp::from_unix(1); 5]);
        assert_eq!(Timestamp::from(u64::MAX), Timestamp::from_unix(i64::MAX));
    }

    #[test]
    fn arithmetic_stops_at_the_ends_of_time() {
        let [first, last] = [i64::MIN, i64::MAX].map(Timestamp::from_unix);
        for beyond in [last + Duration::from_secs(1), first + Duration::MAX] {
            assert_eq!(beyond, last);
        }
        assert_eq!(last - Duration::MAX, first);
        assert_eq!(last - first, Duration::from_secs(u64::MAX));
        let (mut time, hour) = (Timestamp::from_unix(-1800), Duration::from_secs(3600));
        time += hour;
        assert_eq!(time, Timestamp::from_unix(1800));
        time -= hour;
        assert_eq!(time, Timestamp::from_unix(-1800));
    }

    #[test]
    fn a_date_without_a_zone_is_in_beijing() {
        for (text, seconds) in [
            ("1970-01-01", Some(-28_800)),
            ("2026-03-01 09:30:00", Some(1_772_328_600)),
            (" 2026/3/1T9:30 ", Some(1_772_328_600)),
            ("2000-02-29 23:59:59", Some(951_839_999)),
            ("2026-03-01T01:30:00Z", Some(1_772_328_600)),
            ("2026-03-01T10:30:00.250+09:00", Some(1_772_328_600)),
            ("2026-02-28 20:30:00 -05:00", Some(1_772_328_600)),
            ("2026-02-29", None),
            ("2026-04-31", None),
            ("2026-12-31", Some(1_798_646_400)),
            ("2026-03-01 09:30:00.x", None),
            ("2026-03-01 09:30:00+", None),
            ("2026-13-01", None),
            ("2026-03", None),
            ("2026-03-01 24:00:00", None),
            ("2026-03-01 09", None),
            ("20260301", None),
            ("+2026-03-01", None),
            ("once", None),
            ("", None),
        ] {
            assert_eq!(date(text).map(Timestamp::as_unix), seconds, "{text}");
        }
    }

    #[test]
    fn a_later_time_is_no_time_ago() {
        let [earlier, later] = [1, 3].map(Timestamp::from_unix);
        assert_eq!((later - earlier, earlier - later), (Duration::from_secs(2), Duration::ZERO));
        assert_eq!(later.checked_duration_since(earlier), Some(Duration::from_secs(2)));
        assert_eq!(earlier.checked_duration_since(later), None);
        assert_eq!(later.checked_duration_since(later), Some(Duration::ZERO));
    }
}
