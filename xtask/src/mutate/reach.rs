//! The reach of a mistake: endpoints that it doesn't affect needn't be compared with their pages.

use std::collections::BTreeSet;

use super::edit::Edit;
use crate::spec::source::{Path, Step};
use crate::spec::{Endpoint, File, Section, Spec};

/// The endpoints that some edits don't affect.
pub(super) struct Unchanged<'s>(BTreeSet<&'s str>);

/// The parts of a file that edits change.
#[derive(Default)]
struct Changed<'e> {
    endpoints: BTreeSet<&'e str>,
    types: BTreeSet<&'e str>,
}

impl<'s> Unchanged<'s> {
    /// Compares a file alone, before and after the edits.
    pub(super) fn of(before: &Spec, after: &'s Spec, edits: &[Edit]) -> Self {
        let ([before], [after], Some(changed)) =
            (before.files.as_slice(), after.files.as_slice(), Changed::by(edits))
        else {
            return Self(BTreeSet::new());
        };
        let is_unchanged = |(name, endpoint): &(&'s String, &Endpoint)| {
            let was = before.endpoints.get(name.as_str());
            let reached = was.map(|was| types(before, was));
            let mut reached = reached.into_iter().flatten().chain(types(after, endpoint));
            was.is_some()
                && !changed.endpoints.contains(name.as_str())
                && !reached.any(|ty| changed.types.contains(ty))
        };
        Self(after.endpoints.iter().filter(is_unchanged).map(|(name, _)| name.as_str()).collect())
    }

    /// Returns whether this endpoint is one of them.
    pub(super) fn holds(&self, endpoint: &str) -> bool {
        self.0.contains(endpoint)
    }
}

/// Returns the types that an endpoint needs.
fn types<'f>(file: &'f File, endpoint: &'f Endpoint) -> BTreeSet<&'f str> {
    let fields = endpoint.request.values().chain(endpoint.response.values());
    file.reached(fields.map(|field| &field.ty))
}

impl<'e> Changed<'e> {
    /// Returns the parts that edits change; none if they may affect everything.
    fn by(edits: &'e [Edit]) -> Option<Self> {
        let mut changed = Self::default();
        for edit in edits {
            let path = match edit {
                Edit::Set(path, _) | Edit::Remove(path) | Edit::Rename(path, _) | Edit::Push(path, _) => path,
                // Nothing needs the types that are removed.
                Edit::Prune => continue,
            };
            changed.add(path)?;
        }
        Some(changed)
    }

    fn add(&mut self, path: &'e Path) -> Option<()> {
        let [Step::Key(section), Step::Key(name), rest @ ..] = path.0.as_slice() else { return None };
        match Section::ALL.into_iter().find(|of| of.key() == section)? {
            Section::Endpoints => {}
            // No endpoint depends on a document.
            Section::Documents(_) => return Some(()),
            Section::Structs | Section::Enums | Section::Unions => {
                self.types.insert(name);
                return Some(());
            }
        }
        // The notes of an endpoint may mention the pages, notes and calls of others.
        let [Step::Key(key), ..] = rest else { return None };
        let alone = !matches!(key.as_str(), "doc" | "notes" | "call");
        alone.then(|| self.endpoints.insert(name)).map(|_| ())
    }
}
