//! The generator on a workspace of its own: what it writes, repairs, removes and leaves alone.

#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the generator names its files in lower case"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;
use xtask::api;
use xtask::commands::codegen;
use xtask::emit::write::Changes;
use xtask::emit::{self, BEGIN, END, FOLDERS};
use xtask::spec::Failure;
use xtask::spec::load;

/// A chapter that no real one can be mistaken for.
const WORKSHOP: &str = r#"title: 工坊
summary: Tools that can be borrowed.

endpoints:
  borrow_zither:
    title: 借用工具
    summary: Borrows a tool.
    doc: { id: 900001, page: 900001 }
    call: POST /cgi-bin/workshop/borrow_zither
    token: access_token
    request:
      tool: { type: string, max_chars: 32, doc: "The tool." }
    response:
      until: { type: timestamp, doc: "When it has to be back." }
    examples:
      - request: |
          { "tool": "saw" }
        response: |
          { "errcode": 0, "errmsg": "ok", "until": 1720000000 }
  return_zither:
    title: 归还工具
    summary: Returns a tool.
    doc: { id: 900002, page: 900002 }
    call: POST /cgi-bin/workshop/return_zither
    token: access_token
    request:
      tool: { type: string, doc: "The tool." }
    examples:
      - request: |
          { "tool": "saw" }
        response: |
          { "errcode": 0, "errmsg": "ok" }
"#;

/// Error codes that no real ones can be mistaken for.
const ERRCODES: &str = r#"title: 错误码
summary: What can go wrong in the workshop.
doc: { id: 900001, page: 900001 }
codes:
  7001: { name: ZITHER_BROKEN, doc: "The zither is broken." }
"#;

/// The workspace these tests are part of.
fn real_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_path_buf()
}

/// The manifests that hold generated lines.
fn manifests() -> &'static [&'static str] {
    static MANIFESTS: OnceLock<Vec<&str>> = OnceLock::new();
    MANIFESTS.get_or_init(|| {
        let none = api::read(&[], false).expect("no spec has no mistakes");
        emit::features(&none).into_iter().map(|(path, _)| path).collect()
    })
}

/// A copy of some of the real spec and of the manifests, in a folder of its own.
struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// Generates it, too.
    fn generated() -> Self {
        let workspace = Self::copied(|_| {});
        workspace.run();
        workspace
    }

    /// Copies the manifests and the smallest files of the spec, in the order that `arrange` gives these.
    fn copied(arrange: impl FnOnce(&mut Vec<PathBuf>)) -> Self {
        const FEW: usize = 6; // so that these tests stay fast however large the spec grows
        let workspace = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        let entries = fs::read_dir(real_root().join("spec")).expect("the spec is there");
        let mut specs: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
        specs.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        specs.sort_by_key(|path| (fs::metadata(path).map_or(0, |data| data.len()), path.clone()));
        specs.truncate(FEW);
        arrange(&mut specs);
        let files = specs.iter().map(|path| path.strip_prefix(real_root()).expect("it is in the workspace"));
        for path in files.chain(manifests().iter().map(Path::new)) {
            let target = workspace.root().join(path);
            fs::create_dir_all(target.parent().expect("every file has a folder"))
                .expect("folders can be made");
            fs::copy(real_root().join(path), target).expect("the file can be copied");
        }
        workspace
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Generates; gives what had differed.
    fn run(&self) -> Changes {
        codegen::run(self.root(), false, false).expect("the spec has no mistakes").changes
    }

    /// Only looks.
    fn check(&self) -> Changes {
        codegen::run(self.root(), true, false).expect("the spec has no mistakes").changes
    }

    /// What a run fails with.
    fn failure(&self) -> String {
        match codegen::run(self.root(), false, false) {
            Err(Failure::Spec { text, .. }) => text,
            Err(Failure::Io(error)) => error.to_string(),
            Ok(summary) => panic!("the run should have failed: {summary:?}"),
        }
    }

    /// The command as a maintainer runs it.
    fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("codegen").args(arguments).arg("--root").arg(self.root());
        command.output().expect("the command can be started")
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let target = self.path(path);
        fs::create_dir_all(target.parent().expect("every file has a folder")).expect("folders can be made");
        fs::write(target, text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Every file and its bytes; every folder, with a `/` at its end.
    fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let mut contents = BTreeMap::new();
        let mut pending = vec![self.root().to_path_buf()];
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(folder).expect("the workspace can be read") {
                let path = entry.expect("the workspace can be read").path();
                let name = path.strip_prefix(self.root()).expect("it is in the workspace").to_string_lossy();
                if path.is_dir() {
                    contents.insert(format!("{name}/"), Vec::new());
                    pending.push(path);
                } else {
                    contents.insert(name.into_owned(), fs::read(&path).expect("the file can be read"));
                }
            }
        }
        contents
    }

    /// One generated file of every kind: the first of each generated folder, and every manifest.
    fn some_generated(&self) -> Vec<String> {
        let contents = self.contents();
        let first = |folder: &str| {
            let inside = |path: &&String| path.starts_with(folder) && path.ends_with(".rs");
            contents.keys().find(inside).unwrap_or_else(|| panic!("{folder} has files")).clone()
        };
        FOLDERS.into_iter().map(first).chain(manifests().iter().map(ToString::to_string)).collect()
    }

    /// The generated files and manifests that mention a word.
    fn mentions(&self, word: &str) -> Vec<String> {
        let generated = self.contents().into_iter().filter(|(path, _)| !path.starts_with("spec/"));
        let found = generated.filter(|(path, bytes)| {
            path.contains(word) || String::from_utf8_lossy(bytes).to_lowercase().contains(word)
        });
        found.map(|(path, _)| path).collect()
    }
}

