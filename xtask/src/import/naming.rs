//! Names for what pages name otherwise, or not at all.

use crate::spec::names;

/// The parts of a path, the family first.
pub(super) fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != "cgi-bin")
}

/// A name in PascalCase; of text in capitals, one that can be read.
pub(super) fn pascal(name: &str) -> String {
    if name.contains(|c: char| c.is_ascii_lowercase()) {
        return names::pascal(name);
    }
    names::pascal(&name.to_ascii_lowercase())
}

/// The name of one of several: `user_list` → `user`, `replies` → `reply`, `status` stays.
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

/// The name of a type that is called so on its page, inside a type or an endpoint's body: with no word twice in a row.
pub(super) fn within(owner: &str, name: &str) -> String {
    let owner = owner.trim_end_matches("Response");
    let again = name == "List" || owner.ends_with(name);
    format!("{owner}{}", if again { "Item" } else { name })
}

/// The name of a type inside a type or an endpoint's body by what that is about, without what an endpoint does with it:
/// `GetMeetingInfo` is about `MeetingInfo`.
pub(super) fn of_object(owner: &str, name: &str) -> Option<String> {
    let object = names::snake(owner.trim_end_matches("Response"));
    let mut words = object.split('_').skip_while(|word| DOING.contains(word)).peekable();
    words.peek()?;
    let object = names::pascal(&words.collect::<Vec<_>>().join("_"));
    (object.len() < owner.trim_end_matches("Response").len()).then(|| within(&object, name))
}

/// What the most endpoints do, as the first words of their names.
const DOING: [&str; 16] = [
    "add", "batch", "cancel", "create", "del", "delete", "get", "list", "mod", "query", "search", "send",
    "set", "submit", "update", "upload",
];

/// Whether a name says nothing of what something is.
pub(super) fn is_vague(name: &str) -> bool {
    ["List", "Item", "Info", "Data", "Detail", "Details", "Value", "Result", "Config"].contains(&name)
}

/// What begins a name that a person has still to give.
pub(super) const PLACEHOLDER: &str = "Todo";

/// A name for the variant of a wire value that the checks refuse until a person has given a better one.
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
