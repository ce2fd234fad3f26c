//! Conversions by which callers pass what they have: contents and texts for unions, an ID for a passive reply's image.

use proc_macro2::TokenStream;
use quote::quote;

use super::items::rust_type;
use crate::api::{Module, Type, Union};
use crate::spec::Style;
use crate::spec::names::{ident, snake};

/// Emits conversions into unions, from their contents and from a text, and into what sent documents hold.
pub(super) fn impls(module: &Module) -> TokenStream {
    let unions = || module.types.iter().filter_map(as_union);
    let contents = unions().flat_map(|union| {
        let name = ident(&union.name);
        module.by_content(union).into_iter().map(move |(variant, content)| {
            let (variant, content) = (ident(&variant.name), rust_type(content));
            quote!(#name::#variant(#content))
        })
    });
    let mut texts: Vec<TokenStream> = unions()
        .filter_map(|union| {
            let variant = module.by_text(union)?;
            let function =
                if union.style == Style::Kind { variant.name.clone() } else { snake(&variant.name) };
            let [name, function] = [&union.name, &function].map(|name| ident(name));
            Some(quote!(#name::#function))
        })
        .collect();
    let mut parts = Vec::new();
    for (wrapper, field) in module.wrappers() {
        let name = ident(&wrapper.name);
        let union = field.ty.name().and_then(|name| module.named(name)).and_then(as_union);
        if union.is_none_or(|union| module.by_text(union).is_some()) {
            texts.push(quote!(#name::new));
        }
        if let Some(union) = union {
            let contents = module.by_content(union).into_iter().map(|(_, content)| rust_type(content));
            let union = ident(&union.name);
            parts.push(quote!(#name(#union #(, #contents)*)));
        }
    }
    let contents: Vec<TokenStream> = contents.collect();
    let contents = (!contents.is_empty()).then(|| quote!(wire::from_contents! { #(#contents),* }));
    let texts = (!texts.is_empty()).then(|| quote!(wire::from_texts! { #(#texts),* }));
    let parts = (!parts.is_empty()).then(|| quote!(wire::from_parts! { #(#parts),* }));
    quote!(#contents #texts #parts)
}

fn as_union(ty: &Type) -> Option<&Union> {
    match ty {
        Type::Union(union) => Some(union),
        Type::Struct(_) | Type::Enum(_) => None,
    }
}
