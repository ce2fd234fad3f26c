//! What an endpoint does with a thing that the mock keeps.

use indexmap::IndexMap;
use serde_json::Value;

use crate::spec::{Does, FieldPath};

/// What a call does with a thing that the mock keeps.
#[derive(Debug)]
pub struct Keeps {
    /// The kind of thing.
    pub thing: String,
    /// What becomes of it.
    pub does: Does,
    /// The field with its ID; none where all are listed.
    pub id: Option<FieldPath>,
    /// The field of the request that holds the thing's fields, unless the request itself does.
    pub from: Option<FieldPath>,
    /// What the call sets by itself.
    pub sets: IndexMap<String, Value>,
    /// The field of the response that holds the thing, or the things, unless the response itself does.
    pub at: Option<FieldPath>,
    /// What narrows a list: fields of the request, and the fields of things that have their values.
    pub narrowed: IndexMap<String, String>,
    /// The field with the ID of the thing above, where a narrowed list holds everything below.
    pub below: Option<String>,
    /// The field with a list, where things are listed once for each value of it.
    pub each: Option<String>,
    /// What is shown elsewhere than it was sent: fields of listed items, each with the list of values.
    pub shows: IndexMap<String, String>,
    /// The error code for an ID that no thing has.
    pub unknown: Option<i64>,
    /// The error code for an ID that another thing has already.
    pub taken: Option<i64>,
}
