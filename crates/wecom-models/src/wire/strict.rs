//! What isn't as documented: reading it is reported, or refused on demand.

use std::cell::Cell;

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

/// Reports the error of the strict attempt to read something, after a lenient one has succeeded.
pub fn report_misfit(path: &str, message: &str) {
    #[cfg(feature = "tracing")]
    tracing::warn!(
        path,
        message,
        "a value doesn't fit its documented type: it counts as absent, or is read as well as possible"
    );
    #[cfg(not(feature = "tracing"))]
    let _ = (path, message);
}
