//! Checks of rules over several fields in generated code.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::limits;
use crate::api::{Field, Module, Struct, Ty};
use crate::spec::names::ident;
use crate::spec::{Demand, FieldPath, Rule, Test, Total};

/// Emits the check of a rule of a struct.
pub(super) fn check(module: &Module, structure: &Struct, rule: &Rule) -> TokenStream {
    let along = |path: &FieldPath| module.fields_at(structure, path);
    let with_name = |path: &FieldPath, value: TokenStream| {
        let name = path.to_string();
        quote!((#name, #value))
    };
    let is_set = |path: &FieldPath| with_name(path, any(&along(path), &quote!(self), &is_set));
    match rule {
        Rule::MaxSpan { from, to, days, whole_days } => {
            let time = |path: &FieldPath| with_name(path, value(&along(path), &quote!(self), "Time", "time"));
            let (from, to, days) = (time(from), time(to), Literal::u32_unsuffixed(*days));
            let check = ident(if *whole_days { "max_whole_days" } else { "max_span" });
            quote!(checker.#check(#from, #to, #days);)
        }
        Rule::Order { fields: [first, second], .. } => {
            let number =
                |path: &FieldPath| with_name(path, value(&along(path), &quote!(self), "Number", "number"));
            let (check, first, second) = (ident(rule.key()), number(first), number(second));
            quote!(checker.#check(#first, #second);)
        }
        Rule::Difference { from, to, limits } => {
            let name = format!("{to} - {from}");
            let number = |path: &FieldPath| value(&along(path), &quote!(self), "Number", "number");
            let (from, to) = (number(from), number(to));
            let limits = limits::checks(limits, &name, &quote!(&difference));
            quote!({
                let difference = crate::difference(#from, #to);
                #limits
            })
        }
        Rule::Group(group, fields) => {
            let (check, fields) = (ident(group.key()), fields.iter().map(is_set));
            quote!(checker.#check(&[#(#fields),*]);)
        }
        Rule::When { demand, field, when, test } => {
            let decides = any(&along(when), &quote!(self), &|holder, field| decides(holder, field, test));
            let why = with_name(when, why(test));
            match demand {
                Demand::Required => {
                    let field = with_name(field, all(&along(field), &quote!(self), &self::is_set));
                    quote!(checker.required_when(#field, #why, #decides);)
                }
                Demand::Forbidden => {
                    let field = is_set(field);
                    quote!(checker.forbidden_when(#field, #why, #decides);)
                }
                Demand::Limited(limits) => {
                    let name = field.to_string();
                    let limited = each(&along(field), &quote!(self), &|holder, field| {
                        let field = ident(&field.rust);
                        limits::checks(limits, &name, &quote!(&#holder.#field))
                    });
                    quote!(if #decides { #limited })
                }
            }
        }
        Rule::Unique(field) => {
            let name = field.to_string();
            let values = each(&along(field), &quote!(self), &|holder, field| {
                let name = ident(&field.rust);
                if field.optional {
                    quote!(values.extend(&#holder.#name);)
                } else {
                    quote!(values.push(&#holder.#name);)
                }
            });
            quote!({
                let mut values = Vec::new();
                #values
                checker.unique(#name, &values);
            })
        }
        Rule::Total { total, of, min, max, is } => {
            let number: Leaf<'_> = if *total == Total::Items { &items } else { &number };
            let numbers = of.iter().map(|path| each(&along(path), &quote!(self), number));
            let names: Vec<String> = of.iter().map(ToString::to_string).collect();
            let (check, names) = (ident(total.key()), names.join(", "));
            let bounds = [("Min", min), ("Max", max)].into_iter().filter_map(|(name, bound)| {
                let (name, bound) = (ident(name), Literal::i64_unsuffixed((*bound)?));
                Some(quote!(crate::Total::#name(#bound), &None::<crate::AnyNumber>))
            });
            let is = is.iter().map(|path| {
                let (name, value) =
                    (path.to_string(), value(&along(path), &quote!(self), "Number", "number"));
                quote!(crate::Total::Is(#name), #value)
            });
            let checks = bounds.chain(is).map(|bound| quote!(checker.#check(#names, &numbers, #bound);));
            quote!({
                let mut numbers = Vec::new();
                #(#numbers)*
                #(#checks)*
            })
        }
    }
}

/// The expression for a field of a holder.
type Leaf<'l> = &'l dyn Fn(&TokenStream, &Field) -> TokenStream;

/// Emits whether a condition is true for a field, in any item of the lists on the path.
fn any(path: &[&Field], holder: &TokenStream, leaf: Leaf<'_>) -> TokenStream {
    quantified(path, holder, ("any", leaf))
}

/// Emits whether a condition is true for a field, in all items of the lists on the path.
fn all(path: &[&Field], holder: &TokenStream, leaf: Leaf<'_>) -> TokenStream {
    quantified(path, holder, ("all", leaf))
}

fn quantified(path: &[&Field], holder: &TokenStream, (quantor, leaf): (&str, Leaf<'_>)) -> TokenStream {
    let [first, inner @ ..] = path else { return quote!(true) };
    if inner.is_empty() {
        return leaf(holder, first);
    }
    let name = ident(&first.rust);
    let within = |holder: &TokenStream| quantified(inner, holder, (quantor, leaf));
    let quantor = ident(quantor);
    let inside = within(&quote!(inner));
    match (is_list(first), first.optional) {
        (false, false) => within(&quote!(#holder.#name)),
        (false, true) => quote!(#holder.#name.as_ref().is_some_and(|inner| #inside)),
        (true, false) => quote!(#holder.#name.iter().#quantor(|inner| #inside)),
        (true, true) => quote!(#holder.#name.iter().flatten().#quantor(|inner| #inside)),
    }
}

/// Emits statements for a field, in each item of the lists on the path.
fn each(path: &[&Field], holder: &TokenStream, leaf: Leaf<'_>) -> TokenStream {
    let [first, inner @ ..] = path else { return TokenStream::new() };
    if inner.is_empty() {
        return leaf(holder, first);
    }
    let name = ident(&first.rust);
    let inside = each(inner, &quote!(inner), leaf);
    match (is_list(first), first.optional) {
        (false, false) => each(inner, &quote!(#holder.#name), leaf),
        (false, true) => quote!(if let Some(inner) = &#holder.#name { #inside }),
        (true, false) => quote!(for inner in &#holder.#name { #inside }),
        (true, true) => quote!(for inner in #holder.#name.iter().flatten() { #inside }),
    }
}

/// Emits the value of a field without lists on the path: a reference to it, or an option.
fn value(path: &[&Field], holder: &TokenStream, kind: &str, get: &str) -> TokenStream {
    let [first, inner @ ..] = path else { return quote!(&None::<crate::AnyNumber>) };
    let name = ident(&first.rust);
    if inner.is_empty() {
        return quote!(&#holder.#name);
    }
    let found = found(inner, &quote!(#holder.#name), first.optional, (&ident(kind), &ident(get)));
    quote!(&#found)
}

fn found(
    path: &[&Field],
    holder: &TokenStream,
    optional: bool,
    get: (&proc_macro2::Ident, &proc_macro2::Ident),
) -> TokenStream {
    let [first, inner @ ..] = path else { return quote!(None) };
    let name = ident(&first.rust);
    let of = |holder: &TokenStream| {
        if inner.is_empty() {
            let (kind, get) = get;
            quote!(crate::#kind::#get(&#holder.#name))
        } else {
            found(inner, &quote!(#holder.#name), first.optional, get)
        }
    };
    if optional {
        let found = of(&quote!(inner));
        quote!(#holder.as_ref().and_then(|inner| #found))
    } else {
        of(holder)
    }
}

/// Emits whether a field is set: an empty list is not.
fn is_set(holder: &TokenStream, field: &Field) -> TokenStream {
    let name = ident(&field.rust);
    match field.ty {
        Ty::List(_) | Ty::Map(_) | Ty::Pipe(_) | Ty::Csv(_) => quote!(crate::has_items(&#holder.#name)),
        _ if field.optional => quote!(#holder.#name.is_some()),
        _ => quote!(true),
    }
}

/// Emits whether a field meets a condition; if it is absent, its default counts.
pub(super) fn decides(holder: &TokenStream, field: &Field, test: &Test) -> TokenStream {
    let name = ident(&field.rust);
    let holds = |value: &TokenStream| match test {
        Test::Set => quote!(true),
        Test::Is(values) => quote!(crate::is_one_of(#value, &[#(#values),*])),
        Test::Has(limits) => {
            let limits = limits::checks(limits, "", value);
            quote!(crate::Checker::accepts(|checker| { #limits }))
        }
    };
    if *test == Test::Set {
        return is_set(holder, field);
    }
    if !field.optional {
        return holds(&quote!(&#holder.#name));
    }
    let by_default = field.default.as_deref().is_some_and(|default| test.holds(default));
    let check = ident(if by_default { "is_none_or" } else { "is_some_and" });
    let holds = holds(&quote!(value));
    quote!(#holder.#name.as_ref().#check(|value| #holds))
}

/// Emits the condition for an error.
fn why(test: &Test) -> TokenStream {
    match test {
        Test::Set => quote!(crate::When::Set),
        Test::Is(values) => quote!(crate::When::Is(&[#(#values),*])),
        Test::Has(_) => {
            let words = test.words();
            quote!(crate::When::Has(#words))
        }
    }
}

/// Emits a number, or the default in its place.
fn number(holder: &TokenStream, field: &Field) -> TokenStream {
    let name = ident(&field.rust);
    let default = field.default.as_deref().and_then(serde_json::Value::as_i64).map(|default| {
        let default = Literal::i64_unsuffixed(default);
        quote!(.or(Some(#default.into())))
    });
    quote!(numbers.push(crate::Number::number(&#holder.#name)#default);)
}

/// Emits the number of items of a list.
fn items(holder: &TokenStream, field: &Field) -> TokenStream {
    let name = ident(&field.rust);
    quote!(numbers.push(crate::count(&#holder.#name));)
}

fn is_list(field: &Field) -> bool {
    matches!(field.ty, Ty::List(_))
}
