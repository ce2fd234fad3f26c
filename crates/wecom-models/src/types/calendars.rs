//! Timestamps from and to the types of `chrono`, `jiff` and `time`.

use super::timestamp::{Timestamp, TimestampOutOfRange};

#[cfg(feature = "chrono")]
mod chrono {
    use ::chrono::{DateTime, FixedOffset, TimeZone, Utc};

    use super::{Timestamp, TimestampOutOfRange};

    impl<Tz: TimeZone> From<DateTime<Tz>> for Timestamp {
        fn from(time: DateTime<Tz>) -> Self {
            Self::from_unix(time.timestamp())
        }
    }

    impl TryFrom<Timestamp> for DateTime<Utc> {
        type Error = TimestampOutOfRange;

        fn try_from(time: Timestamp) -> Result<Self, TimestampOutOfRange> {
            Self::from_timestamp(time.as_unix(), 0).ok_or(TimestampOutOfRange(time))
        }
    }

    /// Converts to a time with the offset 0, as `chrono` does for a time in UTC.
    impl TryFrom<Timestamp> for DateTime<FixedOffset> {
        type Error = TimestampOutOfRange;

        fn try_from(time: Timestamp) -> Result<Self, TimestampOutOfRange> {
            DateTime::<Utc>::try_from(time).map(Into::into)
        }
    }
}

#[cfg(feature = "jiff")]
mod jiff {
    use ::jiff::{Timestamp as Instant, ZonedDateTime};

    use super::{Timestamp, TimestampOutOfRange};

    impl From<Instant> for Timestamp {
        fn from(time: Instant) -> Self {
            // A fraction has the sign of the whole.
            Self::from_unix(time.as_second() - i64::from(time.subsec_nanosecond() < 0))
        }
    }

    impl From<ZonedDateTime> for Timestamp {
        fn from(time: ZonedDateTime) -> Self {
            time.timestamp().into()
        }
    }

    impl From<&ZonedDateTime> for Timestamp {
        fn from(time: &ZonedDateTime) -> Self {
            time.timestamp().into()
        }
    }

    impl TryFrom<Timestamp> for Instant {
        type Error = TimestampOutOfRange;

        fn try_from(time: Timestamp) -> Result<Self, TimestampOutOfRange> {
            Self::from_second(time.as_unix()).map_err(|_| TimestampOutOfRange(time))
        }
    }
}

#[cfg(feature = "time")]
mod time {
    use ::time::{OffsetDateTime, UtcDateTime};

    use super::{Timestamp, TimestampOutOfRange};

    impl From<OffsetDateTime> for Timestamp {
        fn from(time: OffsetDateTime) -> Self {
            Self::from_unix(time.unix_timestamp())
        }
    }

    impl From<UtcDateTime> for Timestamp {
        fn from(time: UtcDateTime) -> Self {
            Self::from_unix(time.unix_timestamp())
        }
    }

    impl TryFrom<Timestamp> for OffsetDateTime {
        type Error = TimestampOutOfRange;

        fn try_from(time: Timestamp) -> Result<Self, TimestampOutOfRange> {
            Self::from_unix_timestamp(time.as_unix()).map_err(|_| TimestampOutOfRange(time))
        }
    }

    impl TryFrom<Timestamp> for UtcDateTime {
        type Error = TimestampOutOfRange;

        fn try_from(time: Timestamp) -> Result<Self, TimestampOutOfRange> {
            Self::from_unix_timestamp(time.as_unix()).map_err(|_| TimestampOutOfRange(time))
        }
    }
}

#[cfg(all(test, feature = "chrono", feature = "jiff", feature = "time"))]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use ::chrono::{DateTime, FixedOffset, Utc};
    use ::jiff::{ZonedDateTime, tz::TimeZone};
    use ::time::{OffsetDateTime, UtcDateTime, UtcOffset};

    use super::*;

    const EDGES: [i64; 5] = [0, 1, -1, 1_790_000_000, -62_135_596_800];

    #[test]
    fn a_timestamp_goes_to_every_type_of_time_and_comes_back() {
        for time in EDGES.map(Timestamp::from_unix) {
            assert_eq!(Timestamp::from(SystemTime::try_from(time).unwrap()), time);
            assert_eq!(Timestamp::from(DateTime::<Utc>::try_from(time).unwrap()), time);
            assert_eq!(Timestamp::from(DateTime::<FixedOffset>::try_from(time).unwrap()), time);
            assert_eq!(Timestamp::from(::jiff::Timestamp::try_from(time).unwrap()), time);
            assert_eq!(Timestamp::from(OffsetDateTime::try_from(time).unwrap()), time);
            assert_eq!(Timestamp::from(UtcDateTime::try_from(time).unwrap()), time);
        }
    }

    #[test]
    fn a_time_zone_changes_nothing() {
        let time = Timestamp::from_unix(1_790_000_000);
        let beijing = FixedOffset::east_opt(8 * 3600).unwrap();
        assert_eq!(Timestamp::from(DateTime::<Utc>::try_from(time).unwrap().with_timezone(&beijing)), time);
        let beijing = UtcOffset::from_hms(8, 0, 0).unwrap();
        assert_eq!(Timestamp::from(OffsetDateTime::try_from(time).unwrap().to_offset(beijing)), time);
        let beijing = TimeZone::fixed(::jiff::tz::offset(8));
        let zoned = ZonedDateTime::new(time.try_into().unwrap(), beijing);
        assert_eq!([Timestamp::from(&zoned), zoned.into()], [time; 2]);
    }

    #[test]
    fn fractions_are_rounded_down_before_1970_too() {
        let half = Duration::from_millis(500);
        assert_eq!(Timestamp::from(UNIX_EPOCH - half), Timestamp::from_unix(-1));
        assert_eq!(Timestamp::from(UNIX_EPOCH + half), Timestamp::from_unix(0));
        for (millis, seconds) in [(-500, -1), (-1000, -1), (-1500, -2), (1500, 1)] {
            let expected = Timestamp::from_unix(seconds);
            assert_eq!(Timestamp::from(DateTime::from_timestamp_millis(millis).unwrap()), expected);
            assert_eq!(Timestamp::from(::jiff::Timestamp::from_millisecond(millis).unwrap()), expected);
            let nanos = i128::from(millis) * 1_000_000;
            assert_eq!(Timestamp::from(OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap()), expected);
        }
    }

    #[test]
    fn a_time_that_a_type_cannot_represent_is_an_error_that_shows_it() {
        for time in [i64::MIN, i64::MAX].map(Timestamp::from_unix) {
            let errors = [
                DateTime::<Utc>::try_from(time).unwrap_err(),
                DateTime::<FixedOffset>::try_from(time).unwrap_err(),
                ::jiff::Timestamp::try_from(time).unwrap_err(),
                OffsetDateTime::try_from(time).unwrap_err(),
                UtcDateTime::try_from(time).unwrap_err(),
            ];
            assert_eq!(errors, [TimestampOutOfRange(time); 5]);
            assert_eq!(errors[0].to_string(), format!("the timestamp {time} is out of range for the type"));
        }
    }
}
