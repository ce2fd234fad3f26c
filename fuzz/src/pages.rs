//! Documentation pages: drafted, and added to the draft of another page.

use std::path::Path;

use fastrand::Rng;
use xtask::import;

use crate::target::Target;
use crate::{files, mutate};

pub(crate) struct Pages {
    seeds: Vec<Vec<u8>>,
}

impl Pages {
    /// Collects the made-up pages of the tests, and those of the documentation if they are beside the repository.
    pub(crate) fn new() -> Self {
        let root = files::root();
        let docs = std::env::var_os("WECOM_DOCS").map_or_else(|| root.join("../shared/docs"), Into::into);
        let mut seeds = files::texts(&root.join("xtask/tests/import"), "md");
        seeds.extend(files::texts(&root.join("xtask/tests/drift"), "md"));
        seeds.extend(files::texts(&docs, "md"));
        Self { seeds }
    }
}

impl Target for Pages {
    fn input(&self, rng: &mut Rng) -> Vec<u8> {
        let mut text = rng.choice(&self.seeds).cloned().unwrap_or_default();
        mutate::bytes(rng, &mut text, &self.seeds);
        text
    }

    fn run(&self, input: &[u8]) {
        let Ok(text) = std::str::from_utf8(input) else { return };
        let page = Path::new("001-page.md");
        if let Ok(spec) = import::new_file(page, text) {
            drop(import::add(page, text, spec, Path::new("spec/zoo.yaml")));
        }
    }
}