fn changed(path: &str) -> Changes {
    Changes { changed: vec![path.to_owned()], ..Changes::default() }
}

fn missing(path: &str) -> Changes {
    Changes { missing: vec![path.to_owned()], ..Changes::default() }
}

fn stale(path: &str) -> Changes {
    Changes { stale: vec![path.to_owned()], ..Changes::default() }
}

#[test]
fn the_committed_files_are_what_the_spec_says() {
    let summary = codegen::run(&real_root(), true, false).expect("the spec has no mistakes");
    let lines: Vec<String> = summary.changes.lines().collect();
    assert!(lines.is_empty(), "run `cargo xtask codegen`:\n{}", lines.join("\n"));
}

#[test]
fn a_second_run_changes_nothing() {
    let workspace = Workspace::copied(|_| {});
    let first = workspace.run();
    assert!(!first.missing.is_empty(), "the first run writes everything");
    let contents = workspace.contents();
    assert_eq!(workspace.run(), Changes::default());
    assert_eq!(workspace.check(), Changes::default());
    assert!(workspace.contents() == contents, "nothing was written");
}

#[test]
fn a_run_writes_only_what_differs() {
    let workspace = Workspace::generated();
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let files = workspace.some_generated();
    for path in &files {
        let file = fs::File::options().write(true).open(workspace.path(path)).expect("the file opens");
        file.set_modified(old).expect("the time can be set");
    }
    workspace.write(&files[0], "// edited");
    workspace.run();
    for (index, path) in files.iter().enumerate() {
        let modified = fs::metadata(workspace.path(path)).and_then(|data| data.modified());
        assert_eq!(modified.expect("files have times") != old, index == 0, "{path}");
    }
}

#[test]
fn check_writes_nothing() {
    let workspace = Workspace::copied(|_| {});
    let contents = workspace.contents();
    assert!(!workspace.check().is_empty(), "nothing is generated yet");
    assert!(workspace.contents() == contents, "nothing was written");
}

#[test]
fn an_edited_file_is_found_and_repaired() {
    let workspace = Workspace::generated();
    let contents = workspace.contents();
    for path in workspace.some_generated() {
        let text = workspace.read(&path);
        // In a manifest only the generated lines count.
        let edited = if text.contains(BEGIN) {
            text.replacen("full = [", "full = [\"edited\", ", 1)
        } else {
            text.replacen("Do not edit", "Do NOT edit", 1)
        };
        assert_ne!(text, edited);
        workspace.write(&path, edited);
        assert_eq!(workspace.check(), changed(&path));
        assert_eq!(workspace.run(), changed(&path));
        assert!(workspace.contents() == contents, "{path} is repaired");
    }
}

