//! Stores that keep tokens, and share them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_core::future::BoxFuture;
use wecom_models::Secret;

/// The future that a store's method returns.
pub type StoreFuture<'a, T = ()> = BoxFuture<'a, Result<T, StoreError>>;

/// Keeps tokens: [`MemoryStore`](crate::MemoryStore) for one process, with the feature `redis` [`Redis`](crate::Redis) for
/// all that share a server.
///
/// A client holds the lease of a key while it fetches its token, so that only one of many does. When the store fails, each
/// client continues with its own token: a failing store makes no call fail. Values that can't be a token (empty, huge,
/// not text, valid for days) are ignored and replaced. Functions that follow messages, such as `callback::kf_messages`, can't do without their cursor, so they fail with the store.
///
/// Keys name a credential by a hash. Values are tokens and tickets, cursors of messages, and with `callback::suite_authorizations` responses with permanent
/// codes, for an hour at most: protect a store like the secrets themselves.
pub trait TokenStore: Send + Sync + 'static {
    /// Returns the token of a key.
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredToken>>;

    /// Keeps a token until it expires. With a lease, only if nobody with a later lease has kept one already.
    fn put<'a>(&'a self, key: &'a str, token: &'a StoredToken, lease: Option<&'a Lease>) -> StoreFuture<'a>;

    /// Drops the token of a key if it is still this one.
    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> StoreFuture<'a>;

    /// Takes the lease of a key, unless it is held. A lease expires by itself in case its holder dies.
    fn lease<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Lease>>;

    /// Extends a lease, if it is still held. It is called every 2 seconds while a token is fetched, which takes 25 seconds
    /// at most. A store whose leases last longer than that needs to do nothing.
    fn renew<'a>(&'a self, _key: &'a str, _lease: &'a Lease) -> StoreFuture<'a> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Releases a lease, if it is still held.
    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> StoreFuture<'a>;
}

impl<S: TokenStore + ?Sized> TokenStore for Arc<S> {
    fn get<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<StoredToken>> {
        (**self).get(key)
    }

    fn put<'a>(&'a self, key: &'a str, token: &'a StoredToken, lease: Option<&'a Lease>) -> StoreFuture<'a> {
        (**self).put(key, token, lease)
    }

    fn remove<'a>(&'a self, key: &'a str, token: &'a Secret) -> StoreFuture<'a> {
        (**self).remove(key, token)
    }

    fn lease<'a>(&'a self, key: &'a str) -> StoreFuture<'a, Option<Lease>> {
        (**self).lease(key)
    }

    fn renew<'a>(&'a self, key: &'a str, lease: &'a Lease) -> StoreFuture<'a> {
        (**self).renew(key, lease)
    }

    fn release<'a>(&'a self, key: &'a str, lease: Lease) -> StoreFuture<'a> {
        (**self).release(key, lease)
    }
}

/// The longest lifetime of a token that is trusted: WeCom's last 2 hours.
pub(crate) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// The maximum length of a token, in bytes. WeCom recommends room for 512.
const LARGEST: usize = 4096;

/// A stored token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// The token.
    pub token: Secret,
    /// The time from which on WeCom no longer accepts it.
    pub expires_at: SystemTime,
}

impl StoredToken {
    /// Creates a token with a remaining lifetime.
    pub(crate) fn for_next(token: Secret, lifetime: Duration) -> Self {
        Self { token, expires_at: SystemTime::now() + lifetime.min(LONGEST) }
    }

    /// Returns its remaining lifetime.
    pub fn remaining(&self) -> Duration {
        self.expires_at.duration_since(SystemTime::now()).unwrap_or_default()
    }

    /// Returns whether its lifetime is no longer than that of anything WeCom issues: a store may contain anything.
    pub(crate) fn lives_at_most(&self, longest: Duration) -> bool {
        /// By how much clocks may differ.
        const SKEW: Duration = Duration::from_secs(5 * 60);
        self.remaining() <= longest + SKEW
    }
}

/// Returns whether a text has the form of a token: visible ASCII characters, and not too many.
pub(crate) fn is_token(token: &Secret) -> bool {
    let token = token.expose().as_bytes();
    (1..=LARGEST).contains(&token.len()) && token.iter().all(u8::is_ascii_graphic)
}

/// The right to fetch a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Larger than that of every earlier lease of the key: it identifies a holder that returns late.
    pub fence: u64,
}

/// An error of a store.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    message: String,
}

impl StoreError {
    /// The reason, without secrets.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// The lifetime of a lease without renewal.
pub(crate) const LEASE: Duration = Duration::from_secs(6);

/// The interval for renewing a lease.
pub(crate) const RENEWAL: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_token_is_not_taken_for_one() {
        for good in ["a", "mock-access_token-1", "WF-_~!$&'()*+,;=:@/?%", &"k".repeat(4096)] {
            assert!(is_token(&good.into()), "{good}");
        }
        for bad in ["", " ", "a b", "a\n", "\0", "令牌", "\u{7f}", &"k".repeat(4097), &"k".repeat(1 << 20)]
        {
            assert!(!is_token(&bad.into()), "{bad:.20}");
        }
        let hour = Duration::from_secs(60 * 60);
        let token = StoredToken::for_next("token".into(), 2 * hour);
        assert!(token.lives_at_most(2 * hour) && !token.lives_at_most(hour));
        let in_a_century = SystemTime::now() + 876_000 * hour;
        let for_ever = StoredToken { token: "token".into(), expires_at: in_a_century };
        assert!(!for_ever.lives_at_most(LONGEST));
        assert!(StoredToken::for_next("token".into(), Duration::MAX).lives_at_most(LONGEST));
    }
}
