//! Checks of a request that run before it is sent.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::{limits, rules};
use crate::api::{Field, Module, Struct, Ty, Type, Union};
use crate::spec::Style;
use crate::spec::names::ident;

fn is_limited(ty: &Ty, limited: &HashSet<&str>) -> bool {
    ty.name().is_some_and(|name| limited.contains(name))
}

/// Emits the checks of a type, if it is sent.
pub(super) fn of_type(module: &Module, ty: &Type, limited: &HashSet<&str>) -> TokenStream {
    match ty {
        Type::Struct(structure) => of_struct(module, structure, limited),
        Type::Union(union) => of_union(union, limited),
        Type::Enum(_) => TokenStream::new(),
    }
}

/// Emits the checks of a struct.
pub(super) fn of_struct(module: &Module, structure: &Struct, limited: &HashSet<&str>) -> TokenStream {
    let name = ident(&structure.name);
    let fields = structure.fields.iter().map(|field| check_field(field, limited));
    let rules = structure.rules.iter().map(|rule| rules::check(module, structure, rule));
    let steps: TokenStream = fields.chain(rules).collect();
    let checker = if steps.is_empty() { quote!(_checker) } else { quote!(checker) };
    quote! {
        impl crate::Check for #name {
            fn check(&self, #checker: &mut crate::Checker) { #steps }
        }
    }
}

fn check_field(field: &Field, limited: &HashSet<&str>) -> TokenStream {
    let wire = &field.wire;
    let name = ident(&field.rust);
    let limits = limits::checks(&field.limits, wire, &quote!(&self.#name));
    let each = (!field.each.is_empty()).then(|| {
        let limits = limits::checks(&field.each, "", &quote!(item));
        quote!(checker.each(#wire, &self.#name, |checker, item| { #limits });)
    });
    let nested = is_limited(&field.ty, limited).then(|| {
        if field.embed {
            quote!(crate::Check::check(&self.#name, checker);)
        } else {
            quote!(checker.nested(#wire, &self.#name);)
        }
    });
    quote!(#limits #each #nested)
}

fn of_union(union: &Union, limited: &HashSet<&str>) -> TokenStream {
    let name = ident(&union.name);
    let arms = union
        .variants
        .iter()
        .filter(|variant| variant.ty.as_ref().is_some_and(|ty| is_limited(ty, limited)))
        .map(|variant| {
            let (name, content) = (ident(&variant.name), &variant.content);
            match union.style {
                Style::Sibling | Style::Oneof => {
                    quote!(Self::#name(content) => checker.nested(#content, content),)
                }
                Style::Flat | Style::Kind => {
                    quote!(Self::#name(content) => crate::Check::check(content, checker),)
                }
            }
        });
    quote! {
        impl crate::Check for #name {
            fn check(&self, checker: &mut crate::Checker) {
                match self {
                    #(#arms)*
                    _ => {}
                }
            }
        }
    }
}
