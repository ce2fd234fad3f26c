//! What came in, and how much of it at once.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::lock;

/// How many requests to a path are kept.
const KEPT: usize = 1000;

/// A request as it came in.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// The HTTP method.
    pub method: Method,
    /// The path, without the query: `/cgi-bin/user/get`.
    pub path: String,
    /// The parameters of the query, decoded and in order. A token is among them.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, empty if there was none.
    pub body: Bytes,
}

impl Received {
    /// A parameter of the query: the first one of this name.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, if it is that.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// The requests so far, by path.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<HashMap<String, Requests>>);

#[derive(Debug, Default)]
struct Requests {
    total: u64,
    /// How many are being answered now, and how many have been at most.
    answering: usize,
    peak: usize,
    latest: VecDeque<Received>,
}

impl Log {
    /// Takes a request down, as one that is being answered until the result is dropped.
    pub(crate) fn enter<'a>(&'a self, request: &'a Received) -> Answering<'a> {
        let mut paths = lock(&self.0);
        let requests = paths.entry(request.path.clone()).or_default();
        requests.total += 1;
        requests.answering += 1;
        requests.peak = requests.peak.max(requests.answering);
        if requests.latest.len() == KEPT {
            requests.latest.pop_front();
        }
        requests.latest.push_back(request.clone());
        Answering { log: self, path: &request.path }
    }

    pub(crate) fn latest(&self, path: &str) -> Vec<Received> {
        self.of(path, |requests| requests.latest.iter().cloned().collect())
    }

    pub(crate) fn count(&self, path: &str) -> u64 {
        self.of(path, |requests| requests.total)
    }

    pub(crate) fn total(&self) -> u64 {
        lock(&self.0).values().map(|requests| requests.total).sum()
    }

    pub(crate) fn peak(&self, path: &str) -> usize {
        self.of(path, |requests| requests.peak)
    }

    fn of<T: Default>(&self, path: &str, what: impl FnOnce(&Requests) -> T) -> T {
        lock(&self.0).get(path).map(what).unwrap_or_default()
    }
}

/// A request that is being answered. A client that goes away drops it as well.
pub(crate) struct Answering<'a> {
    log: &'a Log,
    path: &'a str,
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        if let Some(requests) = lock(&self.log.0).get_mut(self.path) {
            requests.answering -= 1;
        }
    }
}

#[cfg(test)]
impl Received {
    pub(crate) fn get(path: &str) -> Self {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }
}
