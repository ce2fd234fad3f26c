//! Checks of the limits of a value in generated code.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::spec::names::ident;
use crate::spec::{Limit, LimitValue};

/// Emits the checks of the limits of the value with this name.
pub(super) fn checks(limits: &[Limit], name: &str, value: &TokenStream) -> TokenStream {
    limits.iter().filter(|limit| limit.refuses()).map(|limit| check(limit, name, value)).collect()
}

fn check(limit: &Limit, name: &str, value: &TokenStream) -> TokenStream {
    let check = ident(limit.kind.key());
    match &limit.value {
        LimitValue::Number(number) => {
            let number = match number.as_i64() {
                Some(number) => Literal::i64_unsuffixed(number),
                None => Literal::f64_unsuffixed(number.as_f64().unwrap_or_default()),
            };
            quote!(checker.#check(#name, #value, #number);)
        }
        LimitValue::Numbers(numbers) => {
            let numbers = numbers.iter().map(|number| Literal::i64_unsuffixed(*number));
            quote!(checker.#check(#name, #value, &[#(#numbers),*]);)
        }
        LimitValue::Pattern(pattern) => quote!(checker.#check(#name, #value, crate::pattern!(#pattern));),
        LimitValue::True => quote!(checker.#check(#name, #value);),
    }
}
