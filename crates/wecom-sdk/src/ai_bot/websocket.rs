//! The client's side of a WebSocket (RFC 6455) without extensions. A crate for it would log whole frames, with secrets and texts, and its
//! reader and its writer could not wait in one task.

use std::io;

use bytes::{Buf as _, BufMut as _, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf, split};

/// The largest message that is read. Callbacks are small, since files are sent as URLs.
const LARGEST: u64 = 4 << 20;

/// The largest content of a ping or a farewell.
const LARGEST_CONTROL: u64 = 125;

/// The bytes to read at least at a time.
const PIECE: usize = 8 << 10;

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;

/// Splits a connection after its upgrade into both directions.
pub(super) fn halves<T: AsyncRead + AsyncWrite>(
    connection: T,
) -> (Reader<ReadHalf<T>>, Writer<WriteHalf<T>>) {
    let (reading, writing) = split(connection);
    (Reader::new(reading), Writer { half: writing, buffer: BytesMut::new(), pong: None, is_flushing: false })
}

/// A message that arrives.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A text; where it isn't UTF-8, with U+FFFD.
    Text(String),
    /// A ping, which a pong with the same content answers.
    Ping(BytesMut),
    /// A farewell, with its code.
    Close(Option<u16>),
}

/// Reads messages.
pub(super) struct Reader<R> {
    half: R,
    buffer: BytesMut,
    /// The frames of a message whose last one hasn't arrived.
    fragments: Option<BytesMut>,
}

/// The beginning of a frame.
struct Head {
    is_final: bool,
    opcode: u8,
    /// The number of its own bytes.
    size: usize,
    /// The number of bytes that follow.
    length: u64,
}

impl Head {
    /// Reads it, unless it isn't complete.
    fn read(bytes: &[u8]) -> Result<Option<Self>, String> {
        let [first, second, rest @ ..] = bytes else { return Ok(None) };
        if first & 0x70 != 0 || second & MASKED != 0 {
            return Err("a frame has bits that it must not have".to_owned());
        }
        let (size, length) = match second & 0x7f {
            126 => match rest.first_chunk::<2>() {
                Some(length) => (4, u16::from_be_bytes(*length).into()),
                None => return Ok(None),
            },
            127 => match rest.first_chunk::<8>() {
                Some(length) => (10, u64::from_be_bytes(*length)),
                None => return Ok(None),
            },
            length => (2, length.into()),
        };
        Ok(Some(Self { is_final: first & FINAL != 0, opcode: first & 0x0f, size, length }))
    }

    fn is_control(&self) -> bool {
        self.opcode >= CLOSE
    }
}

impl<R: AsyncRead + Unpin> Reader<R> {
    fn new(half: R) -> Self {
        Self { half, buffer: BytesMut::new(), fragments: None }
    }

