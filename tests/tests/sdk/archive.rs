//! Keys of archived messages, encrypted by OpenSSL.

use std::io::{ErrorKind, Write as _};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wecom_sdk::archive::{DecryptError, KeyError, PrivateKeys};

/// Returns the output of OpenSSL for some arguments and an input.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut process = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed");
    match process.stdin.take().unwrap().write_all(input) {
        // A command that reads no input may end before it arrives.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("openssl {arguments:?}: {error}"),
        _ => {}
    }
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

/// Returns whether OpenSSL is installed; tests are skipped without it.
fn has_openssl(test: &str) -> bool {
    let found = Command::new("openssl").arg("version").output().is_ok();
    if !found {
        eprintln!("skipped: {test}: openssl is not installed");
    }
    found
}

/// A key pair, created as the documentation describes.
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
        "there is no private key for version 3 of the public key: add it with `PrivateKeys::with`"
    );
    // Whatever is wrong, the error is the same: anything more would help an attacker.
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
        assert_eq!(error.to_string(), "the private key of version 1 can't decrypt the message's key");
    }
}

fn openssl_raw(pair: &Pair, content: &[u8]) -> String {
    let public = pair.folder.path().join("public.pem");
    STANDARD.encode(openssl(&["pkeyutl", "-encrypt", "-pubin", "-inkey", public.to_str().unwrap()], content))
}

