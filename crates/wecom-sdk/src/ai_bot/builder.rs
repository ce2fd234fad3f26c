//! The settings of an AI bot.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use wecom_models::Secret;

use super::callback::BotCallbacks;
use super::connection::Keeper;
use super::dial::{Dial, Upgrade};
use super::seen::Seen;
use super::{AiBot, BotError, BotNotice, BotState, Shared};
use crate::http::{HttpOptions, IntoProxy};

/// WeCom's address for long connections.
const URL: &str = "wss://openws.work.weixin.qq.com";

/// The number of calls that wait in the channel to the connection's task: further callers wait for a place.
const ORDERS: usize = 256;

/// The maximum size of the callbacks that are held for the application, in bytes.
const MAX_HELD: usize = 64 << 20;

/// Sets up an [`AiBot`]. It can be cloned, to connect again later. Needs the feature `ai-bot`.
#[derive(Clone)]
#[must_use]
pub struct AiBotBuilder {
    pub(super) settings: Settings,
    http: HttpOptions,
    url: String,
    max_callbacks: usize,
}

type OnNotice = Arc<dyn Fn(&BotNotice) + Send + Sync>;

/// The settings of the connection and the handles.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) bot_id: String,
    pub(super) secret: Secret,
    pub(super) connect_timeout: Duration,
    pub(super) subscribe_timeout: Duration,
    pub(super) ack_timeout: Duration,
    pub(super) upload_timeout: Duration,
    pub(super) download_timeout: Duration,
    pub(super) heartbeat: Duration,
    /// The first pause before another attempt, and the longest.
    pub(super) pauses: (Duration, Duration),
    pub(super) healthy_after: Duration,
    pub(super) lane_limit: usize,
    pub(super) max_held: usize,
    pub(super) refresh: Duration,
    on_notice: Option<OnNotice>,
    ids: Ids,
}

/// Makes the IDs of requests: the same prefix for one bot, and a number.
struct Ids {
    prefix: u64,
    number: AtomicU64,
}

impl Ids {
    fn new() -> Self {
        Self { prefix: fastrand::u64(..), number: AtomicU64::new(0) }
    }
}

/// The bots of one builder have different IDs.
impl Clone for Ids {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl Settings {
    /// Makes the ID of a request.
    pub(super) fn req_id(&self, cmd: &str) -> String {
        let number = self.ids.number.fetch_add(1, Ordering::Relaxed);
        format!("{cmd}_{:016x}_{number}", self.ids.prefix)
    }

    /// Returns whether an ID is one of this bot's for a command.
    pub(super) fn is_own(&self, req_id: &str, cmd: &str) -> bool {
        let prefix = format!("_{:016x}_", self.ids.prefix);
        req_id.strip_prefix(cmd).is_some_and(|rest| rest.starts_with(&prefix))
    }

    /// Logs what happened, and passes it on to the application.
    pub(super) fn notify(&self, notice: &BotNotice) {
        let bot_id = &self.bot_id;
        match notice {
            BotNotice::LateAcknowledgement | BotNotice::Duplicate { .. } => {
                tracing::debug!(bot_id, ?notice, "something unusual on the bot's connection");
            }
            _ => tracing::warn!(bot_id, ?notice, "something unusual on the bot's connection"),
        }
        if let Some(on_notice) = &self.on_notice
            && catch_unwind(AssertUnwindSafe(|| on_notice(notice))).is_err()
        {
            tracing::error!(bot_id, "the application's `on_notice` panicked");
        }
    }
}

impl fmt::Debug for AiBotBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AiBotBuilder").field("bot_id", &self.settings.bot_id).finish_non_exhaustive()
    }
}

