//! Conversion between models and JSON: one short impl per type, apart from the models.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::{conversions, received};
use crate::api::{Enum, Exact, Field, Module, Struct, Ty, Type, Union, Variant};
use crate::spec::names::ident;
use crate::spec::{Place, Repr, Style};

/// Emits the impls that every user needs: writing requests, reading responses.
pub(super) fn in_use(module: &Module) -> TokenStream {
    let enums = module.types.iter().filter_map(|ty| match ty {
        Type::Enum(enumeration) => Some(open_enum(enumeration)),
        _ => None,
    });
    let int_enums = list("int_enums", module, |ty| repr(ty) == Some(Repr::Int));
    let string_enums = list("string_enums", module, |ty| repr(ty) == Some(Repr::String));
    let open_enums = list("open_enums", module, |ty| matches!(ty, Type::Enum(_)));
    let open_unions = list("open_unions", module, |ty| style(ty).is_some_and(|style| style != Style::Kind));
    let open_kinds = list("open_kinds", module, |ty| style(ty) == Some(Style::Kind));
    let conversions = conversions::impls(module);
    let received = received::impls(module);
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
        #int_enums
        #string_enums
        #open_unions
        #open_kinds
        #conversions
        #received
    }
}

/// Emits the other direction, for the feature `bidirectional`.
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
    let objects = list("write_objects", module, |ty| {
        chosen(ty) && !matches!(ty, Type::Enum(_)) && style(ty) != Some(Style::Kind)
    });
    let ints = list("write_int_enums", module, |ty| chosen(ty) && repr(ty) == Some(Repr::Int));
    let strings = list("write_string_enums", module, |ty| chosen(ty) && repr(ty) == Some(Repr::String));
    quote!(#(#impls)* #objects #ints #strings)
}

