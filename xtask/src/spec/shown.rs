//! Where a response shows the things that the mock keeps.

use crate::spec::field_path::FieldPath;
use crate::spec::keeps::Keeps;
use crate::spec::model::{Endpoint, File};
use crate::spec::type_expr::{Generic, TypeExpr};

/// Returns the field of an endpoint's response that contains the thing or the things; `None` if it is the response
/// itself.
pub fn shown_at(keeps: &Keeps, file: &File, endpoint: &Endpoint) -> Option<FieldPath> {
    let pages = endpoint.head.pagination.as_ref().and_then(|pagination| pagination.items.as_deref());
    let mut fields = endpoint.response.iter();
    let alone = fields.next().filter(|_| fields.next().is_none());
    let alone = alone.filter(|(_, field)| match &field.ty {
        TypeExpr::Generic(Generic::List, _) => true,
        TypeExpr::Named(name) => file.structs.contains_key(name),
        TypeExpr::Generic(..) | TypeExpr::Scalar(_) => false,
    });
    let name = keeps.at.as_deref().or(pages).or(alone.map(|(name, _)| name.as_str()));
    name.map(FieldPath::new)
}