#[test]
fn both_forms_of_private_keys_are_taken() {
    if !has_openssl("both_forms_of_private_keys_are_taken") {
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
}

/// A private key in both of its forms.
fn both_forms(pair: &Pair) -> [String; 2] {
    [&["pkcs8", "-topk8", "-nocrypt"][..], &["rsa", "-traditional"]]
        .map(|arguments| String::from_utf8(openssl(arguments, pair.private.as_bytes())).unwrap())
}

#[test]
fn keys_are_taken_as_environment_variables_and_yaml_leave_them() {
    if !has_openssl("keys_are_taken_as_environment_variables_and_yaml_leave_them") {
        return;
    }
    let pair = Pair::new("2048");
    let [pkcs8, pkcs1] = both_forms(&pair);
    let swapped = |pem: &str, from: &str, to: &str| pem.replace(&format!(" {from}-"), &format!(" {to}-"));
    let mistaken = [
        swapped(&pkcs8, "PRIVATE KEY", "RSA PRIVATE KEY"),
        swapped(&pkcs1, "RSA PRIVATE KEY", "PRIVATE KEY"),
    ];
    assert!(mistaken[0].starts_with("-----BEGIN RSA") && mistaken[1].starts_with("-----BEGIN PRIVATE"));
    let certificate = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    for pem in [&pkcs8, &pkcs1].into_iter().chain(&mistaken) {
        let content: String = pem.lines().filter(|line| !line.starts_with("--")).collect();
        for text in [
            pem.clone(),
            pem.replace('\n', "\r\n"),
            pem.replace('\n', "\r"),
            pem.replace('\n', r"\n"),
            pem.replace('\n', r"\r\n"),
            pem.replace('\n', r"\\n"),
            pem.replace('\n', "\\\n"),
            pem.replace('\n', " "),
            pem.replace('\n', ""),
            pem.replace('\n', "\n\n"),
            pem.replace('\n', "\n      "),
            pem.replace('\n', "\u{a0}\n"),
            pem.replace('/', r"\/").replace('+', r"\u002B"),
            format!("  \"{}\"  ", pem.replace('\n', r"\n")),
            format!("'{pem}'"),
            format!("\u{feff}{pem}"),
            format!("Bag Attributes\n    localKeyID: 01\n{pem}"),
            format!("{certificate}{pem}"),
            format!("{pem}{certificate}"),
            pem.split("-----END").next().unwrap().to_owned(),
            content.clone(),
            content.trim_end_matches('=').to_owned(),
            content.replace('+', "-").replace('/', "_"),
            STANDARD.encode(pem),
            STANDARD.encode(pem.replace('\n', "\r\n")),
        ] {
            let keys = PrivateKeys::new().with(1, &text);
            let keys = keys.unwrap_or_else(|error| panic!("{error}:\n{text}"));
            assert_eq!(keys.decrypt(1, &pair.encrypt("key")).unwrap().expose(), "key");
        }
    }
}

#[test]
fn what_is_no_private_key_for_the_archive_is_called_by_its_name() {
    if !has_openssl("what_is_no_private_key_for_the_archive_is_called_by_its_name") {
        return;
    }
    let pair = Pair::new("2048");
    let [pkcs8, pkcs1] = both_forms(&pair);
    let path = pair.folder.path().join("private.pem");
    std::fs::write(&path, &pair.private).unwrap();
    let made = |arguments: &[&str]| {
        let arguments: Vec<_> =
            arguments.iter().map(|word| if *word == "KEY" { path.to_str().unwrap() } else { word }).collect();
        openssl(&arguments, pair.private.as_bytes())
    };
    let pem = |arguments: &[&str]| String::from_utf8(made(arguments)).unwrap();
    let request = pem(&["req", "-x509", "-new", "-key", "KEY", "-subj", "/CN=a"]);
    let lines: Vec<_> = pkcs8.lines().collect();
    let half = lines[..lines.len() / 2].join("\n");
    std::fs::write(pair.folder.path().join("certificate.pem"), &request).unwrap();
    let certificate = pair.folder.path().join("certificate.pem");
    let certificate = certificate.to_str().unwrap();
    let container =
        made(&["pkcs12", "-export", "-inkey", "KEY", "-in", certificate, "-passout", "pass:passphrase"]);
    let zeroed = |line: usize| {
        let mut lines: Vec<_> = pkcs1.lines().map(str::to_owned).collect();
        lines[line] = "A".repeat(lines[line].len());
        lines.join("\n")
    };
    for (text, said) in [
        (String::new(), "no key found"),
        ("not a key".to_owned(), "no key found"),
        ("/run/secrets/archive.pem".to_owned(), "no key found"),
        ("-----BEGIN".to_owned(), "no key found"),
        ("-----BEGIN PRIVATE KEY".to_owned(), "no key found"),
        ("-----BEGIN PRIVATE KEY-----".to_owned(), "the key is truncated: it has 0 of 2 bytes"),
        (half.clone(), "the key is truncated"),
        (format!("{half}\n-----END PRIVATE KEY-----\n"), "the key is truncated"),
        (pkcs8.replacen('M', "%", 1), "the key is not base64: it contains '%'"),
        (zeroed(1), "the key is damaged"),
        (zeroed(12), "the key is damaged"),
        (pem(&["pkcs8", "-topk8", "-passout", "pass:passphrase"]), "the key is encrypted"),
        (pem(&["rsa", "-traditional", "-aes128", "-passout", "pass:passphrase"]), "the key is encrypted"),
        (pem(&["rsa", "-pubout"]), "this is a public key"),
        (pem(&["rsa", "-RSAPublicKey_out"]), "this is a public key"),
        (request.clone(), "this is a certificate"),
        (pem(&["req", "-new", "-key", "KEY", "-subj", "/CN=a"]), "this is a certificate"),
        (STANDARD.encode(container), "the key has the format PKCS#12"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA==\n-----END OPENSSH PRIVATE KEY-----".to_owned(),
            "the key has the format OpenSSH",
        ),
        (
            pem(&["ecparam", "-name", "prime256v1", "-genkey"]),
            "this is a private key for elliptic curves (EC)",
        ),
        (
            pem(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
            "this is a private key for elliptic curves (EC)",
        ),
        (pem(&["genpkey", "-algorithm", "ED25519"]), "this is a private key for an Edwards curve"),
        (pem(&["genpkey", "-algorithm", "RSA-PSS"]), "this is a private key for RSA-PSS"),
        (Pair::new("1024").private.clone(), "this RSA key has 1024 bits"),
        (both_forms(&Pair::new("2040"))[1].clone(), "this RSA key has 2040 bits"),
    ] {
        let error = PrivateKeys::new().with(1, &text).unwrap_err();
        assert!(error.to_string().starts_with(said), "{said}, not: {error}\n{text}");
    }
    assert_eq!(PrivateKeys::new().with(1, "").unwrap_err(), KeyError::NoKey);
}
