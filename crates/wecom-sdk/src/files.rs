//! Uploads and downloads of files that don't have to fit into memory.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::http::header::{CONTENT_LENGTH, CONTENT_RANGE};
use ::http::{HeaderMap, HeaderValue, Response};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::StreamExt as _;
use futures_util::stream::try_unfold;
use tokio::fs;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use wecom_models::File;
use wecom_models::wire::Reading;
use wecom_requests::{Endpoint, FromResponse as _, Meta, ResponseError, file_head, streamed_request};

use crate::pace::Pace;
use crate::session::{Answer, Call};
use crate::transport::{RequestBody, ResponseBody};
use crate::{Client, Credential, Error, Provides, lock};

/// The number of bytes read or sent at once.
const PIECE: usize = 64 << 10;

/// The lowest speed of an upload, in bytes per second: slower ones are aborted.
pub(crate) const UPLOAD_RATE: u64 = 256 << 10;

/// The content of a file to upload: bytes, a file, or any stream.
///
/// ```
/// # use wecom_sdk::{Client, Content};
/// # use wecom_sdk::media::{MediaType, UploadMedia};
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let server = wecom_mock::Server::start().await?;
/// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
/// # let folder = std::env::temp_dir().join(format!("wecom-upload-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("minutes.txt");
/// # std::fs::write(&path, "Nothing was decided.")?;
/// let content = Content::file(&path).await?.named("会议纪要.txt");
/// let uploaded = client.upload(content, |file| UploadMedia::new(MediaType::File, file)).await?;
/// println!("{}", uploaded.media_id);
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
pub struct Content {
    length: u64,
    source: Source,
    name: String,
    media_type: Option<String>,
}

/// The source of content.
pub(crate) enum Source {
    Bytes(Bytes),
    File(PathBuf),
    /// The first request takes it.
    Stream(Option<BoxStream<'static, io::Result<Bytes>>>),
}

impl Content {
    /// Creates content from bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::new(bytes.len() as u64, Source::Bytes(bytes))
    }

    /// Creates content from a file, which is read while it is sent. It keeps its name.
    pub async fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_owned();
        let length = fs::metadata(&path).await?.len();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self::new(length, Source::File(path)).named(name))
    }

    /// Creates content from a stream of `length` bytes. It can be sent only once, so failures are not retried.
    pub fn stream(length: u64, stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self::new(length, Source::Stream(Some(stream.boxed())))
    }

    fn new(length: u64, source: Source) -> Self {
        Self { length, source, name: String::new(), media_type: None }
    }

    /// Returns the number of bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Sets the name that people see.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Sets the media type, instead of `application/octet-stream`.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.media_type = Some(content_type.into());
        self
    }

    /// Returns the placeholder for the file in the request, with this content's name and length.
    fn announced(&self) -> File {
        let file = File::streamed(self.name.as_str(), self.length);
        match &self.media_type {
            Some(media_type) => file.content_type(media_type.as_str()),
            None => file,
        }
    }

    fn is_repeatable(&self) -> bool {
        !matches!(self.source, Source::Stream(_))
    }

    /// Returns the name that people see.
    #[cfg(feature = "ai-bot")]
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the bytes, and an error if there are more or fewer than announced.
    #[cfg(feature = "ai-bot")]
    pub(crate) fn checked(mut self) -> BoxStream<'static, io::Result<Bytes>> {
        measured(self.source.open(), self.length, Arc::default()).boxed()
    }

    /// Returns the name, the number of bytes, and the source.
    #[cfg(feature = "wedrive")]
    pub(crate) fn into_parts(self) -> (String, u64, Source) {
        (self.name, self.length, self.source)
    }
}

impl Source {
    pub(crate) fn open(&mut self) -> BoxStream<'static, io::Result<Bytes>> {
        match self {
            Self::Bytes(bytes) => futures_util::stream::iter([Ok(bytes.clone())]).boxed(),
            Self::File(path) => pieces(path.clone()).boxed(),
            Self::Stream(stream) => stream.take().unwrap_or_else(|| futures_util::stream::empty().boxed()),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Content({} bytes)", self.length)
    }
}

