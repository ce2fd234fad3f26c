//! Names what no model has a place for.

use std::cell::RefCell;
use std::collections::HashSet;

thread_local! {
    /// What has been named already, while somebody asks: fields of a type, by their names.
    static NAMED: RefCell<Option<HashSet<(&'static str, String)>>> = const { RefCell::new(None) };
}

/// What the error at a field says that is to be named.
pub(super) const UNKNOWN: &str = "nobody knows this field";

/// How many fields are named at most.
const MOST: usize = 100;

/// The paths of fields that reading passes over. `read` reads the same document each time, and tells the path of the error that it
/// meets, if it meets one: here, reading fails at every such field once. A field of one type is named at its first place only.
///
/// Reading pays for this only where it passes over something.
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

/// Whether somebody asks for unknown fields: then what fails is not read again.
pub fn names_unknown_fields() -> bool {
    NAMED.with_borrow(Option::is_some)
}

/// Whether reading fails at a field that is to be passed over.
pub(super) fn is_asked_for(owner: &'static str, name: &str) -> bool {
    NAMED.with_borrow_mut(|named| named.as_mut().is_some_and(|named| named.insert((owner, name.to_owned()))))
}
