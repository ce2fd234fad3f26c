//! Uploads and downloads that don't fit into memory.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use wecom_mock::{Fault, Reply, Server};
use wecom_sdk::media::{GetMedia, MediaType, UploadMedia};
use wecom_sdk::token::AccessToken;
use wecom_sdk::{Backoff, Client, ClientBuilder, Content, Error, File, Fixed, NoRetry};

const UPLOAD: &str = "/cgi-bin/media/upload";
const GET: &str = "/cgi-bin/media/get";

fn client(server: &Server) -> Client {
    let pause = Duration::from_millis(5);
    Client::builder("ww1", "secret")
        .base_url(server.base_url())
        .retry(Backoff::new().delays(pause, pause))
        .max_response(64 << 10)
        .timeout(Duration::from_secs(5))
        .build()
        .expect("the client can be set up")
}

fn upload(file: File) -> UploadMedia {
    UploadMedia::new(MediaType::File, file)
}

/// Returns the parts of a form: the head and the content of each.
fn parts(server: &Server) -> Vec<(String, Bytes)> {
    let received = server.received(UPLOAD).pop().expect("something was uploaded");
    let content_type = received.headers["content-type"].to_str().unwrap();
    let boundary = format!("--{}", content_type.strip_prefix("multipart/form-data; boundary=").unwrap());
    let length: usize = received.headers["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(length, received.body.len(), "the length is known in advance");
    let find = |body: &[u8], what: &[u8]| body.windows(what.len()).position(|window| window == what);
    let mut rest = &received.body[..];
    let mut parts = Vec::new();
    while let Some(start) = find(rest, boundary.as_bytes()) {
        rest = &rest[start + boundary.len()..];
        let (Some(head), Some(end)) =
            (find(rest, b"\r\n\r\n"), find(rest, format!("\r\n{boundary}").as_bytes()))
        else {
            break;
        };
        let content = Bytes::copy_from_slice(&rest[head + 4..end]);
        parts.push((String::from_utf8(rest[2..head].to_vec()).unwrap(), content));
    }
    parts
}

#[tokio::test]
async fn bytes_a_file_and_a_stream_arrive_the_same() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    // More than one piece, and content that looks like the end of a form.
    let content: Bytes = b"--wecom-form-0000000000000000--\r\n".repeat(10_000).into();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("content");
    std::fs::write(&path, &content).unwrap();
    let pieces: Vec<io::Result<Bytes>> =
        content.chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let contents = [
        Content::bytes(content.clone()),
        Content::file(&path).await.unwrap(),
        Content::stream(content.len() as u64, stream::iter(pieces)),
    ];
    for sent in contents {
        let sent = sent.named("会议纪要 \"1\".txt").content_type("text/plain");
        let uploaded = client.upload(sent, upload).await.unwrap();
        assert!(!uploaded.media_id.is_empty());
        let [(head, received)] = &parts(&server)[..] else { panic!("one part") };
        // The server expects UTF-8, not RFC 2231.
        let length = content.len();
        let expected =
            format!("filename=\"会议纪要 %221%22.txt\"; filelength={length}\r\nContent-Type: text/plain");
        assert!(head.ends_with(&expected), "{head}");
        assert!(*received == content);
    }
    assert_eq!(server.received(UPLOAD).len(), 3);
    assert!(server.received(UPLOAD).iter().all(|request| request.param("type") == Some("file")));
}

#[tokio::test]
async fn an_upload_is_repeated_when_its_token_is_refused_if_it_can_be() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let content = Content::bytes("minutes").named("a.txt");
    server.inject(Fault::code(40014).on(UPLOAD).times(1));
    client.upload(content, upload).await.unwrap();
    assert_eq!(server.requests(UPLOAD), 2);
    assert_eq!(&parts(&server)[0].1[..], b"minutes");

    let content = Content::stream(7, stream::iter([Ok(Bytes::from("minutes"))]));
    server.inject(Fault::code(40014).on(UPLOAD).times(1));
    assert_eq!(client.upload(content, upload).await.unwrap_err().code(), Some(40014));
    assert_eq!(server.requests(UPLOAD), 3, "a stream can't be sent again");

    // But the token is not used again.
    client.upload(Content::bytes("minutes"), upload).await.unwrap();
    server.revoke_tokens();
    let stream = || Content::stream(7, stream::iter([Ok(Bytes::from("minutes"))]));
    assert_eq!(client.upload(stream(), upload).await.unwrap_err().code(), Some(40014));
    client.upload(stream(), upload).await.unwrap();
}

