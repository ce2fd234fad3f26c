//! Jobs that WeCom continues after a call has returned: which field reports their progress.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::spec::pattern;

/// The progress of a job, as an endpoint's response reports it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Job {
    /// The request field with the job's ID.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub id: String,
    /// The response field with its status: an enum, a `bool` or a `flag`, also that of each item in a list. Values that are neither
    /// in `done` nor in `failed` mean that it continues.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub status: String,
    /// The values of the status for a job that is finished, as on the wire.
    #[schemars(length(min = 1))]
    pub done: Vec<Value>,
    /// The values of the status for a job that has failed.
    #[serde(default)]
    pub failed: Vec<Value>,
    /// The response field with the error code of a job that is over, 0 for a success; it may be inside of others.
    pub error: Option<String>,
}

impl Job {
    /// Returns which of `true` and `false` means that the job has finished, if one of them does.
    pub fn when_true(&self, flag: bool) -> Option<bool> {
        let [value] = &self.done[..] else { return None };
        if flag { value.as_u64().filter(|value| *value < 2).map(|value| value == 1) } else { value.as_bool() }
    }
}
