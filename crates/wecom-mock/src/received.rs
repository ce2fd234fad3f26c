//! The requests received, and how many of them at once.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::lock;

/// The number of requests kept per path.
const KEPT: usize = 1000;

/// The number of bytes of bodies kept per path, as long as it has more than one request.
const KEPT_BYTES: usize = 64 << 20;

/// A request as received.
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
    /// Returns a query parameter: the first one of this name.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the body as JSON, if it is JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// The requests so far, by path.
#[derive(Debug, Default)]
pub(crate) struct Log {
    paths: Mutex<HashMap<String, Requests>>,
    /// The number of requests so far, which numbers them in the order of their arrival.
    count: AtomicU64,
}

#[derive(Debug, Default)]
struct Requests {
    total: u64,
    /// The number of requests in progress, and the highest number so far.
    answering: usize,
    peak: usize,
    /// The latest requests, with their numbers.
    latest: VecDeque<(u64, Received)>,
    /// The number of bytes in the bodies of the latest.
    bytes: usize,
}

impl Requests {
    fn push(&mut self, number: u64, request: Received) {
        self.bytes += request.body.len();
        self.latest.push_back((number, request));
        while self.latest.len() > KEPT || (self.bytes > KEPT_BYTES && self.latest.len() > 1) {
            let oldest = self.latest.pop_front();
            self.bytes -= oldest.map_or(0, |(_, oldest)| oldest.body.len());
        }
    }
}

impl Log {
    /// Records a request, which counts as in progress until the result is dropped.
    pub(crate) fn enter<'a>(&'a self, request: &'a Received) -> Answering<'a> {
        let mut paths = lock(&self.paths);
        let requests = paths.entry(request.path.clone()).or_default();
        requests.total += 1;
        requests.answering += 1;
        requests.peak = requests.peak.max(requests.answering);
        requests.push(self.count.fetch_add(1, Ordering::Relaxed), request.clone());
        Answering { log: self, path: &request.path }
    }

    pub(crate) fn latest(&self, path: &str) -> Vec<Received> {
        self.of(path, |requests| requests.latest.iter().map(|(_, request)| request.clone()).collect())
    }

    /// Returns the latest requests to all paths, in the order of their arrival.
    pub(crate) fn all_latest(&self) -> Vec<Received> {
        let mut all: Vec<_> =
            lock(&self.paths).values().flat_map(|requests| requests.latest.iter().cloned()).collect();
        all.sort_by_key(|(number, _)| *number);
        all.into_iter().map(|(_, request)| request).collect()
    }

    /// Forgets the requests to a path, or all of them. Those in progress still count as such.
    pub(crate) fn clear(&self, path: Option<&str>) {
        lock(&self.paths).retain(|of, requests| {
            if path.is_some_and(|path| path != of) {
                return true;
            }
            let answering = requests.answering;
            *requests = Requests { answering, peak: answering, ..Requests::default() };
            answering > 0
        });
    }

    pub(crate) fn count(&self, path: &str) -> u64 {
        self.of(path, |requests| requests.total)
    }

    pub(crate) fn total(&self) -> u64 {
        lock(&self.paths).values().map(|requests| requests.total).sum()
    }

    pub(crate) fn peak(&self, path: &str) -> usize {
        self.of(path, |requests| requests.peak)
    }

    fn of<T: Default>(&self, path: &str, what: impl FnOnce(&Requests) -> T) -> T {
        lock(&self.paths).get(path).map(what).unwrap_or_default()
    }
}

/// A request in progress. It is also dropped if the client disconnects.
pub(crate) struct Answering<'a> {
    log: &'a Log,
    path: &'a str,
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        if let Some(requests) = lock(&self.log.paths).get_mut(self.path) {
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
