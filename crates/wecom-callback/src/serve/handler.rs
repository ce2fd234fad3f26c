//! Handlers: functions whose last argument determines which callbacks they take.

use std::ops::Deref;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use wecom_models::callback::{Document, Envelope, Events, Payload, ReadError, is};
use wecom_requests::{BoxError, IntoPassive, Passive};

use crate::Opened;

/// A type for the last argument of a handler: [`Event`], [`Family`] or [`Callback`].
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the last argument of a handler",
    label = "not a callback",
    note = "the last argument is an `Event<T>`, where `T` is a payload such as `externalcontact::events::AddExternalContact`, or a `Family<T>`, or a `Callback`"
)]
pub trait FromCallback: Sized + Send + 'static {
    /// Returns whether a callback with this envelope fits.
    fn takes(envelope: &Envelope) -> bool;

    /// Reads it.
    fn read(callback: Callback, document: &Document<'_>) -> Result<Self, ReadError>;
}

/// Any callback: the members that all have in common, and the message as received.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Callback {
    /// The members that all callbacks have in common.
    pub envelope: Arc<Envelope>,
    /// The decrypted message, and how it was received.
    pub opened: Arc<Opened>,
}

impl Callback {
    pub(super) fn new(envelope: Envelope, opened: Arc<Opened>) -> Self {
        Self { envelope: Arc::new(envelope), opened }
    }

    /// Creates a callback for the test of a handler, with the message as WeCom would send it: see [`Event::new`]. Needs
    /// the feature `test-util`.
    #[cfg(feature = "test-util")]
    pub fn from_message(envelope: Envelope, message: impl Into<bytes::Bytes>) -> Self {
        Self::new(envelope, Arc::new(Opened::made(message.into())))
    }

    /// Returns who caused the callback (`FromUserName`): the userid of a member, the `external_userid` of a customer,
    /// or `sys` for WeCom itself; empty if the callback doesn't say. It is in the [envelope](Self::envelope).
    pub fn from_user(&self) -> &str {
        &self.envelope.from_user_name
    }
}

impl FromCallback for Callback {
    fn takes(_: &Envelope) -> bool {
        true
    }

    fn read(callback: Callback, _: &Document<'_>) -> Result<Self, ReadError> {
        Ok(callback)
    }
}

/// A callback of one type.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
///
/// The members of that type can be accessed directly: `event.external_user_id`. The user who caused it is
/// [`from_user`](Self::from_user); the other members that all callbacks share are in `event.callback.envelope`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<T> {
    /// The members of this type.
    pub payload: T,
    /// The members that all callbacks have, and the message as received.
    pub callback: Callback,
}

impl<T> Event<T> {
    /// Creates an event for the test of a handler, whose message is empty. Needs the feature `test-util`, with which payloads and
    /// envelopes are literals:
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// # use wecom_callback::Event;
    /// use wecom_models::callback::Envelope;
    /// use wecom_models::message::{events::TextMessage, reply::TextReply};
    ///
    /// async fn answer(message: Event<TextMessage>) -> TextReply {
    ///     TextReply::new(format!("{} said: {}", message.from_user(), message.content))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let envelope = Envelope { from_user_name: "lin.wei".into(), ..Default::default() };
    /// let message = TextMessage { content: "Hello".into() };
    /// assert_eq!(answer(Event::new(message, envelope)).await.content, "lin.wei said: Hello");
    /// # }
    /// # main();
    /// # }
    /// ```
    #[cfg(feature = "test-util")]
    pub fn new(payload: T, envelope: Envelope) -> Self {
        Self { payload, callback: Callback::from_message(envelope, "") }
    }

    /// Returns who caused it: see [`Callback::from_user`].
    pub fn from_user(&self) -> &str {
        self.callback.from_user()
    }
}

impl<T> Deref for Event<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.payload
    }
}

impl<T: Payload> FromCallback for Event<T> {
    fn takes(envelope: &Envelope) -> bool {
        is::<T>(envelope)
    }

    fn read(callback: Callback, document: &Document<'_>) -> Result<Self, ReadError> {
        Ok(Self { payload: document.read()?, callback })
    }
}

/// A callback of a family, as the family's enum.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Family<T> {
    /// The event, as a variant of the family's enum.
    pub payload: T,
    /// The members that all callbacks have, and the message as received.
    pub callback: Callback,
}

impl<T> Family<T> {
    /// Creates an event for the test of a handler: see [`Event::new`]. Needs the feature `test-util`.
    #[cfg(feature = "test-util")]
    pub fn new(payload: T, envelope: Envelope) -> Self {
        Self { payload, callback: Callback::from_message(envelope, "") }
    }

    /// Returns who caused it: see [`Callback::from_user`].
    pub fn from_user(&self) -> &str {
        self.callback.from_user()
    }
}

impl<T: Events> FromCallback for Family<T> {
    fn takes(envelope: &Envelope) -> bool {
        T::has(envelope)
    }

    fn read(callback: Callback, document: &Document<'_>) -> Result<Self, ReadError> {
        Ok(Self { payload: T::read(&callback.envelope, document)?, callback })
    }
}

/// A part of the application's state, as an argument before the callback.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// # use wecom_callback::{Callback, Router, State};
///
/// async fn count(State(seen): State<Arc<AtomicU64>>, _: Callback) {
///     seen.fetch_add(1, Ordering::Relaxed);
/// }
///
/// let router: Router = Router::new().fallback(count).with_state(Arc::new(AtomicU64::new(0)));
/// ```
///
/// It isn't axum's, whose handlers take requests.
#[derive(Clone, Copy, Debug)]
pub struct State<T>(pub T);

/// A type that is part of a state.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
pub trait FromRef<S> {
    /// Returns the part.
    fn from_ref(state: &S) -> Self;
}

impl<S: Clone> FromRef<S> for S {
    fn from_ref(state: &S) -> Self {
        state.clone()
    }
}

/// A handler's future, which owns everything it needs.
pub(super) type Handling = BoxFuture<'static, Result<Passive, BoxError>>;

/// A function that handles callbacks: `async fn(Event<T>)`, or with up to two [`State`]s before the event.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
#[diagnostic::on_unimplemented(
    message = "this isn't a handler of callbacks",
    label = "not a handler with the state `{S}`",
    note = "a handler is an `async fn` or an `async` closure; its arguments are up to two `State<T>` and then an `Event<T>`, a `Family<T>` or a `Callback`",
    note = "it returns nothing, a passive reply, an `Option` of one, or a `Result` of these; its future must be `Send`"
)]
pub trait Handler<S, Arguments>: Send + Sync + 'static {
    /// Its last argument.
    type Callback: FromCallback;

    /// Starts handling a callback.
    fn call(&self, state: &S, callback: Self::Callback) -> BoxFuture<'static, Result<Passive, BoxError>>;
}

/// Implements handlers with as many states as there are names.
macro_rules! handlers {
    ($($state:ident),*) => {
        impl<S, F, Fut, C, $($state),*> Handler<S, ($(State<$state>,)* C,)> for F
        where
            F: Fn($(State<$state>,)* C) -> Fut + Send + Sync + 'static,
            Fut: Future<Output: IntoPassive> + Send + 'static,
            C: FromCallback,
            $($state: FromRef<S>,)*
        {
            type Callback = C;

            fn call(&self, _state: &S, callback: C) -> Handling {
                let handling = self($(State($state::from_ref(_state)),)* callback);
                Box::pin(async { handling.await.into_passive() })
            }
        }
    };
}

handlers!();
handlers!(A);
handlers!(A, B);
