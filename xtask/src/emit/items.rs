//! Tokens that several kinds of files share, and the formatting of all files.

use std::collections::BTreeSet;
use std::mem::{self, discriminant};

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, File, ImplItem, Item, ItemImpl};

use crate::api::{Field, Ty};
use crate::spec::names::ident;

/// Formats items as a file's text, with a blank line between items and between methods.
///
/// prettyplease inserts none, so every item is formatted alone, and every method as the only one of its impl.
///
/// # Panics
///
/// If the tokens are not Rust items, which is a mistake in this crate.
pub(super) fn format_items(tokens: TokenStream) -> String {
    // Not cloned for the message: parsing a shared token stream copies it again, level by level.
    let file: File =
        syn::parse2(tokens).unwrap_or_else(|error| panic!("generated tokens are not Rust: {error}"));
    let mut text = unparse(file.attrs, Vec::new());
    let mut previous = None;
    for item in file.items {
        let kind = discriminant(&item);
        let together = match &item {
            Item::Use(_) | Item::Mod(_) => true,
            Item::Const(item) => item.attrs.is_empty(),
            _ => false,
        };
        let grouped = together && previous == Some(kind);
        if !text.is_empty() && !grouped {
            text.push('\n');
        }
        text.push_str(&format_item(item));
        previous = Some(kind);
    }
    text
}

fn format_item(item: Item) -> String {
    let Item::Impl(mut block) = item else { return unparse(Vec::new(), vec![item]) };
    let mut parts = chunks(mem::take(&mut block.items));
    if parts.len() < 2 {
        block.items = parts.pop().unwrap_or_default();
        return unparse(Vec::new(), vec![Item::Impl(block)]);
    }
    let mut header = String::new();
    let mut bodies = Vec::new();
    for part in parts {
        let alone = ItemImpl { items: part, ..block.clone() };
        let text = unparse(Vec::new(), vec![Item::Impl(alone)]);
        let (first, rest) = text.split_once("{\n").expect("an impl opens with a brace");
        header = format!("{first}{{\n");
        bodies.push(
            rest.trim_end().strip_suffix('}').expect("an impl ends with a brace").trim_end().to_owned(),
        );
    }
    format!("{header}{}\n}}\n", bodies.join("\n\n"))
}

/// Splits the items of an impl: those before the first method together, then each method alone.
fn chunks(items: Vec<ImplItem>) -> Vec<Vec<ImplItem>> {
    let is_method = |item: &ImplItem| matches!(item, ImplItem::Fn(_));
    let mut chunks: Vec<Vec<ImplItem>> = Vec::new();
    for item in items {
        match chunks.last_mut() {
            Some(chunk) if !is_method(&item) => chunk.push(item),
            _ => chunks.push(vec![item]),
        }
    }
    chunks
}

fn unparse(attrs: Vec<Attribute>, items: Vec<Item>) -> String {
    prettyplease::unparse(&File { shebang: None, frontmatter: None, attrs, items })
}

/// Emits a documentation comment.
pub(super) fn doc(text: &str) -> TokenStream {
    let lines = doc_lines(text);
    quote!(#(#[doc = #lines])*)
}

/// Emits the documentation of a whole module.
pub(super) fn module_doc(text: &str) -> TokenStream {
    let lines = doc_lines(text);
    quote!(#(#![doc = #lines])*)
}

/// Returns the lines of a documentation comment: paragraphs are wrapped anew, lists, tables and code stay as they are.
fn doc_lines(text: &str) -> Vec<String> {
    const WIDTH: usize = 100;
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    let text = text.replace('\r', " ");
    for line in text.lines().chain([""]) {
        in_code ^= line.trim_start().starts_with("```");
        let plain = !in_code
            && line.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '`' | '[' | '(' | '"' | '\''));
        if plain && !paragraph.is_empty() {
            paragraph.push(' ');
        }
        if plain {
            paragraph.push_str(line.trim_end());
            continue;
        }
        lines.extend(wrapped(&std::mem::take(&mut paragraph), WIDTH));
        lines.push(if line.is_empty() { String::new() } else { format!(" {line}") });
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && line.chars().count() + word.chars().count() >= width {
            lines.push(std::mem::take(&mut line));
        }
        line.push(' ');
        line.push_str(word);
    }
    lines.extend((!line.is_empty()).then_some(line));
    lines
}

/// A list, unless it is empty.
pub(super) fn list(items: impl IntoIterator<Item = impl ToTokens>) -> Option<TokenStream> {
    let mut items = items.into_iter().peekable();
    items.peek()?;
    Some(quote!(&[#(#items),*]))
}

/// Returns a text as a raw string, so that JSON stays readable.
pub(super) fn raw_string(text: &str) -> Literal {
    if text.contains('\r') {
        // A raw string can't contain this.
        return Literal::string(text);
    }
    let longest = text
        .split('"')
        .skip(1)
        .map(|rest| rest.len() - rest.trim_start_matches('#').len())
        .max()
        .unwrap_or(0);
    let hashes = "#".repeat(longest + 1);
    format!("r{hashes}\"{text}\"{hashes}").parse().expect("the text has no run of hashes this long")
}

/// Emits a field's type in a model.
pub(super) fn field_type(field: &Field) -> TokenStream {
    let ty = rust_type(&field.ty);
    if field.optional { quote!(Option<#ty>) } else { ty }
}

/// Returns the Rust name of a type that wecom-models provides. No type of a spec has such a name.
pub(super) fn support_type(ty: &Ty) -> Option<&'static str> {
    match ty {
        Ty::Timestamp => Some("Timestamp"),
        Ty::Secret => Some("Secret"),
        Ty::Any => Some("Value"),
        Ty::File => Some("File"),
        Ty::Map(_) => Some("BTreeMap"),
        Ty::Json(_) => Some("Json"),
        Ty::Pipe(_) => Some("Pipe"),
        Ty::Csv(_) => Some("Csv"),
        Ty::OrText(_) => Some("OrText"),
        _ => None,
    }
}

/// Emits a type, for files that import its [`support_type`]s.
///
/// # Panics
///
/// If it isn't written as Rust is, which is a mistake in this crate.
pub(super) fn rust_type(ty: &Ty) -> TokenStream {
    tokens(&ty.to_string())
}

/// Parses a short text as Rust.
pub(super) fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("`{text}` is not Rust: {error}"))
}

/// Emits the imports of [`support_type`]s; those of wecom-models are at `models`.
pub(super) fn imports<'a>(names: impl IntoIterator<Item = &'a str>, models: &TokenStream) -> TokenStream {
    let names: BTreeSet<&str> = names.into_iter().collect();
    let map = names.contains("BTreeMap").then(|| {
        quote!(
            use std::collections::BTreeMap;
        )
    });
    let value = names.contains("Value").then(|| {
        quote!(
            use serde_json::Value;
        )
    });
    let own: Vec<_> =
        names.iter().filter(|name| !matches!(**name, "BTreeMap" | "Value")).map(|name| ident(name)).collect();
    let own = match own.as_slice() {
        [] => None,
        [one] => Some(quote!(use #models::#one;)),
        several => Some(quote!(use #models::{#(#several),*};)),
    };
    quote!(#map #value #own)
}