#[tokio::test]
async fn content_that_is_not_as_announced_is_an_error_that_says_so() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let pieces = || stream::iter([Ok(Bytes::from("abc")), Ok(Bytes::from("def"))]);
    for (length, expected) in [(5, "more bytes than announced"), (8, "the stream ended 2 bytes early")] {
        let content = Content::stream(length, pieces());
        let error = client.upload(content, upload).await.unwrap_err();
        assert!(matches!(error, Error::Content { .. }), "{error:?}");
        assert!(error.to_string().ends_with(expected), "{error}");
    }
    let broken = stream::iter([Ok(Bytes::from("abc")), Err(io::Error::other("the disk is on fire"))]);
    let content = Content::stream(6, broken);
    let error = client.upload(content, upload).await.unwrap_err();
    assert!(error.to_string().ends_with("the disk is on fire"), "{error}");
    assert_eq!(server.received(UPLOAD).len(), 0, "nothing of it arrived as a whole");
    assert!(Content::file("/no/such/file").await.is_err());
}

#[tokio::test]
async fn content_that_is_longer_than_a_request_can_be_is_an_error_that_says_so() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let sent = async |length| {
        let content = Content::stream(length, stream::iter([Ok(Bytes::from("abc"))]));
        let error = client.upload(content, upload).await.unwrap_err();
        assert!(matches!(error, Error::Content { .. }), "{error:?}");
        error.to_string()
    };
    for length in [u64::MAX, u64::MAX - 1] {
        let error = sent(length).await;
        assert!(error.contains(&format!("{length} bytes are more than a request can contain")), "{error}");
    }
    // If it fits, it is sent, until it turns out to be shorter.
    for length in [u64::MAX - 1000, i64::MAX as u64] {
        let error = sent(length).await;
        assert!(error.ends_with(&format!("the stream ended {} bytes early", length - 3)), "{error}");
    }
    assert_eq!(server.received(UPLOAD).len(), 0);
}

#[tokio::test]
async fn content_has_a_place_in_the_request_and_its_own_name() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    // A request that ignores the file has no place for the content.
    let whole = |_| upload(File::new("a.txt", "abc"));
    let error = client.upload(Content::bytes("abc"), whole).await.unwrap_err();
    assert!(matches!(error, Error::Build { .. }), "{error:?}");
    client.send(&upload(File::new("a.txt", "abc"))).await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("会议纪要.txt");
    std::fs::write(&path, "minutes").unwrap();
    client.upload(Content::file(&path).await.unwrap(), upload).await.unwrap();
    let (head, content) = &parts(&server)[0];
    assert!(head.contains("filename=\"会议纪要.txt\"; filelength=7"), "{head}");
    assert_eq!(&content[..], b"minutes");
}

#[tokio::test]
async fn a_download_comes_piece_by_piece_or_at_once() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    // Far more than a response may contain.
    let content: Bytes = (0..1_000_000_u32).flat_map(u32::to_be_bytes).collect();
    let file = content.clone();
    server.answer(GET, move |_| Reply::file("numbers.bin", "application/octet-stream", file.clone()));
    let download = client.download(&GetMedia::new("media")).await.unwrap();
    assert_eq!(download.name.as_deref(), Some("numbers.bin"));
    assert_eq!(download.length, Some(4_000_000));
    assert_eq!(download.range, None);
    let pieces: Vec<Bytes> = download.into_stream().try_collect().await.unwrap();
    assert!(pieces.len() > 1 && pieces.concat() == content);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.bin");
    let length = client.download(&GetMedia::new("media")).await.unwrap().save(&path).await.unwrap();
    assert_eq!(length, 4_000_000);
    assert!(std::fs::read(path).unwrap() == content);
    // As a value, it has to fit.
    assert!(matches!(client.send(&GetMedia::new("media")).await, Err(Error::TooLarge { .. })));
}

