//! What a rate allows, counted for all processes.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use wecom_mock::Server;
use wecom_sdk::checkin::GetCorpCheckinOption;
use wecom_sdk::{Endpoint as _, Error, LimitKey, LimitStore as _, OnLimit, Period};

use crate::server::RedisServer;
use crate::{builder, calls};

#[tokio::test]
async fn no_second_has_more_calls_than_its_rate_wherever_it_begins() {
    let Some(redis) = RedisServer::start("no_second_has_more_calls_than_its_rate_wherever_it_begins") else {
        return;
    };
    let store = redis.store();
    let mut rate = GetCorpCheckinOption::META.rates[0];
    (rate.calls, rate.per) = (7, Period::Second);
    let key = LimitKey::new("credential", "endpoint");
    let mut calls = Vec::new();
    while calls.len() < 7 * 4 {
        let before = Instant::now();
        match store.take(key, &[rate], 1).await.unwrap() {
            // Spread over the second, so that slots leave one by one.
            None => {
                calls.push((before, Instant::now()));
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
            Some(wait) => {
                assert!(wait <= Duration::from_millis(1100), "{wait:?}");
                tokio::time::sleep(wait).await;
            }
        }
    }
    for (earlier, later) in calls.iter().zip(&calls[7..]) {
        assert!(later.1 - earlier.0 >= Duration::from_millis(999), "{:?}", later.1 - earlier.0);
    }
    let took = calls[27].0 - calls[0].0;
    assert!(took < Duration::from_secs(8), "and nearly as many get through: {took:?}");
}

#[tokio::test]
async fn processes_share_what_a_rate_allows() {
    let Some(redis) = RedisServer::start("processes_share_what_a_rate_allows") else { return };
    let server = Server::start().await.unwrap();
    let allowed = GetCorpCheckinOption::META.rates[0].calls as usize;
    let store = redis.store();
    let clients = [(); 2].map(|()| {
        let builder = builder(&server.base_url(), &store).limit_store(store.clone());
        builder.on_limit(OnLimit::Refuse).build().unwrap()
    });
    let request = GetCorpCheckinOption::new();
    let calls = (0..allowed + 20).map(|number| clients[number % 2].send(&request));
    let (sent, refused): (Vec<_>, Vec<_>) = join_all(calls).await.into_iter().partition(Result::is_ok);
    assert_eq!((sent.len(), refused.len()), (allowed, 20));
    for refusal in refused {
        let Err(Error::Limited { retry_after, .. }) = refusal else { panic!("{refusal:?}") };
        assert!(
            retry_after > Duration::from_secs(50) && retry_after < Duration::from_secs(62),
            "{retry_after:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_companys_calls_are_told_by_the_hundred_and_counted_for_all_who_share_redis() {
    let test = "a_companys_calls_are_told_by_the_hundred_and_counted_for_all_who_share_redis";
    let Some(redis) = RedisServer::start(test) else { return };
    let server = Server::start().await.unwrap();
    let clients = [(); 2].map(|()| {
        let store = redis.store();
        let builder = builder(&server.base_url(), &store).on_limit(OnLimit::Refuse);
        builder.limit_store(store).build().unwrap()
    });
    let counted = async || {
        let keys = redis.keys("wecom:*:calls:/cgi-bin/meeting/get_info:60").await;
        let [key] = &keys[..] else { return 0 };
        let counts: Vec<u64> =
            redis::cmd("HVALS").arg(key).query_async(&mut redis.connection().await).await.unwrap();
        counts.iter().sum()
    };
    assert!(calls(&clients[0], 99).await.iter().all(Result::is_ok));
    assert_eq!(counted().await, 0);
    assert!(calls(&clients[0], 1).await.iter().all(Result::is_ok));
    assert_eq!(counted().await, 100);
    assert!(calls(&clients[1], 150).await.iter().all(Result::is_ok));
    assert_eq!(counted().await, 200);
    // As if other processes had made nearly all that a minute allows.
    let [key] = &redis.keys("wecom:*:calls:/cgi-bin/meeting/get_info:60").await[..] else { panic!() };
    let mut connection = redis.connection().await;
    let slots: Vec<String> = redis::cmd("HKEYS").arg(key).query_async(&mut connection).await.unwrap();
    let () =
        redis::cmd("HINCRBY").arg(key).arg(&slots[0]).arg(9_790).query_async(&mut connection).await.unwrap();
    let mut refused = 0;
    for _ in 0..60 {
        // One after the other: while Redis is asked, others need not wait for that.
        refused += calls(&clients[1], 1)
            .await
            .iter()
            .filter(|call| matches!(call, Err(Error::Limited { .. })))
            .count();
    }
    assert_eq!(
        refused, 11,
        "49 complete the hundred that there is no room for, and every call from there on asks"
    );
    assert_eq!(counted().await, 9_990);
}
