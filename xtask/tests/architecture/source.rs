//! The references of a source file to others: its modules, the items that it defines and re-exports, and every path
//! that it uses.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The name of the library, by which its program calls it.
const LIBRARY: &str = "xtask";

/// A path from the root of the crate: `crate::spec::load` is `["spec", "load"]`.
pub(crate) type Names = Vec<String>;

pub(crate) struct Source {
    /// The file: `src/spec/load.rs`.
    pub(crate) file: String,
    pub(crate) text: String,
    /// Its module: `["spec", "load"]`.
    pub(crate) module: Names,
    /// The modules that it declares.
    children: BTreeSet<String>,
    /// The names of the items in it, outside of inner modules.
    pub(crate) defines: BTreeSet<String>,
    /// The names that `pub use` brings into it, with their origins.
    pub(crate) reexports: BTreeMap<String, Names>,
    /// Modules of which it re-exports everything.
    pub(crate) globs: Vec<Names>,
    /// Every path into the crate, of `use` lines, of bodies and of macros' arguments.
    pub(crate) paths: BTreeSet<Names>,
    /// The names that `use` introduces.
    imports: BTreeMap<String, Names>,
    /// Paths that begin with such a name.
    bare: Vec<Names>,
}

impl Source {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        let stem = file.trim_start_matches("src/").trim_end_matches(".rs");
        let module = match stem {
            "lib" => Vec::new(),
            stem => stem.trim_end_matches("/mod").split('/').map(str::to_owned).collect(),
        };
        let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut source = Self {
            file: file.to_owned(),
            text: text.to_owned(),
            module: module.clone(),
            children: BTreeSet::new(),
            defines: BTreeSet::new(),
            reexports: BTreeMap::new(),
            globs: Vec::new(),
            paths: BTreeSet::new(),
            imports: BTreeMap::new(),
            bare: Vec::new(),
        };
        source.children =
            tokens.windows(2).filter(|pair| is(&pair[0], "mod")).filter_map(|pair| ident(&pair[1])).collect();
        source.walk(&tokens, &module);
        for names in std::mem::take(&mut source.bare) {
            if let Some(import) = source.imports.get(&names[0]) {
                source.paths.insert([import, &names[1..]].concat());
            }
        }
        source
    }

    /// Returns the line that names a path: the first with the last of its names and most of the others. Tokens have no
    /// lines, which would need an option of `proc-macro2` that makes the generator slower.
    pub(crate) fn line(&self, names: &Names) -> (usize, &str) {
        let fits = |line: &str| {
            let words: BTreeSet<&str> =
                line.split(|char: char| !char.is_alphanumeric() && char != '_').collect();
            let last = names.last().is_some_and(|name| words.contains(name.as_str()));
            let pairs = names.windows(2).filter(|pair| line.contains(&pair.join("::"))).count();
            (last, pairs, names.iter().filter(|name| words.contains(name.as_str())).count())
        };
        let code = self.text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
        let best = code.max_by_key(|(number, line)| (fits(line), Reverse(*number)));
        best.map_or((0, ""), |(number, line)| (number + 1, line.trim()))
    }

    /// Visits tokens in this module.
    fn walk(&mut self, tokens: &[TokenTree], module: &[String]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let next = tokens.get(at + 1);
            match token {
                TokenTree::Group(group) => self.walk_group(group.stream(), module),
                TokenTree::Ident(word) if word == "use" => {
                    let end = at + tokens[at..].iter().take_while(|token| !is(token, ";")).count();
                    let public = at > 0 && visible(&tokens[..at]);
                    self.used(&tokens[at + 1..end], Vec::new(), module, public);
                    at = end;
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let (Some(name), Some(TokenTree::Group(body))) =
                        (next.and_then(ident), tokens.get(at + 2))
                    {
                        self.define(&name, module);
                        self.walk_group(body.stream(), &[module, &[name]].concat());
                        at += 2;
                    }
                }
                // Quoted tokens are code of the generated crates.
                TokenTree::Ident(word) if word == "quote" && next.is_some_and(|next| is(next, "!")) => {
                    at += 2;
                }
                TokenTree::Ident(word) => {
                    let names = path_at(&tokens[at..]);
                    if names.len() > 1 {
                        at += 3 * (names.len() - 1);
                        self.path(names, module);
                    } else if ITEMS.contains(&word.to_string().as_str())
                        && let Some(name) = next.and_then(ident)
                    {
                        self.define(&name, module);
                    } else if word == "macro_rules"
                        && let Some(name) = tokens.get(at + 2).and_then(ident)
                    {
                        self.define(&name, module);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn walk_group(&mut self, tokens: TokenStream, module: &[String]) {
        self.walk(&tokens.into_iter().collect::<Vec<_>>(), module);
    }

    fn define(&mut self, name: &str, module: &[String]) {
        if *module == self.module {
            self.defines.insert(name.to_owned());
        }
    }

    /// Flattens a tree of `use`: `a::{b, c::*}` is `a::b` and `c::*`.
    fn used(&mut self, tokens: &[TokenTree], before: Names, module: &[String], public: bool) {
        let mut names = before;
        let mut alias = None;
        let mut tokens = tokens.iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let inside: Vec<TokenTree> = group.stream().into_iter().collect();
                    for tree in inside.split(|token| is(token, ",")).filter(|tree| !tree.is_empty()) {
                        self.used(tree, names.clone(), module, public);
                    }
                    return;
                }
                TokenTree::Ident(word) if word == "as" => alias = tokens.next().and_then(ident),
                TokenTree::Ident(word) => names.push(word.to_string()),
                TokenTree::Punct(punct) if punct.as_char() == '*' => names.push("*".to_owned()),
                _ => {}
            }
        }
        let Some(mut names) = self.absolute(&names, module) else { return };
        let own = public && *module == self.module;
        match names.last().map(String::as_str) {
            Some("*") if own => {
                names.pop();
                self.globs.push(names);
                return;
            }
            Some("self") => drop(names.pop()),
            _ => {}
        }
        let Some(name) = alias.or_else(|| names.last().cloned()) else { return };
        self.imports.insert(name.clone(), names.clone());
        if own {
            self.reexports.insert(name, names);
        } else {
            self.paths.insert(names);
        }
    }

    fn path(&mut self, names: Names, module: &[String]) {
        match self.absolute(&names, module) {
            Some(path) => drop(self.paths.insert(path)),
            None => self.bare.push(names),
        }
    }

    /// Returns the same path from the root, unless it leads out of the crate.
    fn absolute(&self, names: &Names, module: &[String]) -> Option<Names> {
        let mut from = match names.first()?.as_str() {
            "crate" | LIBRARY => Vec::new(),
            "self" | "super" => module.to_vec(),
            child if self.children.contains(child) && *module == self.module => {
                return Some([module, names].concat());
            }
            _ => return None,
        };
        let mut rest = names.as_slice();
        while let [first, others @ ..] = rest {
            match first.as_str() {
                "super" => drop(from.pop()),
                "crate" | LIBRARY | "self" if rest.len() == names.len() => {}
                _ => break,
            }
            rest = others;
        }
        from.extend_from_slice(rest);
        Some(from)
    }
}

/// Words before the name of an item.
const ITEMS: [&str; 8] = ["const", "enum", "fn", "static", "struct", "trait", "type", "union"];

fn is(token: &TokenTree, text: &str) -> bool {
    match token {
        TokenTree::Ident(ident) => ident == text,
        TokenTree::Punct(punct) => text.len() == 1 && text.starts_with(punct.as_char()),
        _ => false,
    }
}

fn ident(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

/// Returns whether `pub`, `pub(crate)` or similar ends here.
fn visible(tokens: &[TokenTree]) -> bool {
    match tokens {
        [.., word, TokenTree::Group(group)] => group.delimiter() == Delimiter::Parenthesis && is(word, "pub"),
        [.., word] => is(word, "pub"),
        [] => false,
    }
}

/// Returns the names of a path that begins here: `a :: b` has two.
fn path_at(tokens: &[TokenTree]) -> Names {
    let mut names: Names = tokens.first().and_then(ident).into_iter().collect();
    for step in tokens.get(1..).unwrap_or_default().chunks_exact(3) {
        match step {
            [one, two, name] if is(one, ":") && is(two, ":") => match ident(name) {
                Some(name) => names.push(name),
                None => break,
            },
            _ => break,
        }
    }
    names
}
