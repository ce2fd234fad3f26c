//! Error codes.

use crate::spec::Doc;

/// The table of error codes.
#[derive(Debug)]
pub struct Codes {
    /// The file, as shown in generated headers: `spec/errcodes.yaml`.
    pub spec: String,
    /// The page's Chinese title.
    pub title: String,
    /// The range's meaning.
    pub summary: String,
    /// The page they come from.
    pub doc: Doc,
    /// Sorted by code.
    pub codes: Vec<ErrorCode>,
}

/// An error code.
#[derive(Debug)]
pub struct ErrorCode {
    /// `errcode` on the wire.
    pub code: i64,
    /// The constant's name.
    pub name: String,
    /// Its meaning.
    pub doc: String,
    /// The remedy.
    pub help: Option<String>,
}
