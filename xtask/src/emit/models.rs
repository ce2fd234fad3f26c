//! The models: structs with their constructors and setters, open enums, open unions.

use proc_macro2::TokenStream;
use quote::quote;

use super::arguments::{argument, is_cursor};
use super::items::{doc, field_type, imports, module_doc, rust_type, support_type};
use super::{docs, received, search};
use crate::api::{Enum, Field, Member, Module, Operation, Struct, Ty, Type, Union, Variant};
use crate::spec::Style;
use crate::spec::names::{ident, snake};

/// The types of one spec file.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = module_doc(&docs::module(module));
    let aliases = search::chapter_aliases(module).map(|aliases| quote!(#![#aliases]));
    let types = module.types.iter().map(|ty| match ty {
        Type::Struct(structure) => struct_item(module, structure),
        Type::Enum(enumeration) => enum_item(module, enumeration),
        Type::Union(union) => union_item(module, union),
    });
    let received = received::items(module);
    let imports = imports(support_types(module), &quote!(crate));
    let shared = module.imports.iter().map(|(chapter, names)| {
        let (family, chapter) = (ident(&module.family), ident(chapter));
        let names = names.iter().map(|name| ident(name));
        quote!(pub use crate::#family::#chapter::{#(#names),*};)
    });
    // Tests write callbacks, and read replies.
    let reversed = if module.documents.is_empty() {
        quote!(feature = "bidirectional")
    } else {
        quote!(any(feature = "bidirectional", feature = "test-util"))
    };
    quote! {
        #doc
        #aliases
        mod impls;
        #[cfg(#reversed)]
        mod reverse;
        #imports
        #(#shared)*
        #received
        #(#types)*
    }
}

/// The hand-written types that the types of a module are made of.
fn support_types(module: &Module) -> Vec<&'static str> {
    let mut names = Vec::new();
    names.extend(module.received().next().map(|_| "Value"));
    for ty in &module.types {
        match ty {
            Type::Struct(_) => {}
            Type::Enum(_) => names.push("Unknown"),
            Type::Union(union) if union.style == Style::Kind => names.push("Value"),
            Type::Union(_) => names.push("UnknownUnion"),
        }
        let types = ty.members().into_iter().filter_map(Member::ty);
        names.extend(types.flat_map(Ty::layers).filter_map(support_type));
    }
    names
}

fn struct_item(module: &Module, structure: &Struct) -> TokenStream {
    let docs = doc(&docs::structure(module, structure));
    let name = ident(&structure.name);
    let fields = structure.fields.iter().map(|field| {
        let docs = doc(&docs::field(module, field));
        let name = ident(&field.rust);
        let ty = field_type(field);
        quote!(#docs pub #name: #ty)
    });
    let methods = structure.direction.sent.then(|| methods(module, structure));
    let aliases = match module.operation(&structure.name) {
        Some(Operation::Request(endpoint)) => Some(search::endpoint_aliases(endpoint)),
        Some(Operation::Document(document)) => Some(search::event_aliases(document)),
        Some(Operation::Response(_)) | None => None,
    };
    let aliases = aliases.map(|aliases| quote!(#[#aliases]));
    // What is received is made by nobody but tests, which need no more than a literal.
    let open = if structure.direction.received {
        quote!(#[cfg_attr(not(feature = "test-util"), non_exhaustive)])
    } else {
        quote!(#[non_exhaustive])
    };
    let arguments = (structure.direction.sent && structure.names_arguments()).then(|| arguments(structure));
    quote! {
        #docs
        #aliases
        #[derive(Clone, Debug, Default, PartialEq)]
        #open
        pub struct #name { #(#fields),* }
        #methods
        #arguments
    }
}

/// `new` with what is required, and a setter for everything else.
fn methods(module: &Module, structure: &Struct) -> TokenStream {
    let name = ident(&structure.name);
    let required: Vec<(&Field, TokenStream, TokenStream)> = structure
        .required()
        .map(|field| {
            let (ty, value) = argument(module, field);
            (field, ty, value)
        })
        .collect();
    let named = structure.names_arguments();
    let arguments = if named {
        let arguments = ident(&structure.arguments());
        quote!(required: #arguments)
    } else {
        let arguments = required.iter().map(|(field, ty, _)| {
            let name = ident(&field.rust);
            quote!(#name: #ty)
        });
        quote!(#(#arguments),*)
    };
    let values = required.iter().map(|(field, _, value)| {
        let name = ident(&field.rust);
        if named {
            return quote!(#name: required.#name);
        }
        if name == value.to_string() { quote!(#name) } else { quote!(#name: #value) }
    });
    let rest = (required.len() < structure.fields.len()).then(|| quote!(..Self::default()));
    let body =
        if required.is_empty() { quote!(Self::default()) } else { quote!(Self { #(#values,)* #rest }) };
    let new_doc = doc(&docs::constructor(module, structure));
    let setters = structure.fields.iter().filter(|field| field.optional);
    let setters = setters.map(|field| setter(module, structure, field));
    quote! {
        impl #name {
            #new_doc
            #[must_use]
            pub fn new(#arguments) -> Self { #body }
            #(#setters)*
        }
    }
}

/// The struct that `new` takes where arguments in a row would be mixed up.
fn arguments(structure: &Struct) -> TokenStream {
    let owner = &structure.name;
    let docs = doc(&format!("The required fields of [`{owner}`], for [`{owner}::new`]."));
    let name = ident(&structure.arguments());
    let fields = structure.required().map(|field| {
        let name = ident(&field.rust);
        let shown = name.to_string();
        let docs = doc(&format!("[`{0}`]({owner}::{0}).", shown.trim_start_matches("r#")));
        let ty = rust_type(&field.ty);
        quote!(#docs pub #name: #ty)
    });
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        pub struct #name { #(#fields),* }
    }
}

fn setter(module: &Module, structure: &Struct, field: &Field) -> TokenStream {
    let name = ident(&field.rust);
    let shown = name.to_string();
    let is_cursor = is_cursor(module, structure, field);
    let docs = doc(&docs::setter(field, shown.trim_start_matches("r#"), is_cursor));
    let (ty, value) = argument(module, field);
    let (ty, value) = if is_cursor {
        (quote!(impl crate::IntoCursor), quote!(#name.into_cursor()))
    } else {
        (ty, quote!(Some(#value)))
    };
    quote! {
        #docs
        #[must_use]
        pub fn #name(mut self, #name: #ty) -> Self {
            self.#name = #value;
            self
        }
    }
}

fn enum_item(module: &Module, enumeration: &Enum) -> TokenStream {
    let docs = doc(&docs::open(module, &enumeration.doc, enumeration.direction));
    let name = ident(&enumeration.name);
    let variants = enumeration.values.iter().map(|value| {
        let docs = doc(&docs::value(value));
        let name = ident(&value.name);
        quote!(#docs #name)
    });
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A value the documentation does not list.
            Other(Unknown),
        }
    }
}

fn union_item(module: &Module, union: &Union) -> TokenStream {
    let docs = doc(&docs::open(module, &union.doc, union.direction));
    let name = ident(&union.name);
    let variants = union.variants.iter().map(|variant| {
        let docs = doc(&docs::variant(module, union, variant));
        let name = ident(&variant.name);
        let content = variant.ty.as_ref().map(rust_type).map(|ty| quote!((#ty)));
        quote!(#docs #name #content)
    });
    let (what, other) = match union.style {
        Style::Sibling | Style::Flat => (
            format!("A `{}` that the documentation doesn't list, with all its fields.", union.tag),
            "UnknownUnion",
        ),
        Style::Oneof => {
            ("A field that the documentation doesn't list, as received.".to_owned(), "UnknownUnion")
        }
        Style::Kind => {
            ("A type of value that the documentation doesn't list, as received.".to_owned(), "Value")
        }
    };
    let what = doc(&what);
    let other = ident(other);
    let constructors = constructors(module, union);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            #what
            Other(#other),
        }
        #constructors
    }
}

/// A function for each variant whose content is made of one text: `Message::text("…")`.
fn constructors(module: &Module, union: &Union) -> Option<TokenStream> {
    let made = |variant: &Variant| {
        let (structure, field) = module.only_text(variant)?;
        let docs = doc(&format!("Creates [`{0}`](Self::{0}) from its only required field.", variant.name));
        let [function, argument] = [&snake(&variant.name), &field.rust].map(|name| ident(name));
        let [variant, content] = [&variant.name, &structure.name].map(|name| ident(name));
        Some(quote! {
            #docs
            #[must_use]
            pub fn #function(#argument: impl Into<String>) -> Self {
                Self::#variant(#content::new(#argument))
            }
        })
    };
    let functions: Vec<TokenStream> = union.variants.iter().filter_map(made).collect();
    let name = ident(&union.name);
    (!functions.is_empty()).then(|| quote!(impl #name { #(#functions)* }))
}
