//! Endpoints: their calls, requests and responses.

use super::{ErrorCode, Job, Keeps, Quota, Ty};
use crate::spec::names::pascal;
use crate::spec::{
    Answer, Answers, Body, Doc, Errcode, FieldPath, Grants, Helper, Host, Method, Part, Rate, Sign, Token,
};

/// The base address of all pages.
const PAGE: &str = "https://developer.work.weixin.qq.com/document/path/";

/// The notice for an endpoint or a callback whose page was not available.
const UNSEEN: &str = "Not checked against WeCom's page, which was not available: this description comes from other implementations, and may be incomplete.";

/// Returns the notice that a page was not available, or another one that describes the same.
pub fn unseen(doc: &Doc) -> Option<String> {
    if !doc.seen {
        return Some(UNSEEN.to_owned());
    }
    let pages: Vec<String> = doc.unseen().map(|(page, _)| format!("[{page}]({PAGE}{page})")).collect();
    (!pages.is_empty()).then(|| {
        let pages = pages.join(", ");
        format!("Not checked against page {pages}, which was not available: what only it describes comes from other implementations, and may be incomplete.")
    })
}

/// The address of a page.
pub fn page_url(doc: &Doc) -> String {
    format!("{PAGE}{}", doc.page)
}

/// Returns the description of an endpoint or a callback, in the words of the spec.
pub(super) fn words(summary: &str, doc: &Doc, notes: Option<&str>) -> String {
    let parts = std::iter::once(summary.to_owned()).chain(unseen(doc)).chain(notes.map(str::to_owned));
    parts.collect::<Vec<String>>().join("\n\n")
}

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// As in the spec: `sync_msg`.
    pub name: String,
    /// With its module: `chatdata.archive.sync_msg`.
    pub id: String,
    /// The request's type.
    pub request: String,
    /// The response's type.
    pub response: String,
    /// The page's Chinese title.
    pub title: String,
    /// A sentence that says what it does.
    pub summary: String,
    /// Anything else that a caller must know, in Markdown.
    pub notes: Option<String>,
    /// Its page.
    pub doc: Doc,
    /// The method of the call.
    pub method: Method,
    /// The path on its host: `/cgi-bin/…`.
    pub path: String,
    /// The kind of token it takes.
    pub token: Token,
    /// The host that serves it.
    pub host: Host,
    /// The encoding of the request's body.
    pub body: Body,
    /// The encoding of the response.
    pub answer: Answer,
    /// Whether a successful response has an `errcode`, too.
    pub errcode: Errcode,
    /// The list of the response that names what failed: beside it, another `errcode` than 0 is no error.
    pub partial: Option<String>,
    /// The fields that sign the request.
    pub sign: Option<Sign>,
    /// Whether it may be sent again after a response was lost.
    pub safe: bool,
    /// The rates of an app's calls to it.
    pub rates: Vec<Rate>,
    /// Its rates that count something else.
    pub quotas: Vec<Quota>,
    /// The request field with the recipients, if a general rate counts them.
    pub recipients: Option<String>,
    /// The number of calls that may be in flight at once.
    pub concurrency: Option<u32>,
    /// The error codes that its page documents, in ascending order.
    pub codes: Vec<ErrorCode>,
    /// The callbacks that it answers, if it is a command that does.
    pub answers: Option<Answers>,
    /// Its pagination.
    pub pagination: Option<Pagination>,
    /// The job whose progress it reports.
    pub job: Option<Job>,
    /// The handwritten function of `wecom-sdk` that uses it.
    pub helper: Option<Helper>,
    /// The token that its response contains.
    pub grants: Option<Grants>,
    /// Its effects on the things that the mock keeps.
    pub keeps: Vec<Keeps>,
    /// Example requests with their responses.
    pub examples: Vec<Example>,
}

impl Endpoint {
    /// Returns the types of its parts. A response that is a file has none.
    pub fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        let response = self.answer.format().map(|_| (Part::Response, self.response.as_str()));
        std::iter::once((Part::Request, self.request.as_str())).chain(response)
    }

    /// Returns its description, in the words of the spec.
    pub fn words(&self) -> String {
        words(&self.summary, &self.doc, self.notes.as_deref())
    }

    /// Returns the type that a call returns, as written in Rust.
    pub fn response_type(&self) -> String {
        self.answer.rust_type(&self.response)
    }

    /// Returns the Rust type of its kind of token.
    pub fn token_type(&self) -> String {
        match self.token {
            Token::None => "NoToken".to_owned(),
            other => pascal(other.keyword()),
        }
    }
}

/// The pagination of an endpoint.
#[derive(Debug)]
pub struct Pagination {
    /// The request field with the start of the page.
    pub start: FieldPath,
    /// The start of the next page.
    pub next: Next,
    /// The response field that says whether there is a next page.
    pub continuation: Option<(Continuation, FieldPath)>,
    /// The response field with the items, if there is one list of items.
    pub items: Option<FieldPath>,
    /// The type of an item, if there is one list of items.
    pub item: Option<Ty>,
    /// Whether starts of pages are numbers.
    pub numeric: bool,
}

/// The start of the next page.
#[derive(Debug)]
pub enum Next {
    /// The value of a response field.
    Cursor(FieldPath),
    /// The end of this page's items.
    Offset {
        /// The request field with the page size: a page with fewer items is the last one.
        limit: Option<FieldPath>,
    },
}

/// The meaning of the response field that says whether more follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuation {
    /// True if more follows.
    More,
    /// True if nothing follows.
    End,
    /// The number of all items.
    Total,
}

impl Continuation {
    /// Returns its keyword in a spec.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::End => "end",
            Self::Total => "total",
        }
    }
}

impl Pagination {
    /// Returns the fields that control paging, each with its key in a spec.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &FieldPath)> {
        let next = match &self.next {
            Next::Cursor(next) => [Some(("cursor", &self.start)), Some(("next", next))],
            Next::Offset { limit } => {
                [Some(("offset", &self.start)), limit.as_ref().map(|limit| ("limit", limit))]
            }
        };
        let continuation = self.continuation.as_ref().map(|(kind, path)| (kind.keyword(), path));
        let items = self.items.as_ref().map(|items| ("items", items));
        next.into_iter().chain([continuation, items]).flatten()
    }
}

/// A request and its response.
#[derive(Debug)]
pub struct Example {
    /// A note on what it shows, unless it is the usual case.
    pub note: Option<String>,
    /// The fields sent, as JSON.
    pub request: String,
    /// The body received, as JSON.
    pub response: String,
}
