//! How often an endpoint may be called, and how its pages follow each other.

use super::types::{Field, Ty};
use crate::pages::contents::Section;
use crate::pages::phrases::{Rates, at_once};

/// The keys that say how often an endpoint may be called.
pub(super) fn pace(section: &Section) -> Vec<String> {
    let Rates { calls, otherwise, shared } = Rates::of(&section.prose, &section.shared);
    let calls: Vec<String> =
        calls.into_iter().map(|(calls, per)| format!("{{ calls: {calls}, per: {per} }}")).collect();
    let mut keys = Vec::new();
    if !calls.is_empty() {
        keys.push(format!("rate: [{}]", calls.join(", ")));
    }
    keys.extend(otherwise.into_iter().map(|line| format!("# ? a rate: {line}")));
    let shared = shared.into_iter();
    keys.extend(shared.map(|line| format!("# ? a rate, of one of the page's endpoints or of all: {line}")));
    if let Some(at_once) = at_once(&section.prose) {
        keys.push(format!("concurrency: {at_once}"));
    }
    keys
}

/// The key that says how pages follow each other, or why it can't be drafted.
pub(super) fn paging(request: &[Field], response: &[Field]) -> Vec<String> {
    let pairs = [
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
    let find = |fields: &[Field], name: &str| fields.iter().position(|field| field.name == name);
    let pair =
        pairs.into_iter().find_map(|(cursor, next)| Some((find(request, cursor)?, find(response, next)?)));
    let Some((cursor, next)) = pair else {
        let offset = find(request, "offset").is_some() && find(request, "limit").is_some();
        return if offset { vec!["# ? pages by offset and limit".to_owned()] } else { Vec::new() };
    };
    let (cursor, next) = (&request[cursor], &response[next]);
    let names = format!("cursor `{}`, next `{}`", cursor.name, next.name);
    let scalar = |field: &Field| matches!(field.ty, Ty::Scalar("string" | "int" | "uint"));
    let lists: Vec<&Field> =
        response.iter().filter(|field| matches!(field.ty, Ty::Generic("list", _))).collect();
    let [items] = lists.as_slice() else {
        return vec![format!("# ? pages: {names}, and the list of items is not one field of the response")];
    };
    if !cursor.optional || !scalar(cursor) || !scalar(next) {
        return vec![format!(
            "# ? pages: {names}, `{}`; the cursor must be optional, and text or an integer",
            items.name
        )];
    }
    let more = response
        .iter()
        .find(|field| field.name == "has_more" && matches!(field.ty, Ty::Scalar("bool" | "flag")));
    let more = more.map(|field| format!(", more: {}", field.name)).unwrap_or_default();
    vec![format!(
        "pagination: {{ cursor: {}, next: {}{more}, items: {} }}",
        cursor.name, next.name, items.name
    )]
}
