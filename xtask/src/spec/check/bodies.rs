//! Checks of bodies that others wrote, such as those that pages show: as lenient as the crates are.

use serde_json::{Map, Value};

use super::checker::Checker;
use super::examples::Place;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::mistakes::Mistake;
use crate::spec::type_expr::Scalar;
use crate::spec::{Fields, File, Part};

/// What a body has that a part of an operation doesn't expect, each as a sentence.
pub fn body(file: &File, part: Part, fields: &Fields, body: &Map<String, Value>) -> Vec<String> {
    let mut found = Diagnostics::default();
    let report = found.reporter(file.source, &file.root);
    // What is sent is written in one way.
    let mut checker = Checker { lenient: !part.is_sent(), ..Checker::new(file, "", report) };
    checker.object(&mut Place::outside(&file.root, part.is_sent()), fields, body, !part.is_sent());
    // An answer may lack anything: a default stands for it.
    let counts = |mistake: Mistake| part.is_sent() || mistake != Mistake::IncompleteExample;
    found.iter().filter(|found| counts(found.mistake)).map(|found| found.message.clone()).collect()
}

/// Whether a value is one of the type but for how it is written: `"5"` for 5, 1 for `true`, nothing at all.
pub(super) fn is_read_as(scalar: Scalar, value: &Value) -> bool {
    if value.is_object() || value.is_array() {
        return false;
    }
    let text = text_of(value);
    text.is_empty()
        || match scalar {
            Scalar::String | Scalar::Secret => true,
            Scalar::Bool | Scalar::Flag => matches!(text.as_str(), "0" | "1"),
            Scalar::Int | Scalar::Timestamp => text.parse::<i64>().is_ok(),
            Scalar::Uint => text.parse::<u64>().is_ok(),
            Scalar::F64 => text.parse::<f64>().is_ok(),
            Scalar::Any | Scalar::File => false,
        }
}

/// A scalar without its quotes.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned())
}
