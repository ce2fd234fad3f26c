//! Jobs that WeCom continues after a call has returned. Time is paused: it advances when all tasks wait.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::callback::{Callbacks, Format, Receiver, Sender, finished_jobs};
use wecom_sdk::chatdata::analysis::{GetAnalyzeTaskResult, GetExportJobStatus};
use wecom_sdk::contacts::batch::{GetBatchResult, Job, JobStatus};
use wecom_sdk::contacts::export::GetExportResult;
use wecom_sdk::externalcontact::moment::GetMomentTaskResult;
use wecom_sdk::living::GetLivingInfo;
use wecom_sdk::media::GetUploadByUrlResult;
use wecom_sdk::meeting::record::ListRecord;
use wecom_sdk::wedoc::smartdoc;
use wecom_sdk::{Client, Endpoint as _, NoRetry, Wait, WaitError};

const PATH: &str = GetBatchResult::META.path;

const SECOND: Duration = Duration::from_secs(1);

fn client(server: &Server) -> Client {
    Client::builder("ww1", "secret").base_url(server.base_url()).retry(NoRetry).build().unwrap()
}

/// Responds to one request after another; the last response stays.
fn answers(server: &Server, path: &str, answers: impl IntoIterator<Item = Value>) {
    let answers: Vec<Value> = answers.into_iter().collect();
    let asked = AtomicUsize::new(0);
    server.answer(path, move |_| {
        let index = asked.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        Reply::json(answers[index].clone())
    });
}

fn import(status: u64) -> Value {
    json!({
        "errcode": 0,
        "errmsg": "ok",
        "status": status,
        "type": "sync_user",
        "total": 1,
        "percentage": if status == 3 { 100 } else { 50 },
        "result": [{ "userid": "lin.wei", "errcode": 0, "errmsg": "ok" }]
    })
}

fn wait(client: &Client) -> Wait<GetBatchResult, wecom_sdk::CorpSecret> {
    client.wait(GetBatchResult::new("job-import-1"))
}

/// Returns a client that already has a token, so that only waits take time.
async fn ready(server: &Server) -> Client {
    let client = client(server);
    client.access_token().await.unwrap();
    client
}

