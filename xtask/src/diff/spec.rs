//! A spec to compare: its source, its lowered form, and the positions of everything in it.

use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::{fs, io};

use crate::api;
use crate::api::Api;
use crate::spec::Failure;
use crate::spec::load;
use crate::spec::source::{self, Kind, Node, Source};

/// The file that announces breaking changes to users.
const CHANGELOG: &str = "CHANGELOG.md";

/// A spec to compare.
#[derive(Debug)]
pub struct Spec {
    /// The name that the user gave: a revision or a folder.
    pub name: String,
    /// The lowered spec.
    pub api: Api,
    /// The changelog beside it.
    pub changelog: Option<String>,
    /// By path.
    files: HashMap<String, File>,
}

/// A file of a spec.
#[derive(Debug)]
struct File {
    text: String,
    /// The positions of everything, parsed on demand: most files don't change.
    root: OnceLock<Option<Node>>,
}

/// The reason why a spec can't be compared.
#[derive(Debug)]
pub struct Unreadable(pub String);

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

impl Spec {
    /// Finds the spec of a folder or, if there is no such folder with a `spec/` in it, of a git revision of the
    /// workspace.
    pub fn find(root: &Path, name: &str, color: bool) -> Result<Self, Unreadable> {
        let folder = Path::new(name);
        if folder.join("spec").is_dir() {
            return Self::of_folder(folder, name, color);
        }
        let Some(commit) = commit(root, name)? else {
            let what =
                if folder.is_dir() { "that folder holds no `spec/`" } else { "no such revision or folder" };
            return Err(Unreadable(format!(
                "`{name}`: {what}; name a git revision, or a folder with a `spec/`"
            )));
        };
        Self::of_revision(&Repository { root, commit }, name, color)
    }

    /// Reads the spec of a folder.
    pub fn of_folder(folder: &Path, name: &str, color: bool) -> Result<Self, Unreadable> {
        let sources = load::sources(&folder.join("spec"))?;
        let changelog = match fs::read_to_string(folder.join(CHANGELOG)) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Unreadable(format!("{}: {error}", folder.join(CHANGELOG).display()))),
        };
        Self::new(name, sources, changelog, color)
    }

    fn of_revision(repository: &Repository<'_>, name: &str, color: bool) -> Result<Self, Unreadable> {
        let mut sources = Vec::new();
        for path in repository.files("spec/")? {
            let file = path.strip_prefix("spec/").unwrap_or(&path);
            if load::is_spec(file) {
                sources.push(load::source(file, &repository.read(&path)?));
            }
        }
        if sources.is_empty() {
            return Err(Unreadable(format!("`{name}` has no `spec/*.yaml`")));
        }
        sources.sort_by(|a, b| a.stem.cmp(&b.stem));
        let changelog = repository.files(CHANGELOG)?.first().map(|path| repository.read(path)).transpose()?;
        Self::new(name, sources, changelog, color)
    }

    /// Creates a spec from files.
    pub fn new(
        name: &str,
        sources: Vec<Source>,
        changelog: Option<String>,
        color: bool,
    ) -> Result<Self, Unreadable> {
        let api = api::read(&sources, color).map_err(|failure| match failure {
            Failure::Io(error) => error.into(),
            Failure::Spec { text, .. } => Unreadable(format!(
                "`{name}` holds mistakes, or a spec in another version of the format:\n\n{}",
                text.trim_end()
            )),
        })?;
        let file = |text| File { text, root: OnceLock::new() };
        let files = sources.into_iter().map(|source| (source.path, file(source.text)));
        Ok(Self { name: name.to_owned(), api, changelog, files: files.collect() })
    }

    /// Returns the text at a path, or the description of what is there.
    pub(super) fn words_at(&self, file: &str, path: &source::Path) -> Option<String> {
        let node = self.root(file)?.get(path)?;
        let scalar = |node: &Node| match &node.kind {
            Kind::Scalar { value, .. } => Some(value.trim_end().to_owned()),
            Kind::Sequence(_) | Kind::Mapping(_) => None,
        };
        let below = |key: &str| node.get(&source::Path::of([key])).and_then(scalar);
        let words: Vec<String> = ["doc", "summary", "notes"].into_iter().filter_map(below).collect();
        scalar(node).or((!words.is_empty()).then(|| words.join("\n")))
    }

    /// Returns how many deviations a file accepts for an endpoint.
    pub(super) fn deviations(&self, file: &str, endpoint: &str) -> usize {
        let Some(root) = self.root(file) else { return 0 };
        let Some(Kind::Sequence(items)) = root.get(&source::Path::of(["deviations"])).map(|node| &node.kind)
        else {
            return 0;
        };
        let of_it = |item: &&Node| {
            let at = item.get(&source::Path::of(["at"])).map(|node| &node.kind);
            matches!(at, Some(Kind::Scalar { value, .. }) if value.split('.').next() == Some(endpoint))
        };
        items.iter().filter(of_it).count()
    }

    fn root(&self, file: &str) -> Option<&Node> {
        let File { text, root } = self.files.get(file)?;
        root.get_or_init(|| Node::parse(text).ok()).as_ref()
    }

    /// Returns the line and the column, both from 1, of the key at the end of a path, or of the last key on the way
    /// that exists.
    pub fn position(&self, file: &str, path: &source::Path) -> (usize, usize) {
        let Some(File { text, .. }) = self.files.get(file) else { return (1, 1) };
        let start = self.root(file).map_or(0, |root| root.nearest_key(path).span.start);
        source::position(text, start)
    }
}

/// A commit of the workspace's repository.
struct Repository<'a> {
    root: &'a Path,
    commit: String,
}

impl Repository<'_> {
    /// Returns the files of a folder, whose name ends in `/`, or a file if it exists.
    fn files(&self, path: &str) -> Result<Vec<String>, Unreadable> {
        let listed = git(self.root, &["ls-tree", "-z", "--name-only", &self.commit, "--", path])?;
        Ok(listed.split_terminator('\0').map(str::to_owned).collect())
    }

    fn read(&self, path: &str) -> Result<String, Unreadable> {
        git(self.root, &["cat-file", "blob", &format!("{}:./{path}", self.commit)])
    }
}

/// Returns the commit that a revision names, if it names one.
fn commit(root: &Path, revision: &str) -> Result<Option<String>, Unreadable> {
    let object = format!("{revision}^{{commit}}");
    let output = run(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &object])?;
    Ok(output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned()))
}

/// Returns the output of a git command.
fn git(root: &Path, arguments: &[&str]) -> Result<String, Unreadable> {
    let said = |what: &str| Unreadable(format!("git {}: {what}", arguments.join(" ")));
    let output = run(root, arguments)?;
    if !output.status.success() {
        return Err(said(String::from_utf8_lossy(&output.stderr).trim()));
    }
    String::from_utf8(output.stdout).map_err(|_| said("what it prints is not UTF-8"))
}

fn run(root: &Path, arguments: &[&str]) -> Result<Output, Unreadable> {
    let mut command = Command::new("git");
    // A git hook sets these; here, only the workspace counts.
    for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    let output = command.arg("-C").arg(root).args(arguments).output();
    output.map_err(|error| Unreadable(format!("git can't be run: {error}")))
}
