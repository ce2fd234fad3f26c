//! Further terms for rustdoc's search: Chinese titles, paths, numbers.

use indexmap::IndexSet;
use proc_macro2::TokenStream;
use quote::quote;

use crate::api::{Api, Document, Endpoint, Module};
use crate::spec::{Doc, effect};

/// Emits the titles of an endpoint and of its pages, and its path.
pub(super) fn endpoint_aliases(endpoint: &Endpoint) -> TokenStream {
    aliases(titles(&endpoint.title, &endpoint.doc).chain(path(&endpoint.path)))
}

/// Emits the titles of an event and of its pages, and its names on the wire.
pub(super) fn event_aliases(event: &Document) -> TokenStream {
    let wires = event.wires().flat_map(|wire| wire.change.into_iter().chain([wire.kind]));
    aliases(titles(&event.title, &event.doc).chain(wires))
}

/// Emits the titles of a chapter, except the first of several, which is its family's. A family of one module has none here.
pub(super) fn chapter_aliases(module: &Module) -> Option<TokenStream> {
    module.chapter.as_ref()?;
    let of_family = module.title.contains(SEPARATOR);
    let titles = module.title.split(SEPARATOR).skip(usize::from(of_family));
    // A chapter about the form of messages is known by what the messages are.
    let short = titles.clone().filter_map(|title| title.strip_suffix("消息格式"));
    Some(aliases(titles.flat_map(title).chain(short)))
}

/// Emits the titles of a family: the first of each of its modules, unless another family has more modules of that title. A family without any
/// is called what the titles of all its modules have in common. They belong to what re-exports the family: rustdoc drops the aliases of the
/// re-exported item.
pub(super) fn family_aliases(api: &Api, family: &str) -> TokenStream {
    let modules = || api.modules.iter().map(|module| (module.family.as_str(), module.title.split(SEPARATOR)));
    let firsts = || modules().filter_map(|(family, mut titles)| Some((family, titles.next()?)));
    let count = |of: (&str, &str)| firsts().filter(|first| *first == of).count();
    let is_here = |title: &str| {
        let of_all = api.families().into_iter().map(|family| count((family, title)));
        of_all.max() == Some(count((family, title)))
    };
    let mut titles: Vec<&str> =
        firsts().filter(|(of, title)| *of == family && is_here(title)).map(|(_, title)| title).collect();
    if titles.is_empty() {
        let own = modules().filter(|(of, _)| *of == family).map(|(_, titles)| titles.collect::<Vec<&str>>());
        titles.extend(own.reduce(common).and_then(|common| common.last().copied()));
    }
    aliases(titles.into_iter().flat_map(title))
}

/// Returns what both lists begin with.
fn common<'a>(one: Vec<&'a str>, other: Vec<&'a str>) -> Vec<&'a str> {
    one.into_iter().zip(other).take_while(|(one, other)| one == other).map(|(one, _)| one).collect()
}

/// The separator between the titles of chapters within chapters.
const SEPARATOR: &str = " · ";

/// Returns the terms of an operation's title, and of its pages' titles. Of operations whose titles differ by a remark in brackets, the search
/// prefers the one without: the remark is no term by itself, and neither is the title without it.
fn titles<'a>(own: &'a str, doc: &'a Doc) -> impl Iterator<Item = &'a str> {
    let of_pages =
        doc.titles().filter(|page| !own.strip_prefix(page).is_some_and(|rest| rest.starts_with('（')));
    std::iter::once(own).chain(of_pages).flat_map(|whole| {
        let remark =
            whole.strip_suffix('）').and_then(|whole| whole.rsplit_once('（')).map(|(_, remark)| remark);
        title(whole).filter(move |term| !remark.is_some_and(|remark| remark.ends_with(term)))
    })
}

/// Returns a title, what it is about, the parts of both, since the search finds an alias only by its beginning, and other words for these.
fn title(title: &str) -> impl Iterator<Item = &str> {
    let object = title.strip_prefix("管理").unwrap_or_else(|| effect::object(title));
    let terms = [title, object].into_iter().chain(parts(title)).chain(parts(object));
    terms.flat_map(|term| {
        let others = ALSO.iter().filter(move |(word, _)| *word == term).map(|(_, other)| *other);
        std::iter::once(term).chain(others)
    })
}

/// The words that people use for the objects of titles, which no title contains.
const ALSO: [(&str, &str); 4] =
    [("回调IP段", "IP白名单"), ("接口IP段", "IP白名单"), ("菜单", "应用菜单"), ("文档", "在线文档")];

/// Returns what follows each conjunction or mark in a title, and what follows the owner at the beginning of each of these.
fn parts(title: &str) -> impl Iterator<Item = &str> {
    let marks = title.match_indices(MARKS).filter(|(at, _)| !title[..*at].ends_with(NO_CONJUNCTION_AFTER));
    let after = marks.map(|(at, mark)| title[at + mark.len()..].trim_end_matches(['）', '」', ')']));
    let owned = |part| OWNERS.into_iter().filter_map(move |owner: &str| str::strip_prefix(part, owner));
    let parts = std::iter::once(title).chain(after);
    parts.flat_map(move |part| owned(part).chain([part])).filter(|part| is_telling(part))
}

/// The characters that separate the parts of a title.
const MARKS: [char; 13] = ['与', '和', '及', '、', '·', '：', ':', '/', '「', '」', '（', '(', '+'];

