//! Whether a call reads or writes, by the words in an endpoint's path, name and title.

/// The effect of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It gets, lists or searches.
    Reads,
    /// It creates, sends, sets or removes.
    Writes,
}

/// A word that shows what a call does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told<'a> {
    /// The effect.
    pub effect: Effect,
    /// The word.
    pub word: &'a str,
    /// The source of the word, with an article: the path, the name or the title.
    pub of: &'static str,
}

/// Returns what an endpoint's path, name and title say, the most reliable first; nothing if no word is known.
///
/// A page with several endpoints may give all of them its own title, so a path that gets something takes precedence.
pub fn told<'a>(path: &'a str, name: &'a str, title: &'a str) -> Option<Told<'a>> {
    let tells = |found: Option<(Effect, &'a str)>, of| found.map(|(effect, word)| Told { effect, word, of });
    let path = tells(of_path(path), "the path");
    let name = tells(of_words(name), "the name");
    let title = tells(of_title(title), "the title");
    let names = [path, name];
    let is_read = names.iter().flatten().any(|told| told.effect == Effect::Reads);
    let mut all = names.into_iter().chain([title.filter(|_| !is_read)]).flatten();
    let first = all.next()?;
    if first.effect == Effect::Writes {
        return Some(first);
    }
    Some(all.find(|told| told.effect == Effect::Writes).unwrap_or(first))
}

/// The verbs of paths that read.
const READS: [&str; 9] = ["get", "list", "query", "search", "fetch", "read", "find", "check", "download"];

/// Words at the end of paths for something that is read: `transfer_result`.
const READ: [&str; 9] =
    ["get", "list", "search", "result", "status", "info", "detail", "statistic", "simplelist"];

/// Verbs of paths that write, whatever follows.
const WRITES: [&str; 19] = [
    "create", "add", "send", "set", "del", "delete", "update", "remove", "upload", "edit", "mod", "modify",
    "submit", "cancel", "import", "bind", "unbind", "remind", "close",
];

/// Verbs of paths that write unless the end of the path says that something is read.
const ALSO_WRITES: [&str; 20] = [
    "transfer", "move", "rename", "share", "finish", "start", "stop", "dismiss", "mark", "apply", "assign",
    "active", "invite", "mute", "refund", "report", "reply", "reset", "recall", "release",
];

/// Verbs of paths that write and may precede a noun without a `_`, with nouns that merely begin like them.
const JOINED: [(&str, &[&str]); 8] = [
    ("create", &["creator"]),
    ("add", &["addr"]),
    ("send", &["sender"]),
    ("set", &["setting", "settle"]),
    ("del", &["delay", "deliver"]),
    ("update", &[]),
    ("upload", &[]),
    ("remove", &[]),
];

fn of_path(path: &str) -> Option<(Effect, &str)> {
    // The first part or two only name the family.
    let mut parts = path.split('/').filter(|part| !part.is_empty() && *part != "cgi-bin").rev();
    let last = parts.next()?;
    let before = parts.next().filter(|_| parts.next().is_some());
    of_words(last).or_else(|| before.and_then(of_words))
}

/// Returns what a name says: `create_room` or `getroom`.
fn of_words(name: &str) -> Option<(Effect, &str)> {
    let mut words = name.split('_').filter(|word| *word != "batch");
    let first = words.next()?;
    let last = words.next_back().unwrap_or(first);
    let is = |effect, known: &[&str], word| known.contains(&word).then_some((effect, word));
    is(Effect::Writes, &WRITES, first)
        .or_else(|| is(Effect::Reads, &READS, first))
        .or_else(|| is(Effect::Reads, &READ, last))
        .or_else(|| is(Effect::Writes, &WRITES, last))
        .or_else(|| is(Effect::Writes, &ALSO_WRITES, first))
        .or_else(|| is(Effect::Writes, &ALSO_WRITES, last))
        .or_else(|| joined(first.strip_prefix("batch").unwrap_or(first)))
}

fn joined(word: &str) -> Option<(Effect, &str)> {
    let begins = |verb: &&str| word.starts_with(*verb);
    if let Some(verb) = ["get", "query", "search"].iter().find(|verb| begins(verb)) {
        return Some((Effect::Reads, &word[..verb.len()]));
    }
    let (verb, _) = JOINED
        .iter()
        .find(|(verb, nouns)| begins(verb) && !nouns.iter().any(|noun| word.starts_with(noun)))?;
    Some((Effect::Writes, &word[..verb.len()]))
}

