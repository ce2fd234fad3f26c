//! The second stage: every mistake that can be seen in the raw spec. After it, lowering cannot fail.

mod codes;
mod deviations;
mod encoding;
mod endpoints;
mod examples;
mod limits;
mod pagination;
mod rules;
mod types;

use std::collections::{BTreeMap, HashSet};

use crate::parallel;
use crate::spec::diagnostic::{At, Diagnostics, Reporter};
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::{Path, Source};
use crate::spec::type_expr::TypeExpr;
use crate::spec::{Field, File, Section, Spec};

/// Checks a whole spec.
pub fn spec(spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    endpoints::unique(spec, diagnostics);
    modules(spec, sources, diagnostics);
    if let Some(codes) = &spec.codes {
        codes::check(codes, sources, diagnostics);
    }
    let found = parallel::map(&spec.files, |_, file| {
        let mut found = Diagnostics::default();
        let report = found.reporter(file.source, &file.root);
        let text = sources[file.source].text.as_str();
        Checker { file, text, report, used: HashSet::new(), shown: HashSet::new() }.run();
        found
    });
    for found in found {
        diagnostics.extend(found);
    }
}

struct Checker<'a> {
    file: &'a File,
    text: &'a str,
    report: Reporter<'a>,
    /// The named types that something refers to.
    used: HashSet<&'a str>,
    /// The fields that an example shows, by where they are in memory: structs share no fields.
    shown: HashSet<*const Field>,
}

impl Checker<'_> {
    fn run(&mut self) {
        let before = self.report.count();
        let top = Path::default();
        self.report.described(&top.key("title"), &self.file.title);
        self.report.described(&top.key("summary"), &self.file.summary);
        self.type_names();
        for operation in self.file.operations() {
            let path = operation.section.entry(operation.name);
            for (part, fields) in operation.parts {
                self.fields(&path.key(part.key()), fields, part.is_sent());
            }
        }
        for (name, endpoint) in &self.file.endpoints {
            self.endpoint(&Section::Endpoints.entry(name), endpoint);
        }
        for (name, structure) in &self.file.structs {
            let path = Section::Structs.entry(name);
            self.report.described(&path.key("doc"), &structure.doc);
            self.fields(&path.key("fields"), &structure.fields, false);
            self.rules(&path.key("rules"), &structure.fields, &structure.rules);
        }
        for (name, enumeration) in &self.file.enums {
            self.enumeration(&Section::Enums.entry(name), enumeration);
        }
        for (name, union) in &self.file.unions {
            self.union(&Section::Unions.entry(name), union);
        }
        self.recursion();
        if !self.file.complete {
            // What couldn't be read may be what makes the rest look wrong.
            return;
        }
        self.unused_types();
        let types = self.file.type_names().map(|(_, name)| name.as_str());
        let places = types.chain(self.file.operations().map(|operation| operation.name));
        deviations::check(&mut self.report, &self.file.deviations, places);
        if self.report.count() > before {
            // Examples follow from the types: what is wrong there would be told again.
            return;
        }
        for (name, endpoint) in &self.file.endpoints {
            self.examples(&Section::Endpoints.entry(name), endpoint);
        }
        if self.report.count() == before {
            self.unshown_quirks();
        }
    }

    /// A type whose name, if it has one, is a type of this file.
    fn type_expr(&mut self, path: &Path, ty: &TypeExpr) -> bool {
        let Some(name) = ty.name() else { return true };
        let file = self.file;
        let known = || file.type_names().map(|(_, name)| name.as_str());
        if let Some(found) = known().find(|known| *known == name) {
            self.used.insert(found);
            return true;
        }
        if file.failed.iter().any(|failed| failed == name) {
            return true;
        }
        let all = known().chain(crate::spec::type_expr::Scalar::KEYWORDS.iter().copied());
        let help = crate::spec::diagnostic::did_you_mean(name, all);
        self.report
            .error(Mistake::UnknownType, At::Value(path), format!("no type named `{name}`"))
            .label("not a type of this file, nor a built-in one")
            .help_if(help);
        false
    }
}

/// What is checked alike in all kinds of files.
impl Reporter<'_> {
    /// A file that is the only one of its name, whether that ends in `.yaml` or in `.yml`.
    fn alone(&mut self, sources: &[Source], source: usize) {
        let stem = &sources[source].stem;
        if let Some(same) = sources[..source].iter().find(|other| other.stem == *stem) {
            let message = format!("`{}` is this module already", same.path);
            let label = format!("a second file for the module `{stem}`");
            self.error(Mistake::BadFileName, At::Key(&Path::of(["title"])), message).label(label);
        }
    }

    /// A description that says something.
    fn described(&mut self, path: &Path, text: &str) {
        let text = text.trim();
        if text.is_empty() || text.starts_with("TODO") {
            let help = "say what the name doesn't: meaning, unit, when it is absent, what it refers to";
            self.error(Mistake::MissingDescription, At::Key(path), "the description is missing")
                .label("says nothing")
                .help(help);
        }
    }

    /// A name that becomes a Rust identifier.
    fn identifier(&mut self, path: &Path, name: &str, help: &str) {
        if !names::is_identifier(name) {
            let message = format!("`{name}` can't be a Rust name");
            self.error(Mistake::BadIdentifier, At::Key(path), message)
                .label("letters, digits and `_`, not starting with a digit")
                .help(help);
        }
    }

    /// A name that says something.
    fn named(&mut self, path: &Path, name: &str) {
        if names::is_placeholder(name) {
            self.error(
                Mistake::PlaceholderName,
                At::Key(path),
                format!("`{name}` only holds the place of a name"),
            )
            .label("has no name yet")
            .help("say in a word what the value means");
        }
    }

    /// Names that would be the same in Rust.
    fn collisions<'n>(&mut self, paths: impl IntoIterator<Item = (Path, String, &'n str)>, help: &str) {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (path, rust, wire) in paths {
            if let Some(first) = seen.get(&rust) {
                let message = format!("`{wire}` and `{first}` are both `{rust}` in Rust");
                self.error(Mistake::NameCollision, At::Key(&path), message).label("collides").help(help);
            } else {
                seen.insert(rust, wire);
            }
        }
    }
}

/// Every file is a module: `family.yaml` or `family.chapter.yaml`, and no family is both.
fn modules(spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    for file in &spec.files {
        let stem = &sources[file.source].stem;
        let parts: Vec<&str> = stem.split('.').collect();
        let mut report = diagnostics.reporter(file.source, &file.root);
        let at = Path::of(["title"]);
        let lower = |part: &&str| names::is_snake(part) && !names::NO_MODULES.contains(part);
        if parts.len() > 2 || !parts.iter().all(lower) || names::NO_FAMILIES.contains(&parts[0]) {
            report.error(Mistake::BadFileName, At::Key(&at), format!("`{stem}.yaml` can't be a module's name")).label("in this file").help("name it `family.yaml` or `family.chapter.yaml`, in snake_case; a few names are taken, such as `full` and `mod`");
        }
        report.alone(sources, file.source);
        let twin = sources.iter().find(|other| parts.len() == 2 && other.stem == parts[0]);
        if let Some(twin) = twin {
            report
                .error(
                    Mistake::BadFileName,
                    At::Key(&at),
                    format!("`{}` is a file and a folder of chapters at once", parts[0]),
                )
                .label("a chapter of it")
                .help(format!("rename {} to `{}.<chapter>.yaml`", twin.path, parts[0]));
        }
    }
}
