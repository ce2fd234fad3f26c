//! Spec files: loaded, checked, and used for generation if they pass.

use fastrand::Rng;
use xtask::spec::source::Source;
use xtask::{api, emit};

use crate::target::Target;
use crate::{files, mutate};

pub(crate) struct Specs {
    seeds: Vec<Vec<u8>>,
}

impl Specs {
    pub(crate) fn new() -> Self {
        let root = files::root();
        let folders = ["spec", "xtask/tests/ui", "xtask/tests/golden", "xtask/tests/openapi"];
        Self { seeds: folders.iter().flat_map(|folder| files::texts(&root.join(folder), "yaml")).collect() }
    }
}

impl Target for Specs {
    fn input(&self, rng: &mut Rng) -> Vec<u8> {
        let mut text = rng.choice(&self.seeds).cloned().unwrap_or_default();
        mutate::bytes(rng, &mut text, &self.seeds);
        text
    }

    fn run(&self, input: &[u8]) {
        // Input that isn't text is rejected before.
        let Ok(text) = std::str::from_utf8(input) else { return };
        for stem in ["zoo.cages", "errcodes"] {
            let path = format!("spec/{stem}.yaml");
            let source = Source { path, stem: stem.to_owned(), text: text.to_owned() };
            if let Ok(api) = api::read(&[source], false) {
                drop(emit::api(&api));
            }
        }
    }
}
