//! Mistakes in how an endpoint is called.

use std::collections::BTreeSet;

use serde_yaml::Value;

use crate::mutate::edit::Edit;
use crate::mutate::kind::Make::Endpoint;
use crate::mutate::kind::{Kind, mistyped};
use crate::mutate::site::{EndpointSite, Mutant};
use crate::pages::phrases::{Rates, in_digits};
use crate::pages::{self, mentions};
use crate::spec::{Answer, Body, Host, Part, Period, Place, Token};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("safe-on-write", "title or path name a change", Endpoint(safe_on_write)),
    Kind::new("safe-lost", "title or path name a question", Endpoint(safe_lost)),
    Kind::new("token", "the address has the token's parameter", Endpoint(token)),
    Kind::new("method", "the page says the method", Endpoint(method)),
    Kind::new("path-mistyped", "always", Endpoint(path)),
    Kind::new("host", "always", Endpoint(host)),
    Kind::new("query-as-body", "the page has it in the address", Endpoint(query_as_body)),
    Kind::new("partial-dropped", "the page shows an answer", Endpoint(partial_dropped)),
    Kind::new("body-encoding", "the page shows a request", Endpoint(body)),
    Kind::new("answer-encoding", "the page shows an answer", Endpoint(answer)),
    Kind::new("rate-calls", "the page has the number", Endpoint(rate_calls)),
    Kind::new("rate-period", "the page has the number", Endpoint(rate_period)),
    Kind::new(
        "rate-dropped",
        "the page has the number, and no other call of it has the rate",
        Endpoint(rate_dropped),
    )
    .since("no page says it, or it doesn't say of which of several calls"),
    Kind::new("rate-of-several-dropped", "the page has the number", Endpoint(rate_of_several_dropped)),
    Kind::new("signed-field-dropped", "a linked page lists the field", Endpoint(signed_field_dropped)),
    Kind::new(
        "rate-count-dropped",
        "the page has the number, and says what is counted",
        Endpoint(rate_count_dropped),
    ),
    Kind::new("concurrency", "the page has the number", Endpoint(concurrency)),
    Kind::new("concurrency-dropped", "the page has the number", Endpoint(concurrency_dropped)),
    Kind::new("paging-swapped", "always: cursor and next change places", Endpoint(paging_swapped)),
    Kind::new("paging-dropped", "always", Endpoint(paging_dropped)),
    Kind::new("paging-end-dropped", "always", Endpoint(paging_end_dropped)),
    Kind::new("paging-end-reversed", "always", Endpoint(paging_end_reversed)),
];

const WRITES: [&str; 28] = [
    "创建",
    "新建",
    "新增",
    "添加",
    "发送",
    "删除",
    "修改",
    "更新",
    "编辑",
    "设置",
    "提交",
    "取消",
    "上传",
    "发布",
    "移动",
    "重命名",
    "邀请",
    "变更",
    "退款",
    "add",
    "create",
    "del",
    "update",
    "set",
    "send",
    "upload",
    "cancel",
    "submit",
];

const READS: [&str; 8] = ["获取", "查询", "拉取", "读取", "搜索", "列表", "get", "list"];

/// Returns whether the title or the path contains one of some words. In a path, the last part names the action.
fn names(site: &EndpointSite<'_>, words: &[&str]) -> bool {
    let head = &site.endpoint.head;
    let (_, path) = head.method_and_path();
    let last = path.rsplit('/').next().unwrap_or_default();
    words.iter().any(|word| head.title.contains(word) || last.split('_').any(|part| part.starts_with(word)))
}

fn safe_on_write(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let safe = site.endpoint.head.safe;
    let said = names(site, &WRITES) && !names(site, &READS);
    (!safe).then(|| site.key("safe", Some(true.into()), said)).into_iter().collect()
}

fn safe_lost(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let safe = site.endpoint.head.safe;
    safe.then(|| site.key("safe", None, names(site, &READS))).into_iter().collect()
}

fn token(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let token = site.endpoint.head.token;
    let other = if token == Token::AccessToken { Token::SuiteAccessToken } else { Token::AccessToken };
    let said = token.parameter().is_none_or(|parameter| site.says(parameter));
    vec![site.key("token", Some(other.keyword().into()), said)]
}

