//! Lists fields that no model has a place for.

use std::cell::RefCell;
use std::collections::HashSet;

thread_local! {
    /// The fields listed so far, while a list is requested: fields of a type, by name.
    static NAMED: RefCell<Option<HashSet<(&'static str, String)>>> = const { RefCell::new(None) };
}

/// The text of the error at a field that is to be listed.
pub(super) const UNKNOWN: &str = "nobody knows this field";

/// The maximum number of fields listed.
const MOST: usize = 100;

/// Returns the paths of fields that reading skips. `read` reads the same document each time, and returns the path of
/// its error, if there is one: here, reading fails once at every such field. A field of one type is listed at its
/// first place only.
///
/// Reading pays for this only when it skips something.
pub fn unknown_fields(mut read: impl FnMut() -> Option<String>) -> Vec<String> {
    struct Asking;

    impl Drop for Asking {
        fn drop(&mut self) {
            NAMED.set(None);
        }
    }

    NAMED.set(Some(HashSet::new()));
    let _asking = Asking;
    let mut found = Vec::new();
    while found.len() < MOST
        && let Some(path) = read()
        && NAMED.with_borrow(|named| named.as_ref().is_some_and(|named| named.len() > found.len()))
    {
        found.push(path);
    }
    found
}

/// Returns whether unknown fields are being listed: then failures don't cause another attempt.
pub fn names_unknown_fields() -> bool {
    NAMED.with_borrow(Option::is_some)
}

/// Returns whether reading should fail at a field that would be skipped.
pub(super) fn is_asked_for(owner: &'static str, name: &str) -> bool {
    NAMED.with_borrow_mut(|named| named.as_mut().is_some_and(|named| named.insert((owner, name.to_owned()))))
}
