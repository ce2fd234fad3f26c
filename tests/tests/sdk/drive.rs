//! Uploads to WeDrive.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::stream;
use serde_json::{Value, json};
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::{Backoff, Client, Content, DriveCheckpoint, DriveFolder, DriveProgress, DriveUpload, Error};

const UPLOAD: &str = "/cgi-bin/wedrive/file_upload";
const INIT: &str = "/cgi-bin/wedrive/file_upload_init";
const PART: &str = "/cgi-bin/wedrive/file_upload_part";
const FINISH: &str = "/cgi-bin/wedrive/file_upload_finish";
const LIST: &str = "/cgi-bin/wedrive/file_list";

const BLOCK: usize = 2 << 20;

/// The file that WeCom publishes, and the values that its own program gives for it
/// (<https://github.com/wecomopen/file_block_digest/tree/main/demo>).
const DIGESTS: [&str; 3] = [
    "5186fee37e9f7e77a1f6bea8d4e32638d5186d44",
    "cf540965f3190bc0c6367147ab0ac64dc9eff6a0",
    "bda1e884e1cb23a5cbdea73d2e00e23baa72d2f5",
];

fn content() -> Bytes {
    b"1234567890\r\n".iter().copied().cycle().take(5_999_998).collect()
}

fn client(server: &Server) -> Client {
    let pause = Duration::from_millis(5);
    Client::builder("ww1", "secret")
        .base_url(server.base_url())
        .retry(Backoff::new().delays(pause, pause))
        .build()
        .expect("the client can be set up")
}

fn upload(content: Content) -> DriveUpload {
    DriveUpload::new(content.named("numbers.txt"), DriveFolder::root("space-1"))
}

/// A WeDrive that accepts the parts of one upload, and returns the file once it has all of the content.
#[derive(Clone, Default)]
struct Drive(Arc<Mutex<BTreeMap<u64, Vec<u8>>>>);

impl Drive {
    async fn start() -> (Self, Server) {
        let (drive, server) = (Self::default(), Server::start().await.unwrap());
        server.answer(INIT, |request| {
            let body = request.json().unwrap();
            let known = body["size"] == 5_999_998 && body["block_sha"] == json!(DIGESTS);
            let error = if known { 0 } else { 640_001 };
            Reply::json(
                json!({ "errcode": error, "errmsg": "", "hit_exist": false, "upload_key": "the key" }),
            )
        });
        let parts = Arc::clone(&drive.0);
        server.answer(PART, move |request| {
            let body = request.json().unwrap();
            let index = body["index"].as_u64().unwrap();
            let part = BASE64_STANDARD.decode(body["file_base64_content"].as_str().unwrap()).unwrap();
            parts.lock().unwrap().insert(index, part);
            Reply::json(json!({ "errcode": i32::from(body["upload_key"] != "the key"), "errmsg": "" }))
        });
        let drive_finish = drive.clone();
        server.answer(FINISH, move |_| {
            let complete = drive_finish.content() == content();
            Reply::json(json!({ "errcode": i32::from(!complete), "errmsg": "", "fileid": "file-1" }))
        });
        (drive, server)
    }

    fn content(&self) -> Vec<u8> {
        self.0.lock().unwrap().values().flatten().copied().collect()
    }

    fn has(&self) -> Vec<u64> {
        self.0.lock().unwrap().keys().copied().collect()
    }
}

fn sent(server: &Server, path: &str) -> Vec<Value> {
    server.received(path).iter().map(|request| request.json().unwrap()).collect()
}

#[tokio::test]
async fn bytes_a_file_and_a_stream_arrive_in_blocks_with_the_digests_that_wecom_publishes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers");
    std::fs::write(&path, content()).unwrap();
    let pieces: Vec<_> = content().chunks(100_000).map(Bytes::copy_from_slice).map(Ok).collect();
    let contents = [
        Content::bytes(content()),
        Content::file(&path).await.unwrap(),
        Content::stream(5_999_998, stream::iter(pieces)),
    ];
    for sent_content in contents {
        let (drive, server) = Drive::start().await;
        let mut upload = upload(sent_content);
        let file = client(&server).upload_to_drive(&mut upload).await.unwrap();
        assert_eq!((file.fileid.as_str(), file.hit_exist), ("file-1", false));
        assert_eq!(drive.has(), [1, 2, 3]);
        let [init] = &sent(&server, INIT)[..] else { panic!("one upload") };
        let place = ["spaceid", "fatherid", "file_name"].map(|field| init[field].as_str().unwrap());
        assert_eq!(place, ["space-1", "space-1", "numbers.txt"]);
        assert!(upload.checkpoint().is_none(), "there is nothing to go on with");
    }
}

