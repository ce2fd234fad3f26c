//! How models become JSON and come back: one short impl a type, apart from the models.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{Enum, Field, Module, Repr, Struct, Ty, Type, Union};
use crate::names::ident;

/// The impls every user needs: writing what is sent, reading what is received.
pub(super) fn in_use(module: &Module) -> TokenStream {
    let enums = module.types.iter().filter_map(|ty| match ty {
        Type::Enum(enumeration) => Some(open_enum(enumeration)),
        _ => None,
    });
    let open_enums = list("open_enums", module, |ty| matches!(ty, Type::Enum(_)));
    let open_unions = list("open_unions", module, |ty| matches!(ty, Type::Union(_)));
    let written = written(module, |ty| ty.direction().sent);
    let read = read(module, |ty| ty.direction().received);
    quote! {
        //! Wire names and values: writing what is sent, reading what is received.
        #[allow(unused_imports)]
        use super::*;
        use crate::wire;
        #(#enums)*
        #written
        #read
        #open_enums
        #open_unions
    }
}

/// The other direction, for the feature `bidirectional`.
pub(super) fn reverse(module: &Module) -> TokenStream {
    let written = written(module, |ty| !ty.direction().sent);
    let read = read(module, |ty| !ty.direction().received);
    quote! {
        //! The direction that only fakes, proxies, caches and tests need: reading what is sent, writing what is received.
        #[allow(unused_imports)]
        use super::*;
        use crate::wire;
        #written
        #read
    }
}