    /// Waits for the next message; an error ends the connection. It may be dropped and called again.
    pub(super) async fn next(&mut self) -> Result<Message, String> {
        loop {
            if let Some(message) = self.take()? {
                return Ok(message);
            }
            self.buffer.reserve(PIECE);
            match self.half.read_buf(&mut self.buffer).await {
                Ok(0) => return Err("the stream ended".to_owned()),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
    }

    /// Takes a message from what has been read, if there is a complete one.
    fn take(&mut self) -> Result<Option<Message>, String> {
        while let Some(head) = Head::read(&self.buffer)? {
            let earlier = self.fragments.as_ref().map_or(0, BytesMut::len) as u64;
            if head.is_control() && (!head.is_final || head.length > LARGEST_CONTROL) {
                return Err("a control frame is too long or in parts".to_owned());
            }
            if head.length.saturating_add(earlier) > LARGEST {
                return Err(format!("a message is larger than {LARGEST} bytes"));
            }
            // No more than the limit, so it fits.
            let length = usize::try_from(head.length).unwrap_or(usize::MAX);
            if self.buffer.len() < head.size + length {
                return Ok(None);
            }
            self.buffer.advance(head.size);
            let content = self.buffer.split_to(length);
            match head.opcode {
                CONTINUATION | TEXT | BINARY => {
                    if (head.opcode == CONTINUATION) != self.fragments.is_some() {
                        return Err("the parts of a message are out of order".to_owned());
                    }
                    let whole = match self.fragments.take() {
                        Some(mut fragments) => {
                            fragments.extend_from_slice(&content);
                            fragments
                        }
                        None => content,
                    };
                    if head.is_final {
                        return Ok(Some(Message::Text(String::from_utf8_lossy(&whole).into_owned())));
                    }
                    self.fragments = Some(whole);
                }
                CLOSE => {
                    let code = content.first_chunk::<2>().map(|code| u16::from_be_bytes(*code));
                    return Ok(Some(Message::Close(code)));
                }
                PING => return Ok(Some(Message::Ping(content))),
                PONG => {}
                _ => return Err("a frame has an unknown opcode".to_owned()),
            }
        }
        Ok(None)
    }
}

/// Writes messages while other things happen: a slow peer stops neither reading nor timers.
pub(super) struct Writer<W> {
    half: W,
    /// The bytes that the connection hasn't taken yet.
    buffer: BytesMut,
    /// The content of the last ping, which is answered next: earlier ones need no answer.
    pong: Option<BytesMut>,
    is_flushing: bool,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Adds a text.
    pub(super) fn put(&mut self, text: &str) {
        self.frame(TEXT, text.as_bytes());
    }

    /// Answers a ping.
    pub(super) fn pong(&mut self, content: BytesMut) {
        self.pong = Some(content);
    }

    /// Adds a farewell.
    pub(super) fn close(&mut self) {
        self.frame(CLOSE, &1000u16.to_be_bytes());
    }

    /// Returns whether everything has been written.
    pub(super) fn is_idle(&self) -> bool {
        self.buffer.is_empty() && self.pong.is_none() && !self.is_flushing
    }

    /// Writes everything. It may be dropped and called again.
    pub(super) async fn write(&mut self) -> io::Result<()> {
        loop {
            if self.buffer.is_empty()
                && let Some(content) = self.pong.take()
            {
                self.frame(PONG, &content);
            }
            if self.buffer.is_empty() {
                break;
            }
            self.is_flushing = true;
            if self.half.write_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        self.half.flush().await?;
        self.is_flushing = false;
        Ok(())
    }

    /// Adds a frame, masked as a client's must be: by bytes that nobody can guess, so that no proxy takes its content for anything else.
    fn frame(&mut self, opcode: u8, content: &[u8]) {
        let mut mask = [0; 4];
        getrandom::fill(&mut mask).expect("the system has random bytes");
        self.buffer.reserve(content.len() + 14);
        self.buffer.put_u8(FINAL | opcode);
        match (u8::try_from(content.len()), u16::try_from(content.len())) {
            (Ok(length @ ..126), _) => self.buffer.put_u8(MASKED | length),
            (_, Ok(length)) => {
                self.buffer.put_u8(MASKED | 0x7e);
                self.buffer.put_u16(length);
            }
            _ => {
                self.buffer.put_u8(MASKED | 0x7f);
                self.buffer.put_u64(content.len() as u64);
            }
        }
        self.buffer.put_slice(&mask);
        self.buffer.extend(content.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::Message as Theirs;
    use tokio_tungstenite::tungstenite::protocol::Role;

    use super::*;

    /// All messages in some bytes, read in pieces of this size, and how they end.
    async fn read(bytes: &[u8], piece: usize) -> (Vec<Message>, String) {
        let mut reader = Reader::new(Pieces { bytes: bytes.to_vec(), at: 0, piece });
        let mut messages = Vec::new();
        loop {
            match reader.next().await {
                Ok(message) => messages.push(message),
                Err(error) => return (messages, error),
            }
        }
    }

    /// A connection that brings a few bytes at a time.
    struct Pieces {
        bytes: Vec<u8>,
        at: usize,
        piece: usize,
    }

    impl AsyncRead for Pieces {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            buffer: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            let end = self.bytes.len().min(self.at + self.piece.min(buffer.remaining()));
            buffer.put_slice(&self.bytes[self.at..end]);
            self.at = end;
            std::task::Poll::Ready(Ok(()))
        }
    }

    fn text(text: &str) -> Message {
        Message::Text(text.to_owned())
    }

    #[tokio::test]
    async fn both_sides_understand_each_other_at_all_lengths() {
        let (ours, theirs) = tokio::io::duplex(1000);
        let (mut reader, mut writer) = halves(ours);
        let mut peer = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
        for length in [0, 1, 125, 126, 127, 65_535, 65_536, 700_000] {
            let content = "好".repeat(length / 3) + &"x".repeat(length % 3);
            writer.put(&content);
            let (written, received) = tokio::join!(writer.write(), peer.next());
            written.unwrap();
            assert!(writer.is_idle());
            assert_eq!(received.unwrap().unwrap().into_text().unwrap(), content);
            let (sent, answer) = tokio::join!(peer.send(Theirs::text(content.clone())), reader.next());
            sent.unwrap();
            assert_eq!(answer.unwrap(), text(&content));
        }
        // Only the last of several pings is answered.
        for content in ["a", "b"] {
            let (sent, ping) = tokio::join!(peer.send(Theirs::Ping(content.into())), reader.next());
            sent.unwrap();
            let Ok(Message::Ping(content)) = ping else { panic!("{ping:?}") };
            writer.pong(content);
        }
        writer.close();
        let (written, first) = tokio::join!(writer.write(), peer.next());
        written.unwrap();
        assert!(matches!(first, Some(Ok(Theirs::Close(Some(_))))), "{first:?}");
    }

    #[tokio::test]
    async fn a_ping_is_answered_behind_what_is_being_written() {
        let (ours, theirs) = tokio::io::duplex(100);
        let (_reader, mut writer) = halves(ours);
        let mut peer = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
        writer.put("text");
        writer.pong(BytesMut::from("old"));
        writer.pong(BytesMut::from("new"));
        writer.write().await.unwrap();
        assert_eq!(peer.next().await.unwrap().unwrap(), Theirs::text("text"));
        assert_eq!(peer.next().await.unwrap().unwrap(), Theirs::Pong("new".into()));
    }

    #[tokio::test]
    async fn messages_arrive_in_parts_of_any_size() {
        let bytes = [
            &[TEXT, 2][..],
            b"ab",
            &[FINAL | PING, 1],
            b"p",
            &[CONTINUATION, 0],
            &[FINAL | PONG, 0],
            &[FINAL, 1],
            b"c",
            &[FINAL | BINARY, 126, 0, 3],
            "好".as_bytes(),
            &[FINAL | TEXT, 127, 0, 0, 0, 0, 0, 0, 0, 2],
            b"\xe5\xa5",
            &[FINAL | CLOSE, 2, 3, 0xe8],
        ]
        .concat();
        for piece in 1..bytes.len() {
            let (messages, end) = read(&bytes, piece).await;
            let expected = [
                Message::Ping("p".into()),
                text("abc"),
                text("好"),
                text("\u{fffd}"),
                Message::Close(Some(1000)),
            ];
            assert_eq!((messages.as_slice(), end.as_str()), (&expected[..], "the stream ended"));
        }
    }

    #[tokio::test]
    async fn what_is_no_frame_ends_the_connection() {
        for (bytes, expected) in [
            (&[FINAL | TEXT | 0x40, 0][..], "bits"),
            (&[FINAL | TEXT, MASKED, 0, 0, 0, 0], "bits"),
            (&[FINAL | 0x03, 0], "opcode"),
            (&[FINAL | 0x0b, 0], "opcode"),
            (&[FINAL, 0], "out of order"),
            (&[TEXT, 0, FINAL | TEXT, 0], "out of order"),
            (&[PING, 0], "control"),
            (&[FINAL | PING, 126, 0, 126], "control"),
            (&[FINAL | TEXT, 127, 0, 0, 0, 0, 0, 0x40, 0, 1], "larger"),
            (&[FINAL | TEXT, 127, 255, 255, 255, 255, 255, 255, 255, 255], "larger"),
            (&[FINAL | TEXT, 5, b'a'], "ended"),
            (&[FINAL], "ended"),
            (&[], "ended"),
        ] {
            let (messages, end) = read(bytes, 3).await;
            assert!(messages.is_empty() && end.contains(expected), "{bytes:?}: {end}");
        }
        // Parts that are too large together.
        let part = [&[TEXT, 127, 0, 0, 0, 0, 0, 0x20, 0, 0][..], &vec![b'x'; 0x20_0000]].concat();
        let rest = [&[CONTINUATION, 127, 0, 0, 0, 0, 0, 0x20, 0, 1][..]].concat();
        assert!(read(&[part, rest].concat(), 1 << 20).await.1.contains("larger"));
    }

    #[tokio::test]
    async fn random_bytes_neither_panic_nor_take_memory() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let bytes: Vec<u8> = (0..random.usize(0..40))
                .map(|_| random.u8(..) & random.choice([0x8f, 0xff, 0x0f]).unwrap())
                .collect();
            let (messages, _) = read(&bytes, random.usize(1..50)).await;
            assert!(messages.len() <= bytes.len());
        }
    }
}