impl AiBotBuilder {
    pub(super) fn new(bot_id: String, secret: Secret) -> Self {
        let settings = Settings {
            bot_id,
            secret,
            connect_timeout: Duration::from_secs(10),
            subscribe_timeout: Duration::from_secs(10),
            ack_timeout: Duration::from_secs(5),
            upload_timeout: Duration::from_secs(30),
            download_timeout: Duration::from_secs(120),
            heartbeat: Duration::from_secs(30),
            pauses: (Duration::from_secs(1), Duration::from_secs(30)),
            healthy_after: Duration::from_secs(60),
            lane_limit: 100,
            max_held: MAX_HELD,
            refresh: Duration::from_millis(500),
            on_notice: None,
            ids: Ids::new(),
        };
        Self { settings, http: HttpOptions::default(), url: URL.to_owned(), max_callbacks: 1000 }
    }

    /// Sets the URL to connect to, instead of `wss://openws.work.weixin.qq.com`: that of a private deployment, or of the mock (`ws://…`).
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// Sets a proxy, for the connection and for downloads: see [`ClientBuilder::proxy`](crate::ClientBuilder::proxy).
    pub fn proxy(mut self, proxy: impl IntoProxy) -> Self {
        self.http.set_proxy(proxy);
        self
    }

    /// Sets certificate authorities to trust besides those of the system. Needs the feature `rustls`.
    #[cfg(feature = "rustls")]
    pub fn root_certificates(mut self, roots: impl IntoIterator<Item = reqwest::Certificate>) -> Self {
        self.http.roots.extend(roots);
        self
    }

    /// Sets how long opening a connection may take, instead of 10 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// Sets how long to wait for the acknowledgement of the subscription, instead of 10 seconds.
    pub fn subscribe_timeout(mut self, timeout: Duration) -> Self {
        self.settings.subscribe_timeout = timeout;
        self
    }

    /// Sets how long a call or a reply may take, from the call to its acknowledgement, instead of 5 seconds. That includes the wait for earlier
    /// replies to the same callback.
    pub fn ack_timeout(mut self, timeout: Duration) -> Self {
        self.settings.ack_timeout = timeout;
        self
    }

    /// Sets how long each command of an upload may take, from the call to its acknowledgement, instead of 30 seconds.
    pub fn upload_timeout(mut self, timeout: Duration) -> Self {
        self.settings.upload_timeout = timeout;
        self
    }

    /// Sets how long a download may take, instead of 2 minutes.
    pub fn download_timeout(mut self, timeout: Duration) -> Self {
        self.settings.download_timeout = timeout;
        self
    }

    /// Sets the time between heartbeats, instead of 30 seconds: at least one second. After two without an answer, the connection counts as
    /// lost.
    pub fn heartbeat(mut self, interval: Duration) -> Self {
        self.settings.heartbeat = interval.max(Duration::from_secs(1));
        self
    }

    /// Sets the first pause before another attempt to connect, instead of 1 second, and the longest, instead of 30 seconds. Pauses double
    /// from one to the other, and each is random between half of its length and all of it.
    pub fn reconnect_delays(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.pauses = (first, longest);
        self
    }

    /// Sets how long a connection must last before the pauses start with the first one again, instead of a minute.
    pub fn healthy_after(mut self, time: Duration) -> Self {
        self.settings.healthy_after = time;
        self
    }

