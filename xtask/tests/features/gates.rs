//! The public items of a crate, with the features that they need and their documentation, read from its sources.

use std::fs;
use std::path::{Path, PathBuf};

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ImplItem, Item, ItemImpl, Lit, Meta, Token, Type, UseTree, Visibility};

/// The condition of a `cfg`, as far as it is about features.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Gate {
    Feature(String),
    Any(Vec<Gate>),
    All(Vec<Gate>),
    /// Anything else, which is true or false whatever the features are: `not(test)` and `test`.
    Fixed(bool),
}

impl Gate {
    fn new(meta: &Meta) -> Self {
        match meta {
            Meta::NameValue(pair) if pair.path.is_ident("feature") => {
                Self::Feature(text(&pair.value).expect("a feature is a string"))
            }
            Meta::List(list) => {
                let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
                let parts = parts.expect("a cfg is a list of conditions");
                let parts = parts.iter().map(Self::new).collect();
                match () {
                    () if list.path.is_ident("any") => Self::Any(parts),
                    () if list.path.is_ident("all") => Self::All(parts),
                    () => Self::Fixed(true),
                }
            }
            meta => Self::Fixed(!meta.path().is_ident("test")),
        }
    }

    /// Returns the features in it.
    pub(crate) fn features(&self) -> Vec<&str> {
        match self {
            Self::Feature(name) => vec![name],
            Self::Any(parts) | Self::All(parts) => parts.iter().flat_map(Self::features).collect(),
            Self::Fixed(_) => Vec::new(),
        }
    }

    /// Returns whether it is true with these features.
    pub(crate) fn is_met(&self, on: impl Fn(&str) -> bool + Copy) -> bool {
        match self {
            Self::Feature(name) => on(name),
            Self::Any(parts) => parts.iter().any(|part| part.is_met(on)),
            Self::All(parts) => parts.iter().all(|part| part.is_met(on)),
            Self::Fixed(fixed) => *fixed,
        }
    }
}

/// A name in a module: of an item, of a method, or of what `pub use` brings.
#[derive(Debug)]
pub(crate) struct Found {
    /// The path from the crate, if users can write it: of modules on the way that are all public.
    pub(crate) path: Option<String>,
    pub(crate) name: String,
    /// Its own conditions; for a method in a module with conditions, those of the module, too.
    pub(crate) gates: Vec<Gate>,
    /// The conditions of all modules around it and its own, from the outside.
    pub(crate) all_gates: Vec<Gate>,
    pub(crate) docs: String,
    /// The crate that `pub use` names first.
    pub(crate) from: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) file: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Item,
    Module,
    Method,
    Use,
}

/// Reads the public items of a crate from its folder.
pub(crate) fn read(folder: &Path, name: &str) -> Vec<Found> {
    let mut reader = Reader::default();
    let file = folder.join("src/lib.rs");
    let place = Place {
        path: Some(name.to_owned()),
        gates: Vec::new(),
        folder: folder.join("src"),
        file: file.clone(),
    };
    reader.items(&parsed(&file).items, &place);
    reader.found
}

