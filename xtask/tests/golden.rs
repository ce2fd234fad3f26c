//! The generated text of small specs, each for one feature of the format: `golden/<feature>.yaml` and, beside it,
//! everything that is generated from it in `golden/<feature>.rs.txt`.

mod common;

use std::path::Path;

use common::{assert_none, difference, files, folder, name, source};
use xtask::api;
use xtask::emit;
use xtask::spec::Failure;

/// All generated files of a spec file, each after a line with its path; then the generated lines of the manifests.
fn generated(file: &Path) -> String {
    let api = match api::read(&[source(file)], false) {
        Ok(api) => api,
        Err(Failure::Spec { text, .. }) => panic!("{text}"),
        Err(Failure::Io(error)) => panic!("nothing is read from the disk here: {error}"),
    };
    let manifests = emit::features(&api).into_iter().map(|(path, lines)| (path.to_owned(), lines));
    let files = emit::api(&api).into_iter().chain(manifests);
    files.map(|(path, text)| format!("// ==== {path}\n{text}")).collect::<Vec<String>>().join("\n")
}

#[test]
fn every_feature_generates_its_expected_text() {
    let differences: Vec<String> = files(&folder("golden"), ".yaml")
        .iter()
        .filter_map(|file| difference(&file.with_extension("rs.txt"), &generated(file)))
        .collect();
    assert_none(&differences);
}

#[test]
fn no_expected_text_is_left_without_its_feature() {
    for file in files(&folder("golden"), ".rs.txt") {
        let feature = name(&file).trim_end_matches(".rs.txt");
        assert!(folder("golden").join(format!("{feature}.yaml")).exists(), "{feature}.rs.txt has no spec");
    }
}
