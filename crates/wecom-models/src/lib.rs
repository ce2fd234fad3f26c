//! Typed models of the WeCom (企业微信) API.
//!
//! Every module below a family (`chatdata::archive`, `meeting::basic`, …) is generated from the file of the
//! same name in `spec/`. A request has `new` with the required fields and a setter for each
//! optional field; a response has public fields. For all of them:
//!
//! - **Enums and unions are open.** An undocumented value is kept in `Other`, never an error.
//! - **Scalars are read leniently**: `"5"` for 5, `1` for `true`, a number for a string.
//! - **Nothing missing is an error.** A field the server may omit is an `Option`; a promised field that it
//!   omits takes its default. `null` reads as absent.
//! - Requests implement `Serialize` and responses `Deserialize`; the feature `bidirectional` adds the other
//!   direction.
//! - Structs of responses are `#[non_exhaustive]`; with the feature `test-util`, tests can write them as literals,
//!   and callbacks as WeCom sends them.
//!
//! A family is compiled if its feature is enabled; `full` enables all of them. The callbacks that WeCom sends are in the module `events`
//! of their family, with the feature `callback`, which also describes how they are read.

// On docs.rs, each item says which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "callback")]
pub mod callback;
// The unit tests are of the handwritten layer: they don't compile the generated one a second time.
#[cfg(not(test))]
#[rustfmt::skip]
#[allow(clippy::all, clippy::pedantic, reason = "the documentation decides the shape of generated code")]
mod generated;
mod types;
#[cfg(all(any(feature = "oa", feature = "wedoc"), not(test)))]
mod values;
pub mod wire;

// By name: of a family that isn't compiled, rustc says which feature is missing. It does so only for items of the module that a path
// names, so this is here and not in a module of its own.
#[cfg(not(test))]
include!("generated/families.rs");
pub use types::{
    Csv, File, FileOr, IntoCursor, IntoItem, IntoSeconds, Json, OrText, Pipe, Secret, Timestamp,
    TimestampOutOfRange, Unknown, UnknownUnion, cut_at_bytes, cut_at_chars, cut_at_width,
};
// Each by name, as above.
#[cfg(all(feature = "oa", not(test)))]
pub use values::ApprovalForm;
#[cfg(all(any(feature = "oa", feature = "wedoc"), not(test)))]
pub use values::ValueError;
#[cfg(all(feature = "wedoc", not(test)))]
pub use values::{Cells, Latitude, Longitude};
