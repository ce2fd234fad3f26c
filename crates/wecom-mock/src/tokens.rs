//! The tokens that were issued, and the credentials that get one.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::lock;
use crate::received::Received;
use crate::reply::Refusal;
use crate::route::Grants;

/// The tokens of a server.
pub(crate) struct Tokens {
    /// The IDs and secrets that get a token; any do if there are none.
    credentials: Vec<(String, String)>,
    /// The reported lifetime of tokens, in seconds.
    lifetime: u64,
    /// The tokens that were issued, each with its query parameter.
    given: Mutex<HashMap<(&'static str, String), Validity>>,
    issued: AtomicU64,
}

/// Whether a token is still accepted.
#[derive(Clone, Copy)]
enum Validity {
    InForce,
    Expired,
    Revoked,
}

/// The query parameter with the key of a group bot, which no call issues.
const KEY: &str = "key";

impl Tokens {
    pub(crate) fn new(credentials: Vec<(String, String)>, lifetime: u64) -> Self {
        Self { credentials, lifetime, given: Mutex::default(), issued: AtomicU64::new(0) }
    }

    pub(crate) fn issue(&self, parameter: &'static str) -> String {
        let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
        let token = format!("mock-{parameter}-{number}");
        lock(&self.given).insert((parameter, token.clone()), Validity::InForce);
        token
    }

    /// Forgets all tokens.
    pub(crate) fn clear(&self) {
        lock(&self.given).clear();
    }

    pub(crate) fn revoke(&self) {
        lock(&self.given).values_mut().for_each(|validity| *validity = Validity::Revoked);
    }

    pub(crate) fn expire(&self) {
        lock(&self.given).values_mut().for_each(|validity| *validity = Validity::Expired);
    }

    /// Rejects a request without a valid token.
    pub(crate) fn check(&self, parameter: &'static str, request: &Received) -> Result<(), Refusal> {
        let Some(token) = request.param(parameter).filter(|token| !token.is_empty()) else {
            return Err(Refusal(41001, format!("{parameter} missing")));
        };
        let given = lock(&self.given);
        let found = given.get(&(parameter, token.to_owned()));
        if parameter == KEY {
            let known = matches!(found, Some(Validity::InForce)) || !given.keys().any(|(of, _)| *of == KEY);
            return if known { Ok(()) } else { Err(Refusal(93000, "invalid webhook url".to_owned())) };
        }
        match found {
            Some(Validity::InForce) => Ok(()),
            Some(Validity::Expired) => Err(Refusal(42001, format!("{parameter} expired"))),
            Some(Validity::Revoked) | None => Err(Refusal(40014, format!("invalid {parameter}"))),
        }
    }

    /// Returns whether an AI bot may subscribe.
    #[cfg(feature = "ai-bot")]
    pub(crate) fn admits(&self, id: &str, secret: &str) -> bool {
        let mut known = self.credentials.iter();
        self.credentials.is_empty() || known.any(|known| (known.0.as_str(), known.1.as_str()) == (id, secret))
    }

    /// Puts a token into the response to a request with the right credentials.
    pub(crate) fn grant(&self, grants: &Grants, fields: &Value, answer: &mut Value) -> Result<(), Refusal> {
        let (id, secret) = (&fields[grants.id], &fields[grants.secret]);
        let mut known = self.credentials.iter().filter(|(known, _)| id == known.as_str()).peekable();
        if !self.credentials.is_empty() {
            if known.peek().is_none() {
                return Err(Refusal(40013, format!("invalid {}", grants.id)));
            }
            if !known.any(|(_, known)| secret == known.as_str()) {
                return Err(Refusal(40001, "invalid credential".to_owned()));
            }
        }
        answer[grants.token] = self.issue(grants.parameter).into();
        answer[grants.expires] = self.lifetime.into();
        Ok(())
    }
}