/// The word before the verb in titles of calls that take several things at once.
const IN_BATCHES: &str = "批量";

/// The verbs of titles that read.
const TITLE_READS: [&str; 12] =
    ["获取", "查询", "拉取", "读取", "搜索", "检索", "查看", "下载", "列出", "检查", "列表", "详情"];

/// The verbs of titles that write.
const TITLE_WRITES: [&str; 43] = [
    "创建",
    "新建",
    "添加",
    "新增",
    "增加",
    "发送",
    "设置",
    "修改",
    "更新",
    "更改",
    "编辑",
    "删除",
    "移除",
    "移出",
    "上传",
    "提交",
    "取消",
    "停止",
    "发放",
    "撤回",
    "撤销",
    "绑定",
    "解绑",
    "结束",
    "解散",
    "重命名",
    "移动",
    "转移",
    "分配",
    "邀请",
    "提醒",
    "标记",
    "导入",
    "替换",
    "关闭",
    "开启",
    "启用",
    "禁用",
    "发起",
    "推送",
    "付款",
    "退款",
    "下单",
];

fn of_title(title: &str) -> Option<(Effect, &str)> {
    let numbered = |c: char| c.is_ascii_digit() || c == '.' || c == '、' || c.is_whitespace();
    let title = title.trim_start_matches(numbered).trim_end();
    let title = title.strip_prefix(IN_BATCHES).unwrap_or(title);
    let is = |effect, verb: Option<&&'static str>| verb.map(|verb| (effect, *verb));
    let at = |found: &dyn Fn(&&&'static str) -> bool| {
        is(Effect::Reads, TITLE_READS.iter().find(found))
            .or_else(|| is(Effect::Writes, TITLE_WRITES.iter().find(found)))
    };
    at(&|verb| title.starts_with(**verb)).or_else(|| at(&|verb| title.ends_with(**verb)))
}

/// Returns what a title is about: the title without the verb at its beginning.
pub fn object(title: &str) -> &str {
    let title = title.strip_prefix(IN_BATCHES).unwrap_or(title);
    let object = TITLE_READS.iter().chain(&TITLE_WRITES).find_map(|verb| title.strip_prefix(verb));
    object.unwrap_or(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect(path: &str, name: &str, title: &str) -> Option<(Effect, &'static str)> {
        told(path, name, title).map(|told| (told.effect, told.of))
    }

    #[test]
    fn a_path_says_what_a_call_does_by_its_verb() {
        use Effect::{Reads, Writes};
        for (path, expected) in [
            ("/cgi-bin/room/get_room", Some(Reads)),
            ("/cgi-bin/getcallbackip", Some(Reads)),
            ("/cgi-bin/chat/getagreestatus/single", Some(Reads)),
            ("/cgi-bin/room/batch_get_room", Some(Reads)),
            ("/cgi-bin/media/get/jssdk", Some(Reads)),
            ("/cgi-bin/contact/transfer_result", Some(Reads)),
            ("/cgi-bin/room/batchdelete", Some(Writes)),
            ("/cgi-bin/media/uploadimg", Some(Writes)),
            ("/pay/sendworkwxredpack", Some(Writes)),
            ("/cgi-bin/task/task_add", Some(Writes)),
            ("/cgi-bin/license/batch_transfer_license", Some(Writes)),
            ("/cgi-bin/printer/set_job_result", Some(Writes)),
            ("/cgi-bin/room/address", None),
            ("/cgi-bin/room/setting", None),
            ("/cgi-bin/get/room", None),
        ] {
            assert_eq!(effect(path, "it", "会议室").map(|(effect, _)| effect), expected, "{path}");
        }
    }

    #[test]
    fn a_title_says_it_where_no_name_does_and_a_write_wins_unless_a_name_reads() {
        use Effect::{Reads, Writes};
        let none = "/cgi-bin/room/room";
        for (path, name, title, expected) in [
            (none, "it", "获取会议室", Some((Reads, "the title"))),
            (none, "it", "2. 批量删除会议室", Some((Writes, "the title"))),
            (none, "it", "会议室搜索", Some((Reads, "the title"))),
            (none, "it", "会议室", None),
            (none, "remove_room", "获取会议室", Some((Writes, "the name"))),
            ("/cgi-bin/room/add_room", "it", "获取会议室", Some((Writes, "the path"))),
            ("/cgi-bin/room/get_room", "it", "设置会议室", Some((Reads, "the path"))),
        ] {
            assert_eq!(effect(path, name, title), expected, "{path} {name} {title}");
        }
    }
}
