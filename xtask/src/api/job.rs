//! How the response of an endpoint reports the progress of a job.

use crate::spec::FieldPath;

/// Where the response of an endpoint reports on a job.
#[derive(Debug, PartialEq, Eq)]
pub struct Job {
    /// The request field with the job's ID.
    pub id: FieldPath,
    /// The response field with its status.
    pub status: FieldPath,
    /// The enum of its status.
    pub ty: String,
    /// The names of the values for a job that is finished.
    pub done: Vec<String>,
    /// The names of the values for a job that has failed.
    pub failed: Vec<String>,
    /// The response field with the error code of a job that is over.
    pub error: Option<FieldPath>,
}
