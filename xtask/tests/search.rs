//! The search of the documentation: it finds what people look for first.
//!
//! What is found first is tested in a headless Chromium, and in the documentation that `cargo doc --workspace --all-features` builds, in the
//! folder that the variable `WECOM_RUSTDOC` names. Without them, the test prints that it was skipped. That each term belongs to its page at all is
//! tested in the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use syn::punctuated::Punctuated;
use syn::{Attribute, ImplItem, Item, LitStr, Meta, Token, UseTree, Visibility};

/// Searches, each with how the address of the first result in `wecom_sdk` must begin.
const SEARCHES: &[(&str, &str)] = &[
    ("获取会话记录", "chatdata/archive/struct.SyncMsg.html"),
    ("发送应用消息", "message/app/struct.SendMessage.html"),
    ("message/send", "message/app/struct.SendMessage.html"),
    ("user/get", "contacts/user/struct.GetUser.html"),
    ("60111", "errcode/constant.USERID_NOT_FOUND.html"),
    // Only the end of a path, or its beginning.
    ("externalcontact/groupchat/list", "externalcontact/groupchat/struct.ListGroupChat.html"),
    ("wedoc/smartsheet/add_records", "wedoc/smartsheet/struct.AddRecords.html"),
    ("cgi-bin/message/send", "message/app/struct.SendMessage.html"),
    ("/message/send", "message/app/struct.SendMessage.html"),
    ("/gettoken", "access/struct.GetToken.html"),
    ("create_chatdata_export_job", "zone/export/struct.CreateChatDataExportJob.html"),
    // What an endpoint is about, and the chapters it is in.
    ("会话记录", "chatdata/archive/struct.SyncMsg.html"),
    ("应用消息", "message/app/struct.SendMessage.html"),
    ("客户列表", "externalcontact/customer/struct.ListExternalContact.html"),
    ("客户联系", "externalcontact/index.html"),
    ("被动回复", "message/reply/index.html"),
    ("审批", "oa/"),
    ("打卡", "checkin/index.html"),
    // Pages with several calls or events, by the title of the page.
    ("管理企业标签", "externalcontact/tag/"),
    ("会议室管理", "oa/meetingroom/"),
    ("成员变更通知", "contacts/events/"),
    ("获客助手事件通知", "externalcontact/events/"),
    ("客户联系「联系我」管理", "externalcontact/contact_way/"),
    // A part of a title.
    ("离职继承", "externalcontact/transfer/index.html"),
    ("朋友圈", "externalcontact/moment/"),
    ("永久授权码", "service/auth/struct.GetPermanentCodeV2.html"),
    ("回调配置", "access/struct.GetCallbackIp.html"),
    ("域名IP", "security/"),
    // What no title of an endpoint says.
    ("IP白名单", "access/"),
    ("应用菜单", "agent/menu/"),
    ("在线文档", "wedoc/"),
    ("错误码", "errcode/index.html"),
    ("全局错误码", "errcode/index.html"),
    ("频率限制", "rates/index.html"),
    ("免登", "login/index.html"),
    // An event by what names it on the wire, with or without its change.
    ("change_external_contact", "externalcontact/events/"),
    ("change_contact", "contacts/events/"),
    ("add_half_external_contact", "externalcontact/events/struct.AddHalfExternalContact.html"),
    // What is written by hand.
    ("群机器人", "struct.GroupBot.html"),
    ("企业红包", "struct.Merchant.html"),
    ("商户", "struct.Merchant.html"),
    ("getConfigSignature", "struct.JsSdk.html"),
    ("网页授权", "login/struct.WebAuthorization.html"),
    ("注册企业微信", "login/struct.Registration.html"),
    ("应用安装", "login/struct.Installation.html"),
    ("微信客服消息", "callback/fn.kf_messages.html"),
    ("会话存档", "callback/fn.archived_messages.html"),
    ("消息加密公钥", "archive/struct.PrivateKeys.html"),
    ("WXBizMsgCrypt", "callback/struct.Receiver.html"),
    ("消息加解密", "callback/struct.Receiver.html"),
    ("接收回调", "callback/struct.Callbacks.html"),
    ("微盘上传", "struct.Client.html#method.upload_to_drive"),
    ("微信客服", "kf/index.html"),
    ("智能机器人", "aibot/index.html"),
    ("会话内容存档", "chatdata/index.html"),
];

