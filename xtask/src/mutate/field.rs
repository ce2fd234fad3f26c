//! The statements of pages about a field, and the mistakes that can be made in it.

use serde_json::{Map, Value};

use super::edit::{self, Edit};
use super::example::{self, Shown};
use super::site::{FieldSite, Mutant};
use crate::pages::mentions;
use crate::pages::phrases::{self, Base, DocType, in_digits};
use crate::spec::source::Path;

impl FieldSite<'_> {
    pub(super) fn key(&self) -> String {
        if self.field.optional { format!("{}?", self.wire) } else { self.wire.to_owned() }
    }

    pub(super) fn path(&self) -> Path {
        self.list.key(&self.key())
    }

    /// Returns the file's value for it.
    pub(super) fn value(&self) -> serde_yaml::Value {
        edit::get(self.file.value, &self.path()).cloned().unwrap_or_default()
    }

    pub(super) fn mutant(&self, change: impl Into<String>, edits: Vec<Edit>, said: bool) -> Mutant {
        Mutant { at: self.path(), change: change.into(), edits, said }
    }

    /// Returns the edits that change the objects in examples that may have the field.
    pub(super) fn objects(&self, mut change: impl FnMut(&mut Map<String, Value>)) -> Vec<Edit> {
        self.file.examples(|shown| {
            if let Shown::Object(path, object) = shown
                && *path == self.list
            {
                change(object);
            }
        })
    }

    /// Returns the edits that change the field's values in examples.
    pub(super) fn values(&self, mut change: impl FnMut(&mut Value)) -> Vec<Edit> {
        self.objects(|object| {
            if let Some(value) = object.get_mut(self.wire) {
                change(value);
            }
        })
    }

    /// Returns a value that some example of the spec or of a page shows.
    pub(super) fn sample(&self) -> Option<Value> {
        let mut found = None;
        self.objects(|object| found = found.take().or_else(|| object.get(self.wire).cloned()));
        let scalar = |value: &&Value| !(value.is_null() || value.is_array() || value.is_object());
        found.or_else(|| self.seen.values.iter().find(scalar).cloned())
    }

    /// Returns what tables say of its type.
    pub(super) fn types(&self) -> impl Iterator<Item = DocType> {
        self.seen.rows.iter().filter_map(|row| row.ty.as_deref()).map(phrases::doc_type)
    }

    /// Returns whether a table says that it is, or is a list of, one of these.
    pub(super) fn is_said(&self, bases: &[Base]) -> bool {
        self.types().any(|ty| bases.contains(&ty.base))
    }

    /// Returns whether pages show values of it, and all are so; of lists, their items.
    pub(super) fn shows(&self, so: fn(&Value) -> bool) -> bool {
        let items = self.seen.values.iter().flat_map(|value| match value {
            Value::Array(items) => items.iter().collect(),
            value => vec![value],
        });
        // In XML, digits may be a number or text.
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"-.".contains(&byte));
        let unclear = |value: &Value| self.is_text && value.as_str().is_some_and(digits);
        let mut items = items.filter(|value| !value.is_null() && !unclear(value)).peekable();
        items.peek().is_some() && items.all(so)
    }

    /// Returns whether pages show it as a list: in XML, one element may be a list or none.
    pub(super) fn shows_list(&self) -> bool {
        let least = if self.is_text { 2 } else { 0 };
        self.seen.values.iter().any(|value| value.as_array().is_some_and(|items| items.len() >= least))
    }

    /// Returns whether a body that could have the field has a member of this name.
    pub(super) fn shows_member(&self, name: &str) -> bool {
        let mut examples = self.documented.iter().flat_map(|(_, section)| &section.examples);
        examples.any(|shown| example::has_member(&shown.body, name))
    }

    /// Returns whether any page speaks of it in a table, or shows it.
    pub(super) fn is_known(&self) -> bool {
        !(self.seen.rows.is_empty() && self.seen.values.is_empty())
    }

    /// Returns whether a description has a number or a whole word.
    pub(super) fn says(&self, word: &str) -> bool {
        self.docs().any(|doc| mentions(&in_digits(doc), word))
    }

    /// Returns whether a description has one of some words in it.
    pub(super) fn speaks(&self, words: &[&str]) -> bool {
        self.docs().any(|doc| words.iter().any(|word| doc.contains(word)))
    }

    /// Returns what rows say of it.
    pub(super) fn docs(&self) -> impl Iterator<Item = &str> {
        self.seen.rows.iter().flat_map(|row| [Some(row.doc.as_str()), row.ty.as_deref()]).flatten()
    }

    /// Returns whether rules, paging or signatures name it.
    pub(super) fn is_referred_to(&self) -> bool {
        let mut owner = self.list.clone();
        owner.0.pop();
        let keys = ["rules", "pagination", "sign", "grants", "keeps"];
        keys.iter().filter_map(|key| edit::get(self.file.value, &owner.key(key))).any(|value| {
            let text = serde_yaml::to_string(value).unwrap_or_default();
            mentions(&text, self.wire)
        })
    }
}
