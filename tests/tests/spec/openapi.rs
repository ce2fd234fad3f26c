//! The OpenAPI document in other programs: what they consider valid, and what they generate from it.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use wecom_mock::Server;
use wecom_requests::Host;
use xtask::openapi;

/// Writes one document of the whole API to a folder: not all programs follow references into other files.
fn document(folder: &Path) -> PathBuf {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let api = xtask::api::read(&xtask::spec::load::sources(&spec).unwrap(), false).unwrap();
    let file = folder.join("wecom.json");
    fs::write(&file, openapi::text(&openapi::bundle(&api, openapi::WORKSPACE))).unwrap();
    file
}

/// Runs a program in a folder, or prints that the test is skipped if the program isn't installed.
fn run(program: &str, folder: &Path, args: &[&OsStr]) -> Option<Output> {
    let output = Command::new(program).args(args).current_dir(folder).output();
    if output.is_err() {
        println!("skipped: there is no {program}");
    }
    output.ok()
}

/// How long Prism may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// Prism (`npm install -g @stoplight/prism-cli`), a mock server created from the document. It ends with the test.
struct Prism {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl Prism {
    /// Starts the server, or prints that the test is skipped if the program isn't installed.
    fn start() -> Option<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let folder = tempfile::tempdir().unwrap();
        let process = Command::new("prism")
            .args(["mock", "--host", "127.0.0.1", "--port", &port.to_string()])
            .arg(document(folder.path()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = process else {
            println!("skipped: there is no prism");
            return None;
        };
        let mut server = Self { process, port, _folder: folder };
        server.wait();
        Some(server)
    }

    fn wait(&mut self) {
        let start = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            assert!(self.process.try_wait().unwrap().is_none(), "prism refuses the document");
            assert!(start.elapsed() < PATIENCE, "prism doesn't start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn prism_accepts_every_request_of_the_crates() {
    let Some(prism) = Prism::start() else { return };
    let base_url = format!("http://127.0.0.1:{}", prism.port);
    let http = reqwest::Client::new();
    let mut sent = 0;
    let mut refused = Vec::new();
    for contract in wecom_tests::conformance::contracts() {
        let meta = contract.meta();
        // WeChat Pay uses XML, which Prism doesn't support.
        if meta.host == Host::Merchant {
            continue;
        }
        for request in contract.requests(&base_url, "a-token").unwrap() {
            let answer = http.execute(request.try_into().unwrap()).await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            sent += 1;
            if status.is_client_error() || status.is_server_error() {
                refused.push(format!("{}: {status} {text}", meta.id));
            }
        }
    }
    assert!(sent > 50, "{sent} requests are too few");
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let unknown = http.get(format!("{base_url}/cgi-bin/user/get?access_token=a-token")).send().await.unwrap();
    assert!(unknown.status().is_client_error(), "a request without its userid is refused");
}

/// `openapi-python-client` (for Python, `pip install`) leaves out operations for which it has no type, with a warning.
#[test]
fn a_client_is_generated_of_every_operation_but_those_that_speak_xml() {
    let folder = tempfile::tempdir().unwrap();
    let document = document(folder.path());
    let path = document.as_os_str();
    let args = ["generate", "--meta", "none", "--output-path", "client", "--path"].map(OsStr::new);
    let Some(output) = run("openapi-python-client", folder.path(), &[&args[..], &[path]].concat()) else {
        return;
    };
    let log = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let document: Value = serde_json::from_slice(&fs::read(&document).unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let bodies = paths.values().flat_map(|path| path.as_object().unwrap().values());
    let bodies =
        bodies.filter_map(|operation| operation.get("operationId").map(|_| &operation["requestBody"]));
    let (xml, readable): (Vec<_>, Vec<_>) = bodies.partition(|body| {
        body["content"].as_object().is_some_and(|kinds| kinds.keys().all(|kind| kind == "text/xml"))
    });
    assert!(readable.len() > 50, "{} operations are too few", readable.len());
    let warnings: Vec<_> =
        log.lines().filter(|line| line.starts_with("WARNING") || line.starts_with("ERROR")).collect();
    assert_eq!(warnings.len(), xml.len(), "{log}");
    assert_eq!(log.matches("Unsupported content type text/xml").count(), xml.len(), "{log}");
    for trouble in ["Unable to process schema", "duplicate models", "Unable to parse"] {
        assert!(!log.contains(trouble), "{log}");
    }
    let modules = fs::read_dir(folder.path().join("client/api")).unwrap().map(|tag| tag.unwrap().path());
    let modules = modules.filter(|tag| tag.is_dir()).flat_map(|tag| fs::read_dir(tag).unwrap());
    let modules = modules.map(|module| module.unwrap().file_name());
    let modules = modules.filter(|name| name != "__init__.py" && name.to_string_lossy().ends_with(".py"));
    assert_eq!(modules.count(), readable.len(), "{log}");
}

/// `schemathesis` (for Python, `pip install`) creates valid and invalid requests from the document, and checks the
/// responses against it.
#[tokio::test(flavor = "multi_thread")]
async fn the_mock_answers_whatever_it_is_asked_as_the_document_says() {
    let server = Server::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let tokens: HashSet<_> = wecom_tests::conformance::contracts()
        .iter()
        .filter_map(|contract| contract.meta().token.parameter())
        .collect();
    let config = tokens.into_iter().map(|parameter| {
        format!("[auth.openapi.{parameter}]\napi_key = \"{}\"\n", server.issue_token(parameter))
    });
    fs::write(folder.path().join("schemathesis.toml"), config.collect::<String>()).unwrap();
    let (document, url) = (document(folder.path()), server.base_url());
    // WeCom responds with 200 and an `errcode`, whatever the request: HTTP's own statuses aren't checked.
    let args = [
        "--no-color",
        "run",
        "--url",
        &url,
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--phases",
        "examples,fuzzing",
        "--max-examples",
        "5",
        "--seed",
        "1",
        "--generation-database",
        "none",
        "--suppress-health-check",
        "all",
        "--no-shrink",
    ]
    .map(OsStr::new);
    let args = [&args[..], &[document.as_os_str()]].concat();
    let Some(output) = run("schemathesis", folder.path(), &args) else { return };
    let log = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let asked = server.total_requests();
    assert!(asked > 200, "{asked} requests are too few: {log}");
}
