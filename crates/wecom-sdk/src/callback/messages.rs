//! Messages that callbacks only announce: they are fetched in order, each is handled at least once, and another process
//! continues where one has stopped.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures_core::future::BoxFuture;
use serde_json::Value;
use thiserror::Error;
use tokio::time::Instant;
use wecom_callback::{BoxError, Event, IntoPassive, Router};
use wecom_models::Secret;
use wecom_models::callback::{Envelope, Payload};
use wecom_requests::token::AccessToken;
use wecom_requests::{Endpoint, PagedItems};

use crate::paging::{read_position, write_position};
use crate::tokens::{Held, StoreError, StoredToken};
use crate::{Client, Error, Provides, lock};

/// The time for which a position is kept. WeCom keeps messages for 3 days at most, so starting over after 4 days returns none twice.
const KEPT: Duration = Duration::from_secs(4 * 24 * 60 * 60);

/// The time for which to use the token of a callback, which is valid for 10 minutes.
const TOKEN_LIFETIME: Duration = Duration::from_secs(9 * 60);

/// The reason why messages weren't fetched or handled. The next attempt continues with the first message that wasn't handled.
/// Needs the feature `chatdata` or `kf`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SyncError {
    /// WeCom didn't return the messages.
    #[error(transparent)]
    Call(#[from] Error),
    /// The token store, which keeps the position, failed.
    #[error("the token store failed: {0}")]
    Store(#[from] StoreError),
    /// The position in the token store is invalid. Starting over would handle the messages of the last days again, so
    /// a person has to decide that.
    #[error(
        "the token store has no position under `{key}`: remove it to start over with the messages of the last 3 days"
    )]
    #[non_exhaustive]
    Position {
        /// The key in the store.
        key: String,
    },
    /// The handler failed.
    #[error("the handler of a message failed: {0}")]
    Handler(BoxError),
}

/// Handles the messages and events of customer service (微信客服) when `kf_msg_or_event` announces them. Needs the feature `kf`.
///
/// The messages of an account (`open_kfid`) are passed to the function in order, one after the other. Once the
/// function has succeeded, the position advances: it is in the [token store](crate::ClientBuilder::token_store), so
/// with Redis, several processes share the work, and another one continues where one has stopped. A message is handled
/// again only if a process dies or the store fails after the function has succeeded and before the position is
/// written. If the function fails, the callback fails, and the next one begins with the same message.
///
/// Without a position, it begins with the earliest message that WeCom still has, up to 3 days old, so the function must recognize messages that it has
/// answered (`msgid`). That is so the first time, with the default store after each restart, and after a change of the secret, since positions belong to the
/// credential. Redis keeps a position for 4 days.
///
/// ```
/// # use wecom_sdk::Client;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_sdk::callback::kf_messages;
///
/// let client = Client::new("corp id", "secret")?;
/// let messages = kf_messages(&client, |message| async move {
///     println!("{} from {:?}", message.msgid, message.external_userid);
/// });
/// let router = messages.router();
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "kf")]
pub fn kf_messages<C, F, Fut>(client: &Client<C>, handle: F) -> KfMessages<C>
where
    C: Provides<AccessToken>,
    F: Fn(wecom_models::kf::message::Message) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoPassive> + Send + 'static,
{
    KfMessages(Arc::new(Reader::new(client, handle)))
}

/// The messages of customer service: see [`kf_messages`]. Needs the feature `kf`.
#[cfg(feature = "kf")]
pub struct KfMessages<C>(Arc<Reader<wecom_models::kf::message::SyncMsg, C>>);

#[cfg(feature = "kf")]
impl<C: Provides<AccessToken>> KfMessages<C> {
    /// Returns the router for `kf_msg_or_event` of any company.
    pub fn router(&self) -> Router {
        self.router_when(|_| true)
    }

    /// Returns the router for `kf_msg_or_event` of one company, for apps that several companies have installed: merge
    /// the routers of all of them.
    pub fn router_of(&self, corp_id: impl Into<String>) -> Router {
        let corp_id = corp_id.into();
        self.router_when(move |envelope| envelope.to_user_name == corp_id)
    }

    fn router_when(&self, takes: impl Fn(&Envelope) -> bool + Send + Sync + 'static) -> Router {
        use wecom_models::kf::events::KfMsgOrEvent;

        self.0.router(takes, |event: &KfMsgOrEvent| (event.open_kf_id.clone(), event.token.clone()))
    }

    /// Handles the messages of an account that no callback has announced, for example at startup, since WeCom
    /// doesn't promise that every callback arrives. Without a callback's token, WeCom limits such calls strictly.
    pub async fn catch_up(&self, open_kfid: &str) -> Result<(), SyncError> {
        self.0.sync(open_kfid, None).await
    }
}

/// Handles archived messages (会话内容存档) when `conversation_new_message` announces them, in the same way as [`kf_messages`]. The client is that of a
/// company that has authorized the suite. Needs the feature `chatdata`.
#[cfg(feature = "chatdata")]
pub fn archived_messages<C, F, Fut>(client: &Client<C>, handle: F) -> ArchivedMessages<C>
where
    C: Provides<AccessToken>,
    F: Fn(wecom_models::chatdata::archive::Message) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoPassive> + Send + 'static,
{
    ArchivedMessages(Arc::new(Reader::new(client, handle)))
}

