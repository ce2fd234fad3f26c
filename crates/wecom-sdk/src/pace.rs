//! Detects stalled uploads and downloads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ::http::Request;
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::time::{Instant, sleep, timeout};

use crate::transport::RequestBody;

/// Returns how many bytes must be transferred in a time: one per second, and at least one.
fn least(time: Duration) -> u64 {
    time.as_secs().max(1)
}

/// The progress of a download. Only time spent waiting for it counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    patience: Duration,
    left: Duration,
    bytes: u64,
}

impl Pace {
    pub(crate) fn new(patience: Duration) -> Self {
        Self { patience, left: patience, bytes: 0 }
    }

    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// Waits for the next bytes; `None` if too few have arrived for too long.
    pub(crate) async fn next<T>(
        &mut self,
        piece: impl Future<Output = T>,
        length: impl Fn(&T) -> usize,
    ) -> Option<T> {
        let start = Instant::now();
        let piece = timeout(self.left, piece).await.ok()?;
        self.bytes += length(&piece) as u64;
        self.left = self.left.saturating_sub(start.elapsed());
        if self.bytes >= least(self.patience) {
            *self = Self::new(self.patience);
        }
        Some(piece)
    }
}

/// Returns a request that counts the bytes taken from its body, and the count.
pub(crate) fn counted(request: Request<RequestBody>) -> (Request<RequestBody>, Arc<AtomicU64>) {
    let sent = Arc::<AtomicU64>::default();
    let count = Arc::clone(&sent);
    let request = request.map(|body| match body {
        RequestBody::Stream { length, stream } => {
            let add = move |piece: &Bytes| {
                count.fetch_add(piece.len() as u64, Ordering::Relaxed);
            };
            RequestBody::Stream { length, stream: stream.inspect_ok(add).boxed() }
        }
        whole @ RequestBody::Bytes(_) => whole,
    });
    (request, sent)
}

/// The stage at which an upload stalled.
pub(crate) enum Standstill {
    /// The server accepts no more of the body, or its source provides no more.
    Sending,
    /// The whole body has been sent, and no response arrives.
    Answering,
}

/// Completes when an upload of this length has stalled: for `patience` while it is sent, and for `answer` after that.
pub(crate) async fn standstill(
    sent: &AtomicU64,
    length: u64,
    patience: Duration,
    answer: Duration,
) -> Standstill {
    let mut before = 0;
    loop {
        sleep(patience).await;
        let now = sent.load(Ordering::Relaxed);
        if now >= length {
            sleep(answer).await;
            return Standstill::Answering;
        }
        if now - before < least(patience) {
            return Standstill::Sending;
        }
        before = now;
    }
}