fn written(module: &Module, chosen: impl Fn(&Type) -> bool) -> TokenStream {
    let impls = module.types.iter().filter(|ty| chosen(ty)).filter_map(|ty| match ty {
        Type::Struct(structure) => Some(write_struct(structure)),
        Type::Union(union) => Some(write_union(union)),
        Type::Enum(_) => None,
    });
    let objects = list("write_objects", module, |ty| chosen(ty) && !matches!(ty, Type::Enum(_)));
    let ints = list("write_int_enums", module, |ty| chosen(ty) && repr(ty) == Some(Repr::Int));
    let strings = list("write_string_enums", module, |ty| chosen(ty) && repr(ty) == Some(Repr::String));
    quote!(#(#impls)* #objects #ints #strings)
}

fn read(module: &Module, chosen: impl Fn(&Type) -> bool) -> TokenStream {
    let impls = module.types.iter().filter(|ty| chosen(ty)).filter_map(|ty| match ty {
        Type::Struct(structure) => Some(read_struct(structure)),
        Type::Union(union) => Some(read_union(union)),
        Type::Enum(_) => None,
    });
    let objects = list("read_objects", module, |ty| chosen(ty) && matches!(ty, Type::Struct(_)));
    let unions = list("read_unions", module, |ty| chosen(ty) && matches!(ty, Type::Union(_)));
    let ints = list("read_int_enums", module, |ty| chosen(ty) && repr(ty) == Some(Repr::Int));
    let strings = list("read_string_enums", module, |ty| chosen(ty) && repr(ty) == Some(Repr::String));
    quote!(#(#impls)* #objects #unions #ints #strings)
}

/// A macro of the wire layer, called with the types that need it.
fn list(name: &str, module: &Module, chosen: impl Fn(&Type) -> bool) -> Option<TokenStream> {
    let types: Vec<_> = module.types.iter().filter(|ty| chosen(ty)).map(|ty| ident(ty.name())).collect();
    let name = ident(name);
    (!types.is_empty()).then(|| quote!(wire::#name! { #(#types),* }))
}

fn repr(ty: &Type) -> Option<Repr> {
    match ty {
        Type::Enum(enumeration) => Some(enumeration.repr),
        _ => None,
    }
}

fn write_struct(structure: &Struct) -> TokenStream {
    let name = ident(&structure.name);
    let puts: Vec<TokenStream> = structure.fields.iter().filter(|field| !field.in_query).map(put).collect();
    let out = if puts.is_empty() { quote!(_out) } else { quote!(out) };
    let puts = chain(puts);
    quote! {
        impl wire::WriteObject for #name {
            fn put<O: wire::Output>(&self, #out: &mut O) -> Result<(), O::Error> { #puts }
        }
    }
}

/// Writes one field.
pub(super) fn put(field: &Field) -> TokenStream {
    let wire = &field.wire;
    let name = ident(&field.rust);
    match (&field.ty, field.optional) {
        (Ty::Flag, false) => quote!(out.put(#wire, &wire::flag(self.#name))),
        (Ty::Flag, true) => quote!(out.put_some(#wire, &self.#name.map(wire::flag))),
        (_, false) => quote!(out.put(#wire, &self.#name)),
        (_, true) => quote!(out.put_some(#wire, &self.#name)),
    }
}

/// Fallible steps, one after the other.
pub(super) fn chain(mut steps: Vec<TokenStream>) -> TokenStream {
    match steps.pop() {
        Some(last) => quote!(#(#steps?;)* #last),
        None => quote!(Ok(())),
    }
}

fn read_struct(structure: &Struct) -> TokenStream {
    let name = ident(&structure.name);
    let body = if structure.fields.is_empty() {
        quote!(field.skip())
    } else {
        let arms = structure.fields.iter().map(|field| {
            let wire = &field.wire;
            let name = ident(&field.rust);
            quote!(#wire => field.read(&mut self.#name))
        });
        quote!(match name { #(#arms,)* _ => field.skip() })
    };
    let argument = if structure.fields.is_empty() { quote!(_name) } else { quote!(name) };
    quote! {
        impl wire::ReadObject for #name {
            fn set<'de, F: wire::Field<'de>>(&mut self, #argument: &str, field: F) -> Result<(), F::Error> {
                #body
            }
        }
    }
}

fn open_enum(enumeration: &Enum) -> TokenStream {
    let name = ident(&enumeration.name);
    let variants: Vec<_> = enumeration.values.iter().map(|value| ident(&value.name)).collect();
    match enumeration.repr {
        Repr::Int => {
            let codes = enumeration.values.iter().map(|value| {
                let code: i64 = value.wire.parse().expect("checked: an integer");
                proc_macro2::Literal::i64_unsuffixed(code)
            });
            let codes: Vec<_> = codes.collect();
            quote! {
                impl wire::IntEnum for #name {
                    fn from_code(code: i64) -> Option<Self> {
                        let value = match code { #(#codes => Self::#variants,)* _ => return None };
                        Some(value)
                    }
                    fn code(&self) -> Result<i64, &Unknown> {
                        let code = match self { #(Self::#variants => #codes,)* Self::Other(unknown) => return Err(unknown) };
                        Ok(code)
                    }
                }
            }
        }
        Repr::String => {
            let wires: Vec<_> = enumeration.values.iter().map(|value| &value.wire).collect();
            quote! {
                impl wire::StringEnum for #name {
                    fn from_name(name: &str) -> Option<Self> {
                        let value = match name { #(#wires => Self::#variants,)* _ => return None };
                        Some(value)
                    }
                    fn name(&self) -> Result<&'static str, &Unknown> {
                        let name = match self { #(Self::#variants => #wires,)* Self::Other(unknown) => return Err(unknown) };
                        Ok(name)
                    }
                }
            }
        }
    }
}

fn write_union(union: &Union) -> TokenStream {
    let name = ident(&union.name);
    let tag = &union.tag;
    let arms = union.variants.iter().map(|variant| {
        let name = ident(&variant.name);
        let (value, content) = (&variant.tag, &variant.content);
        quote! {
            Self::#name(content) => {
                out.put(#tag, #value)?;
                out.put(#content, content)
            }
        }
    });
    quote! {
        impl wire::WriteObject for #name {
            fn put<O: wire::Output>(&self, out: &mut O) -> Result<(), O::Error> {
                match self {
                    #(#arms)*
                    Self::Other(unknown) => wire::WriteObject::put(unknown, out),
                }
            }
        }
    }
}

fn read_union(union: &Union) -> TokenStream {
    let name = ident(&union.name);
    let tag = &union.tag;
    let tags: Vec<_> = union.variants.iter().map(|variant| &variant.tag).collect();
    let contents = union.variants.iter().map(|variant| &variant.content);
    let variants = union.variants.iter().map(|variant| ident(&variant.name));
    quote! {
        impl wire::ReadUnion for #name {
            const TAG: &'static str = #tag;

            fn unknown(&mut self) -> Option<&mut UnknownUnion> {
                match self {
                    Self::Other(unknown) => Some(unknown),
                    _ => None,
                }
            }

            fn content(tag: &str) -> Option<&'static str> {
                let content = match tag { #(#tags => #contents,)* _ => return None };
                Some(content)
            }

            fn read_content<'de, F: wire::Field<'de>>(tag: &str, content: F) -> Result<Self, F::Error> {
                match tag {
                    #(#tags => content.take().map(Self::#variants),)*
                    _ => content.skip().map(|()| Self::default()),
                }
            }
        }
    }
}
