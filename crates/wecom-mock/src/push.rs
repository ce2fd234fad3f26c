//! Callbacks to an application, as WeCom sends them. Needs the feature `push`.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::uri::Uri;
use http::{Method, Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use wecom_callback::Format;
pub use wecom_callback::Sender;
use wecom_models::Timestamp;
use wecom_models::callback::{Document, Envelope, Payload, ReadError, Shape, WriteError, write};
use wecom_models::wire::{ReadObject, WriteObject};

use crate::generated::EXAMPLES;

/// The time for which WeCom waits for the response to a callback.
const DEADLINE: Duration = Duration::from_secs(5);

/// The time for which it waits when it verifies a URL, and for the responses of suites and devices.
const SHORT_DEADLINE: Duration = Duration::from_secs(1);

/// The number of times it sends a callback that doesn't get a 200 in time: a click on a bot's card only once.
const TRIES: u32 = 3;

/// The size of the largest response that is read.
const MAX_ANSWER: usize = 1 << 20;

/// The reason why a push failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum PushError {
    /// The URL can't be called: it must have the form `http://host:port/path`.
    Url,
    /// The application didn't respond in time: it isn't reachable, or takes too long.
    Unanswered(io::Error),
    /// The application responded with a status other than 200.
    Status(StatusCode),
    /// The application responded to the verification of its URL with something other than the decrypted text.
    Echo(Bytes),
    /// No callback of the specification has this name.
    NoExample(String),
    /// The callback can't be written.
    Write(WriteError),
    /// The server has no application.
    NoApplication,
    /// The response is neither empty nor `success` nor an encrypted reply.
    Reply(wecom_callback::Error),
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("the callback URL must be `http://host:port/path`"),
            Self::Unanswered(error) => write!(f, "the application didn't respond: {error}"),
            Self::Status(status) => {
                write!(f, "the application responded with the status {status} instead of 200")
            }
            Self::Echo(body) => write!(
                f,
                "the application must respond to the verification with the decrypted text alone, but responded with {:?}",
                String::from_utf8_lossy(body)
            ),
            Self::NoExample(name) => {
                write!(
                    f,
                    "`{name}` is neither a document nor the name of an example; `examples` lists the names"
                )
            }
            Self::Write(error) => error.fmt(f),
            Self::NoApplication => f.write_str("there is no application: set one with `Server::application`"),
            Self::Reply(error) => write!(f, "the application's response is not a reply: {error}"),
        }
    }
}

impl std::error::Error for PushError {}

/// An application to which callbacks are pushed, with its callback settings.
///
/// ```no_run
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_mock::push::{Application, Sender};
///
/// let settings = Sender::new("QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "ww1")?;
/// let application = Application::verify("http://127.0.0.1:3000/callback", settings).await?;
///
/// let pushed = application.push("<xml><MsgType>text</MsgType><Content>hi</Content></xml>").await?;
/// assert_eq!((pushed.tries, pushed.reply), (1, None));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Application {
    url: Uri,
    settings: Sender,
    agent_id: String,
    deadline: Duration,
    short_deadline: Duration,
    requests: AtomicU64,
    answered: AtomicU64,
}

/// The outcome of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pushed {
    /// The number of times it was sent: up to three.
    pub tries: u32,
    /// The reply, decrypted, if there was one.
    pub reply: Option<Bytes>,
}

impl Pushed {
    /// Reads the reply as its type, such as `message::reply::TextReply`; `None` if there was none.
    pub fn read_reply<T: ReadObject>(&self) -> Result<Option<T>, ReadError> {
        let read = |reply: &Bytes| Document::parse(&String::from_utf8_lossy(reply))?.read();
        self.reply.as_ref().map(read).transpose()
    }
}

impl Application {
    /// Verifies a URL, as WeCom does when an admin saves it, and returns the application if the response is
    /// right.
    pub async fn verify(url: &str, settings: Sender) -> Result<Self, PushError> {
        let application = Self::unverified(url, settings)?;
        application.verified(&application.settings).await?;
        Ok(application)
    }

    /// Verifies the URL of a suite, with the ID of the provider's company as the receiveid, although callbacks have the suite's.
    pub async fn verify_as(url: &str, provider: &str, settings: Sender) -> Result<Self, PushError> {
        let application = Self::unverified(url, settings)?;
        application.verified(&application.settings.with_receiveid(provider)).await?;
        Ok(application)
    }

    async fn verified(&self, settings: &Sender) -> Result<(), PushError> {
        let echo = u64::MAX.to_string();
        let query = settings.verification(&echo);
        let body = self.send(Method::GET, &query, String::new(), self.short_deadline).await?;
        if body == echo { Ok(()) } else { Err(PushError::Echo(body)) }
    }

    /// Creates an application without verifying its URL.
    pub fn unverified(url: &str, settings: Sender) -> Result<Self, PushError> {
        let url: Uri = url.parse().map_err(|_| PushError::Url)?;
        if url.scheme_str() != Some("http") || url.host().is_none() {
            return Err(PushError::Url);
        }
        let (deadline, short_deadline) = (DEADLINE, SHORT_DEADLINE);
        Ok(Self {
            url,
            settings,
            agent_id: String::new(),
            deadline,
            short_deadline,
            requests: AtomicU64::new(0),
            answered: AtomicU64::new(0),
        })
    }

