//! Values that must not be shown.

use std::cell::RefCell;
use std::fmt;

use serde::ser::{Serialize, Serializer};

use crate::wire::{Read, read_impl, read_inner};

/// A secret or a token. `Debug` hides it, there is no `Display`, and only [`Secret::expose`] returns it. `Serialize` writes it, since requests contain it: don't log
/// what a struct with a secret serializes to.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// Returns the secret itself. Keep it out of logs and errors.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether the secret is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "Secret(empty)" } else { "Secret(…)" })
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.to_owned())
    }
}

impl From<&String> for Secret {
    fn from(secret: &String) -> Self {
        Self(secret.clone())
    }
}

/// So that a value from one response can be passed to the next request.
impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}

thread_local! {
    /// The secrets that were serialized, while they are collected.
    static WRITTEN: RefCell<Option<Vec<Secret>>> = const { RefCell::new(None) };
}

/// Runs a function, and returns the secrets that it serialized, so that they can be removed from a server's text. Only
/// secrets that the same thread writes are included.
pub fn secrets_written<T>(work: impl FnOnce() -> T) -> (T, Vec<Secret>) {
    /// Restores the previous collection, even if the function panics.
    struct Outer(Option<Vec<Secret>>);

    impl Drop for Outer {
        fn drop(&mut self) {
            WRITTEN.replace(self.0.take());
        }
    }

    let _outer = Outer(WRITTEN.replace(Some(Vec::new())));
    let done = work();
    (done, WRITTEN.take().unwrap_or_default())
}

/// Writes the secret itself: this is how it is sent.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.with_borrow_mut(|written| {
            if let Some(written) = written.as_mut().filter(|_| !self.is_empty()) {
                written.push(self.clone());
            }
        });
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Read<'de> for Secret {
    const EXPECTED: &'static str = String::EXPECTED;

    read_inner! { |this| this.0 }
}

read_impl!(Secret);
