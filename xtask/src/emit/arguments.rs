//! The arguments that callers may pass for a field to `new` and to its setter, and their conversion into the field's value.

use proc_macro2::TokenStream;
use quote::quote;

use super::items::rust_type;
use crate::api::{Field, Module, Operation, Struct, Ty};
use crate::spec::Unit;
use crate::spec::names::ident;

/// Returns the type that callers may pass for a field, and the expression that converts it to the field's.
pub(super) fn argument(module: &Module, field: &Field) -> (TokenStream, TokenStream) {
    let name = ident(&field.rust);
    let arguments = Arguments(module);
    match field.unit {
        Some(Unit::Seconds) => {
            let exact = rust_type(&field.ty);
            (quote!(impl crate::IntoSeconds<#exact>), quote!(#name.into_seconds()))
        }
        None => (arguments.ty(&field.ty), arguments.value(&field.ty, &quote!(#name))),
    }
}

/// Returns whether a field is the cursor of its request's pages. The cursor of the first page is none, so callers pass an `Option`, too.
pub(super) fn is_cursor(module: &Module, structure: &Struct, field: &Field) -> bool {
    let Some(Operation::Request(endpoint)) = module.operation(&structure.name) else { return false };
    let pages = endpoint.pagination.as_ref();
    let starts = pages.is_some_and(|pages| pages.start.steps().eq([field.wire.as_str()]));
    starts && field.optional && field.ty == Ty::String
}

/// Literals and arrays should just work.
struct Arguments<'a>(&'a Module);

impl Arguments<'_> {
    fn ty(&self, ty: &Ty) -> TokenStream {
        let exact = rust_type(ty);
        match ty {
            // Slices of `&str` and numbers of IDs, too.
            Ty::List(item) if takes_references(item) => {
                let item = rust_type(item);
                quote!(impl IntoIterator<Item = impl crate::IntoItem<#item>>)
            }
            Ty::List(item) => {
                let item = if is_mixed(item) { rust_type(item) } else { self.item(item) };
                quote!(impl IntoIterator<Item = #item>)
            }
            Ty::Map(item) => {
                let item = rust_type(item);
                quote!(impl IntoIterator<Item = (impl Into<String>, #item)>)
            }
            Ty::Json(inner) if self.converts(inner) => self.ty(inner),
            _ if self.converts(ty) => quote!(impl Into<#exact>),
            _ => exact,
        }
    }

    fn item(&self, item: &Ty) -> TokenStream {
        if self.is_plain_item(item) { rust_type(item) } else { self.ty(item) }
    }

    fn value(&self, ty: &Ty, name: &TokenStream) -> TokenStream {
        match ty {
            Ty::List(item) => match &**item {
                item if takes_references(item) => {
                    quote!(#name.into_iter().map(crate::IntoItem::into_item).collect())
                }
                Ty::List(_) => {
                    let inner = self.value(item, &quote!(item));
                    quote!(#name.into_iter().map(|item| #inner).collect())
                }
                item if self.converts(item) && !is_mixed(item) && !self.is_plain_item(item) => {
                    quote!(#name.into_iter().map(Into::into).collect())
                }
                _ => quote!(#name.into_iter().collect()),
            },
            Ty::Map(_) => quote!(#name.into_iter().map(|(name, item)| (name.into(), item)).collect()),
            Ty::Json(inner) if self.converts(inner) => {
                let value = self.value(inner, name);
                quote!(Json(#value))
            }
            _ if self.converts(ty) => quote!(#name.into()),
            _ => quote!(#name),
        }
    }

    /// Whether a value is taken as `impl Into`. Numbers aren't: nothing but a number becomes one, and not every integer fits.
    fn converts(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Struct(name) => self.0.wrapped(name).is_some(),
            Ty::String
            | Ty::Enum(..)
            | Ty::Timestamp
            | Ty::Secret
            | Ty::Any
            | Ty::Json(_)
            | Ty::Pipe(_)
            | Ty::Csv(_)
            | Ty::OrText(_)
            | Ty::Union(..) => true,
            _ => false,
        }
    }

    /// Whether a list takes exactly these items: structs that no text makes, and enums, since an empty list would not know its type.
    fn is_plain_item(&self, item: &Ty) -> bool {
        match item {
            Ty::Struct(name) => self.0.wrapped_item(name).is_none(),
            Ty::Enum(..) => true,
            _ => false,
        }
    }
}

/// Whether a list takes references to items.
fn takes_references(item: &Ty) -> bool {
    matches!(item, Ty::String | Ty::Int | Ty::Uint)
}

/// Whether a list of it has items of several kinds: with `impl Into`, `[image.into(), link.into()]` would not know its type.
fn is_mixed(item: &Ty) -> bool {
    matches!(item, Ty::Union(..))
}
