use serde_json::{Value, json};
use wecom_models::Timestamp;
use wecom_models::oa::journal::FormData;

fn control(control: &str, id: &str, title: &str, value: &Value) -> Value {
    json!({ "control": control, "id": id, "title": [{ "text": title, "lang": "en" }], "value": value })
}

fn report() -> FormData {
    let option =
        json!({ "key": "option-1", "value": [{ "text": "完成" }, { "text": "Done", "lang": "en" }] });
    let contents = json!([
        control("Text", "Text-1", "Done today", &json!({ "text": "Tests", "members": [], "docs": [] })),
        control("Money", "Money-2", "Costs", &json!({ "new_money": "12.50" })),
        control(
            "Date",
            "Date-3",
            "Start",
            &json!({ "date": { "type": "day", "s_timestamp": "1720000000" } })
        ),
        control("Date", "Date-4", "From", &json!({ "date": { "type": "minute", "s_timestamp": "34200" } })),
        control(
            "Selector",
            "Selector-5",
            "State",
            &json!({ "selector": { "type": "single", "options": [option] } })
        ),
        control("Contact", "Contact-6", "With", &json!({ "members": [{ "userid": "zhou.min" }] })),
        control(
            "Table",
            "Table-7",
            "Tasks",
            &json!({ "children": [{ "list": [
                control("Text", "Text-8", "Task", &json!({ "text": "Notes" })),
                control("WedriveFile", "WedriveFile-9", "Plan", &json!({ "wedrive_files": [{ "fileid": "FILE-1" }] })),
            ] }] })
        ),
        control(
            "SchoolContact",
            "SchoolContact-10",
            "Class",
            &json!({ "students": [{ "name": "Lin Xiao" }] })
        ),
        control(
            "Doc",
            "Doc-11",
            "Minutes",
            &json!({ "docs": [{ "docid": "DOC1", "doc_url": "https://example.com" }] })
        ),
    ]);
    serde_json::from_value(json!({ "contents": contents })).unwrap()
}

#[test]
fn a_report_is_read_by_name_as_an_approval_is() {
    let report = report();
    assert_eq!([report.text("Done today"), report.text("Text-1")], [Ok(Some("Tests")), Ok(Some("Tests"))]);
    assert_eq!((report.number("Costs"), report.decimal("Costs")), (Ok(Some(12.5)), Ok(Some("12.50"))));
    assert_eq!(report.date("Start"), Ok(Some(Timestamp::from(1_720_000_000))));
    assert_eq!(report.time_of_day("From"), Ok(Some(34_200)));
    let state = &report.options("State").unwrap()[0];
    assert_eq!([state.text("en"), state.text("fr")], ["Done", "完成"]);
    assert_eq!(report.members("With").unwrap()[0].userid, "zhou.min");
    assert_eq!(report.departments("With").unwrap(), []);
    let task = &report.rows("Tasks").unwrap()[0];
    assert_eq!(task.text("Task"), Ok(Some("Notes")));
    assert_eq!(task.wedrive_files("Plan").unwrap()[0].fileid, "FILE-1");
    assert_eq!(report.students("Class").unwrap()[0].name, "Lin Xiao");
    assert_eq!(report.classes("Class").unwrap(), []);
    assert_eq!(report.docs("Minutes").unwrap()[0].docid, "DOC1");
}

#[test]
fn a_report_names_the_control_that_is_of_another_type_or_not_there() {
    let report = report();
    let errors = [
        report.number("Done today").unwrap_err(),
        report.date("From").unwrap_err(),
        report.time_of_day("Start").unwrap_err(),
        report.docs("Class").unwrap_err(),
        report.rows("Tasks").unwrap()[0].text("Done today").unwrap_err(),
    ];
    assert_eq!(
        errors.map(|error| error.to_string()),
        [
            "`Done today`: expected a number or an amount, found `Text`",
            "`From`: expected a date, found a time of day",
            "`Start`: expected a time of day, found a date",
            "`Class`: expected documents, found `SchoolContact`",
            "`Done today`: expected the title or ID of a control, found `Task` (`Text-8`), `Plan` (`WedriveFile-9`)",
        ]
    );
}
