//! The general rates: one table.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs;
use super::items::module_doc;
use crate::api::Api;
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
