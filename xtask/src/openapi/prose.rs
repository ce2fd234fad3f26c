//! What types are called, and texts of the spec, whose links are Rust paths.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::api::{Api, Module};

/// What the types of all modules are called in a document.
pub(super) struct Names {
    types: HashMap<(String, String), String>,
    /// The document with the schemas that no module has; empty for the same one.
    shared: &'static str,
}

impl Names {
    /// A request is called by its operation's id, any other type by its schema's name.
    pub(super) fn of(api: &Api, shared: &'static str) -> Self {
        let mut types = HashMap::new();
        for module in &api.modules {
            for ty in &module.types {
                let name = ty.name().to_owned();
                types.insert((module.stem(), name), component(module, ty.name()));
            }
            for endpoint in &module.endpoints {
                types.insert((module.stem(), endpoint.request.clone()), endpoint.id.clone());
            }
        }
        Self { types, shared }
    }

    /// A reference to a schema that no module has.
    pub(super) fn shared(&self, name: &str) -> Value {
        json!({ "$ref": format!("{}#/components/schemas/{name}", self.shared) })
    }

    /// A text whose links to Rust items are the names of this document instead.
    pub(super) fn prose(&self, module: &Module, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, link)) = rest.split_once("[`") {
            out.push_str(before);
            let Some((item, after)) = link.split_once("`]") else {
                out.push_str("[`");
                rest = link;
                continue;
            };
            let (target, after) = target(after);
            let path = target.unwrap_or(item);
            if path.starts_with("http") {
                out.push_str(&format!("[`{item}`]({path})"));
            } else {
                out.push_str(&format!("`{}`", self.resolve(module, path).unwrap_or(item)));
            }
            rest = after;
        }
        out + rest
    }

    /// What a Rust path of a module stands for.
    fn resolve(&self, module: &Module, path: &str) -> Option<&str> {
        let (stem, name) = match path.strip_prefix("crate::").and_then(|path| path.rsplit_once("::")) {
            Some((path, name)) => (path.replace("::", "."), name),
            None => (module.stem(), path),
        };
        self.types.get(&(stem, name.to_owned())).map(String::as_str)
    }
}

/// Where a link leads, if it says so itself, and what follows it.
fn target(after: &str) -> (Option<&str>, &str) {
    match after.strip_prefix('(').and_then(|after| after.split_once(')')) {
        Some((target, after)) => (Some(target), after),
        None => (None, after),
    }
}

/// The name of a type's schema: unique, since a type's name is in its module.
pub(super) fn component(module: &Module, name: &str) -> String {
    format!("{}.{name}", module.stem())
}
