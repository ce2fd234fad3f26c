//! Handlers: functions whose last argument says which callbacks they take.

use std::ops::Deref;
use std::sync::Arc;

use futures_core::future::BoxFuture;
use wecom_models::callback::{Document, Envelope, Events, Payload, ReadError, is};
use wecom_requests::{BoxError, IntoPassive, Passive};

use crate::Opened;

/// A type for the last argument of a handler: [`Event`], [`Family`] or [`Callback`].
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
}

impl FromCallback for Callback {
    fn takes(_: &Envelope) -> bool {
        true
    }

    fn read(callback: Callback, _: &Document<'_>) -> Result<Self, ReadError> {
        Ok(callback)
    }
}

/// A callback of one type. The members of that type can be accessed directly: `event.external_user_id`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<T> {
    /// The members of this type.
    pub payload: T,
    /// The members that all callbacks have, and the message as received.
    pub callback: Callback,
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
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Family<T> {
    /// The event, as a variant of the family's enum.
    pub payload: T,
    /// The members that all callbacks have, and the message as received.
    pub callback: Callback,
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
#[derive(Clone, Copy, Debug)]
pub struct State<T>(pub T);

/// A part of a state.
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