fn method(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let (method, path) = site.endpoint.head.method_and_path();
    let other = if method == "GET" { "POST" } else { "GET" };
    let said = site.documented.iter().any(|(_, section)| section.method_said);
    vec![site.key("call", Some(format!("{other} {path}").into()), said)]
}

fn path(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let call = &site.endpoint.head.call;
    let (before, last) = call.rsplit_once('/').unwrap_or(("", call));
    vec![site.key("call", Some(format!("{before}/{}", mistyped(last)).into()), true)]
}

fn host(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let other = if site.endpoint.head.host == Host::Api { Host::Merchant } else { Host::Api };
    vec![site.key("host", Some(other.keyword().into()), true)]
}

/// Sends what belongs into the address in the body.
fn query_as_body(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let fields = site.endpoint.request.iter().filter(|(_, field)| field.place == Place::Query);
    let mutants = fields.map(|(name, field)| {
        let key = if field.optional { format!("{name}?") } else { name.clone() };
        let at = site.path.key("request").key(&key).key("in");
        let said = site.documented.iter().any(|(_, section)| section.query.contains(name));
        Mutant { edits: vec![Edit::Remove(at.clone())], at, change: format!("{name} in the body"), said }
    });
    mutants.collect()
}

fn partial_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let partial = site.endpoint.head.partial.is_some();
    partial.then(|| site.key("partial", None, shows(site, Part::Response))).into_iter().collect()
}

fn shows(site: &EndpointSite<'_>, part: Part) -> bool {
    site.documented.iter().any(|(_, section)| section.shows(part))
}

fn body(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let head = &site.endpoint.head;
    let other = if head.body == Body::Json { Body::Xml } else { Body::Json };
    let posts = head.method_and_path().0 == "POST";
    let said = shows(site, Part::Request);
    posts.then(|| site.key("body", Some(other.keyword().into()), said)).into_iter().collect()
}

fn answer(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let other = if site.endpoint.head.answer == Answer::Json { Answer::Xml } else { Answer::Json };
    vec![site.key("answer", Some(other.keyword().into()), shows(site, Part::Response))]
}

/// Changes one of the rates, each in turn.
fn rates(site: &EndpointSite<'_>, change: impl Fn(u32, Period) -> (u32, Period)) -> Vec<Mutant> {
    let rates = &site.endpoint.head.rate;
    let mutants = rates.iter().enumerate().map(|(index, rate)| {
        let (calls, per) = change(rate.calls, rate.per);
        let at = site.path.key("rate").index(index);
        let edits =
            vec![Edit::Set(at.key("calls"), calls.into()), Edit::Set(at.key("per"), per.keyword().into())];
        let change = format!("{calls} per {}", per.keyword());
        Mutant { at, change, edits, said: site.says(&rate.calls.to_string()) }
    });
    mutants.collect()
}

fn rate_calls(site: &EndpointSite<'_>) -> Vec<Mutant> {
    rates(site, |calls, per| (calls.saturating_mul(10), per))
}

fn rate_period(site: &EndpointSite<'_>) -> Vec<Mutant> {
    rates(site, |calls, per| (calls, if per == Period::Minute { Period::Hour } else { Period::Minute }))
}

fn rate_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let rates = &site.endpoint.head.rate;
    let id = site.endpoint.head.doc.id;
    let of_page = site.file.file.endpoints.values().filter(|other| other.head.doc.id == id);
    let alone = of_page.filter(|other| other.head.rate == *rates).count() == 1;
    let near = |calls: &str| {
        let mut lines = site.documented.iter().flat_map(|(_, section)| &section.prose);
        lines.any(|line| mentions(&in_digits(line), calls))
    };
    let said = rates
        .iter()
        .map(|rate| rate.calls.to_string())
        .any(|calls| near(&calls) || alone && site.says(&calls));
    (!rates.is_empty()).then(|| site.key("rate", None, said)).into_iter().collect()
}

