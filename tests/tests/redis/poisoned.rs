//! A Redis with foreign values: they are replaced, and nobody has to wait until they expire.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redis::aio::MultiplexedConnection;
use redis::cmd;
use wecom_mock::Server;
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::{ClientBuilder, Endpoint as _, LimitKey, LimitStore as _, Suite, TokenStore as _};

use crate::server::RedisServer;
use crate::{GETTOKEN, builder};

/// Writes something to the key of a credential, which `{}` represents.
async fn poison(connection: &mut MultiplexedConnection, key: &str, commands: &[&[&str]]) {
    for command in commands {
        let mut query = cmd(command[0]);
        for word in &command[1..] {
            query.arg(word.replace("{}", key));
        }
        let () = query.query_async(connection).await.unwrap();
    }
}

/// Returns the only key that ends like this.
async fn only_key(redis: &RedisServer, end: &str) -> String {
    let keys = redis.keys(&format!("*{end}")).await;
    let [key] = &keys[..] else { panic!("{keys:?}") };
    key.clone()
}

fn in_milliseconds(from_now: Duration) -> String {
    (SystemTime::now() + from_now).duration_since(UNIX_EPOCH).unwrap().as_millis().to_string()
}

#[tokio::test]
async fn what_is_no_token_is_replaced_at_once_and_for_everyone() {
    let Some(redis) = RedisServer::start("what_is_no_token_is_replaced_at_once_and_for_everyone") else {
        return;
    };
    let server = Server::start().await.unwrap();
    let client = || builder(&server.base_url(), &redis.store()).build().unwrap();
    client().send(&GetMeetingInfo::new("hy")).await.unwrap();
    let mut connection = redis.connection().await;
    let key = only_key(&redis, ":token").await;
    let (soon, past) = (in_milliseconds(Duration::from_secs(7200)), "1000".to_owned());
    let in_years = in_milliseconds(Duration::from_secs(400 * 24 * 60 * 60));
    let huge = "k".repeat(1 << 20);
    let hash = |token: &str, expires: &str| {
        vec![
            "HSET".to_owned(),
            "{}".to_owned(),
            "token".to_owned(),
            token.to_owned(),
            "expires".to_owned(),
            expires.to_owned(),
        ]
    };
    let mut poisons: Vec<Vec<String>> = vec![
        hash("", &soon),
        hash(&huge, &soon),
        hash("two words", &soon),
        hash("token\n", &soon),
        hash("令牌", &soon),
        hash("token", &past),
        hash("token", &in_years),
        hash("token", "18446744073709551615"),
        hash("token", "never"),
        hash("token", ""),
    ];
    for fence in ["9007199254740991", "1e300", "-5", "nan", "many"] {
        let mut fenced = hash("", &soon);
        fenced.extend(["fence".to_owned(), fence.to_owned()]);
        poisons.push(fenced);
    }
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    poisons.push(words(&["SET", "{}", "a token"]));
    poisons.push(words(&["SADD", "{}", "token"]));
    poisons.push(words(&["HSET", "{}", "token", "token"]));
    for poison_ in poisons {
        let before = server.requests(GETTOKEN);
        let poisoned: Vec<_> = poison_.iter().map(String::as_str).collect();
        poison(&mut connection, &key, &[&["DEL", "{}"], &poisoned]).await;
        for _ in 0..3 {
            client().send(&GetMeetingInfo::new("hy")).await.unwrap();
        }
        let text = format!("{poisoned:.60?}");
        assert_eq!(server.requests(GETTOKEN), before + 1, "{text}");
        let life: i64 = cmd("PTTL").arg(&key).query_async(&mut connection).await.unwrap();
        assert!((1..=7_200_000).contains(&life), "{life} {text}");
    }
    // A text that looks like a token is dropped when WeCom says that it isn't one.
    for code in [40014, 41001, 42001] {
        poison(
            &mut connection,
            &key,
            &[&["DEL", "{}"], &["HSET", "{}", "token", "not-ours", "expires", &soon]],
        )
        .await;
        server.inject(wecom_mock::Fault::code(code).on(crate::GET_INFO).times(1));
        let before = server.requests(GETTOKEN);
        client().send(&GetMeetingInfo::new("hy")).await.unwrap();
        client().send(&GetMeetingInfo::new("hy")).await.unwrap();
        assert_eq!(server.requests(GETTOKEN), before + 1, "{code}");
    }
}

