//! Names for endpoints: made from the path, with its verb first, followed by its object.

use std::collections::HashSet;

use super::naming::parts;
use crate::spec::names;

/// The verbs of paths.
const VERBS: &[&str] = &[
    "accept",
    "act",
    "activate",
    "active",
    "add",
    "apply",
    "approve",
    "assign",
    "book",
    "cancel",
    "check",
    "claim",
    "clear",
    "close",
    "commit",
    "compose",
    "convert",
    "copy",
    "create",
    "del",
    "delete",
    "dismiss",
    "download",
    "edit",
    "export",
    "finish",
    "gen",
    "get",
    "grant",
    "hang",
    "import",
    "invite",
    "kick",
    "list",
    "mark",
    "mod",
    "modify",
    "move",
    "mute",
    "open",
    "pay",
    "prolong",
    "publish",
    "push",
    "query",
    "read",
    "recall",
    "refund",
    "refuse",
    "register",
    "reject",
    "release",
    "remark",
    "remind",
    "remove",
    "rename",
    "replace",
    "report",
    "reset",
    "respond",
    "revoke",
    "search",
    "send",
    "set",
    "share",
    "sort",
    "start",
    "stop",
    "submit",
    "switch",
    "trans",
    "transfer",
    "translate",
    "unregister",
    "update",
    "upgrade",
    "upload",
];

/// Words that may precede a verb.
const FRONT: &[&str] = &["async", "batch", "simple", "sync"];

/// Words beside a verb that don't name its object.
const VAGUE: &[&str] = &[
    "config",
    "data",
    "default",
    "detail",
    "details",
    "id",
    "ids",
    "info",
    "jssdk",
    "list",
    "permissions",
    "quality",
    "range",
    "result",
    "room",
    "scope",
    "single",
    "states",
    "status",
];

/// Nouns that paths run together.
const NOUNS: &[&str] = &[
    "access",
    "account",
    "chat",
    "code",
    "contact",
    "control",
    "corp",
    "count",
    "customer",
    "department",
    "external",
    "group",
    "info",
    "mail",
    "member",
    "msg",
    "new",
    "option",
    "order",
    "party",
    "public",
    "result",
    "tag",
    "token",
    "user",
    "users",
    "waiting",
];

/// Returns the name for the endpoint of a path with a title: its last part, verb first; preceded by the part before if
/// the last one lacks an object, or if the name is taken.
pub(super) fn endpoint_name(path: &str, title: &str, taken: impl Fn(&str) -> bool) -> String {
    let parts: Vec<String> = parts(path).map(names::snake).collect();
    let Some((last, before)) = parts.split_last() else { return "endpoint".to_owned() };
    let around: HashSet<&str> = before.iter().flat_map(|part| part.split('_')).collect();
    let split =
        |part: &String| -> Vec<String> { part.split('_').flat_map(|word| split(word, &around)).collect() };
    let (mut words, verb) = verb_first(split(last), title);
    let owner: Vec<String> = before.last().map(split).unwrap_or_default();
    let object = verb.and_then(|verb| words.get(verb + 1..)).unwrap_or_default();
    let said =
        object.first().is_some_and(|word| word != "by") && !object.iter().all(|word| is_one_of(VAGUE, word));
    let put = |words: &[String], owner: &[String]| {
        let at = verb.map_or(0, |verb| verb + 1).min(words.len());
        [&words[..at], owner, &words[at..]].concat()
    };
    if !said && verb.is_some() || verb.is_none() && words.iter().all(|word| is_one_of(VAGUE, word)) {
        words = put(&words, &owner);
    }
    let usable = |name: &String| names::is_snake(name) && !taken(name);
    let longer = before.iter().rev().scan(words.clone(), |words, part| {
        let part = split(part);
        if !words.windows(part.len().max(1)).any(|some| some == part) {
            *words = put(words, &part);
        }
        Some(words.join("_"))
    });
    let found = std::iter::once(words.join("_")).chain(longer).find(usable);
    found.unwrap_or_else(|| {
        let base = words.join("_");
        let base = if names::is_snake(&base) { base } else { "endpoint".to_owned() };
        let numbered = (2_u32..).map(|number| format!("{base}_{number}"));
        numbered.take(10_000).find(|name| !taken(name)).unwrap_or(base)
    })
}

/// Moves the verb to the front, and returns its former position. If there is none, the title may imply it.
fn verb_first(mut words: Vec<String>, title: &str) -> (Vec<String>, Option<usize>) {
    let front = words.iter().take_while(|word| is_one_of(FRONT, word)).count();
    if front == words.len() {
        return (words, None);
    }
    if let Some(at) = (front..words.len()).find(|at| is_one_of(VERBS, &words[*at])) {
        words[front..=at].rotate_right(1);
        return (words, Some(front));
    }
    let reads = reading_title(title);
    let sets = words.last().is_some_and(|word| word == "setting");
    let verb = if reads || words.last().is_some_and(|word| word == "info") {
        "get"
    } else if sets {
        "set"
    } else {
        return (words, None);
    };
    words.insert(front, verb.to_owned());
    (words, Some(front))
}

/// Returns whether a title says that something is read.
fn reading_title(title: &str) -> bool {
    let verbs = ["获取", "查询", "读取", "拉取", "搜索", "模糊搜索", "查看", "列出"];
    verbs.iter().any(|verb| title.starts_with(verb))
}

fn is_one_of(words: &[&str], word: &str) -> bool {
    words.contains(&word)
}