/// Drops one of several rates.
fn rate_of_several_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let rates = &site.endpoint.head.rate;
    let gone = rates.iter().enumerate().filter(|_| rates.len() > 1).map(|(index, rate)| {
        let at = site.path.key("rate").index(index);
        let change = format!("no {} per {}", rate.calls, rate.per.keyword());
        Mutant { edits: vec![Edit::Remove(at.clone())], at, change, said: site.says(&rate.calls.to_string()) }
    });
    gone.collect()
}

/// Drops a field that an app's signature covers.
fn signed_field_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let app = site.endpoint.head.sign.as_ref().and_then(|sign| sign.app.as_ref());
    let linked: BTreeSet<u32> =
        site.documented.iter().flat_map(|(read, _)| pages::linked(&read.page.text)).collect();
    let lists = |field: &str| {
        let mut pages = site.file.pages.iter().filter(|read| linked.contains(&read.page.id));
        pages.any(|read| read.page.text.lines().any(|line| line.trim() == field))
    };
    let gone = app.into_iter().flat_map(|app| app.over.iter().enumerate()).map(|(index, field)| {
        let at = site.path.key("sign").key("app").key("over").index(index);
        let edits = vec![Edit::Remove(at.clone())];
        Mutant { edits, at, change: format!("{field} isn't signed"), said: lists(field) }
    });
    gone.collect()
}

/// Drops what a rate counts, as if it counted the calls of an app.
fn rate_count_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let rates = site.endpoint.head.rate.iter().enumerate().filter(|(_, rate)| !rate.is_plain());
    let stated = || site.documented.iter().flat_map(|(_, section)| Rates::of(&section.prose).otherwise);
    let gone = rates.map(|(index, rate)| {
        let at = site.path.key("rate").index(index);
        let own = (u64::from(rate.calls), rate.per.keyword());
        let edits = ["scope", "by", "counts", "shared", "unless"].map(|key| Edit::Remove(at.key(key)));
        let said = stated().any(|other| other.rates.contains(&own));
        Mutant { at, change: "counts calls".to_owned(), edits: edits.into(), said }
    });
    gone.collect()
}

fn concurrency(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let number = site.endpoint.head.concurrency;
    let other =
        |number: u32| site.key("concurrency", Some((number * 2).into()), site.says(&number.to_string()));
    number.map(other).into_iter().collect()
}

fn concurrency_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let number = site.endpoint.head.concurrency;
    let gone = |number: u32| site.key("concurrency", None, site.says(&number.to_string()));
    number.map(gone).into_iter().collect()
}

fn paging(site: &EndpointSite<'_>, change: &str, edits: Vec<Edit>) -> Vec<Mutant> {
    vec![Mutant { at: site.path.key("pagination"), change: change.to_owned(), edits, said: true }]
}

fn paging_swapped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let Some(pagination) = &site.endpoint.head.pagination else { return Vec::new() };
    let (Some(cursor), Some(next)) = (&pagination.cursor, &pagination.next) else { return Vec::new() };
    if cursor == next {
        return Vec::new();
    }
    let path = site.path.key("pagination");
    let edits = vec![
        Edit::Set(path.key("cursor"), next.as_str().into()),
        Edit::Set(path.key("next"), cursor.as_str().into()),
    ];
    paging(site, &format!("cursor: {next}, next: {cursor}"), edits)
}

fn paging_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let pages = site.endpoint.head.pagination.is_some();
    pages.then(|| site.key("pagination", None, true)).into_iter().collect()
}

/// Returns the key for the last page, and its field.
fn end<'s>(site: &'s EndpointSite<'_>) -> Option<(&'static str, &'s Value)> {
    let pagination = site.value("pagination")?;
    ["more", "end", "total"].into_iter().find_map(|key| Some((key, pagination.get(key)?)))
}

fn paging_end_dropped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let Some((key, _)) = end(site) else { return Vec::new() };
    let at = site.path.key("pagination").key(key);
    paging(site, &format!("no {key}"), vec![Edit::Remove(at)])
}

fn paging_end_reversed(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let other = match end(site) {
        Some(("more", _)) => "end",
        Some(("end", _)) => "more",
        _ => return Vec::new(),
    };
    let Some((key, _)) = end(site) else { return Vec::new() };
    let at = site.path.key("pagination").key(key);
    paging(site, &format!("{key} is {other}"), vec![Edit::Rename(at, other.to_owned())])
}
