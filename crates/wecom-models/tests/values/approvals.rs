use serde_json::{Value, json};
use wecom_models::Timestamp;
use wecom_models::oa::approval::{
    AccountType, ApplyData, AttendancePeriod, AttendanceType, Bank, BankAccount, DateRangeValue, Department,
    FormulaValue, Language, LocationValue, LocationValueArgs, Member, NewAttendance, NewDate, NewDateRange,
    NewSelection, NewVacation, NewValue, RangeType, TemplateForm,
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
    let numbers = ["People", "Budget", "In all"].map(|name| data.number(name).unwrap().unwrap().to_string());
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
        .date_range("How long", period)
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
    let value = json!({ "date_range": { "type": "hour", "new_begin": 1, "new_end": 2, "new_duration": 1 } });
    let data = json!({ "contents": [control("DateRange", "DateRange-1", "How long", &value)] });
    let data: ApplyData = serde_json::from_value(data).unwrap();
    let period: &DateRangeValue = data.date_range("How long").unwrap().unwrap();
    assert_eq!((period.new_begin, period.new_duration), (Timestamp::from(1), 1));
}

/// A form with a control of each type that has a value, called by the type.
fn all_types(config: &Value) -> TemplateForm {
    let types = TYPES.iter().map(|(name, ..)| *name).chain(["PunchCorrection"]);
    let controls = types.map(|name| template_control(name, name, name, 0, config)).collect::<Vec<Value>>();
    serde_json::from_value(json!({ "controls": controls })).unwrap()
}

/// A type of control, a value for it, and its key on the wire.
type OfType = (&'static str, fn() -> NewValue, &'static str);

const TYPES: [OfType; 17] = [
    ("Text", || NewValue::Text("a".to_owned()), "text"),
    ("Textarea", || NewValue::Text("a".to_owned()), "text"),
    ("Number", || NewValue::Number("1".to_owned()), "new_number"),
    ("Money", || NewValue::Money("1".to_owned()), "new_money"),
    ("Date", || NewValue::Date(NewDate::default()), "date"),
    ("Selector", || NewValue::Selector(NewSelection::default()), "selector"),
    ("Contact", || NewValue::Members(Vec::new()), "members"),
    ("Contact", || NewValue::Departments(Vec::new()), "departments"),
    ("File", || NewValue::Files(Vec::new()), "files"),
    ("Table", || NewValue::Rows(Vec::new()), "children"),
    ("DateRange", || NewValue::DateRange(NewDateRange::default()), "date_range"),
    ("Vacation", || NewValue::Vacation(NewVacation::default()), "vacation"),
    ("Attendance", || NewValue::Attendance(NewAttendance::default()), "attendance"),
    ("Location", || NewValue::Location(LocationValue::default()), "location"),
    ("RelatedApproval", || NewValue::RelatedApproval(Vec::new()), "related_approval"),
    ("Formula", || NewValue::Formula(FormulaValue::default()), "formula"),
    ("BankAccount", || NewValue::BankAccount(BankAccount::default()), "bank_account"),
];

#[test]
fn a_control_takes_the_values_of_its_type_and_no_others() {
    let form = all_types(&Value::Null);
    for (name, _, right) in TYPES.iter().chain([&("PunchCorrection", TYPES[0].1, "none")]) {
        let right: Vec<&str> =
            TYPES.iter().filter(|(of, ..)| of == name).map(|(.., key)| *key).chain([*right]).collect();
        for (_, value, key) in TYPES {
            let filled = form.fill().value(name, value()).finish();
            assert_eq!(filled.is_ok(), right.contains(&key), "{key} in {name}: {filled:?}");
        }
    }
}

#[test]
fn a_control_is_read_as_what_it_is_and_nothing_else() {
    type Read = fn(&ApplyData) -> Result<(), wecom_models::ValueError>;
    let readers: [(&[&str], Read); 15] = [
        (&["Text", "Textarea"], |data| data.text("It").map(drop)),
        (&["Number", "Money", "Formula"], |data| data.number("It").map(drop)),
        (&["Number", "Money", "Formula"], |data| data.decimal("It").map(drop)),
        (&["Date"], |data| data.date("It").map(drop)),
        (&["Selector"], |data| data.options("It").map(drop)),
        (&["Contact"], |data| data.members("It").map(drop)),
        (&["Contact"], |data| data.departments("It").map(drop)),
        (&["File"], |data| data.files("It").map(drop)),
        (&["Table"], |data| data.rows("It").map(drop)),
        (&["RelatedApproval"], |data| data.related_approvals("It").map(drop)),
        (&["DateRange"], |data| data.date_range("It").map(drop)),
        (&["Vacation"], |data| data.vacation("It").map(drop)),
        (&["Attendance"], |data| data.attendance("It").map(drop)),
        (&["Location"], |data| data.location("It").map(drop)),
        (&["BankAccount"], |data| data.bank_account("It").map(drop)),
    ];
    // What other controls have doesn't make it one of them.
    let values = json!({ "text": "a", "new_number": "1", "members": [], "files": [], "children": [], "date_range": {} });
    for (name, ..) in TYPES {
        let data = json!({ "contents": [control(name, "id", "It", &values)] });
        let data: ApplyData = serde_json::from_value(data).unwrap();
        for (index, (types, read)) in readers.iter().enumerate() {
            assert_eq!(read(&data).is_ok(), types.contains(&name), "{name}, reader {index}");
        }
    }
}

