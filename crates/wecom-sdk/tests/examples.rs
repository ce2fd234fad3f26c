//! The example programs, as `cargo test` builds them: each runs against a mock server of its own, without any set-up.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What an example prints, below the line that says whom it talks to.
fn output(example: &str) -> String {
    let program = program(example);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example).with_extension("rs");
    let changed = |file: &Path| fs::metadata(file).and_then(|file| file.modified()).ok();
    // `cargo test` builds examples first, `cargo test --test examples` doesn't.
    assert!(changed(&program) >= changed(&source), "{example} isn't built: `cargo build --examples` does");
    let mut command = Command::new(program);
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("WECOM_")) {
        command.env_remove(name);
    }
    let output = command.output().expect("the program starts");
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{example}: {out}{errors}");
    let (_, shown) = out.split_once("\n\n").expect("it says first whom it talks to");
    shown.to_owned()
}

/// Cargo puts examples beside the folder of the tests.
fn program(example: &str) -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let folder = test.ancestors().nth(2).expect("tests have a folder");
    folder.join("examples").join(example).with_extension(env::consts::EXE_EXTENSION)
}

#[test]
fn contacts_prints_a_tree_of_departments_with_their_members() {
    let expected = "\
Sales (22)
  - Lin Wei, Head of sales (lin.wei)
  North (23)
    - Zhou Min, Consultant (zhou.min)
Office (24)
  - Lin Wei, Head of sales (lin.wei)
  - Chen Yu, Assistant (chen.yu)
";
    assert_eq!(output("contacts"), expected);
}

#[cfg(all(feature = "callback", feature = "externalcontact", feature = "message", feature = "service"))]
#[test]
fn callback_is_verified_answers_a_message_and_keeps_a_ticket() {
    let expected = "\
the URL is verified
lin.wei says: Is the build green?
the reply has its text: true
lin.wei added wmAJ2GCAAAXtWyujaWJHDDGi0mACas1w
the suite has its ticket: it got a code for 1200 s
";
    assert_eq!(output("callback"), expected);
}

#[cfg(feature = "externalcontact")]
#[test]
fn customers_lists_tags_invites_and_posts() {
    let expected = "\
customer: Su Yan, added 1741050000
customer: Quarry, added 1741151825
added by chenyu as \"Su Yan, Harbor\", tags [\"North\", \"Call back\", \"Harbor\"]
tagged: Green tea
QR code 5f1e7c20c974013c6e6a94b1d08f3a27 for spring-fair: https://example.com/qr/5f1e7c20
moment momErxtDgAA2gk01: lin.wei Posted
moment momErxtDgAA2gk01: chen.yu NotPosted
";
    assert_eq!(output("customers"), expected);
}

#[test]
fn customer_service_answers_texts_and_hands_over_the_rest() {
    let expected = "\
wmErxtDgAA9AW32Y asks: Track my order
wmErxtDgAA9AW32Y goes to chenyu
next cursor: mock-cursor-2
";
    assert_eq!(output("customer_service"), expected);
}

#[test]
fn messages_sends_a_text_and_a_card_and_updates_the_card() {
    let expected = "text: msg-7Qd2wXk1\ncard: msg-7Qd2wXm4\ncard: updated\n";
    assert_eq!(output("messages"), expected);
}

#[test]
fn meeting_is_scheduled_read_back_and_cancelled() {
    let expected = "\
scheduled: hyAJ2GCAAAXtWyuj
invited: chen.yu
Tea tasting, 60 minutes, organized by lin.wei
attendees: chen.yu
to join: https://example.com/join/902154873
status: Canceled
";
    assert_eq!(output("meeting"), expected);
}

#[test]
fn smart_sheet_reads_back_the_thousand_records_it_added() {
    let expected = "\
created: https://example.com/doc/minutes
fields: Name, Price, In stock, Since, Kind
added: 500
added: 500
read: Tea 1 to Tea 200
read: Tea 201 to Tea 400
read: Tea 401 to Tea 600
read: Tea 601 to Tea 800
read: Tea 801 to Tea 1000
in stock: 750, 9750.00 in all
";
    assert_eq!(output("smart_sheet"), expected);
}

#[test]
fn approval_submits_a_request_that_nobody_has_decided() {
    let expected = "\
template: C4ZVpXq8uQ7hN2rT5kLw9sYb3mDf6gJ3
submitted: 202407030001
Business trip: Visit a customer, Pending
with Chen Yu
";
    assert_eq!(output("approval"), expected);
}

#[cfg(feature = "wedrive")]
#[test]
fn drive_upload_shows_its_progress() {
    let expected =
        (1..=10).fold(String::new(), |text, part| text + &format!("{} %\n", part * 10)) + "uploaded: ";
    assert!(output("drive_upload").starts_with(&expected), "{}", output("drive_upload"));
}

#[test]
fn mail_is_sent_and_read() {
    let expected = "\
from: atlas@example.com
sent
From: chenyu@example.com
Subject: Re: Minutes
";
    assert_eq!(output("mail"), expected);
}

#[cfg(feature = "ai-bot")]
#[test]
fn ai_bot_welcomes_a_user_and_answers_a_text() {
    let expected = "\
welcomed a user
lin.wei asks: @Canteen When does it open?
answered, 0 bytes are left over
the end: it was closed
";
    assert_eq!(output("ai_bot"), expected);
}

#[cfg(feature = "group-bot")]
#[test]
fn group_bot_sends_every_kind_of_message() {
    let shown = output("group_bot");
    let expected = ["text", "text with mentions", "Markdown", "article", "image", "file"];
    assert_eq!(shown.lines().collect::<Vec<_>>(), expected.map(|kind| format!("{kind}: sent")));
}

#[test]
fn quickstart_succeeds_with_every_call() {
    let shown = output("quickstart");
    assert!(shown.lines().count() > 8 && !shown.contains("failed"), "{shown}");
}

#[test]
fn licenses_are_ordered_paid_and_activated() {
    let expected = "\
ordered 2 accounts: OI00000A1B2C3D4E5F60718293A4B
status: Unpaid
status: Paid
codes: 2
LA00000A1B2C3D4E: activated
LA00000A1B2C3D4E-2: activated
lin.wei: LA00000A1B2C3D4E
zhou.min: LA00000A1B2C3D4E-2
lin.wei: Basic until 1736179200
zhou.min: Basic until 1736179200
";
    assert_eq!(output("licenses"), expected);
}

#[test]
fn every_example_is_run_by_a_test() {
    let tests = include_str!("examples.rs");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for example in fs::read_dir(folder).expect("there are examples") {
        let path = example.expect("it can be listed").path();
        if path.is_dir() {
            continue;
        }
        let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        assert!(tests.contains(&format!("output(\"{name}\")")), "no test runs {name}");
    }
}
