//! Jobs that WeCom continues after a call has returned: how their progress is read, and which events end them.

use proc_macro2::TokenStream;
use quote::quote;

use super::paging::optional_ref;
use super::paths::{gate, rust_path};
use crate::api::{Api, Endpoint, Event, Job, Module};
use crate::spec::names::ident;

/// Emits the impl of `Job`.
pub(super) fn impls(module: &Module, endpoint: &Endpoint, job: &Job) -> TokenStream {
    let name = ident(&endpoint.request);
    let request = module.structure(&endpoint.request).expect("every endpoint has a request");
    let response = module.structure(&endpoint.response).expect("checked: a job has a status");
    let id = optional_ref(&quote!(self), module.fields_at(request, &job.id));
    let said = |path| optional_ref(&quote!(response), module.fields_at(response, path));
    let (ty, status) = (ident(&job.ty), said(&job.status));
    let error = match &job.error {
        Some(error) => said(error),
        None => quote!(None::<&i64>),
    };
    let variants = |names: &[String]| {
        let names = names.iter().map(|name| ident(name));
        quote!(#(Some(#ty::#names))|*)
    };
    let done = variants(&job.done);
    let failed = (!job.failed.is_empty()).then(|| {
        let failed = variants(&job.failed);
        quote!(#failed => crate::job::failed(#error),)
    });
    quote! {
        impl crate::Job for #name {
            fn job_id(&self) -> &str {
                crate::job::id(#id)
            }

            fn state(response: &Self::Response) -> crate::JobState {
                match #status {
                    #done => crate::job::over(#error),
                    #failed
                    Some(#ty::Other(_)) | None => crate::JobState::Unknown,
                    _ => crate::JobState::Pending,
                }
            }
        }
    }
}

/// Emits the method of an event that returns the ID of the ended job.
pub(super) fn ended(module: &Module, event: &Event) -> Option<TokenStream> {
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
