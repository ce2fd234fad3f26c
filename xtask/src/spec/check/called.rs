//! Checks that compare endpoints' names with each other and with the table of names.

use std::collections::HashMap;

use crate::spec::called::{NAMES, Names, Settled};
use crate::spec::diagnostic::{At, Diagnostics, Reporter};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Source;
use crate::spec::{DocumentKind, NamedDocument, Section, Spec, Transport, names};

/// Checks that a name belongs to one endpoint of its family, unless definitions of the same path contradict each other.
pub(super) fn unique(spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<(&str, String), Vec<(usize, &str)>> = HashMap::new();
    for file in &spec.files {
        let stem = sources[file.source].stem.as_str();
        let family = stem.split('.').next().unwrap_or(stem);
        for (name, endpoint) in &file.endpoints {
            let (_, path) = endpoint.head.method_and_path();
            let others = seen.entry((family, names::pascal(name))).or_default();
            let other = others.iter().find(|(other, of)| *other != file.source && *of != path);
            if let Some((other, of)) = other {
                diagnostics
                    .reporter(file.source, &file.root)
                    .error(
                        Mistake::NameCollision,
                        At::Key(&Section::Endpoints.entry(name)),
                        format!("`{name}` is the name of two endpoints of `{family}`"),
                    )
                    .label("again here")
                    .help(format!(
                        "the other is `{of}` in {}; add a part of the path to one",
                        sources[*other].path
                    ));
            }
            others.push((file.source, path));
        }
    }
}

/// Checks that every operation has the file and the name that the table says.
pub(super) fn as_settled(table: &Names, spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    let by_target = Transport::ALL.map(|transport| (transport.facts().key, table.by_target(transport)));
    let by_wire = DocumentKind::ALL.map(|kind| (kind, table.by_wire(kind)));
    for file in &spec.files {
        let stem = sources[file.source].stem.as_str();
        let mut report = diagnostics.reporter(file.source, &file.root);
        for (name, endpoint) in &file.endpoints {
            let (_, path) = endpoint.head.method_and_path();
            let (head, at) = (&endpoint.head, Settled { file: stem, key: name });
            let row = match head.transport() {
                Transport::Http => format!("call: {}, title: {}", head.call, head.title),
                Transport::Zone => format!("wire: [{path}], title: {}", head.title),
                Transport::Socket => format!("wire: [{}], title: {}", head.call, head.title),
            };
            let below = head.transport().facts().key;
            let settled =
                by_target.iter().find(|(key, _)| *key == below).and_then(|(_, settled)| settled.get(path));
            Found { section: Section::Endpoints, below, at, wire: path }.check(settled, &row, &mut report);
        }
        for document in file.documents() {
            let NamedDocument { kind, name, definition } = document;
            let (wires, title) = (&definition.head.wire, &definition.head.title);
            let at = Settled { file: stem, key: name };
            let by_wire = by_wire.iter().find(|(of, _)| *of == kind).map(|(_, by_wire)| by_wire);
            for wire in wires {
                let found = Found { section: document.section(), below: document.section().key(), at, wire };
                let row = format!("wire: [{}], title: {title}", wires.join(", "));
                found.check(by_wire.and_then(|by_wire| by_wire.get(wire.as_str())), &row, &mut report);
            }
            let settled = table.documents(kind).get(stem).and_then(|named| named.get(name));
            let settled = settled.into_iter().flat_map(|settled| &settled.wire);
            for wire in settled.filter(|wire| !wires.contains(wire)) {
                let message = format!("spec/{NAMES}.yaml has `{wire}` for this one, too");
                report
                    .error(Mistake::BadWire, At::Value(&document.path().key("wire")), message)
                    .label("lacks it");
            }
        }
    }
}

/// A thing in the spec that has a settled name.
struct Found<'a> {
    section: Section,
    /// The part of the table that it belongs to.
    below: &'static str,
    at: Settled<'a>,
    /// Its distinguishing value on the wire.
    wire: &'a str,
}

impl Found<'_> {
    fn check(&self, settled: Option<&Vec<Settled<'_>>>, row: &str, report: &mut Reporter<'_>) {
        let Self { section, below, at, wire } = self;
        let path = section.entry(at.key);
        match settled {
            None => {
                let message = format!("spec/{NAMES}.yaml has no name for `{wire}`");
                report
                    .error(Mistake::UnlistedEndpoint, At::Key(&path), message)
                    .label("not settled")
                    .help(format!("add `{}: {{ {row} }}` to it, below `{below}` and `{}`", at.key, at.file));
            }
            Some(settled) if settled.contains(at) => {}
            Some(settled) => {
                let places: Vec<String> = settled
                    .iter()
                    .map(|Settled { file, key }| format!("`{key}` in spec/{file}.yaml"))
                    .collect();
                report
                    .error(
                        Mistake::OtherName,
                        At::Key(&path),
                        format!("spec/{NAMES}.yaml settles another name for `{wire}`"),
                    )
                    .label(format!("it is {}", places.join(", or ")))
                    .help("where another name is better, change the table as well");
            }
        }
    }
}
