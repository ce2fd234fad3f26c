//! Uploads to WeDrive (微盘), in blocks if a file is large.

mod blocks;
mod checkpoint;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_util::StreamExt as _;
use futures_util::stream::iter;
use wecom_models::Secret;
use wecom_models::wedrive::file::{
    ListFile, SortType, UploadFile, UploadFileFinish, UploadFileInit, UploadFilePart,
};
use wecom_requests::token::AccessToken;
use wecom_requests::{DecodeError, Endpoint, errcode};

use self::blocks::{BLOCK, Blocks};
pub use self::checkpoint::{CheckpointError, DriveCheckpoint};
use crate::files::{Source, UPLOAD_RATE};
use crate::session::Call;
use crate::{Client, Content, Credential, Error, Provides};

/// The default number of parts in flight at once.
const PARALLEL: usize = 4;

/// The number of files searched for one that was just uploaded: as many as one call lists.
const RECENT: u64 = 1000;

/// A folder in WeDrive to upload to. Needs the feature `wedrive`.
#[derive(Clone, Debug)]
pub struct DriveFolder(Place);

#[derive(Clone, Debug)]
enum Place {
    Folder { spaceid: String, fatherid: String },
    Picked(Secret),
}

impl DriveFolder {
    /// Selects a folder of a space by its `fileid`.
    pub fn new(spaceid: impl Into<String>, fileid: impl Into<String>) -> Self {
        Self(Place::Folder { spaceid: spaceid.into(), fatherid: fileid.into() })
    }

    /// Selects the root of a space.
    pub fn root(spaceid: impl Into<String>) -> Self {
        let spaceid = spaceid.into();
        Self::new(spaceid.clone(), spaceid)
    }

    /// Selects the folder that a member has picked: the `selectedTicket` of the file picker in WeCom's JS-SDK.
    pub fn picked(selected_ticket: impl Into<Secret>) -> Self {
        Self(Place::Picked(selected_ticket.into()))
    }
}

/// An uploaded file. Needs the feature `wedrive`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriveFile {
    /// The file's ID.
    pub fileid: String,
    /// Whether WeCom already had the content, so that nothing had to be sent (秒传).
    pub hit_exist: bool,
}

/// The progress of an upload. Needs the feature `wedrive`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DriveProgress {
    /// The number of bytes that have been hashed. Hashing precedes sending.
    pub hashed: u64,
    /// The number of bytes that WeCom has received.
    pub uploaded: u64,
    /// The size of the file in bytes.
    pub length: u64,
    /// The checkpoint from which another process can resume, once WeCom has accepted the upload.
    pub checkpoint: Option<DriveCheckpoint>,
}

/// A function that receives the progress of an upload.
type Tell = Box<dyn FnMut(&DriveProgress) + Send>;

/// A file to upload to WeDrive, and the state of the upload: for [`Client::upload_to_drive`]. Needs the feature `wedrive`.
pub struct DriveUpload {
    folder: DriveFolder,
    name: String,
    length: u64,
    source: Source,
    skip_push_card: bool,
    parallel: usize,
    on_progress: Option<Tell>,
    /// Set once the content has been opened.
    blocks: Option<Arc<Blocks>>,
    /// Set once it has been hashed.
    block_sha: Vec<String>,
    checkpoint: Option<DriveCheckpoint>,
}

impl DriveUpload {
    /// Creates an upload of content, named by [`Content::named`]. A stream is written to a temporary file first, since it has to
    /// be read twice.
    pub fn new(content: Content, folder: DriveFolder) -> Self {
        let (name, length, source) = content.into_parts();
        Self {
            folder,
            name,
            length,
            source,
            skip_push_card: false,
            parallel: PARALLEL,
            on_progress: None,
            blocks: None,
            block_sha: Vec::new(),
            checkpoint: None,
        }
    }

    /// Sets whether WeCom omits the card that announces the uploaded file.
    #[must_use]
    pub fn skip_push_card(mut self, skip: bool) -> Self {
        self.skip_push_card = skip;
        self
    }

