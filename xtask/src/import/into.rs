//! Puts a draft into a spec file that is there already, whose text stays as it is.

use std::collections::HashSet;
use std::path::Path as FilePath;

use indexmap::IndexMap;

use super::model::Definition;
use super::page::Taken;
use super::yaml::Sections;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::load;
use crate::spec::names;
use crate::spec::source::{Kind, Node, Path, position};
use crate::spec::{DocumentKind, Names, Section};

/// A spec file that is to be added to.
#[derive(Debug)]
pub(super) struct Existing {
    text: String,
    root: Node,
}

impl Existing {
    /// Reads a spec file.
    pub(super) fn read(text: String) -> Result<Self, String> {
        let root = Node::parse(&text).map_err(|error| {
            let (line, _) = position(&text, error.offset);
            format!("line {line}: not valid YAML: {}", error.message)
        })?;
        Ok(Self { text, root })
    }

    /// Its text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the names that are taken, and those that are settled for the file of this name.
    pub(super) fn taken(&self, file: &FilePath, names: &Names) -> Taken {
        let endpoints = self.keys(Section::Endpoints.key());
        let requests = endpoints.iter().flat_map(|name| {
            let pascal = names::pascal(name);
            [format!("{pascal}Response"), pascal]
        });
        let documents = DocumentKind::ALL.into_iter().flat_map(|kind| self.keys(kind.facts().key));
        let documents = documents.map(|name| names::pascal(&name));
        let types = [Section::Structs, Section::Enums, Section::Unions];
        let types = types.into_iter().flat_map(|section| self.keys(section.key()));
        let types = requests.chain(documents).chain(types).collect();
        let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        Taken { endpoints, types, definitions: self.definitions(), settled: names.of_file(stem) }
    }

    /// Returns the file's types, as far as it can be read: its mistakes are for `codegen` to report.
    fn definitions(&self) -> IndexMap<String, Definition> {
        let source = load::source("existing.yaml", &self.text);
        let spec = load::spec(&[source], &mut Diagnostics::default());
        spec.files.iter().flat_map(Definition::of_file).collect()
    }

    fn scalar(&self, path: &Path) -> Option<&str> {
        match &self.root.get(path)?.kind {
            Kind::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    fn keys(&self, section: &str) -> Vec<String> {
        self.root.get(&Path::of([section])).map(Node::keys).unwrap_or_default()
    }

    /// The endpoints that the file has, each by a document and its path, and its documents.
    pub(super) fn calls(&self) -> HashSet<(u32, String)> {
        let endpoints = self.keys(Section::Endpoints.key());
        let calls = endpoints.iter().filter_map(|name| {
            let endpoint = Section::Endpoints.entry(name);
            let (_, path) = self.scalar(&endpoint.key("call"))?.split_once(' ')?;
            Some(self.documents(&endpoint.key("doc")).into_iter().map(|id| (id, path.to_owned())))
        });
        calls.flatten().chain(self.wires()).collect()
    }

    /// The same for its documents: each by one of its pages, and its distinguishing values.
    fn wires(&self) -> impl Iterator<Item = (u32, String)> {
        let sections = DocumentKind::ALL.map(Section::Documents).into_iter();
        let entries = sections
            .flat_map(|section| self.keys(section.key()).into_iter().map(move |name| section.entry(&name)));
        entries.flat_map(|entry| {
            let ids = self.documents(&entry.key("doc"));
            let wire = entry.key("wire");
            let wires = (0..).map_while(|index| self.scalar(&wire.index(index)));
            wires.flat_map(|wire| ids.iter().map(|id| (*id, wire.to_owned()))).collect::<Vec<_>>()
        })
    }

    /// The ids of the documents that are named at a path.
    fn documents(&self, doc: &Path) -> Vec<u32> {
        let also = doc.key("also");
        let others = (0..).map(|index| also.index(index)).take_while(|path| self.root.get(path).is_some());
        let others = others.filter_map(|path| self.scalar(&path.key("id")));
        self.scalar(&doc.key("id")).into_iter().chain(others).filter_map(|id| id.parse().ok()).collect()
    }

    /// The text with a draft in it.
    pub(super) fn with(&self, sections: &Sections) -> Result<String, String> {
        let mut text = self.text.clone();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let mut additions: Vec<(usize, String)> = Vec::new();
        for (index, name) in Section::KEYS.into_iter().enumerate() {
            let section = sections.get(name);
            if section.is_empty() {
                continue;
            }
            let mut following = Section::KEYS[index + 1..].iter().chain(&["deviations"]);
            let addition = match self.root.get(&Path::of([name])) {
                Some(node) => (self.end_of(name, node)?.min(text.len()), section.to_owned()),
                None => match following.find_map(|next| self.start_of(next)) {
                    Some(at) => (at, format!("{name}:\n{section}\n")),
                    None => (text.len(), format!("\n{name}:\n{section}")),
                },
            };
            additions.push(addition);
        }
        // From the end, so that places before it stay where they are, in whatever order the file has its sections.
        additions.sort_by_key(|(at, _)| *at);
        for (at, addition) in additions.iter().rev() {
            text.insert_str(*at, addition);
        }
        Ok(text)
    }

    /// Returns the start of the line with a section's key.
    fn start_of(&self, name: &str) -> Option<usize> {
        self.root.get(&Path::of([name]))?;
        let at = self.root.find_key(&Path::of([name])).span.start;
        Some(self.text[..at].rfind('\n').map_or(0, |newline| newline + 1))
    }

    /// The end of a section's last line.
    fn end_of(&self, name: &str, node: &Node) -> Result<usize, String> {
        let Kind::Mapping(entries) = &node.kind else {
            return Err(format!("`{name}` is not a mapping: add entries, or remove it"));
        };
        if self.text[node.span.start..].starts_with('{') || entries.as_slice().is_empty() {
            return Err(format!("`{name}` is in flow style: write its entries in block style, one per line"));
        }
        let start = self.start_of(name).unwrap_or_default();
        let mut end = start;
        let mut at = start;
        for (index, line) in self.text[start..].split_inclusive('\n').enumerate() {
            let inside = index == 0
                || line.starts_with([' ', '\t'])
                || line.trim().is_empty()
                || line.starts_with('#');
            if !inside {
                break;
            }
            at += line.len();
            if index == 0 || line.starts_with([' ', '\t']) && !line.trim().is_empty() {
                end = at;
            }
        }
        Ok(end)
    }
}
