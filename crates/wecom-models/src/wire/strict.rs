//! Values that don't fit their documented type: they are reported, or refused on demand.

use std::cell::Cell;
use std::fmt;

use super::{Reading, names_unknown_fields};

thread_local! {
    static STRICT: Cell<bool> = const { Cell::new(false) };
}

/// Does something for which values that don't fit their documented type are errors, instead of counting as absent: for tests of the documentation
/// itself.
pub fn strictly<T>(read: impl FnOnce() -> T) -> T {
    struct Strict(bool);

    impl Drop for Strict {
        fn drop(&mut self) {
            STRICT.set(self.0);
        }
    }

    let _strict = Strict(STRICT.replace(true));
    read()
}

/// Returns whether a value that doesn't fit is an error.
pub fn is_strict() -> bool {
    STRICT.get()
}

/// Reads something strictly, whose lists and maps may take up to `memory` bytes. If that fails, reads it leniently, and reports that. The error is that of the
/// strict attempt.
pub fn read_or_misfit<T, E: fmt::Display>(
    memory: usize,
    read: impl Fn(&Reading) -> Result<T, E>,
) -> Result<T, E> {
    let error = match read(&Reading::new(memory)) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if is_strict() || names_unknown_fields() {
        return Err(error);
    }
    let Ok(value) = read(&Reading::new(memory).lenient()) else { return Err(error) };
    report_misfit(&error);
    Ok(value)
}

/// Reports the error of the strict attempt to read something, after a lenient one has succeeded.
pub fn report_misfit(error: &dyn fmt::Display) {
    #[cfg(feature = "tracing")]
    {
        let (path, message) = super::told(error);
        tracing::warn!(
            path,
            message,
            "a value doesn't fit its documented type: it counts as absent, or is read as well as possible"
        );
    }
    #[cfg(not(feature = "tracing"))]
    let _ = error;
}
