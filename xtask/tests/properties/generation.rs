//! Valid specs generate Rust, whatever their types and names are.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use xtask::spec::type_expr::{Generic, Scalar};
use xtask::spec::{Failure, names};
use xtask::{api, emit};

use crate::chapter::Chapter;
use crate::plan::{FORM_SCALARS, GENERICS, SCALARS, plan};
use crate::{ACCESS, cases, source};

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn a_valid_spec_generates_the_same_rust_every_time(plan in plan()) {
        let yaml = Chapter::of(&plan).yaml();
        let sources = [source("zoo.cages", yaml.clone()), source("access", ACCESS.to_owned())];
        let generate = || match api::read(&sources, false) {
            Ok(api) => Ok(emit::api(&api)),
            Err(Failure::Spec { text, .. }) => Err(TestCaseError::fail(format!("{text}\n{yaml}"))),
            Err(Failure::Io(error)) => Err(TestCaseError::fail(error.to_string())),
        };
        let files = generate()?;
        prop_assert!(files.keys().any(|path| path.ends_with("zoo/cages.rs")));
        let is_rust = |path: &str| Path::new(path).extension().is_some_and(|extension| extension == "rs");
        for (path, text) in files.iter().filter(|(path, _)| is_rust(path)) {
            if let Err(error) = syn::parse_file(text) {
                return Err(TestCaseError::fail(format!("{path}: {error}\n{text}")));
            }
        }
        prop_assert_eq!(files, generate()?);
    }
}

#[test]
fn the_plans_use_every_type_of_the_language() {
    let made: BTreeSet<&str> = SCALARS.iter().chain(FORM_SCALARS).chain(GENERICS).copied().collect();
    let all: BTreeSet<&str> = Scalar::KEYWORDS.iter().chain(Generic::KEYWORDS).copied().collect();
    assert_eq!(made, all, "teach `SCALARS`, `GENERICS` and `Chapter::value` the types that are new");
}

#[test]
fn no_keyword_becomes_a_bare_identifier() {
    // Strict and reserved keywords, up to the edition of the generated crates.
    let keywords = "abstract as async await become box break const continue crate do dyn else enum extern false \
                    final fn for gen if impl in let loop macro match mod move mut override priv pub ref return \
                    self Self static struct super trait true try type typeof unsafe unsized use virtual where \
                    while yield";
    let bare = keywords.split(' ').filter(|word| names::ident(word) == *word);
    assert_eq!(bare.collect::<Vec<_>>(), [""; 0]);
}