/// Titles that several pages have: the one that is found first, above, and these.
const FURTHER: &[(&str, &str)] = &[
    ("会话内容存档", "msgaudit/index.html"),
    ("推广二维码", "service/register/index.html"),
    ("推广二维码", "login/struct.Registration.html"),
];

#[test]
fn each_term_belongs_to_its_page_in_the_sources() {
    let sources = Sources::new();
    let missing = SEARCHES.iter().chain(FURTHER).filter(|(search, page)| {
        let search = search.to_lowercase();
        !sources.terms(page).iter().any(|term| term.to_lowercase().starts_with(&search))
    });
    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_title_of_a_page_that_documents_something_is_a_term() {
    let index = std::env::var_os("WECOM_DOCS").map(|docs| Path::new(&docs).join("INDEX.tsv"));
    let Some(index) = index.filter(|index| index.is_file()) else {
        eprintln!("skipped: WECOM_DOCS names no folder with the documentation's pages and their index");
        return;
    };
    let models = Sources::new().root.join("crates/wecom-models/src/generated");
    let terms: BTreeSet<String> = files(&models).iter().flat_map(|file| all(&parsed(file))).collect();
    let of_events = index.with_file_name("EVENTS.tsv");
    let titles: BTreeSet<String> =
        column(&index, "title").into_iter().chain(column(&of_events, "titles")).collect();
    assert!(titles.len() > 700, "{}", titles.len());
    // The search finds a term by its beginning.
    let is_term =
        |title: &str| terms.range(title.to_owned()..).next().is_some_and(|term| term.starts_with(title));
    let is_missing = |title: &&String| !is_term(title) && !ONLY_SHOWN.contains(&title.as_str());
    let missing: Vec<_> = titles.iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The titles of pages that only show an event, as an example of something else.
const ONLY_SHOWN: [&str; 3] = ["加解密方案说明", "接口代码参考示例", "专区程序示例"];

/// Returns the texts in a column of a table with tabs, where `; ` separates several in one cell. The rows of sockets don't count.
fn column(table: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(table).unwrap_or_else(|error| panic!("{}: {error}", table.display()));
    let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<&str>>());
    let place = lines.next().and_then(|head| head.iter().position(|column| *column == name));
    let place = place.unwrap_or_else(|| panic!("{} has no column `{name}`", table.display()));
    let rows = lines.filter(|line| !["wss", "hw-ws-push"].contains(&line[0]));
    let cells = rows.filter_map(|line| line.get(place).copied().map(str::to_owned)).collect::<Vec<String>>();
    cells.iter().flat_map(|cell| cell.split("; ")).map(|title| title.trim().to_owned()).collect()
}

#[test]
fn a_term_of_another_page_is_missing() {
    let sources = Sources::new();
    let has = |page: &str, term: &str| sources.terms(page).iter().any(|other| other == term);
    assert!(has("struct.GroupBot.html", "群机器人") && !has("struct.JsSdk.html", "群机器人"));
    assert!(has("kf/index.html", "微信客服") && !has("oa/index.html", "微信客服"));
    assert!(has("contacts/user/struct.GetUser.html", "user/get"));
    assert!(!has("contacts/user/struct.DeleteUser.html", "user/get"));
}

#[test]
fn every_family_has_a_term() {
    let families = Sources::new().families;
    assert!(families.len() > 25, "{families:?}");
    let without: Vec<_> = families.iter().filter(|(_, terms)| terms.is_empty()).collect();
    assert!(without.is_empty(), "{without:?}");
}

/// The aliases in the sources.
struct Sources {
    root: PathBuf,
    /// Of the families, by name.
    families: BTreeMap<String, Vec<String>>,
    /// Of what `wecom-sdk` has by hand, by name: those of `pub use`, if there is one.
    by_hand: BTreeMap<String, Vec<String>>,
}

impl Sources {
    fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the workspace");
        let client = root.join("crates/wecom-sdk/src");
        let [mut families, mut defined, mut used] = [const { BTreeMap::new() }; 3];
        for file in files(&client) {
            if file.ends_with("generated/families.rs") {
                named(&parsed(&file).items, &mut BTreeMap::new(), &mut families);
            } else if !file.components().any(|part| part.as_os_str() == "generated") {
                named(&parsed(&file).items, &mut defined, &mut used);
            }
        }
        defined.extend(used);
        Self { root: root.to_path_buf(), families, by_hand: defined }
    }

    /// Returns the terms that lead to a page, by its address: the aliases of its item.
    fn terms(&self, page: &str) -> Vec<String> {
        let (folder, file) = page.rsplit_once('/').unwrap_or(("", page));
        let file = file.split_once('#').map_or(file, |(_, method)| method);
        let name = file.trim_end_matches(".html").rsplit('.').next().unwrap_or_default();
        let generated = self.root.join("crates/wecom-models/src/generated").join(folder).with_extension("rs");
        let items = match folder {
            "errcode" if name != "index" => {
                parsed(&self.root.join("crates/wecom-requests/src/generated/errcode.rs")).items
            }
            // Any page of the folder.
            _ if file.is_empty() => {
                let files = std::iter::once(generated.clone()).chain(files(&generated.with_extension("")));
                let files = files.filter(|file| file.is_file()).map(|file| parsed(&file));
                return files.flat_map(|file| all(&file)).collect();
            }
            _ if name == "index" => match self.families.get(folder) {
                Some(terms) => return terms.clone(),
                None if generated.is_file() => return aliases(&parsed(&generated).attrs),
                None => return self.by_hand.get(folder).into_iter().flatten().cloned().collect(),
            },
            _ if generated.is_file() => parsed(&generated).items,
            _ => return self.by_hand.get(name).into_iter().flatten().cloned().collect(),
        };
        let mut defined = BTreeMap::new();
        named(&items, &mut defined, &mut BTreeMap::new());
        defined.remove(name).unwrap_or_default()
    }
}