    /// Sets how many parts are uploaded at once, instead of 4. Each takes about 10 MB of memory; WeCom recommends at most 10.
    #[must_use]
    pub fn parallel(mut self, parts: usize) -> Self {
        self.parallel = parts.max(1);
        self
    }

    /// Sets a function to call each time something has been hashed or uploaded.
    #[must_use]
    pub fn on_progress(mut self, report: impl FnMut(&DriveProgress) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(report));
        self
    }

    /// Resumes an upload of the same content that stopped at a checkpoint.
    #[must_use]
    pub fn resume(mut self, checkpoint: DriveCheckpoint) -> Self {
        self.checkpoint = Some(checkpoint);
        self
    }

    /// Returns the checkpoint from which another process can resume, once WeCom has accepted the upload.
    pub fn checkpoint(&self) -> Option<&DriveCheckpoint> {
        self.checkpoint.as_ref()
    }

    /// Returns whether the file fits into one call. That is unknown for a card, which can't be resumed either.
    fn is_small(&self) -> bool {
        self.length <= BLOCK && !self.skip_push_card && self.checkpoint.is_none()
    }

    /// Returns the content, and opens it the first time.
    async fn blocks(&mut self) -> io::Result<Arc<Blocks>> {
        if let Some(blocks) = &self.blocks {
            return Ok(Arc::clone(blocks));
        }
        let blocks = Arc::new(Blocks::open(&mut self.source, self.length).await?);
        self.blocks = Some(Arc::clone(&blocks));
        Ok(blocks)
    }

    /// Hashes the content, the first time only.
    async fn hash(&mut self, blocks: &Blocks) -> io::Result<()> {
        if self.block_sha.is_empty() {
            let length = self.length;
            let report = &mut self.on_progress;
            let digests = blocks.digests(|hashed| {
                if let Some(report) = report {
                    report(&DriveProgress { hashed, uploaded: 0, length, checkpoint: None });
                }
            });
            self.block_sha = digests.await?;
        }
        let sha1 = self.block_sha.last().map_or("", String::as_str);
        match &self.checkpoint {
            Some(checkpoint) if checkpoint.length != self.length || checkpoint.sha1 != sha1 => {
                let message = format!(
                    "the content has changed since the upload began: it has {} bytes with the SHA-1 {sha1}, not {} bytes with {}",
                    self.length, checkpoint.length, checkpoint.sha1
                );
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
            _ => Ok(()),
        }
    }

    /// Reports the progress.
    fn report(&mut self, uploaded: u64) {
        let (length, checkpoint) = (self.length, self.checkpoint.clone());
        if let Some(report) = &mut self.on_progress {
            report(&DriveProgress { hashed: length, uploaded, length, checkpoint });
        }
    }
}

impl fmt::Debug for DriveUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DriveUpload")
            .field("folder", &self.folder)
            .field("name", &self.name)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Returns whether WeCom may not know the key of an upload anymore. No page documents the code for that: perhaps one of these, perhaps an
/// undocumented one.
fn is_forgotten(error: &Error) -> bool {
    let codes = [
        errcode::INVALID_PARAMETER,
        errcode::WEDRIVE_FILE_NOT_FOUND,
        errcode::WEDRIVE_INVALID_PARAMETER,
        errcode::WEDRIVE_UPLOAD_FLOW_ERROR,
    ];
    let is_forgotten = |code| codes.contains(&code) || errcode::lookup(code).is_none();
    !error.is_transient() && error.code().is_some_and(is_forgotten)
}

