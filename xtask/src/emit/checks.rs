//! What is checked of a request before it is sent.

use std::collections::HashSet;

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::api::{Field, Struct, Ty, Type, Union};
use crate::spec::names::ident;
use crate::spec::{FieldPath, LimitValue, Rule, Style};

fn is_limited(ty: &Ty, limited: &HashSet<&str>) -> bool {
    ty.name().is_some_and(|name| limited.contains(name))
}

/// What is checked of a type, if it is sent.
pub(super) fn of_type(ty: &Type, limited: &HashSet<&str>) -> TokenStream {
    match ty {
        Type::Struct(structure) => of_struct(structure, limited),
        Type::Union(union) => of_union(union, limited),
        Type::Enum(_) => TokenStream::new(),
    }
}

/// What is checked of a struct.
pub(super) fn of_struct(structure: &Struct, limited: &HashSet<&str>) -> TokenStream {
    let name = ident(&structure.name);
    let fields = structure.fields.iter().map(|field| check_field(field, limited));
    let rules = structure.rules.iter().map(|rule| check_rule(structure, rule));
    let steps: TokenStream = fields.chain(rules).collect();
    let checker = if steps.is_empty() { quote!(_checker) } else { quote!(checker) };
    quote! {
        impl crate::Check for #name {
            fn check(&self, #checker: &mut crate::Checker) { #steps }
        }
    }
}

fn check_rule(structure: &Struct, rule: &Rule) -> TokenStream {
    let named = |path: &FieldPath| {
        let field = structure.field(path.first()).expect("checked: the field exists");
        (&field.wire, ident(&field.rust))
    };
    let is_set = |path: &FieldPath| {
        let (wire, name) = named(path);
        quote!((#wire, self.#name.is_some()))
    };
    let value = |path: &FieldPath| {
        let (wire, name) = named(path);
        quote!((#wire, &self.#name))
    };
    match rule {
        Rule::MaxSpan { from, to, days } => {
            let (from, to, days) = (value(from), value(to), Literal::u32_unsuffixed(*days));
            quote!(checker.max_span(#from, #to, #days);)
        }
        Rule::Group(group, fields) => {
            let (check, fields) = (ident(group.key()), fields.iter().map(is_set));
            quote!(checker.#check(&[#(#fields),*]);)
        }
        Rule::RequiredWhen { field, when, is } => {
            let (field, when) = (is_set(field), value(when));
            quote!(checker.required_when(#field, #when, &[#(#is),*]);)
        }
    }
}

fn check_field(field: &Field, limited: &HashSet<&str>) -> TokenStream {
    let wire = &field.wire;
    let name = ident(&field.rust);
    let limits = field.limits.iter().filter(|limit| limit.refuses()).map(|limit| {
        let check = ident(limit.kind.key());
        match &limit.value {
            LimitValue::Number(number) => {
                let number = Literal::i64_unsuffixed(*number);
                quote!(checker.#check(#wire, &self.#name, #number);)
            }
            LimitValue::Pattern(pattern) => {
                quote!(checker.#check(#wire, &self.#name, crate::pattern!(#pattern));)
            }
        }
    });
    let nested = is_limited(&field.ty, limited).then(|| {
        if field.embed {
            quote!(crate::Check::check(&self.#name, checker);)
        } else {
            quote!(checker.nested(#wire, &self.#name);)
        }
    });
    quote!(#(#limits)* #nested)
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
