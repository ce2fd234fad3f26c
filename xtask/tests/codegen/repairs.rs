//! Differences from the spec are found, listed and repaired; correct files aren't touched.

use std::fs;

use xtask::commands::artifact::Changes;
use xtask::emit::{BEGIN, FOLDERS};

use crate::workspace::{Workspace, manifests};
use crate::{changed, missing, stale};

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
