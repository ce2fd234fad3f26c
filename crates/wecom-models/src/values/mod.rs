//! Values whose type depends on a field of a table or a control of a form: read and written by name.

#[cfg(feature = "wedoc")]
mod cells;
#[cfg(feature = "oa")]
mod controls;
#[cfg(feature = "oa")]
mod form;

use std::fmt;

#[cfg(feature = "wedoc")]
pub use cells::{Cells, Latitude, Longitude};
#[cfg(feature = "oa")]
pub use form::ApprovalForm;

/// A cell or a control isn't of the requested type. Needs the feature `oa` or `wedoc`.
///
/// It names fields, controls, options and types, but not what a cell or a control contains, so it may be logged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValueError {
    /// The requested title or ID of the field or control.
    pub name: String,
    /// The requested type, such as `a number`.
    pub expected: String,
    /// The actual type, such as `text`.
    pub found: String,
}

impl ValueError {
    fn new(name: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.to_owned(), expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: expected {}, found {}", self.name, self.expected, self.found)
    }
}

impl std::error::Error for ValueError {}
