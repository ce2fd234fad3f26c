//! The memory that an upload to WeDrive takes: measured in its own process, by its peak.

#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::BoxFuture;
use http::{Request, Response};
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{Client, Content, DriveFolder, DriveUpload};

/// A WeDrive that keeps nothing, and counts parts.
#[derive(Default)]
struct Bottomless(AtomicU64);

impl Transport for Bottomless {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let answer = match request.uri().path() {
            "/cgi-bin/gettoken" => r#"{ "errcode": 0, "access_token": "a-token", "expires_in": 7200 }"#,
            "/cgi-bin/wedrive/file_upload_init" => {
                r#"{ "errcode": 0, "hit_exist": false, "upload_key": "the key" }"#
            }
            "/cgi-bin/wedrive/file_upload_part" => {
                self.0.fetch_add(1, Ordering::Relaxed);
                r#"{ "errcode": 0 }"#
            }
            _ => r#"{ "errcode": 0, "fileid": "file-1" }"#,
        };
        Box::pin(async move { Ok(Response::new(answer.into())) })
    }
}

/// Returns the most memory that the process has used, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[tokio::test]
async fn a_file_takes_the_memory_of_its_parts_on_their_way_however_long_it_is() {
    const LENGTH: u64 = 64 << 20;
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(LENGTH).unwrap();
    let drive = Arc::new(Bottomless::default());
    let client = Client::builder("ww1", "secret").transport(Arc::clone(&drive)).build().unwrap();
    let before = peak();
    let content = Content::file(file.path()).await.unwrap();
    let mut upload = DriveUpload::new(content, DriveFolder::root("space-1")).parallel(2);
    client.upload_to_drive(&mut upload).await.unwrap();
    assert_eq!(drive.0.load(Ordering::Relaxed), LENGTH >> 21);
    let taken = peak() - before;
    assert!(taken < LENGTH / 2, "{taken} bytes for a file of {LENGTH}");
}
