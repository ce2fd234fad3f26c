//! A consistent file as YAML that a person would write.

use serde_json::Value;
use xtask::spec::effect::{self, Effect};

use crate::chapter::{Chapter, Endpoint, Field, Ty, Type, Variant, type_name};
use crate::example::a_file;
use crate::plan::Sent;
use crate::words::quoted;

/// Whether a type belongs in a section of a spec file.
type Belongs = fn(&Type) -> bool;

impl Chapter<'_> {
    pub(crate) fn yaml(&self) -> String {
        let mut yaml = format!("title: {}\nsummary: {}\n\nendpoints:\n", self.text(0), self.text(1));
        for (index, endpoint) in self.endpoints.iter().enumerate() {
            let Endpoint { safe, name, sent, answer, more, request, response } = endpoint;
            let method = if *sent == Sent::Query { "GET" } else { "POST" };
            let path = format!("/cgi-bin/zoo/call_{index}");
            // A title is never a verb.
            let told = effect::told(&path, name, "").map(|told| told.effect);
            let safe = told.map_or(*safe, |effect| effect == Effect::Reads);
            let safe = if safe { "    safe: true\n" } else { "" };
            yaml += &format!(
                "  {}:\n    title: {}\n    summary: {}\n    notes: {}\n    doc: {{ id: {}, page: 7 }}\n    \
                 call: {method} {path}\n{safe}{more}",
                quoted(name),
                self.text(2),
                self.text(3),
                self.text(4),
                index + 10,
            );
            yaml += &format!("    request:{}", self.fields_yaml(request, 6));
            yaml += &format!("    response:{}    examples:\n", self.fields_yaml(response, 6));
            for example in 0..=self.salt(index) % 2 {
                let request = block(&self.object(request, 0, index + example));
                let file = *answer == "file" || (*answer == "file_or_json" && example == 0);
                let mut response =
                    if file { a_file() } else { self.object(response, 0, index + example + 1) };
                if !file && *answer != "xml" {
                    response["errcode"] = 0.into();
                }
                yaml += &format!("      - request: {request}        response: {}", block(&response));
            }
        }
        let sections: [(&str, Belongs); 3] = [
            ("structs", |ty| matches!(ty, Type::Struct(_))),
            ("enums", |ty| matches!(ty, Type::Ints(_) | Type::Strings(_))),
            ("unions", |ty| matches!(ty, Type::Union { .. })),
        ];
        for (section, belongs) in sections {
            yaml += &format!("\n{section}:");
            let before = yaml.len();
            for (index, ty) in self.types.iter().enumerate().filter(|(_, ty)| belongs(ty)) {
                yaml += &format!("\n  {}:\n    doc: {}\n", type_name(index), self.text(index + 5));
                yaml += &self.type_yaml(ty);
            }
            if yaml.len() == before {
                yaml += " {}\n";
            }
        }
        yaml
    }

    pub(crate) fn type_yaml(&self, ty: &Type) -> String {
        let mut yaml = String::new();
        match ty {
            Type::Struct(fields) => yaml += &format!("    fields:{}", self.fields_yaml(fields, 6)),
            Type::Ints(values) => {
                yaml += "    repr: int\n    values:\n";
                for (index, value) in values.iter().enumerate() {
                    yaml += &format!("      {value}: V{index}\n");
                }
            }
            Type::Strings(values) => {
                yaml += "    repr: string\n    values:\n";
                for ((index, value), name) in
                    values.iter().enumerate().zip(["Type", "None", "Self", "V2", "Async"])
                {
                    let (value, doc) = (quoted(value), self.text(index));
                    yaml += &format!("      {value}: {{ name: {name}, doc: {doc} }}\n");
                }
            }
            Type::Union { style, ints, tag, variants } => {
                if *style != "sibling" {
                    yaml += &format!("    style: {style}\n");
                }
                if *ints {
                    yaml += "    repr: int\n";
                }
                if ["sibling", "flat"].contains(style) {
                    yaml += &format!("    tag: {}\n", quoted(tag));
                }
                yaml += "    variants:\n";
                for Variant { tag, name, key, bare, ty } in variants {
                    let (tag, ty) = (if *ints { tag.clone() } else { quoted(tag) }, ty_text(ty));
                    let more = |key: &str, value: &Option<String>| {
                        value.as_ref().map(|value| format!(", {key}: {}", quoted(value))).unwrap_or_default()
                    };
                    let (name, key) = (more("name", name), more("key", key));
                    if *bare {
                        yaml += &format!("      {tag}: {{ doc: Nothing else.{name} }}\n");
                    } else if name.is_empty() && key.is_empty() {
                        yaml += &format!("      {tag}: {ty}\n");
                    } else {
                        yaml += &format!("      {tag}: {{ type: {ty}{name}{key} }}\n");
                    }
                }
            }
        }
        yaml
    }

    pub(crate) fn fields_yaml(&self, fields: &[Field], indent: usize) -> String {
        if fields.is_empty() {
            return " {}\n".to_owned();
        }
        let mut yaml = "\n".to_owned();
        for (index, field) in fields.iter().enumerate() {
            let Field { wire, rename, optional, place, embed, limits, ty, .. } = field;
            let key = quoted(&format!("{wire}{}", if *optional { "?" } else { "" }));
            let rename = rename.as_ref().map(|rename| format!(", rename: {rename}")).unwrap_or_default();
            let place = if *place == "body" { String::new() } else { format!(", in: {place}") };
            let embed = if *embed { ", embed: true" } else { "" };
            let quirk = if matches!(ty, Ty::Generic("or_text", _)) { ", quirk: Shown as text." } else { "" };
            yaml += &format!(
                "{:indent$}{key}: {{ type: {}{rename}{place}{embed}{quirk}{limits}, doc: {} }}\n",
                "",
                quoted(&ty_text(ty)),
                self.text(index)
            );
        }
        yaml
    }
}

/// JSON as the literal text of an example.
fn block(value: &Value) -> String {
    let pretty = serde_json::to_string_pretty(value).expect("JSON can be written");
    format!("|\n          {}\n", pretty.replace('\n', "\n          "))
}

fn ty_text(ty: &Ty) -> String {
    match ty {
        Ty::Scalar(scalar) => (*scalar).to_owned(),
        Ty::Generic(generic, inner) => format!("{generic}<{}>", ty_text(inner)),
        Ty::Named(index) => type_name(*index),
    }
}
