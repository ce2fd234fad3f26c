//! Cells of smart sheets (智能表格).

use std::collections::{BTreeMap, btree_map};

use serde_json::{Value, json};

use super::ValueError;
use crate::wedoc::smartsheet::{
    CellItem, CellObject, CellValue, Condition, DateTimeType, DocType, FileType, FilterBool, FilterDateTime,
    FilterNumber, FilterStrings, LocationSource, NewRecord, Record, RecordCells, TextType,
};
use crate::wedoc::smartsheet_webhook as webhook;
use crate::{IntoItem, Timestamp};

/// The cells of a record to write, each by the title or the ID of its field.
///
/// `key_type` of the request says which of the two it is. A cell that isn't set stays unchanged.
///
/// ```
/// use std::time::SystemTime;
/// use wecom_models::Cells;
/// use wecom_models::wedoc::smartsheet::{AddRecords, NewRecord, RecordCells, UpdateRecords};
///
/// let tea = Cells::new()
///     .text("Name", "Green tea")
///     .number("Price", 12.5)
///     .checkbox("In stock", true)
///     .date("Since", SystemTime::now())
///     .members("Buyer", ["lin.wei"])
///     .options("Labels", ["organic", "new"])
///     .link("Page", "https://example.com/tea", "Our shop");
/// let add = AddRecords::new("dcAJ2GCAAAXtWyuj", "tQ7xKd", [NewRecord::new(tea)]);
///
/// let cheaper = RecordCells::new("rA1b2C", Cells::new().number("Price", 11));
/// let update = UpdateRecords::new("dcAJ2GCAAAXtWyuj", "tQ7xKd", [cheaper]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells(BTreeMap<String, CellValue>);

