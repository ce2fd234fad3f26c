use serde_json::{Value, json};

use super::*;
use crate::Timestamp;

#[cfg(feature = "wedoc")]
mod cells {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use super::*;
    use crate::wedoc::smartsheet::{
        CellObject, CellValue, Condition, FieldType, LocationSource, NewRecord, Operator, Record, RecordCells,
    };

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
        let place = CellObject::new()
            .source_type(LocationSource::from(1))
            .id("90")
            .latitude("22.5")
            .longitude("114.1");
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
}

#[cfg(feature = "oa")]
mod approvals {
    use super::*;
    use crate::oa::approval::{
        ApplyData, DateRangeValue, Department, Language, LocationValue, Member, NewDateRange, NewValue,
        RangeType, TemplateForm,
    };

    fn control(control: &str, id: &str, title: &str, value: &Value) -> Value {
        let title =
            json!([{ "text": format!("{title} (zh)"), "lang": "zh_CN" }, { "text": title, "lang": "en" }]);
        json!({ "control": control, "id": id, "title": title, "value": value })
    }

    fn detail() -> ApplyData {
        let contents = json!([
            control(
                "Text",
                "Text-1",
                "Purpose",
                &json!({ "text": "Visit", "members": [], "files": [], "children": [] })
            ),
            control("Number", "Number-2", "People", &json!({ "new_number": "3" })),
            control("Money", "Money-3", "Budget", &json!({ "new_money": "1250.50" })),
            control("Formula", "Formula-4", "In all", &json!({ "formula": { "value": "1730.5" } })),
            control(
                "Date",
                "Date-5",
                "Departure",
                &json!({ "date": { "type": "hour", "s_timestamp": "1720080000" } })
            ),
            control("Date", "Date-6", "Return", &json!({ "type": "day", "s_timestamp": "1720160000" })),
            control(
                "Selector",
                "Selector-7",
                "Means",
                &json!({ "selector": { "type": "multi", "options": [
                { "key": "option-1", "value": [{ "text": "Train", "lang": "en" }] },
            ] } })
            ),
            control(
                "Contact",
                "Contact-8",
                "With",
                &json!({ "members": [{ "userid": "chen.yu", "name": "Chen Yu" }] })
            ),
            control(
                "Table",
                "Table-9",
                "Hotels",
                &json!({ "children": [{ "list": [
                control("Text", "Text-10", "Hotel", &json!({ "text": "Lake View" })),
                control("Money", "Money-11", "Price", &json!({ "new_money": "480" })),
            ] }] })
            ),
            control("Number", "Number-12", "Not filled in", &json!({ "new_number": "" })),
            control("Number", "Number-13", "Odd", &json!({ "new_number": "about 3" })),
            control("Stars", "Stars-14", "Rating", &json!({ "text": "five" })),
            control("File", "File-15", "Invitation", &json!({ "files": [{ "file_id": "WW1" }] })),
            control("Text", "Text-16", "Text-1", &json!({ "text": "called as another's ID" })),
        ]);
        serde_json::from_value(json!({ "contents": contents })).unwrap()
    }

    #[test]
    fn every_control_is_read_by_its_title_in_any_language_or_by_its_id() {
        let data = detail();
        for name in ["Purpose", "Purpose (zh)", "Text-1"] {
            assert_eq!(data.text(name), Ok(Some("Visit")), "{name}");
        }
        let numbers =
            ["People", "Budget", "In all"].map(|name| data.number(name).unwrap().unwrap().to_string());
        assert_eq!(numbers, ["3", "1250.5", "1730.5"]);
        assert_eq!(data.decimal("Budget"), Ok(Some("1250.50")));
        assert_eq!(data.date("Departure"), Ok(Some(Timestamp::from(1_720_080_000))));
        assert_eq!(data.date("Return"), Ok(Some(Timestamp::from(1_720_160_000))));
        assert_eq!(
            data.options("Means").unwrap()[0].text(&Language::Chinese),
            "Train",
            "there is no Chinese one"
        );
        assert_eq!(data.members("With").unwrap()[0].userid, "chen.yu");
        assert_eq!(data.departments("With").unwrap(), []);
        assert_eq!(data.files("Invitation").unwrap()[0].file_id, "WW1");
        let hotel = &data.rows("Hotels").unwrap()[0];
        assert_eq!((hotel.text("Hotel"), hotel.number("Price")), (Ok(Some("Lake View")), Ok(Some(480.0))));
        assert_eq!(data.number("Not filled in"), Ok(None));
        assert_eq!(data.text("Rating"), Ok(Some("five")), "of a type that isn't documented, what is there");
    }

