//! Jobs that WeCom goes on working on after a call has returned.

use std::time::Duration;

use serde_json::json;
use wecom_mock::{Reply, Server};
use wecom_sdk::contacts::batch::{GetBatchResult, Job, JobStatus};
use wecom_sdk::{Client, Endpoint as _, Error};

const PATH: &str = GetBatchResult::META.path;

async fn waited(statuses: &'static [u64]) -> (Result<JobStatus, Error>, u64) {
    let server = Server::start().await.unwrap();
    let client = Client::builder("ww1", "secret").base_url(server.base_url()).build().unwrap();
    let asked = std::sync::atomic::AtomicUsize::new(0);
    server.answer(PATH, move |_| {
        let index = asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        match statuses.get(index) {
            Some(status) => Reply::json(json!({
                "errcode": 0,
                "errmsg": "ok",
                "status": status,
                "type": "sync_user",
                "total": 1,
                "percentage": 50 * index,
                "result": [{ "userid": "lin.wei", "errcode": 0, "errmsg": "ok" }]
            })),
            None => Reply::json(json!({ "errcode": 60_106, "errmsg": "invalid jobid" })),
        }
    });
    let answer = client.wait_for(&GetBatchResult::new("job-import-1"), Duration::ZERO).await;
    let status = answer.map(|answer| {
        assert!(matches!(answer.job, Job::SyncUser(job) if job.result.is_some()), "the last answer is given");
        answer.status
    });
    (status, server.requests(PATH))
}

#[tokio::test]
async fn a_job_is_asked_about_until_it_is_over() {
    for (statuses, last, requests) in
        [(&[3][..], JobStatus::Finished, 1), (&[1, 2, 2, 3, 3], JobStatus::Finished, 4)]
    {
        let (status, asked) = waited(statuses).await;
        assert_eq!((status.unwrap(), asked), (last, requests), "{statuses:?}");
    }
}

#[tokio::test]
async fn a_state_that_nobody_knows_ends_the_wait() {
    let (status, asked) = waited(&[2, 9, 3]).await;
    assert!(matches!(status.unwrap(), JobStatus::Other(_)));
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn an_error_ends_the_wait() {
    let (status, asked) = waited(&[1]).await;
    assert_eq!(status.unwrap_err().code(), Some(60_106));
    assert_eq!(asked, 2);
}
