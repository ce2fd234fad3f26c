//! Requests to WeChat Pay, which the merchant signs.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use serde::Serialize;
use serde_json::Value;
use wecom_models::Secret;
use wecom_models::wire::{Output, WriteObject};

use crate::body::text;
use crate::xml::fields;
use crate::{DecodeError, Endpoint};

/// A request to WeChat Pay, signed with the merchant's API key and, if it moves money, with an app's secret, too. Needs the feature `pay`.
///
/// The algorithms: <https://developer.work.weixin.qq.com/document/path/90281>
pub trait MerchantSigned: Endpoint + WriteObject + Sized {
    /// The field with the signature, of the request and of the response.
    const SIGNATURE: &'static str;

    /// The fields that the app's signature covers, in their order; none if there is no such signature.
    const APP_SIGNS: &'static [&'static str];

    /// Whether a response is signed with the API key, too.
    const RESPONSE_IS_SIGNED: bool;

    /// Sets who sends the request, and its nonce.
    fn set_merchant(&mut self, merchant_id: String, nonce: String);

    /// Sets the app's signature, if there is one.
    fn set_app_signature(&mut self, signature: String) {
        let _ = signature;
    }

    /// Sets the merchant's signature.
    fn set_signature(&mut self, signature: String);

    /// Signs the request in its current state. Later changes invalidate the signatures.
    ///
    /// `nonce` has at most 32 characters. `app_secret` is the secret of the app that pays; only requests with an app's signature need it.
    ///
    /// # Errors
    ///
    /// [`SignError::NoAppSecret`] if the app's secret is needed and missing.
    fn sign_as(
        &mut self,
        merchant_id: &str,
        key: &Secret,
        app_secret: Option<&Secret>,
        nonce: &str,
    ) -> Result<(), SignError> {
        self.set_merchant(merchant_id.to_owned(), nonce.to_owned());
        if !Self::APP_SIGNS.is_empty() {
            let secret = app_secret.ok_or(SignError::NoAppSecret { request: Self::META.id })?;
            let mut covered = pairs(self)?;
            covered.retain(|(name, _)| Self::APP_SIGNS.contains(&name.as_str()));
            self.set_app_signature(signature(covered, "secret", secret));
        }
        let mut covered = pairs(self)?;
        covered.retain(|(name, _)| name != Self::SIGNATURE);
        self.set_signature(signature(covered, "key", key));
        Ok(())
    }

    /// Checks the signature of a response's body, if responses to this request have one.
    ///
    /// # Errors
    ///
    /// If the signature is missing or wrong: the response is not from WeChat Pay, or the API key isn't the one of the merchant platform.
    fn verify(body: &[u8], key: &Secret) -> Result<(), DecodeError> {
        if !Self::RESPONSE_IS_SIGNED {
            return Ok(());
        }
        let mut covered = fields(body)?;
        let at = covered.iter().position(|(name, _)| name == Self::SIGNATURE);
        let (_, found) = match at {
            Some(at) => covered.remove(at),
            None => return Err(DecodeError::new(Self::SIGNATURE, "the signature is missing")),
        };
        if signature(covered, "key", key) == found {
            return Ok(());
        }
        let message = "the signature is wrong: the response is not from WeChat Pay, or the API key is not the merchant's";
        Err(DecodeError::new(Self::SIGNATURE, message))
    }
}

/// The reason why a request can't be signed. Needs the feature `pay`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The request needs an app's signature, but no secret was passed.
    #[error("{request} must also be signed with an app's secret: pass it")]
    #[non_exhaustive]
    NoAppSecret {
        /// The request's name in the spec.
        request: &'static str,
    },
    /// A field can't be serialized.
    #[error("the request can't be serialized: {0}")]
    Serialize(#[from] serde_json::Error),
}

/// The upper-case MD5 of everything that isn't empty, sorted by name, and of a secret under a name of its own.
fn signature(mut pairs: Vec<(String, String)>, name: &str, secret: &Secret) -> String {
    pairs.retain(|(_, value)| !value.is_empty());
    pairs.sort();
    pairs.push((name.to_owned(), secret.expose().to_owned()));
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let digest = Md5::digest(pairs.join("&"));
    digest.iter().fold(String::with_capacity(2 * digest.len()), |mut text, byte| {
        write!(text, "{byte:02X}").expect("strings take everything");
        text
    })
}

fn pairs<T: WriteObject>(request: &T) -> Result<Vec<(String, String)>, serde_json::Error> {
    let mut pairs = Pairs(Vec::new());
    request.put(&mut pairs)?;
    Ok(pairs.0)
}

/// The fields of a flat object, as text.
struct Pairs(Vec<(String, String)>);

impl Output for Pairs {
    type Error = serde_json::Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), serde_json::Error> {
        self.put_raw(name, &serde_json::to_value(value)?)
    }

    fn put_raw(&mut self, name: &str, value: &Value) -> Result<(), serde_json::Error> {
        self.0.push((name.to_owned(), text(value)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    // The digests are those that `md5sum` prints, in upper case: of `act_name=Party&nonce_str=n-1&total_amount=100&wxappid=wx1&secret=app-secret`…
    #[test]
    fn a_signature_is_the_upper_case_md5_of_the_sorted_fields_and_the_secret() {
        let sent = pairs(&[
            ("wxappid", "wx1"),
            ("act_name", "Party"),
            ("total_amount", "100"),
            ("nonce_str", "n-1"),
            ("remark", ""),
        ]);
        assert_eq!(signature(sent, "secret", &Secret::new("app-secret")), "3B2BE66C8CC023C024F9F4C672B8D327");
    }

    // … and of `B=2&a=1&b=中文 & more&key=k`.
    #[test]
    fn names_are_sorted_by_their_bytes_and_text_is_signed_as_it_is() {
        let sent = pairs(&[("b", "中文 & more"), ("B", "2"), ("a", "1")]);
        assert_eq!(signature(sent, "key", &Secret::new("k")), "3BB5CA578B09B0C030A60482C4B2A802");
    }
}
