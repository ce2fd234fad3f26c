//! Pages in every documented way of paging.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use wecom_mock::{Reply, Server};
use wecom_sdk::externalcontact::statistics::GetGroupChatStatistic;
use wecom_sdk::kf::account::ListAccount;
use wecom_sdk::living::GetWatchStat;
use wecom_sdk::oa::approval::GetApprovalInfo;
use wecom_sdk::school::health::GetReportJobIds;
use wecom_sdk::token::AccessToken;
use wecom_sdk::wedoc::form::{FormStatisticType, GetFormStatistic};
use wecom_sdk::wedoc::smartsheet::GetRecords;
use wecom_sdk::wedrive::file::{ListFile, SortType};
use wecom_sdk::{Client, Endpoint as _, Error, Paged};
use wecom_tests::success;

fn client(server: &Server) -> Client {
    Client::builder("ww1", "secret").base_url(server.base_url()).build().expect("the client can be set up")
}

fn files() -> ListFile {
    ListFile::new("space", "space", SortType::NameAscending, 0, 100)
}

fn approvals() -> GetApprovalInfo {
    GetApprovalInfo::new(1_720_000_000, 1_720_086_400, "", 100)
}

/// Returns all of four pages, and where each request said that its page starts.
async fn four<E>(request: E, field: &str) -> (Vec<E::Response>, Vec<Value>)
where
    E: Paged<Token = AccessToken> + Send + Sync,
    E::Response: Send,
{
    let server = Server::builder().pages(4).start().await.unwrap();
    let pages = client(&server).pages(request).into_stream().try_collect().await.unwrap();
    let start = |received: wecom_mock::Received| received.json().unwrap()[field].take();
    (pages, server.received(E::META.path).into_iter().map(start).collect())
}

#[tokio::test]
async fn an_offset_is_counted_until_a_page_is_shorter_than_was_asked_for() {
    for (limit, starts) in [
        (None, json!([null, 2, 4, 6, 8])),
        (Some(2), json!([null, 2, 4, 6, 8])),
        (Some(3), json!([null, 3, 6])),
        (Some(1), json!([null, 1, 2, 3, 4, 5, 6, 7, 8])),
        (Some(100), json!([null])),
    ] {
        let mut request = ListAccount::new();
        request.limit = limit;
        let (pages, sent) = four(request, "offset").await;
        assert_eq!(json!(sent), starts, "limit {limit:?}");
        assert_eq!(pages.iter().map(|page| page.account_list.len()).sum::<usize>(), 8, "limit {limit:?}");
    }
}

#[tokio::test]
async fn a_flag_counts_for_more_than_the_length_of_a_page() {
    for (request, starts) in [
        (GetReportJobIds::new(), json!([null, 2, 4, 6])),
        (GetReportJobIds::new().limit(3), json!([null, 3, 6])),
    ] {
        let (pages, sent) = four(request, "offset").await;
        assert_eq!(json!(sent), starts);
        assert_eq!(pages.iter().map(|page| page.jobids.len()).sum::<usize>(), 8);
        assert_eq!(pages.iter().filter(|page| page.ending).count(), 1, "no request is wasted");
    }
    let server = Server::start().await.unwrap();
    server.answer(GetReportJobIds::META.path, |received| {
        let start = received.json().unwrap()["offset"].as_u64().unwrap_or(0);
        Reply::json(json!({ "errcode": 0, "ending": u8::from(start == 3), "jobids": [start.to_string()] }))
    });
    let request = GetReportJobIds::new().limit(100);
    let items: Vec<_> = client(&server).items(request).into_stream().try_collect().await.unwrap();
    assert_eq!(items, ["0", "1", "2", "3"], "pages may be shorter than was asked for");
}