/// The characters after which `与` and `及` are the second half of a word: 参与, 给与, 普及.
const NO_CONJUNCTION_AFTER: [char; 3] = ['参', '给', '普'];

/// The owners of an object at the beginning of a title, which people omit.
const OWNERS: [&str; 6] = ["企业", "企业微信", "客户", "应用", "模板", "模版"];

/// Returns whether a part of a title says what the title is about: it has two characters, of which none belongs to the name 企业微信
/// alone, and isn't a word for what any call has.
fn is_telling(part: &str) -> bool {
    let general = [
        "方式", "模式", "管理", "列表", "详情", "信息", "配置", "通知", "事件", "回调", "数据", "设置",
        "接口",
    ];
    part.chars().nth(1).is_some()
        && !part.starts_with("微信")
        && !part.starts_with('的')
        && !general.contains(&part)
}

/// Returns a path and its ends of at least two parts, each with and without the slash: people know any of them by heart.
fn path(path: &str) -> impl Iterator<Item = &str> {
    let ends = path.match_indices('/').map(|(slash, _)| &path[slash..]);
    let ends = ends.filter(move |end| {
        *end == path || path.strip_prefix("/cgi-bin") == Some(end) || end.matches('/').count() > 1
    });
    let whole = (!path.starts_with('/')).then_some(path);
    ends.flat_map(|end| [end, &end[1..]]).chain(whole)
}

/// Emits aliases, which the search treats like an item's own name.
pub(super) fn aliases<'a>(names: impl IntoIterator<Item = &'a str>) -> TokenStream {
    let names: IndexSet<String> = names.into_iter().map(plain).filter(|name| is_searched(name)).collect();
    let names = names.iter();
    quote!(doc(alias(#(#names),*)))
}

/// Returns whether anyone would search for it: not for the `*` that matches any value.
fn is_searched(name: &str) -> bool {
    name.contains(char::is_alphanumeric)
}

/// Removes what rustdoc rejects in an alias: quotes, and white space other than single spaces between words.
fn plain(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\''))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        names.collect::<IndexSet<&str>>().into_iter().collect()
    }

    #[test]
    fn a_path_is_found_by_each_of_its_ends_and_a_title_by_what_it_is_about() {
        let ends = ["/cgi-bin/room/get", "cgi-bin/room/get", "/room/get", "room/get"];
        assert_eq!(all(path("/cgi-bin/room/get")), ends);
        assert_eq!(all(path("/cgi-bin/get")), ["/cgi-bin/get", "cgi-bin/get", "/get", "get"]);
        assert_eq!(all(path("sync_msg")), ["sync_msg"]);
        assert_eq!(all(title("批量获取会议室")), ["批量获取会议室", "会议室"]);
        assert_eq!(all(title("管理会议室")), ["管理会议室", "会议室"]);
        assert_eq!(all(title("在职继承与离职继承")).last(), Some(&"离职继承"));
        assert_eq!(all(title("获取企业永久授权码")), ["获取企业永久授权码", "企业永久授权码", "永久授权码"]);
        assert!(all(title("获取「学校通知」二维码")).contains(&"二维码"));
        assert_eq!(all(title("获取企业微信域名IP信息")).last(), Some(&"域名IP信息"));
        assert_eq!(all(title("创建菜单")), ["创建菜单", "菜单", "应用菜单"]);
        assert!(!all(title("自定义菜单")).contains(&"应用菜单"));
        // 参与 is a word, 企业微信 a name, and everything has a list.
        for part in ["会者列表", "微信域名", "列表"] {
            let titles = ["获取参与会者列表", "获取企业微信域名", "获取客户列表"];
            assert!(titles.iter().all(|whole| !all(title(whole)).contains(&part)), "{part}");
        }
        assert_eq!(aliases(title("会议室")).to_string(), quote!(doc(alias("会议室"))).to_string());
    }

    #[test]
    fn a_remark_in_brackets_is_no_term_by_itself() {
        let doc = |title: &str| -> Doc {
            serde_yaml::from_str(&format!("{{ id: 1, page: 2, title: {title} }}")).expect("a page")
        };
        let page = doc("被动回复消息格式");
        let terms = all(titles("图文消息（被动回复）", &page));
        assert!(terms.contains(&"图文消息（被动回复）") && !terms.contains(&"被动回复"), "{terms:?}");
        let page = doc("获取永久授权码");
        assert!(!all(titles("获取永久授权码（旧）", &page)).contains(&"永久授权码"));
        assert!(all(titles("换取永久授权码", &page)).contains(&"获取永久授权码"));
    }

    #[test]
    fn titles_have_in_common_what_they_begin_with() {
        assert_eq!(common(vec!["消息", "机器人", "事件"], vec!["消息", "机器人"]), ["消息", "机器人"]);
        assert!(common(vec!["消息"], vec!["会议"]).is_empty());
    }

    #[test]
    fn nobody_searches_for_punctuation_alone() {
        let found = aliases(["退款通知", "*", "REFUND.*", " ", "…"]);
        assert_eq!(found.to_string(), quote!(doc(alias("退款通知", "REFUND.*"))).to_string());
    }

    #[test]
    fn an_alias_has_nothing_that_rustdoc_refuses() {
        assert_eq!(plain(" 获取\t\"会话\"  记录'\n"), "获取 会话 记录");
        assert_eq!(plain("/cgi-bin/message/send"), "/cgi-bin/message/send");
    }
}
