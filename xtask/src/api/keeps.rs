//! The effects of endpoints on things that the mock keeps.

use indexmap::IndexMap;
use serde_json::Value;

use crate::spec::{Does, FieldPath, Made, Parts};

/// The effect of a call on a thing that the mock keeps.
#[derive(Debug)]
pub struct Keeps {
    /// The kind of thing.
    pub thing: String,
    /// Whether the thing is created, changed, read, and so on.
    pub does: Does,
    /// The field with its ID; none if all things are listed.
    pub id: Option<FieldPath>,
    /// The request field that contains the thing's fields, unless the request itself does.
    pub from: Option<FieldPath>,
    /// The request fields that things have under another name.
    pub renames: IndexMap<String, String>,
    /// The first ID of what is created, if neither the request nor the response has it.
    pub like: Option<Value>,
    /// Whether no call creates the things, so that any ID is one of them.
    pub adopts: bool,
    /// The request fields that name an existing thing, which is used instead of creating one.
    pub existing: Vec<String>,
    /// The request field with the thing's file, or the response field with the file's URL.
    pub content: Option<String>,
    /// The kinds of things that are removed with it, each with the field that has its ID.
    pub with: IndexMap<String, String>,
    /// The lists inside listed things of things of another kind.
    pub parts: IndexMap<String, Parts>,
    /// Fields that the call sets by itself, with their values.
    pub sets: IndexMap<String, Value>,
    /// The values of fields that a thing must have, or else it isn't listed, changed, removed or used.
    pub only: IndexMap<String, Vec<Value>>,
    /// The error code for a thing that has other values.
    pub refused: Option<i64>,
    /// The things that the call makes besides, by the field of the thing with their number.
    pub makes: IndexMap<String, Made>,
    /// The request's lists whose items are added to those of the thing.
    pub adds: Vec<String>,
    /// The request's lists whose items are dropped from those of the thing.
    pub drops: Vec<String>,
    /// The response field that contains the thing, or the things, unless the response itself does.
    pub at: Option<FieldPath>,
    /// The filters of a list, or what a thing is found by without its ID, or besides it: request fields, each with the field of the
    /// things that must have its value.
    pub narrowed: IndexMap<String, String>,
    /// The kind of things that the filters are about, with the field of the listed things that has their IDs.
    pub through: IndexMap<String, String>,
    /// The field with the parent's ID, if a filtered list contains all descendants.
    pub below: Option<String>,
    /// The field with a list, if things are listed once for each of its values.
    pub each: Option<String>,
    /// Fields that are returned elsewhere than they were sent: fields of listed items, each with the list of its values.
    pub shows: IndexMap<String, String>,
    /// The flag of the response that says whether anything is listed.
    pub any: Option<String>,
    /// The list of the response with the IDs that don't exist.
    pub missing: Option<String>,
    /// The error code for an unknown ID.
    pub unknown: Option<i64>,
    /// The error code for an ID that is already taken.
    pub taken: Option<i64>,
}
