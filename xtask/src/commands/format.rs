//! The output formats of commands.

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
    /// Returns the format that the flags select; at most one of them is set.
    pub(super) fn asked_for(markdown: bool, json: bool) -> Self {
        match (markdown, json) {
            (true, _) => Self::Markdown,
            (_, true) => Self::Json,
            _ => Self::Text,
        }
    }
}
