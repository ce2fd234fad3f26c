//! Cells of records that were read.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::ValueError;
use crate::Timestamp;
use crate::wedoc::smartsheet::{CellItem, CellObject, CellValue, Record, RecordCells, TextType};

/// The kinds of items that a cell's object can be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Link,
    Option,
    Number,
    Member,
    Image,
    File,
    Location,
    Unknown,
}

impl Kind {
    /// The kind of an object, determined by its fields alone, since cells don't state their type.
    fn of(object: &CellObject) -> Self {
        if object.user_id.is_some()
            || object.tmp_external_userid.is_some()
            || object.agentid.is_some()
            || object.id_type.is_some()
        {
            Self::Member
        } else if object.image_url.is_some() || object.width.is_some() || object.height.is_some() {
            Self::Image
        } else if object.latitude.is_some() || object.longitude.is_some() || object.source_type.is_some() {
            Self::Location
        } else if object.file_url.is_some()
            || object.file_id.is_some()
            || object.file_type.is_some()
            || object.name.is_some()
            || object.doc_type.is_some()
        {
            Self::File
        } else if object.link.is_some() || object.r#type == Some(TextType::Url) {
            Self::Link
        } else if object.seq.is_some() {
            Self::Number
        } else if object.r#type.is_some() {
            Self::Text
        } else if object.id.is_some() || object.style.is_some() || object.text.is_some() {
            Self::Option
        } else {
            Self::Unknown
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Link => "a link",
            Self::Option => "an option",
            Self::Number => "an automatic number",
            Self::Member => "a member",
            Self::Image => "an image",
            Self::File => "a file",
            Self::Location => "a location",
            Self::Unknown => "an undocumented object",
        }
    }
}

fn kind_of_item(item: &CellItem) -> &'static str {
    match item {
        CellItem::RecordId(_) => "a reference to a record",
        CellItem::Object(object) => Kind::of(object).name(),
        CellItem::Other(_) => "an undocumented value",
    }
}

fn kind_of_cell(cell: &CellValue) -> &'static str {
    match cell {
        CellValue::Bool(_) => "a checkbox",
        CellValue::Number(_) => "a number",
        CellValue::Text(_) => "plain text",
        CellValue::List(items) => items.first().map_or("an empty list", kind_of_item),
        CellValue::Other(_) => "an undocumented value",
    }
}

/// The cells of a record that was read, with the requested field.
struct Cell<'v, 'f> {
    field: &'f str,
    value: Option<&'v CellValue>,
}

impl<'v, 'f> Cell<'v, 'f> {
    fn new(values: &'v BTreeMap<String, CellValue>, field: &'f str) -> Self {
        let value = values.get(field).filter(|value| **value != CellValue::Other(Value::Null));
        Self { field, value }
    }

    fn wrong(&self, expected: &str, found: &str) -> ValueError {
        ValueError::new(self.field, expected, found)
    }

    /// The value that `read` finds in a cell that isn't empty.
    fn one<T>(
        &self,
        expected: &str,
        read: impl FnOnce(&'v CellValue) -> Option<T>,
    ) -> Result<Option<T>, ValueError> {
        let Some(value) = self.value else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.wrong(expected, kind_of_cell(value)))
    }

    /// The items, each as `read` finds it.
    fn items<T>(
        &self,
        expected: &str,
        read: impl Fn(&'v CellItem) -> Option<T>,
    ) -> Result<Vec<T>, ValueError> {
        match self.value {
            None => Ok(Vec::new()),
            Some(CellValue::List(items)) => {
                let each = |item| read(item).ok_or_else(|| self.wrong(expected, kind_of_item(item)));
                items.iter().map(each).collect()
            }
            Some(other) => Err(self.wrong(expected, kind_of_cell(other))),
        }
    }

    fn objects(&self, expected: &str, kinds: &[Kind]) -> Result<Vec<&'v CellObject>, ValueError> {
        self.items(expected, |item| match item {
            CellItem::Object(object) if kinds.contains(&Kind::of(object)) => Some(object),
            _ => None,
        })
    }

    fn text(&self) -> Result<Option<String>, ValueError> {
        if let Some(CellValue::Text(text)) = self.value {
            return Ok(Some(text.clone()));
        }
        let parts = self.objects("text", &[Kind::Text, Kind::Link, Kind::Number])?;
        let text = |part: &CellObject| part.text.clone().or_else(|| part.seq.clone()).unwrap_or_default();
        Ok((!parts.is_empty()).then(|| parts.into_iter().map(text).collect()))
    }

