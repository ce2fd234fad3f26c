//! The second layer of encryption, in notifications of payments (对外收款).

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use wecom_models::Secret;
use wecom_models::callback::{self, Document, ReadError};
use wecom_models::pay::events::Resource;

use crate::cipher::{Key, KeyError, Undecryptable};

/// An error while reading the content of a notification. Needs the feature `payments`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaymentError {
    /// The content can't be decrypted.
    #[error("the content can't be decrypted: compare the key with the `callback_aeskey` of the app 对外收款")]
    Undecryptable(#[from] Undecryptable),
    /// The content isn't a document.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The content has another type, such as a refund.
    #[error("the content doesn't have the type `{expected}`")]
    #[non_exhaustive]
    Other {
        /// The name of the type in the specification.
        expected: &'static str,
    },
}

/// The key of payments (`callback_aeskey`). Needs the feature `payments`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use wecom_callback::PaymentKey;
/// let key = PaymentKey::new("AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg")?;
/// let ciphertext = "UINkOpnhOPlJMZJzcS2ellmDlVnwmSuvdxFbkBhhQaiN0en46PL7WoRTJcUqO77xxfOwvjmioUBd/g9hw8o/do1aSo73Roaa7oAV9Am+qjDiPw==";
/// let plain = key.open(ciphertext, "uRQLUOVVenok", "transaction")?;
/// assert!(plain.starts_with(br#"{"mchid":"1900000100""#));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PaymentKey(Key);

impl PaymentKey {
    /// Reads a key: 43 letters and digits.
    pub fn new(callback_aes_key: impl Into<Secret>) -> Result<Self, KeyError> {
        Key::of_settings(callback_aes_key.into().expose()).map(Self)
    }

    /// Decrypts the `resource` of a notification, and reads it: a `PaymentContent` or a `RefundContent`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use wecom_callback::{PaymentError, PaymentKey};
    /// use wecom_models::pay::events::{PaymentContent, PaymentNotification};
    ///
    /// fn paid(key: &PaymentKey, notification: &PaymentNotification) -> Result<u64, PaymentError> {
    ///     let payment: PaymentContent = key.read(&notification.resource)?;
    ///     Ok(payment.amount.payer_total)
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn read<T: callback::Payload>(&self, resource: &Resource) -> Result<T, PaymentError> {
        let content = self.open(&resource.ciphertext, &resource.nonce, &resource.associated_data)?;
        let text = String::from_utf8_lossy(&content);
        let document = Document::parse(&text)?;
        if !callback::is::<T>(&document.envelope()?) {
            return Err(PaymentError::Other { expected: T::NAME });
        }
        Ok(document.read()?)
    }

    /// Decrypts the `resource` of a notification and returns its JSON, whatever format the notification itself has.
    pub fn open(
        &self,
        ciphertext: &str,
        nonce: &str,
        associated_data: &str,
    ) -> Result<Vec<u8>, Undecryptable> {
        let encrypted = STANDARD.decode(ciphertext).map_err(|_| Undecryptable)?;
        let nonce = Nonce::try_from(nonce.as_bytes()).map_err(|_| Undecryptable)?;
        let payload = Payload { msg: &encrypted, aad: associated_data.as_bytes() };
        Aes256Gcm::new(self.0.bytes().into()).decrypt(&nonce, payload).map_err(|_| Undecryptable)
    }
}
