//! The requests received, and how many of them at once.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Mutex;

use bytes::Bytes;
use http::{HeaderMap, Method};

use crate::lock;

/// The number of requests kept per path.
const KEPT: usize = 1000;

/// The number of bytes of requests kept, as long as there is more than one.
const KEPT_BYTES: usize = 64 << 20;

/// The number of paths with counts, as far as none of their requests are kept.
const KEPT_PATHS: usize = 10_000;

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

    /// The number of bytes that it takes, roughly.
    fn size(&self) -> usize {
        let query: usize = self.query.iter().map(|(name, value)| name.len() + value.len()).sum();
        let headers: usize = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        size_of::<Self>() + self.body.len() + self.path.len() + query + headers
    }

    /// Returns the body as JSON, if it is JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// The requests so far.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Requests>);

#[derive(Debug, Default)]
struct Requests {
    paths: HashMap<String, OfPath>,
    /// The latest requests, by their numbers, in the order of their arrival.
    latest: BTreeMap<u64, Received>,
    /// The number of requests so far.
    count: u64,
    /// The number of bytes of the latest.
    bytes: usize,
}

/// The requests to a path.
#[derive(Debug, Default)]
struct OfPath {
    total: u64,
    /// The number of requests in progress, and the highest number so far.
    answering: usize,
    peak: usize,
    /// The numbers of the latest requests.
    latest: VecDeque<u64>,
}

impl Requests {
    fn push(&mut self, request: Received) {
        let of_path = self.paths.entry(request.path.clone()).or_default();
        of_path.total += 1;
        of_path.answering += 1;
        of_path.peak = of_path.peak.max(of_path.answering);
        of_path.latest.push_back(self.count);
        if of_path.latest.len() > KEPT {
            let oldest = of_path.latest.pop_front();
            let oldest = oldest.and_then(|oldest| self.latest.remove(&oldest));
            self.bytes -= oldest.map_or(0, |oldest| oldest.size());
        }
        self.bytes += request.size();
        self.latest.insert(self.count, request);
        self.count += 1;
        while self.bytes > KEPT_BYTES && self.latest.len() > 1 {
            let Some((_, oldest)) = self.latest.pop_first() else { return };
            self.bytes -= oldest.size();
            // The oldest of all is the oldest of its path.
            if let Some(of_path) = self.paths.get_mut(&oldest.path) {
                of_path.latest.pop_front();
                if self.paths.len() > KEPT_PATHS {
                    self.forget_if_gone(&oldest.path);
                }
            }
        }
    }

    fn forget_if_gone(&mut self, path: &str) {
        if self.paths.get(path).is_some_and(|of_path| of_path.answering == 0 && of_path.latest.is_empty()) {
            self.paths.remove(path);
        }
    }
}

impl Log {
    /// Records a request, which counts as in progress until the result is dropped.
    pub(crate) fn enter<'a>(&'a self, request: &'a Received) -> Answering<'a> {
        lock(&self.0).push(request.clone());
        Answering { log: self, path: &request.path }
    }

    pub(crate) fn latest(&self, path: &str) -> Vec<Received> {
        let requests = lock(&self.0);
        let numbers = requests.paths.get(path).into_iter().flat_map(|of_path| &of_path.latest);
        numbers.filter_map(|number| requests.latest.get(number).cloned()).collect()
    }

    /// Returns the latest requests to all paths, in the order of their arrival.
    pub(crate) fn all_latest(&self) -> Vec<Received> {
        lock(&self.0).latest.values().cloned().collect()
    }

    /// Forgets the requests to a path, or all of them. Those in progress still count as such.
    pub(crate) fn clear(&self, path: Option<&str>) {
        let mut requests = lock(&self.0);
        let Requests { paths, latest, bytes, .. } = &mut *requests;
        paths.retain(|of, of_path| {
            if path.is_some_and(|path| path != of) {
                return true;
            }
            for number in &of_path.latest {
                *bytes -= latest.remove(number).map_or(0, |request| request.size());
            }
            let answering = of_path.answering;
            *of_path = OfPath { answering, peak: answering, ..OfPath::default() };
            answering > 0
        });
    }

    pub(crate) fn count(&self, path: &str) -> u64 {
        self.of(path, |requests| requests.total)
    }

    pub(crate) fn total(&self) -> u64 {
        lock(&self.0).paths.values().map(|of_path| of_path.total).sum()
    }

    pub(crate) fn peak(&self, path: &str) -> usize {
        self.of(path, |requests| requests.peak)
    }

    fn of<T: Default>(&self, path: &str, what: impl FnOnce(&OfPath) -> T) -> T {
        lock(&self.0).paths.get(path).map(what).unwrap_or_default()
    }
}

/// A request in progress. It is also dropped if the client disconnects.
pub(crate) struct Answering<'a> {
    log: &'a Log,
    path: &'a str,
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        if let Some(of_path) = lock(&self.log.0).paths.get_mut(self.path) {
            of_path.answering -= 1;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, bytes: usize) -> Received {
        Received { body: vec![b'x'; bytes].into(), ..Received::get(path) }
    }

    #[test]
    fn the_latest_requests_of_all_paths_together_take_a_limited_number_of_bytes() {
        let log = Log::default();
        let paths: Vec<String> = (0..100).map(|number| format!("/{number}")).collect();
        for path in &paths {
            drop(log.enter(&request(path, 1 << 20)));
        }
        let kept = log.all_latest();
        let bytes: usize = kept.iter().map(|request| request.body.len()).sum();
        assert!(bytes <= KEPT_BYTES && bytes > KEPT_BYTES / 2, "{bytes}");
        assert_eq!(kept.last().unwrap().path, "/99");
        assert_eq!((log.latest("/0").len(), log.count("/0"), log.latest("/99").len()), (0, 1, 1));
        drop(log.enter(&request("/large", KEPT_BYTES + 1)));
        assert_eq!(log.all_latest().len(), 1, "the last one stays, however large it is");
        log.clear(None);
        assert_eq!((log.total(), lock(&log.0).bytes), (0, 0));
    }

    #[test]
    fn each_path_keeps_its_latest_requests() {
        let log = Log::default();
        drop(log.enter(&request("/a", 1)));
        for _ in 0..=KEPT {
            drop(log.enter(&request("/b", 2)));
        }
        assert_eq!((log.latest("/a").len(), log.latest("/b").len()), (1, KEPT));
        assert_eq!(log.all_latest()[0].path, "/a");
        log.clear(Some("/b"));
        assert_eq!((log.all_latest().len(), log.count("/a"), log.count("/b")), (1, 1, 0));
    }
}