#[tokio::test]
async fn a_file_of_one_block_goes_in_one_call() {
    let server = Server::start().await.unwrap();
    for length in [0, 1, BLOCK] {
        let mut upload = upload(Content::bytes(vec![7; length]));
        client(&server).upload_to_drive(&mut upload).await.unwrap();
        let body = sent(&server, UPLOAD).pop().unwrap();
        let received = BASE64_STANDARD.decode(body["file_base64_content"].as_str().unwrap()).unwrap();
        assert!(received == vec![7; length], "{length}");
    }
    assert_eq!(server.requests(INIT), 0);

    // That is unknown for a card.
    let mut upload = upload(Content::bytes("a")).skip_push_card(true);
    client(&server).upload_to_drive(&mut upload).await.unwrap();
    assert_eq!(sent(&server, INIT)[0]["skip_push_card"], true);
}

#[tokio::test]
async fn what_a_member_picked_is_the_only_place_that_is_named() {
    let server = Server::start().await.unwrap();
    for length in [1, BLOCK + 1] {
        let content = Content::bytes(vec![0; length]).named("a");
        let mut upload = DriveUpload::new(content, DriveFolder::picked("the ticket"));
        client(&server).upload_to_drive(&mut upload).await.unwrap();
        assert!(!format!("{upload:?}").contains("the ticket"));
    }
    for path in [UPLOAD, INIT] {
        let body = sent(&server, path).pop().unwrap();
        assert_eq!(body["selected_ticket"], "the ticket");
        assert!(body["spaceid"].is_null() && body["fatherid"].is_null());
    }
}

#[tokio::test]
async fn what_wecom_has_already_is_not_sent() {
    let (drive, server) = Drive::start().await;
    server.answer(INIT, |_| {
        Reply::json(json!({ "errcode": 0, "errmsg": "", "hit_exist": true, "fileid": "file-0" }))
    });
    let file = client(&server).upload_to_drive(&mut upload(Content::bytes(content()))).await.unwrap();
    assert_eq!((file.fileid.as_str(), file.hit_exist), ("file-0", true));
    assert!(drive.has().is_empty() && server.requests(FINISH) == 0);
}

#[tokio::test]
async fn an_upload_that_begins_without_its_key_is_an_error_that_says_so() {
    let (_, server) = Drive::start().await;
    for (hit, field) in [(true, "fileid"), (false, "upload_key")] {
        server.answer(INIT, move |_| Reply::json(json!({ "errcode": 0, "errmsg": "", "hit_exist": hit })));
        let error =
            client(&server).upload_to_drive(&mut upload(Content::bytes(content()))).await.unwrap_err();
        assert!(error.to_string().contains(&format!("`{field}`: the field is missing")), "{error}");
    }
}

#[tokio::test]
async fn a_part_that_fails_is_sent_again() {
    let (_, server) = Drive::start().await;
    server.inject(Fault::status(502).on(PART).times(2));
    server.inject(Fault::disconnect().on(PART).times(1));
    client(&server).upload_to_drive(&mut upload(Content::bytes(content()))).await.unwrap();
    assert_eq!(server.requests(PART), 6);
}

