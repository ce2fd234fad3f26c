//! The fields in which the response of an endpoint reports the progress of a job.

use crate::spec::FieldPath;

/// The fields in which the response of an endpoint reports on a job.
#[derive(Debug, PartialEq, Eq)]
pub struct Job {
    /// The request field with the job's ID.
    pub id: FieldPath,
    /// The response field with its status.
    pub status: FieldPath,
    /// The meaning of each status.
    pub meaning: Meaning,
    /// The response field with the error code of a job that is over.
    pub error: Option<FieldPath>,
}

/// The meaning of a job's status.
#[derive(Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The values of an enum.
    Enum {
        /// The enum.
        ty: String,
        /// The names of the values for a job that is finished.
        done: Vec<String>,
        /// The names of the values for a job that has failed.
        failed: Vec<String>,
    },
    /// The boolean for a job that is finished.
    Bool(bool),
}
