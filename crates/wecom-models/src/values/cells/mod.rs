//! Cells of smart sheets (智能表格).

mod read;

use std::collections::{BTreeMap, btree_map};

use serde_json::json;

use crate::wedoc::smartsheet::{
    CellItem, CellObject, CellValue, Condition, DateTimeType, DocType, FileType, FilterBool, FilterDateTime,
    FilterNumber, FilterStrings, LocationSource, NewRecord, TextType,
};
use crate::wedoc::smartsheet_webhook as webhook;
use crate::{IntoItem, Timestamp};

/// The cells of a record to write, each by the title or the ID of its field. Needs the feature `wedoc`.
///
/// `key_type` of the request says which of the two it is. A cell that isn't set stays unchanged.
///
/// ```
/// use std::time::SystemTime;
/// # use wecom_models::Cells;
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

/// The latitude of a place in degrees, from -90 in the south to 90 in the north. Needs the feature `wedoc`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latitude(pub f64);

/// The longitude of a place in degrees, from -180 in the west to 180 in the east. Needs the feature `wedoc`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Longitude(pub f64);

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

    /// Sets a location of Tencent Maps, with its name.
    ///
    /// ```
    /// use wecom_models::{Cells, Latitude, Longitude};
    ///
    /// let cells = Cells::new().location("Place", Latitude(22.543), Longitude(114.057), "City library");
    /// ```
    ///
    /// The types of the two numbers differ, so that they can't be swapped:
    ///
    /// ```compile_fail,E0308
    /// # use wecom_models::{Cells, Latitude, Longitude};
    /// let cells = Cells::new().location("Place", Longitude(114.057), Latitude(22.543), "City library");
    /// ```
    #[must_use]
    pub fn location(
        self,
        field: impl Into<String>,
        Latitude(latitude): Latitude,
        Longitude(longitude): Longitude,
        name: impl Into<String>,
    ) -> Self {
        let place = CellObject::new().source_type(LocationSource::TencentMaps);
        let place = place.latitude(latitude.to_string()).longitude(longitude.to_string());
        self.items(field, [place.title(name)])
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
    /// # use wecom_models::Cells;
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

fn milliseconds(time: Timestamp) -> String {
    (i128::from(time.as_unix()) * 1000).to_string()
}

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
