//! The program, in a small form: nothing here depends on how fast the machine is.

use std::process::Command;

/// Runs it with 200 callbacks, whose handlers take up to so many seconds, and returns what it prints.
fn run(longest: &str, arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_wecom-load"))
        .args(["--callbacks", "200", "--connections", "20", "--longest", longest])
        .args(arguments)
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    print!("{printed}");
    printed
}

#[test]
fn each_callback_is_answered_in_time_and_handled_once() {
    let printed = run("0.08", &["--deadline", "0.04"]);
    assert!(printed.contains("answered: 200;") && printed.contains("handled: once 200,"), "{printed}");
}

#[test]
fn what_finds_no_place_is_refused_and_not_handled() {
    let printed = run("0.5", &["--deadline", "0", "--max-running", "1"]);
    assert!(printed.contains("1 at once at most"), "{printed}");
    assert!(!printed.contains("refused each time: 0)"), "{printed}");
}

#[test]
fn without_an_early_response_a_killed_process_loses_no_callback() {
    let printed = run("0.08", &["--processes", "2", "--redis", "--deadline", "20"]);
    if printed.starts_with("skipped") {
        return;
    }
    assert!(printed.contains("killed half-way") && printed.contains("never 0 "), "{printed}");
}

#[test]
fn what_a_killed_process_had_answered_is_handled_by_another_one() {
    // Each is answered at once, so many of the handlers still run when the process is killed.
    let printed = run("2", &["--processes", "2", "--redis", "--deadline", "0"]);
    if printed.starts_with("skipped") {
        return;
    }
    assert!(printed.contains("answered: 200;") && printed.contains("never 0 "), "{printed}");
    assert!(!printed.contains("; 0 of them were left"), "{printed}");
}

#[test]
fn several_processes_need_something_to_share() {
    let output = Command::new(env!("CARGO_BIN_EXE_wecom-load")).args(["--processes", "3"]).output().unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("--redis"));
}
