//! Jobs that WeCom continues after a call has returned.

use std::collections::HashMap;
use std::fmt;
use std::future::IntoFuture;
use std::sync::Mutex;
use std::time::Duration;

use futures_core::future::BoxFuture;
use thiserror::Error;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use wecom_requests::{Job, JobState};

use crate::time::{jitter, later};
use crate::{Client, Credential, Error, Provides, lock};

/// The default time to wait for a job.
const DEADLINE: Duration = Duration::from_secs(60 * 60);

/// The first and the longest pause between two requests.
const PAUSES: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// The reason why waiting for a job ended before the job, or the failure of the job itself.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WaitError<R> {
    /// A request for the job's progress failed, and another one would fail, too. The job itself may continue.
    #[error(transparent)]
    Call(#[from] Error),
    /// The job has failed.
    #[error("the job has failed{}", code.map(|code| format!(" with the error code {code}")).unwrap_or_default())]
    #[non_exhaustive]
    Failed {
        /// The error code, if the response has one.
        code: Option<i64>,
        /// The last response.
        response: Box<R>,
    },
    /// The job has no status, or an undocumented one: it is unknown whether anything follows.
    #[error("the job has no status, or one that isn't documented")]
    #[non_exhaustive]
    Unknown {
        /// The last response.
        response: Box<R>,
    },
    /// The job wasn't over in time. It continues, and can be waited for again.
    #[error("the job didn't finish within {deadline:?}{}", failure.as_ref().map(|error| format!("; the last request failed: {error}")).unwrap_or_default())]
    #[non_exhaustive]
    Deadline {
        /// The time for which the client waited.
        deadline: Duration,
        /// The last response, if there was one.
        response: Option<Box<R>>,
        /// The error of the last request, if it failed.
        failure: Option<Box<Error>>,
    },
}

impl<C: Credential> Client<C> {
    /// Waits until a job is over, and returns the last response.
    ///
    /// `.await` begins with a request for the job's progress, and sends it again after pauses that grow from about 1
    /// to 30 seconds ([`Wait::pauses`]), as rates allow. An event that reports the end of the job ends the current
    /// pause, if the client gets events (`callback::finished_jobs`, or [`Client::job_has_ended`]). Waiting stops after
    /// an hour ([`Wait::deadline`]).
    ///
    /// A transient failure doesn't end the wait. Dropping the future does: the job continues, and can be waited for again.
    ///
    #[cfg_attr(feature = "contacts", doc = "```")]
    #[cfg_attr(not(feature = "contacts"), doc = "```ignore")]
    /// # use std::time::Duration;
    /// # use wecom_sdk::{Client, contacts::batch::GetBatchResult};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// let import = client.wait(GetBatchResult::new("job id")).deadline(Duration::from_secs(600)).await?;
    /// assert_eq!(import.percentage, 100);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait<E>(&self, job: E) -> Wait<E, C>
    where
        E: Job,
        C: Provides<E::Token>,
    {
        Wait { client: self.clone(), job, deadline: DEADLINE, pauses: PAUSES }
    }

    /// Ends the pauses of callers that [wait](Self::wait) for a job, by its ID: for applications that handle the event
    /// themselves.
    ///
    /// It affects all clients that share connections with this one ([`Client::with_credential`]).
    pub fn job_has_ended(&self, job_id: &str) {
        self.caller().jobs.ended(job_id);
    }
}

/// A job to wait for: see [`Client::wait`].
#[must_use = "nothing is asked until it is awaited"]
pub struct Wait<E, C> {
    client: Client<C>,
    job: E,
    deadline: Duration,
    pauses: (Duration, Duration),
}

impl<E, C> Wait<E, C> {
    /// Sets how long to wait, instead of an hour.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the first and the longest pause between two requests, instead of 1 and 30 seconds. Each pause is twice as
    /// long as the previous one, and is randomly shortened by up to half.
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.pauses = (first, longest);
        self
    }
}

impl<E, C> fmt::Debug for Wait<E, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

impl<E, C> IntoFuture for Wait<E, C>
where
    E: Job + Send + Sync + 'static,
    E::Response: Send,
    C: Credential + Provides<E::Token>,
{
    type Output = Result<E::Response, WaitError<E::Response>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<E, C> Wait<E, C>
where
    E: Job + Sync,
    E::Response: Send,
    C: Credential + Provides<E::Token>,
{
    async fn run(self) -> Result<E::Response, WaitError<E::Response>> {
        let Self { client, job, deadline, pauses: (first, longest) } = self;
        // Before the first request, so that an event during it isn't missed.
        let mut waiting = client.caller().jobs.waiting(job.job_id());
        let end = later(deadline);
        let (mut response, mut failure) = (None, None);
        let mut pause = first.min(longest);
        loop {
            let mut least = Duration::ZERO;
            match timeout_at(end, client.send(&job)).await {
                Ok(Ok(answer)) => match E::state(&answer) {
                    JobState::Done => return Ok(answer),
                    JobState::Failed { code, .. } => {
                        return Err(WaitError::Failed { code, response: Box::new(answer) });
                    }
                    JobState::Pending => (response, failure) = (Some(Box::new(answer)), None),
                    _ => return Err(WaitError::Unknown { response: Box::new(answer) }),
                },
                Ok(Err(error)) if error.is_transient() => {
                    least = error.retry_after().unwrap_or_default();
                    failure = Some(Box::new(error));
                }
                Ok(Err(error)) => return Err(error.into()),
                Err(_) => return Err(WaitError::Deadline { deadline, response, failure }),
            }
            let next = Instant::now() + jitter(pause).max(least);
            pause = match timeout_at(next.min(end), waiting.event()).await {
                // The result may be available only some time after its event.
                Ok(()) => first.min(longest),
                Err(_) if next >= end => return Err(WaitError::Deadline { deadline, response, failure }),
                Err(_) => pause.saturating_mul(2).min(longest),
            };
        }
    }
}

/// The callers that wait for jobs, by the jobs' IDs.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<HashMap<String, watch::Sender<()>>>);

impl Jobs {
    fn ended(&self, job_id: &str) {
        if let Some(waiting) = lock(&self.0).get(job_id) {
            waiting.send_replace(());
        }
    }

    fn waiting<'a>(&'a self, job_id: &'a str) -> Waiting<'a> {
        let mut jobs = lock(&self.0);
        let events = jobs.entry(job_id.to_owned()).or_default().subscribe();
        Waiting { jobs: self, job_id, events }
    }
}

/// A caller that waits for a job.
struct Waiting<'a> {
    jobs: &'a Jobs,
    job_id: &'a str,
    events: watch::Receiver<()>,
}

impl Waiting<'_> {
    /// Waits for an event after the last one.
    async fn event(&mut self) {
        // The sender exists as long as this does.
        let _ = self.events.changed().await;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut jobs = lock(&self.jobs.0);
        // The last one: only its own receiver is left.
        if jobs.get(self.job_id).is_some_and(|events| events.receiver_count() <= 1) {
            jobs.remove(self.job_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Jobs, lock};

    #[test]
    fn a_job_is_remembered_as_long_as_someone_waits_for_it() {
        let jobs = Jobs::default();
        let (one, two) = (jobs.waiting("a"), jobs.waiting("a"));
        let other = jobs.waiting("b");
        assert_eq!(lock(&jobs.0).len(), 2);
        drop(one);
        jobs.ended("a");
        assert!(two.events.has_changed().unwrap());
        assert!(!other.events.has_changed().unwrap());
        drop((two, other));
        assert!(lock(&jobs.0).is_empty());
    }
}
