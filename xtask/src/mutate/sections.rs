//! The sections of pages that document an operation of the spec.

use crate::drift::ReadPage;
use crate::pages::contents::Section as Documented;
use crate::spec::{File, Operation, Section};

/// The sections that document something, each with its page.
pub(super) type Sections<'a> = Vec<(&'a ReadPage, &'a Documented)>;

/// Returns the sections of pages that document an operation.
pub(super) fn documented<'a>(file: &File, pages: &'a [ReadPage], of: &Operation<'_>) -> Sections<'a> {
    let endpoint = file.endpoints.get(of.name).filter(|_| of.section == Section::Endpoints);
    let document = file
        .documents()
        .find(|document| document.section() == of.section && document.name == of.name && endpoint.is_none());
    let pages = pages.iter().filter(|read| of.doc.ids().any(|id| id == read.page.id));
    let sections = pages.flat_map(|read| {
        let sections = read.contents.sections.iter().filter(|section| {
            endpoint.is_some_and(|endpoint| endpoint.head.method_and_path().1 == section.path)
        });
        let documents = document.into_iter().flat_map(|document| read.contents.shown(document));
        sections.chain(documents.map(|shown| &shown.section)).map(move |section| (read, section))
    });
    sections.collect()
}