fn parsed(file: &Path) -> syn::File {
    let source = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    syn::parse_file(&source).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The module around items.
struct Place {
    path: Option<String>,
    gates: Vec<Gate>,
    /// Where the files of its modules are.
    folder: PathBuf,
    file: PathBuf,
}

impl Place {
    fn child(&self, name: &str) -> Option<String> {
        self.path.as_ref().map(|path| format!("{path}::{name}"))
    }

    fn found(&self, name: &str, attributes: &[Attribute], kind: Kind) -> Found {
        let gates = gates(attributes);
        let all_gates = self.gates.iter().chain(&gates).cloned().collect();
        Found {
            path: self.child(name),
            name: name.to_owned(),
            gates,
            all_gates,
            docs: docs(attributes),
            from: None,
            kind,
            file: self.file.clone(),
        }
    }
}

#[derive(Default)]
struct Reader {
    found: Vec<Found>,
}

impl Reader {
    fn items(&mut self, items: &[Item], place: &Place) {
        for item in items {
            self.item(item, place);
        }
    }

    fn item(&mut self, item: &Item, place: &Place) {
        let (name, attributes, visibility) = match item {
            Item::Const(item) => (&item.ident, &item.attrs, &item.vis),
            Item::Enum(item) => (&item.ident, &item.attrs, &item.vis),
            Item::Fn(item) => (&item.sig.ident, &item.attrs, &item.vis),
            Item::Static(item) => (&item.ident, &item.attrs, &item.vis),
            Item::Struct(item) => (&item.ident, &item.attrs, &item.vis),
            Item::Trait(item) => (&item.ident, &item.attrs, &item.vis),
            Item::Type(item) => (&item.ident, &item.attrs, &item.vis),
            Item::Mod(item) => return self.module(item, place),
            Item::Impl(item) => return self.methods(item, place),
            Item::Use(item) if is_public(&item.vis) => {
                let mut used = place.found("", &item.attrs, Kind::Use);
                // `::redis` is another crate, whatever its name.
                used.from = item.leading_colon.map(|_| String::new());
                return self.used(&item.tree, &used, &mut Vec::new(), place);
            }
            Item::Macro(item) if item.mac.path.is_ident("include") => {
                let file: syn::LitStr = item.mac.parse_body().expect("a file is included");
                return self.items(&parsed(&place.file.with_file_name(file.value())).items, place);
            }
            _ => return,
        };
        if is_public(visibility) {
            self.found.push(place.found(&name.to_string(), attributes, Kind::Item));
        }
    }

    fn module(&mut self, module: &syn::ItemMod, place: &Place) {
        let name = module.ident.to_string();
        let mut found = place.found(&name, &module.attrs, Kind::Module);
        if !found.gates.iter().all(|gate| gate.is_met(|_| true)) {
            return;
        }
        let is_public = is_public(&module.vis);
        let path = found.path.clone().filter(|_| is_public);
        let mut inside = Place {
            path,
            gates: found.all_gates.clone(),
            folder: place.folder.join(&name),
            file: place.file.clone(),
        };
        // The types of families are theirs: nothing by hand is among them.
        let is_family = place.file.ends_with("generated/mod.rs");
        let is_part = place.file.parent().is_some_and(|folder| folder.ends_with("generated")) && !is_family;
        match &module.content {
            Some((_, items)) => self.items(items, &inside),
            None => {
                let named = module.attrs.iter().find_map(|attribute| match &attribute.meta {
                    Meta::NameValue(pair) if pair.path.is_ident("path") => text(&pair.value),
                    _ => None,
                });
                let files =
                    [format!("{name}.rs"), format!("{name}/mod.rs")].map(|file| place.folder.join(file));
                let file = match named {
                    Some(path) => Some(place.file.with_file_name(path)),
                    None => files.into_iter().find(|file| file.is_file()),
                };
                inside.file = file.unwrap_or_else(|| panic!("{}: no file of `{name}`", place.file.display()));
                if !(is_part && found.gates.is_empty()) {
                    let content = parsed(&inside.file);
                    found.docs = format!("{}{}", found.docs, docs(&content.attrs));
                    let items = if is_part { &[] } else { content.items.as_slice() };
                    self.items(items, &inside);
                }
            }
        }
        if is_public {
            self.found.push(found);
        }
    }

    fn methods(&mut self, block: &ItemImpl, place: &Place) {
        let Type::Path(of) = block.self_ty.as_ref() else { return };
        if block.trait_.is_some() {
            return;
        }
        let of = of.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        for item in &block.items {
            let ImplItem::Fn(method) = item else { continue };
            if is_public(&method.vis) {
                let name = format!("{of}::{}", method.sig.ident);
                let mut found = place.found(&name, &method.attrs, Kind::Method);
                let around = gates(&block.attrs);
                found.all_gates.extend(around);
                found.gates.clone_from(&found.all_gates);
                self.found.push(found);
            }
        }
    }

    fn used(&mut self, tree: &UseTree, used: &Found, names: &mut Vec<String>, place: &Place) {
        let name = match tree {
            UseTree::Path(path) => {
                names.push(path.ident.to_string());
                self.used(&path.tree, used, names, place);
                names.pop();
                return;
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.used(tree, used, names, place));
                return;
            }
            UseTree::Name(name) => name.ident.to_string(),
            UseTree::Rename(renamed) => renamed.rename.to_string(),
            UseTree::Glob(_) => return,
        };
        let first = names.first().cloned().unwrap_or_else(|| name.clone());
        let from = (used.from.is_some() || first.starts_with("wecom_")).then_some(first);
        self.found.push(Found {
            path: place.child(&name),
            name,
            gates: used.gates.clone(),
            all_gates: used.all_gates.clone(),
            docs: used.docs.clone(),
            from,
            kind: Kind::Use,
            file: place.file.clone(),
        });
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn gates(attributes: &[Attribute]) -> Vec<Gate> {
    let conditions = attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    conditions.map(|cfg| Gate::new(&cfg.parse_args().expect("a cfg is a condition"))).collect()
}

fn docs(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => text(&pair.value),
        _ => None,
    });
    lines.map(|line| line + "\n").collect()
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
