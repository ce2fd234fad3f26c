//! Writes frames while other things happen: a slow peer stops neither reading nor timers.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Sink;
use tokio_tungstenite::tungstenite::{Error, Message};

/// The frames that the socket hasn't taken yet.
pub(super) struct Outbox<S> {
    sink: S,
    queue: VecDeque<Message>,
    is_flushing: bool,
}

impl<S: Sink<Message, Error = Error> + Unpin> Outbox<S> {
    pub(super) fn new(sink: S) -> Self {
        Self { sink, queue: VecDeque::new(), is_flushing: false }
    }

    pub(super) fn put(&mut self, message: Message) {
        self.queue.push_back(message);
    }

    /// Returns whether everything has been written.
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && !self.is_flushing
    }

    /// Writes everything. It may be dropped and called again.
    pub(super) async fn write(&mut self) -> Result<(), Error> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        while !self.queue.is_empty() {
            ready!(Pin::new(&mut self.sink).poll_ready(context))?;
            if let Some(message) = self.queue.pop_front() {
                self.is_flushing = true;
                Pin::new(&mut self.sink).start_send(message)?;
            }
        }
        ready!(Pin::new(&mut self.sink).poll_flush(context))?;
        self.is_flushing = false;
        Poll::Ready(Ok(()))
    }
}
