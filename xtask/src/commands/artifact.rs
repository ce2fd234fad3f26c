//! Files that commands generate from the spec: written, or with `--check` only compared with the existing ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

/// Files by path from the workspace's root, with `/`.
pub type Files = BTreeMap<String, String>;

/// The differences between generated and existing files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Existing files with another text.
    pub changed: Vec<String>,
    /// Files that don't exist.
    pub missing: Vec<String>,
    /// Files in generated folders that are no longer generated.
    pub stale: Vec<String>,
}

impl Changes {
    /// Returns whether everything is up to date.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty() && self.stale.is_empty()
    }

    /// Returns how many files differ.
    pub fn len(&self) -> usize {
        self.changed.len() + self.missing.len() + self.stale.len()
    }

    /// Returns each file with its problem.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.worded(["missing", "differs", "stale  "])
    }

    /// Returns each file with what was done about it.
    pub fn done(&self) -> impl Iterator<Item = String> {
        self.worded(["created", "updated", "removed"])
    }

    fn worded(&self, words: [&'static str; 3]) -> impl Iterator<Item = String> {
        let lists = [&self.missing, &self.changed, &self.stale];
        words
            .into_iter()
            .zip(lists)
            .flat_map(|(word, list)| list.iter().map(move |path| format!("{word} {path}")))
    }
}

/// Writes files, or with `check` only compares them; returns the differences. The folders contain nothing else
/// afterwards.
pub fn put(root: &Path, files: &Files, folders: &[&str], check: bool) -> io::Result<Changes> {
    let changes = compare(root, files, folders)?;
    if !check {
        apply(root, files, folders, &changes)?;
    }
    Ok(changes)
}

/// Writes a few files, or with `check` only compares them; returns those that were out of date.
pub(super) fn put_few<const N: usize>(
    root: &Path,
    files: [(&'static str, String); N],
    check: bool,
) -> io::Result<Vec<&'static str>> {
    let paths: Vec<&'static str> = files.iter().map(|(path, _)| *path).collect();
    let files: Files = files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect();
    let changes = put(root, &files, &[], check)?;
    let differs = |path: &&str| changes.changed.iter().chain(&changes.missing).any(|changed| changed == path);
    Ok(paths.into_iter().filter(differs).collect())
}

/// Compares files with the existing ones, and finds other files in the folders.
pub fn compare(root: &Path, files: &Files, folders: &[&str]) -> io::Result<Changes> {
    let mut changes = Changes::default();
    for (path, text) in files {
        match read(root, path)? {
            Some(found) if found == text.as_bytes() => {}
            Some(_) => changes.changed.push(path.clone()),
            None => changes.missing.push(path.clone()),
        }
    }
    for folder in folders {
        let mut found = BTreeSet::new();
        collect(root, folder, &mut found)?;
        changes.stale.extend(found.into_iter().filter(|path| !files.contains_key(path)));
    }
    Ok(changes)
}

/// Writes the files that differ, and removes stale ones.
fn apply(root: &Path, files: &Files, folders: &[&str], changes: &Changes) -> io::Result<()> {
    for path in changes.changed.iter().chain(&changes.missing) {
        write(root, path, &files[path])?;
    }
    for path in &changes.stale {
        fs::remove_file(root.join(path)).map_err(|error| named(path, &error))?;
        // A folder is removed with its last file.
        let above = Path::new(path).ancestors().skip(1);
        for folder in above.take_while(|folder| !folders.iter().any(|kept| Path::new(kept) == *folder)) {
            if fs::remove_dir(root.join(folder)).is_err() {
                break;
            }
        }
    }
    Ok(())
}

fn collect(root: &Path, folder: &str, found: &mut BTreeSet<String>) -> io::Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(named(folder, &error)),
    };
    for entry in entries {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(root, &path, found)?;
        } else {
            found.insert(path);
        }
    }
    Ok(())
}

/// Reads a file, if it exists.
pub(super) fn read(root: &Path, path: &str) -> io::Result<Option<Vec<u8>>> {
    match fs::read(root.join(path)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(named(path, &error)),
    }
}

/// Writes a file, and creates its folder if necessary.
pub(super) fn write(root: &Path, path: &str, text: &str) -> io::Result<()> {
    let file = root.join(path);
    let folder = file.parent().map_or(Ok(()), fs::create_dir_all);
    folder.and_then(|()| fs::write(&file, text)).map_err(|error| named(path, &error))
}

/// Adds the file's name to an I/O error.
fn named(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}
