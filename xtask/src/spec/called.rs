//! `names.yaml`, the table of the names of everything in the API, transcribed or not. It is no chapter, and nothing is generated from it.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde::Deserialize;

use crate::spec::section::DocumentKind;
use crate::spec::source::Source;
use crate::spec::transport::{CMD, Transport};

/// The name of the file, without `.yaml`.
pub const NAMES: &str = "names";

/// Entries by file, without `.yaml`, and by name.
pub type ByFile<T> = IndexMap<String, IndexMap<String, T>>;

/// The settled names.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// The purposes of families of several files, in English: a family of one file has its summary.
    #[serde(default)]
    pub families: IndexMap<String, String>,
    /// The calls over HTTPS.
    #[serde(default)]
    pub endpoints: ByFile<NamedCall>,
    /// The calls inside the zone of conversation records.
    #[serde(default)]
    pub zone: ByFile<NamedWire>,
    /// The commands of sockets.
    #[serde(default)]
    pub sockets: ByFile<NamedWire>,
    /// The documents that arrive.
    #[serde(default)]
    pub events: ByFile<NamedWire>,
    /// The replies to messages.
    #[serde(default)]
    pub replies: ByFile<NamedWire>,
}

/// An endpoint of the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedCall {
    /// Its method and path.
    pub call: String,
    /// Its Chinese title.
    pub title: String,
}

impl NamedCall {
    /// Returns its path.
    pub fn path(&self) -> &str {
        self.call.split_once(' ').map_or(self.call.as_str(), |(_, path)| path)
    }
}

/// Anything else that has a name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedWire {
    /// Its distinguishing values on the wire; several if one type serves them all.
    pub wire: Vec<String>,
    /// Its Chinese title.
    pub title: String,
}

/// The place of an endpoint or an event: its file, and its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled<'n> {
    /// The file, without `.yaml`.
    pub file: &'n str,
    /// The endpoint's key in it.
    pub key: &'n str,
}

impl Names {
    /// Returns the names of a spec; none if there is no such file or it can't be read, since `codegen` reports its mistakes.
    pub fn of(sources: &[Source]) -> Self {
        let file = sources.iter().find(|source| source.stem == NAMES);
        file.and_then(|file| serde_yaml::from_str(&file.text).ok()).unwrap_or_default()
    }

    /// Returns the names of a file's endpoints by their paths, and of its documents by their distinguishing values.
    pub fn of_file(&self, file: &str) -> HashMap<String, String> {
        let endpoints = self.endpoints.get(file).into_iter().flatten();
        let endpoints = endpoints.map(|(key, named)| (named.path().to_owned(), key.clone()));
        let documents =
            self.all_documents().filter(|(of, _)| *of == file).flat_map(|(_, documents)| documents);
        let documents =
            documents.flat_map(|(key, named)| named.wire.iter().map(move |wire| (wire.clone(), key.clone())));
        endpoints.chain(documents).collect()
    }

    /// Returns the file that all of some paths belong to, or all of some documents by their distinguishing values, if there is one.
    pub fn common_file<'p>(&self, calls: impl IntoIterator<Item = &'p str>) -> Option<&str> {
        let wanted: HashSet<&str> = calls.into_iter().collect();
        let endpoints = self.endpoints.iter().map(|(file, endpoints)| {
            (file, endpoints.values().map(NamedCall::path).collect::<HashSet<&str>>())
        });
        let documents = self.all_documents().map(|(file, documents)| {
            (file, documents.values().flat_map(|named| &named.wire).map(String::as_str).collect())
        });
        let mut files = endpoints.chain(documents).filter(|(_, own)| wanted.is_subset(own));
        let (file, _) = files.next()?;
        files.next().is_none().then_some(file.as_str())
    }

    /// Returns the calls of a transport by their paths or names. A path has several if its definitions contradict each other.
    pub fn by_target(&self, transport: Transport) -> HashMap<&str, Vec<Settled<'_>>> {
        match transport {
            Transport::Http => by(&self.endpoints, |named| vec![named.path()]),
            Transport::Zone => by_wire(&self.zone),
            Transport::Socket => by(&self.sockets, |named| {
                named.wire.iter().filter_map(|wire| wire.strip_prefix(CMD)?.strip_prefix(' ')).collect()
            }),
        }
    }

    /// Returns the documents of a kind.
    pub fn documents(&self, kind: DocumentKind) -> &ByFile<NamedWire> {
        match kind {
            DocumentKind::Event => &self.events,
            DocumentKind::Reply => &self.replies,
        }
    }

    /// Returns the documents of all kinds.
    pub fn all_documents(&self) -> impl Iterator<Item = (&String, &IndexMap<String, NamedWire>)> {
        DocumentKind::ALL.into_iter().flat_map(|kind| self.documents(kind))
    }

    /// Returns the documents of a kind, by their distinguishing values on the wire.
    pub fn by_wire(&self, kind: DocumentKind) -> HashMap<&str, Vec<Settled<'_>>> {
        by_wire(self.documents(kind))
    }
}

fn by_wire(named: &ByFile<NamedWire>) -> HashMap<&str, Vec<Settled<'_>>> {
    by(named, |named| named.wire.iter().map(String::as_str).collect())
}

fn by<T>(named: &ByFile<T>, wires: impl Fn(&T) -> Vec<&str>) -> HashMap<&str, Vec<Settled<'_>>> {
    let mut by: HashMap<&str, Vec<Settled<'_>>> = HashMap::new();
    for (file, entries) in named {
        for (key, named) in entries {
            for wire in wires(named) {
                by.entry(wire).or_default().push(Settled { file, key });
            }
        }
    }
    by
}
