//! Emits the impls that connect requests with their endpoints.

use proc_macro2::TokenStream;
use quote::quote;

use super::paths::{gate, rust_path};
use super::wire::{chain, put};
use super::{checks, facts, items, jobs, paging, rates, sent, socket, zone};
use crate::api::{Api, Endpoint, Module, Struct, Ty, page_url};
use crate::spec::names::{ident, pascal};
use crate::spec::{Format, Method, Place, Transport};

/// Emits the impls for the requests of one spec file.
pub(super) fn module(module: &Module) -> TokenStream {
    let doc = items::module_doc(&module.title);
    let path = rust_path(module);
    let limited = module.limited();
    let endpoints = module.endpoints().map(|endpoint| {
        let request = module.structure(&endpoint.request).expect("every endpoint has a request");
        let check = checks::of_struct(module, request, &limited);
        let endpoint_impl = endpoint_impl(module, endpoint, request);
        let pagination = endpoint.pagination.as_ref();
        let paged = pagination.map(|pagination| paging::impls(module, endpoint, pagination));
        let job = endpoint.job.as_ref().map(|job| jobs::impls(module, endpoint, job));
        let signed = signed_impl(endpoint, request, module.structure(&endpoint.response));
        quote!(#endpoint_impl #check #paged #job #signed)
    });
    let zone = module.carried_by(Transport::Zone).map(|call| zone::impls(module, call, &limited));
    let commands = socket::impls(module, &limited);
    let sent = sent::impls(module, &limited);
    let own = module.own_types().filter(|ty| limited.contains(ty.name()));
    let parts = own.map(|ty| checks::of_type(module, ty, &limited));
    let items = module.endpoints().filter_map(|endpoint| endpoint.pagination.as_ref()?.item.as_ref());
    let names = items.flat_map(Ty::layers);
    let json = answers(module, "json_responses", Format::Json);
    let xml = answers(module, "xml_responses", Format::Xml);
    let imports = items::imports(names.filter_map(items::support_type), &quote!(wecom_models));
    quote! {
        #doc
        #[allow(unused_imports)]
        use wecom_models::#path::*;
        #imports
        #(#endpoints)*
        #(#zone)*
        #commands
        #sent
        #(#parts)*
        #json
        #xml
    }
}

fn answers(module: &Module, name: &str, format: Format) -> Option<TokenStream> {
    let answers = module.endpoints().map(|endpoint| (endpoint, endpoint.answer));
    let alone = answers.filter(|(_, answer)| answer.format() == Some(format) && !answer.may_be_file());
    let types: Vec<_> = alone.map(|(endpoint, _)| ident(&endpoint.response)).collect();
    let name = ident(name);
    (!types.is_empty()).then(|| quote!(crate::#name! { #(#types),* }))
}

/// Emits the table of all endpoints, and the modules of the error codes and the general rates.
pub(super) fn index(api: &Api) -> TokenStream {
    let entries = api.modules.iter().flat_map(|module| {
        let path = rust_path(module);
        let gate = gate(&module.family);
        module.endpoints().map(move |endpoint| {
            let request = ident(&endpoint.request);
            quote!(#gate <wecom_models::#path::#request as crate::Endpoint>::META,)
        })
    });
    quote! {
        /// The error codes that any endpoint may return.
        pub(crate) mod errcode;
        /// The rates that no single endpoint's page documents.
        pub(crate) mod rates;

        /// Every endpoint of the families that are compiled in.
        pub const ENDPOINTS: &[&crate::Meta] = &[#(#entries)*];
    }
}

fn endpoint_impl(module: &Module, endpoint: &Endpoint, request: &Struct) -> TokenStream {
    let name = ident(&endpoint.request);
    // Types for files don't belong to a module.
    let path = if endpoint.answer.may_be_file() { "wecom_models::" } else { "" };
    let response = items::tokens(&format!("{path}{}", endpoint.response_type()));
    let token = ident(&endpoint.token_type());
    let (id, title, path, page) = (&endpoint.id, &endpoint.title, &endpoint.path, page_url(&endpoint.doc));
    let method = ident(endpoint.method.name());
    let host = ident(&pascal(endpoint.host.keyword()));
    let answer = ident(&pascal(endpoint.answer.keyword()));
    let errcode = if let Some(list) = &endpoint.partial {
        quote!(crate::Errcode::Partial(#list))
    } else {
        let kind = ident(&pascal(endpoint.errcode.keyword()));
        quote!(crate::Errcode::#kind)
    };
    let safe = endpoint.safe;
    let rates = rates::list(&endpoint.rates, &quote!(crate::));
    let quotas = rates::quotas(&endpoint.quotas);
    let usage = rates::usage(module, request, &endpoint.quotas);
    let concurrency = facts::concurrency(endpoint);
    let codes = facts::codes(endpoint);
    let query = match endpoint.method {
        Method::Get => Some(quote! {
            fn query(&self, out: &mut crate::Query) -> Result<(), serde_json::Error> {
                wecom_models::wire::WriteObject::put(self, out)
            }
        }),
        Method::Post | Method::Invoke | Method::Cmd => parameters("query", "Query", request, Place::Query),
    };
    let recipients = endpoint.recipients.as_deref().map(|field| recipients(request, field));
    let headers = parameters("headers", "Headers", request, Place::Header);
    let body = match endpoint.body.format() {
        Format::Json => None,
        Format::Xml => Some(quote! {
            fn body(&self) -> Result<crate::Body, crate::BuildError> {
                crate::xml::write(self)
            }
        }),
        Format::Form => Some(form(request)),
    };
    quote! {
        impl crate::Endpoint for #name {
            type Response = #response;
            type Token = crate::token::#token;

            const META: &'static crate::Meta = &crate::Meta {
                id: #id,
                title: #title,
                method: http::Method::#method,
                host: crate::Host::#host,
                path: #path,
                page: #page,
                token: crate::TokenKind::#token,
                response_format: crate::ResponseFormat::#answer,
                errcode: #errcode,
                safe: #safe,
                rates: #rates,
                quotas: #quotas,
                concurrency: #concurrency,
                codes: #codes,
            };

            #query
            #headers
            #body
            #recipients
            #usage
        }
    }
}

/// Emits the method that returns the recipients.
fn recipients(request: &Struct, field: &str) -> TokenStream {
    let field = request.field(field).expect("checked: the field exists");
    let name = ident(&field.rust);
    let named = match (&field.ty, field.optional) {
        (Ty::String, false) => quote!(std::slice::from_ref(&self.#name)),
        (Ty::String, true) => quote!(self.#name.as_slice()),
        (_, false) => quote!(&self.#name),
        (_, true) => quote!(self.#name.as_deref().map_or(&[], Vec::as_slice)),
    };
    quote! {
        fn recipients(&self) -> &[String] {
            #named
        }
    }
}

/// Emits a method that writes the fields of one place.
fn parameters(method: &str, output: &str, request: &Struct, place: Place) -> Option<TokenStream> {
    let puts: Vec<TokenStream> = request.sent_in(place).map(put).collect();
    if puts.is_empty() {
        return None;
    }
    let (method, output, puts) = (ident(method), ident(output), chain(puts));
    Some(quote! {
        fn #method(&self, out: &mut crate::#output) -> Result<(), serde_json::Error> {
            #[allow(unused_imports)]
            use wecom_models::wire::{self, Output as _};
            #puts
        }
    })
}

/// Emits the body of a request with a file.
fn form(request: &Struct) -> TokenStream {
    let parts: Vec<TokenStream> = request
        .sent_in(Place::Body)
        .map(|field| {
            let (wire, name) = (&field.wire, ident(&field.rust));
            match (&field.ty, field.optional) {
                (Ty::File, false) => quote!(form.file(#wire, &self.#name);),
                (Ty::File, true) => quote!(if let Some(file) = &self.#name { form.file(#wire, file); }),
                _ => {
                    let put = put(field);
                    quote!({ let out = &mut form; #put?; })
                }
            }
        })
        .collect();
    quote! {
        fn body(&self) -> Result<crate::Body, crate::BuildError> {
            #[allow(unused_imports)]
            use wecom_models::wire::{self, Output as _};
            let mut form = crate::Form::default();
            #(#parts)*
            form.finish()
        }
    }
}

fn signed_impl(endpoint: &Endpoint, request: &Struct, response: Option<&Struct>) -> Option<TokenStream> {
    let sign = endpoint.sign.as_ref()?;
    let name = ident(&endpoint.request);
    let set = |field: &str, value: TokenStream| {
        let field = request.field(field).expect("checked: the field exists");
        let name = ident(&field.rust);
        if field.optional { quote!(self.#name = Some(#value);) } else { quote!(self.#name = #value;) }
    };
    let (nonce, sig) = (set(&sign.nonce, quote!(nonce)), set(&sign.sig, quote!(signature)));
    if let Some(merchant) = &sign.merchant {
        let merchant = set(merchant, quote!(merchant_id));
        let (wire, over) = (&sign.sig, sign.app.iter().flat_map(|app| &app.over));
        let app = sign.app.as_ref().map(|app| {
            let set = set(&app.sig, quote!(signature));
            quote! {
                fn set_app_signature(&mut self, signature: String) {
                    #set
                }
            }
        });
        let is_signed = response.is_some_and(|response| response.field(wire).is_some());
        return Some(quote! {
            impl crate::MerchantSigned for #name {
                const SIGNATURE: &'static str = #wire;
                const APP_SIGNS: &'static [&'static str] = &[#(#over),*];
                const RESPONSE_IS_SIGNED: bool = #is_signed;

                fn set_merchant(&mut self, merchant_id: String, nonce: String) {
                    #merchant
                    #nonce
                }

                #app

                fn set_signature(&mut self, signature: String) {
                    #sig
                }
            }
        });
    }
    let ts = sign.ts.as_ref().map(|ts| set(ts, quote!(time)));
    Some(quote! {
        impl crate::Signed for #name {
            fn set_signature(&mut self, nonce: String, time: wecom_models::Timestamp, signature: String) {
                #nonce
                #ts
                #sig
            }
        }
    })
}
