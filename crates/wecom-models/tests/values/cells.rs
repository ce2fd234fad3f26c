use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use wecom_models::wedoc::smartsheet::{
    CellObject, CellValue, Condition, FieldType, FileType, LocationSource, NewRecord, Operator, Record,
    RecordCells,
};
use wecom_models::wedoc::smartsheet_webhook::{self as webhook, RecordUpdate, SmartsheetWebhook};
use wecom_models::{Cells, Latitude, Longitude, Timestamp};

fn record(values: &Value) -> Record {
    let record = json!({
        "record_id": "rA1b2C",
        "create_time": "1720000000123",
        "update_time": "1720000500456",
        "values": values,
        "creator_name": "Lin Wei",
        "updater_name": "Chen Yu",
    });
    serde_json::from_value(record).unwrap()
}

#[test]
fn every_type_of_cell_is_read_by_its_name() {
    let record = record(&json!({
        "Task": [
            { "type": "text", "text": "Check the invoice of " },
            { "type": "url", "text": "our supplier", "link": "https://example.com/supplier" },
        ],
        "Effort": 2.5,
        "Done": false,
        "Due": "1719964800999",
        "Before": "-1",
        "Phone": "13000000000",
        "Photos": [{ "id": "front", "title": "Front", "image_url": "https://example.com/a.png", "width": 8, "height": 6 }],
        "Files": [{ "name": "Drafts", "size": 0, "file_ext": "", "file_url": "https://example.com/d", "file_type": "Folder", "doc_type": "1" }],
        "Owners": [{ "user_id": "lin.wei", "id_type": 1 }, { "tmp_external_userid": "wo1", "id_type": 2 }, { "agentid": 7, "id_type": 3 }, { "id_type": 5 }],
        "Labels": [{ "id": "oA7", "style": 18, "text": "urgent" }, { "id": "oB8", "text": "finance" }],
        "Place": [{ "source_type": 1, "id": "90", "latitude": "22.5", "longitude": "114.1", "title": "Library" }],
        "Depends on": ["rD3e4F", "rG5h6I"],
        "No.": [{ "seq": "12", "text": "T-0012" }],
    }));
    assert_eq!(record.text("Task").unwrap().unwrap(), "Check the invoice of our supplier");
    assert_eq!(record.links("Task").unwrap()[0].link.as_deref(), Some("https://example.com/supplier"));
    assert_eq!(record.number("Effort"), Ok(Some(2.5)));
    assert_eq!(record.checkbox("Done"), Ok(Some(false)));
    assert_eq!(record.date("Due"), Ok(Some(Timestamp::from(1_719_964_800))));
    assert_eq!(record.milliseconds("Due"), Ok(Some(1_719_964_800_999)));
    assert_eq!(record.date("Before"), Ok(Some(Timestamp::from(-1))));
    assert_eq!(record.text("Phone").unwrap().unwrap(), "13000000000");
    assert_eq!(record.images("Photos").unwrap()[0].width, Some(8));
    assert_eq!(record.files("Files").unwrap()[0].name.as_deref(), Some("Drafts"));
    assert_eq!(record.members("Owners").unwrap().len(), 4);
    assert_eq!(record.userids("Owners"), Ok(vec!["lin.wei"]));
    assert_eq!(record.option_texts("Labels"), Ok(vec!["urgent", "finance"]));
    assert_eq!(record.locations("Place").unwrap()[0].title.as_deref(), Some("Library"));
    assert_eq!(record.references("Depends on"), Ok(vec!["rD3e4F", "rG5h6I"]));
    assert_eq!(record.text("No.").unwrap().unwrap(), "T-0012");
}

#[test]
fn an_empty_cell_is_none_or_a_list_without_items() {
    let record = record(&json!({ "Null": null, "Empty": [] }));
    for field in ["Null", "Empty", "Missing"] {
        assert_eq!(record.text(field), Ok(None), "{field}");
        assert_eq!(record.options(field), Ok(vec![]), "{field}");
    }
    assert_eq!(record.number("Missing"), Ok(None));
    assert_eq!(record.date("Null"), Ok(None));
}

