//! The program, started as anybody starts it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

fn program(arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_wecom-mock"));
    program.args(arguments);
    program
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// The program, which is stopped in the end, and the address that it prints.
struct Running(Child, String);

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = program(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self(child, line.trim_end().to_owned())
    }

    async fn token(&self, id: &str, secret: &str) -> Value {
        let address = format!("{}/cgi-bin/gettoken?corpid={id}&corpsecret={secret}", self.1);
        reqwest::get(address).await.unwrap().json().await.unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn the_program_prints_its_address_and_answers_there() {
    let running = Running::start(&["--port", "0", "--token-lifetime=60"]);
    assert!(running.1.starts_with("http://127.0.0.1:"), "{}", running.1);
    let granted = running.token("ww1", "any").await;
    assert_eq!((&granted["errcode"], &granted["expires_in"]), (&0.into(), &60.into()));
    let token = granted["access_token"].as_str().unwrap();
    let user = format!("{}/cgi-bin/user/get?access_token={token}&userid=lin.wei", running.1);
    let user: Value = reqwest::get(user).await.unwrap().json().await.unwrap();
    assert_eq!(user["name"], "Lin Wei");
    let requests: Value =
        reqwest::get(format!("{}/_mock/requests", running.1)).await.unwrap().json().await.unwrap();
    assert_eq!(requests["requests"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn only_the_credentials_on_the_command_line_get_a_token() {
    let running = Running::start(&["--port=0", "--credentials", "ww1:one:two", "--credentials", "ww1:three"]);
    for (id, secret, errcode) in
        [("ww1", "one:two", 0), ("ww1", "three", 0), ("ww1", "two", 40001), ("ww2", "three", 40013)]
    {
        assert_eq!(running.token(id, secret).await["errcode"], errcode, "{id} {secret}");
    }
}

#[test]
fn the_help_lists_every_option_and_goes_to_the_standard_output() {
    let help = run(&["--help"]);
    assert!(help.status.success());
    let text = String::from_utf8(help.stdout).unwrap();
    for option in
        ["--port", "--host", "--credentials", "--token-lifetime", "--pages", "--help", "--version", "/_mock"]
    {
        assert!(text.contains(option), "{option}: {text}");
    }
    assert_eq!(run(&["-V"]).stdout, concat!("wecom-mock ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
}

#[test]
fn wrong_arguments_are_refused_with_what_is_wrong() {
    for (arguments, expected) in [
        (&["--prot", "1"][..], "error: invalid option '--prot'; --help lists the options\n"),
        (&["--port"], "error: missing argument for option '--port'; --help lists the options\n"),
        (&["--port", "65536"], "error: cannot parse argument \"65536\""),
        (&["--host", "localhost"], "error: cannot parse argument \"localhost\""),
        (
            &["--credentials", "ww1"],
            "error: --credentials needs the form ID:SECRET; --help lists the options\n",
        ),
        (&["8080"], "error: unexpected argument \"8080\""),
    ] {
        let output = run(arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), told.starts_with(expected)),
            (Some(2), true),
            "{arguments:?}: {told}"
        );
    }
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error_that_says_so() {
    let running = Running::start(&["--port", "0"]);
    let port = running.1.rsplit(':').next().unwrap().to_owned();
    let output = run(&["--port", &port]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.starts_with(&format!("error: can't listen on port {port} of 127.0.0.1: ")), "{told}");
}
