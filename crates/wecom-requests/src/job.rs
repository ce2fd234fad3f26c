//! Endpoints that report the progress of a job, which WeCom continues after a call has returned.

use crate::Endpoint;

/// A request for the progress of a job.
pub trait Job: Endpoint {
    /// Returns the job's ID.
    fn job_id(&self) -> &str;

    /// Returns the state of the job, by a response.
    fn state(response: &Self::Response) -> JobState;
}

/// The state of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobState {
    /// It hasn't ended.
    Pending,
    /// It is finished.
    Done,
    /// It has failed.
    #[non_exhaustive]
    Failed {
        /// The error code, if the response has one.
        code: Option<i64>,
    },
    /// The status is absent or undocumented: it is unknown whether anything follows.
    Unknown,
}

#[allow(unused_imports, reason = "not every family has jobs")]
pub(crate) use state::*;

/// The building blocks of the generated impls.
#[allow(dead_code, reason = "not every family has jobs, or jobs of every kind")]
mod state {
    use super::JobState;

    pub(crate) fn id(id: Option<&String>) -> &str {
        id.map_or("", String::as_str)
    }

    /// Returns the state of a job that is over, by its error code.
    pub(crate) fn over(code: Option<&(impl Copy + TryInto<i64>)>) -> JobState {
        match code.and_then(|code| (*code).try_into().ok()) {
            None | Some(0) => JobState::Done,
            code => JobState::Failed { code },
        }
    }

    /// Returns the state of a job that has failed, with its error code.
    pub(crate) fn failed(code: Option<&(impl Copy + TryInto<i64>)>) -> JobState {
        JobState::Failed { code: code.and_then(|code| (*code).try_into().ok()) }
    }

    /// Returns the state of a job of several parts, each with a state of its own. Without any part, none has begun.
    pub(crate) fn all(states: impl Iterator<Item = JobState>) -> JobState {
        let both = |one, other| match (one, other) {
            (failed @ JobState::Failed { .. }, _) | (_, failed @ JobState::Failed { .. }) => failed,
            (JobState::Unknown, _) | (_, JobState::Unknown) => JobState::Unknown,
            (JobState::Done, JobState::Done) => JobState::Done,
            _ => JobState::Pending,
        };
        states.reduce(both).unwrap_or(JobState::Pending)
    }
}

#[cfg(test)]
mod tests {
    use super::{JobState, all, failed, over};

    #[test]
    fn a_job_that_is_over_has_failed_if_its_error_code_says_so() {
        assert_eq!(over(None::<&i64>), JobState::Done);
        assert_eq!(over(Some(&0_u64)), JobState::Done);
        assert_eq!(over(Some(&-1_i64)), JobState::Failed { code: Some(-1) });
        assert_eq!(failed(None::<&i64>), JobState::Failed { code: None });
        assert_eq!(failed(Some(&830_001_u64)), JobState::Failed { code: Some(830_001) });
    }

    #[test]
    fn a_job_of_several_parts_is_over_when_all_are() {
        use JobState::{Done, Pending, Unknown};
        let failure = JobState::Failed { code: None };
        for (states, expected) in [
            (&[][..], Pending),
            (&[Done], Done),
            (&[Done, Done], Done),
            (&[Done, Pending], Pending),
            (&[Pending, Unknown, Done], Unknown),
            (&[Unknown, failure, Pending], failure),
        ] {
            assert_eq!(all(states.iter().copied()), expected, "{states:?}");
        }
    }
}
