//! Calls of endpoints that have no type here, by method and path.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex};

use ::http::{Method, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wecom_models::Secret;
use wecom_models::wire::secrets_written;
use wecom_requests::{
    BuildError, ENDPOINTS, Errcode, Form, FromResponse as _, JsonResponse, Meta, TokenKind, untyped_request,
};

use crate::limits::Demand;
use crate::pace::Pace;
use crate::session::{Answer, Call, not_asked_for};
use crate::transport::RequestBody;
use crate::{Client, Credential, Download, Error, lock};

/// The number of different calls that are remembered: an endpoint's description lives as long as the program, whether it is
/// compiled in or created here.
const MOST: usize = 1000;

/// The endpoints that have been called by path and aren't in the specification in exactly this form: by method, path,
/// kind of token, whether they only read, and which responses have an `errcode`.
static OTHERS: LazyLock<Mutex<HashMap<Key, &'static Meta>>> = LazyLock::new(Mutex::default);

type Key = (Method, String, TokenKind, bool, Errcode);

/// The endpoint in errors about a path that can't be called.
const UNKNOWN: &Meta = &Meta::post("").id("untyped call");

/// A call of an endpoint by its method and path: see [`Client::call`].
#[must_use = "nothing is sent until `send` or `download` is called"]
pub struct UntypedCall<C> {
    client: Client<C>,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Result<wecom_requests::Body, BuildError>>,
    /// Values in it that must not be shown.
    secrets: Vec<Secret>,
    safe: Option<bool>,
    errcode: Option<Errcode>,
    takes_token: bool,
}

impl<C: Credential> Client<C> {
    /// Calls an endpoint that has no type yet, by its method and path. The call gets a token of this client's credential;
    /// retries, limits, errors, redaction and the deadline are those of [`Client::send`]. If the specification has an endpoint of
    /// this method and path, its documented rates are kept, together with those calls that go through its type.
    ///
    /// ```
    /// # use serde::Deserialize;
    /// # use serde_json::json;
    /// # use wecom_sdk::{Client, Method};
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = wecom_mock::Server::start().await?;
    /// # server.answer("/cgi-bin/kf/send_msg", |_| {
    /// #     wecom_mock::Reply::json(json!({ "errcode": 0, "errmsg": "ok", "msgid": "m" }))
    /// # });
    /// # let client = Client::builder("corp id", "secret").base_url(server.base_url()).build()?;
    /// #[derive(Deserialize)]
    /// struct Sent {
    ///     msgid: String,
    /// }
    ///
    /// let message = json!({ "touser": "wm1", "open_kfid": "wk1", "msgtype": "text", "text": { "content": "您好" } });
    /// let sent: Sent = client.call(Method::POST, "/cgi-bin/kf/send_msg").json(&message).send().await?;
    /// println!("{}", sent.msgid);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// If you call an endpoint often, describe it as a type: see [`Endpoint`](crate::Endpoint).
    pub fn call(&self, method: Method, path: impl Into<String>) -> UntypedCall<C> {
        UntypedCall {
            client: self.clone(),
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            secrets: Vec::new(),
            safe: None,
            errcode: None,
            takes_token: true,
        }
    }
}

impl<C: Credential> UntypedCall<C> {
    /// Adds a parameter to the URL. If its name looks like that of a secret (`…secret`, `…token`, `code`, …), no error shows it.
    pub fn query(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// Sends a JSON body. No error shows a [`Secret`] in it, or a field whose name looks like that of a secret.
    pub fn json<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        let (body, secrets) = secrets_written(|| wecom_requests::Body::json(body));
        self.body = Some(body);
        self.secrets.extend(secrets);
        self
    }

    /// Sends a form with files.
    pub fn form(mut self, form: Form) -> Self {
        self.body = Some(form.finish());
        self
    }

    /// Sets whether the call only reads, so that it may be retried after a lost response. The default is what the
    /// specification says; calls that it doesn't know count as changing something.
    pub fn safe(mut self, safe: bool) -> Self {
        self.safe = Some(safe);
        self
    }

    /// Sets whether a success has an `errcode`, too. The default is what the specification says; for calls that it doesn't know, a response without `errcode` is an
    /// error.
    pub fn errcode(mut self, errcode: Errcode) -> Self {
        self.errcode = Some(errcode);
        self
    }

    /// Sends no token.
    pub fn without_token(mut self) -> Self {
        self.takes_token = false;
        self
    }

    /// Makes the call, and decodes the JSON response: as [`serde_json::Value`], or as any type that serde reads.
    pub async fn send<T: DeserializeOwned + Send>(self) -> Result<T, Error> {
        let endpoint = self.endpoint()?;
        let memory = self.client.session().options.memory;
        let read = |answer: Answer<'_>| match answer {
            Answer::Whole(answer) => {
                JsonResponse::from_response(endpoint, answer.headers(), answer.body(), memory)
                    .map(|JsonResponse(value)| value)
            }
            Answer::File(_) => Err(not_asked_for()),
        };
        self.make(endpoint, false, read).await
    }

    /// Makes the call, and downloads the file that it returns.
    pub async fn download(self) -> Result<Download, Error> {
        let (endpoint, pace) = (self.endpoint()?, Pace::new(self.client.session().options.stall));
        self.make(endpoint, true, |answer| Download::read(endpoint, answer, pace)).await
    }

    async fn make<T: Send>(
        mut self,
        endpoint: &'static Meta,
        download: bool,
        read: impl Fn(Answer<'_>) -> Result<T, wecom_requests::ResponseError> + Send + Sync,
    ) -> Result<T, Error> {
        let failed = |source| Error::Build { endpoint, source };
        let body = self.body.take().transpose().map_err(failed)?;
        let session = self.client.session();
        let base_url = session.caller.base_url(endpoint);
        let query = &self.query;
        let mut build = |token: &str| -> Result<Request<RequestBody>, Error> {
            let request = untyped_request(endpoint, query, body.as_ref(), base_url, token).map_err(failed)?;
            Ok(request.map(RequestBody::Bytes))
        };
        let demands = Demand::of_any(endpoint);
        let call = Call { download, demands, secrets: &self.secrets, ..Call::new(endpoint, &mut build) };
        session.call(call, read).await.map(|(value, _)| value)
    }

    /// Returns the description of the endpoint.
    fn endpoint(&self) -> Result<&'static Meta, Error> {
        let token = if self.takes_token { self.client.credential().token_kind() } else { TokenKind::NoToken };
        let specified = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.path == self.path && endpoint.method == self.method)
            .max_by_key(|endpoint| endpoint.token == token);
        let safe = self.safe.unwrap_or_else(|| specified.is_some_and(|endpoint| endpoint.safe));
        let errcode = self.errcode.or(specified.map(|endpoint| endpoint.errcode)).unwrap_or_default();
        if let Some(endpoint) = specified
            && (endpoint.token, endpoint.safe, endpoint.errcode) == (token, safe, errcode)
        {
            return Ok(endpoint);
        }
        let refused = |source| Error::Build { endpoint: UNKNOWN, source };
        BuildError::check_path(&self.path).map_err(refused)?;
        let mut others = lock(&OTHERS);
        let key = (self.method.clone(), self.path.clone(), token, safe, errcode);
        if let Some(endpoint) = others.get(&key) {
            return Ok(endpoint);
        }
        if others.len() == MOST {
            let reason =
                "1000 different paths have been called already: put what varies into the query or the body";
            return Err(refused(BuildError::path(&self.path, reason)));
        }
        let endpoint = match specified {
            Some(endpoint) => (*endpoint).clone(),
            None => Meta::new(self.method.clone(), self.path.clone().leak()),
        };
        let endpoint: &'static Meta = Box::leak(Box::new(endpoint.token(token).safe(safe).errcode(errcode)));
        others.insert(key, endpoint);
        Ok(endpoint)
    }
}

/// Shows neither parameters nor the body, since they may contain secrets.
impl<C> fmt::Debug for UntypedCall<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UntypedCall({} {})", self.method, self.path)
    }
}