#[test]
fn what_is_not_even_text_is_repaired() {
    let workspace = Workspace::generated();
    let contents = workspace.contents();
    let path = workspace.some_generated().remove(0);
    workspace.write(&path, [b'/', b'/', 0xff, 0x00, b'\n']);
    assert_eq!(workspace.run(), changed(&path));
    assert!(workspace.contents() == contents, "{path} is repaired");
}

#[test]
fn the_handwritten_lines_of_a_manifest_stay() {
    let workspace = Workspace::generated();
    for path in manifests() {
        let text = workspace.read(path);
        let edited = format!("# before\n{text}\n# after\n");
        workspace.write(path, &edited);
        assert_eq!(workspace.run(), Changes::default());
        assert_eq!(workspace.read(path), edited);
    }
}

#[test]
fn a_deleted_file_is_found_and_written_again() {
    let workspace = Workspace::generated();
    let contents = workspace.contents();
    for path in workspace.some_generated().into_iter().filter(|path| path.ends_with(".rs")) {
        workspace.remove(&path);
        assert_eq!(workspace.check(), missing(&path));
        assert_eq!(workspace.run(), missing(&path));
        assert!(workspace.contents() == contents, "{path} is back");
    }
}

#[test]
fn an_added_file_is_found_and_removed_with_its_folder() {
    let workspace = Workspace::generated();
    let contents = workspace.contents();
    for folder in FOLDERS {
        for name in ["added.rs", "added.txt", "added/mod.rs", "added/deeper/still/mod.rs"] {
            let path = format!("{folder}/{name}");
            workspace.write(&path, "// added\n");
            assert_eq!(workspace.check(), stale(&path));
            assert_eq!(workspace.run(), stale(&path));
            assert!(workspace.contents() == contents, "{path} is gone, and its folders");
        }
    }
}

#[test]
fn a_folder_that_is_still_used_stays() {
    let workspace = Workspace::generated();
    let contents = workspace.contents();
    let used = contents.keys().find(|path| path.starts_with(FOLDERS[0]) && path.matches('/').count() > 4);
    let (folder, _) = used.and_then(|path| path.rsplit_once('/')).expect("some module has a folder");
    let path = format!("{folder}/added.rs");
    workspace.write(&path, "// added\n");
    assert_eq!(workspace.run(), stale(&path));
    assert!(workspace.contents() == contents, "only {path} is gone");
}

#[test]
fn every_kind_of_change_is_listed_by_name() {
    let workspace = Workspace::generated();
    let [edited, deleted] = [0, 1].map(|index| workspace.some_generated()[index].clone());
    let added = format!("{}/added.rs", FOLDERS[2]);
    workspace.write(&edited, "// edited\n");
    workspace.remove(&deleted);
    workspace.write(&added, "// added\n");
    let changes = workspace.check();
    assert_eq!(changes.len(), 3);
    let lines: Vec<String> = changes.lines().collect();
    for (path, kind) in [(&deleted, "missing"), (&edited, "differs"), (&added, "stale")] {
        let of_kind = |line: &String| line.starts_with(kind) && line.ends_with(path.as_str());
        assert!(lines.iter().any(of_kind), "{lines:?} says that {path} is {kind}");
    }
}

#[test]
fn the_command_fails_with_the_names_of_the_files_that_differ() {
    let workspace = Workspace::generated();
    let ok = workspace.command(&["--check"]);
    assert!(ok.status.success(), "{}", String::from_utf8_lossy(&ok.stderr));
    let path = workspace.some_generated().remove(0);
    workspace.write(&path, "// edited\n");
    let failed = workspace.command(&["--check"]);
    assert!(!failed.status.success());
    let text = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(text.contains(&path) && text.contains("cargo xtask codegen"), "{text}");
    assert!(workspace.command(&[]).status.success());
    assert!(workspace.command(&["--check"]).status.success());
}

#[test]
fn the_command_fails_with_the_mistakes_of_the_spec() {
    let workspace = Workspace::generated();
    workspace.write("spec/workshop.yaml", WORKSHOP.replace("token: access_token", "token: any"));
    for arguments in [&["--check"][..], &[]] {
        let failed = workspace.command(arguments);
        assert!(!failed.status.success());
        let text = String::from_utf8_lossy(&failed.stderr).into_owned();
        assert!(text.contains("spec/workshop.yaml:10:12"), "{text}");
        assert!(text.contains("2 mistakes"), "{text}");
    }
}