#[tokio::test]
async fn after_an_error_the_parts_that_are_missing_are_sent() {
    let (drive, server) = Drive::start().await;
    let options = client(&server);
    let patient = &options;
    let mut upload = upload(Content::bytes(content())).parallel(1);
    server.answer(PART, {
        let drive = drive.clone();
        move |request| {
            let body = request.json().unwrap();
            let index = body["index"].as_u64().unwrap();
            let refused = index == 2 && !drive.has().contains(&0);
            if !refused {
                let part = BASE64_STANDARD.decode(body["file_base64_content"].as_str().unwrap()).unwrap();
                drive.0.lock().unwrap().insert(index, part);
            }
            Reply::json(json!({ "errcode": if refused { 640_002 } else { 0 }, "errmsg": "no room" }))
        }
    });
    let error = patient.upload_to_drive(&mut upload).await.unwrap_err();
    assert!(matches!(error, Error::Part { part: 2, count: 3, .. }), "{error:?}");
    assert!(error.to_string().starts_with("part 2 of 3: wedrive.file.upload_file_part: "), "{error}");
    assert_eq!(error.code(), Some(640_002));
    assert_eq!(drive.has(), [1]);

    // There is room now: 0 is a marker for the response above.
    drive.0.lock().unwrap().insert(0, Vec::new());
    let stored = upload.checkpoint().unwrap().to_string();
    assert!(stored.starts_with("1 5999998 bda1e884"), "{stored}");
    let file = patient.upload_to_drive(&mut upload).await.unwrap();
    assert_eq!(file.fileid, "file-1");
    let parts: Vec<_> = sent(&server, PART).iter().map(|body| body["index"].as_u64().unwrap()).collect();
    assert_eq!((server.requests(INIT), parts), (1, vec![1, 2, 2, 3]));

    // Another process.
    let mut other = self::upload(Content::bytes(content())).resume(stored.parse().unwrap());
    patient.upload_to_drive(&mut other).await.unwrap();
    assert_eq!((server.requests(INIT), server.requests(PART)), (1, 6));
}

#[tokio::test]
async fn an_upload_whose_future_is_dropped_goes_on_where_it_was() {
    let (drive, server) = Drive::start().await;
    let (told, mut parts) = tokio::sync::mpsc::unbounded_channel();
    let client = client(&server);
    let mut upload = upload(Content::bytes(content())).parallel(1).on_progress(move |progress| {
        told.send(progress.uploaded).unwrap();
    });
    tokio::select! {
        result = client.upload_to_drive(&mut upload) => panic!("it was not dropped: {result:?}"),
        () = async { while parts.recv().await.unwrap() < BLOCK as u64 {} } => {}
    }
    assert!(upload.checkpoint().is_some());
    client.upload_to_drive(&mut upload).await.unwrap();
    assert_eq!((drive.has(), server.requests(INIT)), (vec![1, 2, 3], 1));
}

#[tokio::test]
async fn what_has_changed_since_is_no_continuation() {
    let (_, server) = Drive::start().await;
    let checkpoint: DriveCheckpoint = format!("1 5999998 {} the key", DIGESTS[2]).parse().unwrap();
    for other in [Bytes::from(vec![0; 5_999_998]), content().slice(1..)] {
        let mut upload = upload(Content::bytes(other)).resume(checkpoint.clone());
        let error = client(&server).upload_to_drive(&mut upload).await.unwrap_err();
        assert!(matches!(error, Error::Content { .. }), "{error:?}");
        assert!(error.to_string().contains("the content has changed since the upload began"), "{error}");
    }
    // A file that has changed since the upload was created.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers");
    std::fs::write(&path, content()).unwrap();
    let mut upload = upload(Content::file(&path).await.unwrap());
    std::fs::write(&path, "less").unwrap();
    let error = client(&server).upload_to_drive(&mut upload).await.unwrap_err();
    assert!(error.to_string().contains("the file changed: it has 4 bytes, not 5999998"), "{error}");
    assert_eq!(server.total_requests(), 0);
}

/// An upload that stopped with all parts or some, and the key that it had.
fn stopped(parts: &str, key: &str) -> DriveUpload {
    let checkpoint = format!("{parts} 5999998 {} {key}", DIGESTS[2]);
    upload(Content::bytes(content())).resume(checkpoint.parse().unwrap())
}