/// The archived messages of a company: see [`archived_messages`]. Needs the feature `chatdata`.
#[cfg(feature = "chatdata")]
pub struct ArchivedMessages<C>(Arc<Reader<wecom_models::chatdata::archive::SyncMsg, C>>);

#[cfg(feature = "chatdata")]
impl<C: Provides<AccessToken>> ArchivedMessages<C> {
    /// Returns the router for `conversation_new_message` of the company: merge the routers of all companies.
    pub fn router_of(&self, corp_id: impl Into<String>) -> Router {
        use wecom_models::chatdata::events::ConversationNewMessage;

        self.0.router_of(corp_id.into(), |event: &ConversationNewMessage| event.token.clone())
    }

    /// Handles the messages that no callback has announced, for example at startup. Without a callback's token,
    /// WeCom limits such calls strictly.
    pub async fn catch_up(&self) -> Result<(), SyncError> {
        self.0.sync("", None).await
    }
}

/// Handles archived messages that match a keyword rule (命中关键词规则), with their details, when `hit_keyword` announces them, in the same way as
/// [`archived_messages`], starting at the position in the token store. Needs the feature `chatdata`.
#[cfg(feature = "chatdata")]
pub fn keyword_hits<C, F, Fut>(client: &Client<C>, handle: F) -> KeywordHits<C>
where
    C: Provides<AccessToken>,
    F: Fn(wecom_models::chatdata::keyword::HitMessage) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoPassive> + Send + 'static,
{
    KeywordHits(Arc::new(Reader::new(client, handle)))
}

/// The messages of a company that match a keyword rule: see [`keyword_hits`]. Needs the feature `chatdata`.
#[cfg(feature = "chatdata")]
pub struct KeywordHits<C>(Arc<Reader<wecom_models::chatdata::keyword::GetHitMsgList, C>>);

#[cfg(feature = "chatdata")]
impl<C: Provides<AccessToken>> KeywordHits<C> {
    /// Returns the router for `hit_keyword` of the company: merge the routers of all companies.
    pub fn router_of(&self, corp_id: impl Into<String>) -> Router {
        use wecom_models::chatdata::events::HitKeyword;

        self.0.router_of(corp_id.into(), |event: &HitKeyword| event.token.clone())
    }

    /// Handles the messages that no callback has announced, for example at startup. Without a callback's token,
    /// WeCom limits such calls strictly.
    pub async fn catch_up(&self) -> Result<(), SyncError> {
        self.0.sync("", None).await
    }
}

/// A call that returns messages from a position on.
trait Batch: PagedItems<Item: Send + Sync, Response: Send> + Send + Sync + Sized + 'static {
    /// Its name in the keys of the store.
    const NAME: &'static str;

    /// Creates a request for the messages of an account.
    fn of(account: &str, token: Option<Secret>) -> Self;

    /// Returns the cursor of the next page, and whether there is one.
    fn next(page: &Self::Response) -> (&str, bool);

    /// Returns the ID of a message.
    fn id(message: &Self::Item) -> &str;
}

/// Implements the methods whose fields have the same names in all these calls.
macro_rules! fields_of_page {
    () => {
        fn next(page: &Self::Response) -> (&str, bool) {
            (&page.next_cursor, page.has_more)
        }

        fn id(message: &Self::Item) -> &str {
            &message.msgid
        }
    };
}

#[cfg(feature = "kf")]
impl Batch for wecom_models::kf::message::SyncMsg {
    const NAME: &'static str = "kf";

    fn of(account: &str, token: Option<Secret>) -> Self {
        let mut request = Self::new(account);
        request.token = token;
        request
    }

    fields_of_page!();
}

#[cfg(feature = "chatdata")]
impl Batch for wecom_models::chatdata::archive::SyncMsg {
    const NAME: &'static str = "chatdata";

    fn of(_: &str, token: Option<Secret>) -> Self {
        let mut request = Self::new();
        request.token = token;
        request
    }

    fields_of_page!();
}

#[cfg(feature = "chatdata")]
impl Batch for wecom_models::chatdata::keyword::GetHitMsgList {
    const NAME: &'static str = "chatdata-hits";

    fn of(_: &str, token: Option<Secret>) -> Self {
        let mut request = Self::new().need_detail(true);
        request.token = token;
        request
    }

    fields_of_page!();
}

/// The position up to which an account's messages have been handled.
#[derive(Default)]
struct Position {
    /// The cursor of the page; none for the first page.
    cursor: Option<String>,
    /// The last handled message of the page.
    after: Option<String>,
}

impl Position {
    fn to_text(&self) -> String {
        write_position(self.cursor.as_deref(), "after", &self.after.as_deref().into())
    }

    fn from_text(text: &str) -> Option<Self> {
        let (cursor, after) = read_position(text, "after")?;
        let after = match after {
            Value::Null => None,
            Value::String(after) => Some(after),
            _ => return None,
        };
        Some(Self { cursor, after })
    }
}

