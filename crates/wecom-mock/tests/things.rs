//! What is created is read back, changed, listed and removed.

mod caller;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use caller::start;

fn weekly() -> Value {
    json!({
        "admin_userid": "chen.yu", "title": "Weekly", "meeting_start": 1_720_000_000, "meeting_duration": 900,
        "settings": { "password": "1234" },
    })
}

#[tokio::test]
async fn a_meeting_is_read_back_as_it_was_created_changed_and_canceled() {
    let (_server, caller) = start().await;
    let example = caller.post("meeting/get_info", json!({ "meetingid": "any" })).await;
    assert_eq!(example["title"], "Weekly review");
    let created = caller.post("meeting/create", weekly()).await;
    let id = json!({ "meetingid": created["meetingid"] });
    let mut read = caller.post("meeting/get_info", id.clone()).await;
    assert_eq!(
        (&read["title"], &read["admin_userid"], &read["meeting_duration"]),
        (&json!("Weekly"), &json!("chen.yu"), &json!(900))
    );
    assert_eq!(read["settings"], json!({ "password": "1234" }));
    assert_eq!((read.get("location"), read.get("description")), (None, None), "what wasn't set isn't there");
    assert_eq!(read["meeting_code"], example["meeting_code"], "what WeCom adds is the example's");
    let change = json!({ "meetingid": id["meetingid"], "title": "Monthly", "location": "Room 5", "meeting_start": null });
    assert_eq!(caller.post("meeting/update", change).await["errcode"], 0);
    assert_eq!(caller.post("meeting/cancel", id.clone()).await["errcode"], 0);
    read["title"] = "Monthly".into();
    read["location"] = "Room 5".into();
    read["status"] = 4.into();
    assert_eq!(caller.post("meeting/get_info", id).await, read);
}

#[tokio::test]
async fn attendees_are_those_who_were_invited() {
    let (_server, caller) = start().await;
    let created = caller.post("meeting/create", weekly()).await;
    let id = json!({ "meetingid": created["meetingid"] });
    assert_eq!(caller.post("meeting/get_info", id.clone()).await["attendees"]["member"], json!([]));
    let invitees = json!({ "meetingid": id["meetingid"], "invitees": { "userid": ["lin.wei", "zhou.min"] } });
    assert_eq!(caller.post("meeting/update", invitees).await["errcode"], 0);
    let read = caller.post("meeting/get_info", id).await;
    let members = read["attendees"]["member"].as_array().unwrap().iter();
    let userids: Vec<&Value> = members.clone().map(|member| &member["userid"]).collect();
    assert_eq!(userids, ["lin.wei", "zhou.min"]);
    assert!(members.into_iter().all(|member| member["status"].is_number()), "the rest is the example's");
}

