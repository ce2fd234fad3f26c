//! The first stage: YAML files into the raw spec, every node read on its own, so that one mistake hides no other.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path as FilePath;

use indexmap::IndexMap;
use serde::de::DeserializeOwned;
use serde_yaml::{Mapping, Value};

use crate::parallel;
use crate::spec::diagnostic::{At, Diagnostics, Reporter, did_you_mean};
use crate::spec::heads::{CodesHead, FileHead, RatesHead, known_keys, sections};
use crate::spec::imports;
use crate::spec::mistakes::Mistake;
use crate::spec::other_pages::{OtherPages, PAGES, Table};
use crate::spec::source::{Node, Path, Source};
use crate::spec::type_expr::NOT_A_TYPE;
use crate::spec::{
    CODES, Codes, Document, DocumentKind, Endpoint, Enum, EnumValue, ErrorCode, Field, File, GeneralRate,
    Limit, LimitKind, Limits, NAMES, PHRASES, Part, RATES, Rates, Section, Spec, Struct, Union, Variant,
    yaml,
};

/// Reads the texts of all spec files in a folder, in the order of their names.
pub fn sources(folder: &FilePath) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let named = |path: &FilePath, error: &io::Error| {
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    };
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| is_spec(name)) else {
            continue;
        };
        let text = fs::read_to_string(&path).map_err(|error| named(&path, &error))?;
        sources.push(source(name, &text));
    }
    sources.sort_by(|a, b| a.stem.cmp(&b.stem));
    Ok(sources)
}

/// Returns whether a file of this name in the spec's folder is part of the spec.
pub fn is_spec(name: &str) -> bool {
    matches!(FilePath::new(name).extension().and_then(|s| s.to_str()), Some("yaml" | "yml"))
}

/// A spec file of this name with this text.
pub fn source(name: &str, text: &str) -> Source {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    // Some editors begin a file with a byte order mark, which is not part of it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Source { path: format!("spec/{name}"), stem: stem.to_owned(), text: text.to_owned() }
}

/// Reads all sources into a spec. A file that isn't YAML is reported and skipped.
pub fn spec(sources: &[Source], diagnostics: &mut Diagnostics) -> Spec {
    let read = parallel::map(sources, |index, source| {
        let mut found = Diagnostics::default();
        let mut read = Spec::default();
        match source.stem.as_str() {
            CODES => read.codes = codes(index, source, &mut found),
            NAMES => read.names = typed(index, source, &mut found).map(|(_, names)| names),
            PAGES => read.pages = pages(index, source, &mut found),
            PHRASES => read.phrases = typed(index, source, &mut found).map(|(_, phrases)| phrases),
            RATES => read.rates = rates(index, source, &mut found),
            _ => read.files.extend(file(index, source, &mut found)),
        }
        (read, found)
    });
    let mut spec = Spec::default();
    for (read, found) in read {
        diagnostics.extend(found);
        spec.files.extend(read.files);
        spec.codes = read.codes.or(spec.codes);
        spec.names = read.names.or(spec.names);
        spec.pages = read.pages.or(spec.pages);
        spec.phrases = read.phrases.or(spec.phrases);
        spec.rates = read.rates.or(spec.rates);
    }
    imports::resolve(&mut spec, diagnostics);
    spec
}

fn codes(index: usize, source: &Source, diagnostics: &mut Diagnostics) -> Option<Codes> {
    let (root, value) = yaml::read(index, source, diagnostics)?;
    let mut reader = Reader { report: diagnostics.reporter(index, &root), failed: BTreeSet::new() };
    let top = Path::default();
    let head: CodesHead = reader.typed(&top, &value, &[])?;
    let codes = reader.codes(&top, &value);
    let CodesHead { title, summary, doc, deviations, .. } = head;
    Some(Codes { source: index, title, summary, doc, codes, deviations, root })
}