#[tokio::test]
async fn every_item_comes_once_and_in_order() {
    let server = Server::start().await.unwrap();
    server.answer("/cgi-bin/kf/account/list", |received| {
        let sent = received.json().unwrap();
        let number = |name: &str, default| sent[name].as_u64().unwrap_or(default);
        let (offset, limit) = (number("offset", 0), number("limit", 5));
        let page = offset..(offset + limit).min(23);
        let accounts: Value = page.map(|id| json!({ "open_kfid": id.to_string() })).collect();
        Reply::json(json!({ "errcode": 0, "account_list": accounts }))
    });
    let client = client(&server);
    for request in [
        ListAccount::new(),
        ListAccount::new().limit(1),
        ListAccount::new().limit(23),
        ListAccount::new().limit(24),
    ] {
        let accounts: Vec<_> = client.items(request).into_stream().try_collect().await.unwrap();
        let ids: Vec<_> = accounts.into_iter().map(|account| account.open_kfid).collect();
        assert_eq!(ids, (0..23).map(|id| id.to_string()).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn pages_of_several_lists_end_where_a_flag_says_so() {
    let (pages, starts) = four(GetWatchStat::new("live"), "next_key").await;
    assert_eq!(json!(starts), json!([null, "mock-cursor-2", "mock-cursor-3", "mock-cursor-4"]));
    assert_eq!(pages.iter().map(|page| page.ending).collect::<Vec<_>>(), [false, false, false, true]);
    assert!(pages.iter().all(|page| page.stat_info.external_users.len() == 2));

    let (pages, starts) = four(GetFormStatistic::new("form", FormStatisticType::Unsubmitted), "cursor").await;
    assert_eq!(json!(starts), json!([null, 1, 2, 3]));
    assert_eq!(pages.last().unwrap().has_more, Some(false));
}

#[tokio::test]
async fn an_offset_that_the_answer_gives_is_followed_up_to_the_total() {
    let (pages, starts) = four(GetGroupChatStatistic::new(1_720_022_400), "offset").await;
    assert_eq!(json!(starts), json!([null, 2, 4, 6]));
    assert_eq!(
        pages.iter().map(|page| (page.next_offset, page.total)).collect::<Vec<_>>(),
        [(2, 8), (4, 8), (6, 8), (8, 8)]
    );
    assert!(pages.iter().all(|page| page.items.len() == 2));
}

#[tokio::test]
async fn items_may_lie_further_inside_and_a_start_may_be_required() {
    let (pages, starts) = four(files(), "start").await;
    assert_eq!(json!(starts), json!([0, 2, 4, 6]));
    assert!(pages.iter().all(|page| page.file_list.item.len() == 2));
    let server = Server::builder().pages(4).start().await.unwrap();
    let items: Vec<_> = client(&server).items(files()).into_stream().try_collect().await.unwrap();
    assert_eq!(items.len(), 8);
}

#[tokio::test]
async fn a_cursor_may_have_any_name_and_be_text_or_a_number() {
    let (pages, starts) = four(approvals(), "new_cursor").await;
    assert_eq!(json!(starts), json!(["", "mock-cursor-2", "mock-cursor-3", "mock-cursor-4"]));
    assert_eq!(pages.last().unwrap().new_next_cursor.as_deref(), Some(""));

    let (pages, starts) = four(GetRecords::new("doc", "sheet"), "offset").await;
    let size = pages[0].records.iter().flatten().count();
    assert_eq!(json!(starts), json!([null, size, 2 * size, 3 * size]));
}

/// Fetches two of four pages, stores the cursor, and counts what a new request returns from there on.
async fn resumed<E>(request: impl Fn() -> E) -> (String, usize)
where
    E: Paged<Token = AccessToken> + Send + Sync,
    E::Response: Send,
{
    let server = Server::builder().pages(4).start().await.unwrap();
    let client = client(&server);
    let mut before = request();
    for _ in 0..2 {
        let page = client.send(&before).await.unwrap();
        before.set_cursor(before.next_cursor(&page).expect("two more pages follow"));
    }
    let stored = before.cursor().expect("this is not the first page");
    let mut request = request();
    request.set_cursor(stored.clone());
    let pages: Vec<_> = client.pages(request).into_stream().try_collect().await.unwrap();
    (stored, pages.len())
}

#[tokio::test]
async fn reading_goes_on_from_a_stored_cursor() {
    let text = |cursor: &str, pages| (cursor.to_owned(), pages);
    assert_eq!(resumed(|| ListAccount::new().limit(3)).await, text("6", 1), "a page of two is left");
    assert_eq!(resumed(ListAccount::new).await, text("4", 3), "an empty page comes last");
    assert_eq!(resumed(GetReportJobIds::new).await, text("4", 2));
    assert_eq!(resumed(|| GetWatchStat::new("live")).await, text("mock-cursor-3", 2));
    assert_eq!(resumed(|| GetGroupChatStatistic::new(1_720_022_400)).await, text("4", 2));
    assert_eq!(resumed(files).await, text("4", 2));
    assert_eq!(resumed(approvals).await, text("mock-cursor-3", 2));
    assert_eq!(resumed(|| GetFormStatistic::new("form", FormStatisticType::Unsubmitted)).await, text("2", 2));
}

/// Returns where paging gets stuck, and after how many pages, with these responses, the last of which repeats.
async fn stuck<E>(request: E, answers: Value) -> (String, usize)
where
    E: Paged<Token = AccessToken> + Send + Sync,
    E::Response: Send,
{
    let server = Server::start().await.unwrap();
    let asked = AtomicUsize::new(0);
    server.answer(E::META.path, move |_| {
        let answers = answers.as_array().unwrap();
        let index = asked.fetch_add(1, Ordering::Relaxed);
        Reply::json(success(&answers[index.min(answers.len() - 1)]))
    });
    let mut pages = client(&server).pages(request);
    for page in 0..100 {
        match pages.try_next().await {
            Ok(got) => assert!(got.is_some(), "the pages end, although more should follow"),
            Err(Error::RepeatedCursor { endpoint, cursor, .. }) => {
                assert_eq!(endpoint.path, E::META.path);
                assert!(
                    matches!(pages.try_next().await, Err(Error::RepeatedCursor { .. })),
                    "and stays stuck"
                );
                assert_eq!(server.requests(E::META.path), page, "every page that came is handed out");
                return (cursor, usize::try_from(page).unwrap());
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("this goes on for ever");
}

#[tokio::test]
async fn what_stands_still_is_an_error_and_no_endless_loop() {
    let at = |cursor: &str, pages| (cursor.to_owned(), pages);
    let file = |more: bool, next: u32| json!({ "has_more": more, "next_start": next });
    assert_eq!(stuck(files(), json!([file(true, 2)])).await, at("2", 2));
    assert_eq!(stuck(files(), json!([file(true, 0)])).await, at("", 1), "no way forward");
    assert_eq!(stuck(files(), json!([file(true, 2), file(true, 4), file(true, 4)])).await, at("4", 3));

    let jobs = |jobs: &[&str]| json!({ "ending": 0, "jobids": jobs });
    assert_eq!(
        stuck(GetReportJobIds::new(), json!([jobs(&[])])).await,
        at("0", 1),
        "an empty page, and no end"
    );
    assert_eq!(stuck(GetReportJobIds::new(), json!([jobs(&["a", "b"]), jobs(&[])])).await, at("2", 2));

    let key = |key: &str| json!({ "ending": 0, "next_key": key });
    let live = || GetWatchStat::new("live");
    assert_eq!(stuck(live(), json!([key("A")])).await, at("A", 2));
    assert_eq!(stuck(live(), json!([key("")])).await, at("", 1));
    assert_eq!(stuck(live().next_key("A"), json!([key("A")])).await, at("A", 1));

    let numbers = |next: u64| json!({ "total": 9, "next_offset": next });
    let statistic = || GetGroupChatStatistic::new(1_720_022_400);
    assert_eq!(stuck(statistic(), json!([numbers(4)])).await, at("4", 2));
    assert_eq!(stuck(statistic(), json!([{ "total": 9 }])).await, at("", 1));

    let number = |next: &str| json!({ "sp_no_list": ["1"], "new_next_cursor": next });
    assert_eq!(stuck(approvals(), json!([number("A")])).await, at("A", 2));
}

#[tokio::test]
async fn cursors_that_go_round_are_an_error() {
    let server = Server::start().await.unwrap();
    server.answer(GetWatchStat::META.path, |received| {
        let next = match received.json().unwrap()["next_key"].as_str() {
            Some("A") => "B",
            Some("B") => "C",
            _ => "A",
        };
        Reply::json(json!({ "errcode": 0, "ending": 0, "next_key": next }))
    });
    let pages: Result<Vec<_>, _> =
        client(&server).pages(GetWatchStat::new("live")).into_stream().try_collect().await;
    assert!(matches!(pages, Err(Error::RepeatedCursor { .. })));
    assert!(server.requests(GetWatchStat::META.path) < 16);
}
