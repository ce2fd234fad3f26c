//! Reads private keys in the forms that environment variables, YAML and secret managers produce, and explains why a text isn't a private key for
//! the archive.

use std::ops::RangeInclusive;

use aws_lc_rs::rsa::{Pkcs1PrivateDecryptingKey, PrivateDecryptingKey};
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The sizes of keys, in bits: WeCom asks for 2048, and AWS-LC accepts no larger ones.
const SIZES: RangeInclusive<usize> = 2048..=8192;

/// An error while reading a private key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text contains neither PEM nor base64.
    #[error(
        "no key found: expected PEM, which begins with `-----BEGIN PRIVATE KEY-----`, or the base64 of a key"
    )]
    NoKey,
    /// The text between the lines `BEGIN` and `END` is not base64.
    #[error("the key is not base64: it contains {0:?}")]
    Base64(char),
    /// The end of the key is missing. In a key from an environment variable or a setting, usually all lines but the first are.
    #[error(
        "the key is truncated: it has {found} of {expected} bytes; check that all of its lines are passed on"
    )]
    #[non_exhaustive]
    CutOff {
        /// The number of bytes found.
        found: usize,
        /// The number of bytes the key has at least.
        expected: usize,
    },
    /// The key is encrypted with a passphrase.
    #[error("the key is encrypted: decrypt it first, with `openssl pkey -in encrypted.pem -out key.pem`")]
    Encrypted,
    /// It is a public key.
    #[error("this is a public key: pass the private key that belongs to it")]
    PublicKey,
    /// It is a certificate, or a request for one.
    #[error("this is a certificate: pass the private key that belongs to it")]
    Certificate,
    /// It is a key in another format.
    #[error("the key has the format {0}: convert it to PEM (PKCS#8) with {1}")]
    Format(&'static str, &'static str),
    /// It is a private key of another algorithm.
    #[error("this is a private key for {0}: pass one for RSA")]
    NotRsa(&'static str),
    /// It is an RSA key of a size that can't be used.
    #[error("this RSA key has {0} bits: pass one with 2048 to 8192 bits")]
    Size(usize),
    /// It looks like a key, but its content is not one.
    #[error("the key is damaged: its content is not a private key")]
    Damaged,
}

/// Reads a private key in a text.
pub(super) fn read(text: &str) -> Result<Pkcs1PrivateDecryptingKey, KeyError> {
    let text = unescape(text);
    let mut blocks = text.split("-----BEGIN ").skip(1).peekable();
    if blocks.peek().is_none() {
        return unarmoured(&text);
    }
    // The text may also contain a certificate, or the parameters of the key's curve.
    let mut error = None;
    for block in blocks {
        let (label, content) = block.split_once("-----").ok_or(KeyError::NoKey)?;
        match armoured(label, content) {
            Ok(key) => return Ok(key),
            Err(_) if error.is_some() && !label.contains("PRIVATE KEY") => {}
            Err(found) => error = Some(found),
        }
    }
    Err(error.unwrap_or(KeyError::NoKey))
}

/// Reads the text between the lines `BEGIN` and `END`. If the latter is missing, the key itself shows whether it is
/// complete.
fn armoured(label: &str, content: &str) -> Result<Pkcs1PrivateDecryptingKey, KeyError> {
    if label.contains("OPENSSH") {
        return Err(KeyError::Format("OpenSSH", "`ssh-keygen -p -m PKCS8 -f key`"));
    }
    let content = content.split("-----").next().unwrap_or_default();
    if content.contains("ENCRYPTED") {
        return Err(KeyError::Encrypted);
    }
    from_der(&decode(content)?)
}

/// Reads bare base64: of a key's DER, or of its whole PEM.
fn unarmoured(text: &str) -> Result<Pkcs1PrivateDecryptingKey, KeyError> {
    // For texts that aren't keys at all, one error is enough.
    let der = decode(text).map_err(|_| KeyError::NoKey)?;
    match std::str::from_utf8(&der) {
        Ok(pem) if pem.contains("-----BEGIN ") => read(pem),
        _ if der.first() == Some(&SEQUENCE) => from_der(&der),
        _ => Err(KeyError::NoKey),
    }
}

/// Removes characters that base64 and PEM don't contain, and which texts acquire in JSON, shells and YAML: escapes and
/// quotes.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest =
        text.chars().filter(|c| !matches!(c, '"' | '\'' | '`' | '\u{feff}' | '\u{200b}')).peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        // If it was escaped twice or more, there are more of them.
        while rest.next_if_eq(&'\\').is_some() {}
        if rest.next_if(|c| matches!(c, 'n' | 'r' | 't')).is_some() {
            plain.push('\n');
        } else if rest.next_if_eq(&'u').is_some() {
            let code: String = rest.by_ref().take(4).collect();
            let escaped = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
            plain.push(escaped.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
    plain
}

/// Decodes base64, of either alphabet, with white space anywhere in it.
fn decode(text: &str) -> Result<Vec<u8>, KeyError> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let plain = text.chars().filter(|c| !c.is_whitespace()).map(|c| match c {
        '-' => Ok('+'),
        '_' => Ok('/'),
        '+' | '/' | '=' => Ok(c),
        _ if c.is_ascii_alphanumeric() => Ok(c),
        _ => Err(KeyError::Base64(c)),
    });
    let mut plain = plain.collect::<Result<String, _>>()?;
    if plain.trim_end_matches('=').len() % 4 == 1 {
        // One character too many or too few: the part of the key that is there shows which.
        plain.truncate(plain.trim_end_matches('=').len() - 1);
    }
    GeneralPurpose::new(&STANDARD, LENIENT).decode(plain).map_err(|_| KeyError::Base64('='))
}

