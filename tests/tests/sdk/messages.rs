//! Messages that callbacks only announce: fetched from where the last process stopped, each handled once.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use wecom_mock::{Fault, Received, Reply, Server};
use wecom_sdk::callback::{
    Callbacks, Format, KfMessages, Receiver, Router, Sender, SyncError, archived_messages, keyword_hits,
    kf_messages,
};
use wecom_sdk::{
    Client, CorpSecret, Lease, MemoryStore, NoRetry, Secret, StoreFuture, StoredToken, TokenStore,
};

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";

const KF: &str = "/cgi-bin/kf/sync_msg";
const ARCHIVE: &str = "/cgi-bin/chatdata/sync_msg";
const HITS: &str = "/cgi-bin/chatdata/keyword/get_hit_msg_list";

/// WeCom's messages of each account, three per page. A cursor is the number of messages before it.
#[derive(Clone, Default)]
struct Conversation(Arc<Mutex<HashMap<String, Vec<String>>>>);

impl Conversation {
    fn say(&self, account: &str, messages: impl IntoIterator<Item = u32>) {
        let messages = messages.into_iter().map(|number| format!("{account}-{number}"));
        self.0.lock().unwrap().entry(account.to_owned()).or_default().extend(messages);
    }

    fn page(&self, request: &Received, message: fn(&str) -> Value) -> Reply {
        let asked = request.json().unwrap();
        let account = asked["open_kfid"].as_str().unwrap_or_default();
        let all = self.0.lock().unwrap().get(account).cloned().unwrap_or_default();
        let start: usize = asked["cursor"].as_str().map_or(0, |cursor| cursor.parse().unwrap());
        let end = all.len().min(start + 3);
        let list: Vec<Value> = all[start..end].iter().map(|id| message(id)).collect();
        Reply::json(json!({
            "errcode": 0, "errmsg": "ok", "next_cursor": end.to_string(), "has_more": u8::from(end < all.len()), "msg_list": list,
        }))
    }

    async fn serve(&self) -> Server {
        let server = Server::start().await.unwrap();
        let kf = self.clone();
        server.answer(KF, move |request| {
            kf.page(request, |id| {
                json!({ "msgid": id, "send_time": 1, "origin": 3, "msgtype": "text", "text": { "content": "hi" } })
            })
        });
        let archive = self.clone();
        server.answer(ARCHIVE, move |request| {
            archive.page(request, |id| {
                json!({
                    "msgid": id, "sender": { "type": 1, "id": "a" }, "receiver_list": [], "send_time": 1, "msgtype": 2,
                    "service_encrypt_info": { "encrypted_secret_key": "bXk=", "public_key_ver": 1 },
                })
            })
        });
        let hits = self.clone();
        server.answer(HITS, move |request| {
            assert_eq!(request.json().unwrap()["need_detail"], 1);
            hits.page(request, |id| {
                json!({ "msgid": id, "hit_rule_list": [{ "rule_id": "kr1", "has_hit_keyword": true, "semantics_list": [] }] })
            })
        });
        server
    }
}

fn client(server: &Server, store: &Arc<MemoryStore>) -> Client {
    Client::builder("ww1", "secret")
        .base_url(server.base_url())
        .token_store(Arc::clone(store))
        .retry(NoRetry)
        .build()
        .unwrap()
}

/// The handled messages, in order; handlers wait for as many permits as there are messages.
#[derive(Clone)]
struct Handled {
    ids: Arc<Mutex<Vec<String>>>,
    may: Arc<Semaphore>,
    fails: Arc<AtomicUsize>,
}

impl Handled {
    fn new(may: usize) -> Self {
        Self { ids: Arc::default(), may: Arc::new(Semaphore::new(may)), fails: Arc::default() }
    }

    async fn handle(self, id: String) -> Result<(), &'static str> {
        self.may.acquire().await.unwrap().forget();
        if self.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |fails| fails.checked_sub(1)).is_ok() {
            return Err("the database is away");
        }
        self.ids.lock().unwrap().push(id);
        Ok(())
    }

    fn messages(&self, client: &Client) -> KfMessages<CorpSecret> {
        let handled = self.clone();
        kf_messages(client, move |message| handled.clone().handle(message.msgid))
    }

    fn numbers(&self, account: &str) -> Vec<u32> {
        let ids = self.ids.lock().unwrap();
        ids.iter().filter_map(|id| id.strip_prefix(account)?.strip_prefix('-')?.parse().ok()).collect()
    }
}

