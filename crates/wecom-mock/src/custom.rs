//! Responses that a test defines.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use crate::lock;
use crate::received::Received;
use crate::reply::Reply;

/// A function that creates the response to a request.
pub(crate) type Custom = dyn Fn(&Received) -> Reply + Send + Sync;

/// The responses that a test defines, by path.
#[derive(Default)]
pub(crate) struct Answers(Mutex<BTreeMap<String, OfPath>>);

#[derive(Default)]
struct OfPath {
    /// Responses for a limited number of requests, used in this order before any other.
    turns: VecDeque<(u32, Arc<Custom>)>,
    /// The response after those, unless it is the usual one.
    always: Option<Arc<Custom>>,
}

impl Answers {
    /// Adds a response for a path: for a number of requests after those that were added before, or without an end.
    pub(crate) fn add(&self, path: String, times: Option<u32>, answer: Arc<Custom>) {
        let mut paths = lock(&self.0);
        match times {
            Some(0) => {}
            Some(times) => paths.entry(path).or_default().turns.push_back((times, answer)),
            None => paths.entry(path).or_default().always = Some(answer),
        }
    }

    /// Returns the response to a request to a path, and uses up one turn of it.
    pub(crate) fn take(&self, path: &str) -> Option<Arc<Custom>> {
        let mut paths = lock(&self.0);
        let of_path = paths.get_mut(path)?;
        let Some((times, answer)) = of_path.turns.front_mut() else {
            return of_path.always.clone();
        };
        let answer = Arc::clone(answer);
        *times -= 1;
        if *times == 0 {
            of_path.turns.pop_front();
        }
        Some(answer)
    }

    /// Returns whether there is a response for a path.
    pub(crate) fn has(&self, path: &str) -> bool {
        lock(&self.0).contains_key(path)
    }

    /// Restores the usual responses of a path, or of all.
    pub(crate) fn clear(&self, path: Option<&str>) {
        lock(&self.0).retain(|of, _| path.is_some_and(|path| path != of));
    }

    /// Returns the unused responses: each path, and how many times.
    pub(crate) fn pending(&self) -> Vec<(String, Option<u32>)> {
        let paths = lock(&self.0);
        let each = paths.iter().flat_map(|(path, answers)| {
            let turns = answers.turns.iter().map(|(times, _)| Some(*times));
            let always = answers.always.iter().map(|_| None);
            turns.chain(always).map(|times| (path.clone(), times))
        });
        each.collect()
    }
}
