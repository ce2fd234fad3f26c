//! What `cargo xtask bench` measures: the crates, and beside them what one would write by hand.

pub mod bodies;
pub mod by_hand;
pub mod callback;
pub mod calls;
pub mod work;
