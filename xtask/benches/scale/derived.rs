//! The same models with serde's derive, to compare with: in the directions that are used, or in both.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use xtask::api::{Api, Field, Ty, Type};

/// The crate, still without models.
pub(crate) fn scaffold(root: &Path) -> io::Result<()> {
    fs::create_dir_all(root.join("derived/src"))?;
    manifest(root, &BTreeSet::new())?;
    fs::write(root.join("derived/src/lib.rs"), "")
}

fn manifest(root: &Path, families: &BTreeSet<&str>) -> io::Result<()> {
    let mut manifest = r#"[package]
name = "derived"
version = "0.1.0"
edition = "2024"

[dependencies]
serde = { workspace = true, features = ["derive"] }
serde_json.workspace = true

[features]
# Without it, requests are only written and responses only read.
bidirectional = []
"#
    .to_owned();
    let all: Vec<String> = families.iter().map(|family| format!("\"{family}\"")).collect();
    let _ = writeln!(manifest, "full = [{}]", all.join(", "));
    for family in families {
        let _ = writeln!(manifest, "{family} = []");
    }
    fs::write(root.join("derived/Cargo.toml"), manifest)
}

/// The models of an API: structs and enums with the same fields, derives, setters left out.
pub(crate) fn write(root: &Path, api: &Api) -> io::Result<()> {
    manifest(root, &api.modules.iter().map(|module| module.family.as_str()).collect())?;
    let mut text = "#![allow(unused_imports)]\n".to_owned();
    for (number, module) in api.modules.iter().enumerate() {
        let _ = writeln!(
            text,
            "#[cfg(feature = \"{}\")]\npub mod m{number} {{\nuse serde::{{Serialize, Deserialize}};\nuse \
             std::collections::BTreeMap;",
            module.family
        );
        for ty in &module.types {
            let derives = [(ty.direction().sent, "Serialize"), (ty.direction().received, "Deserialize")];
            text.push_str("#[derive(Clone, Debug, PartialEq)]\n");
            for (used, derive) in derives {
                let derive = format!("derive({derive})");
                let _ = if used {
                    writeln!(text, "#[{derive}]")
                } else {
                    writeln!(text, "#[cfg_attr(feature = \"bidirectional\", {derive})]")
                };
            }
            model(&mut text, ty);
        }
        text.push_str("}\n");
    }
    fs::write(root.join("derived/src/lib.rs"), text)
}

fn model(text: &mut String, ty: &Type) {
    match ty {
        Type::Struct(structure) => {
            let _ = writeln!(text, "pub struct {} {{", structure.name);
            structure.fields.iter().for_each(|declared| field(text, declared));
        }
        Type::Enum(enumeration) => {
            let _ = writeln!(text, "pub enum {} {{", enumeration.name);
            for value in &enumeration.values {
                let _ = writeln!(text, "#[serde(rename = \"{}\")] {},", value.wire, value.name);
            }
        }
        Type::Union(union) => {
            let _ = writeln!(text, "#[serde(tag = \"{}\")]\npub enum {} {{", union.tag, union.name);
            for variant in &union.variants {
                let content = variant.ty.as_ref().map_or_else(|| "()".to_owned(), rust);
                let _ = writeln!(
                    text,
                    "#[serde(rename = \"{}\")] {} {{ #[serde(rename = \"{}\")] content: {content} }},",
                    variant.tag, variant.name, variant.content,
                );
            }
        }
    }
    text.push_str("}\n");
}

fn field(text: &mut String, field: &Field) {
    let ty = rust(&field.ty);
    if field.optional {
        text.push_str("#[serde(default, skip_serializing_if = \"Option::is_none\")]\n");
        let _ = writeln!(text, "pub {}: Option<{ty}>,", field.rust);
    } else {
        let _ = writeln!(text, "pub {}: {ty},", field.rust);
    }
}

fn rust(ty: &Ty) -> String {
    match ty {
        Ty::Bool | Ty::Flag => "bool".to_owned(),
        Ty::Int | Ty::Timestamp => "i64".to_owned(),
        Ty::Uint => "u64".to_owned(),
        Ty::F64 => "f64".to_owned(),
        Ty::Any | Ty::File => "serde_json::Value".to_owned(),
        Ty::String | Ty::Secret | Ty::Json(_) | Ty::Pipe(_) | Ty::Csv(_) | Ty::OrText(_) => {
            "String".to_owned()
        }
        Ty::List(inner) => format!("Vec<{}>", rust(inner)),
        Ty::Map(inner) => format!("BTreeMap<String, {}>", rust(inner)),
        Ty::Struct(name) | Ty::Enum(name, _) | Ty::Union(name, _) => name.clone(),
    }
}
