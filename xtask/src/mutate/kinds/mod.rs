//! The kinds of mistakes: each is an entry of a table with a function that makes it, and the condition under which a
//! page shows what is right.

mod calls;
mod documents;
mod events;
mod jobs;
mod limits;
mod only;
mod presence;
mod rates;
mod rules;
mod structure;
mod types;
mod values;
mod words;

use super::kind::Kind;

/// Returns all kinds, in the order of the report.
pub(super) fn all() -> Vec<Kind> {
    [
        calls::KINDS,
        rates::KINDS,
        jobs::KINDS,
        documents::KINDS,
        events::KINDS,
        types::KINDS,
        presence::KINDS,
        structure::KINDS,
        limits::KINDS,
        only::KINDS,
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
