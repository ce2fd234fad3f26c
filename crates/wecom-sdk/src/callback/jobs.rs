//! Events that report the end of a job.

use std::sync::Arc;

use wecom_callback::{Event, Router};
use wecom_models::callback::Payload;

use crate::{Client, Credential};

// The specification says which events these are.
include!("../generated/jobs.rs");

/// Ends the pauses of callers that wait for jobs ([`Client::wait`]) when an event reports the end of their job:
/// `batch_job_result`, `upload_media_job_finish` and similar ones.
///
/// These handlers consume the events: an application that needs them itself calls [`Client::job_has_ended`] in its own
/// handlers. In processes that don't receive an event, waiting callers just keep polling.
pub fn finished_jobs<C: Credential>(client: &Client<C>) -> Router {
    let client = client.clone();
    events(Router::new(), &Finished(Arc::new(move |job_id| client.job_has_ended(job_id))))
}

/// The function that receives the IDs of ended jobs.
struct Finished(Arc<dyn Fn(&str) + Send + Sync>);

impl Finished {
    #[allow(dead_code, reason = "not every family has such events")]
    fn on<T: Payload + Sync>(&self, router: Router) -> Router {
        let ended = Arc::clone(&self.0);
        router.on(move |event: Event<T>| {
            if let Some(job_id) = event.ended_job() {
                ended(job_id);
            }
            std::future::ready(())
        })
    }
}
