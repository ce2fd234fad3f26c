//! A call that succeeds reports no failure of others, and what was created reads back without what nobody sent.

mod caller;

use serde_json::{Value, json};

use caller::start;

#[tokio::test]
async fn a_success_names_no_failures() {
    let (_server, caller) = start().await;
    let call = async |path: &str, body: Value| caller.post(path, body).await;
    let user = call(
        "user/create",
        json!({ "userid": "a", "name": "A", "mobile": "13900000000", "department": [1] }),
    )
    .await;
    assert_eq!(user, json!({ "errcode": 0, "errmsg": "created" }));
    let invited = call("batch/invite", json!({ "user": ["a", "b"], "party": [1] })).await;
    assert_eq!(invited, json!({ "errcode": 0, "errmsg": "ok" }));
    let calendar =
        call("oa/calendar/add", json!({ "calendar": { "summary": "Harbor", "color": "#FF3030" } })).await;
    assert_eq!((&calendar["errcode"], &calendar["fail_result"]["shares"]), (&json!(0), &json!([])));
    let grid = json!({ "grid_name": "River Road", "grid_parent_id": "g", "grid_admin": ["a"] });
    assert_eq!(call("report/grid/add", grid).await["invalid_userids"], json!([]));
    let chats = json!({ "chat_id_list": ["c"], "new_owner": "a" });
    assert_eq!(call("externalcontact/groupchat/transfer", chats).await["failed_chat_list"], json!([]));
}

#[tokio::test]
async fn there_is_a_result_for_each_thing_of_the_request() {
    let (_server, caller) = start().await;
    let call = async |path: &str, body: Value| caller.post(path, body).await;
    let servicers =
        json!({ "open_kfid": "k", "userid_list": ["weekly", "linmo"], "department_id_list": [7] });
    assert_eq!(
        call("kf/servicer/add", servicers).await["result_list"],
        json!([
            { "userid": "weekly", "errcode": 0, "errmsg": "success" },
            { "userid": "linmo", "errcode": 0, "errmsg": "ignored" },
            { "department_id": 7, "errcode": 0, "errmsg": "success" },
        ])
    );
    let accounts = call("exmail/vip/batch_add", json!({ "userid_list": ["x", "y"] })).await;
    assert_eq!(
        (&accounts["succ_userid_list"], &accounts["fail_userid_list"]),
        (&json!(["x", "y"]), &json!([]))
    );
    let customers =
        json!({ "handover_userid": "a", "takeover_userid": "b", "external_userid": ["wm1", "wm2", "wm3"] });
    let transferred = call("externalcontact/transfer_customer", customers).await;
    let expected = ["wm1", "wm2", "wm3"].map(|id| json!({ "external_userid": id, "errcode": 0 }));
    assert_eq!(transferred["customer"], json!(expected));
    let converted = call("idconvert/open_kfid", json!({ "open_kfid_list": ["k1", "k2"] })).await;
    let ids: Value =
        converted["items"].as_array().unwrap().iter().map(|item| item["open_kfid"].clone()).collect();
    assert_eq!((&ids, &converted["invalid_open_kfid_list"]), (&json!(["k1", "k2"]), &json!([])));
}

#[tokio::test]
async fn what_was_not_sent_reads_back_empty() {
    let (_server, caller) = start().await;
    let created = caller.post("department/create", json!({ "name": "Weekly", "parentid": 1 })).await;
    let department = caller.get("department/get", &format!("id={}", created["id"])).await;
    let order = &department["department"]["order"];
    assert_eq!(
        department["department"],
        json!({ "id": 22, "name": "Weekly", "parentid": 1, "order": order, "department_leader": [] })
    );

    let schedule = json!({ "schedule": { "start_time": 1_720_000_000, "end_time": 1_720_003_600 } });
    let id = caller.post("oa/schedule/add", schedule).await["schedule_id"].clone();
    let read = caller.post("oa/schedule/get", json!({ "schedule_id_list": [id] })).await;
    let read = &read["schedule_list"][0];
    assert_eq!((&read["schedule_id"], &read["start_time"]), (&id, &json!(1_720_000_000)));
    for text in ["summary", "description", "location"] {
        assert_eq!(read[text], "", "{text} of {read}");
    }
    assert_eq!(read["attendees"], json!([]));
    assert_eq!(read["reminders"]["is_repeat"], 0, "{read}");

    let tag = caller.post("tag/create", json!({ "tagname": "Atlas" })).await["tagid"].clone();
    let read = caller.get("tag/get", &format!("tagid={tag}")).await;
    assert_eq!((&read["userlist"], &read["partylist"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn items_of_lists_have_what_was_sent_of_them() {
    let (_server, caller) = start().await;
    let schedule = json!({ "schedule": {
        "start_time": 1_720_000_000, "end_time": 1_720_003_600, "attendees": [{ "userid": "a" }, { "userid": "b" }],
    } });
    let id = caller.post("oa/schedule/add", schedule).await["schedule_id"].clone();
    let read = caller.post("oa/schedule/get", json!({ "schedule_id_list": [id] })).await;
    let attendees = read["schedule_list"][0]["attendees"].as_array().unwrap().iter();
    assert_eq!(attendees.clone().map(|attendee| &attendee["userid"]).collect::<Vec<_>>(), ["a", "b"]);
    assert!(attendees.into_iter().all(|attendee| attendee["response_status"].is_number()), "{read}");
}