/// Reads a file that is one value; also returns the positions of everything in it.
fn typed<T: DeserializeOwned>(
    index: usize,
    source: &Source,
    diagnostics: &mut Diagnostics,
) -> Option<(Node, T)> {
    let (root, value) = yaml::read(index, source, diagnostics)?;
    let mut reader = Reader { report: diagnostics.reporter(index, &root), failed: BTreeSet::new() };
    let typed = reader.typed(&Path::default(), &value, &[]);
    typed.map(|typed| (root, typed))
}

fn pages(index: usize, source: &Source, diagnostics: &mut Diagnostics) -> Option<OtherPages> {
    let (root, Table { pages }) = typed(index, source, diagnostics)?;
    Some(OtherPages { source: index, root, pages })
}

fn rates(index: usize, source: &Source, diagnostics: &mut Diagnostics) -> Option<Rates> {
    let (root, value) = yaml::read(index, source, diagnostics)?;
    let mut reader = Reader { report: diagnostics.reporter(index, &root), failed: BTreeSet::new() };
    let top = Path::default();
    let head: RatesHead = reader.typed(&top, &value, &[])?;
    let rates = reader
        .entries(&top, &value, "rates", |reader, path, value| reader.typed::<GeneralRate>(path, value, &[]));
    let RatesHead { title, summary, doc, deviations, .. } = head;
    Some(Rates { source: index, title, summary, doc, rates, deviations, root })
}

fn file(index: usize, source: &Source, diagnostics: &mut Diagnostics) -> Option<File> {
    let (root, value) = yaml::read(index, source, diagnostics)?;
    let mistakes = diagnostics.len();
    let mut reader = Reader { report: diagnostics.reporter(index, &root), failed: BTreeSet::new() };
    let top = Path::default();
    let head: FileHead = reader.typed(&top, &value, sections::FILE)?;
    let file =
        File {
            source: index,
            stem: source.stem.clone(),
            title: head.title,
            summary: head.summary,
            imports: head.imports,
            origins: HashMap::new(),
            endpoints: reader.entries(&top, &value, Section::Endpoints.key(), Reader::endpoint),
            documents: Vec::from(DocumentKind::ALL.map(|kind| {
                (kind, reader.entries(&top, &value, Section::Documents(kind).key(), Reader::event))
            })),
            structs: reader.entries(&top, &value, Section::Structs.key(), Reader::structure).into(),
            enums: reader.entries(&top, &value, Section::Enums.key(), Reader::enumeration).into(),
            unions: reader.entries(&top, &value, Section::Unions.key(), Reader::union).into(),
            deviations: head.deviations,
            root: root.clone(),
            complete: true,
            failed: BTreeSet::new(),
        };
    let failed = reader.failed;
    let complete = diagnostics.len() == mistakes;
    Some(File { complete, failed, ..file })
}

struct Reader<'a> {
    report: Reporter<'a>,
    /// The entries that couldn't be read.
    failed: BTreeSet<String>,
}