    #[test]
    fn an_error_says_which_control_what_was_expected_and_what_was_found() {
        let data = detail();
        let row = &data.rows("Hotels").unwrap()[0];
        let errors = [
            data.number("Purpose").unwrap_err(),
            data.text("Means").unwrap_err(),
            data.members("Purpose").unwrap_err(),
            data.number("Odd").unwrap_err(),
            data.date("Rating").unwrap_err(),
            row.text("Room").unwrap_err(),
            ApplyData::default().text("Purpose").unwrap_err(),
        ];
        assert_eq!(
            errors.map(|error| error.to_string()),
            [
                "`Purpose`: expected a number or an amount, found `Text`",
                "`Means`: expected text, found `Selector`",
                "`Purpose`: expected members or departments, found `Text`",
                "`Odd`: expected a number or an amount, found other text",
                "`Rating`: expected a date, found `Stars`",
                "`Room`: expected the title or ID of a control, found `Hotel (zh)` (`Text-10`), `Price (zh)` (`Money-11`)",
                "`Purpose`: expected the title or ID of a control, found no controls",
            ]
        );
    }

    fn template_control(control: &str, id: &str, title: &str, require: u8, config: &Value) -> Value {
        let property = json!({
            "control": control, "id": id, "require": require, "un_print": 0,
            "title": [{ "text": title, "lang": "en" }], "placeholder": [],
        });
        json!({ "property": property, "config": config })
    }

    fn template() -> TemplateForm {
        let options = json!([
            { "key": "option-1", "value": [{ "text": "Train", "lang": "en" }, { "text": "火车", "lang": "zh_CN" }] },
            { "key": "option-2", "value": [{ "text": "Taxi", "lang": "en" }] },
        ]);
        let selector = |kind: &str| json!({ "selector": { "type": kind, "options": options } });
        let row = json!([
            template_control("Text", "Text-21", "Hotel", 1, &Value::Null),
            template_control("Money", "Money-22", "Price", 0, &Value::Null),
        ]);
        let controls = json!([
            template_control("Tips", "Tips-1", "Rules", 0, &json!({ "tips": { "tips_content": [] } })),
            template_control("Text", "Text-2", "Purpose", 1, &Value::Null),
            template_control("Number", "Number-3", "People", 0, &Value::Null),
            template_control("Money", "Money-4", "Budget", 0, &Value::Null),
            template_control("Date", "Date-5", "Departure", 0, &json!({ "date": { "type": "hour" } })),
            template_control("Selector", "Selector-6", "Means", 0, &selector("multi")),
            template_control("Selector", "Selector-7", "Class", 0, &selector("single")),
            template_control(
                "Contact",
                "Contact-8",
                "With",
                0,
                &json!({ "contact": { "type": "multi", "mode": "user" } })
            ),
            template_control("Table", "Table-9", "Hotels", 0, &json!({ "table": { "children": row } })),
            template_control("File", "File-10", "Invitation", 0, &Value::Null),
            template_control(
                "DateRange",
                "DateRange-11",
                "How long",
                0,
                &json!({ "date_range": { "type": "hour" } })
            ),
            template_control("RelatedApproval", "RelatedApproval-12", "Earlier", 0, &Value::Null),
        ]);
        serde_json::from_value(json!({ "controls": controls })).unwrap()
    }

