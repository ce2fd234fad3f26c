//! What a request knows of its endpoint.

use http::Method;
use serde::Serialize;
use wecom_models::wire::{ReadObject, WriteObject};

use crate::{Check, Query, Token, TokenKind};

/// A request to one endpoint.
pub trait Endpoint: Check + Serialize + WriteObject {
    /// What comes back when it succeeds.
    type Response: ReadObject;

    /// The kind of token it takes.
    type Token: Token;

    /// Everything about the endpoint that is the same for all requests.
    const META: &'static Meta;

    /// Adds the parameters that stand in the URL although the request has a body.
    fn query(&self, query: &mut Query) -> Result<(), serde_json::Error> {
        let _ = query;
        Ok(())
    }
}

/// What all requests to an endpoint have in common.
#[derive(Debug)]
#[non_exhaustive]
pub struct Meta {
    /// Its name in the spec, with its module: `chatdata.archive.sync_msg`.
    pub id: &'static str,
    /// The title of its page.
    pub title: &'static str,
    /// `GET`, with all fields in the query, or `POST`.
    pub method: Method,
    /// The path, from the host on.
    pub path: &'static str,
    /// The address of its page.
    pub page: &'static str,
    /// The kind of token it takes.
    pub token: TokenKind,
    /// Whether it only reads, so that it may be sent again after a lost answer.
    pub safe: bool,
    /// How often it may be called; empty where its page doesn't say.
    pub rates: &'static [Rate],
}

/// A documented rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many calls.
    pub calls: u32,
    /// In which time.
    pub per: Period,
}

/// The time a rate limit counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A month.
    Month,
}
