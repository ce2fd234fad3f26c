//! The general rates: one table.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs;
use super::items::module_doc;
use crate::api::{Api, Field, Quota, Struct};
use crate::spec::names::{ident, pascal};
use crate::spec::{GeneralRate, Of, Rate};

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
        let Quota { name, shared: _, scope, by, counts, unless, rates } = quota;
        let scope = ident(&pascal(scope.keyword()));
        let unless = match unless {
            Some(field) => quote!(Some(#field)),
            None => quote!(None),
        };
        let rates = list(rates, path);
        quote! {
            #path Quota {
                name: #name,
                scope: #path rates::Scope::#scope,
                by: &[#(#by),*],
                counts: &[#(#counts),*],
                unless: #unless,
                rates: #rates,
            }
        }
    });
    quote!(&[#(#quotas),*])
}

/// Emits the method that returns what a request takes of the quotas, if that depends on it.
pub(super) fn usage(request: &Struct, quotas: &[Quota]) -> Option<TokenStream> {
    let arms = quotas.iter().enumerate().filter(|(_, quota)| quota.depends_on_request());
    let arms: Vec<TokenStream> = arms.map(|(index, quota)| arm(request, index, quota)).collect();
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

fn arm(request: &Struct, index: usize, quota: &Quota) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    let field = |wire: &String| request.field(wire).expect("checked: the field exists");
    let items = quota.counts.iter().map(|wire| {
        let Field { rust, optional, .. } = field(wire);
        let name = ident(rust);
        if *optional {
            quote!(self.#name.as_ref().map_or(0, |items| items.len()))
        } else {
            quote!(self.#name.len())
        }
    });
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
    match &quota.unless {
        Some(wire) => {
            let name = ident(&field(wire).rust);
            quote!(#index => self.#name.is_none().then(|| #usage),)
        }
        None => quote!(#index => Some(#usage),),
    }
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
