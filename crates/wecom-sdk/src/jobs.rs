//! Jobs that WeCom continues after a call has returned.

use std::time::Duration;

use tokio::time::sleep;
use wecom_requests::Endpoint;

use crate::{Client, Credential, Error, Provides};

/// An endpoint that reports the progress of a job: see [`Client::wait_for`].
pub trait Job: Endpoint {
    /// Returns whether the job is finished. An undocumented state ends the wait, too, since it is unknown what follows it.
    fn is_over(answer: &Self::Response) -> bool;
}

#[cfg(feature = "contacts")]
impl Job for wecom_models::contacts::batch::GetBatchResult {
    fn is_over(answer: &Self::Response) -> bool {
        use wecom_models::contacts::batch::JobStatus;

        !matches!(answer.status, JobStatus::Started | JobStatus::InProgress)
    }
}

#[cfg(feature = "contacts")]
impl Job for wecom_models::contacts::export::GetExportResult {
    fn is_over(answer: &Self::Response) -> bool {
        use wecom_models::contacts::export::ExportStatus;

        !matches!(answer.status, ExportStatus::NotStarted | ExportStatus::InProgress)
    }
}

#[cfg(feature = "corpgroup")]
impl Job for wecom_models::corpgroup::chain::GetCorpGroupResult {
    fn is_over(answer: &Self::Response) -> bool {
        use wecom_models::corpgroup::chain::JobStatus;

        !matches!(answer.status, JobStatus::Started | JobStatus::InProgress)
    }
}

#[cfg(feature = "externalcontact")]
impl Job for wecom_models::externalcontact::moment::GetMomentTaskResult {
    fn is_over(answer: &Self::Response) -> bool {
        use wecom_models::externalcontact::moment::JobStatus;

        !matches!(answer.status, JobStatus::Started | JobStatus::InProgress)
    }
}

impl<C: Credential> Client<C> {
    /// Polls a job, with a pause between requests, until it is finished, and returns the last response.
    ///
    /// The first error that [`Client::send`] returns after its retries ends the wait; the job itself continues, and can be waited for again.
    /// Each request has the client's deadline, the wait as a whole has none: use `tokio::time::timeout` to limit it.
    ///
    #[cfg_attr(feature = "contacts", doc = "```")]
    #[cfg_attr(not(feature = "contacts"), doc = "```ignore")]
    /// # use std::time::Duration;
    /// # use wecom_sdk::{Client, contacts::batch::GetBatchResult};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// let import = client.wait_for(&GetBatchResult::new("job id"), Duration::from_secs(5)).await?;
    /// assert_eq!(import.percentage, 100);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for<E>(&self, request: &E, pause: Duration) -> Result<E::Response, Error>
    where
        E: Job + Sync,
        E::Response: Send,
        C: Provides<E::Token>,
    {
        loop {
            let answer = self.send(request).await?;
            if E::is_over(&answer) {
                return Ok(answer);
            }
            sleep(pause).await;
        }
    }
}
