//! What texts state of several fields.

use crate::spec::Group;

/// A rule that a text states. The fields of a group go by their paths, as the text has them, others by their own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// So many of these fields are set.
    Group(Group, Vec<String>),
    /// A field is required where another one has one of these values, which may go by what the page calls them.
    RequiredWhen { field: String, when: Subject, is: Vec<String> },
    /// A field is required where another one is set.
    RequiredWith { field: String, when: String },
    /// A field must not be set where another one has one of these values.
    ForbiddenWhen { field: String, when: Subject, is: Vec<String> },
    /// A field must not be set unless another one has one of these values.
    ForbiddenUnless { field: String, when: String, is: Vec<String> },
    /// The second of two times or numbers isn't below the first; strictly, it is above.
    Order { fields: [Moment; 2], strict: bool },
    /// Two times lie at most so many days apart.
    MaxSpan(u32),
}

/// Which field decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The one of this name.
    Field(String),
    /// The one that the page calls so.
    Called(String),
    /// The one that can have these values.
    OfThese,
    /// The one of which a value is called so, but for the verb.
    Labelled,
}

/// One of two times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The field of this name.
    Field(String),
    /// The field that the page calls the start, or the end.
    Called(&'static str),
}

/// A name without what it stands in.
pub(super) fn own_name(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).trim_end_matches("[]").to_owned()
}

/// What is called so, without the verb before it: 获取 and 拉取 are the same.
pub(crate) fn without_verb(label: &str) -> &str {
    let verbs = ["获取", "拉取", "查询", "读取", "只", "仅"];
    verbs.iter().fold(label, |label, verb| label.trim_start_matches(verb))
}
