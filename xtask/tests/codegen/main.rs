//! The generator on a workspace of its own: what it writes, repairs, removes and leaves alone.

#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    reason = "the generator names its files in lower case"
)]

mod mistakes;
mod removals;
mod repairs;
mod workspace;

use xtask::commands::artifact::Changes;
use xtask::commands::codegen;
use xtask::spec::load;
use xtask::{api, emit};

use crate::workspace::{Workspace, real_root};

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
fn what_is_no_yaml_in_the_spec_folder_does_not_matter() {
    let workspace = Workspace::generated();
    for name in ["NOTES.md", "workshop.yaml.orig", ".hidden", "yaml"] {
        workspace.write(&format!("spec/{name}"), WORKSHOP);
    }
    assert_eq!(workspace.check(), Changes::default());
}
