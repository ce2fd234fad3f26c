//! Compares the general rates with their page: whether it exists, where it is, and its date.

use super::comparison::Comparison;
use super::documents::Sourced;
use crate::spec::Rates;
use crate::spec::source::Path;

impl Comparison<'_> {
    pub(super) fn rates(&mut self, rates: &Rates) {
        let Rates { source: file, root, doc, .. } = rates;
        self.document(&Sourced { file: *file, root, path: Path::default(), name: "rates", doc });
    }
}
