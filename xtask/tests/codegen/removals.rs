//! Whatever is removed from the spec leaves no trace in the generated files.

use crate::workspace::{Workspace, manifests};
use crate::{ERRCODES, WORKSHOP, changed};

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
