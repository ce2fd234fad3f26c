//! The answers that a test gives itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use crate::lock;
use crate::received::Received;
use crate::reply::Reply;

/// A function that answers a request.
pub(crate) type Custom = dyn Fn(&Received) -> Reply + Send + Sync;

/// The answers that a test gives itself, by path.
#[derive(Default)]
pub(crate) struct Answers(Mutex<BTreeMap<String, OfPath>>);

#[derive(Default)]
struct OfPath {
    /// Answers that are given a limited number of times, in this order, before any other.
    turns: VecDeque<(u32, Arc<Custom>)>,
    /// The answer given after those, unless it is the usual one.
    always: Option<Arc<Custom>>,
}

impl Answers {
    /// Answers requests to a path: as often as is said after those that were said before, or without an end.
    pub(crate) fn add(&self, path: String, times: Option<u32>, answer: Arc<Custom>) {
        let mut paths = lock(&self.0);
        match times {
            Some(0) => {}
            Some(times) => paths.entry(path).or_default().turns.push_back((times, answer)),
            None => paths.entry(path).or_default().always = Some(answer),
        }
    }

    /// The answer to a request to a path, of which one turn is used up.
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

    /// Goes back to the usual answers of a path, or of all.
    pub(crate) fn clear(&self, path: Option<&str>) {
        lock(&self.0).retain(|of, _| path.is_some_and(|path| path != of));
    }

    /// The answers still to be given: each path, and how many times.
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
