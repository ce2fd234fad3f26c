//! How often an endpoint may be called, and how its pages follow each other.

use super::page::{Section, plain};
use super::text;
use super::types::{Field, Ty};

/// The keys that say how often an endpoint may be called.
pub(super) fn pace(section: &Section) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rates = Vec::new();
    for line in &section.prose {
        let Some(found) = text::rates(line) else { continue };
        let described = plain(line);
        if text::counts_otherwise(&described) {
            keys.push(format!("# ? a rate: {described}"));
            continue;
        }
        rates.extend(found.into_iter().map(|(calls, per)| format!("{{ calls: {calls}, per: {per} }}")));
    }
    for line in section.shared.iter().filter(|line| text::rates(line).is_some_and(|rates| !rates.is_empty()))
    {
        keys.push(format!("# ? a rate, of one of the page's endpoints or of all: {}", plain(line)));
    }
    rates.dedup();
    if !rates.is_empty() {
        keys.insert(0, format!("rate: [{}]", rates.join(", ")));
    }
    if let Some(at_once) = at_once(&section.prose) {
        keys.push(format!("concurrency: {at_once}"));
    }
    keys
}

/// How many calls may be on their way at once, in a line or in the one below its label.
fn at_once(prose: &[String]) -> Option<u32> {
    let labelled = prose.windows(2).filter(|pair| plain(&pair[0]).ends_with([':', '：']));
    let lines = prose.iter().cloned().chain(labelled.map(<[String]>::concat));
    lines.into_iter().find_map(|line| text::concurrency(&line))
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
    let scalar = |field: &Field| matches!(field.ty, Ty::Scalar("string" | "i32" | "u32" | "i64" | "u64"));
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