impl<C: Credential + Provides<AccessToken>> Client<C> {
    /// Uploads a file to WeDrive (微盘). It need not fit into memory. Needs the feature `wedrive`.
    ///
    /// A file of up to 2 MB goes in one call. A larger one, up to 20 GB, is hashed; if WeCom already has the content, nothing is sent.
    /// Otherwise its parts of 2 MB are uploaded, several at once. The client's [`RetryPolicy`](crate::RetryPolicy) decides
    /// whether a failed part is retried; [`Error::Part`] names the one that failed for good.
    ///
    /// After an error, or when the future was dropped, the same `upload` can be passed again: only the parts that are missing are
    /// sent. Another process resumes from a [`DriveCheckpoint`]. WeCom doesn't document how long one is valid: if WeCom doesn't know
    /// it anymore, the upload starts over, once. If only the response to the last call was lost, the file that it created is
    /// returned.
    ///
    /// [`Client::upload_file_to_drive`] does all of it for a file that need not be resumed.
    ///
    /// ```
    /// # use wecom_sdk::{Client, Content, DriveFolder, DriveUpload};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// # let folder = std::env::temp_dir().join(format!("wecom-drive-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("plans.zip");
    /// # std::fs::write(&path, vec![0; 5 << 20])?;
    /// let content = Content::file(&path).await?;
    /// let mut upload = DriveUpload::new(content, DriveFolder::root("space id"))
    ///     .on_progress(|progress| println!("{} of {} bytes", progress.uploaded, progress.length));
    /// let file = client.upload_to_drive(&mut upload).await?;
    /// println!("{}", file.fileid);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias("上传文件到微盘", "微盘上传"))]
    pub async fn upload_to_drive(&self, upload: &mut DriveUpload) -> Result<DriveFile, Error> {
        if upload.is_small() {
            return self.upload_small(upload).await;
        }
        let resumed = upload.checkpoint.is_some();
        match self.upload_blocks(upload).await {
            Err(error) if resumed && is_forgotten(&error) => {
                if error.is_code(errcode::WEDRIVE_UPLOAD_FLOW_ERROR)
                    && let Some(file) = self.find_finished(upload).await?
                {
                    upload.checkpoint = None;
                    return Ok(file);
                }
                upload.checkpoint = None;
                self.upload_blocks(upload).await
            }
            result => result,
        }
    }

    /// Uploads the file at a path to WeDrive (微盘), as [`upload_to_drive`](Self::upload_to_drive) does. Needs the feature `wedrive`.
    ///
    /// ```
    /// # use wecom_sdk::{Client, DriveFolder};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// # let folder = std::env::temp_dir().join(format!("wecom-drive-file-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("plans.zip");
    /// # std::fs::write(&path, "plans")?;
    /// let file = client.upload_file_to_drive(&path, DriveFolder::root("space id")).await?;
    /// println!("{}", file.fileid);
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn upload_file_to_drive(
        &self,
        path: impl AsRef<Path>,
        folder: DriveFolder,
    ) -> Result<DriveFile, Error> {
        let content = Content::file(path).await;
        let content = content.map_err(|source| Error::Content { endpoint: UploadFileInit::META, source })?;
        self.upload_to_drive(&mut DriveUpload::new(content, folder)).await
    }

    /// Uploads a file in one call.
    async fn upload_small(&self, upload: &mut DriveUpload) -> Result<DriveFile, Error> {
        let failed = |source| Error::Content { endpoint: UploadFile::META, source };
        let blocks = upload.blocks().await.map_err(failed)?;
        let content = blocks.read(1).await.map_err(failed)?;
        let request = UploadFile::new(upload.name.as_str(), BASE64_STANDARD.encode(content));
        let request = match upload.folder.0.clone() {
            Place::Folder { spaceid, fatherid } => request.spaceid(spaceid).fatherid(fatherid),
            Place::Picked(ticket) => request.selected_ticket(ticket),
        };
        let answer = self.call_longer(&request, upload.length).await?;
        upload.report(upload.length);
        Ok(DriveFile { fileid: answer.fileid, hit_exist: false })
    }