fn read(module: &Module, chosen: impl Fn(&Type) -> bool) -> TokenStream {
    let exact = Exact::new(module);
    let impls = module.types.iter().filter(|ty| chosen(ty)).filter_map(|ty| match ty {
        Type::Struct(structure) => Some(read_struct(structure, &exact)),
        Type::Union(union) => Some(read_union(union)),
        Type::Enum(_) => None,
    });
    let objects = list("read_objects", module, |ty| chosen(ty) && matches!(ty, Type::Struct(_)));
    let unions = [Style::Sibling, Style::Flat, Style::Oneof].map(|wanted| {
        let types: Vec<_> = names(module, |ty| chosen(ty) && style(ty) == Some(wanted));
        let set = format_ident!("set_{}", wanted.keyword());
        (!types.is_empty()).then(|| quote!(wire::read_unions! { #set: #(#types),* }))
    });
    let kinds = list("read_kinds", module, |ty| chosen(ty) && style(ty) == Some(Style::Kind));
    let ints = list("read_int_enums", module, |ty| chosen(ty) && repr(ty) == Some(Repr::Int));
    let strings = list("read_string_enums", module, |ty| chosen(ty) && repr(ty) == Some(Repr::String));
    quote!(#(#impls)* #objects #(#unions)* #kinds #ints #strings)
}

/// Emits a call of a macro of the wire layer with the types that need it.
fn list(name: &str, module: &Module, chosen: impl Fn(&Type) -> bool) -> Option<TokenStream> {
    let types = names(module, chosen);
    let name = ident(name);
    (!types.is_empty()).then(|| quote!(wire::#name! { #(#types),* }))
}

fn names(module: &Module, chosen: impl Fn(&Type) -> bool) -> Vec<Ident> {
    module.types.iter().filter(|ty| chosen(ty)).map(|ty| ident(ty.name())).collect()
}

fn style(ty: &Type) -> Option<Style> {
    match ty {
        Type::Union(union) => Some(union.style),
        _ => None,
    }
}

fn repr(ty: &Type) -> Option<Repr> {
    match ty {
        Type::Enum(enumeration) => Some(enumeration.repr),
        _ => None,
    }
}

fn write_struct(structure: &Struct) -> TokenStream {
    let name = ident(&structure.name);
    let puts: Vec<TokenStream> = structure.sent_in(Place::Body).map(put).collect();
    let out = if puts.is_empty() { quote!(_out) } else { quote!(out) };
    let puts = chain(puts);
    quote! {
        impl wire::WriteObject for #name {
            fn put<O: wire::Output>(&self, #out: &mut O) -> Result<(), O::Error> { #puts }
        }
    }
}

/// Emits the writing of a field, preceded by its number of items if another member has that.
pub(super) fn put(field: &Field) -> TokenStream {
    let (name, put) = (ident(&field.rust), put_alone(field));
    match &field.count {
        None => put,
        Some(count) if field.optional => {
            quote!({ out.put_some(#count, &self.#name.as_ref().map(Vec::len))?; #put })
        }
        Some(count) => quote!({ out.put(#count, &self.#name.len())?; #put }),
    }
}

fn put_alone(field: &Field) -> TokenStream {
    let wire = &field.wire;
    let name = ident(&field.rust);
    if field.embed && field.optional {
        return quote!(self.#name.as_ref().map_or(Ok(()), |union| wire::WriteObject::put(union, out)));
    }
    if field.embed {
        return quote!(wire::WriteObject::put(&self.#name, out));
    }
    if let Some(item) = &field.item {
        return if field.optional {
            quote!(out.put_some(#wire, &self.#name.as_deref().map(|items| wire::items(#item, items))))
        } else {
            quote!(out.put(#wire, &wire::items(#item, &self.#name)))
        };
    }
    match (&field.ty, field.optional) {
        (Ty::List(item), false) if **item == Ty::Flag => quote!(out.put(#wire, &wire::flags(&self.#name))),
        (Ty::List(item), true) if **item == Ty::Flag => {
            quote!(out.put_some(#wire, &self.#name.as_deref().map(wire::flags)))
        }
        (Ty::Pipe(item) | Ty::Csv(item), optional) if **item == Ty::Flag => {
            let joined =
                if matches!(field.ty, Ty::Pipe(_)) { quote!(crate::Pipe) } else { quote!(crate::Csv) };
            let written = quote!(iter().copied().map(wire::flag).collect::<#joined<u8>>());
            if optional {
                quote!(out.put_some(#wire, &self.#name.as_ref().map(|items| items.#written)))
            } else {
                quote!(out.put(#wire, &self.#name.#written))
            }
        }
        (Ty::F64, false) => quote!(out.put(#wire, &wire::Number(self.#name))),
        (Ty::F64, true) => quote!(out.put_some(#wire, &self.#name.map(wire::Number))),
        (Ty::Flag, false) => quote!(out.put(#wire, &wire::flag(self.#name))),
        (Ty::Flag, true) => quote!(out.put_some(#wire, &self.#name.map(wire::flag))),
        (_, false) => quote!(out.put(#wire, &self.#name)),
        (_, true) => quote!(out.put_some(#wire, &self.#name)),
    }
}

/// Chains fallible steps.
pub(super) fn chain(mut steps: Vec<TokenStream>) -> TokenStream {
    match steps.pop() {
        Some(last) => quote!(#(#steps?;)* #last),
        None => quote!(Ok(())),
    }
}

fn read_struct(structure: &Struct, exact: &Exact<'_>) -> TokenStream {
    let name = ident(&structure.name);
    let arms = structure.fields.iter().filter(|field| !field.embed).map(|field| {
        let wire = std::iter::once(&field.wire).chain(&field.aka);
        let name = ident(&field.rust);
        match &field.item {
            Some(item) => quote!(#(#wire)|* => field.read_items(#item, &mut self.#name)),
            None if exact.is_exact(structure, field) => {
                quote!(#(#wire)|* => field.read_exactly(&mut self.#name))
            }
            None => quote!(#(#wire)|* => field.read(&mut self.#name)),
        }
    });
    let counts = structure.fields.iter().filter_map(|field| field.count.as_ref());
    let arms = arms.chain(counts.map(|count| quote!(#count => field.read(&mut String::new()))));
    let rest = match structure.fields.iter().find(|field| field.embed) {
        Some(field) => {
            let union = ident(&field.rust);
            let union = if field.optional {
                quote!(self.#union.get_or_insert_default())
            } else {
                quote!(&mut self.#union)
            };
            quote!(wire::ReadObject::set(#union, name, field))
        }
        None => quote!(field.skip()),
    };
    let (argument, body) = if structure.fields.is_empty() {
        (quote!(_name), rest)
    } else {
        (quote!(name), quote!(match name { #(#arms,)* _ => #rest }))
    };
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
                Literal::i64_unsuffixed(code)
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
    let variants = union.variants.iter().map(|variant| ident(&variant.name));
    if union.style == Style::Kind {
        let contents = union.variants.iter().map(|variant| match variant.ty {
            Some(Ty::F64) => quote!(wire::Number(*content)),
            _ => quote!(content),
        });
        return quote! {
            impl serde::Serialize for #name {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        #(Self::#variants(content) => #contents.serialize(serializer),)*
                        Self::Other(value) => wire::Undocumented(value).serialize(serializer),
                    }
                }
            }
        };
    }
    let arms = union.variants.iter().zip(variants).map(|(variant, name)| {
        let content = &variant.content;
        let put = quote!(out.put(#content, content));
        match union.style {
            Style::Sibling if variant.ty.is_none() => {
                let tag = put_tag(union, variant);
                quote!(Self::#name => #tag,)
            }
            Style::Sibling => {
                let tag = put_tag(union, variant);
                quote!(Self::#name(content) => { #tag?; #put })
            }
            Style::Flat => {
                let tag = put_tag(union, variant);
                quote!(Self::#name(content) => { #tag?; wire::WriteObject::put(content, out) })
            }
            Style::Oneof | Style::Kind => quote!(Self::#name(content) => #put,),
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

fn put_tag(union: &Union, variant: &Variant) -> TokenStream {
    let tag = &union.tag;
    match union.repr {
        Repr::String => {
            let value = &variant.tag;
            quote!(out.put(#tag, #value))
        }
        Repr::Int => {
            let value = Literal::i64_suffixed(variant.tag.parse().expect("checked: an integer"));
            quote!(out.put(#tag, &#value))
        }
    }
}

fn read_union(union: &Union) -> TokenStream {
    let name = ident(&union.name);
    let tag = &union.tag;
    let full = || union.variants.iter().filter(|variant| variant.ty.is_some());
    let tags: Vec<_> = full().map(|variant| &variant.tag).collect();
    let variants: Vec<_> = full().map(|variant| ident(&variant.name)).collect();
    match union.style {
        Style::Sibling => {
            let contents = full().map(|variant| &variant.content);
            let bare: Vec<_> = union.variants.iter().filter(|variant| variant.ty.is_none()).collect();
            let bare = (!bare.is_empty()).then(|| {
                let tags = bare.iter().map(|variant| &variant.tag);
                let variants = bare.iter().map(|variant| ident(&variant.name));
                quote! {
                    fn bare(tag: &str) -> Option<Self> {
                        let variant = match tag { #(#tags => Self::#variants,)* _ => return None };
                        Some(variant)
                    }
                }
            });
            quote! {
                impl wire::SiblingUnion for #name {
                    const TAG: &'static str = #tag;

                    fn content(tag: &str) -> Option<&'static str> {
                        let content = match tag { #(#tags => #contents,)* _ => return None };
                        Some(content)
                    }

                    fn read_content<'de, F: wire::Field<'de>>(tag: &str, content: F) -> Result<Self, F::Error> {
                        match tag {
                            #(#tags => content.take_as(Self::#variants),)*
                            _ => content.skip().map(|()| Self::default()),
                        }
                    }

                    #bare
                }
            }
        }
        Style::Flat => quote! {
            impl wire::FlatUnion for #name {
                const TAG: &'static str = #tag;

                fn begin(tag: &str) -> Option<Self> {
                    let variant = match tag { #(#tags => Self::#variants(Default::default()),)* _ => return None };
                    Some(variant)
                }

                fn set_content<'de, F: wire::Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
                    match self {
                        #(Self::#variants(content) => wire::ReadObject::set(content, name, field),)*
                        Self::Other(_) => field.skip(),
                    }
                }
            }
        },
        Style::Oneof => quote! {
            impl wire::OneofUnion for #name {
                fn read_field<'de, F: wire::Field<'de>>(name: &str, field: F) -> Result<Result<Self, F>, F::Error> {
                    match name {
                        #(#tags => field.take_as(Self::#variants).map(Ok),)*
                        _ => Ok(Err(field)),
                    }
                }
            }
        },
        Style::Kind => {
            let kinds = union.variants.iter().map(|variant| match variant.tag.as_str() {
                "bool" => quote!(wire::Kind::Bool),
                "number" => quote!(wire::Kind::Number),
                "string" => quote!(wire::Kind::String),
                "list" => quote!(wire::Kind::List),
                _ => quote!(wire::Kind::Object),
            });
            quote! {
                impl wire::KindUnion for #name {
                    fn read_kind<'de, F: wire::Field<'de>>(kind: wire::Kind, value: F) -> Result<Result<Self, F>, F::Error> {
                        match kind {
                            #(#kinds => value.take_as(Self::#variants).map(Ok),)*
                            #[allow(unreachable_patterns)]
                            _ => Ok(Err(value)),
                        }
                    }
                }
            }
        }
    }
}