#[test]
fn what_is_no_number_is_a_mistake() {
    let template = template();
    let form = || template.fill().text("Purpose", "Visit");
    let numbers = ["three", "", " 3", "1,250", "1e5", "0x10", "1.2.3", "-", "inf", "NaN", "３"];
    let forms = numbers.map(|number| form().number("People", number));
    let others = [
        form().number("Budget", "much"),
        form().number("Budget", f64::NAN),
        form().number("People", f64::NEG_INFINITY),
        form().value("People", NewValue::Number("three".to_owned())),
    ];
    for filled in forms.into_iter().chain(others) {
        let error = filled.finish().unwrap_err().to_string();
        assert!(error.ends_with("`: expected a number, found other text"), "{error}");
    }
    for number in ["3", "-3", "1250.50", "0"] {
        assert!(form().number("People", number).number("Budget", number).finish().is_ok(), "{number}");
    }
    assert!(form().number("People", 2.5_f32).number("Budget", i64::MIN).finish().is_ok());
}

#[test]
fn leave_attendance_places_and_accounts_are_filled_in_as_the_template_asks_for() {
    let leave = json!({ "vacation_list": { "item": [
        { "id": 1, "name": [{ "text": "年假", "lang": "zh_CN" }, { "text": "Annual leave", "lang": "en" }] },
        { "id": 2, "name": [{ "text": "Sick leave", "lang": "en" }] },
    ] } });
    let trip = json!({ "attendance": { "date_range": { "type": "halfday" }, "type": 3 } });
    let (leave, trip) = (all_types(&leave), all_types(&trip));
    let period = |unit| AttendancePeriod::new(unit, 1_720_080_000, 1_720_166_400).new_duration(86_400_u64);
    let sent = |form: wecom_models::ApprovalForm<'_>| {
        serde_json::to_value(form.finish().unwrap()).unwrap()["contents"]
            .as_array()
            .unwrap()
            .iter()
            .find_map(|content| content.get("value").cloned())
            .unwrap()
    };
    for name in ["Annual leave", "年假", "1"] {
        let value = sent(leave.fill().vacation("Vacation", name, period(RangeType::HalfDay)));
        assert_eq!(value["vacation"]["selector"], json!({ "type": "single", "options": [{ "key": "1" }] }));
        assert_eq!(value["vacation"]["attendance"]["type"], 1);
        assert_eq!(value["vacation"]["attendance"]["date_range"]["new_duration"], 86_400);
    }
    let away = |kind, unit| NewAttendance::new(period(unit), kind);
    let value =
        sent(trip.fill().attendance("Attendance", away(AttendanceType::BusinessTrip, RangeType::HalfDay)));
    assert_eq!(value["attendance"]["type"], 3);
    let account =
        BankAccount::new(AccountType::Personal, "Lin Wei", "6222000000000000000", "Travel", Bank::default());
    let value = sent(trip.fill().bank_account("BankAccount", account));
    assert_eq!(value["bank_account"]["account_name"], "Lin Wei");
    let place = LocationValue::new(LocationValueArgs {
        latitude: "22.540503".to_owned(),
        longitude: "113.934528".to_owned(),
        title: "Office".to_owned(),
        address: "1 Example Road".to_owned(),
        time: Timestamp::from(1_720_000_000),
    });
    assert_eq!(sent(trip.fill().location("Location", place))["location"]["title"], "Office");

    let errors = [
        leave.fill().vacation("Vacation", "Holiday", period(RangeType::Hour)),
        leave.fill().vacation("Text", "Sick leave", period(RangeType::Hour)),
        trip.fill().attendance("Attendance", away(AttendanceType::Overtime, RangeType::Hour)),
    ]
    .map(|form| form.finish().unwrap_err().to_string());
    assert_eq!(
        errors,
        [
            "`Vacation`: expected one of the leave types `年假` (`1`), `Sick leave` (`2`), found `Holiday`",
            "`Text`: expected a value for `Text`, found a value for `Vacation`",
            "`Attendance`: expected `BusinessTrip`, in the unit `HalfDay`, found `Overtime`, in the unit `Hour`",
        ]
    );
}