impl Reader<'_> {
    /// Reads the entries of the mapping at a key, each on its own.
    fn entries<T>(
        &mut self,
        parent: &Path,
        value: &Value,
        key: &str,
        mut read: impl FnMut(&mut Self, &Path, &Value) -> Option<T>,
    ) -> IndexMap<String, T> {
        let path = parent.key(key);
        let mut entries = IndexMap::new();
        match value.get(key) {
            None => {}
            Some(Value::Mapping(mapping)) => {
                for (name, value) in mapping {
                    let name = scalar_text(name);
                    if self.report.node(&path.key(&name)).is_none() {
                        self.odd_key(&path, key, mapping);
                        continue;
                    }
                    match read(self, &path.key(&name), value) {
                        Some(entry) => {
                            entries.insert(name, entry);
                        }
                        None => {
                            self.failed.insert(name);
                        }
                    }
                }
            }
            Some(_) => {
                let message = format!("`{key}` is a mapping");
                self.report.error(Mistake::WrongKind, At::Value(&path), message).label("not a mapping");
            }
        }
        entries
    }

    /// Reports the keys that YAML reads as something else than they look like: `0x1`, `null`, `1.10`.
    fn odd_key(&mut self, path: &Path, section: &str, mapping: &Mapping) {
        let read: HashSet<String> = mapping.keys().map(scalar_text).collect();
        let odd: Vec<String> = self.report.keys(path).into_iter().filter(|key| !read.contains(key)).collect();
        let mistake = if section == "values" { Mistake::BadEnumValue } else { Mistake::WrongKind };
        let help = if section == sections::CODES { "write a decimal number" } else { "put quotes around it" };
        for key in odd {
            let message = format!("YAML doesn't read `{key}` as the text it looks like");
            self.report.error(mistake, At::Key(&path.key(&key)), message).label("not text").help(help);
        }
    }

    fn endpoint(&mut self, path: &Path, value: &Value) -> Option<Endpoint> {
        let head = self.typed(path, value, sections::ENDPOINT);
        let request = self.fields(path, value, Part::Request.key());
        let response = self.fields(path, value, Part::Response.key());
        let codes = self.codes(path, value);
        Some(Endpoint { head: head?, request, response, codes })
    }

    fn event(&mut self, path: &Path, value: &Value) -> Option<Document> {
        let head = self.typed(path, value, sections::EVENT);
        let fields = self.fields(path, value, Part::Received.key());
        Some(Document { head: head?, fields })
    }

    fn codes(&mut self, parent: &Path, value: &Value) -> IndexMap<String, ErrorCode> {
        self.entries(parent, value, sections::CODES, |reader, path, value| reader.typed(path, value, &[]))
    }

    fn structure(&mut self, path: &Path, value: &Value) -> Option<Struct> {
        let structure: Option<Struct> = self.typed(path, value, sections::STRUCT);
        let fields = self.fields(path, value, "fields");
        Some(Struct { fields, ..structure? })
    }

    fn fields(&mut self, path: &Path, value: &Value, key: &str) -> IndexMap<String, Field> {
        let read = self.entries(path, value, key, Self::field);
        let mut fields = IndexMap::new();
        for (name, mut field) in read {
            field.optional = name.ends_with('?');
            let wire = name.trim_end_matches('?').to_owned();
            if fields.insert(wire.clone(), field).is_some() {
                let at = path.key(key).key(&name);
                self.report
                    .error(
                        Mistake::DuplicateKey,
                        At::Key(&at),
                        format!("`{wire}` occurs twice, with and without `?`"),
                    )
                    .label("again here");
            }
        }
        fields
    }

    fn field(&mut self, path: &Path, value: &Value) -> Option<Field> {
        let field: Option<Field> = self.typed(path, value, LimitKind::KEYS);
        let limits = LimitKind::ALL.iter().filter_map(|kind| self.limit(path, value, *kind)).collect();
        Some(Field { limits, ..field? })
    }

    fn limit(&mut self, path: &Path, value: &Value, kind: LimitKind) -> Option<Limit> {
        let value = value.get(kind.key()).filter(|value| !value.is_null())?;
        let alone = Mapping::from_iter([(Value::from(kind.key()), value.clone())]);
        let Limits(limits) = self.typed(path, &Value::Mapping(alone), &[])?;
        limits.into_iter().next()
    }

    fn enumeration(&mut self, path: &Path, value: &Value) -> Option<Enum> {
        let enumeration: Option<Enum> = self.typed(path, value, sections::ENUM);
        let values = self.entries(path, value, "values", |reader, path, value| match value {
            Value::String(name) => Some(EnumValue { name: name.clone(), doc: None }),
            _ => reader.typed(path, value, &[]),
        });
        Some(Enum { values, ..enumeration? })
    }

    fn union(&mut self, path: &Path, value: &Value) -> Option<Union> {
        let union: Option<Union> = self.typed(path, value, sections::UNION);
        let variants = self.entries(path, value, "variants", |reader, path, value| match value {
            Value::String(_) => {
                Some(Variant { ty: Some(reader.typed(path, value, &[])?), ..Variant::default() })
            }
            _ => reader.typed(path, value, &[]),
        });
        Some(Union { variants, ..union? })
    }

    /// Reads one node into a type; `elsewhere` lists the keys that other code reads.
    fn typed<T: DeserializeOwned>(&mut self, path: &Path, value: &Value, elsewhere: &[&str]) -> Option<T> {
        let mut unknown = Vec::new();
        let mut track = serde_path_to_error::Track::new();
        let mut on_unknown = |path: serde_ignored::Path<'_>| unknown.push(ignored_path(&path));
        let result = T::deserialize(serde_ignored::Deserializer::new(
            serde_path_to_error::Deserializer::new(value, &mut track),
            &mut on_unknown,
        ));
        for keys in unknown {
            if let [key] = keys.as_slice()
                && elsewhere.contains(&key.as_str())
            {
                continue;
            }
            let at = keys.iter().fold(path.clone(), |path, key| match key.parse() {
                Ok(index) => path.index(index),
                Err(_) => path.key(key),
            });
            let known = known_keys::<T>().iter().chain(elsewhere).copied();
            let key = keys.last().map_or("", String::as_str);
            let help = match keys.len() {
                1 => did_you_mean(key, known.clone())
                    .unwrap_or_else(|| format!("known here: {}", known.collect::<Vec<_>>().join(", "))),
                _ => "spec/README.md lists the keys".to_owned(),
            };
            self.report
                .error(Mistake::UnknownKey, At::Key(&at), format!("unknown key `{key}`"))
                .label("not a known key")
                .help(help);
        }
        match result {
            Ok(read) => Some(read),
            Err(error) => {
                let at = track.path().iter().fold(path.clone(), |path, segment| match segment {
                    serde_path_to_error::Segment::Seq { index } => path.index(*index),
                    serde_path_to_error::Segment::Map { key } => path.key(key),
                    _ => path,
                });
                self.mistake(&at, &error.to_string());
                None
            }
        }
    }

    /// Reports serde's error about a node.
    fn mistake(&mut self, at: &Path, message: &str) {
        if let Some(key) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            let help = match key {
                "doc" => Some("every item says what it is or which page it comes from".to_owned()),
                _ => None,
            };
            self.report
                .error(Mistake::MissingKey, At::Key(at), format!("`{key}` is missing"))
                .label(format!("needs `{key}`"))
                .help_if(help);
        } else if let Some(message) = message.strip_prefix(NOT_A_TYPE) {
            let help = "types: string bool flag int uint f64 timestamp secret any, \
                        list<T> map<T> json<T> pipe<T> csv<T> or_text<T>, and the names of this file";
            self.report.error(Mistake::BadType, At::Value(at), "invalid type").label(message).help(help);
        } else if message.contains("expected field identifier") {
            let help = "a key that is a number has no place here";
            self.report
                .error(Mistake::UnknownKey, At::Value(at), "a key here is not text")
                .label(message)
                .help(help);
        } else if message.starts_with("unknown variant") {
            self.report.error(Mistake::UnknownValue, At::Value(at), "unknown value").label(message);
        } else {
            self.report
                .error(Mistake::WrongKind, At::Value(at), "this value is of the wrong kind")
                .label(message);
        }
    }
}

fn ignored_path(path: &serde_ignored::Path<'_>) -> Vec<String> {
    match path {
        serde_ignored::Path::Root => Vec::new(),
        serde_ignored::Path::Seq { parent, index } => {
            let mut keys = ignored_path(parent);
            keys.push(index.to_string());
            keys
        }
        serde_ignored::Path::Map { parent, key } => {
            let mut keys = ignored_path(parent);
            keys.push(key.clone());
            keys
        }
        serde_ignored::Path::Some { parent }
        | serde_ignored::Path::NewtypeStruct { parent }
        | serde_ignored::Path::NewtypeVariant { parent } => ignored_path(parent),
    }
}

/// A scalar key as written in the file.
fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}
