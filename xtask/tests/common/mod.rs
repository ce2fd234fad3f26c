//! Shared code of the tests that compare texts with committed ones.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::spec::source::Source;

/// Returns a folder beside these tests.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// Returns the files in a folder whose names end like this, sorted.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.retain(|file| file.is_file() && name(file).ends_with(ending));
    files.sort();
    files
}

/// A file's or folder's name.
pub(crate) fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("the files of these tests have plain names")
}

/// Reads a spec file as the generator sees it: as if it were in `spec/`.
pub(crate) fn source(file: &Path) -> Source {
    let name = name(file);
    let stem = name.strip_suffix(".yaml").expect("a spec file ends in .yaml");
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Source { path: format!("spec/{name}"), stem: stem.to_owned(), text }
}

/// Reports how a text differs from the committed one; with `UPDATE_UI=1`, rewrites that instead.
pub(crate) fn difference(file: &Path, text: &str) -> Option<String> {
    let expected = fs::read_to_string(file).ok();
    if expected.as_deref() == Some(text) {
        return None;
    }
    if std::env::var_os("UPDATE_UI").is_some_and(|value| value == "1") {
        fs::write(file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        return None;
    }
    let expected = expected.unwrap_or_default();
    let same = expected.lines().zip(text.lines()).take_while(|(expected, found)| expected == found).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    Some(format!(
        "{}, line {}:\n  expected: {}\n  found:    {}",
        name(file),
        same + 1,
        line(&expected),
        line(text)
    ))
}

/// Fails with all differences, if there are any.
pub(crate) fn assert_none(differences: &[String]) {
    assert!(
        differences.is_empty(),
        "{}\n\n`UPDATE_UI=1 cargo test -p xtask` rewrites the expected texts; look at what it changes",
        differences.join("\n\n")
    );
}