#[test]
fn a_mistake_in_the_spec_leaves_every_file_untouched() {
    let workspace = Workspace::generated();
    // Something to repair, which must wait.
    let generated = workspace.some_generated();
    workspace.write(&generated[0], "// edited\n");
    workspace.remove(&generated[1]);
    workspace.write(&format!("{}/added.rs", FOLDERS[2]), "// added\n");
    for mistake in ["title: [", "title: 工坊\n", &WORKSHOP.replace("type: string", "type: strin")] {
        workspace.write("spec/workshop.yaml", mistake);
        let contents = workspace.contents();
        let text = workspace.failure();
        assert!(text.contains("spec/workshop.yaml"), "{text}");
        assert!(workspace.contents() == contents, "nothing was touched");
    }
}

#[test]
fn a_missing_spec_folder_is_an_error_that_names_it() {
    let workspace = Workspace::generated();
    fs::remove_dir_all(workspace.path("spec")).expect("the folder can be removed");
    let contents = workspace.contents();
    let text = workspace.failure();
    assert!(text.contains("spec"), "`{text}` says what is missing");
    assert!(workspace.contents() == contents, "nothing was touched");
}

#[test]
fn a_spec_that_is_no_folder_is_an_error_that_names_it() {
    let workspace = Workspace::generated();
    fs::remove_dir_all(workspace.path("spec")).expect("the folder can be removed");
    workspace.write("spec", "not a folder");
    let contents = workspace.contents();
    let text = workspace.failure();
    assert!(text.contains("spec"), "`{text}` says what is not a folder");
    assert!(workspace.contents() == contents, "nothing was touched");
}

#[test]
fn a_spec_file_that_is_not_text_is_an_error_that_names_it() {
    let workspace = Workspace::generated();
    workspace.write("spec/workshop.yaml", [b't', b'i', 0xff, 0xfe]);
    let contents = workspace.contents();
    let text = workspace.failure();
    assert!(text.contains("workshop.yaml"), "{text}");
    assert!(workspace.contents() == contents, "nothing was touched");
}

#[test]
fn a_manifest_without_its_lines_is_an_error_that_names_both() {
    let workspace = Workspace::generated();
    // Something to generate, which must wait.
    workspace.write("spec/workshop.yaml", WORKSHOP);
    for path in manifests() {
        let text = workspace.read(path);
        for marker in [BEGIN, END] {
            workspace.write(path, text.replace(marker, "# nothing"));
            let contents = workspace.contents();
            let error = workspace.failure();
            assert!(error.contains(path) && error.contains(marker), "{error}");
            assert!(workspace.contents() == contents, "nothing was touched");
        }
        workspace.remove(path);
        let contents = workspace.contents();
        let error = workspace.failure();
        assert!(error.contains(path), "{error}");
        assert!(workspace.contents() == contents, "nothing was touched");
        workspace.write(path, text);
    }
    assert!(!workspace.run().is_empty(), "everything is in order again");
}

#[test]
fn an_endpoint_that_is_removed_leaves_no_trace() {
    let workspace = Workspace::generated();
    let second = WORKSHOP.find("  return_zither:").expect("it is the second endpoint");
    workspace.write("spec/workshop.yaml", &WORKSHOP[..second]);
    workspace.run();
    let alone = workspace.contents();
    workspace.write("spec/workshop.yaml", WORKSHOP);
    workspace.run();
    assert!(workspace.mentions("return_zither").len() > 2, "models, requests, mock and tests have it");
    workspace.write("spec/workshop.yaml", &WORKSHOP[..second]);
    workspace.run();
    assert_eq!(workspace.mentions("return_zither"), [""; 0]);
    assert_eq!(workspace.mentions("returnzither"), [""; 0]);
    assert!(workspace.contents() == alone, "everything is as if it had never been there");
}