/// Splits a compound into its words, if all of them are known: `addtagusers` → `add`, `tag`, `users`.
fn split(word: &str, around: &HashSet<&str>) -> Vec<String> {
    let known = |word: &str| {
        [VERBS, FRONT, VAGUE, NOUNS].iter().any(|of| of.contains(&word)) || around.contains(word)
    };
    if known(word) || word.len() > 40 || !word.is_ascii() {
        return vec![word.to_owned()];
    }
    // By length: the fewest words that make up the beginning of the compound.
    let mut best: Vec<Option<Vec<&str>>> = vec![Some(Vec::new())];
    for end in 1..=word.len() {
        let ways = (0..end.saturating_sub(1)).filter(|start| known(&word[*start..end])).filter_map(|start| {
            let before = best[start].as_ref()?;
            Some([before.as_slice(), &[&word[start..end]]].concat())
        });
        let shortest = ways.min_by_key(Vec::len);
        best.push(shortest);
    }
    match best.pop().flatten() {
        Some(words) => words.into_iter().map(str::to_owned).collect(),
        None => vec![word.to_owned()],
    }
}

/// Returns the name of the chapter that some paths share: `tea.pot` for `tea/pot/add` and `tea/pot/list`, or for
/// `tea/pot_add` and `tea/pot_list`; none if they belong to several families.
pub(super) fn chapter_name(paths: &[&str]) -> Option<String> {
    let split_paths: Vec<Vec<String>> =
        paths.iter().map(|path| parts(path).map(names::snake).collect()).collect();
    let family = the_same(split_paths.iter().map(|parts| parts.first().cloned()))?;
    let chapter = the_same(split_paths.iter().map(|parts| match parts.as_slice() {
        [_, last] => {
            let (words, verb) = verb_first(last.split('_').map(str::to_owned).collect(), "");
            let object = verb.map_or(0, |verb| verb + 1);
            words.into_iter().nth(object).filter(|_| verb.is_some())
        }
        [_, chapter, ..] => Some(chapter.clone()),
        _ => None,
    }));
    let chapter = chapter.filter(|chapter| *chapter != family && !is_one_of(VAGUE, chapter));
    let name = chapter.map_or_else(|| family.clone(), |chapter| format!("{family}.{chapter}"));
    name.split('.').all(names::is_snake).then_some(name)
}

/// Returns the common value, if all are the same.
fn the_same(mut all: impl Iterator<Item = Option<String>>) -> Option<String> {
    let first = all.next()??;
    all.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_named_verb_first_with_its_object() {
        for (path, title, name) in [
            ("/cgi-bin/tea/order_cup", "", "order_cup"),
            ("/cgi-bin/tea/cup_create", "新建", "create_cup"),
            ("/cgi-bin/tea/cup_acl_del", "", "del_cup_acl"),
            ("/cgi-bin/tea/create", "", "create_tea"),
            ("/cgi-bin/tea/pot/batch_add", "", "batch_add_pot"),
            ("/cgi-bin/tea/get_info", "", "get_tea_info"),
            ("/cgi-bin/tea/get_by_name", "", "get_tea_by_name"),
            ("/cgi-bin/tea/cup_info", "", "get_cup_info"),
            ("/cgi-bin/tea/cup_secure_setting", "", "set_cup_secure_setting"),
            ("/cgi-bin/tea/mng_capacity", "获取容量", "get_mng_capacity"),
            ("/cgi-bin/tag/addtagusers", "", "add_tag_users"),
            ("/cgi-bin/department/simplelist", "", "simple_list_department"),
            ("/cgi-bin/gettoken", "", "get_token"),
            ("/cgi-bin/tea/steep", "", "steep"),
            ("/cgi-bin/tea/steep_taken", "", "tea_steep_taken"),
            ("/cgi-bin/tea/pot/add_taken", "", "add_pot_taken"),
        ] {
            let is_taken = |name: &str| ["steep_taken", "add_taken"].contains(&name);
            assert_eq!(endpoint_name(path, title, is_taken), name, "{path}");
        }
    }

    #[test]
    fn a_name_is_found_whatever_is_taken() {
        let is_taken = |name: &str| !name.ends_with("_7");
        assert_eq!(endpoint_name("/cgi-bin/tea/add", "", is_taken), "add_tea_7");
        assert_eq!(endpoint_name("/", "", |_| false), "endpoint");
        assert_eq!(endpoint_name("/cgi-bin/7", "", |_| false), "endpoint_2");
    }

    #[test]
    fn a_word_is_split_only_into_known_words() {
        let around = HashSet::from(["tea"]);
        for (word, words) in [
            ("addteausers", &["add", "tea", "users"][..]),
            ("groupchat", &["group", "chat"]),
            ("checkin", &["checkin"]),
            ("kettle", &["kettle"]),
            ("茶杯", &["茶杯"]),
        ] {
            assert_eq!(split(word, &around), words);
        }
    }

    #[test]
    fn a_chapter_is_named_after_what_its_paths_have_in_common() {
        for (paths, name) in [
            (&["/cgi-bin/tea/pot/add", "/cgi-bin/tea/pot/list"][..], Some("tea.pot")),
            (&["/cgi-bin/tea/pot_add", "/cgi-bin/tea/pot_list"], Some("tea.pot")),
            (&["/cgi-bin/tea/create", "/cgi-bin/tea/list"], Some("tea")),
            (&["/cgi-bin/tea/pot_add", "/cgi-bin/tea/cup_add"], Some("tea")),
            (&["/cgi-bin/tea/steep"], Some("tea")),
            (&["/cgi-bin/tea/add", "/cgi-bin/milk/add"], None),
            (&[], None),
        ] {
            assert_eq!(chapter_name(paths).as_deref(), name, "{paths:?}");
        }
    }
}
