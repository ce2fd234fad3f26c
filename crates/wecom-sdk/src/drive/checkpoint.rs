//! The progress of an upload.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// The state of an upload to WeDrive, from which another process can resume it: [`DriveUpload::resume`](super::DriveUpload::resume).
/// Needs the feature `wedrive`.
///
/// It is stored as text:
///
/// ```
/// # use wecom_sdk::DriveCheckpoint;
/// # fn main() -> Result<(), wecom_sdk::CheckpointError> {
/// let stored = "1-3,7 20971520 da39a3ee5e6b4b0d3255bfef95601890afd80709 the-upload-key";
/// let checkpoint: DriveCheckpoint = stored.parse()?;
/// assert_eq!(checkpoint.to_string(), stored);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriveCheckpoint {
    /// The numbers of the parts that WeCom has: in order, and with a gap between two ranges.
    done: Vec<RangeInclusive<u64>>,
    pub(super) length: u64,
    pub(super) sha1: String,
    pub(super) upload_key: String,
}

impl DriveCheckpoint {
    pub(super) fn new(length: u64, sha1: String, upload_key: String) -> Self {
        Self { done: Vec::new(), length, sha1, upload_key }
    }

    /// Returns whether WeCom has a part.
    pub(super) fn has(&self, part: u64) -> bool {
        self.done.iter().any(|range| range.contains(&part))
    }

    /// Records that WeCom has a part.
    pub(super) fn add(&mut self, part: u64) {
        if self.has(part) {
            return;
        }
        let at = self.done.partition_point(|range| *range.end() < part);
        self.done.insert(at, part..=part);
        for index in [at + 1, at] {
            if let (Some(before), Some(after)) =
                (index.checked_sub(1).and_then(|before| self.done.get(before)), self.done.get(index))
                && before.end() + 1 == *after.start()
            {
                let joined = *before.start()..=*after.end();
                self.done.splice(index - 1..=index, [joined]);
            }
        }
    }
}

impl fmt::Display for DriveCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = |range: &RangeInclusive<u64>| match (range.start(), range.end()) {
            (start, end) if start == end => start.to_string(),
            (start, end) => format!("{start}-{end}"),
        };
        let done: Vec<String> = self.done.iter().map(range).collect();
        let done = if done.is_empty() { "0".to_owned() } else { done.join(",") };
        write!(f, "{done} {} {} {}", self.length, self.sha1, self.upload_key)
    }
}

impl FromStr for DriveCheckpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let parse = || {
            let mut fields = text.trim().splitn(4, ' ');
            let done = fields.next()?;
            let length = fields.next()?.parse().ok()?;
            let (sha1, key) = (fields.next()?, fields.next().filter(|key| !key.is_empty())?);
            let mut checkpoint = Self::new(length, sha1.to_owned(), key.to_owned());
            for range in done.split(',').filter(|range| *range != "0") {
                let (start, end) = range.split_once('-').unwrap_or((range, range));
                let range: RangeInclusive<u64> = start.parse().ok()?..=end.parse().ok()?;
                let follows = checkpoint.done.last().is_none_or(|last| last.end() + 1 < *range.start());
                if range.is_empty() || *range.start() == 0 || *range.end() == u64::MAX || !follows {
                    return None;
                }
                checkpoint.done.push(range);
            }
            Some(checkpoint)
        };
        parse().ok_or(CheckpointError)
    }
}

/// The text is not a [`DriveCheckpoint`]. Needs the feature `wedrive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not the checkpoint of an upload: expected parts, length, SHA-1 and upload key, as `DriveCheckpoint` writes them"
)]
#[non_exhaustive]
pub struct CheckpointError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_follow_each_other_become_one_range() {
        let mut checkpoint = DriveCheckpoint::new(9, "sha".to_owned(), "key with spaces".to_owned());
        for (part, expected) in [
            (5, "5"),
            (2, "2,5"),
            (4, "2,4-5"),
            (4, "2,4-5"),
            (3, "2-5"),
            (7, "2-5,7"),
            (1, "1-5,7"),
            (6, "1-7"),
        ] {
            checkpoint.add(part);
            let text = checkpoint.to_string();
            assert_eq!(text, format!("{expected} 9 sha key with spaces"));
            assert_eq!(text.parse(), Ok(checkpoint.clone()));
        }
        assert!(checkpoint.has(7) && !checkpoint.has(8) && !checkpoint.has(0));
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        for text in [
            "",
            "1",
            "1 9 sha",
            "1 9 sha ",
            "a 9 sha key",
            "1 x sha key",
            "2-1 9 sha key",
            "1,1 9 sha key",
            "1-2,3 9 sha key",
            "0-2 9 sha key",
            "3,1 9 sha key",
            "1,18446744073709551615 9 sha key",
            "-1 9 sha key",
        ] {
            assert_eq!(text.parse::<DriveCheckpoint>(), Err(CheckpointError), "{text}");
        }
    }
}
