//! JSON pointers to places in payloads.

use serde_json::Value;

/// Returns whether a pointer leads to a place, or to an item of the list there; `*` in the place matches any step.
pub(super) fn is_at(pointer: &str, place: &str) -> bool {
    let (mut steps, mut wanted) = (pointer.split('/'), place.split('/'));
    wanted.by_ref().all(|wanted| steps.next().is_some_and(|step| wanted == "*" || step == wanted))
        && steps.next().is_none_or(|step| step.parse::<usize>().is_ok())
        && steps.next().is_none()
}

/// Converts the path of a broken limit, `info[3].userid`, to a JSON pointer.
pub(crate) fn as_pointer(path: &str) -> String {
    let mut pointer = String::new();
    if path.is_empty() {
        return pointer;
    }
    for step in path.split(['.', '[']).map(|step| step.trim_end_matches(']')) {
        pointer.push('/');
        pointer.push_str(&escape(step));
    }
    pointer
}

/// Converts the path of a field in a payload to a JSON pointer. A name may itself contain a separator: `"group.checkin_type"`.
pub(super) fn pointer_in(payload: &Value, path: &str) -> String {
    let path = path.strip_prefix('.').unwrap_or(path);
    let step = match payload {
        Value::Object(fields) => {
            let ends = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
            let named = fields.iter().filter_map(|(name, value)| {
                let rest = path.strip_prefix(name.as_str()).filter(|rest| ends(rest))?;
                Some((escape(name), value, rest))
            });
            named.min_by_key(|(_, _, rest)| rest.len())
        }
        Value::Array(items) => path.strip_prefix('[').and_then(|path| {
            let (index, rest) = path.split_once(']')?;
            Some((index.to_owned(), items.get(index.parse::<usize>().ok()?)?, rest))
        }),
        _ => None,
    };
    match step {
        Some((step, value, rest)) => format!("/{step}{}", pointer_in(value, rest)),
        None => as_pointer(path.strip_prefix('[').unwrap_or(path)),
    }
}

pub(crate) fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quirk_is_about_its_own_place() {
        for pointer in ["/data/3/name", "/data/3/name/0"] {
            assert!(is_at(pointer, "/data/*/name"), "{pointer}");
        }
        for pointer in ["/data/3/name/0/1", "/data", "/data/3", "/data/3/name/first", "/data/3/other", ""] {
            assert!(!is_at(pointer, "/data/*/name"), "{pointer}");
        }
        assert!(is_at("", ""));
    }

    #[test]
    fn a_name_may_contain_what_separates_names() {
        let payload =
            serde_json::json!({ "info": [{}, { "group": { "group.kind": 1, "a[0]": [{ "b/c": 2 }] } }] });
        for (path, pointer) in [
            ("info[1].group.group.kind", "/info/1/group/group.kind"),
            ("info[1].group.a[0][0].b/c", "/info/1/group/a[0]/0/b~1c"),
            ("info[1].group", "/info/1/group"),
            ("info[7].tea.leaf", "/info/7/tea/leaf"),
        ] {
            assert_eq!(pointer_in(&payload, path), pointer, "{path}");
        }
    }

    #[test]
    fn the_place_of_a_broken_limit_is_a_pointer() {
        assert_eq!(as_pointer("info[3].user/id"), "/info/3/user~1id");
        assert_eq!(as_pointer("sort, filter_spec"), "/sort, filter_spec");
    }
}
