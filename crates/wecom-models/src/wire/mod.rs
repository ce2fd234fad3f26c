//! Conversion between models and JSON: the handwritten layer below the generated impls.
//!
//! serde's derive writes a visitor into every struct, and 3,000 structs take minutes to compile. Here the
//! visitor exists once: a generated impl only says which wire name belongs to which field.
//!
//! - [`ReadObject`] reads JSON, with the leniency that WeCom needs; [`Field`] is a value that is about to be read.
//! - [`WriteObject`] writes fields to an [`Output`]: a JSON object, or a URL's query.
//!
//! The traits that only generated impls need (`Read`, `IntEnum`, `StringEnum`, and those of unions) are hidden: every model would list them.

#![allow(dead_code, unused_imports, unused_macros, reason = "a build of a few families uses a few of these")]

mod containers;
pub(crate) mod enums;
mod items;
mod mend;
mod object;
mod path;
mod read;
mod reading;
mod scalars;
mod strict;
mod tag;
mod union;
mod unknown;
mod write;

pub use crate::types::secrets_written;
pub use enums::{IntEnum, StringEnum};
pub use items::items;
pub use mend::mend;
pub use object::{Entries, Field, Key, ReadObject, read_object};
pub use path::told;
pub use read::{Found, Read, read};
pub use reading::Reading;
pub use scalars::Scalar;
pub(crate) use scalars::whole;
pub use strict::{is_strict, read_or_misfit, report_misfit, strictly};
pub use tag::Tag;
pub use union::{
    FlatUnion, Kind, KindUnion, ObjectUnion, OneofUnion, SiblingUnion, set_flat, set_oneof, set_sibling,
};
pub use unknown::{names_unknown_fields, unknown_fields};
pub use write::{
    JsonOutput, Number, Output, Undocumented, WriteObject, flag, flags, unwritten, write_object,
};

pub(crate) use enums::{
    int_enums, open_enums, read_int_enums, read_string_enums, string_enums, write_int_enums,
    write_string_enums,
};
#[cfg(test)]
pub(crate) use object::LARGEST;
pub(crate) use object::{OBJECT, fill, read_objects};
pub(crate) use read::{Place, read_impl, read_inner, read_inner_nested, read_or_spare};
pub(crate) use union::{
    from_contents, from_lists, from_numbers, from_parts, from_texts, open_kinds, open_unions, read_kind,
    read_kinds, read_unions,
};
pub(crate) use write::write_objects;