#[test]
fn a_spec_file_that_is_removed_leaves_no_trace() {
    for name in ["workshop", "workshop.zithers"] {
        let workspace = Workspace::generated();
        let before = workspace.contents();
        workspace.write(&format!("spec/{name}.yaml"), WORKSHOP);
        let changes = workspace.run();
        assert!(changes.missing.iter().any(|path| path.contains("workshop")), "{name}: {changes:?}");
        for path in manifests() {
            assert!(workspace.read(path).contains("\nworkshop = ["), "{name}: {path} has the feature");
        }
        workspace.remove(&format!("spec/{name}.yaml"));
        let changes = workspace.run();
        assert!(changes.stale.iter().any(|path| path.contains("workshop")), "{name}: {changes:?}");
        assert_eq!(workspace.mentions("workshop"), [""; 0], "{name}");
        assert!(workspace.contents() == before, "{name}: everything is as if it had never been there");
    }
}

#[test]
fn a_chapter_that_is_removed_leaves_its_family() {
    let workspace = Workspace::generated();
    workspace.write("spec/workshop.lutes.yaml", WORKSHOP.replace("zither", "lute").replace("9000", "8000"));
    workspace.run();
    let before = workspace.contents();
    workspace.write("spec/workshop.zithers.yaml", WORKSHOP);
    workspace.run();
    assert!(!workspace.mentions("zither").is_empty());
    workspace.remove("spec/workshop.zithers.yaml");
    workspace.run();
    assert_eq!(workspace.mentions("zither"), [""; 0]);
    assert!(workspace.contents() == before, "the family is as it was");
}

#[test]
fn every_spec_file_can_be_removed_and_brought_back() {
    let workspace = Workspace::generated();
    let before = workspace.contents();
    for spec in before.keys().filter(|path| path.starts_with("spec/") && path.ends_with(".yaml")) {
        workspace.remove(spec);
        workspace.run();
        assert_eq!(workspace.mentions(spec), [""; 0]);
        workspace.write(spec, &before[spec]);
        workspace.run();
        assert!(workspace.contents() == before, "{spec} is back");
    }
}

#[test]
fn the_order_in_which_the_files_were_made_does_not_matter() {
    let workspace = Workspace::generated();
    let other = Workspace::copied(|specs| specs.reverse());
    other.run();
    assert!(workspace.contents() == other.contents(), "the same files, byte for byte");
    let mut sources = load::sources(&real_root().join("spec")).expect("the spec can be read");
    let generate = |sources: &[_]| emit::api(&api::read(sources, false).expect("the spec has no mistakes"));
    let files = generate(&sources);
    sources.reverse();
    assert!(generate(&sources) == files, "the same files, byte for byte");
}

#[test]
fn two_files_of_one_module_are_an_error_that_names_one() {
    let workspace = Workspace::generated();
    workspace.write("spec/workshop.yaml", WORKSHOP);
    workspace.write("spec/workshop.yml", WORKSHOP.replace("9000", "8000").replace("zither", "lute"));
    let contents = workspace.contents();
    let text = workspace.failure();
    assert!(text.contains("spec/workshop.y"), "{text}");
    assert!(workspace.contents() == contents, "nothing was touched");
}

#[test]
fn error_codes_that_are_removed_leave_an_empty_table() {
    const TABLE: &str = "crates/wecom-requests/src/generated/errcode.rs";
    let workspace = Workspace::generated();
    let before = workspace.contents();
    workspace.write("spec/errcodes.yaml", ERRCODES);
    assert_eq!(workspace.run(), changed(TABLE));
    assert!(workspace.read(TABLE).contains("pub const ZITHER_BROKEN: i64 = 7001;"));
    workspace.remove("spec/errcodes.yaml");
    assert_eq!(workspace.run(), changed(TABLE));
    assert!(workspace.contents() == before, "everything is as if it had never been there");
}

#[test]
fn two_files_of_error_codes_are_an_error_that_names_one() {
    let workspace = Workspace::generated();
    for name in ["errcodes.yaml", "errcodes.yml"] {
        workspace.write(&format!("spec/{name}"), ERRCODES);
    }
    let text = workspace.failure();
    assert!(text.contains("bad-file-name") && text.contains("spec/errcodes.y"), "{text}");
}

#[test]
fn what_is_no_yaml_in_the_spec_folder_does_not_matter() {
    let workspace = Workspace::generated();
    for name in ["NOTES.md", "workshop.yaml.orig", ".hidden", "yaml"] {
        workspace.write(&format!("spec/{name}"), WORKSHOP);
    }
    assert_eq!(workspace.check(), Changes::default());
}
