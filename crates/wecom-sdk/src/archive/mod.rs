//! The keys of archived messages (会话内容存档). Needs the feature `archive`.
//!
//! | who reads messages | how |
//! |---|---|
//! | a service provider | the family `chatdata`: [`SyncMsg`](wecom_models::chatdata::archive::SyncMsg), with [`PrivateKeys`] |
//! | a program in the data and intelligence zone | the family `zone`: [`zone::archive::SyncMsg`](wecom_models::zone::archive::SyncMsg) |
//! | a company's self-built app | WeCom's C library, with [`PrivateKeys`]; the family `msgaudit` says who is archived: [`GetPermitUserList`](wecom_models::msgaudit::GetPermitUserList) |
//!
//! Companies without the data and intelligence zone get messages and media files through WeCom's C library, which this crate doesn't call. Its codes:
//!
//! | code | meaning | what to do |
//! |---|---|---|
//! | 10000 | wrong parameters | check `corpid` and `secret` of `Init`, `limit` of `GetChatData` (1 to 1,000), `sdkfileid` and `indexbuf` of `GetMediaData` |
//! | 10001 | the network failed | check the network, ports 80 and 443, and the proxy's name and password; try again |
//! | 10002 | data can't be parsed | try again |
//! | 10003 | a system call failed in `GetMediaData` | try again |
//! | 10005 | wrong file ID | check the `sdkfileid` |
//! | 10006 | the message can't be decrypted | pass `DecryptMsg` the key as [`PrivateKeys::decrypt`] returns it |
//! | 10008 | `DecryptMsg` failed | try again |
//! | 10009 | the IP address isn't allowed | compare it with the trusted addresses in the admin console |
//! | 10010 | the data has expired | get messages within 5 days |
//! | 10011 | the TLS certificate can't be verified | only in the version of the library with OpenSSL |
//!
//! 10004 and 10007 are no longer returned.

use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::rsa::Pkcs1PrivateDecryptingKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wecom_models::Secret;

mod key;

pub use key::KeyError;

/// The private keys of the conversation archive, by the version that the public key was registered with
/// ([`SetPublicKey`](wecom_models::chatdata::zone::SetPublicKey)).
///
/// WeCom encrypts the key of each message with the public key that
/// was active at that time, so after a change the older private keys are needed for older messages.
///
/// ```
/// use wecom_sdk::{Client, Error, archive::PrivateKeys, chatdata::archive::SyncMsg};
///
/// # async fn example(client: Client, old_pem: &str, new_pem: &str) -> Result<(), Box<dyn std::error::Error>> {
/// let keys = PrivateKeys::new().with(1, old_pem)?.with(2, new_pem)?;
///
/// let mut records = client.items(SyncMsg::new());
/// while let Some(record) = records.try_next().await? {
///     let info = &record.service_encrypt_info;
///     let secret_key = keys.decrypt(info.public_key_ver, &info.encrypted_secret_key)?;
///     // Goes into the component that shows the message, or into an analysis.
/// }
/// # Ok(())
/// # }
/// ```
///
/// The messages' keys are encrypted with RSAES-PKCS1-v1_5, which is only safe if decryption reveals nothing: it takes the same time for
/// every ciphertext (AWS-LC), and every failure is the same [`DecryptError`]. Don't reveal more than that to a sender.
#[doc(alias("会话存档密钥", "消息加密公钥", "encrypt_random_key", "encrypt_secret_key"))]
#[derive(Default)]
pub struct PrivateKeys {
    keys: BTreeMap<u64, Pkcs1PrivateDecryptingKey>,
}

impl PrivateKeys {
    /// Creates an empty set of keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the private key whose public key has this version: RSA, without a passphrase, as PEM in PKCS#8 (`PRIVATE KEY`) or
    /// PKCS#1 (`RSA PRIVATE KEY`).
    ///
    /// Forms that environment variables and YAML leave a key in are accepted: on one line, with `\n` as two characters, indented, in quotes,
    /// with the wrong one of the two `BEGIN` lines, or as base64 alone. [`KeyError`] explains why a key can't be used.
    pub fn with(mut self, public_key_ver: u64, pem: &str) -> Result<Self, KeyError> {
        self.keys.insert(public_key_ver, key::read(pem)?);
        Ok(self)
    }

    /// Returns the versions that have a key, in ascending order.
    pub fn versions(&self) -> impl Iterator<Item = u64> {
        self.keys.keys().copied()
    }

    /// Decrypts a message's key: `encrypted_secret_key`, in base64, with the private key of `public_key_ver`.
    pub fn decrypt(&self, public_key_ver: u64, encrypted: &str) -> Result<Secret, DecryptError> {
        let key = self.keys.get(&public_key_ver).ok_or(DecryptError::UnknownVersion { public_key_ver })?;
        let refused = DecryptError::Refused { public_key_ver };
        let encrypted = STANDARD.decode(encrypted.trim()).map_err(|_| refused.clone())?;
        let mut plain = vec![0; key.min_output_size()];
        let plain = key.decrypt(&encrypted, &mut plain).map_err(|_| refused.clone())?;
        let text = std::str::from_utf8(plain).map_err(|_| refused)?;
        Ok(Secret::from(text))
    }
}

/// Shows the versions, not the keys.
impl fmt::Debug for PrivateKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.keys.keys()).finish()
    }
}

/// The reason why a message's key can't be decrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// There is no private key for this version.
    #[error(
        "there is no private key for version {public_key_ver} of the public key: add it with `PrivateKeys::with`"
    )]
    #[non_exhaustive]
    UnknownVersion {
        /// The version.
        public_key_ver: u64,
    },
    /// The private key of this version doesn't match, or the encrypted key is damaged.
    #[error("the private key of version {public_key_ver} can't decrypt the message's key")]
    #[non_exhaustive]
    Refused {
        /// The version.
        public_key_ver: u64,
    },
}
