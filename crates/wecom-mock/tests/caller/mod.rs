//! A caller of the mock over HTTP.

use reqwest::Client;
use serde_json::Value;
use wecom_mock::Server;

/// A server, and a caller with a token.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) base: String,
    pub(crate) token: String,
    pub(crate) http: Client,
}

impl Caller {
    pub(crate) fn new(server: &Server) -> Self {
        Self { base: server.base_url(), token: server.issue_token("access_token"), http: Client::new() }
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let separator = if path.contains('?') { '&' } else { '?' };
        let address = format!("{}/cgi-bin/{path}{separator}access_token={}", self.base, self.token);
        self.http.post(address).body(body.to_string()).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str, query: &str) -> Value {
        let address = format!("{}/cgi-bin/{path}?access_token={}&{query}", self.base, self.token);
        self.http.get(address).send().await.unwrap().json().await.unwrap()
    }
}

pub(crate) async fn start() -> (Server, Caller) {
    let server = Server::start().await.unwrap();
    let caller = Caller::new(&server);
    (server, caller)
}
