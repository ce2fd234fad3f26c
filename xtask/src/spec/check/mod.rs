//! The second stage finds every mistake that is visible in the raw spec. After it, lowering cannot fail.

mod bodies;
mod called;
mod checker;
mod codes;
mod common;
mod deviations;
mod encoding;
mod endpoints;
mod events;
mod examples;
mod imports;
mod jobs;
mod keeps;
mod lenience;
mod limits;
mod links;
mod pagination;
mod place;
mod prose;
mod rates;
mod rules;
mod terms;
mod things;
mod types;

pub use self::bodies::body;
use self::checker::Checker;
pub use self::prose::headless;
pub use self::terms::Refused;
use crate::parallel;
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::{Path, Source};
use crate::spec::{DocumentKind, Part, Section, Spec};

/// Checks a whole spec.
pub fn spec(spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    endpoints::unique(spec, diagnostics);
    events::unique(spec, diagnostics);
    events::answered(spec, diagnostics);
    called::unique(spec, sources, diagnostics);
    if let Some(names) = &spec.names {
        called::as_settled(names, spec, sources, diagnostics);
    }
    imports::check(spec, diagnostics);
    things::check(spec, diagnostics);
    modules(spec, sources, diagnostics);
    codes::check(spec, sources, diagnostics);
    if let Some(rates) = &spec.rates {
        rates::check(rates, spec, sources, diagnostics);
    }
    let found = parallel::map(&spec.files, |_, file| {
        let mut found = Diagnostics::default();
        let report = found.reporter(file.source, &file.root);
        let text = sources[file.source].text.as_str();
        Checker::new(file, text, report).run();
        found
    });
    for found in found {
        diagnostics.extend(found);
    }
    links::check(spec, sources, diagnostics);
    if let Some(phrases) = &spec.phrases {
        let refused = Refused::of(phrases);
        let codes = spec.codes.iter().map(|codes| (codes.source, &codes.root));
        let rates = spec.rates.iter().map(|rates| (rates.source, &rates.root));
        for (file, root) in spec.files.iter().map(|file| (file.source, &file.root)).chain(codes).chain(rates)
        {
            refused.descriptions(file, root, diagnostics);
            prose::check(&phrases.headless, file, root, diagnostics);
        }
        spec.files.iter().for_each(|file| refused.names(file, diagnostics));
    }
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
                self.fields(&path.key(part.key()), fields, part == Part::Request);
            }
        }
        for (name, endpoint) in &self.file.endpoints {
            self.endpoint(name, endpoint);
        }
        for document in self.file.documents() {
            self.document(document);
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
            // Parts that couldn't be read may make the rest look wrong.
            return;
        }
        self.unused_types();
        self.shared_rates();
        let types = self.file.type_names().map(|(_, name)| name.as_str());
        let places = types.chain(self.file.operations().map(|operation| operation.name));
        deviations::check(&mut self.report, &self.file.deviations, places);
        if self.report.count() > before {
            // Examples follow the types, so mistakes in types would be reported twice.
            return;
        }
        for (name, endpoint) in &self.file.endpoints {
            self.examples(&Section::Endpoints.entry(name), endpoint);
        }
        for document in self.file.documents() {
            self.payloads(document);
        }
        if self.report.count() == before {
            self.unshown_quirks();
        }
    }
}

/// Checks that every file is a module, `family.yaml` or `family.chapter.yaml`, and that no family is both.
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
        // A family with a single file has its events in a second one.
        let is_chapter =
            parts.len() == 2 && !DocumentKind::of_file(stem).is_some_and(|kind| kind.facts().apart);
        let twin = sources.iter().find(|other| is_chapter && other.stem == parts[0]);
        if let Some(twin) = twin {
            report
                .error(
                    Mistake::BadFileName,
                    At::Key(&at),
                    format!("`{}` is both a file and a family of chapters", parts[0]),
                )
                .label("a chapter of it")
                .help(format!("rename {} to `{}.<chapter>.yaml`", twin.path, parts[0]));
        }
    }
}
