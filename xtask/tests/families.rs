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
fn the_page_of_every_family_begins_with_english_and_has_the_table_of_its_calls() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the workspace");
    let file =
        fs::read_to_string(root.join("crates/wecom-models/src/generated/mod.rs")).expect("it is there");
    let mut docs: Vec<String> = Vec::new();
    let (mut families, mut without) = (0, Vec::new());
    for line in file.lines() {
        match (line.strip_prefix("///"), line.strip_prefix("pub mod ")) {
            (Some(doc), _) => docs.push(doc.trim().to_owned()),
            (None, Some(family)) if !docs.is_empty() => {
                families += 1;
                let text = std::mem::take(&mut docs).join("\n");
                let (head, _) = text.split_once("\n\n").unwrap_or((&text, ""));
                let words = head.split_once("): ").map_or("", |(_, summary)| summary).split_whitespace();
                if words.filter(|word| word.is_ascii()).count() < 5 || !text.contains("(crate::") {
                    without.push(family.to_owned());
                }
            }
            _ => {}
        }
    }
    assert!(families > 20, "{families}");
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn the_readme_has_the_numbers_of_the_specification_every_family_and_every_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the workspace");
    let text = |path: &str| fs::read_to_string(root.join(path)).expect("it can be read");
    let [readme, chinese] = ["README.md", "README.zh-CN.md"].map(text);
    let codes: serde_yaml::Value = serde_yaml::from_str(&text("spec/errcodes.yaml")).expect("it is YAML");
    let codes = codes["codes"].as_mapping().map_or(0, serde_yaml::Mapping::len);
    assert!(readme.contains(&format!("{codes} documented codes")), "{codes}");
    let counts: serde_json::Value =
        serde_json::from_str(&text(xtask::coverage::NUMBERS)).expect("it is JSON");
    let documented = |table: &str| {
        let families = counts[table].as_object().expect("families").values();
        families.filter_map(|family| family["documented"].as_u64()).sum::<u64>()
    };
    let about = |number: u64| (number + 5) / 10 * 10;
    let [endpoints, callbacks] = ["families", "callbacks"].map(|table| about(documented(table)));
    let told = format!("about {endpoints} HTTPS endpoints, {callbacks} callbacks");
    assert!(readme.contains(&told), "{told}");
    let families = counts["families"].as_object().expect("families").keys().filter(|name| *name != "access");
    let missing: Vec<&String> = families.filter(|name| !readme.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for example in fs::read_dir(root.join("crates/wecom-sdk/examples")).expect("the folder is there") {
        let path = example.expect("it can be read").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.file_name().and_then(|name| name.to_str()).expect("it has a name");
            let link = format!("crates/wecom-sdk/examples/{name})");
            assert!([&readme, &chinese].iter().all(|readme| readme.contains(&link)), "{name}");
        }
    }
}

#[test]
fn a_path_into_another_family_is_noticed_and_a_comment_is_not() {
    let families = ["kf".to_owned(), "oa".to_owned()];
    assert_eq!(named("use wecom_models::kf::message::Content;", &families), ["kf"]);
    assert_eq!(named("    pub room: crate::oa::meetingroom::Room,", &families), ["oa"]);
    assert!(named("/// See [`Content`](crate::kf::message::Content).", &families).is_empty());
    assert!(named("use wecom_models::wire::Read;", &families).is_empty());
}
