//! `names.yaml`, the table of what everything of the API is called, transcribed or not: no chapter, and nothing is generated of it.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use serde::Deserialize;

use crate::spec::section::DocumentKind;
use crate::spec::source::Source;
use crate::spec::transport::Transport;

/// What the file is called, without `.yaml`.
pub const NAMES: &str = "names";

/// Entries by file, without `.yaml`, and by name.
pub type ByFile<T> = IndexMap<String, IndexMap<String, T>>;

/// The settled names.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// What is called over HTTPS.
    #[serde(default)]
    pub endpoints: ByFile<NamedCall>,
    /// What is called inside the zone of conversation records.
    #[serde(default)]
    pub zone: ByFile<NamedWire>,
    /// The commands of sockets.
    #[serde(default)]
    pub sockets: ByFile<NamedWire>,
    /// What arrives.
    #[serde(default)]
    pub events: ByFile<NamedWire>,
    /// What answers a message that arrived.
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
    fn path(&self) -> &str {
        self.call.split_once(' ').map_or(self.call.as_str(), |(_, path)| path)
    }
}

/// What else has a name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedWire {
    /// What tells it from others on the wire; several, where one type serves them all.
    pub wire: Vec<String>,
    /// Its Chinese title.
    pub title: String,
}

/// Where an endpoint or an event belongs, and what it is called there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled<'n> {
    /// The file, without `.yaml`.
    pub file: &'n str,
    /// The endpoint's key in it.
    pub key: &'n str,
}

impl Names {
    /// Those of a spec; without a file of them, or where it can't be read, none: its mistakes are for `codegen` to report.
    pub fn of(sources: &[Source]) -> Self {
        let file = sources.iter().find(|source| source.stem == NAMES);
        file.and_then(|file| serde_yaml::from_str(&file.text).ok()).unwrap_or_default()
    }

    /// The names by their paths of the endpoints that belong to a file, and of its documents by what tells them apart.
    pub fn of_file(&self, file: &str) -> HashMap<String, String> {
        let endpoints = self.endpoints.get(file).into_iter().flatten();
        let endpoints = endpoints.map(|(key, named)| (named.path().to_owned(), key.clone()));
        let documents =
            self.all_documents().filter(|(of, _)| *of == file).flat_map(|(_, documents)| documents);
        let documents =
            documents.flat_map(|(key, named)| named.wire.iter().map(move |wire| (wire.clone(), key.clone())));
        endpoints.chain(documents).collect()
    }

    /// The file that all of some paths belong to, or all of some documents by what tells them apart, if there is one.
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

    /// The calls of a transport by their paths or names. A path has several where its definitions contradict each other.
    pub fn by_target(&self, transport: Transport) -> HashMap<&str, Vec<Settled<'_>>> {
        match transport {
            Transport::Http => by(&self.endpoints, |named| vec![named.path()]),
            Transport::Zone => by_wire(&self.zone),
        }
    }

    /// The documents of a kind.
    pub fn documents(&self, kind: DocumentKind) -> &ByFile<NamedWire> {
        match kind {
            DocumentKind::Event => &self.events,
            DocumentKind::Reply => &self.replies,
        }
    }

    /// The documents of all kinds.
    pub fn all_documents(&self) -> impl Iterator<Item = (&String, &IndexMap<String, NamedWire>)> {
        DocumentKind::ALL.into_iter().flat_map(|kind| self.documents(kind))
    }

    /// The documents of a kind, by what tells them apart on the wire.
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
