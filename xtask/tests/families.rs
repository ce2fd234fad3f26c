//! Families are independent: the code of one names nothing in another, so each compiles without the others.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of a folder, at any depth.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("it can be read").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Returns the families that a line of code names in its paths.
fn named<'f>(line: &str, families: &'f [String]) -> Vec<&'f str> {
    let code = line.split("//").next().unwrap_or_default();
    let is_named = |family: &&String| {
        ["crate::", "wecom_models::"].iter().any(|root| code.contains(&format!("{root}{family}::")))
    };
    families.iter().filter(is_named).map(String::as_str).collect()
}

#[test]
fn the_code_of_a_family_names_no_other_family() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the workspace");
    let (mut seen, mut strangers) = (0, Vec::new());
    for crate_name in ["wecom-models", "wecom-requests"] {
        let folder = root.join("crates").join(crate_name).join("src/generated");
        let families: Vec<String> = fs::read_dir(root.join("openapi"))
            .expect("every family has a document")
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
            .collect();
        for file in files(&folder) {
            let path = file.strip_prefix(&folder).expect("it is inside").with_extension("");
            let family = path.iter().next().and_then(|name| name.to_str()).unwrap_or_default();
            if !families.iter().any(|known| known == family) {
                continue;
            }
            seen += 1;
            let text = fs::read_to_string(&file).expect("it can be read");
            let others =
                text.lines().flat_map(|line| named(line, &families)).filter(|other| *other != family);
            strangers.extend(others.map(|other| format!("{}: {other}", file.display())));
        }
    }
    assert!(seen > 100, "{seen} files are too few");
    assert!(strangers.is_empty(), "{}", strangers.join("\n"));
}

#[test]
fn a_path_into_another_family_is_noticed_and_a_comment_is_not() {
    let families = ["kf".to_owned(), "oa".to_owned()];
    assert_eq!(named("use wecom_models::kf::message::Content;", &families), ["kf"]);
    assert_eq!(named("    pub room: crate::oa::meetingroom::Room,", &families), ["oa"]);
    assert!(named("/// See [`Content`](crate::kf::message::Content).", &families).is_empty());
    assert!(named("use wecom_models::wire::Read;", &families).is_empty());
}