#[tokio::test]
async fn one_call_creates_several_things_each_inside_of_what_it_is_part_of() {
    let (_server, caller) = start().await;
    let sheet = json!({ "docid": "dc1", "properties": { "title": "Stock" } });
    let added = caller.post("wedoc/smartsheet/add_sheet", sheet).await;
    assert_eq!(added["properties"]["title"], "Stock");
    let id = &added["properties"]["sheet_id"];
    let other = caller.post("wedoc/smartsheet/add_sheet", json!({ "docid": "dc2" })).await;
    assert_ne!(&other["properties"]["sheet_id"], id);
    let sheets = caller.post("wedoc/smartsheet/get_sheet", json!({ "docid": "dc1" })).await;
    let sheets = sheets["sheet_list"].as_array().unwrap();
    assert_eq!((sheets.len(), &sheets[0]["title"], &sheets[0]["sheet_id"]), (1, &json!("Stock"), id));

    let add = async |sheet: &Value, names: &[&str]| {
        let records: Vec<Value> = names.iter().map(|name| json!({ "values": { "Phone": name } })).collect();
        let records = json!({ "docid": "dc1", "sheet_id": sheet, "records": records });
        caller.post("wedoc/smartsheet/add_records", records).await["records"].clone()
    };
    let added = add(id, &["a", "b", "c"]).await;
    assert_eq!(added[1]["values"], json!({ "Phone": "b" }));
    add(&json!("another"), &["d"]).await;
    assert_eq!(add(id, &[]).await, json!([]));

    let get = async |more: Value| {
        let mut request = json!({ "docid": "dc1", "sheet_id": id });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        caller.post("wedoc/smartsheet/get_records", request).await
    };
    let phones = |page: &Value| -> Vec<Value> {
        page["records"].as_array().unwrap().iter().map(|record| record["values"]["Phone"].clone()).collect()
    };
    assert_eq!(phones(&get(json!({})).await), ["a", "b", "c"]);
    let first = get(json!({ "limit": 2 })).await;
    assert_eq!((phones(&first), &first["has_more"]), (vec![json!("a"), json!("b")], &json!(true)));
    let second = get(json!({ "limit": 2, "offset": first["next"] })).await;
    assert_eq!((phones(&second), &second["has_more"]), (vec![json!("c")], &json!(false)));
    let one = get(json!({ "record_ids": [added[1]["record_id"]] })).await;
    assert_eq!(phones(&one), ["b"]);
    let gone = json!({ "docid": "dc1", "sheet_id": id, "record_ids": [added[0]["record_id"], added[2]["record_id"]] });
    assert_eq!(caller.post("wedoc/smartsheet/delete_records", gone).await["errcode"], 0);
    assert_eq!(phones(&get(json!({})).await), ["b"]);
}

#[tokio::test]
async fn one_call_changes_several_things_and_what_it_leaves_out_of_a_map_stays() {
    let (_server, caller) = start().await;
    let call = async |path: &str, more: Value| {
        let mut request = json!({ "docid": "dc1", "sheet_id": "s1" });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        caller.post(&format!("wedoc/smartsheet/{path}"), request).await
    };
    let update = json!({ "records": [{ "record_id": "any", "values": { "Done": true } }] });
    assert_eq!(call("update_records", update.clone()).await["errcode"], 0, "nothing was created yet");

    let records = json!([{ "values": { "Tea": "green", "Price": 12 } }, { "values": { "Tea": "black" } }]);
    let added = call("add_records", json!({ "records": records })).await["records"].clone();
    let ids = [0, 1].map(|index| added[index]["record_id"].clone());
    let edits = json!([
        { "record_id": ids[1], "values": { "Price": 9, "Labels": [{ "text": "new" }] } },
        { "record_id": ids[0], "values": { "Price": 11 } },
    ]);
    let changed = call("update_records", json!({ "records": edits })).await;
    let (green, black) = (
        json!({ "Tea": "green", "Price": 11 }),
        json!({ "Tea": "black", "Price": 9, "Labels": [{ "text": "new" }] }),
    );
    let shown = &changed["records"];
    assert_eq!((&shown[0]["record_id"], &shown[0]["values"]), (&ids[1], &black));
    assert_eq!((&shown[1]["record_id"], &shown[1]["values"]), (&ids[0], &green));
    let read = call("get_records", json!({})).await["records"].clone();
    assert_eq!([&read[0]["values"], &read[1]["values"]], [&green, &black]);

    // One that isn't there, after one that is.
    let edits = json!([
        { "record_id": ids[0], "values": { "Price": 1 } },
        { "record_id": "any", "values": { "Price": 1 } },
    ]);
    let refused = call("update_records", json!({ "records": edits })).await;
    assert_eq!(
        (&refused["errcode"], refused["errmsg"].as_str()),
        (&json!(40058), Some("invalid record_id: there is no sheet_record `any`"))
    );
    assert_eq!(call("get_records", json!({})).await["records"][0]["values"]["Price"], 11);

    let fields = json!({ "fields": [{ "field_title": "Tea", "field_type": "FIELD_TYPE_TEXT" }] });
    let field = call("add_fields", fields).await["fields"][0]["field_id"].clone();
    let edit = json!([{ "field_id": field, "field_title": "Kind of tea", "field_type": "FIELD_TYPE_TEXT" }]);
    assert_eq!(
        call("update_fields", json!({ "fields": edit })).await["fields"][0]["field_title"],
        "Kind of tea"
    );
    assert_eq!(call("get_fields", json!({})).await["fields"][0]["field_title"], "Kind of tea");
}

