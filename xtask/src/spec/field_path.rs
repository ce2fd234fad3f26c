//! References to fields: wire names, from the fields of a type inwards.

use std::fmt;

/// A field, by the names on the wire that lead to it: `file_list.item`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// Reads a path as a spec writes it. The checks find out whether the fields exist.
    pub fn new(path: &str) -> Self {
        Self(path.split('.').map(str::to_owned).collect())
    }

    /// The names, from the outermost field inwards.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The outermost field.
    pub fn first(&self) -> &str {
        &self.0[0]
    }

    /// The path without its last field, unless that is the outermost.
    pub fn around(&self) -> Option<Self> {
        let (_, around) = self.0.split_last()?;
        (!around.is_empty()).then(|| Self(around.to_vec()))
    }

    /// The same path with another name for the outermost field.
    #[must_use]
    pub fn starting_at(&self, name: &str) -> Self {
        let mut path = self.clone();
        name.clone_into(&mut path.0[0]);
        path
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}
