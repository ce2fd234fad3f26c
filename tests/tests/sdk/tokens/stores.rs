//! Tokens in a store outside this process's memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use wecom_mock::Server;
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::token::AccessToken;
use wecom_sdk::{
    AuthorizedCorp, Client, ClientBuilder, Error, Fixed, Lease, MemoryStore, Secret, StoreError, StoredToken,
    Suite, TokenStore,
};

use super::{GET_INFO, GETTOKEN};

/// A store that misbehaves, and records every key that is requested.
#[derive(Default)]
struct Odd {
    inner: MemoryStore,
    keys: std::sync::Mutex<Vec<String>>,
    /// How many times it claims to have nothing although it has.
    blind: AtomicU64,
    fails_to_remove: bool,
    fails_to_release: bool,
}

type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

impl Odd {
    fn failure<'a, T: Send + 'a>() -> Answer<'a, T> {
        Box::pin(async { Err(StoreError::new("it misbehaves")) })
    }
}

impl TokenStore for Odd {
    fn get<'a>(&'a self, key: &'a str) -> Answer<'a, Option<StoredToken>> {
        self.keys.lock().unwrap().push(key.to_owned());
        let less = |blind: u64| blind.checked_sub(1);
        if self.blind.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return Box::pin(async { Ok(None) });
        }
        self.inner.get(key)
    }

    fn put<'a>(&'a self, key: &'a str, token: &'a StoredToken, lease: Option<&'a Lease>) -> Answer<'a, ()> {
        self.inner.put(key, token, lease)
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> Answer<'a, ()> {
        if self.fails_to_remove { Self::failure() } else { self.inner.remove(key, token) }
    }

    fn lease<'a>(&'a self, key: &'a str) -> Answer<'a, Option<Lease>> {
        self.inner.lease(key)
    }

    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> Answer<'a, ()> {
        if self.fails_to_release { Self::failure() } else { self.inner.release(key, lease) }
    }
}

fn with_store(server: &Server, store: &Arc<Odd>) -> Client {
    let builder = Client::builder("ww1", "a secret").base_url(server.base_url());
    builder.token_store(Arc::clone(store)).build().expect("the client can be set up")
}

#[tokio::test]
async fn a_refused_token_that_the_store_will_not_part_with_is_not_used_again() {
    let server = Server::start().await.unwrap();
    let store = Arc::new(Odd { fails_to_remove: true, ..Odd::default() });
    let client = with_store(&server, &store);
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    server.revoke_tokens();
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    assert_eq!((server.requests(GETTOKEN), server.requests(GET_INFO)), (2, 3));
}

#[tokio::test]
async fn whoever_gets_the_lease_looks_once_more_before_it_fetches() {
    for fails_to_release in [false, true] {
        let server = Server::start().await.unwrap();
        let store = Arc::new(Odd { fails_to_release, ..Odd::default() });
        let first = with_store(&server, &store);
        first.send(&GetMeetingInfo::new("hy")).await.unwrap();
        if fails_to_release {
            continue;
        }
        // As if the token had arrived between the first check and the lease.
        store.blind.store(1, Ordering::SeqCst);
        let second = with_store(&server, &store);
        second.send(&GetMeetingInfo::new("hy")).await.unwrap();
        assert_eq!(server.requests(GETTOKEN), 1);
    }
}

#[tokio::test]
async fn a_ticket_helps_at_once_and_a_failing_store_does_not_lose_it() {
    /// Always fails.
    struct Broken;
    impl TokenStore for Broken {
        fn get<'a>(&'a self, _: &'a str) -> Answer<'a, Option<StoredToken>> {
            Odd::failure()
        }
        fn put<'a>(&'a self, _: &'a str, _: &'a StoredToken, _: Option<&'a Lease>) -> Answer<'a, ()> {
            Odd::failure()
        }
        fn remove<'a>(&'a self, _: &'a str, _: &'a Secret) -> Answer<'a, ()> {
            Odd::failure()
        }
        fn lease<'a>(&'a self, _: &'a str) -> Answer<'a, Option<Lease>> {
            Odd::failure()
        }
        fn release<'a>(&'a self, _: &'a str, _: Lease) -> Answer<'a, ()> {
            Odd::failure()
        }
    }
    let server = Server::start().await.unwrap();
    for broken in [false, true] {
        let builder = ClientBuilder::new(Suite::new("suite", "suite secret")).base_url(server.base_url());
        let builder = if broken { builder.token_store(Broken) } else { builder };
        let suite = builder.build().unwrap();
        let corp = suite.with_credential(AuthorizedCorp::new(&suite, "ww2", "permanent code"));
        for _ in 0..5 {
            let mut error = corp.send(&GetMeetingInfo::new("hy")).await.unwrap_err();
            while let Error::Token(inner) = error {
                error = Arc::into_inner(inner).unwrap_or(Error::NoTicket);
            }
            assert!(matches!(error, Error::NoTicket), "{error:?}");
        }
        suite.put_ticket("the ticket").await;
        corp.send(&GetMeetingInfo::new("hy")).await.unwrap();
    }
}

#[tokio::test]
async fn what_a_store_is_told_shows_no_secret() {
    let server = Server::start().await.unwrap();
    let store = Arc::new(Odd::default());
    with_store(&server, &store).send(&GetMeetingInfo::new("hy")).await.unwrap();
    let keys = store.keys.lock().unwrap().clone();
    assert!(!keys.is_empty());
    assert!(keys.iter().all(|key| !key.contains("a secret") && !key.contains("ww1")), "{keys:?}");
}

#[tokio::test]
async fn a_token_from_elsewhere_is_kept_nowhere() {
    let server = Server::start().await.unwrap();
    let store = Arc::new(Odd::default());
    let token = Fixed::<AccessToken>::new(server.issue_token("access_token"));
    let builder = ClientBuilder::new(token).base_url(server.base_url());
    let client = builder.token_store(Arc::clone(&store)).build().unwrap();
    client.send(&GetMeetingInfo::new("hy")).await.unwrap();
    server.revoke_tokens();
    assert_eq!(client.send(&GetMeetingInfo::new("hy")).await.unwrap_err().code(), Some(40014));
    assert_eq!((server.requests(GETTOKEN), store.keys.lock().unwrap().len()), (0, 0));
}
