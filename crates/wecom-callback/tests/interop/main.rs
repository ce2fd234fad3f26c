//! Both ways with other libraries: WeCom's own (npm `@wecom/crypto`) and wechatpy (`PyPI`), where they are installed.

use std::env;
use std::io::Write as _;
use std::process::{Command, Stdio};

use fastrand::Rng;
use serde_json::{Value, json};
use wecom_callback::{Format, Receiver, Sender};

/// A message, and the settings that it is sent with.
struct Case {
    token: String,
    key: String,
    receiveid: String,
    message: String,
}

const CHARACTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

fn letters(random: &mut Rng, length: usize) -> String {
    (0..length).map(|_| char::from(*random.choice(CHARACTERS).unwrap())).collect()
}

/// A thousand messages made at random, all lengths up to 200 bytes, and keys with all last characters.
fn cases() -> Vec<Case> {
    let mut random = Rng::with_seed(16);
    let mut cases = Vec::new();
    let mut add = |random: &mut Rng, last: Option<u8>, message: String| {
        let end = last.map_or_else(|| letters(random, 1), |last| char::from(last).to_string());
        let id_length = random.usize(0..40);
        cases.push(Case {
            token: letters(random, 16),
            key: letters(random, 42) + &end,
            receiveid: letters(random, id_length),
            message,
        });
    };
    for _ in 0..1000 {
        let length = random.usize(1..300);
        let message = (0..length)
            .map(|_| *random.choice(&['x', '<', '&', '"', '\n', '你', '好', 'é', '😀', ' ']).unwrap())
            .collect();
        add(&mut random, None, message);
    }
    for length in 0..=200 {
        add(&mut random, None, "x".repeat(length));
    }
    for last in CHARACTERS {
        add(&mut random, Some(*last), "<xml/>".to_owned());
    }
    cases
}

/// A program that finds libraries in the folder of the variable `WECOM_INTEROP` as well.
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    if let Ok(folder) = env::var("WECOM_INTEROP") {
        command
            .env("NODE_PATH", format!("{folder}/node_modules"))
            .env("PYTHONPATH", format!("{folder}/python"));
    }
    command
}

/// Exchanges all messages with a program, or says that the test is skipped where what it needs is not installed.
fn exchange(test: &str, program: &str, probe: &[&str], script: &str) {
    let probe = command(program).args(probe).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: {test}: {program} does not find its library");
        return;
    }
    let cases = cases();
    let sent: Vec<Value> = cases
        .iter()
        .map(|case| {
            let sender = Sender::new(&*case.token, &*case.key, &*case.receiveid).unwrap();
            let sent = sender.callback(Format::Xml, case.message.as_bytes(), &case.receiveid, "1");
            let parameter = |name: &str| {
                let pair = sent.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
                pair.unwrap().to_owned()
            };
            let encrypted = sent.body.split("<Encrypt><![CDATA[").nth(1).unwrap().split("]]>").next().unwrap();
            json!({
                "token": case.token, "key": case.key, "receiveid": case.receiveid, "body": sent.body, "encrypted": encrypted,
                "signature": parameter("msg_signature"), "timestamp": parameter("timestamp"), "nonce": parameter("nonce"),
            })
        })
        .collect();
    let script = format!("{}/tests/interop/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut process =
        command(program).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(Value::from(sent.clone()).to_string().as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success());
    let results: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results.len(), cases.len());
    for ((case, sent), result) in cases.iter().zip(&sent).zip(&results) {
        assert_eq!(result["message"], *case.message);
        assert_eq!(result["receiveid"], *case.receiveid);
        assert_eq!(result["genuine"], true);
        let [signature, timestamp, nonce, encrypted] =
            [&result["signature"], &sent["timestamp"], &sent["nonce"], &result["encrypted"]]
                .map(|value| value.as_str().unwrap());
        let receiver =
            Receiver::builder(&*case.token, &*case.key).receiveid(&*case.receiveid).build().unwrap();
        let query = format!("msg_signature={signature}&timestamp={timestamp}&nonce={nonce}");
        let opened = receiver.open(&query, json!({ "encrypt": encrypted }).to_string().as_bytes()).unwrap();
        assert_eq!(opened.message, case.message.as_bytes());
    }
}

#[test]
fn wecoms_own_library_opens_what_is_sent_and_is_opened() {
    let test = "wecoms_own_library_opens_what_is_sent_and_is_opened";
    exchange(test, "node", &["-e", "require('@wecom/crypto')"], "wecom_crypto.js");
}

#[test]
fn wechatpy_opens_what_is_sent_and_is_opened() {
    let test = "wechatpy_opens_what_is_sent_and_is_opened";
    exchange(test, "python3", &["-c", "import wechatpy.enterprise.crypto, xmltodict"], "wechatpy_crypto.py");
}