/// Returns the sources in a folder, at any depth.
fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let entries = entries.map(|entry| entry.expect("it can be read").path());
    let inside = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    inside.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn parsed(file: &Path) -> syn::File {
    let source = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syn::parse_file(&source).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Returns all aliases in a file.
fn all(file: &syn::File) -> Vec<String> {
    let mut defined = BTreeMap::new();
    named(&file.items, &mut defined, &mut BTreeMap::new());
    defined.into_values().flatten().chain(aliases(&file.attrs)).collect()
}

/// Adds the aliases of public items and methods to those by name, and apart from them what `pub use` names.
fn named(
    items: &[Item],
    defined: &mut BTreeMap<String, Vec<String>>,
    used: &mut BTreeMap<String, Vec<String>>,
) {
    for item in items {
        let (name, attributes) = match item {
            Item::Const(item) => (&item.ident, &item.attrs),
            Item::Enum(item) => (&item.ident, &item.attrs),
            Item::Fn(item) => (&item.sig.ident, &item.attrs),
            Item::Mod(item) => (&item.ident, &item.attrs),
            Item::Struct(item) => (&item.ident, &item.attrs),
            Item::Trait(item) => (&item.ident, &item.attrs),
            Item::Use(item) if matches!(item.vis, Visibility::Public(_)) => {
                for name in leaves(&item.tree) {
                    used.entry(name).or_default().extend(aliases(&item.attrs));
                }
                continue;
            }
            Item::Impl(block) => {
                for item in &block.items {
                    if let ImplItem::Fn(method) = item {
                        let name = method.sig.ident.to_string();
                        defined.entry(name).or_default().extend(aliases(&method.attrs));
                    }
                }
                continue;
            }
            _ => continue,
        };
        let terms = defined.entry(name.to_string()).or_default();
        terms.extend(aliases(attributes));
    }
}

/// Returns the names that a `use` brings.
fn leaves(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => leaves(&path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(leaves).collect(),
        UseTree::Name(name) => vec![name.ident.to_string()],
        UseTree::Rename(renamed) => vec![renamed.rename.to_string()],
        UseTree::Glob(_) => Vec::new(),
    }
}

/// Returns the aliases among attributes: `doc(alias = "…")`, and `doc(alias("…", "…"))`.
fn aliases(attributes: &[Attribute]) -> Vec<String> {
    let docs = attributes.iter().filter(|attribute| attribute.path().is_ident("doc"));
    let lists = docs.filter_map(|doc| match &doc.meta {
        Meta::List(list) => list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok(),
        _ => None,
    });
    let terms = lists.flatten().filter(|meta| meta.path().is_ident("alias")).flat_map(|meta| match meta {
        Meta::List(list) => {
            let terms = list.parse_args_with(Punctuated::<LitStr, Token![,]>::parse_terminated);
            terms.expect("aliases are strings").iter().map(LitStr::value).collect()
        }
        Meta::NameValue(pair) => match pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(term), .. }) => vec![term.value()],
            _ => Vec::new(),
        },
        Meta::Path(_) => Vec::new(),
    });
    terms.collect()
}

