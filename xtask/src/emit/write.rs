//! The last stage: files are put in place, or compared with what is there.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::emit::{BEGIN, END, FOLDERS, Files};

/// What differs between the generated files and those in place.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files that are there with another text.
    pub changed: Vec<String>,
    /// Files that aren't there.
    pub missing: Vec<String>,
    /// Files in a generated folder that nothing generates any more.
    pub stale: Vec<String>,
}

impl Changes {
    /// Whether everything is in place.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty() && self.stale.is_empty()
    }

    /// How many files differ.
    pub fn len(&self) -> usize {
        self.changed.len() + self.missing.len() + self.stale.len()
    }

    /// Each file, with what is the matter with it.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        let with = |word: &'static str| move |path: &String| format!("{word} {path}");
        let missing = self.missing.iter().map(with("missing"));
        let changed = self.changed.iter().map(with("differs"));
        let stale = self.stale.iter().map(with("stale  "));
        missing.chain(changed).chain(stale)
    }
}

/// Adds the manifests, with their generated lines replaced, to the generated files.
pub fn add_manifests(root: &Path, features: &[(&str, String)], files: &mut Files) -> io::Result<()> {
    for (path, lines) in features {
        let text = read(root, path)?.ok_or_else(|| problem(path, "isn't there"))?;
        let begin = text.find(BEGIN).ok_or_else(|| problem(path, &format!("has no line `{BEGIN}`")))?;
        let begin = begin + BEGIN.len() + 1;
        let end = text
            .get(begin..)
            .and_then(|rest| rest.find(END))
            .ok_or_else(|| problem(path, &format!("has no line `{END}`")))?;
        files.insert((*path).to_owned(), format!("{}{lines}{}", &text[..begin], &text[begin + end..]));
    }
    Ok(())
}

/// Compares the generated files with those in place.
pub fn compare(root: &Path, files: &Files) -> io::Result<Changes> {
    let mut changes = Changes::default();
    for (path, text) in files {
        match read(root, path)? {
            Some(found) if found == *text => {}
            Some(_) => changes.changed.push(path.clone()),
            None => changes.missing.push(path.clone()),
        }
    }
    for folder in FOLDERS {
        let mut found = BTreeSet::new();
        collect(root, folder, &mut found)?;
        changes.stale.extend(found.into_iter().filter(|path| !files.contains_key(path)));
    }
    Ok(changes)
}

/// Puts everything in place: writes what differs, removes what is stale.
pub fn apply(root: &Path, files: &Files, changes: &Changes) -> io::Result<()> {
    for path in changes.changed.iter().chain(&changes.missing) {
        let target = root.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&target, &files[path]).map_err(|error| problem(path, &error.to_string()))?;
    }
    for path in &changes.stale {
        fs::remove_file(root.join(path)).map_err(|error| problem(path, &error.to_string()))?;
        // A folder goes with its last file.
        for folder in Path::new(path)
            .ancestors()
            .skip(1)
            .take_while(|folder| !FOLDERS.iter().any(|f| Path::new(f) == *folder))
        {
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
        Err(error) => return Err(problem(folder, &error.to_string())),
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

fn read(root: &Path, path: &str) -> io::Result<Option<String>> {
    match fs::read(root.join(path)) {
        // What isn't UTF-8 can only differ.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(problem(path, &error.to_string())),
    }
}

fn problem(path: &str, what: &str) -> io::Error {
    io::Error::other(format!("{path}: {what}"))
}
