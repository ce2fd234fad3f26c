//! With a mistake, the run fails with its place, and no file is touched.

use std::fs;

use xtask::emit::{BEGIN, END, FOLDERS};

use crate::workspace::{Workspace, manifests};
use crate::{ERRCODES, WORKSHOP};

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
    // A difference to repair, which must wait.
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
    // A file to generate, which must wait.
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
fn two_files_of_error_codes_are_an_error_that_names_one() {
    let workspace = Workspace::generated();
    for name in ["errcodes.yaml", "errcodes.yml"] {
        workspace.write(&format!("spec/{name}"), ERRCODES);
    }
    let text = workspace.failure();
    assert!(text.contains("bad-file-name") && text.contains("spec/errcodes.y"), "{text}");
}
