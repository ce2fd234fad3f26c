//! Jobs that WeCom continues after a call has returned: how their progress is read, and which events end them.

use proc_macro2::TokenStream;
use quote::quote;

use super::paging::optional_ref;
use super::paths::{gate, rust_path};
use crate::api::{Api, Document, Endpoint, Job, Meaning, Module, Ty};
use crate::spec::names::ident;

/// Emits the impl of `Job`, or of `ZoneJob` for a call of the zone.
pub(super) fn impls(module: &Module, endpoint: &Endpoint, job: &Job) -> TokenStream {
    let jobs = endpoint.method.transport().facts().jobs.as_ref().expect("checked: such calls report jobs");
    let (name, job_trait) = (ident(&endpoint.request), ident(jobs.name));
    let request = module.structure(&endpoint.request).expect("every endpoint has a request");
    let response = module.structure(&endpoint.response).expect("checked: a job has a status");
    let id = optional_ref(&quote!(self), module.fields_at(request, &job.id));
    let error = match &job.error {
        Some(error) => optional_ref(&quote!(response), module.fields_at(response, error)),
        None => quote!(None::<&i64>),
    };
    let status = module.fields_at(response, &job.status);
    let list = status.iter().position(|field| matches!(field.ty, Ty::List(_)));
    let state = match list.map(|list| status.split_at(list + 1)) {
        None => state(&optional_ref(&quote!(response), status), &error, &job.meaning),
        Some((list, status)) => {
            let items = optional_ref(&quote!(response), list.iter().copied());
            let state = state(&optional_ref(&quote!(item), status.iter().copied()), &error, &job.meaning);
            quote!(crate::job::all(#items.into_iter().flatten().map(|item| #state)))
        }
    };
    quote! {
        impl crate::#job_trait for #name {
            fn job_id(&self) -> &str {
                crate::job::id(#id)
            }

            fn state(response: &Self::Response) -> crate::JobState {
                #state
            }
        }
    }
}

/// Emits the state of a job, by its status.
fn state(status: &TokenStream, error: &TokenStream, meaning: &Meaning) -> TokenStream {
    let (ty, done, failed) = match meaning {
        Meaning::Bool(done) => {
            return quote! {
                match #status {
                    Some(#done) => crate::job::over(#error),
                    Some(_) => crate::JobState::Pending,
                    None => crate::JobState::Unknown,
                }
            };
        }
        Meaning::Enum { ty, done, failed } => (ident(ty), done, failed),
    };
    let variants = |names: &[String]| {
        let names = names.iter().map(|name| ident(name));
        quote!(#(Some(#ty::#names))|*)
    };
    let done = variants(done);
    let failed = (!failed.is_empty()).then(|| {
        let failed = variants(failed);
        quote!(#failed => crate::job::failed(#error),)
    });
    quote! {
        match #status {
            #done => crate::job::over(#error),
            #failed
            Some(#ty::Other(_)) | None => crate::JobState::Unknown,
            _ => crate::JobState::Pending,
        }
    }
}

/// Emits the method of an event that returns the ID of the ended job.
pub(super) fn ended(module: &Module, event: &Document) -> Option<TokenStream> {
    let payload = module.structure(&event.ty).expect("every event has a type");
    let id = optional_ref(&quote!(self), module.fields_at(payload, event.ends_job.as_ref()?));
    Some(quote! {
        fn ended_job(&self) -> Option<&str> {
            #id.map(String::as_str)
        }
    })
}

/// Emits the handlers of all events that end a job, for the client.
pub(super) fn events(api: &Api) -> TokenStream {
    let ending = api.modules.iter().flat_map(|module| {
        let path = rust_path(module);
        let gate = gate(&module.family);
        let events = module.received().filter(|event| event.ends_job.is_some());
        events.map(move |event| {
            let ty = ident(&event.ty);
            quote! {
                #gate
                let router = finished.on::<wecom_models::#path::#ty>(router);
            }
        })
    });
    quote! {
        /// Adds a handler for every event that says that a job has ended.
        #[allow(unused_variables, reason = "not every family has such events")]
        fn events(router: Router, finished: &Finished) -> Router {
            #(#ending)*
            router
        }
    }
}