/// Reads a file in pieces.
fn pieces(path: PathBuf) -> impl Stream<Item = io::Result<Bytes>> + Send {
    try_unfold((path, None), async |(path, file)| {
        let mut file = match file {
            Some(file) => file,
            None => fs::File::open(&path).await?,
        };
        let mut piece = BytesMut::with_capacity(PIECE);
        let read = file.read_buf(&mut piece).await?;
        Ok((read > 0).then(|| (piece.freeze(), (path, Some(file)))))
    })
}

/// Wraps a stream so that it fails unless it is as long as announced, and stores the failure where the caller can find
/// it.
pub(crate) fn measured(
    stream: BoxStream<'static, io::Result<Bytes>>,
    length: u64,
    failure: Arc<Mutex<Option<io::Error>>>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    try_unfold((stream, length), move |(mut stream, left)| {
        let failure = Arc::clone(&failure);
        async move {
            let outcome = match stream.next().await {
                None if left == 0 => return Ok(None),
                None => Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    format!("the stream ended {left} bytes early"),
                )),
                Some(Err(error)) => Err(error),
                Some(Ok(piece)) => match left.checked_sub(piece.len() as u64) {
                    Some(left) => Ok(Some((piece, (stream, left)))),
                    None => Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the stream has more bytes than announced",
                    )),
                },
            };
            outcome.map_err(|error| {
                let told = io::Error::new(error.kind(), error.to_string());
                *lock(&failure) = Some(error);
                told
            })
        }
    })
}