    #[test]
    fn a_form_is_filled_in_as_its_template_asks_for() {
        let template = template();
        let period = NewDateRange::new(RangeType::Hour, 1_720_080_000, 1_720_083_600, 3600);
        let data = template
            .fill()
            .row("Hotels", |row| row.text("Hotel", "Lake View").number("Money-22", 480))
            .row("Hotels", |row| row.text("Hotel", "Old Town"))
            .text("Purpose", "Visit")
            .number("People", 3)
            .number("Budget", "1250.50")
            .date("Departure", 1_720_080_000)
            .options("Means", ["火车", "option-2"])
            .options("Class", ["Taxi"])
            .members("With", [Member::new("chen.yu", "Chen Yu")])
            .files("Invitation", ["WW1"])
            .value("How long", period)
            .related_approvals("Earlier", ["202406210004"])
            .finish()
            .unwrap();
        assert_eq!(
            serde_json::to_value(&data).unwrap()["contents"],
            json!([
                { "control": "Tips", "id": "Tips-1" },
                { "control": "Text", "id": "Text-2", "value": { "text": "Visit" } },
                { "control": "Number", "id": "Number-3", "value": { "new_number": "3" } },
                { "control": "Money", "id": "Money-4", "value": { "new_money": "1250.50" } },
                { "control": "Date", "id": "Date-5", "value": { "date": { "type": "hour", "s_timestamp": "1720080000" } } },
                { "control": "Selector", "id": "Selector-6", "value": { "selector": { "type": "multi", "options": [{ "key": "option-1" }, { "key": "option-2" }] } } },
                { "control": "Selector", "id": "Selector-7", "value": { "selector": { "type": "single", "options": [{ "key": "option-2" }] } } },
                { "control": "Contact", "id": "Contact-8", "value": { "members": [{ "userid": "chen.yu", "name": "Chen Yu" }] } },
                { "control": "Table", "id": "Table-9", "value": { "children": [
                    { "list": [
                        { "control": "Text", "id": "Text-21", "value": { "text": "Lake View" } },
                        { "control": "Money", "id": "Money-22", "value": { "new_money": "480" } },
                    ] },
                    { "list": [
                        { "control": "Text", "id": "Text-21", "value": { "text": "Old Town" } },
                        { "control": "Money", "id": "Money-22", "value": { "new_money": "" } },
                    ] },
                ] } },
                { "control": "File", "id": "File-10", "value": { "files": [{ "file_id": "WW1" }] } },
                { "control": "DateRange", "id": "DateRange-11", "value": { "date_range": { "type": "hour", "new_begin": 1_720_080_000, "new_end": 1_720_083_600, "new_duration": 3600 } } },
                { "control": "RelatedApproval", "id": "RelatedApproval-12", "value": { "related_approval": [{ "sp_no": "202406210004" }] } },
            ])
        );
    }

    #[test]
    fn the_first_mistake_in_a_form_is_named() {
        let template = template();
        let form = || template.fill().text("Purpose", "Visit");
        let errors = [
            template.fill().number("People", 3),
            form().text("Porpose", "Visit").number("Purpose", 3),
            form().number("Purpose", 3),
            form().text("Budget", "much"),
            form().options("Purpose", ["Train"]),
            form().options("Means", ["Plane"]),
            form().options("Class", ["Train", "Taxi"]),
            form().departments("With", [Department::new("7", "Sales")]),
            form().value("People", NewValue::Location(LocationValue::default())),
            form().row("Purpose", |row| row),
            form().row("Hotels", |row| row.number("Price", 480)),
            form().row("Hotels", |row| row.text("Room", "7")),
        ]
        .map(|form| form.finish().unwrap_err().to_string());
        assert_eq!(
            errors,
            [
                "`Purpose`: expected a value, which the template requires, found none",
                "`Porpose`: expected the title or ID of a control, found `Rules` (`Tips-1`), `Purpose` (`Text-2`), `People` (`Number-3`), \
                 `Budget` (`Money-4`), `Departure` (`Date-5`), `Means` (`Selector-6`), `Class` (`Selector-7`), `With` (`Contact-8`), \
                 `Hotels` (`Table-9`), `Invitation` (`File-10`), `How long` (`DateRange-11`), `Earlier` (`RelatedApproval-12`)",
                "`Purpose`: expected a value for `Text`, found a value for `Number`",
                "`Budget`: expected a value for `Money`, found a value for `Text`",
                "`Purpose`: expected a value for `Text`, found a value for `Selector`",
                "`Means`: expected one of the options `Train` (`option-1`), `Taxi` (`option-2`), found `Plane`",
                "`Class`: expected one option, found 2 options",
                "`With`: expected members, found departments",
                "`People`: expected a value for `Number`, found a value for `Location`",
                "`Purpose`: expected a value for `Text`, found a value for `Table`",
                "`Hotels › Hotel`: expected a value, which the template requires, found none",
                "`Hotels › Room`: expected the title or ID of a control, found `Hotel` (`Text-21`), `Price` (`Money-22`)",
            ]
        );
    }

    #[test]
    fn a_period_is_read_whole() {
        let value =
            json!({ "date_range": { "type": "hour", "new_begin": 1, "new_end": 2, "new_duration": 1 } });
        let data = json!({ "contents": [control("DateRange", "DateRange-1", "How long", &value)] });
        let data: ApplyData = serde_json::from_value(data).unwrap();
        let period: &DateRangeValue = data.date_range("How long").unwrap().unwrap();
        assert_eq!((period.new_begin, period.new_duration), (Timestamp::from(1), 1));
    }
}