#[test]
fn an_error_says_which_field_what_was_expected_and_what_was_found() {
    let record = record(&json!({
        "Name": [{ "type": "text", "text": "Tea" }],
        "Price": 12.5,
        "Day": "tomorrow",
        "Labels": [{ "id": "oA7", "text": "urgent" }],
        "Links": ["rD3e4F"],
        "New": { "stars": 5 },
        "Odd": [{ "stars": 5 }],
        "Mixed": [{ "type": "text", "text": "by " }, { "user_id": "lin.wei" }],
    }));
    let errors: Vec<String> = [
        record.number("Name").unwrap_err(),
        record.text("Price").unwrap_err(),
        record.checkbox("Price").unwrap_err(),
        record.date("Day").unwrap_err(),
        record.text("Labels").unwrap_err(),
        record.members("Labels").unwrap_err(),
        record.files("Links").unwrap_err(),
        record.references("Labels").unwrap_err(),
        record.text("New").unwrap_err(),
        record.text("Odd").unwrap_err(),
        record.text("Mixed").unwrap_err(),
    ]
    .map(|error| error.to_string())
    .into();
    assert_eq!(
        errors,
        [
            "`Name`: expected a number, found text",
            "`Price`: expected text, found a number",
            "`Price`: expected a checkbox, found a number",
            "`Day`: expected a date, found plain text",
            "`Labels`: expected text, found an option",
            "`Labels`: expected members, found an option",
            "`Links`: expected files, found a reference to a record",
            "`Labels`: expected references to records, found an option",
            "`New`: expected text, found an undocumented value",
            "`Odd`: expected text, found an undocumented object",
            "`Mixed`: expected text, found a member",
        ]
    );
    assert_eq!(record.values["New"], CellValue::Other(json!({ "stars": 5 })), "it is kept");
}

#[test]
fn cells_are_written_as_their_fields_ask_for_and_read_back_the_same() {
    let place =
        CellObject::new().source_type(LocationSource::from(1)).id("90").latitude("22.5").longitude("114.1");
    let cells = Cells::new()
        .text("Name", "Green tea")
        .plain("Phone", "13000000000")
        .number("Price", 12.5)
        .number("Amount", 3)
        .checkbox("In stock", true)
        .date("Since", UNIX_EPOCH + Duration::from_millis(1_719_964_800_999))
        .members("Buyer", ["lin.wei"])
        .options("Labels", vec![String::from("organic")])
        .option_ids("Kinds", ["oA7"])
        .link("Page", "https://example.com/tea", "Our shop")
        .references("Like", ["rD3e4F"])
        .items("Place", [place]);
    let sent = serde_json::to_value(NewRecord::from(cells.clone())).unwrap();
    assert_eq!(
        sent["values"],
        json!({
            "Name": [{ "type": "text", "text": "Green tea" }],
            "Phone": "13000000000",
            "Price": 12.5,
            "Amount": sent["values"]["Amount"],
            "In stock": true,
            "Since": "1719964800000",
            "Buyer": [{ "user_id": "lin.wei" }],
            "Labels": [{ "text": "organic" }],
            "Kinds": [{ "id": "oA7" }],
            "Page": [{ "type": "url", "text": "Our shop", "link": "https://example.com/tea" }],
            "Like": ["rD3e4F"],
            "Place": [{ "source_type": 1, "id": "90", "latitude": "22.5", "longitude": "114.1" }],
        })
    );
    assert_eq!(sent["values"]["Amount"].as_f64(), Some(3.0));

    let read = RecordCells::new("rA1b2C", cells);
    assert_eq!(read.text("Name").unwrap().unwrap(), "Green tea");
    assert_eq!(read.number("Amount"), Ok(Some(3.0)));
    assert_eq!(
        SystemTime::try_from(read.date("Since").unwrap().unwrap()).unwrap(),
        UNIX_EPOCH + Duration::from_secs(1_719_964_800)
    );
    assert_eq!(read.userids("Buyer"), Ok(vec!["lin.wei"]));
    assert_eq!(read.option_texts("Labels"), Ok(vec!["organic"]));
    assert_eq!(read.links("Page").unwrap()[0].text.as_deref(), Some("Our shop"));
    assert_eq!(read.locations("Place").unwrap().len(), 1);
}