/// Reads a key by its content, whatever the line `BEGIN` says.
fn from_der(der: &[u8]) -> Result<Pkcs1PrivateDecryptingKey, KeyError> {
    let outer = Element::read(der)?;
    if outer.tag != SEQUENCE || !outer.rest.is_empty() {
        return Err(KeyError::Damaged);
    }
    let parts = outer.elements()?;
    let tags: Vec<u8> = parts.iter().map(|part| part.tag).collect();
    let pkcs1 = match tags[..] {
        [INTEGER, SEQUENCE, OCTET_STRING, ..] => match parts[1].algorithm()? {
            RSA => parts[2].content,
            algorithm => return Err(KeyError::NotRsa(name(algorithm))),
        },
        [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER] => der,
        [INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER] => return Err(KeyError::NotRsa("DSA")),
        [INTEGER, OCTET_STRING, ..] => return Err(KeyError::NotRsa("elliptic curves (EC)")),
        [SEQUENCE, OCTET_STRING] => return Err(KeyError::Encrypted),
        [SEQUENCE, BIT_STRING] | [INTEGER, INTEGER] => return Err(KeyError::PublicKey),
        [SEQUENCE, SEQUENCE, BIT_STRING] => return Err(KeyError::Certificate),
        [INTEGER, SEQUENCE, ..] => {
            return Err(KeyError::Format("PKCS#12", "`openssl pkcs12 -nodes -in key.p12 -out key.pem`"));
        }
        _ => return Err(KeyError::Damaged),
    };
    let numbers = Element::read(pkcs1)?.elements()?;
    let modulus = numbers.get(1).ok_or(KeyError::Damaged)?.content;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
    if !SIZES.contains(&bits) {
        return Err(KeyError::Size(bits));
    }
    let key = PrivateDecryptingKey::from_pkcs8(&pkcs8(pkcs1)).map_err(|_| KeyError::Damaged)?;
    Pkcs1PrivateDecryptingKey::new(key).map_err(|_| KeyError::Damaged)
}

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// The object identifier `rsaEncryption`.
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// Names an algorithm whose keys can't be used.
fn name(algorithm: &[u8]) -> &'static str {
    match algorithm {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0a] => "RSA-PSS, which only signs",
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1] => "elliptic curves (EC)",
        [0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1] => "DSA",
        [0x2b, 0x65, 0x6e..=0x71] => "an Edwards curve (Ed25519, X25519)",
        _ => "another algorithm",
    }
}

/// A DER element, and the bytes after it.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Element<'a> {
    fn read(der: &'a [u8]) -> Result<Self, KeyError> {
        let cut_off = |expected| KeyError::CutOff { found: der.len(), expected };
        let [tag, first, rest @ ..] = der else { return Err(cut_off(2)) };
        let (length, head) = match usize::from(*first) {
            short @ 0..=0x7f => (short, 2),
            long @ 0x81..=0x84 => {
                let bytes = rest.get(..long - 0x80).ok_or_else(|| cut_off(2 + long - 0x80))?;
                let length = bytes.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
                (length, 2 + bytes.len())
            }
            _ => return Err(KeyError::Damaged),
        };
        let end = head.saturating_add(length);
        let content = der.get(head..end).ok_or_else(|| cut_off(end))?;
        Ok(Self { tag: *tag, content, rest: &der[end..] })
    }

    fn elements(&self) -> Result<Vec<Element<'a>>, KeyError> {
        let (mut elements, mut rest) = (Vec::new(), self.content);
        while !rest.is_empty() {
            // If the outside is complete, a truncated inside doesn't mean that the end is missing.
            let element = Element::read(rest).map_err(|_| KeyError::Damaged)?;
            rest = element.rest;
            elements.push(element);
        }
        Ok(elements)
    }

    /// Returns the object identifier of an `AlgorithmIdentifier`.
    fn algorithm(&self) -> Result<&'a [u8], KeyError> {
        match self.elements()?.first() {
            Some(first) if first.tag == OBJECT_IDENTIFIER => Ok(first.content),
            _ => Err(KeyError::Damaged),
        }
    }
}

/// Converts a PKCS#1 key to PKCS#8: adds a version and the name of its algorithm.
fn pkcs8(pkcs1: &[u8]) -> Vec<u8> {
    /// `INTEGER 0`, `SEQUENCE { OBJECT IDENTIFIER rsaEncryption, NULL }`.
    const HEAD: [u8; 18] = [2, 1, 0, 0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let mut content = HEAD.to_vec();
    content.extend(element(OCTET_STRING, pkcs1));
    element(SEQUENCE, &content)
}

/// Encodes a DER element.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut element = vec![tag];
    if content.len() >= 128 {
        element.push(0x80 | u8::try_from(length.len()).expect("a length has at most 8 bytes"));
    }
    element.extend_from_slice(length);
    element.extend_from_slice(content);
    element
}
