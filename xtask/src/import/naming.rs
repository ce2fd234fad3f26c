//! Names for things that pages name differently, or not at all.

use crate::spec::names;

/// Returns the parts of a path, the family first.
pub(super) fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != "cgi-bin")
}

/// Returns a name in PascalCase; capitals become readable.
pub(super) fn pascal(name: &str) -> String {
    if name.contains(|c: char| c.is_ascii_lowercase()) {
        return names::pascal(name);
    }
    names::pascal(&name.to_ascii_lowercase())
}

/// Returns the singular of a name: `user_list` → `user`, `replies` → `reply`, `status` stays.
pub(super) fn singular(name: &str) -> String {
    let lists = ["_list", "List", "list"];
    let base = lists
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|base| base.len() > 1)
        .unwrap_or(name);
    let base = base.trim_end_matches('_');
    if let Some(stem) = base.strip_suffix("ies").filter(|stem| stem.len() > 1) {
        return format!("{stem}y");
    }
    let stays = ["ss", "us", "is", "news", "os"].iter().any(|ending| base.ends_with(ending));
    match base.strip_suffix('s') {
        Some(stem) if !stays && stem.len() > 1 => stem.to_owned(),
        _ => base.to_owned(),
    }
}

/// Returns the name of a type inside a type or an endpoint's body, by its name on the page: without a word twice in a
/// row.
pub(super) fn within(owner: &str, name: &str) -> String {
    let owner = owner.trim_end_matches("Response");
    let again = name == "List" || owner.ends_with(name);
    format!("{owner}{}", if again { "Item" } else { name })
}

/// Returns the name of a type inside a type or an endpoint's body, by the object, without the endpoint's verb:
/// `MeetingInfo` for `GetMeetingInfo`.
pub(super) fn of_object(owner: &str, name: &str) -> Option<String> {
    let object = names::snake(owner.trim_end_matches("Response"));
    let mut words = object.split('_').skip_while(|word| DOING.contains(word)).peekable();
    words.peek()?;
    let object = names::pascal(&words.collect::<Vec<_>>().join("_"));
    (object.len() < owner.trim_end_matches("Response").len()).then(|| within(&object, name))
}

/// The verbs with which most endpoints' names begin.
const DOING: [&str; 16] = [
    "add", "batch", "cancel", "create", "del", "delete", "get", "list", "mod", "query", "search", "send",
    "set", "submit", "update", "upload",
];

/// Returns whether a name says nothing about what something is.
pub(super) fn is_vague(name: &str) -> bool {
    ["List", "Item", "Info", "Data", "Detail", "Details", "Value", "Result", "Config"].contains(&name)
}

/// The beginning of a name that a person has to replace.
pub(super) const PLACEHOLDER: &str = "Todo";

/// Returns a name for the variant of a wire value that the checks reject until a person has chosen a better one.
pub(super) fn placeholder(wire: &str, index: usize) -> String {
    match wire.parse::<i64>() {
        Ok(number) if number < 0 => format!("{PLACEHOLDER}Minus{}", number.unsigned_abs()),
        Ok(number) => format!("{PLACEHOLDER}{number}"),
        Err(_) => format!("{PLACEHOLDER}{index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_inside_another_has_no_word_twice_and_no_verb() {
        for (owner, name, whole, object) in [
            ("GetMeetingInfoResponse", "Guest", "GetMeetingInfoGuest", Some("MeetingInfoGuest")),
            ("ListContactWay", "ContactWay", "ListContactWayItem", Some("ContactWayItem")),
            ("Order", "List", "OrderItem", None),
            ("GetList", "Tea", "GetListTea", None),
            ("Tea", "Tea", "TeaItem", None),
        ] {
            assert_eq!(
                (within(owner, name).as_str(), of_object(owner, name).as_deref()),
                (whole, object),
                "{owner}"
            );
        }
    }

    #[test]
    fn one_of_several_is_named_in_the_singular() {
        for (several, one) in [
            ("user_list", "user"),
            ("userlist", "user"),
            ("replies", "reply"),
            ("attachments", "attachment"),
            ("status", "status"),
            ("news", "news"),
            ("address", "address"),
            ("list", "list"),
            ("s", "s"),
        ] {
            assert_eq!(singular(several), one);
        }
    }
}