impl Cells {
    /// Creates a record without cells.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets text. For a phone number, an email address or a barcode, see [`Cells::plain`].
    #[must_use]
    pub fn text(self, field: impl Into<String>, text: impl Into<String>) -> Self {
        self.items(field, [CellObject::new().r#type(TextType::Text).text(text)])
    }

    /// Sets a phone number, an email address or a barcode.
    #[must_use]
    pub fn plain(self, field: impl Into<String>, text: impl Into<String>) -> Self {
        self.value(field, CellValue::Text(text.into()))
    }

    /// Sets a number, an amount, progress or a percentage.
    #[must_use]
    pub fn number(self, field: impl Into<String>, number: impl Into<f64>) -> Self {
        self.value(field, CellValue::Number(number.into()))
    }

    /// Checks or unchecks a checkbox.
    #[must_use]
    pub fn checkbox(self, field: impl Into<String>, checked: bool) -> Self {
        self.value(field, CellValue::Bool(checked))
    }

    /// Sets a date, to the second: from a [`SystemTime`](std::time::SystemTime) or, with the features of these names, a time of
    /// `chrono`, `jiff` or `time`.
    #[must_use]
    pub fn date(self, field: impl Into<String>, time: impl Into<Timestamp>) -> Self {
        self.plain(field, milliseconds(time.into()))
    }

    /// Sets members, by userid.
    #[must_use]
    pub fn members(
        self,
        field: impl Into<String>,
        userids: impl IntoIterator<Item = impl IntoItem<String>>,
    ) -> Self {
        self.items(field, userids.into_iter().map(|userid| CellObject::new().user_id(userid.into_item())))
    }

    /// Sets the selected options, by their text. An option that the field doesn't have is added to it.
    #[must_use]
    pub fn options(
        self,
        field: impl Into<String>,
        texts: impl IntoIterator<Item = impl IntoItem<String>>,
    ) -> Self {
        self.items(field, texts.into_iter().map(|text| CellObject::new().text(text.into_item())))
    }

    /// Sets the selected options, by their IDs.
    #[must_use]
    pub fn option_ids(
        self,
        field: impl Into<String>,
        ids: impl IntoIterator<Item = impl IntoItem<String>>,
    ) -> Self {
        self.items(field, ids.into_iter().map(|id| CellObject::new().id(id.into_item())))
    }

    /// Sets a link: its URL, and the text displayed.
    #[must_use]
    pub fn link(self, field: impl Into<String>, url: impl Into<String>, text: impl Into<String>) -> Self {
        self.items(field, [CellObject::new().r#type(TextType::Url).text(text).link(url)])
    }

    /// Sets members, by their names: only for the webhook of a smart sheet ([`Cells::for_webhook`]).
    #[must_use]
    pub fn member_names(
        self,
        field: impl Into<String>,
        names: impl IntoIterator<Item = impl IntoItem<String>>,
    ) -> Self {
        self.references(field, names)
    }

    /// Sets references to other records, by ID.
    #[must_use]
    pub fn references(
        self,
        field: impl Into<String>,
        record_ids: impl IntoIterator<Item = impl IntoItem<String>>,
    ) -> Self {
        let ids = record_ids.into_iter().map(|id| CellItem::RecordId(id.into_item()));
        self.value(field, CellValue::List(ids.collect()))
    }

    /// Sets images, by their URLs, from [`UploadImage`](crate::wedoc::doc::UploadImage).
    #[must_use]
    pub fn images(
        self,
        field: impl Into<String>,
        urls: impl IntoIterator<Item = impl IntoItem<String>>,
    ) -> Self {
        self.items(field, urls.into_iter().map(|url| CellObject::new().image_url(url.into_item())))
    }

    /// Sets an image, in Base64: only for the webhook of a smart sheet ([`Cells::for_webhook`]).
    #[must_use]
    pub fn image_base64(
        self,
        field: impl Into<String>,
        title: impl Into<String>,
        image: impl Into<String>,
    ) -> Self {
        let image = json!({ "title": title.into(), "image_base64": image.into() });
        self.value(field, CellValue::List(vec![CellItem::Other(image)]))
    }

    /// Sets files, documents and folders: the name, the type and the URL of each. That of a WeDrive file is from
    /// [`ShareFile`](crate::wedrive::file::ShareFile).
    #[must_use]
    pub fn files(
        self,
        field: impl Into<String>,
        files: impl IntoIterator<Item = (impl Into<String>, FileType, impl Into<String>)>,
    ) -> Self {
        let files = files.into_iter().map(|(name, file_type, url)| {
            let doc_type = if file_type == FileType::Folder { DocType::Folder } else { DocType::File };
            CellObject::new().name(name).file_type(file_type).doc_type(doc_type).file_url(url)
        });
        self.items(field, files)
    }

    /// Sets a location of Tencent Maps: the latitude and the longitude, in degrees, as text, and its name.
    #[must_use]
    pub fn location(
        self,
        field: impl Into<String>,
        latitude: impl Into<String>,
        longitude: impl Into<String>,
        name: impl Into<String>,
    ) -> Self {
        let place = CellObject::new().source_type(LocationSource::TencentMaps);
        self.items(field, [place.latitude(latitude).longitude(longitude).title(name)])
    }

    /// Sets items: text with links, locations with an ID, images with a size. [`CellObject`] lists the fields of each.
    #[must_use]
    pub fn items(self, field: impl Into<String>, items: impl IntoIterator<Item = CellObject>) -> Self {
        self.value(field, CellValue::List(items.into_iter().map(CellItem::Object).collect()))
    }

    /// Sets any value, such as a cell of another record.
    #[must_use]
    pub fn value(mut self, field: impl Into<String>, value: CellValue) -> Self {
        self.0.insert(field.into(), value);
        self
    }

    /// Returns the cells for the webhook of a smart sheet, which identifies fields by ID.
    ///
    /// A value that its page doesn't list is sent unchanged.
    ///
    /// ```
    /// use wecom_models::Cells;
    /// use wecom_models::wedoc::smartsheet_webhook::{NewRecord, RecordUpdate, SmartsheetWebhook};
    ///
    /// let add = NewRecord::from(Cells::new().text("fText01", "Crane 4").number("fNumb01", 30));
    /// let update = RecordUpdate::new("rA1b2C", Cells::new().checkbox("fCheck1", false).for_webhook());
    /// let request = SmartsheetWebhook::new().add_records([add]).update_records([update]);
    /// ```
    #[must_use]
    pub fn for_webhook(self) -> BTreeMap<String, webhook::CellValue> {
        self.into_iter().map(|(field, value)| (field, value.into())).collect()
    }
}

impl IntoIterator for Cells {
    type Item = (String, CellValue);
    type IntoIter = btree_map::IntoIter<String, CellValue>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Cells> for NewRecord {
    fn from(cells: Cells) -> Self {
        Self::new(cells)
    }
}

impl From<Cells> for webhook::NewRecord {
    fn from(cells: Cells) -> Self {
        Self::new(cells.for_webhook())
    }
}

impl From<CellValue> for webhook::CellValue {
    fn from(value: CellValue) -> Self {
        match value {
            CellValue::Bool(checked) => Self::Bool(checked),
            CellValue::Number(number) => Self::Number(number),
            CellValue::Text(text) => Self::Text(text),
            CellValue::List(items) => Self::List(items.into_iter().map(Into::into).collect()),
            CellValue::Other(value) => Self::Other(value),
        }
    }
}

impl From<CellItem> for webhook::CellItem {
    fn from(item: CellItem) -> Self {
        match item {
            CellItem::RecordId(text) => Self::Name(text),
            CellItem::Object(object) => Self::Other(json!(object)),
            CellItem::Other(value) => Self::Other(value),
        }
    }
}

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

fn milliseconds(time: Timestamp) -> String {
    (i128::from(time.as_unix()) * 1000).to_string()
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

/// Sets the value that a field is compared with, in the form that the field's type requires.
impl Condition {
    /// Compares text, links, phone numbers, email addresses and locations with texts, options with their IDs.
    #[must_use]
    pub fn texts(self, texts: impl IntoIterator<Item = impl IntoItem<String>>) -> Self {
        self.string_value(strings(texts))
    }

    /// Compares a number or progress.
    #[must_use]
    pub fn number(self, number: impl Into<f64>) -> Self {
        self.number_value(FilterNumber::new(number.into()))
    }

    /// Compares a checkbox.
    #[must_use]
    pub fn checkbox(self, checked: bool) -> Self {
        self.bool_value(FilterBool::new(checked))
    }

    /// Compares members, creators or last editors with userids.
    #[must_use]
    pub fn userids(self, userids: impl IntoIterator<Item = impl IntoItem<String>>) -> Self {
        self.user_value(strings(userids))
    }

    /// Compares a date with one. For a period relative to today, see [`date_time_value`](Self::date_time_value).
    #[must_use]
    pub fn date(self, time: impl Into<Timestamp>) -> Self {
        let date = FilterDateTime::new(DateTimeType::DetailDate).value([milliseconds(time.into())]);
        self.date_time_value(date)
    }
}

fn strings(texts: impl IntoIterator<Item = impl IntoItem<String>>) -> FilterStrings {
    FilterStrings::new(texts.into_iter().map(IntoItem::into_item).collect::<Vec<String>>())
}