#[test]
fn a_search_by_title_path_or_code_finds_the_right_page_first() {
    let test = "a_search_by_title_path_or_code_finds_the_right_page_first";
    let Ok(folder) = std::env::var("WECOM_RUSTDOC") else {
        eprintln!("skipped: {test}: WECOM_RUSTDOC names no folder with the crates' documentation");
        return;
    };
    let start = Path::new(&folder).join("wecom_sdk/index.html").canonicalize();
    let start = start.expect("the folder holds the documentation of wecom_sdk");
    let Some(firsts) = firsts(&start) else {
        eprintln!("skipped: {test}: chromium is not installed");
        return;
    };
    assert_eq!(firsts.len(), SEARCHES.len(), "{firsts:#?}");
    let wrong = SEARCHES
        .iter()
        .zip(&firsts)
        .filter(|((_, expected), first)| !first.starts_with(&format!("../wecom_sdk/{expected}")));
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Searches for everything on one page, whose index is loaded once, and leaves the address of each first result in `data-first`. A result counts
/// once the page's title names its search and the results have stopped changing.
const SEARCHER: &str = r#"<!doctype html><meta charset="utf-8"><body><script>
const wait = time => new Promise(done => setTimeout(done, time));
const results = page => [...page.querySelectorAll("a[class^=result-]")].map(result => result.getAttribute("href"));
const search = async (page, text) => {
    const input = page.querySelector("input");
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    let before = null;
    for (let tries = 0; tries < 100; tries++) {
        await wait(200);
        const now = page.title.startsWith(`"${text}"`) ? results(page) : [];
        if (now.length && now.join() === before) return now[0];
        before = now.join();
    }
    return "";
};
(async () => {
    const frame = document.createElement("iframe");
    frame.src = START + "?search=anything";
    document.body.append(frame);
    await wait(5000);
    for (const text of SEARCHES) {
        const line = document.createElement("p");
        line.dataset.first = await search(frame.contentDocument, text);
        document.body.append(line);
    }
})();
</script></body>"#;

/// Returns the address of the first result of each search, empty if there is none; `None` without Chromium.
fn firsts(start: &Path) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder can be created");
    let searches: Vec<&str> = SEARCHES.iter().map(|(search, _)| *search).collect();
    let start = serde_json::to_string(&format!("file://{}", start.display())).expect("a text is JSON");
    let searches = serde_json::to_string(&searches).expect("texts are JSON");
    let driver = folder.path().join("searcher.html");
    let page = SEARCHER.replace("START", &start).replace("SEARCHES", &searches);
    fs::write(&driver, page).expect("a file can be written");
    let output = Command::new("chromium")
        // Root has no sandbox, and the pages are our own.
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "--allow-file-access-from-files"])
        // The page's own clock, which stops while something is loaded: a slow machine changes nothing.
        .arg("--virtual-time-budget=1000000")
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("file://{}", driver.display()))
        .output();
    let page = match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => panic!("chromium: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => panic!("chromium: {error}"),
    };
    let lines = page.split("data-first=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    Some(lines.map(str::to_owned).collect())
}
