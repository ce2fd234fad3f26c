//! Responses of every endpoint, as JSON, XML and files, read as the client reads them.

use bytes::Bytes;
use fastrand::Rng;
use http::Response;
use http::header::CONTENT_DISPOSITION;
use wecom_tests::conformance::{Contract, contracts};

use crate::mutate;
use crate::target::Target;

/// The end of the first line, if the response is a file by its headers.
const FILE: &str = " as a file";

pub(crate) struct Answers {
    /// The documented responses: the endpoint's index among the contracts, and the body.
    seeds: Vec<(usize, Vec<u8>)>,
    bodies: Vec<Vec<u8>>,
}

impl Answers {
    pub(crate) fn new() -> Self {
        let answers = contracts().iter().enumerate().flat_map(|(index, contract)| {
            contract.answers().map(move |answer| (index, answer.into_body().to_vec()))
        });
        let seeds: Vec<_> = answers.collect();
        let bodies = seeds.iter().map(|(_, body)| body.clone()).collect();
        Self { seeds, bodies }
    }
}

impl Target for Answers {
    /// Returns the endpoint's name in the first line, then the body.
    fn input(&self, rng: &mut Rng) -> Vec<u8> {
        let (mut index, mut body) = rng.choice(&self.seeds).cloned().unwrap_or_default();
        // Sometimes, a response of another endpoint.
        if rng.u32(..10) == 0 {
            index = rng.usize(..contracts().len());
        }
        for _ in 0..rng.u32(..3) {
            if let Some(text) = std::str::from_utf8(&body).ok().and_then(|text| mutate::json(rng, text)) {
                body = text.into_bytes();
            }
        }
        if rng.bool() {
            mutate::bytes(rng, &mut body, &self.bodies);
        }
        let file = if rng.u32(..20) == 0 { FILE } else { "" };
        [contracts()[index].meta().id.as_bytes(), file.as_bytes(), b"\n", &body].concat()
    }

    fn run(&self, input: &[u8]) {
        let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
        let head = String::from_utf8_lossy(&input[..at]);
        let body = Bytes::copy_from_slice(input.get(at + 1..).unwrap_or_default());
        let (id, file) = head.strip_suffix(FILE).map_or((&*head, false), |id| (id, true));
        let mut answer = Response::new(body);
        if file {
            let disposition = "attachment; filename=\"a.bin\"".parse().expect("the header is plain");
            answer.headers_mut().insert(CONTENT_DISPOSITION, disposition);
        }
        // An endpoint that no longer exists isn't a failure.
        let contract: Option<&Contract> = contracts().iter().find(|contract| contract.meta().id == id);
        drop(contract.map(|contract| contract.read(&answer)));
    }
}
