//! The fields of responses and callbacks whose values are never guessed.

use std::collections::HashSet;

use super::{Field, Module, Next, Struct, Ty};
use crate::spec::FieldPath;

/// The field with the result of a call, or of one of its items. Its absence means success, so it is exact even if it is optional.
const CODE: &str = "errcode";

/// The ends of the names of numbers that identify something, say whether a call succeeded, or are paid.
const ENDS: [&str; 9] = [CODE, "id", "ids", "price", "amount", "fee", "refund", "balance", "money"];

/// The fields that control pages and jobs, by struct and name.
pub struct Exact<'a>(HashSet<(&'a str, &'a str)>);

impl<'a> Exact<'a> {
    /// Collects the fields of a module.
    pub fn new(module: &'a Module) -> Self {
        let mut found = HashSet::new();
        for endpoint in module.endpoints() {
            let Some(response) = module.structure(&endpoint.response) else { continue };
            let pages = endpoint.pagination.iter().flat_map(|pagination| {
                let next = match &pagination.next {
                    Next::Cursor(path) => Some(path),
                    Next::Offset { .. } => None,
                };
                next.into_iter().chain(pagination.continuation.iter().map(|(_, path)| path))
            });
            let jobs = endpoint.job.iter().flat_map(|job| job.error.iter().chain([&job.status]));
            found.extend(pages.chain(jobs).filter_map(|path| end(module, response, path)));
        }
        Self(found)
    }

    /// Returns whether a value of a field that doesn't fit must be an error, even if reading is lenient. An absent ID or amount is as honest as any error, so
    /// an optional one isn't.
    pub fn is_exact(&self, structure: &Struct, field: &Field) -> bool {
        let number = match &field.ty {
            Ty::List(item) | Ty::Pipe(item) | Ty::Csv(item) => item,
            ty => ty,
        };
        let is_number = matches!(number, Ty::Int | Ty::Uint | Ty::F64);
        let name = field.wire.to_ascii_lowercase();
        let decides = is_number
            && (!field.optional || field.wire == CODE)
            && ENDS.iter().any(|end| name.ends_with(end));
        decides || self.0.contains(&(structure.name.as_str(), field.wire.as_str()))
    }
}

/// Returns the field at the end of a path, with the struct that has it.
fn end<'a>(module: &'a Module, structure: &'a Struct, path: &FieldPath) -> Option<(&'a str, &'a str)> {
    let mut at = structure;
    let fields = module.fields_at(structure, path);
    let (last, before) = fields.split_last()?;
    for field in before {
        at = module.structure(field.ty.name()?)?;
    }
    Some((&at.name, &last.wire))
}
