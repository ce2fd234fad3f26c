//! Checks of bodies that others wrote, such as those on pages: as lenient as the crates are.

use serde_json::{Map, Value};

use super::checker::Checker;
use super::place::Place;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::mistakes::Mistake;
use crate::spec::{Fields, File, Part};

/// Returns everything in a body that a part of an operation doesn't expect, each as a sentence.
pub fn body(file: &File, part: Part, fields: &Fields, body: &Map<String, Value>) -> Vec<String> {
    let mut found = Diagnostics::default();
    let report = found.reporter(file.source, &file.root);
    // A request has only one form; all scalars of XML are text.
    let mut checker = Checker { lenient: part != Part::Request, ..Checker::new(file, "", report) };
    checker.object(&mut Place::outside(&file.root, part.is_sent()), fields, body, !part.is_sent());
    // A response may lack anything: defaults replace it.
    let counts = |mistake: Mistake| part.is_sent() || mistake != Mistake::IncompleteExample;
    found.iter().filter(|found| counts(found.mistake)).map(|found| found.message.clone()).collect()
}
