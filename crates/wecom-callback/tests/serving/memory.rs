//! A store in memory for tests: it has its own clock, and its processes, which are all in one test, die on demand.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::{Instant, sleep};
use wecom_callback::{BoxError, CallbackStore, CallbackStoreFuture, SavedCallback, Turn};

const LEASE: Duration = Duration::from_secs(6);

/// The records that all processes share.
#[derive(Default)]
pub(crate) struct Records {
    /// The owner of each turn, and its end; `None` if the callback has been handled.
    pub(crate) turns: HashMap<[u8; 32], Option<(usize, Instant)>>,
    /// Each saved callback, with the process that was the last to save or recover it.
    pub(crate) saved: HashMap<[u8; 32], (SavedCallback, usize)>,
    /// The saved callbacks whose process is shutting down.
    pub(crate) left: HashSet<[u8; 32]>,
    pub(crate) searches: usize,
}

impl Records {
    fn take(&mut self, digest: &[u8; 32], process: usize) -> bool {
        let now = Instant::now();
        let is_free = self.turns.get(digest).is_none_or(|turn| turn.is_some_and(|(_, end)| end <= now));
        if is_free {
            self.turns.insert(*digest, Some((process, now + LEASE)));
        }
        is_free
    }

    fn is_owner(&self, digest: &[u8; 32], process: usize) -> bool {
        self.turns
            .get(digest)
            .is_some_and(|turn| turn.is_some_and(|(owner, end)| owner == process && end > Instant::now()))
    }
}

/// How a store behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Works,
    /// It doesn't save.
    Fails,
    /// It never finishes saving.
    Hangs,
    /// It saves after a moment, whether or not anybody still waits for that.
    SavesLate,
    /// It can't record that a handler has ended.
    ForgetsEnds,
    /// Its process is dead, so nothing happens any more.
    Dead,
}

/// The store as one process sees it.
#[derive(Clone)]
pub(crate) struct Memory {
    records: Arc<Mutex<Records>>,
    process: usize,
    mood: Arc<Mutex<Mood>>,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self { records: Arc::default(), process: 0, mood: Arc::new(Mutex::new(Mood::Works)) }
    }

    /// Returns the store of another process.
    pub(crate) fn process(&self, process: usize) -> Self {
        Self { records: Arc::clone(&self.records), process, mood: Arc::new(Mutex::new(Mood::Works)) }
    }

    pub(crate) fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(crate) fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap()
    }

    fn mood(&self) -> Mood {
        *self.mood.lock().unwrap()
    }

    async fn unless_dead<T>(&self, act: impl FnOnce(&mut Records, usize) -> T) -> Result<T, BoxError> {
        if self.mood() == Mood::Dead {
            pending::<()>().await;
        }
        Ok(act(&mut self.records(), self.process))
    }

    fn end<'a>(&'a self, act: impl FnOnce(&mut Records, usize) + Send + 'a) -> CallbackStoreFuture<'a, ()> {
        Box::pin(async move {
            if self.mood() == Mood::ForgetsEnds {
                return Err("the end isn't recorded".into());
            }
            self.unless_dead(act).await
        })
    }
}

impl CallbackStore for Memory {
    fn begin<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Turn> {
        Box::pin(async move {
            while !self.unless_dead(|records, process| records.take(digest, process)).await? {
                if self.records().turns.get(digest) == Some(&None) {
                    return Ok(Turn::Done);
                }
                sleep(Duration::from_millis(250)).await;
            }
            Ok(Turn::Ours)
        })
    }

    fn keep<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Infallible> {
        Box::pin(async move {
            loop {
                sleep(LEASE / 3).await;
                let renew = |records: &mut Records, process| {
                    let is_owner = records.is_owner(digest, process);
                    if is_owner {
                        records.turns.insert(*digest, Some((process, Instant::now() + LEASE)));
                    }
                    is_owner
                };
                if !self.unless_dead(renew).await? {
                    return Err("the turn has expired".into());
                }
            }
        })
    }

    fn done<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        self.end(|records, _| {
            records.turns.insert(*digest, None);
            records.saved.remove(digest);
        })
    }

    fn forget<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        self.end(|records, process| {
            if !records.is_owner(digest, process) {
                return;
            }
            records.turns.remove(digest);
            if records.saved.get(digest).is_some_and(|(_, by)| *by == process) {
                records.saved.remove(digest);
            }
        })
    }

    fn save<'a>(&'a self, digest: &'a [u8; 32], callback: &'a [u8]) -> CallbackStoreFuture<'a, ()> {
        Box::pin(async move {
            match self.mood() {
                Mood::Fails => return Err("it isn't saved".into()),
                Mood::Hangs => pending().await,
                Mood::SavesLate => {
                    let (store, digest, callback) = (self.clone(), *digest, callback.to_vec());
                    let save = async move {
                        sleep(Duration::from_millis(300)).await;
                        store.set(Mood::Works);
                        store.save(&digest, &callback).await
                    };
                    return tokio::spawn(save).await?;
                }
                _ => {}
            }
            self.unless_dead(|records, process| {
                if records.turns.get(digest) != Some(&None) {
                    let recoveries = records.saved.get(digest).map_or(0, |(saved, _)| saved.recoveries);
                    records.saved.insert(*digest, (SavedCallback::new(callback, recoveries), process));
                }
            })
            .await
        })
    }

    fn abandoned(&self) -> CallbackStoreFuture<'_, Vec<[u8; 32]>> {
        Box::pin(async move {
            let found = self.unless_dead(|records, _| {
                records.searches += 1;
                let is_free = |digest: &&[u8; 32]| {
                    let turn = records.turns.get(*digest);
                    turn.is_none_or(|turn| turn.is_some_and(|(_, end)| end <= Instant::now()))
                };
                records.saved.keys().filter(is_free).copied().collect()
            });
            found.await
        })
    }

    fn load<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Option<SavedCallback>> {
        Box::pin(self.unless_dead(|records, _| records.saved.get(digest).map(|(saved, _)| saved.clone())))
    }

    fn recover<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Option<u32>> {
        Box::pin(self.unless_dead(|records, process| {
            if !records.saved.contains_key(digest) || !records.take(digest, process) {
                return None;
            }
            let (saved, by) = records.saved.get_mut(digest)?;
            *by = process;
            saved.recoveries += u32::from(!records.left.remove(digest));
            Some(saved.recoveries)
        }))
    }

    fn leave<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        Box::pin(self.unless_dead(|records, process| {
            if records.is_owner(digest, process) && records.saved.contains_key(digest) {
                records.left.insert(*digest);
            }
        }))
    }
}