/// Callbacks of an application, as WeCom sends them.
struct Pusher(Callbacks);

impl Pusher {
    fn new(router: Router) -> Self {
        Self(Callbacks::new(Receiver::builder(TOKEN, KEY).receiveid("ww1").build().unwrap(), router))
    }

    async fn push(&self, message: &str) -> StatusCode {
        let sender = Sender::new(TOKEN, KEY, "ww1").unwrap();
        let sent = sender.callback(Format::Xml, message.as_bytes(), "ww1", "");
        let request = Request::post(format!("/?{}", sent.query)).body(Bytes::from(sent.body)).unwrap();
        self.0.handle(request).await.status()
    }

    /// Sends a callback that differs from others by its token.
    async fn announce(&self, account: &str, token: &str) -> StatusCode {
        self.push(&format!(
            "<xml><ToUserName>ww1</ToUserName><MsgType>event</MsgType><Event>kf_msg_or_event</Event>\
             <Token>{token}</Token><OpenKfId>{account}</OpenKfId></xml>"
        ))
        .await
    }
}

#[tokio::test]
async fn a_callback_brings_all_messages_in_order_and_the_next_one_goes_on_behind_them() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let (handled, client) = (Handled::new(100), client(&server, &Arc::default()));
    let callbacks = Pusher::new(handled.messages(&client).router());
    conversation.say("wk1", 0..7);
    conversation.say("wk2", 0..2);
    assert_eq!(callbacks.announce("wk1", "T1").await, StatusCode::OK);
    assert_eq!(handled.numbers("wk1"), (0..7).collect::<Vec<_>>());
    conversation.say("wk1", 7..8);
    assert_eq!(callbacks.announce("wk1", "T2").await, StatusCode::OK);
    assert_eq!(callbacks.announce("wk2", "T3").await, StatusCode::OK);
    assert_eq!(callbacks.announce("wk1", "T4").await, StatusCode::OK, "there is nothing new");
    assert_eq!((handled.numbers("wk1"), handled.numbers("wk2")), ((0..8).collect::<Vec<_>>(), vec![0, 1]));
    let asked = server.received(KF);
    let tokens: Vec<Value> = asked.iter().map(|request| request.json().unwrap()["token"].clone()).collect();
    assert_eq!(tokens, ["T1", "T1", "T1", "T2", "T3", "T4"]);
    // A repeated callback counts once.
    assert_eq!(callbacks.announce("wk1", "T4").await, StatusCode::OK);
    assert_eq!(server.requests(KF), 6);
}

#[tokio::test]
async fn a_new_process_goes_on_behind_the_last_message_whose_handler_succeeded() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let store = Arc::default();
    conversation.say("wk1", 0..7);
    // It stops at the fifth message, in the middle of a page, and never comes back.
    let handled = Handled::new(4);
    let first = handled.messages(&client(&server, &store));
    assert!(timeout(Duration::from_millis(300), first.catch_up("wk1")).await.is_err());
    assert_eq!(handled.numbers("wk1"), [0, 1, 2, 3]);
    conversation.say("wk1", 7..9);
    handled.may.add_permits(100);
    handled.messages(&client(&server, &store)).catch_up("wk1").await.unwrap();
    assert_eq!(
        handled.numbers("wk1"),
        (0..9).collect::<Vec<_>>(),
        "nothing is missing, and nothing comes twice"
    );
}

#[tokio::test(start_paused = true)]
async fn the_turn_of_a_killed_process_ends_after_a_few_seconds() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let store = Arc::default();
    conversation.say("wk1", 0..5);
    let handled = Handled::new(2);
    let killed = handled.messages(&client(&server, &store));
    let mut stopped = Box::pin(async move { killed.catch_up("wk1").await });
    assert!(timeout(Duration::from_secs(3), &mut stopped).await.is_err());
    // As if killed: it neither releases its turn nor renews it.
    std::mem::forget(stopped);
    handled.may.add_permits(100);
    let start = Instant::now();
    handled.messages(&client(&server, &store)).catch_up("wk1").await.unwrap();
    assert_eq!(handled.numbers("wk1"), (0..5).collect::<Vec<_>>());
    let waited = start.elapsed();
    assert!(waited > Duration::from_secs(1) && waited < Duration::from_secs(8), "{waited:?}");
}

