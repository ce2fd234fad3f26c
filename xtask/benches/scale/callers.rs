//! Programs that call endpoints: over the generated models, and over those with serde's derive.

use std::fs;
use std::io;
use std::path::Path;

use xtask::api::Api;

/// An endpoint: its module's number, its module's path, and its two types.
pub(crate) type Call<'a> = (usize, String, &'a str, &'a str);

/// Returns all endpoints of an API.
pub(crate) fn calls(api: &Api) -> impl Iterator<Item = Call<'_>> {
    api.modules.iter().enumerate().flat_map(|(number, module)| {
        let path = module.stem().replace('.', "::");
        module.endpoints().map(move |endpoint| {
            (number, path.clone(), endpoint.request.as_str(), endpoint.response.as_str())
        })
    })
}

/// Returns the program over the generated models.
pub(crate) fn ours(calls: &[Call<'_>]) -> String {
    let types = calls.iter().map(|(_, path, request, response)| {
        format!("call::<wecom_models::{path}::{request}, wecom_models::{path}::{response}>();")
    });
    program(&types.collect::<Vec<_>>())
}

/// Returns the program over the derived models.
pub(crate) fn theirs(calls: &[Call<'_>]) -> String {
    let types = calls.iter().map(|(number, _, request, response)| {
        format!("call::<derived::m{number}::{request}, derived::m{number}::{response}>();")
    });
    program(&types.collect::<Vec<_>>())
}

/// Returns a program with these calls.
pub(crate) fn program(calls: &[String]) -> String {
    format!(
        "use std::hint::black_box;\n\
         /// Everything that it takes to send a request and to read its response: both are kept, since they may be called.\n\
         #[allow(dead_code)]\n\
         fn call<Q: serde::Serialize, R: serde::de::DeserializeOwned>() {{\n\
         black_box((|body| serde_json::from_slice(body)) as fn(&[u8]) -> serde_json::Result<R>);\n\
         black_box((|request| serde_json::to_vec(request)) as fn(&Q) -> serde_json::Result<Vec<u8>>);\n\
         }}\n\
         fn main() {{\n{}\n}}\n",
        calls.join("\n")
    )
}

/// The packages of the programs, still without calls.
pub(crate) fn scaffold(root: &Path) -> io::Result<()> {
    for (package, models) in [
        ("emitted", "wecom-models = { workspace = true, features = [\"full\"] }"),
        ("derived", "derived = { path = \"../../derived\", features = [\"full\", \"bidirectional\"] }"),
    ] {
        let folder = root.join("callers").join(package);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"calls-{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             serde.workspace = true\nserde_json.workspace = true\n{models}\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), program(&[]))?;
    }
    Ok(())
}
