//! Keys of archived messages, encrypted by OpenSSL.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wecom_sdk::archive::{DecryptError, KeyError, PrivateKeys};

/// What OpenSSL prints for some arguments and an input.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut process = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    process.stdin.take().unwrap().write_all(input).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

/// Whether OpenSSL is there; tests are skipped without it.
fn has_openssl(test: &str) -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok();
    if !found {
        eprintln!("skipped: {test}: openssl is not installed");
    }
    found
}

/// A key pair, as the documentation makes them.
struct Pair {
    folder: tempfile::TempDir,
    private: String,
}

impl Pair {
    fn new(bits: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let private = String::from_utf8(openssl(&["genrsa", bits], &[])).unwrap();
        let public = openssl(&["rsa", "-pubout"], private.as_bytes());
        std::fs::write(folder.path().join("public.pem"), public).unwrap();
        Self { folder, private }
    }

    /// Encrypts as WeCom does.
    fn encrypt(&self, key: &str) -> String {
        let public = self.folder.path().join("public.pem");
        let arguments = ["pkeyutl", "-encrypt", "-pubin", "-inkey", public.to_str().unwrap()];
        STANDARD.encode(openssl(
            &[&arguments[..], &["-pkeyopt", "rsa_padding_mode:pkcs1"]].concat(),
            key.as_bytes(),
        ))
    }
}

#[test]
fn each_message_is_decrypted_with_the_key_of_its_version() {
    if !has_openssl("each_message_is_decrypted_with_the_key_of_its_version") {
        return;
    }
    let (old, new) = (Pair::new("2048"), Pair::new("2048"));
    let keys = PrivateKeys::new().with(1, &old.private).unwrap().with(2, &new.private).unwrap();
    assert_eq!(keys.versions().collect::<Vec<_>>(), [1, 2]);
    for (version, pair) in [(1, &old), (2, &new)] {
        for key in ["a", "r4nd0m/K3y+of==a-message", &"k".repeat(245)] {
            let encrypted = pair.encrypt(key);
            assert_eq!(keys.decrypt(version, &encrypted).unwrap().expose(), key);
            assert_eq!(keys.decrypt(version, &format!("  {encrypted}\n")).unwrap().expose(), key);
        }
    }
    let encrypted = old.encrypt("key");
    assert_eq!(
        keys.decrypt(3, &encrypted).unwrap_err().to_string(),
        "no private key for the public key of version 3"
    );
    // Whatever is wrong, the error is the same: anything more would help whoever tries.
    let mut damaged = STANDARD.decode(&encrypted).unwrap();
    damaged[100] ^= 1;
    let not_text = openssl_raw(&old, &[0xff, 0xfe]);
    for wrong in [
        new.encrypt("key"),
        STANDARD.encode(damaged),
        STANDARD.encode([7; 256]),
        STANDARD.encode("short"),
        "%".to_owned(),
        String::new(),
        not_text,
    ] {
        let error = keys.decrypt(1, &wrong).unwrap_err();
        assert!(matches!(error, DecryptError::Refused { public_key_ver: 1, .. }), "{error:?}");
        assert_eq!(error.to_string(), "the private key of version 1 can't decrypt this");
    }
}

fn openssl_raw(pair: &Pair, content: &[u8]) -> String {
    let public = pair.folder.path().join("public.pem");
    STANDARD.encode(openssl(&["pkeyutl", "-encrypt", "-pubin", "-inkey", public.to_str().unwrap()], content))
}

#[test]
fn both_forms_of_private_keys_are_taken_and_no_others() {
    if !has_openssl("both_forms_of_private_keys_are_taken_and_no_others") {
        return;
    }
    for bits in ["2048", "3072"] {
        let pair = Pair::new(bits);
        let pkcs8 =
            String::from_utf8(openssl(&["pkcs8", "-topk8", "-nocrypt"], pair.private.as_bytes())).unwrap();
        let pkcs1 = String::from_utf8(openssl(&["rsa", "-traditional"], pair.private.as_bytes())).unwrap();
        assert!(
            pkcs8.starts_with("-----BEGIN PRIVATE KEY-----")
                && pkcs1.starts_with("-----BEGIN RSA PRIVATE KEY-----")
        );
        for pem in [pkcs8, pkcs1] {
            let keys = PrivateKeys::new().with(1, &pem).unwrap();
            assert_eq!(keys.decrypt(1, &pair.encrypt("key")).unwrap().expose(), "key");
            assert_eq!(format!("{keys:?}"), "{1}");
        }
    }
    let elliptic =
        String::from_utf8(openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout"], &[])).unwrap();
    assert_eq!(PrivateKeys::new().with(1, &elliptic).unwrap_err(), KeyError::NotRsa);
    let public = std::fs::read_to_string(Pair::new("2048").folder.path().join("public.pem")).unwrap();
    for pem in ["", "not a key", &public] {
        assert_eq!(PrivateKeys::new().with(1, pem).unwrap_err(), KeyError::Pem);
    }
    assert_eq!(PrivateKeys::new().with(1, &Pair::new("1024").private).unwrap_err(), KeyError::NotRsa);
}
