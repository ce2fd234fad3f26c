//! Conversions by which callers pass what they have: contents and texts for unions, an image's ID for the image.

use proc_macro2::TokenStream;
use quote::quote;

use super::items::rust_type;
use crate::api::{Module, Ty, Type, Union};
use crate::spec::Style;
use crate::spec::names::{ident, snake};

/// Emits conversions into unions, from their contents and from a text, and into structs that hold little more than one value.
pub(super) fn impls(module: &Module) -> TokenStream {
    let unions = || module.types.iter().filter_map(as_union);
    let contents = unions().flat_map(|union| {
        let name = ident(&union.name);
        module.by_content(union).into_iter().map(move |(variant, content)| {
            let (variant, content) = (ident(&variant.name), rust_type(content));
            quote!(#name::#variant(#content))
        })
    });
    let texts: Vec<TokenStream> = unions()
        .filter_map(|union| {
            let variant = module.by_text(union)?;
            let function =
                if union.style == Style::Kind { variant.name.clone() } else { snake(&variant.name) };
            let [name, function] = [&union.name, &function].map(|name| ident(name));
            Some(quote!(#name::#function))
        })
        .collect();
    let [mut parts, mut lists, mut numbers] = [const { Vec::new() }; 3];
    for (wrapper, field) in module.wrappers() {
        let name = ident(&wrapper.name);
        let (ty, group) = match &field.ty {
            Ty::List(item) => (&**item, &mut lists),
            Ty::Int | Ty::Uint | Ty::F64 => (&field.ty, &mut numbers),
            ty => (ty, &mut parts),
        };
        let ty = rust_type(ty);
        group.push(quote!(#name(#ty)));
    }
    let contents: Vec<TokenStream> = contents.collect();
    let contents = (!contents.is_empty()).then(|| quote!(wire::from_contents! { #(#contents),* }));
    let texts = (!texts.is_empty()).then(|| quote!(wire::from_texts! { #(#texts),* }));
    let wrappers = [("from_parts", parts), ("from_lists", lists), ("from_numbers", numbers)];
    let wrappers = wrappers.into_iter().filter(|(_, types)| !types.is_empty()).map(|(by, types)| {
        let by = ident(by);
        quote!(wire::#by! { #(#types),* })
    });
    quote!(#contents #texts #(#wrappers)*)
}

fn as_union(ty: &Type) -> Option<&Union> {
    match ty {
        Type::Union(union) => Some(union),
        Type::Struct(_) | Type::Enum(_) => None,
    }
}
