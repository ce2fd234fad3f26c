//! Types of the specification that Rust's standard library lacks.

mod cut;
mod file;
mod or_text;
mod secret;
mod separated;
mod timestamp;
mod unknown;

pub use cut::{cut_at_bytes, cut_at_chars, cut_at_width};
pub use file::{File, FileOr};
pub use or_text::OrText;
pub use secret::{Secret, secrets_written};
pub use separated::{Csv, IntoItem, Json, Pipe, Separated, Separator};
pub use timestamp::Timestamp;
pub use unknown::{Unknown, UnknownUnion};
