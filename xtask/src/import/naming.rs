//! Names for what pages name otherwise, or not at all.

use crate::spec::names;

/// Last parts of paths that say nothing without the part before them.
const VAGUE: [&str; 26] = [
    "add", "cancel", "close", "create", "del", "delete", "detail", "download", "edit", "export", "get",
    "info", "jssdk", "list", "modify", "query", "remove", "room", "search", "send", "set", "single",
    "submit", "sync", "update", "upload",
];

/// The parts of a path, the family first.
fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != "cgi-bin")
}

/// The family of a path, and its last part.
pub(super) fn end(path: &str) -> (Option<&str>, Option<&str>) {
    (parts(path).next(), parts(path).next_back())
}

/// The last part of a path; with those before it where it is taken, and with the one below the family where it is
/// `shared` or says too little.
pub(super) fn endpoint_name(path: &str, shared: bool, taken: impl Fn(&str) -> bool) -> String {
    let parts: Vec<String> = parts(path).map(names::snake).collect();
    let vague = parts.last().is_some_and(|last| shared || VAGUE.contains(&last.as_str()));
    let shortest = if vague && parts.len() > 2 { 2 } else { 1 };
    let tail = |length: usize| parts[parts.len().saturating_sub(length)..].join("_");
    let usable = |name: &String| names::is_snake(name) && !taken(name);
    let found = (shortest..=parts.len().max(1)).map(tail).find(usable);
    found.unwrap_or_else(|| {
        let base = tail(parts.len());
        let base = if names::is_snake(&base) { base } else { "endpoint".to_owned() };
        let numbered = (2_u32..).map(|number| format!("{base}_{number}"));
        numbered.take(10_000).find(|name| !taken(name)).unwrap_or(base)
    })
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

/// The name of a type that is called so on its page, inside a type or an endpoint's body.
pub(super) fn within(owner: &str, name: &str) -> String {
    format!("{}{name}", owner.trim_end_matches("Response"))
}

/// A name for the variant of a wire value that the checks refuse until a person has given a better one.
pub(super) fn placeholder(wire: &str, index: usize) -> String {
    match wire.parse::<i64>() {
        Ok(number) if number < 0 => format!("TodoMinus{}", number.unsigned_abs()),
        Ok(number) => format!("Todo{number}"),
        Err(_) => format!("Todo{index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_named_by_as_much_of_its_path_as_says_something() {
        for (path, shared, name) in [
            ("/cgi-bin/tea/order", false, "order"),
            ("/cgi-bin/tea/group/get", false, "group_get"),
            ("/cgi-bin/tea/group/count", false, "count"),
            ("/cgi-bin/tea/group/count", true, "group_count"),
            ("/cgi-bin/tea/get", true, "get"),
            ("/cgi-bin/tea/group/taken", false, "group_taken"),
        ] {
            assert_eq!(endpoint_name(path, shared, |name| name == "taken"), name, "{path}");
        }
        assert_eq!(end("/cgi-bin/tea/group/count"), end("/cgi-bin/tea/count"));
        assert_ne!(end("/cgi-bin/tea/group/count"), end("/cgi-bin/milk/group/count"));
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
