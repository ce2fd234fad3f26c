//! The same models with serde's derive in both directions, to compare with.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use xtask::ir::{Api, Field, Ty, Type};

/// The crate, still without models.
pub(crate) fn scaffold(root: &Path) -> io::Result<()> {
    let manifest = r#"[package]
name = "derived"
version = "0.1.0"
edition = "2024"

[features]
default = ["models"]
models = []

[dependencies]
serde = { workspace = true, features = ["derive"] }
serde_json.workspace = true
"#;
    fs::create_dir_all(root.join("derived/src"))?;
    fs::write(root.join("derived/Cargo.toml"), manifest)?;
    fs::write(root.join("derived/src/lib.rs"), "")
}

/// The models of an API: structs and enums with the same fields, derives, setters left out.
pub(crate) fn write(root: &Path, api: &Api) -> io::Result<()> {
    let mut text = "#![cfg(feature = \"models\")]\n#![allow(unused_imports)]\n".to_owned();
    for (number, module) in api.modules.iter().enumerate() {
        let _ = writeln!(
            text,
            "pub mod m{number} {{\nuse serde::{{Serialize, Deserialize}};\nuse std::collections::BTreeMap;"
        );
        for ty in &module.types {
            text.push_str("#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]\n");
            match ty {
                Type::Struct(structure) => {
                    let _ = writeln!(text, "pub struct {} {{", structure.name);
                    structure.fields.iter().for_each(|declared| field(&mut text, declared));
                    text.push_str("}\n");
                }
                Type::Enum(enumeration) => {
                    let _ = writeln!(text, "pub enum {} {{", enumeration.name);
                    for value in &enumeration.values {
                        let _ = writeln!(text, "#[serde(rename = \"{}\")] {},", value.wire, value.name);
                    }
                    text.push_str("}\n");
                }
                Type::Union(union) => {
                    let _ = writeln!(text, "#[serde(tag = \"{}\")]\npub enum {} {{", union.tag, union.name);
                    for variant in &union.variants {
                        let _ = writeln!(
                            text,
                            "#[serde(rename = \"{}\")] {} {{ #[serde(rename = \"{}\")] content: {} }},",
                            variant.tag,
                            variant.name,
                            variant.content,
                            variant.ty.as_ref().map_or_else(|| "()".to_owned(), rust)
                        );
                    }
                    text.push_str("}\n");
                }
            }
        }
        text.push_str("}\n");
    }
    fs::write(root.join("derived/src/lib.rs"), text)
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
        Ty::I32 => "i32".to_owned(),
        Ty::U32 => "u32".to_owned(),
        Ty::I64 | Ty::Timestamp => "i64".to_owned(),
        Ty::U64 => "u64".to_owned(),
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