#[tokio::test]
async fn departments_are_kept_under_the_ids_that_are_given_and_under_free_ones() {
    let (server, caller) = start().await;
    let create = async |body| caller.post("department/create", body).await;
    let ids = [
        create(json!({ "name": "Weekly", "parentid": 1 })).await,
        create(json!({ "name": "Atlas", "parentid": 1, "id": 7 })).await,
        create(json!({ "name": "Next", "parentid": 7, "id": "23" })).await,
        create(json!({ "name": "Last", "parentid": 7, "order": 9 })).await,
    ]
    .map(|created| created["id"].clone());
    assert_eq!(ids, [22, 7, 23, 24].map(Value::from));
    let taken = create(json!({ "name": "Again", "parentid": 1, "id": 7 })).await;
    assert_eq!((&taken["errcode"], &taken["errmsg"]), (&json!(60008), &json!("invalid id: `7` is taken")));
    assert_eq!(create(json!({ "name": "Odd", "parentid": 1, "id": [7] })).await["errcode"], 40058);
    let last = caller.get("department/get", "id=24").await;
    assert_eq!(
        (&last["department"]["name"], &last["department"]["order"], &last["department"]["id"]),
        (&json!("Last"), &json!(9), &json!(24))
    );
    let names = async || {
        let listed = caller.get("department/list", "").await;
        let listed = listed["department"].as_array().unwrap().iter();
        listed.map(|department| department["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["Weekly", "Atlas", "Next", "Last"]);
    let simple = caller.get("department/simplelist", "").await;
    assert_eq!(simple["department_id"][1]["id"], 7);
    assert_eq!(caller.post("department/update", json!({ "id": 7, "name": "Harbor" })).await["errcode"], 0);
    assert_eq!(caller.get("department/delete", "id=22").await["errcode"], 0);
    assert_eq!(names().await, ["Harbor", "Next", "Last"]);
    let kept = server.things("department");
    assert_eq!(kept[0], json!({ "id": 7, "name": "Harbor", "parentid": 1 }));
}

#[tokio::test]
async fn an_unknown_id_has_the_code_that_is_documented_once_something_is_kept() {
    let (server, caller) = start().await;
    assert_eq!(caller.get("tag/get", "tagid=5").await["errcode"], 0, "nothing is kept: any ID will do");
    caller.post("tag/create", json!({ "tagname": "Atlas" })).await;
    for answer in [
        caller.get("tag/get", "tagid=5").await,
        caller.get("tag/delete", "tagid=x").await,
        caller.post("tag/update", json!({ "tagid": 5, "tagname": "Harbor" })).await,
        caller.post("tag/addtagusers", json!({ "tagid": "{}", "userlist": ["a"] })).await,
    ] {
        assert_eq!(answer["errcode"], 40068, "{answer}");
        assert!(
            answer["errmsg"].as_str().unwrap().starts_with("invalid tagid: there is no tag `"),
            "{answer}"
        );
    }
    assert_eq!(caller.post("tag/addtagusers", json!({ "tagid": 32, "userlist": ["a"] })).await["errcode"], 0);
    assert_eq!(caller.get("tag/delete", "tagid=32").await["errcode"], 0);
    assert_eq!(caller.get("tag/get", "tagid=32").await["errcode"], 40068, "the last one is gone");
    assert_eq!(caller.get("tag/list", "").await["taglist"], json!([]));
    let again = caller.post("tag/create", json!({ "tagname": "Atlas" })).await;
    assert_eq!(again["tagid"], 33, "an ID isn't used twice");
    server.clear_things();
    assert_eq!(caller.get("tag/get", "tagid=5").await["tagname"], "Juniper");
    let first = caller.post("tag/create", json!({ "tagname": "Atlas" })).await;
    assert_eq!(first["tagid"], 32, "it begins anew");
}

#[tokio::test]
async fn what_is_kept_comes_on_one_page_or_on_as_many_as_the_request_asks_for() {
    let (_server, caller) = start().await;
    let mut ids = Vec::new();
    for number in 0..3 {
        let rule = caller
            .post(
                "chatdata/keyword/create_rule",
                json!({ "name": format!("Rule {number}"), "keyword": { "word_list": ["a"] } }),
            )
            .await;
        ids.push(rule["rule_id"].clone());
    }
    let page = caller.post("chatdata/keyword/get_rule_list", json!({})).await;
    let listed: Vec<Value> =
        page["rule_list"].as_array().unwrap().iter().map(|rule| rule["rule_id"].clone()).collect();
    assert_eq!(listed, ids);
    assert_eq!((&page["rule_list"][2]["name"], &page["has_more"]), (&json!("Rule 2"), &json!(false)));
    for id in &ids {
        caller.post("chatdata/keyword/delete_rule", json!({ "rule_id": id })).await;
    }
    let page = caller.post("chatdata/keyword/get_rule_list", json!({})).await;
    assert_eq!((&page["rule_list"], &page["has_more"]), (&json!([]), &json!(false)));
    let meetings =
        [caller.post("meeting/create", weekly()).await, caller.post("meeting/create", weekly()).await];
    let listed = caller.post("meeting/get_user_meetingid", json!({ "userid": "chen.yu" })).await;
    let created: Vec<&Value> = meetings.iter().map(|meeting| &meeting["meetingid"]).collect();
    assert_ne!(created[0], created[1]);
    assert_eq!(listed["meetingid_list"], json!(created));
}

#[tokio::test]
async fn a_refused_call_keeps_nothing() {
    let (server, caller) = start().await;
    assert_eq!(caller.post("tag/create", json!({ "tagid": 3 })).await["errcode"], 40058);
    assert_eq!(caller.post("tag/create", json!({ "tagname": "Odd", "tagid": true })).await["errcode"], 40058);
    server.inject(wecom_mock::Fault::code(-1).times(1));
    assert_eq!(caller.post("tag/create", json!({ "tagname": "Atlas" })).await["errcode"], -1);
    assert_eq!(
        caller.get("tag/get", "tagid=5").await["errcode"],
        0,
        "no tag is kept, so the example answers"
    );
    assert!(server.things("tag").is_empty());
}

#[tokio::test]
async fn the_control_api_lists_and_forgets_what_is_kept() {
    let (_server, caller) = start().await;
    caller.post("tag/create", json!({ "tagname": "Atlas" })).await;
    caller.post("meeting/create", weekly()).await;
    let control = async |method: &str, rest: &str| -> Value {
        let address = format!("{}/_mock{rest}", caller.base);
        let response = caller.http.request(method.parse().unwrap(), address).send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    };
    let kept = control("GET", "/things").await;
    assert_eq!(kept["things"]["tag"], json!([{ "tagid": 32, "tagname": "Atlas" }]));
    assert_eq!(kept["things"]["meeting"][0]["title"], "Weekly");
    let left = control("DELETE", "/things?thing=tag").await;
    assert_eq!(left["things"].as_object().unwrap().keys().collect::<Vec<_>>(), ["meeting"]);
    control("POST", "/reset").await;
    assert_eq!(control("GET", "/things").await, json!({ "things": {} }));
}

#[tokio::test]
async fn a_list_holds_what_its_request_asks_for_and_what_is_below() {
    let (_server, caller) = start().await;
    for (id, parent) in [(2, 1), (5, 4), (3, 2), (4, 3), (6, 1)] {
        let department = json!({ "name": format!("D{id}"), "parentid": parent, "id": id });
        assert_eq!(caller.post("department/create", department).await["errcode"], 0);
    }
    let ids = async |query: &str| {
        let listed = caller.get("department/simplelist", query).await;
        let listed = listed["department_id"].as_array().unwrap().iter();
        listed.map(|department| department["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(ids("").await, [2, 5, 3, 4, 6]);
    assert_eq!(ids("id=").await, [2, 5, 3, 4, 6], "nothing is asked for");
    assert_eq!(ids("id=2").await, [2, 5, 3, 4], "at all levels");
    assert_eq!(ids("id=4").await, [5, 4]);
    assert_eq!(ids("id=6").await, [6]);
    assert!(ids("id=99").await.is_empty());
    // A department that is its own ancestor ends nothing.
    caller.post("department/update", json!({ "id": 2, "parentid": 5 })).await;
    assert_eq!(ids("id=4").await, [2, 5, 3, 4]);
}

#[tokio::test]
async fn members_are_listed_in_each_of_their_departments() {
    let (_server, caller) = start().await;
    for (userid, departments) in
        [("lin.wei", json!([4, 17])), ("zhou.min", json!([4])), ("chen.yu", Value::Null)]
    {
        let mail = format!("{userid}@example.com");
        let member = json!({ "userid": userid, "name": userid, "department": departments, "email": mail });
        assert_eq!(caller.post("user/create", member).await["errcode"], 0);
    }
    let of = async |department: u64| {
        let listed = caller.get("user/simplelist", &format!("department_id={department}")).await;
        let listed = listed["userlist"].as_array().unwrap().iter();
        listed.map(|member| member["userid"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (of(4).await, of(17).await),
        (vec!["lin.wei".to_owned(), "zhou.min".to_owned()], vec!["lin.wei".to_owned()])
    );
    assert!(of(5).await.is_empty());
    let pairs = caller.post("user/list_id", json!({ "limit": 10 })).await;
    let pairs: Vec<Value> = pairs["dept_user"].as_array().unwrap().clone();
    let lin = |department: u64| json!({ "userid": "lin.wei", "department": department });
    assert_eq!(pairs[..3], [lin(4), lin(17), json!({ "userid": "zhou.min", "department": 4 })]);
    assert_eq!(
        (pairs.len(), &pairs[3]["userid"]),
        (4, &json!("chen.yu")),
        "who says nothing of it is listed once"
    );
}

#[tokio::test]
async fn an_answer_is_that_of_the_example_with_the_same_kind_of_message() {
    let (_server, caller) = start().await;
    let send = async |message: Value| {
        let mut fields = json!({ "touser": "lin.wei", "agentid": 1 });
        fields.as_object_mut().unwrap().extend(message.as_object().unwrap().clone());
        caller.post("message/send", fields).await
    };
    let card = |card: Value| json!({ "msgtype": "template_card", "template_card": card });
    let text = send(json!({ "msgtype": "text", "text": { "content": "Hello" } })).await;
    assert_eq!((&text["errcode"], text.get("response_code")), (&json!(0), None));
    let news = json!({ "card_type": "news_notice", "main_title": { "title": "A" }, "card_image": { "url": "u" }, "card_action": { "type": 1 } });
    assert!(send(card(news)).await["response_code"].is_string());
    let unknown = send(card(json!({ "card_type": "poster" }))).await;
    assert_eq!((&unknown["errcode"], unknown.get("response_code")), (&json!(40058), None));
}

#[tokio::test]
async fn callers_at_once_get_ids_of_their_own() {
    let (server, caller) = start().await;
    let mut calls = JoinSet::new();
    for number in 0..100 {
        let caller = caller.clone();
        let mut meeting = weekly();
        meeting["title"] = number.into();
        calls.spawn(async move { caller.post("meeting/create", meeting).await });
    }
    let ids: BTreeSet<String> =
        calls.join_all().await.iter().map(|made| made["meetingid"].to_string()).collect();
    assert_eq!((ids.len(), server.things("meeting").len()), (100, 100));
}
