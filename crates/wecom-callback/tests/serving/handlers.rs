//! Handlers of several processes that share a store in memory, in tests that count them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use wecom_callback::{Callback, Callbacks, CallbacksBuilder, Router, Sent};

use crate::common::receiver;
use crate::memory::Memory;

/// The counts that the handlers of a test share.
#[derive(Clone)]
pub(crate) struct Handlers {
    begun: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
    /// Each handler takes one permit before it ends.
    pub(crate) may_end: Arc<Semaphore>,
}

impl Handlers {
    pub(crate) fn new(may_end: usize) -> Self {
        Self { begun: Arc::default(), ended: Arc::default(), may_end: Arc::new(Semaphore::new(may_end)) }
    }

    /// How many have begun, and how many have ended.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.begun.load(Ordering::SeqCst), self.ended.load(Ordering::SeqCst))
    }

    /// Returns the router of a process.
    fn router(&self) -> Router {
        let handlers = self.clone();
        Router::new().fallback(move |_: Callback| {
            let handlers = handlers.clone();
            async move {
                handlers.begun.fetch_add(1, Ordering::SeqCst);
                handlers.may_end.acquire().await.unwrap().forget();
                handlers.ended.fetch_add(1, Ordering::SeqCst);
            }
        })
    }

    pub(crate) fn builder(&self, store: &Memory) -> CallbacksBuilder {
        Callbacks::builder(self.router()).receiver(receiver()).store(store.clone())
    }

    pub(crate) fn process(&self, store: &Memory) -> Callbacks {
        self.builder(store).build()
    }
}

pub(crate) fn digest(sent: &Sent) -> [u8; 32] {
    receiver().open(&sent.query, sent.body.as_bytes()).unwrap().digest()
}
