//! Checks of endpoints' names among each other, and against the table of names.

use std::collections::HashMap;

use crate::spec::called::{NAMES, Names, Settled};
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Source;
use crate::spec::{Section, Spec, names};

/// A name is that of one endpoint in its family, unless definitions of the same path contradict each other.
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

/// An endpoint stands where the table says, and is called what the table says.
pub(super) fn as_settled(table: &Names, spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    let by_path = table.by_path();
    for file in &spec.files {
        let stem = sources[file.source].stem.as_str();
        for (name, endpoint) in &file.endpoints {
            let call = endpoint.head.call.as_str();
            let (_, path) = endpoint.head.method_and_path();
            let at = Section::Endpoints.entry(name);
            let mut report = diagnostics.reporter(file.source, &file.root);
            match by_path.get(path).map(Vec::as_slice) {
                None => {
                    report
                        .error(
                            Mistake::UnlistedEndpoint,
                            At::Key(&at),
                            format!("spec/{NAMES}.yaml has no name for `{path}`"),
                        )
                        .label("not settled")
                        .help(format!(
                            "add `{name}: {{ call: {call}, title: {} }}` to it, below `endpoints` and `{stem}`",
                            endpoint.head.title
                        ));
                }
                Some(settled) if settled.contains(&Settled { file: stem, key: name }) => {}
                Some(settled) => {
                    let places: Vec<String> = settled
                        .iter()
                        .map(|Settled { file, key }| format!("`{key}` in spec/{file}.yaml"))
                        .collect();
                    report
                        .error(
                            Mistake::OtherName,
                            At::Key(&at),
                            format!("spec/{NAMES}.yaml settles another name for `{path}`"),
                        )
                        .label(format!("it is {}", places.join(", or ")))
                        .help("where another name is better, change the table as well");
                }
            }
        }
    }
}
