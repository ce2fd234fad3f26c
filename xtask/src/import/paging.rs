//! The pagination of an endpoint, by the names of its fields.

use super::model::{Draft, DraftFields};
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Field, Pagination};

/// The name of a cursor in the request, and of the next one in the response.
const CURSORS: [(&str, &str); 9] = [
    ("cursor", "next_cursor"),
    ("next_key", "next_key"),
    ("next_cursor", "next_cursor"),
    ("start", "next_start"),
    ("offset", "next_offset"),
    ("offset", "next"),
    ("new_cursor", "new_next_cursor"),
    ("next_spnum", "next_spnum"),
    ("cursor", "cursor"),
];

/// Returns the pagination, or why it can't be drafted.
pub(super) fn pagination(request: &DraftFields, response: &DraftFields) -> Draft<Option<Pagination>> {
    let found = CURSORS.into_iter().find_map(|(cursor, next)| {
        Some(((cursor, &request.get(cursor)?.spec), (next, &response.get(next)?.spec)))
    });
    let Some(((cursor, sent), (next, received))) = found else {
        let offset = request.contains_key("offset") && request.contains_key("limit");
        return if offset { Draft::doubtful(None, "pages by offset and limit") } else { Draft::default() };
    };
    let pages = format!("pages: cursor `{cursor}`, next `{next}`");
    let is_list = |field: &Field| matches!(field.ty, TypeExpr::Generic(Generic::List, _));
    let lists = response.iter().filter(|(_, field)| is_list(&field.spec));
    let lists: Vec<&String> = lists.map(|(name, _)| name).collect();
    let [items] = lists.as_slice() else {
        let doubt = format!("{pages}, and the list of items is not one field of the response");
        return Draft::doubtful(None, doubt);
    };
    if !sent.optional || !is_cursor(&sent.ty) || !is_cursor(&received.ty) {
        let doubt = format!("{pages}, `{items}`; the cursor must be optional, and text or an integer");
        return Draft::doubtful(None, doubt);
    }
    let tells =
        |field: &&Draft<Field>| matches!(field.spec.ty, TypeExpr::Scalar(Scalar::Bool | Scalar::Flag));
    Draft::sure(Some(Pagination {
        cursor: Some(cursor.to_owned()),
        next: Some(next.to_owned()),
        more: response.get("has_more").filter(tells).map(|_| "has_more".to_owned()),
        items: Some((*items).clone()),
        ..Pagination::default()
    }))
}

fn is_cursor(ty: &TypeExpr) -> bool {
    matches!(ty, TypeExpr::Scalar(scalar) if *scalar == Scalar::String || scalar.is_integer())
}
