//! Creates a smart sheet (智能表格), adds 1,000 records to it, and reads them page by page.
//!
//! `cargo run -p wecom-sdk --example smart_sheet` talks to a mock server. With `WECOM_CORP_ID` and `WECOM_SECRET` set (the secret of an app
//! that may call the document API), it creates the sheet in WeCom: set `WECOM_USERID` to a member who may open it.

mod setup;

use std::env;
use std::time::{Duration, SystemTime};

use wecom_sdk::wedoc::doc::{CreateDoc, DocType};
use wecom_sdk::wedoc::smartsheet::{
    AddFields, AddRecords, AddSheet, CellValueKeyType, DateFormat, DateTimeFieldProperty, FieldType,
    GetRecords, NewField, NewRecord, NewSheet, NumberFieldProperty, SelectFieldProperty,
};
use wecom_sdk::{Cells, Client};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The number of records that WeCom recommends to add at once.
const PER_CALL: usize = 500;

#[tokio::main]
async fn main() -> Result<()> {
    let (client, _mock) = setup::client(1).await?;
    let userid = env::var("WECOM_USERID").unwrap_or_else(|_| "lin.wei".to_owned());

    let document = CreateDoc::new(DocType::Smartsheet, "Tea").admin_users([userid]);
    let document = client.send(&document).await?;
    println!("created: {}", document.url);
    // Keep its ID: no call finds a document by its name.
    let sheet = create_table(&client, &document.docid).await?;
    add_records(&client, &document.docid, &sheet).await?;
    read_records(&client, &document.docid, &sheet).await
}

/// Creates a sheet with a few fields, and returns its ID.
async fn create_table(client: &Client, docid: &str) -> Result<String> {
    let sheet = client.send(&AddSheet::new(docid).properties(NewSheet::new().title("Stock"))).await?;
    let sheet = sheet.properties.sheet_id;
    // Most types of fields have a property that is required, even if it is empty.
    let fields = [
        NewField::new("Name", FieldType::Text),
        NewField::new("Price", FieldType::Number)
            .property_number(NumberFieldProperty::new().decimal_places(2)),
        NewField::new("In stock", FieldType::Checkbox),
        NewField::new("Since", FieldType::DateTime)
            .property_date_time(DateTimeFieldProperty::new().format(DateFormat::DashedDate)),
        NewField::new("Kind", FieldType::SingleSelect).property_single_select(SelectFieldProperty::new()),
    ];
    let fields = client.send(&AddFields::new(docid, &sheet, fields)).await?.fields;
    let titles: Vec<String> = fields.into_iter().map(|field| field.field_title).collect();
    println!("fields: {}", titles.join(", "));
    Ok(sheet)
}

async fn add_records(client: &Client, docid: &str, sheet: &str) -> Result<()> {
    let now = SystemTime::now();
    let tea = |number: u32| {
        let kind = ["Green", "Black", "White"][number as usize % 3];
        Cells::new()
            .text("Name", format!("Tea {number}"))
            .number("Price", 8.0 + f64::from(number % 40) / 4.0)
            .checkbox("In stock", !number.is_multiple_of(4))
            .date("Since", now - Duration::from_secs(86400) * number)
            // An option that the field doesn't have yet is added to it.
            .options("Kind", [kind])
    };
    let records: Vec<NewRecord> = (1..=1000).map(|number| tea(number).into()).collect();
    for some in records.chunks(PER_CALL) {
        let added = client.send(&AddRecords::new(docid, sheet, some.to_vec())).await?.records;
        println!("added: {}", added.len());
    }
    Ok(())
}

async fn read_records(client: &Client, docid: &str, sheet: &str) -> Result<()> {
    // State whether cells are named by title or by ID: the call has no documented default.
    let request = GetRecords::new(docid, sheet).key_type(CellValueKeyType::FieldTitle).limit(200);
    let mut pages = client.pages(request);
    let (mut in_stock, mut total) = (0, 0.0);
    while let Some(page) = pages.try_next().await? {
        let records = page.records.unwrap_or_default();
        for record in &records {
            // Empty cells are missing from a record, so each cell is an `Option`; a cell of another type is an error.
            if record.checkbox("In stock")?.unwrap_or_default() {
                in_stock += 1;
                total += record.number("Price")?.unwrap_or_default();
            }
        }
        let (Some(first), Some(last)) = (records.first(), records.last()) else { continue };
        let [first, last] = [first.text("Name")?, last.text("Name")?].map(Option::unwrap_or_default);
        println!("read: {first} to {last}");
    }
    println!("in stock: {in_stock}, {total:.2} in all");
    Ok(())
}
