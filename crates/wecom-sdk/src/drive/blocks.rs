//! The content of a file in blocks, and their cumulative SHA-1.

use std::io::{self, SeekFrom};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_core::stream::BoxStream;
use futures_util::StreamExt as _;
use sha1::digest::common::hazmat::SerializableState as _;
use sha1::{Digest as _, Sha1};
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::files::{Source, measured};
use crate::hex;

/// The bytes per block; the last one may have fewer.
pub(super) const BLOCK: u64 = 2 << 20;

/// The size of SHA-1's state in bytes: five words.
const STATE: usize = 20;

/// Content that can be read block by block, in any order and more than once.
pub(super) struct Blocks {
    length: u64,
    store: Store,
}

enum Store {
    Memory(Bytes),
    /// Read by one task at a time.
    File(Mutex<File>),
}

impl Blocks {
    /// Opens content of this length. A stream, which can be read only once, is written to a temporary file.
    pub(super) async fn open(source: &mut Source, length: u64) -> io::Result<Self> {
        let store = match source {
            Source::Bytes(bytes) => Store::Memory(bytes.clone()),
            Source::File(path) => {
                let file = File::open(path).await?;
                let now = file.metadata().await?.len();
                if now != length {
                    let message = format!("the file changed: it has {now} bytes, not {length}");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                Store::File(Mutex::new(file))
            }
            Source::Stream(_) => Store::File(Mutex::new(spooled(source.open(), length).await?)),
        };
        Ok(Self { length, store })
    }

    /// Returns the number of blocks.
    pub(super) fn count(&self) -> u64 {
        self.length.div_ceil(BLOCK)
    }

    /// Returns the number of bytes in a block. Blocks are numbered from 1.
    pub(super) fn size(&self, number: u64) -> u64 {
        BLOCK.min(self.length - self.start(number))
    }

    /// Returns the offset of a block.
    fn start(&self, number: u64) -> u64 {
        self.length.min((number - 1) * BLOCK)
    }

    /// Reads a block.
    pub(super) async fn read(&self, number: u64) -> io::Result<Bytes> {
        let (start, size) = (self.start(number), self.size(number));
        let in_memory = |number: u64| usize::try_from(number).map_err(io::Error::other);
        match &self.store {
            Store::Memory(bytes) => {
                let start = in_memory(start)?;
                Ok(bytes.slice(start..start + in_memory(size)?))
            }
            Store::File(file) => {
                let mut block = BytesMut::zeroed(in_memory(size)?);
                let mut file = file.lock().await;
                file.seek(SeekFrom::Start(start)).await?;
                file.read_exact(&mut block).await?;
                Ok(block.freeze())
            }
        }
    }

    /// Returns the cumulative SHA-1 of each block. `hashed` receives the number of finished bytes.
    pub(super) async fn digests(&self, mut hashed: impl FnMut(u64) + Send) -> io::Result<Vec<String>> {
        let mut sha = Sha1::new();
        let mut digests = Vec::new();
        let mut done = 0;
        for number in 1..=self.count() {
            let block = self.read(number).await?;
            done += block.len() as u64;
            // Milliseconds of work, which would delay other tasks.
            sha = spawn_blocking(move || sha.chain_update(&block)).await?;
            if number < self.count() {
                digests.push(state(&sha));
            }
            hashed(done);
        }
        digests.push(hex(&sha.finalize()));
        Ok(digests)
    }
}

/// Returns the state of SHA-1 after whole blocks, as WeCom's own program prints it: the words as they are in the
/// memory of an x86, the least significant byte first. That is how `sha1` serializes its state.
fn state(sha: &Sha1) -> String {
    hex(&sha.serialize()[..STATE])
}

/// Writes a stream of this length to a file that is deleted when it is closed.
async fn spooled(stream: BoxStream<'static, io::Result<Bytes>>, length: u64) -> io::Result<File> {
    let mut file = File::from_std(spawn_blocking(tempfile::tempfile).await??);
    let mut stream = Box::pin(measured(stream, length, Arc::default()));
    while let Some(piece) = stream.next().await {
        file.write_all(&piece?).await?;
    }
    file.flush().await?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn digests(content: Bytes) -> Vec<String> {
        let length = content.len() as u64;
        let blocks = Blocks::open(&mut Source::Bytes(content), length).await.unwrap();
        blocks.digests(|_| ()).await.unwrap()
    }

    /// Uses the file that WeCom publishes with the values of its own program
    /// (<https://github.com/wecomopen/file_block_digest/tree/main/demo>).
    #[tokio::test]
    async fn the_digests_of_wecoms_own_file_are_those_that_it_publishes() {
        let content: Bytes = b"1234567890\r\n".iter().copied().cycle().take(5_999_998).collect();
        let expected = [
            "5186fee37e9f7e77a1f6bea8d4e32638d5186d44",
            "cf540965f3190bc0c6367147ab0ac64dc9eff6a0",
            "bda1e884e1cb23a5cbdea73d2e00e23baa72d2f5",
        ];
        assert_eq!(digests(content).await, expected);
    }

    #[tokio::test]
    async fn the_last_block_has_the_sha_1_of_all_even_if_it_is_whole() {
        // From sha1sum.
        assert_eq!(digests(Bytes::from_static(b"abc")).await, ["a9993e364706816aba3e25717850c26c9cd0d89d"]);
        let two = Bytes::from(vec![0; 2 * usize::try_from(BLOCK).unwrap()]);
        let [_, last] = &digests(two.clone()).await[..] else { panic!("two blocks") };
        assert_eq!(*last, hex(&Sha1::digest(&two)));
    }
}