#[tokio::test]
async fn a_file_can_be_fetched_part_by_part() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    let content: Bytes = (0..1000_u32).flat_map(u32::to_be_bytes).collect();
    let file = content.clone();
    server.answer(GET, move |_| Reply::file("numbers.bin", "application/octet-stream", file.clone()));
    let mut fetched = Vec::new();
    loop {
        let start = fetched.len();
        let request = GetMedia::new("media").range(format!("bytes={start}-{}", start + 1599));
        let part = client.download(&request).await.unwrap();
        let range = part.range.unwrap();
        assert_eq!((range.start, range.size), (start as u64, 4000));
        fetched.extend_from_slice(&part.bytes().await.unwrap());
        if range.is_last() {
            break;
        }
    }
    assert_eq!(fetched, content);
    assert_eq!(server.requests(GET), 3);
    let error = client.download(&GetMedia::new("media").range("bytes=9000-")).await.unwrap_err();
    assert_eq!(error.code(), Some(40146));
}

#[tokio::test]
async fn an_error_where_the_file_should_be_is_an_error() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    server.inject(Fault::code(40007).on(GET));
    let error = client.download(&GetMedia::new("media")).await.unwrap_err();
    assert_eq!(error.code(), Some(40007));
    server.clear_faults();
    // A refused token arrives that way, too, and so do transient failures.
    server.revoke_tokens();
    client.download(&GetMedia::new("media")).await.unwrap();
    server.inject(Fault::status(502).on(GET).times(1));
    client.download(&GetMedia::new("media")).await.unwrap();
    // A JSON file is a file.
    server.answer(GET, |_| Reply::file("errors.json", "application/json", r#"{ "errcode": 40007 }"#));
    let json = client.download(&GetMedia::new("media")).await.unwrap();
    assert_eq!(&json.bytes().await.unwrap()[..], br#"{ "errcode": 40007 }"#);
    // A response that neither says that it is a file nor is an error is a file as well.
    server.answer(GET, |_| Reply::new(200, "text/plain", "Nothing was decided."));
    let text = client.download(&GetMedia::new("media")).await.unwrap();
    assert_eq!(&text.bytes().await.unwrap()[..], b"Nothing was decided.");
}

#[tokio::test]
async fn a_download_that_breaks_off_is_not_taken_for_a_whole_one() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    server.answer(GET, |_| Reply::file("a.bin", "application/octet-stream", vec![7; 1 << 20]));
    server.inject(Fault::truncate().on(GET));
    let download = client.download(&GetMedia::new("media")).await.unwrap();
    let pieces: Vec<Result<Bytes, Error>> = download.into_stream().collect().await;
    assert!(matches!(pieces.last(), Some(Err(Error::Transport { .. }))), "{:?}", pieces.last());
}

#[tokio::test]
async fn names_come_back_in_every_spelling() {
    let server = Server::start().await.unwrap();
    let client = client(&server);
    for (header, expected) in [
        ("attachment; filename=\"会议.txt\"", "会议.txt"),
        ("attachment; filename*=UTF-8''%E4%BC%9A%E8%AE%AE.txt; filename=\"x.txt\"", "会议.txt"),
        ("attachment; filename=\"x.txt\"; filename*=utf-8''%E4%BC%9A%E8%AE%AE.txt", "会议.txt"),
        ("attachment; filename=plain.txt", "plain.txt"),
        ("attachment; FileName = \"../a\\\"b;.txt\"", "a\"b;.txt"),
    ] {
        server.answer(GET, move |_| {
            Reply::new(200, "text/plain", "abc").with_header("content-disposition", header)
        });
        let download = client.download(&GetMedia::new("media")).await.unwrap();
        assert_eq!(download.name.as_deref(), Some(expected), "{header}");
    }
    server.answer(GET, |_| Reply::file("a \"b\".txt", "text/plain", "abc"));
    assert_eq!(client.send(&GetMedia::new("media")).await.unwrap().name, "a \"b\".txt");
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const UNTIL_IT_CLOSES: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";

/// Puts each part of a body into a chunk of its own.
fn chunks<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let parts = parts.into_iter();
    parts.flat_map(|part| [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat()).collect()
}

/// Returns a client of a server that responds with this, and sends the second part only on request.
async fn slow(first: Vec<u8>, second: Vec<u8>) -> (Client<Fixed<AccessToken>>, Arc<Notify>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let go_on = Arc::new(Notify::new());
    let told = Arc::clone(&go_on);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        stream.write_all(&first).await.unwrap();
        told.notified().await;
        // The client may have read enough.
        let _ = stream.write_all(&second).await;
    });
    let builder = ClientBuilder::new(Fixed::new("token")).base_url(format!("http://{address}"));
    (builder.retry(NoRetry).build().unwrap(), go_on)
}

