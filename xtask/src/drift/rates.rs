//! The general rates, held against the page that they come from: whether it is there, where, and of when.

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