    /// Sets the shortest time between two texts of a [`BotStream`](crate::BotStream), instead of half a second: at most 45 seconds, since a
    /// stream without any may expire.
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.settings.refresh = interval;
        self
    }

    /// Sets how many replies to one callback may wait for their turn, instead of 100: further ones are refused.
    pub fn max_waiting_replies(mut self, replies: usize) -> Self {
        self.settings.lane_limit = replies;
        self
    }

    /// Sets how many callbacks are held until the application takes them, instead of 1000, and 64 MiB in any case: further ones are
    /// dropped, which [`on_notice`](Self::on_notice) reports.
    pub fn max_waiting_callbacks(mut self, callbacks: usize) -> Self {
        self.max_callbacks = callbacks.max(1);
        self
    }

    /// Sets a function to call when something happens on the connection that is neither a callback nor a change of its
    /// [state](AiBot::state). It runs on the connection's task and must not block.
    pub fn on_notice(mut self, notice: impl Fn(&BotNotice) + Send + Sync + 'static) -> Self {
        self.settings.on_notice = Some(Arc::new(notice));
        self
    }

    /// Connects, and returns the bot and its callbacks once WeCom has accepted it.
    ///
    /// If the first attempt fails, so does this function. Afterwards, a lost connection is replaced by another one until the bot is
    /// [closed](AiBot::close), replaced or rejected: see [`BotState`].
    ///
    /// # Errors
    ///
    /// [`BotError::NotConnected`] with [`BotState::Rejected`] if the ID or the secret is wrong.
    ///
    /// # Panics
    ///
    /// Panics outside of a Tokio runtime.
    pub async fn connect(self) -> Result<(AiBot, BotCallbacks), BotError> {
        let (failed, failure) = oneshot::channel();
        let (bot, callbacks) = self.run(Some(failed))?;
        if let Ok(error) = failure.await {
            return Err(error);
        }
        match bot.state() {
            state if state.is_final() => Err(BotError::NotConnected(state)),
            _ => Ok((bot, callbacks)),
        }
    }

    /// Connects in the background, however many attempts it takes: for services that should start while WeCom isn't reachable.
    /// [`AiBot::ready`] waits for the connection.
    ///
    /// # Errors
    ///
    /// [`BotError::Setup`] if the settings are wrong.
    ///
    /// # Panics
    ///
    /// Panics outside of a Tokio runtime.
    pub fn start(self) -> Result<(AiBot, BotCallbacks), BotError> {
        self.run(None)
    }

    fn run(self, first: Option<oneshot::Sender<BotError>>) -> Result<(AiBot, BotCallbacks), BotError> {
        let url = Upgrade::url(&self.url)?;
        let setup = |error: crate::Error| BotError::Setup(error.to_string());
        let address = url.to_string();
        let downloads = self.http.clone().build([&address, &address]).map_err(setup)?;
        let http =
            self.http.http1(self.settings.connect_timeout).build([&address, &address]).map_err(setup)?;
        let dial = Arc::new(Upgrade { http, url });
        Ok(spawn(self.settings, dial, downloads, self.max_callbacks, first))
    }

    /// Connects through something other than a socket.
    #[cfg(test)]
    pub(super) async fn connect_by(self, dial: Arc<dyn Dial>) -> Result<(AiBot, BotCallbacks), BotError> {
        let downloads = self.http.clone().build(["http://localhost"; 2]).expect("no settings");
        let (failed, failure) = oneshot::channel();
        let (bot, callbacks) = spawn(self.settings, dial, downloads, self.max_callbacks, Some(failed));
        match (failure.await, bot.state()) {
            (Ok(error), _) => Err(error),
            (_, state) if state.is_final() => Err(BotError::NotConnected(state)),
            _ => Ok((bot, callbacks)),
        }
    }
}

fn spawn(
    settings: Settings,
    dial: Arc<dyn Dial>,
    http: crate::http::Http,
    max_callbacks: usize,
    first: Option<oneshot::Sender<BotError>>,
) -> (AiBot, BotCallbacks) {
    let settings = Arc::new(settings);
    let (orders, received_orders) = mpsc::channel(ORDERS);
    let (closing, received_closing) = mpsc::channel(1);
    let (state, watched) = watch::channel(BotState::Connecting);
    let (arrived, callbacks) = mpsc::channel(max_callbacks);
    let held = Arc::new(AtomicUsize::new(0));
    let keeper = Keeper {
        settings: Arc::clone(&settings),
        dial,
        orders: received_orders,
        closing: received_closing,
        state,
        arrived,
        held: Arc::clone(&held),
        seen: Seen::default(),
        first,
    };
    let runtime = Handle::current();
    runtime.spawn(keeper.run());
    let bot = AiBot(Arc::new(Shared {
        settings,
        orders,
        closing,
        state: watched,
        closing_streams: watch::Sender::new(false),
        http,
        runtime,
    }));
    (bot.clone(), BotCallbacks::new(bot, callbacks, held))
}
