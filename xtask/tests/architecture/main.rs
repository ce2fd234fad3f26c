//! Checks xtask against its plan: which module may use which, no circles, and files and functions of limited size.

mod graph;
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use graph::Graph;
use source::{Names, Source};

/// The modules, from the first that runs to the last that is used: each may use those on later lines only.
const LAYERS: [&[&str]; 6] = [
    &["commands"],
    &["mutate"],
    &["bench", "coverage", "diff", "drift", "emit", "import", "openapi"],
    &["api", "pages"],
    &["spec"],
    &["parallel"],
];

/// The program dispatches to commands, and does nothing else.
const MAIN: (&str, &str) = ("main", "commands");

const MOST_LINES: usize = 450;
const MOST_PARAMETERS: usize = 5;

#[test]
fn every_module_uses_only_those_below_it_and_nothing_is_too_large() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = ["src", "tests", "benches"].map(|folder| sources(root, folder));
    let mut problems: Vec<String> = sources.iter().flatten().filter_map(long).collect();
    let [src, ..] = sources;
    for source in &src {
        problems.extend(waivers(source).into_iter().chain(parameters(source)).chain(uses(source)));
    }
    problems.extend(circles(&Graph::new(src)));
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// The files of a folder and of those within, in the order of their names.
fn sources(root: &Path, folder: &str) -> Vec<Source> {
    let mut entries: Vec<_> = fs::read_dir(root.join(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.expect("the folder can be read"))
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    let files = entries.into_iter().flat_map(|entry| {
        let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            sources(root, &name)
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            vec![Source::new(&name, &fs::read_to_string(entry.path()).expect("a source is text"))]
        } else {
            Vec::new()
        }
    });
    files.collect()
}

fn long(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    let text = format!("{}: {lines} lines; at most {MOST_LINES} fit in a head", source.file);
    (lines > MOST_LINES).then_some(text)
}

fn waivers(source: &Source) -> Vec<String> {
    let waived =
        |line: &&str| ["too_many_lines", "too_many_arguments"].iter().any(|lint| line.contains(lint));
    let found = source.text.lines().enumerate().filter(|(_, line)| waived(line));
    let violation = |(number, line): (usize, &str)| {
        format!("{}:{}: {}: no size is waived", source.file, number + 1, line.trim())
    };
    found.map(violation).collect()
}

fn parameters(source: &Source) -> Vec<String> {
    let file = syn::parse_file(&source.text).unwrap_or_else(|error| panic!("{}: {error}", source.file));
    let mut found = Vec::new();
    signatures(&file.items, &mut |signature| {
        let count = signature.inputs.len();
        if count > MOST_PARAMETERS {
            let name = format!("fn {}", signature.ident);
            let line = source
                .text
                .lines()
                .position(|line| line.contains(&format!("{name}(")) || line.contains(&format!("{name}<")))
                .unwrap_or_default()
                + 1;
            found.push(format!(
                "{}:{line}: {name}: {count} parameters, at most {MOST_PARAMETERS}",
                source.file
            ));
        }
    });
    found
}

fn signatures(items: &[syn::Item], see: &mut impl FnMut(&syn::Signature)) {
    for item in items {
        match item {
            syn::Item::Fn(function) => see(&function.sig),
            syn::Item::Impl(block) => block.items.iter().for_each(|item| {
                if let syn::ImplItem::Fn(method) = item {
                    see(&method.sig);
                }
            }),
            syn::Item::Trait(declared) => declared.items.iter().for_each(|item| {
                if let syn::TraitItem::Fn(method) = item {
                    see(&method.sig);
                }
            }),
            syn::Item::Mod(module) => {
                signatures(module.content.as_ref().map_or(&[], |(_, items)| items), see);
            }
            _ => {}
        }
    }
}

/// Goes by the text of a path, not by re-exports: the file with the re-export has a line of its own.
fn uses(source: &Source) -> Vec<String> {
    let exports = source.reexports.values().chain(&source.globs);
    let paths =
        source.paths.iter().chain(exports).filter_map(|path| Some((part(source), path.first()?, path)));
    let against = paths.filter(|(from, to, _)| !may_use(from, to));
    let violation = |(from, to, path): (&str, &String, &Names)| {
        let (line, text) = source.line(path);
        format!("{}:{line}: {text}: {}", source.file, why(from, to))
    };
    against.map(violation).collect()
}

/// Returns the part of xtask that a file belongs to.
fn part(source: &Source) -> &str {
    source.module.first().map_or("lib", String::as_str)
}

fn layer(part: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&part))
}

fn may_use(from: &str, to: &str) -> bool {
    from == to || (from, to) == MAIN || layer(from).is_some_and(|above| layer(to) > Some(above))
}

fn why(from: &str, to: &str) -> String {
    match [from, to].into_iter().find(|part| layer(part).is_none() && *part != MAIN.0) {
        Some(unknown) => format!("`{unknown}` has no place in `LAYERS`"),
        None => format!("`{from}` may not use `{to}`, see `LAYERS`"),
    }
}

fn circles(graph: &Graph) -> Vec<String> {
    let violation = |circle: BTreeSet<usize>| {
        let mut text = "these files use one another:".to_owned();
        for file in &circle {
            let source = &graph.sources[*file];
            for (used, path) in graph.uses[*file].iter().filter(|(used, _)| circle.contains(used)) {
                let (line, code) = source.line(path);
                let used = &graph.sources[*used].file;
                text += &format!("\n    {}:{line}: {code} (uses {used})", source.file);
            }
        }
        text
    };
    graph.circles().into_iter().map(violation).collect()
}
