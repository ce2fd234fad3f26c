//! Signatures: SHA-1 over four strings, sorted.

use sha1::{Digest as _, Sha1};
use subtle::ConstantTimeEq as _;

/// Returns the signature of a callback or a reply, in lower-case hexadecimal.
pub(crate) fn sign(token: &str, timestamp: &str, nonce: &str, encrypted: &str) -> String {
    let mut parts = [token, timestamp, nonce, encrypted];
    parts.sort_unstable();
    let digest = parts.iter().fold(Sha1::new(), Sha1::chain_update).finalize();
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect()
}

/// Compares signatures in constant time, so that the time doesn't reveal where they differ.
pub(crate) fn equal(received: &str, expected: &str) -> bool {
    received.as_bytes().ct_eq(expected.as_bytes()).into()
}