    async fn upload_blocks(&self, upload: &mut DriveUpload) -> Result<DriveFile, Error> {
        let failed = |source| Error::Content { endpoint: UploadFileInit::META, source };
        let request = UploadFileInit::new(upload.name.as_str(), upload.length, Vec::<String>::new());
        let request = match upload.folder.0.clone() {
            Place::Folder { spaceid, fatherid } => request.spaceid(spaceid).fatherid(fatherid),
            Place::Picked(ticket) => request.selected_ticket(ticket),
        };
        let mut request = request.skip_push_card(upload.skip_push_card);
        // Hashing takes a while: a request that WeCom won't accept is rejected before.
        self.session().check(&request)?;
        let blocks = upload.blocks().await.map_err(failed)?;
        upload.hash(&blocks).await.map_err(failed)?;
        let checkpoint = if let Some(checkpoint) = &upload.checkpoint {
            checkpoint.clone()
        } else {
            request.block_sha.clone_from(&upload.block_sha);
            let begun = self.send_with_body(&request).await?;
            let (answer, endpoint) = (begun.value, UploadFileInit::META);
            let missing = |field| {
                let error = DecodeError::new(field, "the field is missing");
                Error::Decode { endpoint, error, body: begun.body.clone() }
            };
            if answer.hit_exist {
                upload.report(upload.length);
                let fileid = answer.fileid.ok_or_else(|| missing("fileid"))?;
                return Ok(DriveFile { fileid, hit_exist: true });
            }
            let key = answer.upload_key.ok_or_else(|| missing("upload_key"))?;
            let sha1 = upload.block_sha.last().cloned().unwrap_or_default();
            upload.checkpoint.insert(DriveCheckpoint::new(upload.length, sha1, key)).clone()
        };
        self.upload_parts(upload, &blocks, &checkpoint).await?;
        let answer = self.send(&UploadFileFinish::new(checkpoint.upload_key)).await?;
        upload.checkpoint = None;
        Ok(DriveFile { fileid: answer.fileid, hit_exist: false })
    }

    /// Returns the file if the upload was completed before, by a call whose response was lost: completing it again is refused. It is
    /// among those that changed last. In a folder that was picked, nothing can be listed.
    async fn find_finished(&self, upload: &DriveUpload) -> Result<Option<DriveFile>, Error> {
        let (Place::Folder { spaceid, fatherid }, Some(checkpoint)) = (&upload.folder.0, &upload.checkpoint)
        else {
            return Ok(None);
        };
        let request =
            ListFile::new(spaceid.as_str(), fatherid.as_str(), SortType::ModifiedDescending, 0, RECENT);
        let files = self.send(&request).await?.file_list.item;
        let file = files
            .into_iter()
            .find(|file| file.file_name == upload.name && file.sha.eq_ignore_ascii_case(&checkpoint.sha1));
        Ok(file.map(|file| DriveFile { fileid: file.fileid, hit_exist: false }))
    }

    /// Uploads the parts that WeCom lacks.
    async fn upload_parts(
        &self,
        upload: &mut DriveUpload,
        blocks: &Blocks,
        begun: &DriveCheckpoint,
    ) -> Result<(), Error> {
        let (parallel, count) = (upload.parallel, blocks.count());
        let send = |part: u64| async move {
            let endpoint = UploadFilePart::META;
            let sent = async {
                let content =
                    blocks.read(part).await.map_err(|source| Error::Content { endpoint, source })?;
                let index = i64::try_from(part).unwrap_or(i64::MAX);
                let content = BASE64_STANDARD.encode(content);
                let request = UploadFilePart::new(begun.upload_key.as_str(), index, content);
                self.call_longer(&request, BLOCK * parallel as u64).await
            };
            match sent.await {
                Ok(_) => Ok(part),
                Err(error) => Err(Error::Part { part, count, error: Box::new(error) }),
            }
        };
        let mut uploaded = (1..=count).filter(|part| begun.has(*part)).map(|part| blocks.size(part)).sum();
        let lacking = (1..=count).filter(|part| !begun.has(*part));
        let mut parts = iter(lacking).map(send).buffer_unordered(parallel);
        upload.report(uploaded);
        while let Some(part) = parts.next().await {
            let part = part?;
            if let Some(checkpoint) = &mut upload.checkpoint {
                checkpoint.add(part);
            }
            uploaded += blocks.size(part);
            upload.report(uploaded);
        }
        Ok(())
    }

    /// Calls an endpoint that takes content, with additional time for this many bytes.
    async fn call_longer<E>(&self, request: &E, bytes: u64) -> Result<E::Response, Error>
    where
        E: Endpoint + Sync,
        E::Response: Send,
    {
        let session = self.session();
        let mut build = session.builder(request)?;
        let extra = Duration::from_secs(bytes / UPLOAD_RATE);
        let call = Call { extra, ..Call::of(request, &mut build) };
        session.call(call, |answer| session.whole::<E>(answer)).await.map(|(value, _)| value)
    }
}
