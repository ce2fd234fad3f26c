//! Pages signed for the JS-SDK, with tickets that are kept like tokens.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::{
    AuthorizedCorp, Client, ClientBuilder, Error, JsSdk, JsSignature, MemoryStore, Suite, errcode,
};

const GETTOKEN: &str = "/cgi-bin/gettoken";
const COMPANY: &str = "/cgi-bin/get_jsapi_ticket";
const APP: &str = "/cgi-bin/ticket/get";
const URL: &str = "https://example.com/orders?id=7";

async fn server() -> Server {
    Server::start().await.unwrap()
}

fn builder(server: &Server) -> ClientBuilder {
    Client::builder("ww1", "secret").base_url(server.base_url())
}

fn client(server: &Server) -> Client {
    builder(server).build().unwrap()
}

/// Returns the signature that another ticket would have created in place of this one.
fn by(ticket: &str, signed: &JsSignature) -> JsSignature {
    JsSignature::new(&ticket.into(), signed.nonce_str.as_str(), signed.timestamp, URL)
}

/// Responds with tickets of this lifetime: `ticket-1`, `ticket-2` and so on.
fn number_tickets(server: &Server, path: &str, lifetime: u64) {
    let given = std::sync::atomic::AtomicU64::new(0);
    server.answer(path, move |_| {
        let number = 1 + given.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Reply::json(json!({
            "errcode": 0, "errmsg": "ok", "ticket": format!("ticket-{number}"), "expires_in": lifetime,
        }))
    });
}

#[tokio::test]
async fn company_and_app_sign_with_tickets_of_their_own_which_are_fetched_once() {
    let server = server().await;
    let client = client(&server);
    let jssdk = client.jssdk();
    let pages = (0..200).map(|number| {
        // A signer per page shares the tickets all the same.
        let jssdk = if number % 2 == 0 { jssdk.clone() } else { client.jssdk() };
        tokio::spawn(
            async move { (jssdk.config(URL).await.unwrap(), jssdk.agent_config(URL).await.unwrap()) },
        )
    });
    let mut nonces = std::collections::BTreeSet::new();
    for signed in join_all(pages.collect::<Vec<_>>()).await {
        let (company, app) = signed.unwrap();
        assert_eq!((&company, &app), (&by("a-company-ticket", &company), &by("an-app-ticket", &app)));
        nonces.extend([company.nonce_str, app.nonce_str]);
    }
    assert_eq!(nonces.len(), 400, "no two pages have the same nonce");
    assert_eq!([GETTOKEN, COMPANY, APP].map(|path| server.requests(path)), [1, 1, 1]);
    assert_eq!(server.received(APP)[0].param("type"), Some("agent_config"));
}

#[tokio::test]
async fn what_follows_the_hash_is_no_part_of_the_page() {
    let server = server().await;
    let signed = client(&server).jssdk().config(&format!("{URL}#/detail?x=1#y")).await.unwrap();
    assert_eq!(signed, by("a-company-ticket", &signed));
}

#[tokio::test]
async fn clients_with_one_store_share_tickets_and_others_have_their_own() {
    let server = server().await;
    number_tickets(&server, COMPANY, 7200);
    let store = Arc::new(MemoryStore::new());
    let sign = async |secret: &str| {
        let client =
            Client::builder("ww1", secret).base_url(server.base_url()).token_store(Arc::clone(&store));
        client.build().unwrap().jssdk().config(URL).await.unwrap()
    };
    for (secret, ticket) in
        [("one", "ticket-1"), ("one", "ticket-1"), ("two", "ticket-2"), ("one", "ticket-1")]
    {
        let signed = sign(secret).await;
        assert_eq!(signed, by(ticket, &signed));
    }
}

#[tokio::test]
async fn a_ticket_about_to_expire_is_not_signed_with() {
    let server = server().await;
    // A tenth of the lifetime is kept as a margin, so a lifetime of one second is over immediately if time is paused.
    number_tickets(&server, COMPANY, 1);
    let jssdk = client(&server).jssdk();
    let first = jssdk.config(URL).await.unwrap();
    assert_eq!(first, by("ticket-1", &first));
    let second = async {
        loop {
            let signed = jssdk.config(URL).await.unwrap();
            if signed == by("ticket-2", &signed) {
                break;
            }
            assert_eq!(signed, by("ticket-1", &signed));
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), second).await.expect("the ticket is replaced");
}

#[tokio::test]
async fn a_refused_token_costs_no_signature() {
    let server = server().await;
    let client = client(&server);
    client.access_token().await.unwrap();
    server.expire_tokens();
    let signed = client.jssdk().agent_config(URL).await.unwrap();
    assert_eq!(signed, by("an-app-ticket", &signed));
    assert_eq!([GETTOKEN, APP].map(|path| server.requests(path)), [2, 2]);
}

#[tokio::test]
async fn tickets_that_pages_refuse_are_fetched_again_but_not_each_time() {
    let server = server().await;
    number_tickets(&server, COMPANY, 7200);
    let jssdk = client(&server).jssdk();
    // Nothing to refuse yet.
    jssdk.invalidate_tickets().await;
    let signed = jssdk.config(URL).await.unwrap();
    assert_eq!(signed, by("ticket-1", &signed));
    jssdk.invalidate_tickets().await;
    for _ in 0..50 {
        let signed = jssdk.config(URL).await.unwrap();
        assert_eq!(signed, by("ticket-2", &signed));
        jssdk.invalidate_tickets().await;
    }
    assert_eq!([COMPANY, APP].map(|path| server.requests(path)), [2, 0]);
}

#[tokio::test]
async fn a_company_that_installed_an_app_signs_with_its_own_tickets() {
    let server = server().await;
    number_tickets(&server, APP, 7200);
    let suite =
        ClientBuilder::new(Suite::new("ww-suite", "secret")).base_url(server.base_url()).build().unwrap();
    suite.put_ticket("pushed").await;
    let sign = async |company: &str| {
        let credential = AuthorizedCorp::new(&suite, company, "permanent code");
        let jssdk: JsSdk = suite.with_credential(credential).jssdk();
        jssdk.agent_config(URL).await.unwrap()
    };
    for (company, ticket) in [("ww1", "ticket-1"), ("ww2", "ticket-2"), ("ww1", "ticket-1")] {
        let signed = sign(company).await;
        assert_eq!(signed, by(ticket, &signed));
    }
}

#[tokio::test]
async fn a_failed_fetch_is_shared_and_says_which_call_failed() {
    let server = server().await;
    server.inject(Fault::code(errcode::API_NO_PERMISSION).on(COMPANY));
    let jssdk = client(&server).jssdk();
    let outcomes = join_all((0..50).map(|_| jssdk.config(URL))).await;
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert_eq!(error.code(), Some(errcode::API_NO_PERMISSION));
        assert!(error.to_string().contains("auth.jssdk.get_jsapi_ticket"), "{error}");
    }
    assert_eq!(server.requests(COMPANY), 1);
    // Nothing is signed with an invalid ticket.
    server.clear_faults();
    server.answer(COMPANY, |_| Reply::json(json!({ "errcode": 0, "errmsg": "ok", "expires_in": 7200 })));
    let error = client(&server).jssdk().config(URL).await.unwrap_err();
    assert!(matches!(error, Error::Token(_)) && error.to_string().contains("`ticket`: missing"), "{error}");
    assert!(!format!("{jssdk:?}").contains("ticket-"));
}