fn too_long(length: u64) -> io::Error {
    let message =
        format!("{length} bytes are more than a request can contain: pass the length of the content");
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

impl<C: Credential> Client<C> {
    /// Calls an endpoint that takes a file and streams the file's content, which need not fit into memory. `request` creates the
    /// request from a placeholder for the file.
    ///
    /// Failures are retried as in [`Client::send`], unless the content is a stream that can't be read again.
    pub async fn upload<E>(
        &self,
        mut content: Content,
        request: impl FnOnce(File) -> E,
    ) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
        C: Provides<E::Token>,
    {
        let request = &request(content.announced());
        let (endpoint, session) = (E::META, self.session());
        session.check(request)?;
        let failure = Arc::new(Mutex::new(None));
        let length = content.length;
        let repeatable = content.is_repeatable();
        let extra = Duration::from_secs(length / UPLOAD_RATE);
        let mut build = |token: &str| {
            let request = streamed_request(request, session.caller.base_url(endpoint), token)
                .map_err(|source| Error::Build { endpoint, source })?;
            let content = measured(content.source.open(), length, Arc::clone(&failure));
            let (head, (before, after)) = request.into_parts();
            let mut request = ::http::Request::from_parts(head, ());
            let form = before.len() as u64 + after.len() as u64;
            let length = length
                .checked_add(form)
                .ok_or_else(|| Error::Content { endpoint, source: too_long(length) })?;
            // Known in advance: the server doesn't accept chunks.
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
            let around = |bytes| futures_util::stream::iter([Ok(bytes)]);
            let stream = around(before).chain(content).chain(around(after)).boxed();
            Ok(request.map(|()| RequestBody::Stream { length, stream }))
        };
        let call = Call { repeatable, extra, ..Call::of(request, &mut build) };
        let result = session.call(call, |answer| session.whole::<E>(answer)).await;
        result.map(|(value, _)| value).map_err(|error| match lock(&failure).take() {
            Some(source) => Error::Content { endpoint, source },
            None => error,
        })
    }

    /// Calls an endpoint that returns a file, and streams it: it need not fit into memory.
    ///
    /// An error that WeCom sends instead of the file is returned as an error. The call ends when the file begins: handle
    /// later failures yourself, for example by resuming the download if the endpoint takes a range.
    ///
    /// ```
    /// # use wecom_sdk::{Client, media::GetMedia};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// let mut download = client.download(&GetMedia::new("media id").range("bytes=0-15")).await?;
    /// println!("{:?} of {:?}", download.range, download.name);
    /// while let Some(piece) = download.chunk().await? {
    ///     println!("{} bytes", piece.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn download<E>(&self, request: &E) -> Result<Download, Error>
    where
        E: Endpoint<Response = File> + Sync,
        C: Provides<E::Token>,
    {
        let (endpoint, session) = (E::META, self.session());
        let pace = Pace::new(session.options.stall);
        let mut build = session.builder(request)?;
        let call = Call { download: true, ..Call::of(request, &mut build) };
        let read = |answer: Answer<'_>| Download::read(endpoint, answer, pace);
        session.call(call, read).await.map(|(download, _)| download)
    }
}

/// A file that is being downloaded.
#[derive(Debug)]
#[non_exhaustive]
pub struct Download {
    /// Its name, if the server sends one; never a path.
    pub name: Option<String>,
    /// Its media type.
    pub content_type: Option<String>,
    /// The number of bytes to expect, if known.
    pub length: Option<u64>,
    /// The part of the file that it contains, if only a part was requested.
    pub range: Option<ContentRange>,
    endpoint: &'static Meta,
    body: ResponseBody,
    pace: Pace,
}

impl Download {
    /// Returns a file, or the error that came instead.
    pub(crate) fn read(
        endpoint: &'static Meta,
        answer: Answer<'_>,
        pace: Pace,
    ) -> Result<Self, ResponseError> {
        let answer = match answer {
            Answer::File(answer) => answer,
            // An error, or a file without a header that marks it as one.
            Answer::Whole(answer) => {
                File::from_response(endpoint, answer.headers(), answer.body(), Reading::MEMORY)?;
                answer.clone().map(ResponseBody::from)
            }
        };
        Ok(Self::new(endpoint, answer, pace))
    }

    fn new(endpoint: &'static Meta, answer: Response<ResponseBody>, pace: Pace) -> Self {
        let (head, body) = answer.into_parts();
        let file = file_head(&head.headers);
        Self {
            name: Some(file.name).filter(|name| !name.is_empty()),
            content_type: file.content_type,
            length: header(&head.headers, CONTENT_LENGTH),
            range: header(&head.headers, CONTENT_RANGE),
            endpoint,
            body,
            pace,
        }
    }

    /// Returns the next bytes, or `None` after the last ones.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let endpoint = self.endpoint;
        let length = |piece: &Result<Option<Bytes>, _>| {
            piece.as_ref().ok().and_then(Option::as_ref).map_or(0, Bytes::len)
        };
        let piece = self.pace.next(self.body.chunk(), length).await;
        let piece = piece.ok_or(Error::Stalled { endpoint, time: self.pace.patience() })?;
        piece.map_err(|source| Error::Transport { endpoint, source })
    }

    /// Returns the bytes as a stream, which ends with the first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, Error>> + Send + Unpin {
        Box::pin(try_unfold(self, async |mut download| {
            let chunk = download.chunk().await?;
            Ok(chunk.map(|chunk| (chunk, download)))
        }))
    }

    /// Reads the whole file into memory.
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    /// Writes the file to a path, and returns its size in bytes. After an error, the file may be incomplete.
    pub async fn save(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let endpoint = self.endpoint;
        let failed = |source| Error::Content { endpoint, source };
        let mut file = fs::File::create(path).await.map_err(failed)?;
        let mut length = 0;
        while let Some(chunk) = self.chunk().await? {
            file.write_all(&chunk).await.map_err(failed)?;
            length += chunk.len() as u64;
        }
        file.flush().await.map_err(failed)?;
        Ok(length)
    }
}

/// The part of a file in a response: a `Content-Range` header, `bytes 0-1023/2048`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentRange {
    /// The first byte.
    pub start: u64,
    /// The last byte.
    pub end: u64,
    /// The size of the whole file, if known.
    pub size: u64,
}

impl ContentRange {
    /// Returns whether it is the last part.
    pub fn is_last(&self) -> bool {
        self.end.saturating_add(1) >= self.size
    }
}

impl FromStr for ContentRange {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let parse = |text: &str| {
            let (range, size) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
            let (start, end) = range.split_once('-')?;
            Some(Self { start: start.parse().ok()?, end: end.parse().ok()?, size: size.parse().ok()? })
        };
        parse(text).ok_or(())
    }
}

fn header<T: FromStr>(headers: &HeaderMap, name: ::http::HeaderName) -> Option<T> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}
