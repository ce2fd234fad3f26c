//! The formats in which commands print what they found.

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For a page or a comment.
    Markdown,
    /// For machines.
    Json,
}

impl Format {
    /// The one that is asked for with flags, of which at most one is set.
    pub(super) fn asked_for(markdown: bool, json: bool) -> Self {
        match (markdown, json) {
            (true, _) => Self::Markdown,
            (_, true) => Self::Json,
            _ => Self::Text,
        }
    }
}
