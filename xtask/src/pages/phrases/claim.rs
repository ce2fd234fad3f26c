//! Statements of texts about several fields.

use crate::spec::Group;

/// A rule that a text states. The fields of a group are given by their paths, as in the text, others by their own
/// names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// A number of these fields is set.
    Group(Group, Vec<String>),
    /// A field is required if another one has one of these values, which may be given by their labels on the page.
    RequiredWhen { field: String, when: Subject, is: Vec<String> },
    /// A field is required if another one is set.
    RequiredWith { field: String, when: String },
    /// A field must not be set if another one has one of these values.
    ForbiddenWhen { field: String, when: Subject, is: Vec<String> },
    /// A field must not be set unless another one has one of these values.
    ForbiddenUnless { field: String, when: String, is: Vec<String> },
    /// The second of two times or numbers isn't below the first; strictly, it is above.
    Order { fields: [Moment; 2], strict: bool },
    /// Two times are at most this many days apart.
    MaxSpan(u32),
}

/// The field that is a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The field with this name.
    Field(String),
    /// The field with this label on the page.
    Called(String),
    /// The field that can have these values.
    OfThese,
    /// The field with a value that has this label, apart from the verb.
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

/// Returns a name without the path before it.
pub(super) fn own_name(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).trim_end_matches("[]").to_owned()
}

/// Returns a label without the verb before it: 获取 and 拉取 are the same.
pub(crate) fn without_verb(label: &str) -> &str {
    let verbs = ["获取", "拉取", "查询", "读取", "只", "仅"];
    verbs.iter().fold(label, |label, verb| label.trim_start_matches(verb))
}