fn listed(server: &Server, files: &[(&str, &str, &str)]) {
    let item =
        |(fileid, name, sha): &(&str, &str, &str)| json!({ "fileid": fileid, "file_name": name, "sha": sha });
    let items: Vec<Value> = files.iter().map(item).collect();
    server.answer(LIST, move |_| {
        Reply::json(
            json!({ "errcode": 0, "errmsg": "", "has_more": false, "next_start": 0, "file_list": { "item": items } }),
        )
    });
}

#[tokio::test]
async fn a_file_that_was_finished_before_the_response_was_lost_is_found_and_not_uploaded_twice() {
    let (_, server) = Drive::start().await;
    let client = client(&server);
    let mut upload = upload(Content::bytes(content()));
    server.inject(Fault::disconnect().on(FINISH).times(1));
    let error = client.upload_to_drive(&mut upload).await.unwrap_err();
    assert!(error.may_have_been_carried_out(), "{error:?}");
    assert!(upload.checkpoint().unwrap().to_string().starts_with("1-3 "), "all parts are there");

    server.answer(FINISH, |_| Reply::json(json!({ "errcode": 640_048, "errmsg": "upload flow error" })));
    listed(
        &server,
        &[
            ("file-7", "numbers.txt", "0000000000000000000000000000000000000000"),
            ("file-8", "copy.txt", DIGESTS[2]),
            ("file-9", "numbers.txt", &DIGESTS[2].to_uppercase()),
        ],
    );
    let file = client.upload_to_drive(&mut upload).await.unwrap();
    assert_eq!((file.fileid.as_str(), file.hit_exist), ("file-9", false));
    assert!(upload.checkpoint().is_none());
    assert_eq!((server.requests(INIT), server.requests(PART), server.requests(FINISH)), (1, 3, 2));
    let [asked] = &sent(&server, LIST)[..] else { panic!("one list") };
    assert_eq!(
        (&asked["spaceid"], &asked["fatherid"], &asked["start"]),
        (&json!("space-1"), &json!("space-1"), &json!(0))
    );
}

#[tokio::test]
async fn an_upload_that_cannot_be_finished_and_is_no_file_starts_over() {
    for picked in [false, true] {
        let (_, server) = Drive::start().await;
        server.answer(FINISH, |_| Reply::json(json!({ "errcode": 640_048, "errmsg": "upload flow error" })));
        server.answer(INIT, |_| {
            Reply::json(json!({ "errcode": 0, "errmsg": "", "hit_exist": true, "fileid": "file-2" }))
        });
        listed(&server, &[("file-8", "copy.txt", DIGESTS[2])]);
        let mut upload = stopped("1-3", "the key");
        if picked {
            let content = Content::bytes(content()).named("numbers.txt");
            let checkpoint = upload.checkpoint().unwrap().clone();
            upload = DriveUpload::new(content, DriveFolder::picked("the ticket")).resume(checkpoint);
        }
        let file = client(&server).upload_to_drive(&mut upload).await.unwrap();
        assert_eq!((file.fileid.as_str(), file.hit_exist), ("file-2", true));
        assert_eq!((server.requests(LIST), server.requests(INIT)), (u64::from(!picked), 1));
        assert!(upload.checkpoint().is_none());
    }
}

#[tokio::test]
async fn a_checkpoint_that_wecom_does_not_know_anymore_is_dropped_and_the_upload_starts_over_once() {
    // An undocumented code, as in `Drive`, and those for wrong parameters.
    for code in [1, 640_027, 640_048] {
        let (drive, server) = Drive::start().await;
        let parts = Arc::clone(&drive.0);
        server.answer(PART, move |request| {
            let body = request.json().unwrap();
            let known = body["upload_key"] == "the key";
            if known {
                let part = BASE64_STANDARD.decode(body["file_base64_content"].as_str().unwrap()).unwrap();
                parts.lock().unwrap().insert(body["index"].as_u64().unwrap(), part);
            }
            Reply::json(json!({ "errcode": if known { 0 } else { code }, "errmsg": "" }))
        });
        listed(&server, &[]);
        let mut upload = stopped("1-2", "an old key");
        let file = client(&server).upload_to_drive(&mut upload).await.unwrap();
        assert_eq!((file.fileid.as_str(), drive.has()), ("file-1", vec![1, 2, 3]), "{code}");
        assert_eq!(server.requests(INIT), 1);
    }

    // What is refused again is an error, with the new checkpoint.
    let (_, server) = Drive::start().await;
    server.answer(PART, |_| Reply::json(json!({ "errcode": 640_027, "errmsg": "no" })));
    let mut upload = stopped("1-2", "an old key").parallel(1);
    let error = client(&server).upload_to_drive(&mut upload).await.unwrap_err();
    assert!(matches!(error, Error::Part { part: 1, .. }), "{error:?}");
    assert_eq!((error.code(), server.requests(INIT), server.requests(PART)), (Some(640_027), 1, 2));
    assert!(upload.checkpoint().unwrap().to_string().ends_with(" the key"));
}

