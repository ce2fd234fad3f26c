//! Stalled transfers.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{StreamExt as _, stream};
use http::{Request, Response};
use wecom_sdk::media::{GetMedia, MediaType, UploadMedia};
use wecom_sdk::token::AccessToken;
use wecom_sdk::transport::{RequestBody, ResponseBody, Transport, TransportError};
use wecom_sdk::{Client, ClientBuilder, Content, Error, Fixed, NoRetry};

/// Never completes a transfer: it accepts a piece of an upload, and sends a piece of a download.
struct Stalling {
    /// How many bytes arrive at once, and how often.
    trickle: (usize, Duration),
}

impl Transport for Stalling {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let (bytes, pause) = self.trickle;
        Box::pin(async move {
            if let RequestBody::Stream { mut stream, .. } = request.into_body() {
                while let Some(piece) = stream.next().await {
                    piece.map_err(TransportError::broken)?;
                    tokio::time::sleep(pause).await;
                }
                return Ok(Response::new(r#"{"errcode":0,"media_id":"m"}"#.into()));
            }
            let pieces = stream::unfold(0, move |count| async move {
                tokio::time::sleep(pause).await;
                (count < 100).then(|| (Ok(Bytes::from(vec![7; bytes])), count + 1))
            });
            let mut answer = Response::new(ResponseBody::stream(pieces));
            answer.headers_mut().insert("content-disposition", "attachment".parse().unwrap());
            Ok(answer)
        })
    }
}

fn stalling(bytes: usize, pause: u64) -> Client<Fixed<AccessToken>> {
    ClientBuilder::new(Fixed::new("token"))
        .transport(Stalling { trickle: (bytes, Duration::from_secs(pause)) })
        .deadline(Duration::from_secs(1_000_000))
        .options(|options| options.timeout(Duration::from_secs(100_000)))
        .retry(NoRetry)
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_download_that_stands_still_is_noticed_and_a_slow_one_is_not() {
    let download = |bytes, pause| async move {
        stalling(bytes, pause).download(&GetMedia::new("media")).await?.bytes().await
    };
    // More than a byte a second, all the time.
    assert_eq!(download(30, 19).await.unwrap().len(), 3000);
    assert_eq!(download(2, 1).await.unwrap().len(), 200);
    for (bytes, pause) in [(1_000_000, 21), (1, 2), (9, 10)] {
        let start = tokio::time::Instant::now();
        let error = download(bytes, pause).await.unwrap_err();
        assert!(
            matches!(error, Error::Stalled { .. }) && error.is_timeout() && error.is_transient(),
            "{error:?}"
        );
        assert!(start.elapsed() < Duration::from_secs(45), "{:?}", start.elapsed());
    }
    let patient = stalling(1_000_000, 21).with(|call| call.stall_timeout(Duration::from_secs(60)));
    assert_eq!(
        patient.download(&GetMedia::new("media")).await.unwrap().bytes().await.unwrap().len(),
        100_000_000
    );
    // A slow reader of the received data doesn't make it stall.
    let mut download = stalling(30, 1).download(&GetMedia::new("media")).await.unwrap();
    for _ in 0..3 {
        assert!(download.chunk().await.unwrap().is_some());
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stands_still_is_noticed_and_a_slow_one_is_not() {
    let upload = |size: usize, pause| async move {
        let pieces = stream::iter((0..size / 100).map(|_| Ok(Bytes::from_static(&[7; 100]))));
        let content = Content::stream(size as u64, pieces);
        stalling(0, pause)
            .upload(content.named("a.bin"), |file| UploadMedia::new(MediaType::File, file))
            .await
    };
    upload(2000, 19).await.unwrap();
    let start = tokio::time::Instant::now();
    let error = upload(2000, 50_000).await.unwrap_err();
    assert!(matches!(error, Error::Stalled { .. }) && !error.may_have_been_carried_out(), "{error:?}");
    assert!(start.elapsed() <= Duration::from_secs(60), "{:?}", start.elapsed());
}
