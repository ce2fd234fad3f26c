//! The places where a response shows the things that the mock keeps.

use crate::spec::field::Field;
use crate::spec::field_path::FieldPath;
use crate::spec::keeps::{Does, Keeps};
use crate::spec::model::{Endpoint, File};
use crate::spec::type_expr::{Generic, TypeExpr};

/// Returns the field of an endpoint's response that contains the thing or the things; `None` if it is the response
/// itself, or if a change shows nothing.
pub fn shown_at(keeps: &Keeps, file: &File, endpoint: &Endpoint) -> Option<FieldPath> {
    let does = keeps.does(endpoint.head.method_and_path().1);
    let id = keeps.id.as_deref().map(FieldPath::new);
    let changes = does.is_some_and(Does::changes);
    let around = || id.clone().filter(|id| changes && endpoint.response.contains_key(id.first()))?.around();
    let is_list = |field: &Field| matches!(field.ty, TypeExpr::Generic(Generic::List, _));
    let of_several = id.as_ref().is_some_and(|id| endpoint.request.get(id.first()).is_some_and(is_list));
    // The pages of a single thing are a list inside it.
    let has_several = does == Some(Does::Lists) || of_several;
    let pages = endpoint.head.pagination.as_ref().filter(|_| has_several);
    let pages = pages.and_then(|pagination| pagination.items.as_deref());
    let mut fields = endpoint.response.iter();
    // What a change returns may be something else, such as what failed.
    let alone = fields.next().filter(|_| fields.next().is_none() && !changes);
    let alone = alone.filter(|(_, field)| match &field.ty {
        // A list isn't one thing, but a field of it.
        TypeExpr::Generic(Generic::List, _) => {
            does == Some(Does::Lists) || does == Some(Does::Gets) && of_several
        }
        TypeExpr::Named(name) => file.structs.contains_key(name),
        TypeExpr::Generic(..) | TypeExpr::Scalar(_) => false,
    });
    let own = keeps.at.as_deref().map(FieldPath::new).or_else(around);
    own.or_else(|| pages.or(alone.map(|(name, _)| name.as_str())).map(FieldPath::new))
}
