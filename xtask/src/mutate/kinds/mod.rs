//! The kinds of mistakes: each an entry of a table that says how it is made, and when a page says what is right.

mod calls;
mod documents;
mod limits;
mod presence;
mod rules;
mod structure;
mod types;
mod values;
mod words;

use super::kind::Kind;

/// All kinds, in the order in which they are told.
pub(super) fn all() -> Vec<Kind> {
    [
        calls::KINDS,
        documents::KINDS,
        types::KINDS,
        presence::KINDS,
        structure::KINDS,
        limits::KINDS,
        values::KINDS,
        rules::KINDS,
        words::KINDS,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let kinds = all();
        let names: BTreeSet<&str> = kinds.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), kinds.len());
    }
}
