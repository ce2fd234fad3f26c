//! The names of types in documents, and texts of the spec, whose links are Rust paths.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::api::{Api, Module};

/// The names of all modules' types in a document.
pub(super) struct Names {
    types: HashMap<(String, String), String>,
    /// The document that contains the schemas of no module; empty for the same one.
    shared: &'static str,
}

impl Names {
    /// Collects the names: a request has its operation's ID, any other type its schema's name.
    pub(super) fn of(api: &Api, shared: &'static str) -> Self {
        let mut types = HashMap::new();
        for module in &api.modules {
            for ty in &module.types {
                let name = ty.name().to_owned();
                types.insert((module.stem(), name), component(module, ty.name()));
            }
            for endpoint in module.endpoints() {
                types.insert((module.stem(), endpoint.request.clone()), endpoint.id.clone());
            }
        }
        Self { types, shared }
    }

    /// Returns a reference to a schema of no module.
    pub(super) fn shared(&self, name: &str) -> Value {
        json!({ "$ref": format!("{}#/components/schemas/{name}", self.shared) })
    }

    /// Replaces a text's links to Rust items by this document's names.
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

    /// Returns the name for a Rust path in a module.
    fn resolve(&self, module: &Module, path: &str) -> Option<&str> {
        let (stem, name) = match path.strip_prefix("crate::").and_then(|path| path.rsplit_once("::")) {
            Some((path, name)) => (path.replace("::", "."), name),
            None => (module.stem(), path),
        };
        self.types.get(&(stem, name.to_owned())).map(String::as_str)
    }
}

/// Returns the target of a link, if it has an explicit one, and the text after it.
fn target(after: &str) -> (Option<&str>, &str) {
    match after.strip_prefix('(').and_then(|after| after.split_once(')')) {
        Some((target, after)) => (Some(target), after),
        None => (None, after),
    }
}

/// Returns the name of a type's schema: unique, since it contains the module.
pub(super) fn component(module: &Module, name: &str) -> String {
    format!("{}.{name}", module.origin(name))
}
