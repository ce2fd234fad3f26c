//! The uses among files, and the circles that they form.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Names, Source};

pub(crate) struct Graph {
    pub(crate) sources: Vec<Source>,
    /// For each source, the sources that it uses, each with a path that leads there.
    pub(crate) uses: Vec<BTreeMap<usize, Names>>,
}

impl Graph {
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        let modules: BTreeMap<&Names, usize> =
            sources.iter().enumerate().map(|(index, source)| (&source.module, index)).collect();
        let homes = Homes { sources: &sources, modules };
        let uses = sources.iter().enumerate().map(|(index, source)| {
            let mut uses = BTreeMap::new();
            for path in &source.paths {
                // The import of a module doesn't count as a use yet: the names in it do.
                let named = !homes.modules.contains_key(path);
                if let Some(home) = homes.of(path).filter(|home| named && *home != index) {
                    uses.entry(home).or_insert_with(|| path.clone());
                }
            }
            uses
        });
        let uses = uses.collect();
        Self { sources, uses }
    }

    /// Returns the sets of files that all use one another, directly or through others.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<usize>> {
        let reached: Vec<BTreeSet<usize>> = (0..self.sources.len()).map(|from| self.reached(from)).collect();
        let circles = (0..self.sources.len()).filter(|from| reached[*from].contains(from)).map(|from| {
            reached[from].iter().copied().filter(|to| reached[*to].contains(&from)).collect::<BTreeSet<_>>()
        });
        circles.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn reached(&self, from: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut pending = vec![from];
        while let Some(next) = pending.pop() {
            pending.extend(self.uses[next].keys().filter(|to| reached.insert(**to)));
        }
        reached
    }
}

/// Finds the files that define things.
struct Homes<'a> {
    sources: &'a [Source],
    modules: BTreeMap<&'a Names, usize>,
}

impl Homes<'_> {
    /// Returns the file that defines what a path names, wherever it is re-exported.
    fn of(&self, path: &Names) -> Option<usize> {
        let known =
            (0..=path.len()).rev().find(|length| self.modules.contains_key(&path[..*length].to_vec()))?;
        let index = self.modules[&path[..known].to_vec()];
        let source = &self.sources[index];
        let Some(name) = path.get(known) else { return Some(index) };
        if source.defines.contains(name) {
            return Some(index);
        }
        if let Some(from) = source.reexports.get(name) {
            return self.of(&[&from[..], &path[known + 1..]].concat()).or(Some(index));
        }
        let within = source.globs.iter().find_map(|glob| {
            let path = [&glob[..], &path[known..]].concat();
            self.of(&path).filter(|home| self.sources[*home].defines.contains(name))
        });
        // Items that a macro creates can't be seen; if exactly one module is re-exported completely, they are taken to
        // be there.
        let only = || match &source.globs[..] {
            [glob] => self.of(glob),
            _ => None,
        };
        within.or_else(only).or(Some(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(files: &[(&str, &str)]) -> Graph {
        Graph::new(files.iter().map(|(file, text)| Source::new(file, text)).collect())
    }

    /// Returns what `src/user/here.rs` uses, with the line that says so.
    fn used(text: &str) -> Vec<(String, usize)> {
        let graph = graph(&[
            ("src/lib.rs", "pub mod beneath; pub mod user;"),
            (
                "src/beneath/mod.rs",
                "mod deep; mod all; pub use deep::Deep as Known; pub use all::*; pub struct Own;",
            ),
            ("src/beneath/deep.rs", "pub struct Deep; impl Deep { pub fn new() {} }"),
            ("src/beneath/all.rs", "macro_rules! made { () => {} } pub fn every() {}"),
            ("src/user/mod.rs", "mod here;"),
            ("src/user/here.rs", text),
        ]);
        let uses = graph.uses[5].iter();
        uses.map(|(to, path)| (graph.sources[*to].file.clone(), graph.sources[5].line(path).0)).collect()
    }

    #[test]
    fn every_way_to_name_something_leads_to_its_file() {
        let [own, deep, all] = ["mod", "deep", "all"].map(|name| format!("src/beneath/{name}.rs"));
        for (text, expected) in [
            ("\nuse crate::beneath::Own;", &own),
            ("\nuse xtask::beneath::{self, Own};", &own),
            ("use std::{\n    fmt, io};\nuse crate::{\n    beneath::{Own as Other},\n};", &own),
            ("\nuse super::super::beneath::Known;", &deep),
            ("\nuse crate::beneath::deep::Deep;", &deep),
            ("\nfn f() { crate::beneath::MADE_BY_A_MACRO }", &all),
            ("\nfn f() -> crate::beneath::Known { todo!() }", &deep),
            ("\nfn f() { if true { crate::beneath::Known::new() } }", &deep),
            ("\nfn f() { println!(\"{}\", crate::beneath::every()) }", &all),
            ("use crate::beneath;\nfn f() { beneath::every() }", &all),
            ("use crate::beneath as below;\nfn f() { g(&[below::Known::new()]) }", &deep),
            ("mod tests {\n    use crate::beneath::made;\n}", &all),
            ("mod tests {\n    fn f() { super::super::super::beneath::Own }\n}", &own),
            ("\n#[derive(crate::beneath::made)]\nstruct S;", &all),
        ] {
            let used: Vec<String> = used(text).into_iter().map(|(file, _)| file).collect();
            assert_eq!(used, std::slice::from_ref(expected), "{text}");
        }
    }

    #[test]
    fn what_leads_nowhere_is_no_use() {
        for text in [
            "// crate::beneath::Own\n/// [`crate::beneath::Own`]\nfn f() {}",
            "use crate::beneath;",
            "fn f() { quote!(crate::beneath::Own) }",
            "fn f() { let beneath = \"crate::beneath::Own\"; beneath.own() }",
            "use std::beneath::Own;",
            "pub use crate::beneath::Own;\npub use crate::beneath::all::*;",
            "use super::here::f;\nfn f() { self::f() }",
        ] {
            assert_eq!(used(text), [], "{text}");
        }
    }

    #[test]
    fn a_use_is_told_with_its_line() {
        let text =
            "//! Of crate::beneath::Own.\nuse crate::user;\n\nfn own() {\n    crate::beneath::Own;\n}\n";
        assert_eq!(used(text), [("src/beneath/mod.rs".to_owned(), 5)]);
    }

    #[test]
    fn a_circle_holds_all_its_files_and_no_other() {
        let graph = graph(&[
            ("src/a.rs", "use crate::b::B; pub struct A;"),
            ("src/b.rs", "use crate::c; pub struct B; fn f() { c::f() }"),
            ("src/c.rs", "pub fn f() { crate::a::A }"),
            ("src/d.rs", "use crate::a::A; pub struct D;"),
            ("src/e.rs", "use crate::d::D;"),
        ]);
        assert_eq!(graph.circles(), [BTreeSet::from([0, 1, 2])]);
    }
}
