//! The facts about an endpoint that the mock knows.

use serde_json::Value;

use crate::demands::Demands;
use crate::value::{at, text};

/// An endpoint.
#[derive(Debug)]
pub(crate) struct Route {
    /// Its name in the specification, with its module.
    pub(crate) id: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// The query parameter with the token.
    pub(crate) token: Option<&'static str>,
    pub(crate) body: Body,
    pub(crate) answer: Answer,
    /// Required query parameters besides the token, for an endpoint with a body.
    pub(crate) query: &'static [&'static str],
    /// The documented values of query parameters, for an endpoint with a body.
    pub(crate) query_values: &'static [(&'static str, &'static [&'static str])],
    /// The demands on the body.
    pub(crate) demands: Demands,
    pub(crate) paging: Option<Paging>,
    pub(crate) grants: Option<Grants>,
    /// Its effects on things, in this order.
    pub(crate) keeps: &'static [Keeps],
    /// The body of a success.
    pub(crate) response: &'static str,
    /// The lists of the body that have an item for each item of a list in the request.
    pub(crate) echoes: &'static [Echo],
    /// Other bodies with other fields, for other variants of unions in the request.
    pub(crate) cases: &'static [Case],
}

impl Route {
    /// The values of most endpoints.
    pub(crate) const NEW: Self = Self {
        id: "",
        method: "",
        path: "",
        token: None,
        body: Body::Json,
        answer: Answer::Json,
        query: &[],
        query_values: &[],
        demands: Demands::NONE,
        paging: None,
        grants: None,
        keeps: &[],
        response: "{}",
        echoes: &[],
        cases: &[],
    };

    /// The body of a success, for a request with these fields.
    pub(crate) fn answer_to(&self, fields: &Value) -> &'static str {
        let is_case = |case: &&Case| {
            case.when
                .iter()
                .all(|(tag, expected)| at(fields, tag).is_some_and(|sent| text(sent) == *expected))
        };
        self.cases.iter().find(is_case).map_or(self.response, |case| case.response)
    }
}

/// A body for some requests.
#[derive(Debug)]
pub(crate) struct Case {
    /// The tags that such a request has, by path, as text.
    pub(crate) when: &'static [(&'static str, &'static str)],
    pub(crate) response: &'static str,
}

/// A list of a response with a result for each item of a list in the request.
#[derive(Debug)]
pub(crate) struct Echo {
    pub(crate) list: &'static str,
    /// The list in the request.
    pub(crate) of: &'static str,
    /// The fields of a result that are the request's; none if the results are its items.
    pub(crate) fields: &'static [&'static str],
}

/// The paging of an endpoint, by the names of the fields: `file_list.item` for one inside another.
#[derive(Debug)]
pub(crate) struct Paging {
    /// The request field with the start of a page.
    pub(crate) start: &'static str,
    /// Whether the start is a number.
    pub(crate) numeric: bool,
    /// The response field with the start of the next page; `None` for an offset.
    pub(crate) next: Option<&'static str>,
    /// The request field with the number of items per page; with a `next`, it applies only to things that were created.
    pub(crate) limit: Option<&'static str>,
    pub(crate) continuation: Option<Continuation>,
    pub(crate) items: Option<&'static str>,
}

/// The response field that says whether more follows.
#[derive(Debug)]
pub(crate) enum Continuation {
    More(&'static str),
    #[allow(dead_code, reason = "not every specification has one")]
    End(&'static str),
    #[allow(dead_code, reason = "not every specification has one")]
    Total(&'static str),
}

/// An endpoint that issues a token, by the names of the fields.
#[derive(Debug)]
pub(crate) struct Grants {
    /// The query parameter that the token goes into.
    pub(crate) parameter: &'static str,
    pub(crate) token: &'static str,
    pub(crate) expires: &'static str,
    pub(crate) id: &'static str,
    pub(crate) secret: &'static str,
}

/// The effect of a call on a thing that the mock keeps. Fields are named by paths: `schedule.schedule_id` for one inside another.
#[derive(Debug)]
pub(crate) struct Keeps {
    /// The kind of thing.
    pub(crate) thing: &'static str,
    /// The error code for an unknown ID.
    pub(crate) unknown: i64,
    pub(crate) does: Does,
    /// Fields of the request, and the fields of things that have their values: of a list, or of the thing that is meant.
    pub(crate) narrowed: &'static [(&'static str, &'static str)],
    /// The fields that things must have with one of these values, as text.
    pub(crate) only: &'static [(&'static str, &'static [&'static str])],
    /// The error code for a thing with other values.
    pub(crate) refused: i64,
    /// The fields that the call itself sets, with their values as JSON.
    pub(crate) sets: &'static [(&'static str, &'static str)],
    /// The things that the call makes besides.
    pub(crate) makes: &'static [Makes],
    /// The kinds of things that later calls make besides a thing that this one creates.
    pub(crate) opens: &'static [&'static str],
    /// The kind of things that the filters of a list are about, and the field with their IDs.
    pub(crate) through: Option<(&'static str, &'static str)>,
    /// The first ID of what is created, as JSON, if neither the request nor the answer has it.
    pub(crate) like: Option<&'static str>,
    /// Whether any ID is that of a thing, which a change keeps.
    pub(crate) adopts: bool,
    /// The flag of the answer that says whether anything is listed.
    pub(crate) any: Option<&'static str>,
    /// The list of the answer with the IDs that don't exist.
    pub(crate) missing: Option<&'static str>,
}

