//! The events that a test emits, for it to read.

use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

/// Keeps the lines of events.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

thread_local! {
    static OF_THIS_THREAD: RefCell<Option<(Level, Log)>> = const { RefCell::new(None) };
}

impl Log {
    /// Records what this thread emits from now on: the events of a level and above, and the beginning and end of spans.
    ///
    /// Other tests run beside it, so a test needs the flavor `current_thread`. The subscriber is global all the same: with one of a
    /// thread, an event that another thread reaches first may be off for good.
    #[must_use]
    pub fn of_this_thread(level: Level) -> Self {
        static ONCE: Once = Once::new();

        ONCE.call_once(|| {
            let is_kept = |metadata: &Metadata<'_>| {
                OF_THIS_THREAD
                    .with_borrow(|log| log.as_ref().is_some_and(|(level, _)| metadata.level() <= level))
            };
            let writer = || {
                OF_THIS_THREAD.with_borrow(|log| log.as_ref().map(|(_, log)| log.clone()).unwrap_or_default())
            };
            let lines = fmt::layer().with_span_events(FmtSpan::FULL).with_ansi(false).with_writer(writer);
            registry()
                .with(lines.with_filter(dynamic_filter_fn(move |metadata, _| is_kept(metadata))))
                .init();
        });
        let log = Self::default();
        OF_THIS_THREAD.set(Some((level, log.clone())));
        log
    }

    /// Returns what records all events of a process, and the beginning and end of spans.
    pub fn subscriber(&self) -> impl Subscriber + Send + Sync + use<> {
        let writer = self.clone();
        let subscriber = fmt().with_max_level(Level::TRACE).with_span_events(FmtSpan::FULL);
        subscriber.with_ansi(false).with_writer(move || writer.clone()).finish()
    }

    /// Returns everything so far.
    pub fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
