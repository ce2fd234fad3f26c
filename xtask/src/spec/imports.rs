//! Types that a file imports from another one of its family, so that a thing has one type wherever it is sent.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::TypeExpr;
use crate::spec::types::{Enum, Struct, Union};
use crate::spec::{File, Spec};

/// The key of a file with what it imports: the names of types, by chapter.
pub const IMPORTS: &str = "imports";

/// Types of all kinds by name.
#[derive(Default)]
struct Found {
    structs: IndexMap<String, Struct>,
    enums: IndexMap<String, Enum>,
    unions: IndexMap<String, Union>,
    /// The chapters that define them.
    origins: HashMap<String, String>,
}

/// Finds the types that files import.
pub(super) fn resolve(spec: &mut Spec, diagnostics: &mut Diagnostics) {
    for index in 0..spec.files.len() {
        let mut found = Found::default();
        let mut failed = Vec::new();
        for (chapter, names) in &spec.files[index].imports {
            for (at, name) in names.iter().enumerate() {
                if let Err(problem) = found.import(spec, index, chapter, name) {
                    let file = &spec.files[index];
                    let path = Path::of([IMPORTS, chapter]).index(at);
                    let message = format!("`{name}` can't be imported from `{}.{chapter}`", file.family());
                    diagnostics
                        .reporter(file.source, &file.root)
                        .error(Mistake::BadImport, At::Value(&path), message)
                        .label(problem);
                    failed.push(name.clone());
                }
            }
        }
        let file = &mut spec.files[index];
        file.structs.import(found.structs);
        file.enums.import(found.enums);
        file.unions.import(found.unions);
        file.origins = found.origins;
        file.failed.extend(failed);
    }
}

impl Found {
    /// Imports a type with everything inside it; the error says why that is impossible.
    fn import(&mut self, spec: &Spec, to: usize, chapter: &str, name: &str) -> Result<(), String> {
        let to = &spec.files[to];
        let stem = format!("{}.{chapter}", to.family());
        let from = spec.files.iter().find(|file| file.stem == stem && file.stem != to.stem);
        let from = from.ok_or_else(|| format!("there is no other file `{stem}.yaml`"))?;
        if from.failed.contains(name) {
            return Ok(());
        }
        if !from.type_names().any(|(_, own)| own == name) {
            return Err("that file defines no such type".to_owned());
        }
        let named = TypeExpr::Named(name.to_owned());
        for inside in from.reached([&named]) {
            if to.type_names().any(|(_, own)| own == inside) {
                return Err(format!("this file has a type `{inside}` of its own"));
            }
            self.copy(from, inside);
            self.origins.insert(inside.to_owned(), chapter.to_owned());
        }
        Ok(())
    }

    fn copy(&mut self, from: &File, name: &str) {
        if let Some(found) = from.structs.get(name) {
            self.structs.insert(name.to_owned(), found.clone());
        } else if let Some(found) = from.enums.get(name) {
            self.enums.insert(name.to_owned(), found.clone());
        } else if let Some(found) = from.unions.get(name) {
            self.unions.insert(name.to_owned(), found.clone());
        }
    }
}