#[tokio::test]
async fn what_has_another_reason_keeps_the_checkpoint() {
    for code in [640_007, -1] {
        let (_, server) = Drive::start().await;
        server.answer(PART, move |_| Reply::json(json!({ "errcode": code, "errmsg": "no" })));
        let mut upload = stopped("1-2", "the key");
        let error = client(&server).upload_to_drive(&mut upload).await.unwrap_err();
        assert_eq!((error.code(), server.requests(INIT)), (Some(code), 0));
        assert!(upload.checkpoint().unwrap().to_string().starts_with("1-2 "));
    }
}

#[tokio::test]
async fn a_path_is_all_that_one_call_needs() {
    let (_, server) = Drive::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.txt");
    std::fs::write(&path, content()).unwrap();
    let file = client(&server).upload_file_to_drive(&path, DriveFolder::root("space-1")).await.unwrap();
    assert_eq!(
        (file.fileid.as_str(), &sent(&server, INIT)[0]["file_name"]),
        ("file-1", &json!("numbers.txt"))
    );
    let missing =
        client(&server).upload_file_to_drive(folder.path().join("none"), DriveFolder::root("s")).await;
    assert!(matches!(missing.unwrap_err(), Error::Content { .. }));
}

#[tokio::test]
async fn progress_is_told_of_every_block() {
    let (_, server) = Drive::start().await;
    let seen: Arc<Mutex<Vec<DriveProgress>>> = Arc::default();
    let tell = Arc::clone(&seen);
    let mut upload = upload(Content::bytes(content()))
        .parallel(1)
        .on_progress(move |progress| tell.lock().unwrap().push(progress.clone()));
    client(&server).upload_to_drive(&mut upload).await.unwrap();
    let seen = seen.lock().unwrap();
    let steps: Vec<_> = seen.iter().map(|progress| (progress.hashed, progress.uploaded)).collect();
    let (one, two, all) = (BLOCK as u64, 2 * BLOCK as u64, 5_999_998);
    assert_eq!(steps, [(one, 0), (two, 0), (all, 0), (all, 0), (all, one), (all, two), (all, all)]);
    assert!(seen[3..].iter().all(|progress| progress.checkpoint.is_some()));
}

#[tokio::test]
async fn no_more_parts_than_wanted_are_on_their_way_at_once() {
    let (_, server) = Drive::start().await;
    server.inject(Fault::delay(Duration::from_millis(20)).on(PART));
    client(&server).upload_to_drive(&mut upload(Content::bytes(content())).parallel(2)).await.unwrap();
    assert_eq!(server.peak_concurrency(PART), 2);
}

#[tokio::test]
async fn more_than_wecom_takes_is_refused_before_it_is_read() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let content = Content::stream((20 << 30) + 1, stream::iter([Err(std::io::Error::other("it was read"))]));
    let error = client.upload_to_drive(&mut upload(content)).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error:?}");
    assert_eq!(server.total_requests(), 0);
}

#[tokio::test]
async fn a_stream_is_as_long_as_announced() {
    let server = Server::start().await.unwrap();
    let short = Content::stream(9 << 20, stream::iter([Ok(Bytes::from("abc"))]));
    let error = client(&server).upload_to_drive(&mut upload(short)).await.unwrap_err();
    assert!(error.to_string().ends_with("the stream ended 9437181 bytes early"), "{error}");
    assert_eq!(server.total_requests(), 0);
}
