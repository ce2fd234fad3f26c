//! The impls of the zone's calls.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::{checks, facts, jobs, paging, rates};
use crate::api::{Endpoint, Module, page_url};
use crate::spec::names::ident;

/// The impls for a call that the SDK of the zone carries.
pub(super) fn impls(module: &Module, call: &Endpoint, limited: &HashSet<&str>) -> TokenStream {
    let request = module.structure(&call.request).expect("every call has a request");
    let check = checks::of_struct(module, request, limited);
    let pagination = call.pagination.as_ref();
    let paged = pagination.map(|pagination| paging::of(&quote!(ZonePaged), module, call, pagination));
    let job = call.job.as_ref().map(|job| jobs::impls(module, call, job));
    let (ty, response) = (ident(&call.request), ident(&call.response));
    let (id, title, name, page, safe) = (&call.id, &call.title, &call.path, page_url(&call.doc), call.safe);
    let rates = rates::list(&call.rates, &quote!(crate::));
    let quotas = rates::quotas(&call.quotas);
    let (concurrency, codes) = (facts::concurrency(call), facts::codes(call));
    quote! {
        impl crate::ZoneCall for #ty {
            type Response = #response;

            const META: &'static crate::ZoneMeta = &crate::ZoneMeta {
                id: #id,
                title: #title,
                name: #name,
                page: #page,
                safe: #safe,
                rates: #rates,
                quotas: #quotas,
                concurrency: #concurrency,
                codes: #codes,
            };
        }

        #check
        #paged
        #job
    }
}