    /// Sets the `AgentID` in the envelope of its callbacks, which is empty otherwise. Those of suites, AI bots and devices never have one.
    #[must_use]
    pub fn agent_id(mut self, agent_id: i64) -> Self {
        self.agent_id = agent_id.to_string();
        self
    }

    /// Sets how long to wait for responses, instead of WeCom's 5 seconds (1 second for suites and devices). If WeCom waits for 3 seconds, this is three times
    /// the short deadline.
    #[must_use]
    pub fn deadlines(mut self, deadline: Duration, short: Duration) -> Self {
        (self.deadline, self.short_deadline) = (deadline, short);
        self
    }

    /// Pushes a callback: encrypts, signs and sends it as WeCom sends one of its kind, and decrypts the reply. If its kind is unknown, it is
    /// an application's if it is XML, and a device's if it is JSON.
    ///
    /// | callback | envelope | seconds | attempts until a 200 |
    /// |---|---|---|---|
    /// | of an application | XML | 5 | 3 |
    /// | of a suite or provider, or data that devices report | XML | 1 | 3 |
    /// | of an AI bot | JSON without recipient | 5 | 3; 1 for a click on a card |
    /// | of a device | JSON | 1; 3 while it is bound to a company | 3 |
    ///
    /// It is a document, XML or JSON, or the name of an [example](examples). An example is addressed to the
    /// application.
    pub async fn push(&self, callback: impl AsRef<str>) -> Result<Pushed, PushError> {
        let callback = callback.as_ref().trim();
        let message = if callback.starts_with(['<', '{']) {
            callback.to_owned()
        } else {
            let example = example(callback).ok_or_else(|| PushError::NoExample(callback.to_owned()))?;
            addressed(example, self.settings.receiveid())
        };
        self.post(&message).await
    }

    /// Pushes a callback as a value, such as `externalcontact::events::AddExternalContact`, like [`push`](Self::push): from `sys`, to this
    /// application, now. [`push_with`](Self::push_with) has another envelope.
    ///
    /// ```no_run
    /// # async fn run(application: wecom_mock::push::Application) -> Result<(), wecom_mock::push::PushError> {
    /// use wecom_models::service::events::SuiteTicket;
    ///
    /// application.push_event(&SuiteTicket { suite_ticket: "a-ticket".into() }).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// WeCom doesn't number events: the same value within a second is the same callback again, and its handler doesn't run for it. Messages
    /// get an ID of their own.
    pub async fn push_event<T: Payload + WriteObject>(&self, event: &T) -> Result<Pushed, PushError> {
        self.push_with(Envelope::of::<T>(), event).await
    }

