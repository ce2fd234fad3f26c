//! The general rates: one table.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs;
use super::items::module_doc;
use super::rules::decides;
use crate::api::{Api, Field, Module, Quota, Struct, Ty};
use crate::spec::names::{ident, pascal};
use crate::spec::{GeneralRate, Of, Rate, Scope, Test};

/// Emits the table. Without general rates in the spec, it is empty, so that the code that uses it compiles anyway.
pub(super) fn file(api: &Api) -> TokenStream {
    let table = api.rates.as_ref();
    let about = table.map(|table| module_doc(&docs::table(&table.title, &table.summary, &table.doc)));
    let entries = table.into_iter().flat_map(|table| &table.rates).map(|(name, rate)| entry(name, rate));
    let use_types = table.filter(|table| !table.rates.is_empty()).map(|_| {
        quote! {
            use crate::rates::{Counts, Excess, Of, Scope};
            use crate::{Period, Rate};
        }
    });
    quote! {
        #about
        use crate::rates::GeneralRate;
        #use_types
        /// Every general rate, in the order of the page.
        pub(crate) static RATES: &[GeneralRate] = &[#(#entries)*];
    }
}

/// Emits rates as a list.
pub(super) fn list(rates: &[Rate], path: &TokenStream) -> TokenStream {
    let rates = rates.iter().map(|rate| {
        let calls = Literal::u32_unsuffixed(rate.calls);
        let period = ident(&pascal(rate.per.keyword()));
        quote!(#path Rate { calls: #calls, per: #path Period::#period })
    });
    quote!(&[#(#rates),*])
}

/// Emits the quotas of an endpoint.
pub(super) fn quotas(quotas: &[Quota]) -> TokenStream {
    let path = &quote!(crate::);
    let quotas = quotas.iter().map(|quota| {
        let Quota { name, shared: _, only, scope, by, counts, when, unless, rates } = quota;
        let scope = ident(&pascal(scope.keyword()));
        let of_providers = only.is_some() || quota.scope == Scope::Provider;
        let counts = counts.iter().map(ToString::to_string);
        let when = match when {
            Some((field, values)) => quote!(Some((#field, &[#(#values),*]))),
            None => quote!(None),
        };
        let unless = match unless {
            Some(field) => quote!(Some(#field)),
            None => quote!(None),
        };
        let rates = list(rates, path);
        quote! {
            #path Quota {
                name: #name,
                scope: #path rates::Scope::#scope,
                of_providers: #of_providers,
                by: &[#(#by),*],
                counts: &[#(#counts),*],
                when: #when,
                unless: #unless,
                rates: #rates,
            }
        }
    });
    quote!(&[#(#quotas),*])
}

/// Emits the method that returns what a request takes of the quotas, if that depends on it.
pub(super) fn usage(module: &Module, request: &Struct, quotas: &[Quota]) -> Option<TokenStream> {
    let arms = quotas.iter().enumerate().filter(|(_, quota)| quota.depends_on_request());
    let arms: Vec<TokenStream> = arms.map(|(index, quota)| arm(module, request, index, quota)).collect();
    (!arms.is_empty()).then(|| {
        quote! {
            fn usage(&self, quota: usize) -> Option<crate::Usage> {
                match quota {
                    #(#arms)*
                    _ => Some(crate::Usage::call()),
                }
            }
        }
    })
}

fn arm(module: &Module, request: &Struct, index: usize, quota: &Quota) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    let field = |wire: &String| request.field(wire).expect("checked: the field exists");
    let items = quota.counts.iter().map(|path| number(&quote!(self), &module.fields_at(request, path)));
    let items: Vec<TokenStream> = items.collect();
    let what = if items.is_empty() {
        quote!(crate::Usage::call())
    } else {
        quote!(crate::Usage::items(#(#items)+*))
    };
    let by = quota.by.iter().map(|wire| {
        let name = ident(&field(wire).rust);
        quote!(.by(&self.#name))
    });
    let usage = quote!(#what #(#by)*);
    let unless = quota.unless.as_ref().map(|wire| {
        let name = ident(&field(wire).rust);
        quote!(self.#name.is_none())
    });
    let when = quota.when.as_ref();
    let when = when.map(|(wire, values)| decides(&quote!(self), field(wire), &Test::Is(values.clone())));
    match (when, unless) {
        (None, None) => quote!(#index => Some(#usage),),
        (Some(condition), None) | (None, Some(condition)) => quote!(#index => #condition.then(|| #usage),),
        (Some(when), Some(unless)) => quote!(#index => (#when && #unless).then(|| #usage),),
    }
}

/// Emits the number of items of a list, or of all lists in the items of another one.
fn number(place: &TokenStream, fields: &[&Field]) -> TokenStream {
    let [Field { rust, optional, ty, .. }, rest @ ..] = fields else {
        return quote!(#place.len());
    };
    let name = ident(rust);
    let inner = if *optional { quote!(it) } else { quote!(#place.#name) };
    let count = match (rest, ty) {
        ([], _) => quote!(#inner.len()),
        (_, Ty::List(_)) => {
            let of_each = number(&quote!(item), rest);
            quote!(#inner.iter().map(|item| #of_each).sum::<usize>())
        }
        _ => number(&inner, rest),
    };
    if *optional { quote!(#place.#name.as_ref().map_or(0, |it| #count)) } else { count }
}

fn entry(name: &str, rate: &GeneralRate) -> TokenStream {
    let GeneralRate { doc, of, except, per, counts, recipients, rate, times_accounts, excess } = rate;
    let of = match of {
        Of::Each => quote!(Of::Each { except: &[#(#except),*] }),
        Of::None => quote!(Of::None),
        Of::Paths(paths) => quote!(Of::Paths(&[#(#paths),*])),
    };
    let [per, counts, excess] =
        [per.keyword(), counts.keyword(), excess.keyword()].map(|word| ident(&pascal(word)));
    let recipients = match recipients {
        Some(field) => quote!(Some(#field)),
        None => quote!(None),
    };
    let rates = list(rate, &TokenStream::new());
    quote! {
        GeneralRate {
            name: #name,
            doc: #doc,
            of: #of,
            per: Scope::#per,
            counts: Counts::#counts,
            recipients: #recipients,
            rates: #rates,
            times_accounts: #times_accounts,
            excess: Excess::#excess,
        },
    }
}
