//! The sections of a spec file, and the parts of an operation: what holds for any of them is written against these.

use super::source::Path;

/// A section of a spec file, whose entries are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// Operations: what a client calls.
    Endpoints,
    /// Operations: what WeCom sends by itself.
    Events,
    /// Operations: what answers that.
    Replies,
    /// Types with fields.
    Structs,
    /// Types with values.
    Enums,
    /// Types with variants.
    Unions,
}

impl Section {
    /// The keys of all of them, in the order of a file.
    pub const KEYS: [&str; 6] = [
        Self::Endpoints.key(),
        Self::Events.key(),
        Self::Replies.key(),
        Self::Structs.key(),
        Self::Enums.key(),
        Self::Unions.key(),
    ];

    /// Where an entry of it stands in a file.
    pub fn entry(self, name: &str) -> Path {
        Path::of([self.key(), name])
    }

    /// Its key in a file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Endpoints => "endpoints",
            Self::Events => "events",
            Self::Replies => "replies",
            Self::Structs => "structs",
            Self::Enums => "enums",
            Self::Unions => "unions",
        }
    }
}

/// A part of an operation: fields that travel together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// What is sent to WeCom.
    Request,
    /// What comes back.
    Response,
    /// What WeCom sends by itself.
    Payload,
    /// What answers that.
    Reply,
}

impl Part {
    /// Its key in an operation.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Payload | Self::Reply => "fields",
        }
    }

    /// Whether applications send it; otherwise they receive it.
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Request | Self::Reply)
    }

    /// Whether it is a document of its own, not a side of a call.
    pub const fn is_document(self) -> bool {
        matches!(self, Self::Payload | Self::Reply)
    }

    /// The part that pages show: a document looks the same, whoever sends it.
    #[must_use]
    pub const fn shown(self) -> Self {
        match self {
            Self::Reply => Self::Payload,
            part => part,
        }
    }
}