impl Keeps {
    /// The usual values.
    pub(crate) const NEW: Self = Self {
        thing: "",
        unknown: 40058,
        does: Does::Use { id: "" },
        narrowed: &[],
        only: &[],
        refused: 40058,
        sets: &[],
        makes: &[],
        opens: &[],
        through: None,
        like: None,
        adopts: false,
        any: None,
        missing: None,
    };
}

/// Things that a call makes besides a thing.
#[derive(Debug)]
#[allow(dead_code, reason = "not every specification has one")]
pub(crate) struct Makes {
    /// The field of the thing with their number.
    pub(crate) number: &'static str,
    pub(crate) thing: &'static str,
    /// The field with their ID.
    pub(crate) id: &'static str,
    /// The ID of an example.
    pub(crate) like: Option<&'static str>,
    /// Their fields, as JSON.
    pub(crate) sets: &'static [(&'static str, &'static str)],
}

/// An effect of a call on a thing. `id` is the field with its ID, or with a list of IDs; `from` is the field of the
/// request with the thing's fields, unless the request itself has them; `renames` are fields that are kept under another name;
/// `at` is the field of the answer with the thing or the things; `fields` are those that show what is kept, `?` after one that may be absent.
#[derive(Debug)]
#[allow(dead_code, reason = "not every specification has all of them")]
pub(crate) enum Does {
    Create {
        /// Of the answer, or else of the request, which may give the ID in any case. In a list of the answer, each item of the
        /// request's list is a thing.
        id: &'static str,
        from: Option<&'static str>,
        renames: &'static [(&'static str, &'static str)],
        /// The fields of the request that name a thing to use, if it is there.
        existing: &'static [&'static str],
        /// Whether a thing with the same ID is replaced.
        replaces: bool,
        /// The field of the request with a file.
        content: Option<&'static str>,
        /// The fields that the response shows.
        fields: &'static [&'static str],
        /// The error code for an ID that is already taken.
        taken: i64,
    },
    Change {
        /// In a list of the request, each item is a thing. Empty if the thing is found by other fields.
        id: &'static str,
        from: Option<&'static str>,
        renames: &'static [(&'static str, &'static str)],
        /// Whether what the request lacks is removed.
        replaces: bool,
        /// The fields that are maps, of which a change keeps the other entries.
        maps: &'static [&'static str],
        /// The lists of the request whose items are added to those of the thing.
        adds: &'static [&'static str],
        /// The lists of the request whose items are dropped from those of the thing.
        drops: &'static [&'static str],
        /// The field of the answer with the things.
        at: Option<&'static str>,
        /// The fields that the response shows, if the things are inside it.
        fields: &'static [&'static str],
    },
    Remove {
        id: &'static str,
        /// The kinds of things that are removed with it, with the field that has its ID.
        with: &'static [(&'static str, &'static str)],
    },
    Use {
        id: &'static str,
    },
    Get {
        /// Empty if the thing is found by other fields.
        id: &'static str,
        at: Option<&'static str>,
        /// The body of the response, if the first example shows a thing of another kind.
        instead: Option<&'static str>,
        /// The field of the answer with the URL of the thing's file. A response that is a file is the thing's.
        content: Option<&'static str>,
        fields: &'static [&'static str],
        /// Lists that show a field of things: the list, the field of its items, and the field with their values.
        shows: &'static [(&'static str, &'static str, &'static str)],
    },
    List {
        at: &'static str,
        /// The field with the ID of the thing above, where a narrowed list holds everything below.
        below: Option<&'static str>,
        /// The field with a list, where things are listed once for each value of it.
        each: Option<&'static str>,
        fields: &'static [&'static str],
        /// The parts of the listed things.
        parts: &'static [Parts],
    },
}

/// A list inside of each listed thing, of things of another kind. A thing without parts isn't listed.
#[derive(Debug)]
pub(crate) struct Parts {
    /// The field of the listed things.
    pub(crate) at: &'static str,
    pub(crate) thing: &'static str,
    /// The field of the parts with the ID of what they are part of.
    pub(crate) of: &'static str,
    /// Filters, which count if the list itself isn't narrowed.
    pub(crate) narrowed: &'static [(&'static str, &'static str)],
    pub(crate) fields: &'static [&'static str],
}

/// The format of a request's body.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    Json,
    #[allow(dead_code, reason = "not every specification has one")]
    Multipart,
    #[allow(dead_code, reason = "not every specification has one")]
    Xml,
}

/// The format of a response.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Json,
    #[allow(dead_code, reason = "not every specification has one")]
    File,
    #[allow(dead_code, reason = "not every specification has one")]
    FileOrJson,
    #[allow(dead_code, reason = "not every specification has one")]
    Xml,
}