#[tokio::test]
async fn a_lease_that_nobody_would_ever_give_back_ends() {
    let Some(redis) = RedisServer::start("a_lease_that_nobody_would_ever_give_back_ends") else { return };
    let store = redis.store().lease_lifetime(Duration::from_millis(200));
    let mut connection = redis.connection().await;
    let left: [&[&[&str]]; 4] = [
        &[&["SET", "{}", "7"]],
        &[&["SET", "{}", "7", "EX", "86400"]],
        &[&["SADD", "{}", "7"]],
        &[&["SET", "wecom:{key}:fence", "no number"], &["SET", "{}", "7"]],
    ];
    for commands in left {
        poison(&mut connection, "wecom:{key}:lease", commands).await;
        assert_eq!(store.lease("key").await.unwrap(), None, "it may be somebody's");
        let mut waited = 0;
        let lease = loop {
            if let Some(lease) = store.lease("key").await.unwrap() {
                break lease;
            }
            waited += 1;
            assert!(waited < 100, "{commands:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        store.release("key", lease).await.unwrap();
    }
}

#[tokio::test]
async fn a_lease_is_later_than_the_token_even_where_the_counter_was_lost() {
    let Some(redis) = RedisServer::start("a_lease_is_later_than_the_token_even_where_the_counter_was_lost")
    else {
        return;
    };
    let store = redis.store();
    let mut connection = redis.connection().await;
    let soon = in_milliseconds(Duration::from_secs(60));
    poison(
        &mut connection,
        "wecom:{key}:token",
        &[&["HSET", "{}", "token", "a", "expires", &soon, "fence", "41"]],
    )
    .await;
    assert_eq!(store.lease("key").await.unwrap().unwrap().fence, 42);
}

#[tokio::test]
async fn a_ticket_that_cannot_be_one_does_not_hide_the_one_that_came() {
    let Some(redis) = RedisServer::start("a_ticket_that_cannot_be_one_does_not_hide_the_one_that_came")
    else {
        return;
    };
    let server = Server::start().await.unwrap();
    let client = || {
        let builder = ClientBuilder::new(Suite::new("suite", "suite secret")).base_url(server.base_url());
        builder.token_store(redis.store()).build().unwrap()
    };
    client().put_ticket("the ticket").await;
    let mut connection = redis.connection().await;
    let key = only_key(&redis, "-ticket}:token").await;
    let tomorrow = in_milliseconds(Duration::from_secs(24 * 60 * 60));
    let asked = || server.received("/cgi-bin/service/get_suite_token").pop().unwrap().json().unwrap();
    let suite = client();
    suite.put_ticket("the next ticket").await;
    poison(
        &mut connection,
        &key,
        &[&["DEL", "{}"], &["HSET", "{}", "token", "poison", "expires", &tomorrow]],
    )
    .await;
    let corp = suite.with_credential(wecom_sdk::AuthorizedCorp::new(&suite, "ww2", "permanent code"));
    corp.send(&GetMeetingInfo::new("hy")).await.unwrap();
    assert_eq!(asked()["suite_ticket"], "the next ticket");
}

#[tokio::test]
async fn counts_that_are_none_do_not_stop_calls() {
    let Some(redis) = RedisServer::start("counts_that_are_none_do_not_stop_calls") else { return };
    let store = redis.store();
    let rates = GetCorpCheckinOption::META.rates;
    let key = LimitKey::new("key", "endpoint");
    assert_eq!(store.take(key, rates, 1).await.unwrap(), None);
    let mut connection = redis.connection().await;
    let counts = only_key(&redis, ":60").await;
    let commands: [&[&str]; 4] = [
        &["SET", "{}", "text"],
        &["HSET", "{}", "slot", "100"],
        &["HSET", "{}", "99999999999", "100"],
        &["HSET", "{}", "nan", "nan"],
    ];
    for command in commands {
        poison(&mut connection, &counts, &[&["DEL", "{}"], command]).await;
        assert_eq!(store.take(key, rates, 1).await.unwrap(), None, "{command:?}");
        let life: i64 = cmd("PTTL").arg(&counts).query_async(&mut connection).await.unwrap();
        assert!(life > 0, "{command:?}");
    }
    // Nor do places that would be taken forever.
    let places = "wecom:{key}:places:endpoint";
    let commands: [&[&str]; 3] = [
        &["SET", "{}", "text"],
        &["ZADD", "{}", "inf", "somebody"],
        &["ZADD", "{}", "9999999999999", "somebody"],
    ];
    for command in commands {
        poison(&mut connection, places, &[&["DEL", "{}"], command]).await;
        let entered = store.enter(key, 1, 1, Duration::from_secs(10)).await;
        assert!(entered.unwrap(), "{command:?}");
    }
}
