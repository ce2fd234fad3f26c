//! The targets: each creates inputs, and reads them.

use fastrand::Rng;

pub(crate) trait Target {
    /// Creates an input, which depends on these numbers only.
    fn input(&self, rng: &mut Rng) -> Vec<u8>;

    /// Reads an input. It may be rejected, but nothing may panic, abort, hang or take much memory.
    fn run(&self, input: &[u8]);
}

/// Creates a target.
type Make = fn() -> Box<dyn Target>;

pub(crate) const TARGETS: &[(&str, Make)] = &[
    #[cfg(feature = "answers")]
    ("answers", || Box::new(crate::answers::Answers::new())),
    #[cfg(feature = "callback")]
    ("callback", || Box::new(crate::callbacks::Receiving::new())),
    #[cfg(feature = "mock")]
    ("mock", || Box::new(crate::mock::Mock::new())),
    #[cfg(feature = "pages")]
    ("pages", || Box::new(crate::pages::Pages::new())),
    #[cfg(feature = "specs")]
    ("specs", || Box::new(crate::specs::Specs::new())),
];

/// Returns the target with this name.
pub(crate) fn find(name: &str) -> Option<Box<dyn Target>> {
    TARGETS.iter().find(|(known, _)| *known == name).map(|(_, make)| make())
}

/// Returns the input of one case: the same for the same seed, on every machine.
pub(crate) fn input(target: &dyn Target, seed: u64, case: u64) -> Vec<u8> {
    target.input(&mut Rng::with_seed(seed.rotate_left(32) ^ case))
}
