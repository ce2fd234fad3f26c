//! Checks payloads against the spec: the JSON lines that `cargo xtask examples` writes, or recorded traffic in the
//! same form.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write, stderr, stdin, stdout};
use std::process::ExitCode;

use http::Method;
use serde_json::{Value, json};
use wecom_tests::conformance::{self, Findings, Kind, Outcome};
use wecom_tests::event;

const USAGE: &str = "\
Usage: conformance FILE [--json]

Holds every line of FILE (`-`: the standard input) against the spec:
  {\"method\":\"POST\",\"path\":\"/cgi-bin/…\",\"kind\":\"request\"|\"response\",\"name\":\"…\",\"payload\":{…}}
  {\"path\":null,\"kind\":\"event\",\"name\":\"…\",\"payload\":\"<xml>…</xml>\"|\"{…}\"}, a decrypted callback
  {\"path\":null,\"kind\":\"reply\",\"name\":\"…\",\"payload\":\"<xml>…</xml>\"|\"{…}\"}, a reply to one

Prints what doesn't conform, and a summary. With --json, prints a JSON object for every line, and the summary to the
standard error. Exits with 1 if anything doesn't conform or isn't such a line, with 2 if the arguments are wrong or the
file can't be read.
";

/// The arguments of a run.
#[derive(Debug, PartialEq, Eq)]
struct Arguments {
    file: OsString,
    json: bool,
}

impl Arguments {
    /// Reads the arguments after the program's name.
    fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        let mut file = None;
        let mut json = false;
        for argument in arguments {
            if argument == "--json" {
                json = true;
            } else if argument != "-" && argument.to_string_lossy().starts_with('-') {
                return Err(format!("unknown option {}", argument.display()));
            } else if file.replace(argument).is_some() {
                return Err("more than one FILE".to_owned());
            }
        }
        Ok(Self { file: file.ok_or("no FILE")?, json })
    }
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let arguments = match Arguments::parse(arguments) {
        Ok(arguments) => arguments,
        Err(mistake) => {
            eprint!("error: {mistake}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let summary = open(&arguments.file).and_then(|lines| {
        let mut report = Report { json: arguments.json, out: &mut stdout().lock(), errors: &mut stderr() };
        report.run(lines, check)
    });
    match summary {
        Ok(summary) => ExitCode::from(u8::from(!summary.conforms())),
        Err(error) => {
            eprintln!("error: {}: {error}", arguments.file.display());
            ExitCode::from(2)
        }
    }
}

/// Checks a payload against the spec.
fn check(of: &Of, payload: &Value) -> Outcome {
    match of {
        Of::Call { method, path, kind } => conformance::check(method, path, *kind, &payload.to_string()),
        // A document arrives as text; a JSON document may also be in the line as it is.
        Of::Event => event::check(&text(payload)),
        Of::Reply => event::check_reply(&text(payload)),
    }
}

fn text(payload: &Value) -> String {
    payload.as_str().map_or_else(|| payload.to_string(), str::to_owned)
}

fn open(file: &OsStr) -> io::Result<Box<dyn BufRead>> {
    if file == "-" {
        return Ok(Box::new(stdin().lock()));
    }
    Ok(Box::new(BufReader::new(File::open(file)?)))
}

/// A payload, and what it belongs to.
#[derive(Debug)]
struct Case {
    of: Of,
    name: String,
    payload: Value,
}

/// The part of the API that a payload belongs to.
#[derive(Debug, PartialEq, Eq)]
enum Of {
    /// A call.
    Call { method: Method, path: String, kind: Kind },
    /// A callback.
    Event,
    /// A passive reply.
    Reply,
}

impl Case {
    /// Reads a line; the error says why it isn't a case. Other keys than a case's own are allowed.
    fn parse(line: &[u8]) -> Result<Self, String> {
        let mut line: Value = serde_json::from_slice(line).map_err(|error| format!("not JSON: {error}"))?;
        let text = |key: &str| match &line[key] {
            Value::String(text) => Ok(text.clone()),
            Value::Null => Err(format!("no `{key}`")),
            _ => Err(format!("`{key}` is not a string")),
        };
        let call = |kind| {
            let method = text("method")?;
            let method = method.parse().map_err(|_| format!("{method:?} is not a method"))?;
            Ok::<Of, String>(Of::Call { method, path: text("path")?, kind })
        };
        let of = match text("kind")?.as_str() {
            "request" => call(Kind::Request)?,
            "response" => call(Kind::Response)?,
            "event" => Of::Event,
            "reply" => Of::Reply,
            other => {
                return Err(format!(
                    "`kind` is \"request\", \"response\", \"event\" or \"reply\", not {other:?}"
                ));
            }
        };
        Ok(Self { of, name: text("name")?, payload: line.get_mut("payload").ok_or("no `payload`")?.take() })
    }

    fn kind(&self) -> &'static str {
        match self.of {
            Of::Call { kind: Kind::Request, .. } => "request",
            Of::Call { kind: Kind::Response, .. } => "response",
            Of::Event => "event",
            Of::Reply => "reply",
        }
    }

    fn path(&self) -> Option<&str> {
        match &self.of {
            Of::Call { path, .. } => Some(path),
            Of::Event | Of::Reply => None,
        }
    }
}

/// The results of a run.
#[derive(Debug, Default, PartialEq, Eq)]
struct Summary {
    pass: usize,
    fail: usize,
    unspecified: usize,
    /// Lines that aren't cases.
    strange: usize,
}

impl Summary {
    /// Returns whether nothing is wrong. Payloads that the spec doesn't have yet can't be.
    fn conforms(&self) -> bool {
        self.fail == 0 && self.strange == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pass, fail, unspecified, strange } = self;
        let cases = pass + fail + unspecified;
        write!(f, "{cases} cases: {pass} pass, {fail} fail, {unspecified} unspecified")?;
        if *strange > 0 {
            write!(f, "; {strange} lines are no cases")?;
        }
        Ok(())
    }
}

/// The outputs of a run.
struct Report<'a> {
    json: bool,
    out: &'a mut dyn Write,
    errors: &'a mut dyn Write,
}

