//! Records callbacks for several processes: which have been handled, and which a dead process has left.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;

use futures_core::future::BoxFuture;
use futures_util::FutureExt as _;
use wecom_requests::BoxError;

/// The future of a store.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
pub type CallbackStoreFuture<'a, T> = BoxFuture<'a, Result<T, BoxError>>;

/// The turn to handle a callback.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// This process has the turn: nobody has handled the callback.
    Ours,
    /// The callback has been handled.
    Done,
}

/// A callback that was saved.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedCallback {
    /// The callback, as [`save`](CallbackStore::save) received it.
    pub callback: Vec<u8>,
    /// The number of times it has been [recovered](CallbackStore::recover) from a process that died unexpectedly.
    pub recoveries: u32,
}

impl SavedCallback {
    /// Creates one from what the store has.
    pub fn new(callback: impl Into<Vec<u8>>, recoveries: u32) -> Self {
        Self { callback: callback.into(), recoveries }
    }
}

/// Records callbacks for several processes, so that one of them handles each, and so that those of a process that dies are
/// handled by another one. A callback is identified by its [`digest`](crate::Opened::digest).
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
///
/// A process takes the turn for a callback, keeps it while the handler runs, and ends it with [`done`](Self::done) or [`forget`](Self::forget).
/// The turn of a process that dies expires. A callback whose handler takes longer than the response can wait is also [saved](Self::save); if its turn
/// expires, any process may [recover](Self::recover) it.
///
/// If the store fails, callbacks are handled anyway: twice is better than never. So a future must not hang if the store does: it fails after a second
/// or two. Only `begin` waits longer, for another process.
pub trait CallbackStore: Send + Sync + 'static {
    /// Takes the turn for a callback. While another process handles it, this waits for it to succeed, fail or die.
    fn begin<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Turn>;

    /// Keeps the turn while a handler runs. It returns only if the turn is lost, and isn't called again after that: anything else, such as a failed
    /// connection, it must retry.
    fn keep<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Infallible>;

    /// Records that a callback has been handled, and removes it if it was saved, even if this process doesn't have the turn. Remember it for an hour or
    /// longer: WeCom may repeat it.
    fn done<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()>;

    /// Forgets a callback whose handler has failed: ends the turn, and removes the callback if this process was the last to save or recover it.
    /// It does nothing if the turn has expired meanwhile.
    fn forget<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()>;

    /// Saves a callback that this process handles, or waits to handle, until `done` or `forget` removes it. One that is saved already is replaced, but keeps
    /// the number of its recoveries; one that has been handled isn't saved. The message in it is encrypted. Let it expire after some days, in case that nobody can handle it.
    fn save<'a>(&'a self, digest: &'a [u8; 32], callback: &'a [u8]) -> CallbackStoreFuture<'a, ()>;

    /// Returns the saved callbacks for which nobody has the turn, or some of them if there are many.
    fn abandoned(&self) -> CallbackStoreFuture<'_, Vec<[u8; 32]>>;

    /// Returns a saved callback, even if another process has its turn.
    fn load<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Option<SavedCallback>>;

    /// Takes the turn for a saved callback without waiting, and returns how many times the callback has been recovered, including this time. This must be
    /// atomic: of several processes, one gets the turn. A process that has the turn already, because it never saw the reply, gets the same number again.
    /// Returns `None` if another process has the turn, or if the callback is no longer saved.
    fn recover<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, Option<u32>>;

    /// Notes that this process is shutting down while it handles a saved callback: the next recovery of the callback isn't counted. It does nothing if
    /// the callback isn't saved, or if the turn has expired. Without this, restarts during a long handler count as deaths, and after three the callback is dropped.
    fn leave<'a>(&'a self, digest: &'a [u8; 32]) -> CallbackStoreFuture<'a, ()> {
        let _ = digest;
        Box::pin(async { Ok(()) })
    }
}

/// Calls a store, whose panics are failures: they must not end a handler.
pub(super) async fn guarded<'a, T>(call: impl FnOnce() -> CallbackStoreFuture<'a, T>) -> Result<T, BoxError> {
    let called = AssertUnwindSafe(async { call().await }).catch_unwind().await;
    called.unwrap_or_else(|_| Err("the store panicked".into()))
}
