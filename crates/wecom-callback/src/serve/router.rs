//! Selects the handler for a callback.

use std::fmt;
use std::sync::Arc;

use wecom_models::callback::{Document, Envelope};
use wecom_requests::Passive;

use super::handler::{Callback, FromCallback, Handler, Handling};

/// Passes callbacks on to handlers, by the type of their last argument.
///
/// Needs the feature `serve` (of `wecom-sdk`: `callback`).
///
/// Handlers are tried in the order in which they were added, like the arms of a `match`: the first whose type fits
/// handles the callback. Put an [`Event`](crate::Event) before its [`Family`](crate::Family).
///
/// If an application has no `S` yet, [`with_state`](Self::with_state) provides it.
pub struct Router<S = ()> {
    routes: Vec<Route<S>>,
    fallback: Option<Call<S>>,
}

struct Route<S> {
    takes: Box<dyn Fn(&Envelope) -> bool + Send + Sync>,
    call: Call<S>,
}

/// Reads a handler's argument. The handler doesn't run before the future is polled.
type Call<S> = Box<dyn Fn(&Arc<S>, Callback, &Document<'_>) -> Handling + Send + Sync>;

impl<S> fmt::Debug for Router<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").field("handlers", &self.routes.len()).finish_non_exhaustive()
    }
}

impl<S> Default for Router<S> {
    fn default() -> Self {
        Self { routes: Vec::new(), fallback: None }
    }
}

impl<S: Send + Sync + 'static> Router<S> {
    /// Creates a router without handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a handler for the type of its last argument: `|event: Event<T>| async …`.
    #[must_use]
    pub fn on<H: Handler<S, A>, A>(self, handler: H) -> Self {
        self.route(<H::Callback as FromCallback>::takes, handler)
    }

    /// Adds a handler for the callbacks for which the function returns `true`, if they fit its last argument: for
    /// example, all messages, by `|envelope| envelope.shape == Shape::Message`.
    #[must_use]
    pub fn when<H: Handler<S, A>, A>(
        self,
        takes: impl Fn(&Envelope) -> bool + Send + Sync + 'static,
        handler: H,
    ) -> Self {
        self.route(move |envelope| H::Callback::takes(envelope) && takes(envelope), handler)
    }

    fn route<H: Handler<S, A>, A>(
        mut self,
        takes: impl Fn(&Envelope) -> bool + Send + Sync + 'static,
        handler: H,
    ) -> Self {
        self.routes.push(Route { takes: Box::new(takes), call: call(handler) });
        self
    }

    /// Sets the handler for callbacks that no other handler takes, and for unreadable ones.
    #[must_use]
    pub fn fallback<H: Handler<S, A, Callback = Callback>, A>(mut self, handler: H) -> Self {
        self.fallback = Some(call(handler));
        self
    }

    /// Adds the handlers of another router after these, and its fallback if there is none.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.routes.extend(other.routes);
        self.fallback = self.fallback.or(other.fallback);
        self
    }

    /// Provides the state for handlers that take it with [`State`](crate::State). Do it before a [`merge`](Self::merge) with a router that has no state.
    pub fn with_state<T: Send + Sync + 'static>(self, state: S) -> Router<T> {
        let state = Arc::new(state);
        let provide = |call: Call<S>| -> Call<T> {
            let state = Arc::clone(&state);
            Box::new(move |_, callback, document| call(&state, callback, document))
        };
        let routes =
            self.routes.into_iter().map(|route| Route { takes: route.takes, call: provide(route.call) });
        Router { routes: routes.collect(), fallback: self.fallback.map(provide) }
    }
}

impl Router {
    /// Returns the handling of a callback, which begins when it is polled.
    pub(super) fn call(&self, callback: Callback, document: &Document<'_>) -> Handling {
        let route =
            self.routes.iter().find(|route| (route.takes)(&callback.envelope)).map(|route| &route.call);
        let Some(call) = route.or(self.fallback.as_ref()) else {
            tracing::debug!("no handler takes this callback");
            return Box::pin(async { Ok(Passive::none()) });
        };
        call(&Arc::new(()), callback, document)
    }
}

/// Reads a handler's argument, and calls it.
fn call<S: Send + Sync + 'static, H: Handler<S, A>, A>(handler: H) -> Call<S> {
    let handler = Arc::new(handler);
    Box::new(move |state, callback, document| {
        let (handler, state) = (Arc::clone(&handler), Arc::clone(state));
        match H::Callback::read(callback, document) {
            Ok(read) => Box::pin(async move { handler.call(&state, read).await }),
            Err(error) => Box::pin(async { Err(error.into()) }),
        }
    })
}