#[test]
fn a_time_beyond_what_milliseconds_can_hold_is_written_in_full() {
    let cells: Vec<_> = Cells::new().date("Late", i64::MAX).into_iter().collect();
    assert_eq!(cells[0].1, CellValue::Text("9223372036854775807000".to_owned()));
}

#[test]
fn a_condition_takes_the_value_that_its_type_of_field_is_compared_with() {
    let condition = |field_type, operator| Condition::new("fA1", field_type, operator);
    let conditions = [
        condition(FieldType::Text, Operator::Contains).texts(["tea"]),
        condition(FieldType::Number, Operator::IsGreater).number(10),
        condition(FieldType::Checkbox, Operator::Is).checkbox(true),
        condition(FieldType::User, Operator::Is).userids(["lin.wei"]),
        condition(FieldType::DateTime, Operator::Is).date(1_719_964_800),
    ];
    let values: Vec<Value> =
        conditions.iter().map(|condition| serde_json::to_value(condition).unwrap()).collect();
    assert_eq!(values[0]["string_value"], json!({ "value": ["tea"] }));
    assert_eq!(values[1]["number_value"]["value"].as_f64(), Some(10.0));
    assert_eq!(values[2]["bool_value"], json!({ "value": true }));
    assert_eq!(values[3]["user_value"], json!({ "value": ["lin.wei"] }));
    assert_eq!(
        values[4]["date_time_value"],
        json!({ "type": "DATE_TIME_TYPE_DETAIL_DATE", "value": ["1719964800000"] })
    );
}

#[test]
fn images_files_and_a_location_are_written_with_what_each_needs() {
    let record = NewRecord::from(
        Cells::new()
            .images("Photos", ["https://example.com/a.png", "https://example.com/b.png"])
            .files(
                "Files",
                [
                    ("Plan", FileType::Wedrive, "https://example.com/plan"),
                    ("Drafts", FileType::Folder, "https://example.com/drafts"),
                ],
            )
            .location("Place", Latitude(22.5), Longitude(114.1), "Library"),
    );
    assert_eq!(
        serde_json::to_value(&record).unwrap()["values"],
        json!({
            "Photos": [{ "image_url": "https://example.com/a.png" }, { "image_url": "https://example.com/b.png" }],
            "Files": [
                { "name": "Plan", "file_url": "https://example.com/plan", "file_type": "Wedrive", "doc_type": "2" },
                { "name": "Drafts", "file_url": "https://example.com/drafts", "file_type": "Folder", "doc_type": "1" },
            ],
            "Place": [{ "source_type": 1, "latitude": "22.5", "longitude": "114.1", "title": "Library" }],
        })
    );
}

#[test]
fn cells_for_a_webhook_are_those_of_a_record_and_what_only_a_webhook_takes() {
    let cells = Cells::new()
        .text("fText01", "Crane 5")
        .plain("fPhone1", "13000000000")
        .number("fNumb01", 30)
        .checkbox("fCheck1", true)
        .date("fDate01", 1_782_700_000)
        .members("fUser01", ["lin.wei"])
        .member_names("fUser02", ["Lin Wei"])
        .options("fPick01", ["Open"])
        .link("fLink01", "https://example.com/crane", "Manual")
        .location("fPlace1", Latitude(22.54), Longitude(-113.0), "Quay 2")
        .image_base64("fImage1", "crane.png", "iVBORw0KGgo=")
        .images("fImage2", ["https://example.com/a.png"])
        .value("fOther1", CellValue::Other(json!(null)));
    let record = serde_json::to_value(NewRecord::from(cells.clone())).unwrap();
    let request = SmartsheetWebhook::new()
        .add_records([webhook::NewRecord::from(cells)])
        .update_records([RecordUpdate::new("rA1b2C", Cells::new().checkbox("fCheck1", false).for_webhook())]);
    let request = serde_json::to_value(&request).unwrap();
    let sent = &request["add_records"][0]["values"];
    assert_eq!(sent, &record["values"], "nothing is lost on the way");
    assert_eq!(sent["fUser02"], json!(["Lin Wei"]));
    assert_eq!(sent["fImage1"], json!([{ "title": "crane.png", "image_base64": "iVBORw0KGgo=" }]));
    assert_eq!(request["update_records"], json!([{ "record_id": "rA1b2C", "values": { "fCheck1": false } }]));
}
