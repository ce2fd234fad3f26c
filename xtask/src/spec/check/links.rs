//! Checks that the links in descriptions lead to something: to a type of the same file, ``[`SyncMsg`]``, or to one of
//! another file, ``[`SyncMsg`](crate::zone::archive::SyncMsg)``. In generated code, rustdoc would report them, far from
//! the text.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex_lite::Regex;

use super::prose;
use crate::spec::diagnostic::{At, Diagnostics, nearest};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Source;
use crate::spec::{Fields, File, Spec, names};

/// Handwritten items that descriptions may link to. Rustdoc checks that they exist.
const HANDWRITTEN: [&str; 5] =
    ["ApplyData::text", "Record::text", "TemplateForm::fill", "crate::Cells", "crate::callback::read"];

/// The types of a module, each with its fields, values or variants.
#[derive(Default)]
struct Module<'s> {
    types: BTreeMap<String, BTreeSet<String>>,
    /// None of it is known for sure, since its file has mistakes.
    unclear: bool,
    /// The types that couldn't be read.
    failed: BTreeSet<&'s str>,
}

/// Checks the links in all files.
pub(super) fn check(spec: &Spec, sources: &[Source], diagnostics: &mut Diagnostics) {
    let mut modules: BTreeMap<String, Module<'_>> = BTreeMap::new();
    for source in sources {
        modules.insert(path(&source.stem), Module { unclear: true, ..Module::default() });
    }
    for file in &spec.files {
        modules.insert(path(&file.stem), Module::of(file));
    }
    for file in &spec.files {
        let own = path(&file.stem);
        prose::descriptions(&file.root, &mut |parent, text, span| {
            for (link, target) in links(text) {
                if leads_somewhere(&modules, &own, &target) {
                    continue;
                }
                // Folded lines may divide it: then the whole text is marked.
                let written = sources[file.source].text.get(span.clone()).and_then(|text| text.find(link));
                let place = written.map_or(span.clone(), |at| span.start + at..span.start + at + link.len());
                diagnostics
                    .reporter(file.source, parent)
                    .error(Mistake::DeadLink, At::Bytes(place), format!("the link leads nowhere: `{target}`"))
                    .label("links to this")
                    .help_if(meant(&modules, &own, &target));
            }
        });
    }
}

/// Returns a module's path below the crate.
fn path(stem: &str) -> String {
    stem.replace('.', "::")
}

/// Returns the links to code in a text, each as it is written and with its target.
fn links(text: &str) -> Vec<(&str, String)> {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\[`([^`\[\]]+)`\](?:\(([^()\s]*)\))?")
            .unwrap_or_else(|error| unreachable!("the pattern is tested: {error}"))
    });
    let found = LINK.captures_iter(text).map(|found| {
        let target = found.get(2).or(found.get(1)).map_or("", |target| target.as_str());
        (found.get(0).map_or("", |link| link.as_str()), target.trim_end_matches("()").to_owned())
    });
    found.filter(|(_, target)| !target.starts_with("http")).collect()
}

/// Returns whether there is something at a link's target.
fn leads_somewhere(modules: &BTreeMap<String, Module<'_>>, own: &str, target: &str) -> bool {
    let Some(path) = target.strip_prefix("crate::") else {
        let has = modules.get(own).is_none_or(|module| !module.lacks(target));
        return has || HANDWRITTEN.contains(&target);
    };
    // A module, or a family with chapters.
    let chapters = format!("{path}::");
    HANDWRITTEN.contains(&target)
        || modules.keys().any(|module| module == path || module.starts_with(&chapters))
        || module_of(modules, path).is_some_and(|(_, module, rest)| !module.lacks(rest))
}

/// Returns the module that a path leads into, with its path, and the rest.
fn module_of<'m>(
    modules: &'m BTreeMap<String, Module<'_>>,
    path: &'m str,
) -> Option<(&'m String, &'m Module<'m>, &'m str)> {
    let within = modules.iter().filter_map(|(module, of)| {
        let rest = path.strip_prefix(module.as_str())?.strip_prefix("::")?;
        Some((module, of, rest))
    });
    within.max_by_key(|(module, ..)| module.len())
}

/// Returns what a link that leads nowhere may mean.
fn meant(modules: &BTreeMap<String, Module<'_>>, own: &str, target: &str) -> Option<String> {
    let near = |module: &Module<'_>, name: &str| {
        nearest(name, module.types.keys().map(String::as_str)).map(str::to_owned)
    };
    let elsewhere = |name: &str| {
        let mut known = modules.iter().filter(|(_, module)| !module.unclear);
        known.find(|(_, module)| !module.lacks(name)).map(|(path, _)| format!("crate::{path}::{name}"))
    };
    let Some(path) = target.strip_prefix("crate::") else {
        let there = elsewhere(target).map(|path| format!("write [`{target}`]({path})"));
        let near = || Some(format!("did you mean `{}`?", near(modules.get(own)?, target)?));
        return there.or_else(near);
    };
    let found = match module_of(modules, path) {
        Some((module, of, rest)) => near(of, rest).map(|name| format!("crate::{module}::{name}")),
        None => elsewhere(path.rsplit("::").next().unwrap_or(path)),
    };
    found.map(|path| format!("did you mean `{path}`?"))
}

impl<'s> Module<'s> {
    fn of(file: &'s File) -> Self {
        let mut types: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, endpoint) in &file.endpoints {
            let name = names::pascal(name);
            types.insert(format!("{name}Response"), members(&endpoint.response));
            types.insert(name, members(&endpoint.request));
        }
        for document in file.documents() {
            types.insert(names::all_of(document.kind, file.family()), BTreeSet::new());
            types.insert(names::pascal(document.name), members(&document.definition.fields));
        }
        for (name, structure) in &file.structs {
            types.insert(name.clone(), members(&structure.fields));
        }
        for (name, listed) in &file.enums {
            types.insert(name.clone(), listed.values.values().map(|value| value.name.clone()).collect());
        }
        for (name, union) in &file.unions {
            let variants = union.variants.iter();
            let variants =
                variants.map(|(tag, variant)| variant.name.clone().unwrap_or_else(|| names::pascal(tag)));
            types.insert(name.clone(), variants.collect());
        }
        for name in file.imports.values().flatten() {
            let fields = file.structs.get(name).map(|structure| members(&structure.fields));
            types.insert(name.clone(), fields.unwrap_or_default());
        }
        let failed = file.failed.iter().map(String::as_str).collect();
        Self { types, unclear: !file.complete, failed }
    }

    /// Returns whether it has no such type, or the type no such member.
    fn lacks(&self, path: &str) -> bool {
        let (name, member) = path.split_once("::").map_or((path, None), |(name, rest)| (name, Some(rest)));
        if self.unclear || self.failed.contains(name) {
            return false;
        }
        let Some(members) = self.types.get(name) else { return true };
        member.is_some_and(|member| !members.contains(member))
    }
}

/// Returns the Rust names of fields.
fn members(fields: &Fields) -> BTreeSet<String> {
    fields.iter().map(|(wire, field)| field.rename.clone().unwrap_or_else(|| names::snake(wire))).collect()
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn a_link_leads_to_what_it_says_or_to_its_target() {
        let text = "See [`A`], [`B::c`](crate::d::B::c), [`E`](https://example.com) and [f](#g), not `H`.";
        let found: Vec<String> = links(text).into_iter().map(|(_, target)| target).collect();
        assert_eq!(found, ["A", "crate::d::B::c"]);
    }
}