impl Report<'_> {
    /// Checks every line and reports the result. Empty lines are skipped.
    fn run(&mut self, lines: impl BufRead, check: impl Fn(&Of, &Value) -> Outcome) -> io::Result<Summary> {
        let mut summary = Summary::default();
        for (index, line) in lines.split(b'\n').enumerate() {
            let line = line?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match Case::parse(&line) {
                Ok(case) => {
                    let outcome = check(&case.of, &case.payload);
                    match outcome {
                        Outcome::Pass => summary.pass += 1,
                        Outcome::Fail(_) => summary.fail += 1,
                        Outcome::Unspecified => summary.unspecified += 1,
                    }
                    self.tell(&case, &outcome)?;
                }
                Err(reason) => {
                    summary.strange += 1;
                    writeln!(self.errors, "line {}: {reason}", index + 1)?;
                }
            }
        }
        // The summary isn't a JSON line.
        let out: &mut dyn Write = if self.json { self.errors } else { self.out };
        writeln!(out, "{summary}")?;
        out.flush()?;
        Ok(summary)
    }

    fn tell(&mut self, case: &Case, outcome: &Outcome) -> io::Result<()> {
        if self.json {
            let (outcome, findings) = match outcome {
                Outcome::Pass => ("pass", [].as_slice()),
                Outcome::Fail(findings) => ("fail", findings.as_slice()),
                Outcome::Unspecified => ("unspecified", [].as_slice()),
            };
            let findings: Vec<Value> = findings
                .iter()
                .map(|finding| json!({ "pointer": finding.pointer, "what": finding.what }))
                .collect();
            let line = json!({
                "name": case.name,
                "kind": case.kind(),
                "path": case.path(),
                "outcome": outcome,
                "findings": findings,
            });
            writeln!(self.out, "{line}")
        } else if let Outcome::Fail(findings) = outcome {
            let of = case.path().map(|path| format!(" of {path}")).unwrap_or_default();
            writeln!(self.out, "{}: {}{of}: {}", case.name, case.kind(), Findings(findings))
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use wecom_tests::conformance::Finding;

    use super::*;

    /// Returns a line with a payload.
    fn line(name: &str, payload: &str) -> String {
        format!(
            r#"{{"method":"POST","path":"/cgi-bin/a","kind":"request","name":"{name}","payload":{payload}}}"#
        )
    }

    /// Passes numbers, fails strings, and knows nothing about other values.
    fn check(of: &Of, payload: &Value) -> Outcome {
        let call = Of::Call { method: Method::POST, path: "/cgi-bin/a".to_owned(), kind: Kind::Request };
        assert_eq!(*of, call);
        let finding = |pointer: &str| Finding { pointer: pointer.to_owned(), what: "lost".to_owned() };
        match payload {
            Value::Number(_) => Outcome::Pass,
            Value::String(_) => Outcome::Fail(vec![finding(""), finding("/a/0")]),
            _ => Outcome::Unspecified,
        }
    }

    /// Returns the standard output and the standard error of a run, and its summary.
    fn run(lines: &[String], json: bool) -> (String, String, Summary) {
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        let mut report = Report { json, out: &mut out, errors: &mut errors };
        let summary = report.run(lines.join("\n").as_bytes(), check).expect("vectors take everything");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("only text is printed");
        (text(out), text(errors), summary)
    }

    #[test]
    fn failing_cases_have_a_line_each() {
        let lines = [line("one", "1"), String::new(), line("two", "\"x\""), line("three", "{}")];
        let (out, errors, summary) = run(&lines, false);
        assert_eq!(
            out,
            "two: request of /cgi-bin/a: /: lost; /a/0: lost\n3 cases: 1 pass, 1 fail, 1 unspecified\n"
        );
        assert_eq!(errors, "");
        assert_eq!(summary, Summary { pass: 1, fail: 1, unspecified: 1, strange: 0 });
        assert!(!summary.conforms());
    }

    #[test]
    fn json_has_a_line_for_every_case_and_nothing_else() {
        let (out, errors, _) = run(&[line("one", "1"), line("two", "\"x\""), line("three", "{}")], true);
        assert_eq!(
            out.lines().collect::<Vec<_>>(),
            [
                r#"{"name":"one","kind":"request","path":"/cgi-bin/a","outcome":"pass","findings":[]}"#,
                r#"{"name":"two","kind":"request","path":"/cgi-bin/a","outcome":"fail","findings":[{"pointer":"","what":"lost"},{"pointer":"/a/0","what":"lost"}]}"#,
                r#"{"name":"three","kind":"request","path":"/cgi-bin/a","outcome":"unspecified","findings":[]}"#,
            ]
        );
        assert_eq!(errors, "3 cases: 1 pass, 1 fail, 1 unspecified\n");
    }

    #[test]
    fn what_passes_or_is_not_specified_conforms() {
        assert!(run(&[line("one", "1"), line("two", "{}")], false).2.conforms());
        assert!(run(&[], false).2.conforms());
    }

    #[test]
    fn lines_that_are_no_cases_are_told_and_do_not_conform() {
        let (out, errors, summary) = run(&[line("one", "1"), "{}".to_owned(), "{".to_owned()], false);
        assert_eq!(out, "1 cases: 1 pass, 0 fail, 0 unspecified; 2 lines are no cases\n");
        let errors: Vec<&str> = errors.lines().collect();
        assert_eq!(errors[0], "line 2: no `kind`");
        assert!(errors[1].starts_with("line 3: not JSON: "), "{errors:?}");
        assert!(!summary.conforms());
    }

    #[test]
    fn why_a_line_is_no_case() {
        for (change, reason) in [
            (("\"POST\"", "5"), "`method` is not a string"),
            (("\"POST\"", "\"P T\""), "\"P T\" is not a method"),
            (("\"path\"", "\"url\""), "no `path`"),
            (
                ("\"request\"", "\"evt\""),
                "`kind` is \"request\", \"response\", \"event\" or \"reply\", not \"evt\"",
            ),
            (("\"name\"", "\"title\""), "no `name`"),
            (("\"payload\"", "\"body\""), "no `payload`"),
        ] {
            let line = line("one", "1").replace(change.0, change.1);
            assert_eq!(Case::parse(line.as_bytes()).expect_err(&line), reason);
        }
        assert!(Case::parse(b"\xff").is_err());
        assert!(Case::parse(b"[]").is_err());
        let more = line("one", "null").replace("\"payload\"", "\"repaired\":[],\"payload\"");
        assert_eq!(Case::parse(more.as_bytes()).expect("keys may be added").payload, Value::Null);
    }

    #[test]
    fn an_event_is_of_no_path() {
        let payload = "<xml><MsgType>event</MsgType><Event>nothing_of_ours</Event></xml>";
        let line = json!({ "kind": "event", "path": null, "name": "one", "payload": payload }).to_string();
        let case = Case::parse(line.as_bytes()).expect("it is a case");
        assert_eq!((case.kind(), case.path()), ("event", None));
        assert_eq!(super::check(&case.of, &case.payload), Outcome::Unspecified);
        let json = json!({ "msgtype": "nothing_of_ours" });
        assert_eq!(super::check(&Of::Event, &json), Outcome::Unspecified);
    }

    #[test]
    fn arguments() {
        let parse = |arguments: &[&str]| Arguments::parse(arguments.iter().map(OsString::from));
        let asked = |file: &str, json| Ok(Arguments { file: file.into(), json });
        assert_eq!(parse(&["a"]), asked("a", false));
        assert_eq!(parse(&["--json", "-"]), asked("-", true));
        assert_eq!(parse(&["a", "--json"]), asked("a", true));
        assert_eq!(parse(&[]), Err("no FILE".to_owned()));
        assert_eq!(parse(&["a", "b"]), Err("more than one FILE".to_owned()));
        assert_eq!(parse(&["a", "--jsn"]), Err("unknown option --jsn".to_owned()));
    }

    #[test]
    fn the_spec_is_what_payloads_are_held_against() {
        let check =
            |payload: &str| conformance::check(&Method::GET, "/cgi-bin/gettoken", Kind::Response, payload);
        assert_eq!(
            check(r#"{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}"#),
            Outcome::Pass
        );
        assert!(matches!(check(r#"{"access_token":"t","expires_in":7200,"extra":1}"#), Outcome::Fail(_)));
        let nowhere = conformance::check(&Method::GET, "/cgi-bin/nowhere", Kind::Response, "{}");
        assert_eq!(nowhere, Outcome::Unspecified);
    }
}
