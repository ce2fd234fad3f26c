//! The encryption of callbacks: AES-256-CBC, padded to 32 bytes, around a frame of random bytes, length, message and receiveid.

use std::fmt;

use aes::Aes256;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use cbc::cipher::block_padding::NoPadding;
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};

/// The padding fills the text up to a multiple of this, rather than of AES's 16 bytes.
const BLOCK: usize = 32;

/// The random bytes that a frame begins with.
const RANDOM: usize = 16;

/// The random bytes and the length, before the message.
const HEAD: usize = RANDOM + 4;

/// Accepts a key whose last character has bits beyond its 32 bytes, as most `EncodingAESKey`s have, and which may lack
/// its `=`.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The reason why an `EncodingAESKey` can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key is too short or too long.
    #[error(
        "an EncodingAESKey has 43 characters, but this one has {0}: copy it again from the callback settings"
    )]
    Length(usize),
    /// The key contains something other than letters and digits.
    #[error(
        "an EncodingAESKey consists of letters and digits, but this one contains {0:?}: copy it again from the callback settings"
    )]
    Character(char),
}

/// The bytes can't be decrypted with this key. The error doesn't say which step failed: that would help an attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this can't be decrypted with the key")]
pub struct Undecryptable;

/// A key for the cipher.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Reads an `EncodingAESKey`: 43 letters and digits, whose last bits are discarded.
    pub(crate) fn of_settings(key: &str) -> Result<Self, KeyError> {
        if let Some(other) = key.chars().find(|c| !c.is_ascii_alphanumeric()) {
            return Err(KeyError::Character(other));
        }
        Self::decode(key).filter(|_| key.len() == 43).ok_or(KeyError::Length(key.len()))
    }

    /// Reads a key in base64, with or without padding.
    pub(crate) fn decode(key: &str) -> Option<Self> {
        LENIENT.decode(key).ok()?.try_into().ok().map(Self)
    }

    /// Returns the key itself.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn iv(&self) -> &[u8; 16] {
        self.0.first_chunk().expect("16 of 32 bytes")
    }

    /// Encrypts a message for a receiveid, after 16 bytes that nobody can guess.
    pub(crate) fn seal(&self, random: [u8; RANDOM], message: &[u8], receiveid: &str) -> String {
        // No callback can contain a message of 4 GB.
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        let frame = [&random[..], &length.to_be_bytes(), message, receiveid.as_bytes()].concat();
        STANDARD.encode(self.encrypt(frame))
    }

    fn encrypt(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let padding = BLOCK - bytes.len() % BLOCK;
        bytes.resize(bytes.len() + padding, padding.to_le_bytes()[0]);
        self.encrypt_blocks(bytes)
    }

    /// Encrypts whole blocks.
    pub(crate) fn encrypt_blocks(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let length = bytes.len();
        let encryptor = cbc::Encryptor::<Aes256>::new(&self.0.into(), self.iv().into());
        encryptor.encrypt_padded::<NoPadding>(&mut bytes, length).expect("whole blocks");
        bytes
    }

    /// Decrypts a message, and returns it with its receiveid.
    pub(crate) fn open(&self, encrypted: &str) -> Result<(Vec<u8>, Vec<u8>), Undecryptable> {
        let mut frame = self.decrypt(STANDARD.decode(encrypted).map_err(|_| Undecryptable)?)?;
        let length =
            frame.get(RANDOM..HEAD).and_then(|length| length.try_into().ok()).ok_or(Undecryptable)?;
        let end =
            usize::try_from(u32::from_be_bytes(length)).ok().and_then(|length| length.checked_add(HEAD));
        let end = end.filter(|end| *end <= frame.len()).ok_or(Undecryptable)?;
        let receiveid = frame.split_off(end);
        frame.drain(..HEAD);
        Ok((frame, receiveid))
    }

    /// Decrypts bytes and removes their padding.
    pub(crate) fn decrypt(&self, mut bytes: Vec<u8>) -> Result<Vec<u8>, Undecryptable> {
        let decryptor = cbc::Decryptor::<Aes256>::new(&self.0.into(), self.iv().into());
        decryptor.decrypt_padded::<NoPadding>(&mut bytes).map_err(|_| Undecryptable)?;
        let padding = bytes.last().copied().ok_or(Undecryptable)?;
        let end = bytes.len().checked_sub(usize::from(padding)).ok_or(Undecryptable)?;
        if !(1..=BLOCK).contains(&usize::from(padding)) || bytes[end..].iter().any(|byte| *byte != padding) {
            return Err(Undecryptable);
        }
        bytes.truncate(end);
        Ok(bytes)
    }
}