#[tokio::test(start_paused = true)]
async fn a_job_is_asked_about_until_it_is_over_after_pauses_that_double() {
    for (statuses, requests, pauses) in [(&[3][..], 1, 0), (&[1, 2, 2, 3, 3], 4, 1 + 2 + 4)] {
        let server = Server::start().await.unwrap();
        let client = ready(&server).await;
        answers(&server, PATH, statuses.iter().map(|status| import(*status)));
        let start = Instant::now();
        let answer = wait(&client).await.unwrap();
        assert_eq!(answer.status, JobStatus::Finished);
        assert!(matches!(answer.job, Job::SyncUser(job) if job.result.is_some()), "the last answer is given");
        assert_eq!(server.requests(PATH), requests, "{statuses:?}");
        let taken = start.elapsed();
        assert!(taken >= pauses * SECOND / 2 && taken <= pauses * SECOND + SECOND / 10, "{taken:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_never_longer_than_the_longest() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    answers(&server, PATH, [import(2)]);
    let error = wait(&client).pauses(SECOND, 4 * SECOND).deadline(100 * SECOND).await.unwrap_err();
    assert!(matches!(error, WaitError::Deadline { .. }), "{error}");
    assert!((25..=54).contains(&server.requests(PATH)), "{}", server.requests(PATH));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_not_over_in_time_is_given_up_with_its_last_answer() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    answers(&server, PATH, [import(2)]);
    let start = Instant::now();
    let error = wait(&client).deadline(10 * SECOND).await.unwrap_err();
    assert_eq!(error.to_string(), "the job didn't finish within 10s");
    let WaitError::Deadline { response: Some(last), failure: None, .. } = error else { panic!("{error}") };
    assert_eq!((last.percentage, start.elapsed().as_secs()), (50, 10));
    // A response that takes longer than that is not waited for.
    server.inject(Fault::hang().on(PATH));
    let start = Instant::now();
    let error = wait(&client).deadline(10 * SECOND).await.unwrap_err();
    assert!(matches!(error, WaitError::Deadline { response: None, failure: None, .. }), "{error}");
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_state_that_nobody_knows_ends_the_wait() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    answers(&server, PATH, [2, 9, 3].map(import));
    let error = wait(&client).await.unwrap_err();
    assert_eq!(error.to_string(), "the job has no status, or one that isn't documented");
    let WaitError::Unknown { response, .. } = error else { panic!("{error}") };
    assert!(matches!(response.status, JobStatus::Other(_)));
    assert_eq!(server.requests(PATH), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_the_wait_unless_it_may_pass() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    answers(&server, PATH, [import(1), json!({ "errcode": 60_106, "errmsg": "invalid jobid" })]);
    let WaitError::Call(error) = wait(&client).await.unwrap_err() else { panic!("not a call's error") };
    assert_eq!((error.code(), server.requests(PATH)), (Some(60_106), 2));

    for fault in [Fault::status(503), Fault::disconnect(), Fault::code(-1), Fault::code(45009)] {
        server.reset();
        answers(&server, PATH, [import(3)]);
        let client = ready(&server).await;
        server.inject(fault.on(PATH).times(2));
        // A second 45009 means that the limit isn't that of a minute.
        assert_eq!(wait(&client).deadline(7200 * SECOND).await.unwrap().percentage, 100);
        assert_eq!(server.requests(PATH), 3);
    }
    server.inject(Fault::status(503).on(PATH));
    let error = wait(&client).deadline(10 * SECOND).await.unwrap_err();
    assert!(matches!(&error, WaitError::Deadline { failure: Some(_), .. }), "{error}");
    assert!(error.to_string().contains("HTTP status 503"), "{error}");
}

/// Returns the outcome of a job: its error code, or nothing if it is finished.
async fn outcome<E>(client: &Client, job: E) -> Option<Option<i64>>
where
    E: wecom_sdk::Job<Token = wecom_sdk::token::AccessToken> + Send + Sync + 'static,
    E::Response: Send + std::fmt::Debug,
{
    match client.wait(job).deadline(SECOND).await {
        Ok(_) => None,
        Err(WaitError::Failed { code, .. }) => Some(code),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn whether_a_job_has_failed_is_told_by_its_status_or_by_its_error_code() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    let ok = |mut fields: Value| {
        fields["errcode"] = 0.into();
        fields["errmsg"] = "ok".into();
        fields
    };
    let detail = |code: i64| json!({ "errcode": code, "errmsg": "" });

    for (answer, expected) in [
        (json!({ "status": 2, "data_list": [] }), None),
        (json!({ "status": 3 }), Some(None)),
        (json!({ "status": "3" }), Some(None)),
    ] {
        answers(&server, GetExportResult::META.path, [ok(answer)]);
        assert_eq!(outcome(&client, GetExportResult::new("job")).await, expected);
    }
    for (status, code, expected) in
        [(2, 0, None), (3, 830_001, Some(Some(830_001))), (2, 45001, Some(Some(45001)))]
    {
        let answer = ok(json!({ "status": status, "detail": detail(code) }));
        answers(&server, GetUploadByUrlResult::META.path, [answer]);
        assert_eq!(outcome(&client, GetUploadByUrlResult::new("job")).await, expected);
    }
    for (answer, expected) in [
        (json!({ "status": 3, "result_errcode": 0 }), None),
        (json!({ "status": 3, "result_errcode": 710_629 }), Some(Some(710_629))),
        (json!({ "status": 3 }), None),
    ] {
        answers(&server, GetExportJobStatus::META.path, [ok(answer)]);
        assert_eq!(outcome(&client, GetExportJobStatus::new("job")).await, expected);
    }
    for (answer, expected) in [
        (json!({ "status": 3, "type": "add_moment_task", "result": detail(0) }), None),
        (json!({ "status": 3, "type": "add_moment_task", "result": detail(7) }), Some(Some(7))),
    ] {
        answers(&server, GetMomentTaskResult::META.path, [ok(answer)]);
        assert_eq!(outcome(&client, GetMomentTaskResult::new("job")).await, expected);
    }
    for (status, expected) in [(1, None), (2, Some(None))] {
        answers(&server, GetAnalyzeTaskResult::META.path, [ok(json!({ "status": status }))]);
        assert_eq!(outcome(&client, GetAnalyzeTaskResult::new("job")).await, expected);
    }
    let error = client.wait(GetAnalyzeTaskResult::new("job")).await.unwrap_err();
    assert_eq!(error.to_string(), "the job has failed");
    answers(
        &server,
        GetUploadByUrlResult::META.path,
        [ok(json!({ "status": 3, "detail": detail(830_001) }))],
    );
    let error = client.wait(GetUploadByUrlResult::new("job")).await.unwrap_err();
    assert_eq!(error.to_string(), "the job has failed with the error code 830001");
}

#[tokio::test(start_paused = true)]
async fn a_job_is_over_when_a_boolean_says_so() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    let export = |done: bool| json!({ "errcode": 0, "errmsg": "ok", "task_done": done, "content": if done { "# Cranes" } else { "" } });
    let path = smartdoc::GetExportResult::META.path;
    answers(&server, path, [false, false, true].map(export));
    let result = client.wait(smartdoc::GetExportResult::new("tk7")).await.unwrap();
    assert_eq!((result.content.as_deref(), server.requests(path)), (Some("# Cranes"), 3));
}

#[tokio::test(start_paused = true)]
async fn recordings_are_waited_for_until_each_is_transcoded_and_their_event_ends_the_pause() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    let recordings = |states: &[u64]| {
        let list: Vec<Value> =
            states.iter().map(|state| json!({ "meeting_record_id": "mr1", "state": state })).collect();
        json!({ "errcode": 0, "errmsg": "ok", "has_more": false, "record_list": list })
    };
    let path = ListRecord::META.path;
    answers(&server, path, [&[][..], &[1], &[3, 1], &[3, 3]].map(recordings));
    let list = ListRecord::new(1_720_000_000, 1_720_600_000).meetingid("hy1");
    let result = client.wait(list.clone()).await.unwrap();
    assert_eq!((result.record_list.len(), server.requests(path)), (2, 4));

    answers(&server, path, [&[1][..], &[3]].map(recordings));
    let hour = 3600 * SECOND;
    let waiting = tokio::spawn(client.wait(list.clone()).pauses(hour, hour).deadline(2 * hour).into_future());
    sleep(SECOND).await;
    let start = Instant::now();
    push(
        &finished(&client),
        "meeting_change",
        "<ChangeType>recording_complete</ChangeType><MeetingId>hy1</MeetingId>",
    )
    .await;
    waiting.await.unwrap().unwrap();
    assert!(start.elapsed() <= SECOND, "{:?}", start.elapsed());

    answers(&server, path, [recordings(&[3, 7])]);
    assert!(matches!(client.wait(list).await.unwrap_err(), WaitError::Unknown { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_replay_is_waited_for_by_a_status_inside_the_live_stream() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    let living = |status: Option<u64>| {
        let info = status.map_or_else(
            || json!({ "open_replay": 0 }),
            |status| json!({ "open_replay": 1, "replay_status": status }),
        );
        json!({ "errcode": 0, "errmsg": "ok", "living_info": info })
    };
    let path = GetLivingInfo::META.path;
    answers(&server, path, [living(Some(1)), living(Some(0))]);
    client.wait(GetLivingInfo::new("lv1")).await.unwrap();
    answers(&server, path, [living(Some(1)), living(Some(3))]);
    assert_eq!(outcome(&client, GetLivingInfo::new("lv1")).await, Some(None));
    answers(&server, path, [living(None)]);
    let error = client.wait(GetLivingInfo::new("lv1")).await.unwrap_err();
    assert_eq!(error.to_string(), "the job has no status, or one that isn't documented");
}

const TOKEN: &str = "QSdkTestToken01";
const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg";

/// Returns the receiver of a client's events about jobs.
fn finished(client: &Client) -> Callbacks {
    let receiver = Receiver::builder(TOKEN, KEY).receiveid("ww1").build().unwrap();
    Callbacks::new(receiver, finished_jobs(client))
}

async fn push(callbacks: &Callbacks, event: &str, members: &str) {
    let message = format!("<xml><MsgType>event</MsgType><Event>{event}</Event>{members}</xml>");
    let sent = Sender::new(TOKEN, KEY, "ww1").unwrap().callback(Format::Xml, message.as_bytes(), "ww1", "");
    let request = Request::post(format!("/?{}", sent.query)).body(Bytes::from(sent.body)).unwrap();
    assert_eq!(callbacks.handle(request).await.status(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn an_event_ends_the_pauses_of_those_who_wait_for_its_job() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    let callbacks = finished(&client);
    let push = async |event: &str, members: &str| push(&callbacks, event, members).await;
    let batch = |id: &str| format!("<BatchJob><JobId>{id}</JobId><JobType>sync_user</JobType></BatchJob>");

    let hour = 3600 * SECOND;
    answers(&server, PATH, [2, 2, 3].map(import));
    let waiting = tokio::spawn(wait(&client).pauses(hour, hour).deadline(2 * hour).into_future());
    sleep(SECOND).await;
    push("batch_job_result", &batch("another")).await;
    sleep(SECOND).await;
    assert_eq!(server.requests(PATH), 1);
    let start = Instant::now();
    push("batch_job_result", &batch("job-import-1")).await;
    sleep(SECOND).await;
    assert_eq!(server.requests(PATH), 2, "the result may come later than its event");
    push("batch_job_result", &format!("{} ", batch("job-import-1"))).await;
    assert_eq!(waiting.await.unwrap().unwrap().percentage, 100);
    assert!(start.elapsed() <= 2 * SECOND, "{:?}", start.elapsed());

    let upload =
        json!({ "errcode": 0, "errmsg": "ok", "status": 1, "detail": { "errcode": 0, "errmsg": "ok" } });
    let done =
        json!({ "errcode": 0, "errmsg": "ok", "status": 2, "detail": { "errcode": 0, "errmsg": "ok" } });
    answers(&server, GetUploadByUrlResult::META.path, [upload, done]);
    let job = client.wait(GetUploadByUrlResult::new("job-upload")).pauses(hour, hour).deadline(2 * hour);
    let waiting = tokio::spawn(job.into_future());
    sleep(SECOND).await;
    push("upload_media_job_finish", "<JobId>job-upload</JobId>").await;
    waiting.await.unwrap().unwrap();
    assert!(start.elapsed() <= 4 * SECOND, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_event_during_a_request_is_not_missed_and_reaches_all_clients_that_share_connections() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    let other = client.with_credential(wecom_sdk::CorpSecret::new("ww2", "secret"));
    answers(&server, PATH, [2, 3].map(import));
    server.inject(Fault::delay(Duration::from_millis(10)).on(PATH).times(1));
    let hour = 3600 * SECOND;
    let waiting = tokio::spawn(wait(&client).pauses(hour, hour).into_future());
    while server.requests(PATH) == 0 {
        sleep(Duration::from_millis(1)).await;
    }
    other.job_has_ended("job-import-1");
    let start = Instant::now();
    waiting.await.unwrap().unwrap();
    assert!(start.elapsed() <= SECOND, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn whoever_stops_waiting_stops_asking() {
    let server = Server::start().await.unwrap();
    let client = ready(&server).await;
    answers(&server, PATH, [import(2)]);
    drop(wait(&client));
    assert_eq!(server.requests(PATH), 0, "nothing is asked before it is awaited");
    assert!(timeout(10 * SECOND, wait(&client).into_future()).await.is_err());
    let asked = server.requests(PATH);
    sleep(3600 * SECOND).await;
    assert_eq!(server.requests(PATH), asked);
}
