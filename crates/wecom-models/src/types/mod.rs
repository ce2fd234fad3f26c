//! Types of the specification that Rust's standard library lacks.

mod arguments;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod calendars;
mod cut;
mod file;
mod or_text;
mod secret;
mod separated;
mod timestamp;
mod unknown;

pub use arguments::{IntoCursor, IntoSeconds};
pub use cut::{cut_at_bytes, cut_at_chars, cut_at_width};
pub use file::{File, FileOr};
pub use or_text::OrText;
pub use secret::{Secret, secrets_written};
pub use separated::{Csv, IntoItem, Json, Pipe};
pub use timestamp::{Timestamp, TimestampOutOfRange};
pub use unknown::{Unknown, UnknownUnion};
