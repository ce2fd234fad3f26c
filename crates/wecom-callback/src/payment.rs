//! The second layer of encryption, in notifications of payments (对外收款).

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::cipher::{Key, KeyError, Undecryptable};
use wecom_models::Secret;

/// The key of payments (`callback_aeskey`).
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_callback::PaymentKey;
///
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

    /// Decrypts the `resource` of a notification, and returns its JSON: whatever format the notification itself has.
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