/// An account in this process.
#[derive(Default)]
struct Account {
    /// The number of fetches of its messages that have begun.
    begun: AtomicU64,
    /// Locked during a fetch; the number of the last one that succeeded.
    succeeded: tokio::sync::Mutex<u64>,
}

type Handle<T> = Box<dyn Fn(T) -> BoxFuture<'static, Result<(), BoxError>> + Send + Sync>;

/// Fetches messages and passes them on.
struct Reader<E: Batch, C> {
    client: Client<C>,
    handle: Handle<E::Item>,
    accounts: Mutex<HashMap<String, Arc<Account>>>,
}

impl<E: Batch + Endpoint, C: Provides<E::Token>> Reader<E, C> {
    fn new<F, Fut>(client: &Client<C>, handle: F) -> Self
    where
        F: Fn(E::Item) -> Fut + Send + Sync + 'static,
        Fut: Future<Output: IntoPassive> + Send + 'static,
    {
        let handle: Handle<E::Item> = Box::new(move |message| {
            let handling = handle(message);
            Box::pin(async { handling.await.into_passive().map(drop) })
        });
        Self { client: client.clone(), handle, accounts: Mutex::default() }
    }

    /// Creates a router for the callbacks that announce messages: of an account, with a token.
    fn router<T: Payload + Sync>(
        self: &Arc<Self>,
        takes: impl Fn(&Envelope) -> bool + Send + Sync + 'static,
        announced: impl Fn(&T) -> (String, Secret) + Send + Sync + 'static,
    ) -> Router {
        let reader = Arc::clone(self);
        Router::new().when(takes, move |event: Event<T>| {
            let (reader, (account, token)) = (Arc::clone(&reader), announced(&event));
            async move { reader.sync(&account, Some(token)).await }
        })
    }

    /// Creates a router for the announcements of one company, which has one account.
    #[cfg(feature = "chatdata")]
    fn router_of<T: Payload + Sync>(
        self: &Arc<Self>,
        corp_id: String,
        token: impl Fn(&T) -> Secret + Send + Sync + 'static,
    ) -> Router {
        let takes = move |envelope: &Envelope| envelope.auth_corp_id.as_ref() == Some(&corp_id);
        self.router(takes, move |event| (String::new(), token(event)))
    }

    /// Handles all messages that an account has at this time.
    async fn sync(&self, name: &str, token: Option<Secret>) -> Result<(), SyncError> {
        let account = Arc::clone(lock(&self.accounts).entry(name.to_owned()).or_default());
        let begun = account.begun.load(Ordering::SeqCst);
        let mut succeeded = account.succeeded.lock().await;
        if *succeeded > begun {
            // Another fetch began after this callback arrived, and has handled the announced messages.
            return Ok(());
        }
        let number = account.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let key = format!("{}-{}-{name}", self.client.credential().key(), E::NAME);
        let held = Held::wait_for(&self.client.caller().store, &key).await?;
        let done = held.during(self.pages(name, &key, token, &held)).await;
        held.release().await;
        done?;
        *succeeded = number;
        Ok(())
    }

    async fn pages(
        &self,
        account: &str,
        key: &str,
        token: Option<Secret>,
        held: &Held,
    ) -> Result<(), SyncError> {
        let start = Instant::now();
        let mut position = self.position(key).await?;
        loop {
            let token = token.clone().filter(|_| start.elapsed() < TOKEN_LIFETIME);
            let mut request = E::of(account, token);
            if let Some(cursor) = &position.cursor {
                request.set_cursor(cursor.clone());
            }
            let page = self.client.send(&request).await?;
            let (next, more) = E::next(&page);
            let (next, more) = (next.to_owned(), more);
            let messages = E::into_items(page);
            let last = position.after.as_deref();
            let handled = messages.iter().position(|message| Some(E::id(message)) == last);
            for message in messages.into_iter().skip(handled.map_or(0, |last| last + 1)) {
                let id = E::id(&message).to_owned();
                (self.handle)(message).await.map_err(SyncError::Handler)?;
                position.after = Some(id);
                self.keep(key, &position, held).await?;
            }
            if next.is_empty() || position.cursor.as_ref() == Some(&next) {
                return if more { Err(repeated::<E>(next).into()) } else { Ok(()) };
            }
            position = Position { cursor: Some(next), after: None };
            self.keep(key, &position, held).await?;
            if !more {
                return Ok(());
            }
        }
    }

    async fn position(&self, key: &str) -> Result<Position, SyncError> {
        let Some(stored) = self.client.caller().store.get(key).await? else { return Ok(Position::default()) };
        Position::from_text(stored.token.expose()).ok_or_else(|| SyncError::Position { key: key.to_owned() })
    }

    async fn keep(&self, key: &str, position: &Position, held: &Held) -> Result<(), SyncError> {
        let stored = StoredToken { token: position.to_text().into(), expires_at: SystemTime::now() + KEPT };
        Ok(self.client.caller().store.put(key, &stored, held.lease()).await?)
    }
}

fn repeated<E: Endpoint>(cursor: String) -> Error {
    Error::RepeatedCursor { endpoint: E::META, cursor }
}
