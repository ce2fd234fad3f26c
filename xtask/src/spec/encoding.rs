//! The encodings of requests and responses. Other code asks these types what follows from an encoding, instead of
//! matching on it.

use crate::spec::keywords::keywords;

keywords! {
    /// The format of a request's body.
    Body {
        /// A JSON object; nothing for `GET`.
        Json = "json",
        /// A form with a file.
        Multipart = "multipart",
        /// A flat XML document.
        Xml = "xml",
    }
}

keywords! {
    /// The format of a response.
    Answer {
        /// A JSON object with `errcode` and `errmsg`.
        Json = "json",
        /// A file, or a JSON error.
        File = "file",
        /// A file or JSON, depending on the request.
        FileOrJson = "file_or_json",
        /// A flat XML document.
        Xml = "xml",
    }
}

keywords! {
    /// The responses that have an `errcode`: whether JSON without one can be from WeCom.
    Errcode {
        /// Every response has an `errcode`.
        Always = "always",
        /// A success may omit it.
        OnFailure = "on_failure",
    }
}

/// The encoding of the fields of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// As a JSON object.
    Json,
    /// As a flat XML document.
    Xml,
    /// As the parts of a form.
    Form,
}

impl Format {
    /// Returns whether it can't contain objects and lists.
    pub const fn is_flat(self) -> bool {
        !matches!(self, Self::Json)
    }

    /// Returns its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "text/xml",
            Self::Form => "multipart/form-data",
        }
    }

    /// Returns the feature of the generated crates that it needs.
    pub const fn feature(self) -> Option<&'static str> {
        match self {
            Self::Xml => Some("xml"),
            Self::Json | Self::Form => None,
        }
    }
}

impl Body {
    /// Returns how its fields are encoded.
    pub const fn format(self) -> Format {
        match self {
            Self::Json => Format::Json,
            Self::Multipart => Format::Form,
            Self::Xml => Format::Xml,
        }
    }
}

impl Answer {
    /// Returns how its fields are encoded, if it has any.
    pub const fn format(self) -> Option<Format> {
        match self {
            Self::Json | Self::FileOrJson => Some(Format::Json),
            Self::Xml => Some(Format::Xml),
            Self::File => None,
        }
    }

    /// Returns whether it may be a file.
    pub const fn may_be_file(self) -> bool {
        matches!(self, Self::File | Self::FileOrJson)
    }

    /// Returns the Rust type of a response with these fields.
    pub fn rust_type(self, fields: &str) -> String {
        match (self.format(), self.may_be_file()) {
            (None, _) => "File".to_owned(),
            (Some(_), false) => fields.to_owned(),
            (Some(_), true) => format!("FileOr<{fields}>"),
        }
    }
}
