//! Checks of the types that a file imports from another one of its family.

use std::collections::BTreeSet;

use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::imports::IMPORTS;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::{File, Spec};

/// Checks that what defines a type also uses it in the directions in which another file does: what is generated depends on them.
pub(super) fn check(spec: &Spec, diagnostics: &mut Diagnostics) {
    for file in &spec.files {
        for (chapter, names) in &file.imports {
            let stem = format!("{}.{chapter}", file.family());
            let Some(from) = spec.files.iter().find(|other| other.stem == stem) else { continue };
            let [used, there] = [file, from].map(|file| [true, false].map(|sent| reached(file, sent)));
            let found = names.iter().enumerate().filter(|(_, name)| !file.failed.contains(*name));
            for (index, name) in found {
                let lacking =
                    [0, 1].map(|of| used[of].contains(name.as_str()) && !there[of].contains(name.as_str()));
                let problem = match (lacking, needs_callback(from)) {
                    ([true, _], _) => "the file that defines it doesn't send it",
                    ([_, true], _) => "the file that defines it doesn't receive it",
                    (_, true) => "the file that defines it needs the feature `callback`",
                    _ if used.iter().any(|used| used.contains(name.as_str())) => continue,
                    _ => "nothing here uses it",
                };
                let path = Path::of([IMPORTS, chapter]).index(index);
                let message = format!("`{name}` can't be imported from `{stem}`");
                diagnostics
                    .reporter(file.source, &file.root)
                    .error(Mistake::BadImport, At::Value(&path), message)
                    .label(problem);
            }
        }
    }
}

/// Returns the types inside everything that a file sends, or receives.
fn reached(file: &File, sent: bool) -> BTreeSet<&str> {
    let parts = file.operations().flat_map(|operation| operation.parts);
    let parts = parts.filter(|(part, _)| part.is_sent() == sent);
    file.reached(parts.flat_map(|(_, fields)| fields.values()).map(|field| &field.ty))
}

/// Returns whether a file's module is compiled only with callbacks.
fn needs_callback(file: &File) -> bool {
    file.documents().next().is_some() && !file.endpoints.values().any(|endpoint| endpoint.head.is_over_http())
}