    fn milliseconds(&self) -> Result<Option<i64>, ValueError> {
        self.one("a date", |value| match value {
            CellValue::Text(text) => text.parse().ok(),
            _ => None,
        })
    }
}

/// One field of each object, where it is set.
fn texts<'a>(
    objects: Vec<&'a CellObject>,
    of: impl Fn(&'a CellObject) -> Option<&'a String>,
) -> Vec<&'a str> {
    objects.into_iter().filter_map(of).map(String::as_str).collect()
}

fn seconds(milliseconds: i64) -> Timestamp {
    Timestamp::from_unix(milliseconds.div_euclid(1000))
}

/// Implements reading cells by name, for types that have cells.
macro_rules! read_cells {
    ($($type:ty),*) => {$(
        /// Reads cells by the title or the ID of their field, depending on `key_type` of the request.
        ///
        /// An empty cell may be missing from the record, and so is one whose field wasn't asked for or doesn't exist: it is `None`, or a list
        /// without items. It is an error if a cell is of another type.
        impl $type {
            /// Returns the text in a cell, without its links; also a phone number, an email address, a barcode, an automatic number or the
            /// text of a link.
            pub fn text(&self, field: &str) -> Result<Option<String>, ValueError> {
                Cell::new(&self.values, field).text()
            }

            /// Returns a number, an amount, progress or a percentage.
            pub fn number(&self, field: &str) -> Result<Option<f64>, ValueError> {
                Cell::new(&self.values, field).one("a number", |value| match value {
                    CellValue::Number(number) => Some(*number),
                    _ => None,
                })
            }

            /// Returns whether a checkbox is checked.
            pub fn checkbox(&self, field: &str) -> Result<Option<bool>, ValueError> {
                Cell::new(&self.values, field).one("a checkbox", |value| match value {
                    CellValue::Bool(checked) => Some(*checked),
                    _ => None,
                })
            }

            /// Returns a date, rounded down to the second.
            pub fn date(&self, field: &str) -> Result<Option<Timestamp>, ValueError> {
                Ok(self.milliseconds(field)?.map(seconds))
            }

            /// Returns a date, in milliseconds since 1970.
            pub fn milliseconds(&self, field: &str) -> Result<Option<i64>, ValueError> {
                Cell::new(&self.values, field).milliseconds()
            }

            /// Returns the members, external users and apps in a cell; the latter two have no `user_id`.
            pub fn members(&self, field: &str) -> Result<Vec<&CellObject>, ValueError> {
                Cell::new(&self.values, field).objects("members", &[Kind::Member])
            }

            /// Returns the userids of the members in a cell, without external users and apps, which [`members`](Self::members) includes.
            pub fn userids(&self, field: &str) -> Result<Vec<&str>, ValueError> {
                Ok(texts(self.members(field)?, |member| member.user_id.as_ref()))
            }

            /// Returns the selected options: `id`, `text` and `style` of each.
            pub fn options(&self, field: &str) -> Result<Vec<&CellObject>, ValueError> {
                Cell::new(&self.values, field).objects("options", &[Kind::Option])
            }

            /// Returns the texts of the selected options.
            pub fn option_texts(&self, field: &str) -> Result<Vec<&str>, ValueError> {
                Ok(texts(self.options(field)?, |option| option.text.as_ref()))
            }

            /// Returns the links, also those in text: `link` and `text` of each.
            pub fn links(&self, field: &str) -> Result<Vec<&CellObject>, ValueError> {
                let mut parts = Cell::new(&self.values, field).objects("links", &[Kind::Link, Kind::Text])?;
                parts.retain(|part| Kind::of(part) == Kind::Link);
                Ok(parts)
            }

            /// Returns the images.
            pub fn images(&self, field: &str) -> Result<Vec<&CellObject>, ValueError> {
                Cell::new(&self.values, field).objects("images", &[Kind::Image])
            }

            /// Returns the files, documents and folders.
            pub fn files(&self, field: &str) -> Result<Vec<&CellObject>, ValueError> {
                Cell::new(&self.values, field).objects("files", &[Kind::File])
            }

            /// Returns the locations: at most one so far.
            pub fn locations(&self, field: &str) -> Result<Vec<&CellObject>, ValueError> {
                Cell::new(&self.values, field).objects("locations", &[Kind::Location])
            }

            /// Returns the IDs of the records that a cell refers to.
            pub fn references(&self, field: &str) -> Result<Vec<&str>, ValueError> {
                Cell::new(&self.values, field).items("references to records", |item| match item {
                    CellItem::RecordId(id) => Some(id.as_str()),
                    _ => None,
                })
            }
        }
    )*};
}

read_cells!(Record, RecordCells);