    /// Pushes a callback as a value, with the members that all callbacks share. Those that are empty are filled in, as for
    /// [`push_event`](Self::push_event).
    ///
    /// ```no_run
    /// # async fn run(application: wecom_mock::push::Application) -> Result<(), wecom_mock::push::PushError> {
    /// use wecom_models::callback::Envelope;
    /// use wecom_models::message::events::TextMessage;
    ///
    /// let envelope = Envelope { from_user_name: "lin.wei".into(), ..Envelope::of::<TextMessage>() };
    /// application.push_with(envelope, &TextMessage { content: "Hello".into() }).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn push_with<T: Payload + WriteObject>(
        &self,
        envelope: Envelope,
        event: &T,
    ) -> Result<Pushed, PushError> {
        let message = write(&self.filled(envelope), event).map_err(PushError::Write)?;
        self.post(&message).await
    }

    /// Fills in what an envelope doesn't say.
    fn filled(&self, mut envelope: Envelope) -> Envelope {
        let receiveid = self.settings.receiveid();
        match envelope.shape {
            Shape::Message | Shape::Event => {
                fill(&mut envelope.to_user_name, receiveid);
                fill(&mut envelope.from_user_name, "sys");
                envelope.agent_id = envelope.agent_id.or_else(|| self.agent_id.parse().ok());
            }
            Shape::Info if envelope.service_corp_id.is_none() => {
                envelope.suite_id.get_or_insert_with(|| receiveid.to_owned());
            }
            _ => {}
        }
        if matches!(envelope.shape, Shape::Message | Shape::Event | Shape::Info) {
            envelope.create_time.get_or_insert_with(Timestamp::now);
        }
        if matches!(envelope.shape, Shape::Message | Shape::BotMessage | Shape::BotEvent) {
            envelope.msg_id.get_or_insert_with(|| NEXT_ID.fetch_add(1, Ordering::Relaxed).to_string());
        }
        envelope
    }

    async fn post(&self, message: &str) -> Result<Pushed, PushError> {
        let manner = Manner::of(message);
        let deadline = match manner.seconds {
            seconds @ ..5 => self.short_deadline.saturating_mul(u32::try_from(seconds).unwrap_or(1)),
            _ => self.deadline,
        };
        let agent_id = if manner.has_agent { &*self.agent_id } else { "" };
        let mut tries = 1;
        let body = loop {
            let receiveid = self.settings.receiveid();
            let sent = self.settings.callback(manner.format, message.as_bytes(), receiveid, agent_id);
            match self.send(Method::POST, &sent.query, sent.body, deadline).await {
                Ok(body) => break body,
                Err(error) if tries == manner.tries => return Err(error),
                Err(_) => tries += 1,
            }
        };
        self.answered.fetch_add(1, Ordering::Relaxed);
        let reply = match &body[..] {
            b"" | b"success" => None,
            _ => Some(self.settings.open_reply(&body).map_err(PushError::Reply)?.into()),
        };
        Ok(Pushed { tries, reply })
    }

    /// Returns how many requests were sent, verifications and retries included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Returns how many callbacks got a 200 in time.
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    async fn send(
        &self,
        method: Method,
        query: &str,
        body: String,
        deadline: Duration,
    ) -> Result<Bytes, PushError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let path = self.url.path();
        let target = match self.url.query() {
            Some(own) => format!("{path}?{own}&{query}"),
            None => format!("{path}?{query}"),
        };
        let content_type = if body.starts_with('{') { "application/json" } else { "text/xml" };
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header(header::HOST, self.url.authority().map_or("", |authority| authority.as_str()))
            .header(header::CONTENT_TYPE, content_type)
            .body(Full::from(body))
            .map_err(|_| PushError::Url)?;
        let answered = timeout(deadline, self.exchange(request))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        match answered.map_err(PushError::Unanswered)? {
            (StatusCode::OK, body) => Ok(body),
            (status, _) => Err(PushError::Status(status)),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> io::Result<(StatusCode, Bytes)> {
        let address =
            (self.url.host().unwrap_or_default().trim_matches(['[', ']']), self.url.port_u16().unwrap_or(80));
        let stream = TcpStream::connect(address).await?;
        let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(io::Error::other)?;
            let status = response.status();
            let body =
                Limited::new(response.into_body(), MAX_ANSWER).collect().await.map_err(io::Error::other)?;
            Ok((status, body.to_bytes()))
        };
        // The connection makes progress during the exchange, and ends with it.
        tokio::select! {
            exchanged = exchange => exchanged,
            Err(error) = connection => Err(io::Error::other(error)),
        }
    }
}

/// The ID of the next message.
static NEXT_ID: AtomicU64 = AtomicU64::new(7_300_000_000_000_000_001);

fn fill(place: &mut String, value: &str) {
    if place.is_empty() {
        value.clone_into(place);
    }
}

/// The way in which WeCom sends a callback.
struct Manner {
    format: Format,
    /// The time it waits for the response.
    seconds: u64,
    tries: u32,
    /// Whether its envelope may name an application.
    has_agent: bool,
}

impl Manner {
    /// Determines it from a message. An unreadable message is sent anyway.
    fn of(message: &str) -> Self {
        let envelope = Document::parse(message).and_then(|document| document.envelope()).unwrap_or_default();
        let Envelope { shape, kind, .. } = &envelope;
        let is_bots = matches!(shape, Shape::BotMessage | Shape::BotEvent);
        let is_click = *shape == Shape::BotEvent && kind == "template_card_event";
        let format = match message.starts_with('{') {
            true if is_bots => Format::Bot,
            true => Format::Json,
            false => Format::Xml,
        };
        Self {
            format,
            seconds: if format == Format::Json && *shape == Shape::Unknown {
                1
            } else {
                envelope.deadline().as_secs()
            },
            tries: if is_click { 1 } else { TRIES },
            has_agent: format == Format::Xml && *shape != Shape::Info,
        }
    }
}

/// Returns the names of all callbacks of the specification, for [`Application::push`]: `contacts.events.create_user`.
/// If a callback has several examples, `#2` after its name selects the second one.
pub fn examples() -> impl Iterator<Item = &'static str> {
    EXAMPLES.iter().map(|(name, _)| *name)
}

/// Finds an example by its name, or by its name and its number.
pub(crate) fn example(name: &str) -> Option<&'static str> {
    let (name, number) = match name.split_once('#') {
        Some((name, number)) => (name, number.parse().ok()?),
        None => (name, 1),
    };
    let (_, payloads) = EXAMPLES.iter().find(|(known, _)| *known == name)?;
    payloads.get(usize::checked_sub(number, 1)?).copied()
}

/// Addresses an example to an application: to its company, or to the suite. An example without a recipient, or with
/// unknown ones, stays as it is.
fn addressed(example: &str, receiveid: &str) -> String {
    let member = if example.contains("<InfoType>") { "SuiteId" } else { "ToUserName" };
    let (begin, end) = (format!("<{member}>"), format!("</{member}>"));
    let place =
        example.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    match place {
        Some((before, after)) if !receiveid.is_empty() => {
            format!("{before}{begin}<![CDATA[{receiveid}]]>{end}{after}")
        }
        _ => example.to_owned(),
    }
}
