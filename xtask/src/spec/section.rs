//! The sections of a spec file, and the parts of an operation: what holds for any of them is written against these.

/// A section of a spec file, whose entries are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// Operations: what a client calls.
    Endpoints,
    /// Types with fields.
    Structs,
    /// Types with values.
    Enums,
    /// Types with variants.
    Unions,
}

impl Section {
    /// All of them, in the order of a file.
    pub const ALL: [Self; 4] = [Self::Endpoints, Self::Structs, Self::Enums, Self::Unions];

    /// Its key in a file.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Endpoints => "endpoints",
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
}

impl Part {
    /// Its key in an operation.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    /// Whether applications send it; otherwise they receive it.
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Request)
    }
}