#[tokio::test]
async fn a_message_whose_handler_fails_comes_again_and_first() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let (handled, client) = (Handled::new(100), client(&server, &Arc::default()));
    let callbacks = Pusher::new(handled.messages(&client).router());
    conversation.say("wk1", 0..2);
    assert_eq!(callbacks.announce("wk1", "T1").await, StatusCode::OK);
    conversation.say("wk1", 2..6);
    handled.fails.store(1, Ordering::SeqCst);
    assert_eq!(callbacks.announce("wk1", "T2").await, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(handled.numbers("wk1"), [0, 1]);
    // WeCom sends it again.
    assert_eq!(callbacks.announce("wk1", "T2").await, StatusCode::OK);
    assert_eq!(handled.numbers("wk1"), (0..6).collect::<Vec<_>>());

    handled.fails.store(1, Ordering::SeqCst);
    conversation.say("wk1", 6..7);
    let error = handled.messages(&client).catch_up("wk1").await.unwrap_err();
    assert_eq!(error.to_string(), "the handler of a message failed: the database is away");
    server.inject(Fault::code(95007).on(KF));
    let error = handled.messages(&client).catch_up("wk1").await.unwrap_err();
    assert!(matches!(&error, SyncError::Call(error) if error.code() == Some(95007)), "{error}");
}

#[tokio::test]
async fn two_processes_at_once_handle_each_message_once() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let store = Arc::default();
    let handled = Handled::new(1000);
    let processes = [(); 2].map(|()| Pusher::new(handled.messages(&client(&server, &store)).router()));
    for round in 0..10 {
        conversation.say("wk1", 5 * round..5 * round + 5);
        let tokens = [format!("A{round}"), format!("B{round}")];
        let statuses = tokio::join!(
            processes[0].announce("wk1", &tokens[0]),
            processes[1].announce("wk1", &tokens[1]),
            processes[1].announce("wk1", &tokens[0]),
        );
        assert_eq!(statuses, (StatusCode::OK, StatusCode::OK, StatusCode::OK));
    }
    assert_eq!(handled.numbers("wk1"), (0..50).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn callbacks_that_come_while_messages_are_handled_share_one_more_call() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let (handled, client) = (Handled::new(0), client(&server, &Arc::default()));
    let messages = Arc::new(handled.messages(&client));
    conversation.say("wk1", 0..1);
    conversation.say("wk2", 0..1);
    let sync = |account: &'static str| {
        let messages = Arc::clone(&messages);
        tokio::spawn(async move { messages.catch_up(account).await })
    };
    let first = sync("wk1");
    while server.requests(KF) == 0 {
        tokio::task::yield_now().await;
    }
    conversation.say("wk1", 1..2);
    let later: Vec<_> = (0..20).map(|_| sync("wk1")).collect();
    let other = sync("wk2");
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.requests(KF), 2, "another account waits for nobody");
    handled.may.add_permits(100);
    for done in [first, other].into_iter().chain(later) {
        done.await.unwrap().unwrap();
    }
    assert_eq!(handled.numbers("wk1"), [0, 1]);
    assert_eq!(server.requests(KF), 3);
}

#[tokio::test]
async fn apps_and_companies_have_positions_of_their_own() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let store = Arc::default();
    let (one, two) = (Handled::new(100), Handled::new(100));
    let first = client(&server, &store);
    let second = first.with_credential(CorpSecret::new("ww1", "another app's"));
    conversation.say("wk1", 0..4);
    one.messages(&first).catch_up("wk1").await.unwrap();
    two.messages(&second).catch_up("wk1").await.unwrap();
    assert_eq!((one.numbers("wk1").len(), two.numbers("wk1").len()), (4, 4));

    let callbacks =
        Pusher::new(one.messages(&first).router_of("ww2").merge(two.messages(&second).router_of("ww1")));
    conversation.say("wk1", 4..5);
    assert_eq!(callbacks.announce("wk1", "T").await, StatusCode::OK);
    assert_eq!((one.numbers("wk1").len(), two.numbers("wk1").len()), (4, 5));
}

#[tokio::test]
async fn archived_messages_are_handled_as_they_are_announced() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let (handled, client) = (Handled::new(100), client(&server, &Arc::default()));
    let recording = handled.clone();
    let messages = archived_messages(&client, move |message| recording.clone().handle(message.msgid));
    let callbacks = Pusher::new(messages.router_of("wpcompany"));
    let announce = async |company: &str, token: &str| {
        callbacks
            .push(&format!(
                "<xml><SuiteId>ww9</SuiteId><AuthCorpId>{company}</AuthCorpId><InfoType>conversation_new_message</InfoType>\
                 <TimeStamp>1767225600</TimeStamp><Token>{token}</Token></xml>"
            ))
            .await
    };
    conversation.say("", 0..5);
    assert_eq!(announce("wpother", "T1").await, StatusCode::OK);
    assert_eq!(server.requests(ARCHIVE), 0);
    assert_eq!(announce("wpcompany", "T2").await, StatusCode::OK);
    conversation.say("", 5..6);
    messages.catch_up().await.unwrap();
    assert_eq!(handled.numbers(""), (0..6).collect::<Vec<_>>());
}

