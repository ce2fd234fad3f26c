//! The features in the manifests: one a family, and `full`.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::paths::Files;
use crate::api::{Api, CORE_FAMILY, Endpoint, Module};
use crate::spec::{Format, Sign};

/// The line before the generated features.
pub const BEGIN: &str = "# @generated features: one for each API family";
/// The line after them.
pub const END: &str = "# @end";

/// The manifest of the crate that signs requests, and reads and writes other formats than JSON.
const REQUESTS: &str = "crates/wecom-requests/Cargo.toml";

/// The manifest of the crate that has something by hand for some endpoints.
const CLIENT: &str = "crates/wecom-sdk/Cargo.toml";

/// The manifests with generated features, and the crates that each passes them on to.
const MANIFESTS: [(&str, &[&str]); 3] =
    [("crates/wecom-models/Cargo.toml", &[]), (REQUESTS, &["wecom-models"]), (CLIENT, &["wecom-requests"])];

/// Adds the manifests of a workspace, with their generated lines replaced, to the generated files.
pub(super) fn add(root: &Path, api: &Api, files: &mut Files) -> io::Result<()> {
    for (path, lines) in features(api) {
        let problem = |what: &str| io::Error::other(format!("{path}: {what}"));
        let text = fs::read_to_string(root.join(path)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => problem("isn't there"),
            _ => problem(&error.to_string()),
        })?;
        let begin = text.find(BEGIN).ok_or_else(|| problem(&format!("has no line `{BEGIN}`")))?;
        let begin = begin + BEGIN.len() + 1;
        let end = text
            .get(begin..)
            .and_then(|rest| rest.find(END))
            .ok_or_else(|| problem(&format!("has no line `{END}`")))?;
        files.insert(path.to_owned(), format!("{}{lines}{}", &text[..begin], &text[begin + end..]));
    }
    Ok(())
}

/// The generated lines of every manifest, by path.
pub fn features(api: &Api) -> Vec<(&'static str, String)> {
    let families: Vec<&str> = api.families().into_iter().filter(|family| *family != CORE_FAMILY).collect();
    let manifests = MANIFESTS.iter().map(|(path, dependencies)| {
        let quoted: Vec<String> = families.iter().map(|family| format!("\"{family}\"")).collect();
        let mut lines = format!("full = [{}]\n", quoted.join(", "));
        for family in &families {
            let mut turned_on: Vec<String> =
                dependencies.iter().map(|name| format!("\"{name}/{family}\"")).collect();
            let needed: Vec<&str> = match *path {
                REQUESTS => needs(api, family).collect(),
                CLIENT => helpers(api, family).into_iter().collect(),
                _ => Vec::new(),
            };
            turned_on.extend(needed.into_iter().map(|feature| format!("\"{feature}\"")));
            lines.push_str(&format!("{family} = [{}]\n", turned_on.join(", ")));
        }
        (*path, lines)
    });
    manifests.collect()
}

/// The endpoints of a family.
fn endpoints<'a>(api: &'a Api, family: &str) -> impl Iterator<Item = &'a Endpoint> + use<'a> {
    let family = family.to_owned();
    let modules = api.modules.iter().filter(move |module| module.family == family);
    modules.flat_map(Module::endpoints)
}

/// The features that the helpers of a family's endpoints need.
fn helpers(api: &Api, family: &str) -> BTreeSet<&'static str> {
    endpoints(api, family).filter_map(|endpoint| endpoint.helper?.feature()).collect()
}

/// The features besides its own that a family can't do without.
fn needs<'a>(api: &'a Api, family: &str) -> impl Iterator<Item = &'static str> + use<'a> {
    let endpoints = || endpoints(api, family);
    let signs = |of: fn(&Sign) -> bool| endpoints().any(|endpoint| endpoint.sign.as_ref().is_some_and(of));
    let merchant = signs(|sign| sign.merchant.is_some()).then_some("merchant");
    let sign = signs(|sign| sign.ts.is_some()).then_some("sign");
    let formats: Vec<Format> = endpoints()
        .flat_map(|endpoint| [Some(endpoint.body.format()), endpoint.answer.format()].into_iter().flatten())
        .collect();
    let of_formats: BTreeSet<&str> = formats.into_iter().filter_map(Format::feature).collect();
    merchant.into_iter().chain(sign).chain(of_formats)
}
