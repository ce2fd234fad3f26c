//! Endpoints: how they are called, and what is sent and comes back.

use super::{ErrorCode, Job, Keeps, Ty};
use crate::spec::names::pascal;
use crate::spec::{
    Answer, Body, Doc, Errcode, FieldPath, Grants, Helper, Host, INVOKE, Part, Rate, Sign, Token,
};

/// Where the pages are.
const PAGE: &str = "https://developer.work.weixin.qq.com/document/path/";

/// The notice for an endpoint whose page nobody has read.
pub const UNSEEN: &str =
    "Its page was not read: what is said here is known from other implementations, and may be incomplete.";

/// The address of a page.
pub fn page_url(doc: &Doc) -> String {
    format!("{PAGE}{}", doc.page)
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
    /// What it does.
    pub summary: String,
    /// What else a caller must know, Markdown.
    pub notes: Option<String>,
    /// Its page.
    pub doc: Doc,
    /// `GET` or `POST`.
    pub method: Method,
    /// From the host on: `/cgi-bin/…`.
    pub path: String,
    /// The kind of token it takes.
    pub token: Token,
    /// Where it is.
    pub host: Host,
    /// What the request's body is.
    pub body: Body,
    /// What comes back.
    pub answer: Answer,
    /// Whether `errcode` comes with a success, too.
    pub errcode: Errcode,
    /// The fields that sign the request.
    pub sign: Option<Sign>,
    /// Whether it may be sent again after a lost answer.
    pub safe: bool,
    /// How often it may be called.
    pub rates: Vec<Rate>,
    /// The request field that names who receives something, where a general rate counts them.
    pub recipients: Option<String>,
    /// How many calls may be on their way at once.
    pub concurrency: Option<u32>,
    /// What error codes mean that its page documents, sorted by code.
    pub codes: Vec<ErrorCode>,
    /// How its pages follow each other.
    pub pagination: Option<Pagination>,
    /// How it reports the progress of a job.
    pub job: Option<Job>,
    /// What `wecom-sdk` has by hand around it.
    pub helper: Option<Helper>,
    /// Where its response holds a token.
    pub grants: Option<Grants>,
    /// What it does with a thing that the mock keeps.
    pub keeps: Option<Keeps>,
    /// Requests and their responses.
    pub examples: Vec<Example>,
}

impl Endpoint {
    /// The types of its parts. A file that comes back has none.
    pub fn parts(&self) -> impl Iterator<Item = (Part, &str)> {
        let response = self.answer.format().map(|_| (Part::Response, self.response.as_str()));
        std::iter::once((Part::Request, self.request.as_str())).chain(response)
    }

    /// What it is and does, in the words of the spec.
    pub fn words(&self) -> String {
        let unseen = (!self.doc.seen).then_some(UNSEEN);
        let words = std::iter::once(self.summary.as_str()).chain(unseen).chain(self.notes.as_deref());
        words.collect::<Vec<&str>>().join("\n\n")
    }

    /// The type that a call returns, as it is written in Rust.
    pub fn response_type(&self) -> String {
        self.answer.rust_type(&self.response)
    }

    /// The type of its kind of token.
    pub fn token_type(&self) -> String {
        match self.token {
            Token::None => "NoToken".to_owned(),
            other => pascal(other.keyword()),
        }
    }
}

/// How an endpoint is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// All fields are in the query.
    Get,
    /// The fields are in a JSON body.
    Post,
    /// The SDK of the zone carries JSON.
    Invoke,
}

impl Method {
    /// As in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Invoke => INVOKE,
        }
    }
}

/// How the pages of an endpoint follow each other.
#[derive(Debug)]
pub struct Pagination {
    /// The request field that says where a page starts.
    pub start: FieldPath,
    /// Where the next page starts.
    pub next: Next,
    /// What the response says of whether there is one.
    pub continuation: Option<(Continuation, FieldPath)>,
    /// The response field that holds the items, if there is one list of them.
    pub items: Option<FieldPath>,
    /// The type of an item, if there is one list of them.
    pub item: Option<Ty>,
    /// Whether pages start at numbers.
    pub numeric: bool,
}

/// Where the next page starts.
#[derive(Debug)]
pub enum Next {
    /// Where a response field says.
    Cursor(FieldPath),
    /// After the items of this page.
    Offset {
        /// The request field with the number of items that are wanted: a page with fewer is the last one.
        limit: Option<FieldPath>,
    },
}

/// What a response says of whether more follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuation {
    /// Whether it does.
    More,
    /// Whether it doesn't.
    End,
    /// Where the last page ends.
    Total,
}

impl Continuation {
    /// As in a spec.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::More => "more",
            Self::End => "end",
            Self::Total => "total",
        }
    }
}

impl Pagination {
    /// The fields by which pages follow each other, each with its key in a spec.
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
    /// What it shows, where it isn't the plain case.
    pub note: Option<String>,
    /// The fields sent, as JSON.
    pub request: String,
    /// The body that comes back, as JSON.
    pub response: String,
}
