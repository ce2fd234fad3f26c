//! Properties of every spec: a valid one generates Rust, and a damaged one is reported, without a panic.
//!
//! The cases are the same in every run; `PROPTEST_RNG_SEED=2` selects others, `PROPTEST_CASES=9999` more.

mod chapter;
mod comparison;
mod damage;
mod endpoint;
mod example;
mod generation;
mod plan;
mod revision;
mod union;
mod words;
mod yaml;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use xtask::spec::source::Source;

fn cases(cases: u32) -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    let chosen = config.rng_seed != RngSeed::Random;
    let rng_seed = if chosen { config.rng_seed } else { RngSeed::Fixed(1) };
    let chosen = std::env::var_os("PROPTEST_CASES").is_some();
    let cases = if chosen { config.cases } else { cases };
    ProptestConfig { cases, rng_seed, ..config }
}

fn source(stem: &str, text: String) -> Source {
    Source { path: format!("spec/{stem}.yaml"), stem: stem.to_owned(), text }
}

/// Another file, so that there are two.
const ACCESS: &str = r#"title: 凭证
summary: The token.

endpoints:
  get_token:
    title: 获取凭证
    summary: Gives a token.
    doc: { id: 1, page: 1 }
    call: GET /cgi-bin/gettoken
    token: none
    safe: true
    request:
      corpid: { type: string, doc: "Who asks." }
    examples:
      - request: |
          { "corpid": "ww1" }
        response: |
          { "errcode": 0, "errmsg": "ok" }
"#;