/// Fetches a response that arrives without interruption.
async fn fetched(head: &str, body: Vec<u8>) -> Result<Bytes, Error> {
    let (client, go_on) = slow([head.as_bytes(), &body].concat(), Vec::new()).await;
    go_on.notify_one();
    client.download(&GetMedia::new("media")).await?.bytes().await
}

#[tokio::test]
async fn a_file_is_handed_on_before_all_of_it_has_come() {
    let long = [&b"{ "[..], &vec![b' '; 64 << 10]].concat();
    for beginning in [&b"%PDF-1.7"[..], b"\x89PNG", b" \n-", b"\xef\xbb\xbfa", b"[1,", &long] {
        let first = [CHUNKED.as_bytes(), &chunks([beginning])].concat();
        let (client, go_on) = slow(first, chunks([&b"rest"[..], b""])).await;
        let mut download = client.download(&GetMedia::new("media")).await.unwrap();
        let mut come = Vec::new();
        while come.len() < beginning.len() {
            come.extend_from_slice(&download.chunk().await.unwrap().unwrap());
        }
        assert!(come == beginning);
        go_on.notify_one();
        assert_eq!(&download.bytes().await.unwrap()[..], b"rest");
    }
}

#[tokio::test]
async fn an_error_is_found_in_whatever_pieces_it_comes() {
    let error = "\u{feff} {\"errcode\":40007,\"errmsg\":\"in\tvalid\"}".as_bytes();
    for size in [1, 2, 7, error.len()] {
        let body = chunks(error.chunks(size).chain([&b""[..]]));
        assert!(fetched(CHUNKED, body).await.unwrap_err().is_code(40007), "{size}");
    }
    assert!(fetched(UNTIL_IT_CLOSES, error.to_vec()).await.unwrap_err().is_code(40007));
    for page in [&b"<html>502</html>"[..], b"<p>502", b"", b" \n"] {
        let error = fetched(UNTIL_IT_CLOSES, page.to_vec()).await.unwrap_err();
        assert!(matches!(error, Error::Decode { .. } | Error::Transport { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn an_answer_counts_as_an_error_up_to_64_kilobytes() {
    let padded = |start: &str, length: usize, end: &str| {
        [start.as_bytes(), &vec![b'x'; length - start.len() - end.len()], end.as_bytes()].concat()
    };
    let error = |length| padded("{\"errcode\":40007,\"errmsg\":\"", length, "\"}");
    let page = |length| padded("<!DOCTYPE html><p>", length, "</p>");
    let xml = |length| padded("<?xml version=\"1.0\"?><svg>", length, "</svg>");
    let bound = 64 << 10;
    for head in [CHUNKED, UNTIL_IT_CLOSES] {
        let body = |body: Vec<u8>| if head == CHUNKED { chunks([&body[..], b""]) } else { body };
        assert!(fetched(head, body(error(bound))).await.unwrap_err().is_code(40007));
        assert!(fetched(head, body(error(bound + 1))).await.unwrap() == error(bound + 1));
        assert!(matches!(fetched(head, body(xml(bound))).await, Err(Error::Decode { .. })));
        assert!(fetched(head, body(xml(bound + 1))).await.unwrap() == xml(bound + 1));
        for length in [bound, bound + 1, 1 << 20] {
            assert!(matches!(fetched(head, body(page(length))).await, Err(Error::Decode { .. })), "{length}");
        }
    }
}

#[tokio::test]
async fn an_error_that_was_cut_in_half_is_a_broken_connection() {
    let error = b"{\"errcode\":42001,\"errmsg\":\"expired\"}";
    for end in [1, 12, 14, error.len() - 1] {
        let half = &error[..end];
        for (head, body) in [(CHUNKED, chunks([half])), (UNTIL_IT_CLOSES, half.to_vec())] {
            let error = fetched(head, body).await.unwrap_err();
            assert!(matches!(error, Error::Transport { .. }) && error.is_transient(), "{end}: {error:?}");
        }
    }
}
