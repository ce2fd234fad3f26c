//! The types of a file by name, whether the file defines or imports them.

use std::ops::Index;

use indexmap::IndexMap;
use indexmap::map::{Iter, Keys, Values};

/// Types of one kind by name: those of a file, and those that it imports, with everything inside them. A look-up finds both. Iterating visits
/// only the file's own: all others are checked, generated and compared with pages where they are defined.
#[derive(Debug)]
pub struct Types<T> {
    own: IndexMap<String, T>,
    imported: IndexMap<String, T>,
}

impl<T> Types<T> {
    /// Returns the one of this name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.own.get(name).or_else(|| self.imported.get(name))
    }

    /// Returns the one of this name, with its name.
    pub fn get_key_value(&self, name: &str) -> Option<(&String, &T)> {
        self.own.get_key_value(name).or_else(|| self.imported.get_key_value(name))
    }

    /// Returns whether there is one of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Returns the file's own, with their names.
    pub fn iter(&self) -> Iter<'_, String, T> {
        self.own.iter()
    }

    /// Returns the names of the file's own.
    pub fn keys(&self) -> Keys<'_, String, T> {
        self.own.keys()
    }

    /// Returns the file's own.
    pub fn values(&self) -> Values<'_, String, T> {
        self.own.values()
    }

    /// Sets the imported ones.
    pub(super) fn import(&mut self, imported: IndexMap<String, T>) {
        self.imported = imported;
    }

    /// Returns the imported ones, with their names.
    pub fn imported(&self) -> Iter<'_, String, T> {
        self.imported.iter()
    }
}

impl<T> From<IndexMap<String, T>> for Types<T> {
    fn from(own: IndexMap<String, T>) -> Self {
        Self { own, imported: IndexMap::new() }
    }
}

impl<T> Index<&str> for Types<T> {
    type Output = T;

    fn index(&self, name: &str) -> &T {
        self.get(name).expect("the caller knows that it exists")
    }
}

impl<'a, T> IntoIterator for &'a Types<T> {
    type Item = (&'a String, &'a T);
    type IntoIter = Iter<'a, String, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
