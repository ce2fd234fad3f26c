//! A workspace to generate in, and ways to inspect it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;
use xtask::api;
use xtask::commands::artifact::Changes;
use xtask::commands::codegen;
use xtask::emit::{self, FOLDERS};
use xtask::spec::Failure;

/// The workspace these tests are part of.
pub(crate) fn real_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace").to_path_buf()
}

/// Returns the manifests with generated lines.
pub(crate) fn manifests() -> &'static [&'static str] {
    static MANIFESTS: OnceLock<Vec<&str>> = OnceLock::new();
    MANIFESTS.get_or_init(|| {
        let none = api::read(&[], false).expect("no spec has no mistakes");
        emit::features(&none).into_iter().map(|(path, _)| path).collect()
    })
}

/// A copy of some of the real spec and of the manifests, in a folder of its own.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// Generates it, too.
    pub(crate) fn generated() -> Self {
        let workspace = Self::copied(|_| {});
        workspace.run();
        workspace
    }

    /// Copies the manifests and the smallest files of the spec, in the order that `arrange` gives these.
    pub(crate) fn copied(arrange: impl FnOnce(&mut Vec<PathBuf>)) -> Self {
        const FEW: usize = 6; // so that these tests stay fast however large the spec grows
        let workspace = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        let entries = fs::read_dir(real_root().join("spec")).expect("the spec is there");
        let mut specs: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
        specs.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        // Codes may have their names in `errcodes.yaml` only, and links lead to other files.
        let needs_others = |text: String| text.contains("\n    codes:") || text.contains("](crate::");
        specs.retain(|path| !fs::read_to_string(path).is_ok_and(needs_others));
        specs.sort_by_key(|path| (fs::metadata(path).map_or(0, |data| data.len()), path.clone()));
        specs.truncate(FEW);
        arrange(&mut specs);
        let files = specs.iter().map(|path| path.strip_prefix(real_root()).expect("it is in the workspace"));
        for path in files.chain(manifests().iter().map(Path::new)) {
            let target = workspace.root().join(path);
            fs::create_dir_all(target.parent().expect("every file has a folder"))
                .expect("folders can be made");
            fs::copy(real_root().join(path), target).expect("the file can be copied");
        }
        workspace
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    /// Generates; returns the differences from before.
    pub(crate) fn run(&self) -> Changes {
        codegen::run(self.root(), false, false).expect("the spec has no mistakes").changes
    }

    /// Only compares.
    pub(crate) fn check(&self) -> Changes {
        codegen::run(self.root(), true, false).expect("the spec has no mistakes").changes
    }

    /// Returns the error of a run.
    pub(crate) fn failure(&self) -> String {
        match codegen::run(self.root(), false, false) {
            Err(Failure::Spec { text, .. }) => text,
            Err(Failure::Io(error)) => error.to_string(),
            Ok(summary) => panic!("the run should have failed: {summary:?}"),
        }
    }

    /// The command as a maintainer runs it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("codegen").args(arguments).arg("--root").arg(self.root());
        command.output().expect("the command can be started")
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let target = self.path(path);
        fs::create_dir_all(target.parent().expect("every file has a folder")).expect("folders can be made");
        fs::write(target, text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Every file and its bytes; every folder, with a `/` at its end.
    pub(crate) fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let mut contents = BTreeMap::new();
        let mut pending = vec![self.root().to_path_buf()];
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(folder).expect("the workspace can be read") {
                let path = entry.expect("the workspace can be read").path();
                let name = path.strip_prefix(self.root()).expect("it is in the workspace").to_string_lossy();
                if path.is_dir() {
                    contents.insert(format!("{name}/"), Vec::new());
                    pending.push(path);
                } else {
                    contents.insert(name.into_owned(), fs::read(&path).expect("the file can be read"));
                }
            }
        }
        contents
    }

    /// One generated file of every kind: the first of each generated folder, and every manifest.
    pub(crate) fn some_generated(&self) -> Vec<String> {
        let contents = self.contents();
        let first = |folder: &str| {
            let inside = |path: &&String| path.starts_with(folder) && path.ends_with(".rs");
            contents.keys().find(inside).unwrap_or_else(|| panic!("{folder} has files")).clone()
        };
        FOLDERS.into_iter().map(first).chain(manifests().iter().map(ToString::to_string)).collect()
    }

    /// The generated files and manifests that mention a word.
    pub(crate) fn mentions(&self, word: &str) -> Vec<String> {
        let generated = self.contents().into_iter().filter(|(path, _)| !path.starts_with("spec/"));
        let found = generated.filter(|(path, bytes)| {
            path.contains(word) || String::from_utf8_lossy(bytes).to_lowercase().contains(word)
        });
        found.map(|(path, _)| path).collect()
    }
}
