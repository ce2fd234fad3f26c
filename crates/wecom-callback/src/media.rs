//! Files that AI bots receive.

use crate::cipher::{Key, Undecryptable};

/// Decrypts a file that was sent to an AI bot, with the `aeskey` beside its `url`: in base64, with or without its `=`.
///
/// If this fails, don't use the encrypted file as the file itself.
pub fn decrypt_media(aes_key: &str, encrypted: Vec<u8>) -> Result<Vec<u8>, Undecryptable> {
    Key::decode(aes_key).ok_or(Undecryptable)?.decrypt(encrypted)
}
