//! The targets: each creates inputs, and reads them.

use fastrand::Rng;

use crate::{answers, callbacks, mock, pages, specs};

pub(crate) trait Target {
    /// Creates an input, which depends on these numbers only.
    fn input(&self, rng: &mut Rng) -> Vec<u8>;

    /// Reads an input. It may be rejected, but nothing may panic, abort, hang or take much memory.
    fn run(&self, input: &[u8]);
}

/// Creates a target.
type Make = fn() -> Box<dyn Target>;

pub(crate) const TARGETS: [(&str, Make); 5] = [
    ("answers", || Box::new(answers::Answers::new())),
    ("callback", || Box::new(callbacks::Receiving::new())),
    ("mock", || Box::new(mock::Mock::new())),
    ("pages", || Box::new(pages::Pages::new())),
    ("specs", || Box::new(specs::Specs::new())),
];

/// Returns the target with this name.
pub(crate) fn find(name: &str) -> Option<Box<dyn Target>> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, make)| make())
}

/// Returns the input of one case: the same for the same seed, on every machine.
pub(crate) fn input(target: &dyn Target, seed: u64, case: u64) -> Vec<u8> {
    target.input(&mut Rng::with_seed(seed.rotate_left(32) ^ case))
}