#[tokio::test]
async fn hits_of_keyword_rules_are_handled_as_they_are_announced_apart_from_the_archive() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    let (handled, client) = (Handled::new(100), client(&server, &Arc::default()));
    let [archived, hit] = [handled.clone(), handled.clone()];
    let archive = archived_messages(&client, move |message| archived.clone().handle(message.msgid));
    let hits = keyword_hits(&client, move |message| {
        assert_eq!(message.hit_rule_list[0].rule_id, "kr1");
        hit.clone().handle(message.msgid)
    });
    let callbacks = Pusher::new(archive.router_of("wpcompany").merge(hits.router_of("wpcompany")));
    let announce = async |company: &str, token: &str| {
        callbacks
            .push(&format!(
                "<xml><SuiteId>ww9</SuiteId><AuthCorpId>{company}</AuthCorpId><InfoType>hit_keyword</InfoType>\
                 <TimeStamp>1767225600</TimeStamp><Token>{token}</Token></xml>"
            ))
            .await
    };
    conversation.say("", 0..4);
    assert_eq!(announce("wpother", "T1").await, StatusCode::OK);
    assert_eq!(announce("wpcompany", "T2").await, StatusCode::OK);
    assert_eq!((server.requests(ARCHIVE), server.requests(HITS)), (0, 2));
    conversation.say("", 4..5);
    hits.catch_up().await.unwrap();
    assert_eq!(handled.numbers(""), (0..5).collect::<Vec<_>>());
    archive.catch_up().await.unwrap();
    assert_eq!(handled.numbers(""), (0..5).chain(0..5).collect::<Vec<_>>(), "each has a position of its own");
}

/// A store that fails, or contains something other than a position.
#[derive(Default)]
struct Broken {
    fails: bool,
}

impl TokenStore for Broken {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredToken>> {
        let expires_at = SystemTime::now() + Duration::from_secs(3600);
        let stored = StoredToken { token: "something else".into(), expires_at };
        Box::pin(async move { Ok(key.contains("-kf-").then_some(stored)) })
    }

    fn put<'a>(&'a self, _: &'a str, _: &'a StoredToken, _: Option<&'a Lease>) -> StoreFuture<'a> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn remove<'a>(&'a self, _: &'a str, _: &'a Secret) -> StoreFuture<'a> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn lease<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Lease>> {
        let fails = self.fails && key.contains("-kf-");
        let error = wecom_sdk::StoreError::new("connection refused");
        Box::pin(async move { if fails { Err(error) } else { Ok(Some(Lease { fence: 1 })) } })
    }

    fn release<'a>(&'a self, _: &'a str, _: Lease) -> StoreFuture<'a> {
        Box::pin(std::future::ready(Ok(())))
    }
}

#[tokio::test]
async fn without_its_position_nothing_is_handled_again() {
    let conversation = Conversation::default();
    let server = conversation.serve().await;
    conversation.say("wk1", 0..1);
    let handled = Handled::new(100);
    for (fails, expected) in [
        (true, "the token store failed: connection refused"),
        (false, "the token store has no position under `"),
    ] {
        let client = Client::builder("ww1", "secret").base_url(server.base_url());
        let client = client.token_store(Broken { fails }).build().unwrap();
        let error = pin!(handled.messages(&client).catch_up("wk1")).await.unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    assert_eq!((handled.numbers("wk1").len(), server.requests(KF)), (0, 0));
}

#[tokio::test]
async fn pages_that_lead_nowhere_are_an_error() {
    let server = Server::start().await.unwrap();
    server.answer(KF, |_| {
        Reply::json(
            json!({ "errcode": 0, "errmsg": "ok", "next_cursor": "C", "has_more": 1, "msg_list": [] }),
        )
    });
    let error =
        Handled::new(1).messages(&client(&server, &Arc::default())).catch_up("wk1").await.unwrap_err();
    assert!(matches!(error, SyncError::Call(wecom_sdk::Error::RepeatedCursor { .. })), "{error}");
    assert_eq!(server.requests(KF), 2);
}
