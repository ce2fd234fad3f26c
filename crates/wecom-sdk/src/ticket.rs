//! Tickets, which WeCom pushes to a callback every 10 minutes and requires for a token.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::timeout;
use wecom_models::Secret;

use crate::caller::Caller;
use crate::tokens::StoredToken;
use crate::{Client, Credential, Error, lock};

/// The time to wait for the store to accept a ticket.
const STORING: Duration = Duration::from_millis(500);

/// The time for which WeCom accepts a ticket.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// The last ticket that this process received. It is kept beside the tokens as well, so that every machine has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ticket(Arc<Mutex<Option<StoredToken>>>);

/// Returns the key in the token store of a credential's ticket.
fn store_key<C: Credential>(credential: &C) -> String {
    format!("{}-ticket", credential.key())
}

impl Ticket {
    fn own(&self) -> MutexGuard<'_, Option<StoredToken>> {
        lock(&self.0)
    }

    /// Returns the latest ticket of a credential, received by this process or another one.
    pub(crate) async fn latest<C: Credential>(&self, owner: &C, caller: &Caller) -> Result<Secret, Error> {
        let shared = caller.store.get(&store_key(owner)).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the token store failed: only a ticket pushed to this process is known");
            None
        });
        let shared = shared.filter(|ticket| !ticket.token.is_empty() && ticket.lives_at_most(LIFETIME));
        let own = self.own().clone().filter(|ticket| !ticket.remaining().is_zero());
        let latest = own.into_iter().chain(shared).max_by_key(|ticket| ticket.expires_at);
        latest.map(|ticket| ticket.token).ok_or(Error::NoTicket)
    }

    /// Keeps a ticket that WeCom pushed, and stores it for other processes.
    pub(crate) async fn put<C: Credential>(&self, client: &Client<C>, ticket: Secret) {
        let ticket = StoredToken::for_next(ticket, LIFETIME);
        *self.own() = Some(ticket.clone());
        client.tokens().changed();
        let (store, key) = (Arc::clone(&client.caller().store), store_key(client.credential()));
        let stored = tokio::spawn(async move {
            if let Err(error) = store.put(&key, &ticket, None).await {
                tracing::warn!(%error, "the ticket can't be stored: other processes won't have it");
            }
        });
        // The store continues without anyone waiting for it.
        let _ = timeout(STORING, stored).await;
    }
}
