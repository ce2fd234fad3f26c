//! Other calls read what one call has created, even those that don't get it by its ID.

mod caller;

use serde_json::{Value, json};

use caller::{Caller, start};
use wecom_mock::Server;

/// The values of a field of the items of a list.
fn each(list: &Value, field: &str) -> Value {
    list.as_array().into_iter().flatten().filter_map(|item| item.get(field)).cloned().collect()
}

#[tokio::test]
async fn a_document_and_a_form_have_the_new_name() {
    let (_server, caller) = start().await;
    let post = async |path: &str, body: Value| caller.post(&format!("wedoc/{path}"), body).await;
    let doc = post("create_doc", json!({ "doc_type": 3, "doc_name": "Minutes" })).await["docid"].clone();
    assert_eq!(post("rename_doc", json!({ "docid": doc, "new_name": "Notes" })).await["errcode"], 0);
    let info = post("get_doc_base_info", json!({ "docid": doc })).await["doc_base_info"].clone();
    assert_eq!((&info["doc_name"], &info["doc_type"]), (&json!("Notes"), &json!(3)));
}

#[tokio::test]
async fn a_member_is_found_by_mobile_and_by_email() {
    let (_server, caller) = start().await;
    let by_mobile = async |mobile: &str| caller.post("user/getuserid", json!({ "mobile": mobile })).await;
    assert_eq!(by_mobile("13900000001").await["userid"], "lin.wei", "nobody was created yet");
    for (userid, mobile) in [("a", "13900000001"), ("b", "13900000002")] {
        let email = format!("{userid}@example.com");
        let member = json!({ "userid": userid, "name": userid, "mobile": mobile, "email": email });
        assert_eq!(caller.post("user/create", member).await["errcode"], 0);
    }
    assert_eq!(by_mobile("13900000002").await["userid"], "b");
    let found = caller.post("user/get_userid_by_email", json!({ "email": "a@example.com" })).await;
    assert_eq!(found["userid"], "a");
    assert_eq!(by_mobile("13900000003").await["errcode"], 60111);
}

#[tokio::test]
async fn students_and_parents_are_read_by_one_call() {
    let (_server, caller) = start().await;
    let post = async |path: &str, body: Value| caller.post(&format!("school/user/{path}"), body).await;
    let get = async |id: &str| caller.get("school/user/get", &format!("userid={id}")).await;
    let students = ["s1", "s2"].map(|id| json!({ "student_userid": id, "name": id, "department": [21] }));
    assert_eq!(post("batch_create_student", json!({ "students": students })).await["errcode"], 0);
    let children = json!([{ "student_userid": "s1", "relation": "Father" }]);
    let parent = json!({ "parent_userid": "p1", "mobile": "13900000001", "children": children });
    assert_eq!(post("create_parent", parent).await["errcode"], 0);
    let student = get("s2").await;
    assert_eq!((&student["user_type"], &student["student"]["name"]), (&json!(1), &json!("s2")));
    assert_eq!((student.get("parent"), &student["student"]["parents"]), (None, &json!([])));
    let parent = get("p1").await;
    assert_eq!((&parent["user_type"], &parent["parent"]["children"]), (&json!(2), &children));
    assert_eq!((parent.get("student"), &parent["parent"]["mobile"]), (None, &json!("13900000001")));
    let renamed = json!({ "students": [{ "student_userid": "s2", "name": "Lin Xia" }] });
    assert_eq!(post("batch_update_student", renamed).await["errcode"], 0);
    assert_eq!(get("s2").await["student"]["name"], "Lin Xia");
    assert_eq!(post("batch_create_student", json!({ "students": students })).await["errcode"], 60102);
    assert_eq!(post("batch_delete_student", json!({ "useridlist": ["s1", "s2"] })).await["errcode"], 0);
    assert_eq!(get("s2").await["errcode"], 60111);
    assert_eq!(get("p1").await["errcode"], 0);
}

#[tokio::test]
async fn members_are_added_to_tags_and_servicers_to_accounts_and_dropped_again() {
    let (_server, caller) = start().await;
    let tag = caller.post("tag/create", json!({ "tagname": "Atlas" })).await["tagid"].clone();
    let add = async |users: &[&str], parties: &[u64]| {
        let body = json!({ "tagid": tag, "userlist": users, "partylist": parties });
        caller.post("tag/addtagusers", body).await
    };
    add(&["a", "b"], &[4]).await;
    add(&["b", "c"], &[]).await;
    caller.post("tag/deltagusers", json!({ "tagid": tag, "userlist": ["a", "x"] })).await;
    let read = caller.get("tag/get", &format!("tagid={tag}")).await;
    assert_eq!((each(&read["userlist"], "userid"), &read["partylist"]), (json!(["b", "c"]), &json!([4])));

    let account = caller.post("kf/account/add", json!({ "name": "Help", "media_id": "m" })).await;
    let id = account["open_kfid"].as_str().unwrap();
    let servicers = json!({ "open_kfid": id, "userid_list": ["a", "b"], "department_id_list": [7] });
    caller.post("kf/servicer/add", servicers).await;
    caller.post("kf/servicer/del", json!({ "open_kfid": id, "userid_list": ["a"] })).await;
    let list = caller.get("kf/servicer/list", &format!("open_kfid={id}")).await["servicer_list"].clone();
    assert_eq!((each(&list, "userid"), each(&list, "department_id")), (json!(["b"]), json!([7])));
}

#[tokio::test]
async fn a_meetings_invitees_guests_and_polls_are_those_that_were_set() {
    let (_server, caller) = start().await;
    let post = async |path: &str, body: Value| caller.post(&format!("meeting/{path}"), body).await;
    let meeting = json!({
        "admin_userid": "a", "title": "Weekly", "meeting_start": 1_720_000_000, "meeting_duration": 900, "settings": {},
        "invitees": { "userid": ["a", "b"] },
    });
    let id = post("create", meeting).await["meetingid"].clone();
    let invitees = async || {
        let page = post("get_invitees", json!({ "meetingid": id })).await;
        assert_eq!(page["has_more"], false);
        each(&page["invitees"], "userid")
    };
    assert_eq!(invitees().await, json!(["a", "b"]));
    post("set_invitees", json!({ "meetingid": id, "invitees": [{ "userid": "c" }] })).await;
    assert_eq!(invitees().await, json!(["c"]));
    let guests = json!([{ "area": "86", "phone_number": "13900000021" }]);
    post("set_guests", json!({ "meetingid": id, "guests": guests })).await;
    let read = post("get_guests", json!({ "meetingid": id })).await;
    assert_eq!((&read["guests"], &read["title"]), (&guests, &json!("Weekly")));
    let start = json!({ "operator_userid": "a", "instance_id": 1, "meetingid": id, "poll_theme_id": "any" });
    let poll = post("poll/start", start).await["poll_id"].clone();
    let detail =
        |poll: Value| json!({ "operator_userid": "a", "instance_id": 1, "meetingid": id, "poll_id": poll });
    assert_eq!(post("poll/get_poll_detail", detail(poll)).await["poll_theme_id"], "any");
    assert_eq!(post("poll/get_poll_detail", detail("other".into())).await["errcode"], 40058);
}

#[tokio::test]
async fn an_approval_request_is_read_by_its_number() {
    let (_server, caller) = start().await;
    let request = json!({
        "creator_userid": "a", "template_id": "t1", "use_template_approver": 1, "apply_data": { "contents": [] },
        "summary_list": [],
    });
    let number = caller.post("oa/applyevent", request).await["sp_no"].clone();
    let info = caller.post("oa/getapprovaldetail", json!({ "sp_no": number })).await["info"].clone();
    assert_eq!((&info["sp_no"], &info["template_id"]), (&number, &json!("t1")));
    assert_eq!(caller.post("oa/getapprovaldetail", json!({ "sp_no": "1" })).await["errcode"], 301_025);
}

/// Posts as a service provider.
async fn as_provider(server: &Server, caller: &Caller, path: &str, body: Value) -> Value {
    let token = server.issue_token("provider_access_token");
    let address = format!("{}/cgi-bin/{path}?provider_access_token={token}", caller.base);
    caller.http.post(address).body(body.to_string()).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_paid_order_has_codes_which_are_activated_once() {
    let (server, caller) = start().await;
    let post =
        async |path: &str, body: Value| as_provider(&server, &caller, &format!("license/{path}"), body).await;
    let company = |more: Value| {
        let mut body = json!({ "corpid": "ww1" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let order = company(json!({
        "buyer_userid": "a", "account_count": { "base_count": 2, "external_contact_count": 1 },
        "account_duration": { "months": 2 },
    }));
    let id = post("create_new_order", order).await["order_id"].clone();
    let get = async || post("get_order", json!({ "order_id": id })).await["order"].clone();
    let accounts =
        async || post("list_order_account", json!({ "order_id": id })).await["account_list"].clone();
    let unpaid = get().await;
    assert_eq!((&unpaid["order_status"], &unpaid["order_type"]), (&json!(0), &json!(1)));
    assert_eq!(unpaid["account_count"], json!({ "base_count": 2, "external_contact_count": 1 }));
    assert_eq!((&unpaid["account_duration"], unpaid.get("pay_time")), (&json!({ "months": 2 }), None));
    assert_eq!(accounts().await, json!([]), "it isn't paid");
    assert_eq!(post("list_actived_account", company(json!({}))).await["account_list"], json!([]));
    let orders = post("list_order", company(json!({}))).await["order_list"].clone();
    assert_eq!(orders, json!([{ "order_id": id, "order_type": 1 }]));

    let pay = json!({ "payer_userid": "a", "order_id": id });
    let job = post("submit_pay_job", pay.clone()).await["jobid"].clone();
    assert_eq!(post("pay_job_result", json!({ "jobid": job })).await["status"], 1);
    assert_eq!((&get().await["order_status"], get().await["pay_time"].is_u64()), (&json!(1), true));
    assert_eq!(post("submit_pay_job", pay).await["errcode"], 701_084, "it is paid");
    let cancel = company(json!({ "order_id": id }));
    assert_eq!(post("cancel_order", cancel).await["errcode"], 701_169);
    let codes = accounts().await;
    assert_eq!(each(&codes, "type"), json!([1, 1, 2]));
    let codes = each(&codes, "active_code");
    let info = async |code: &Value| {
        post("get_active_info_by_code", company(json!({ "active_code": code }))).await["active_info"].clone()
    };
    let new = info(&codes[0]).await;
    assert_eq!((&new["status"], new.get("userid"), new.get("active_time")), (&json!(1), None, None));
    assert_eq!((new.get("merge_info"), new.get("share_info")), (None, None));

    let list = json!([
        { "active_code": codes[0], "userid": "a" },
        { "active_code": "made up", "userid": "b" },
        { "active_code": codes[2], "userid": "a" },
    ]);
    let results =
        post("batch_active_account", company(json!({ "active_list": list }))).await["active_result"].clone();
    assert_eq!(each(&results, "active_code"), each(&list, "active_code"));
    assert_eq!(each(&results, "userid"), json!(["a", "b", "a"]));
    assert_eq!(each(&results, "errcode"), json!([0, 701_021, 0]));
    let read = info(&codes[0]).await;
    assert_eq!((&read["status"], &read["userid"], &read["type"]), (&json!(2), &json!("a"), &json!(1)));
    let again = company(json!({ "active_code": codes[0], "userid": "b" }));
    assert_eq!(post("active_account", again).await["errcode"], 701_003);
    let elsewhere = json!({ "corpid": "ww2", "active_code": codes[1], "userid": "b" });
    assert_eq!(post("active_account", elsewhere).await["errcode"], 701_021, "the code is another company's");
    let by_type = |kind: u64| company(json!({ "type": kind, "userid": "b" }));
    assert_eq!(post("active_account_by_type", by_type(1)).await["errcode"], 0);
    assert_eq!(post("active_account_by_type", by_type(1)).await["errcode"], 701_072, "none is left");
    assert_eq!(info(&codes[1]).await["userid"], "b");

    let all = post("list_actived_account", company(json!({}))).await["account_list"].clone();
    assert_eq!((each(&all, "userid"), each(&all, "type")), (json!(["a", "b", "a"]), json!([1, 1, 2])));
    let of = async |userid: &str| post("get_active_info_by_user", company(json!({ "userid": userid }))).await;
    let member = of("a").await;
    assert_eq!(each(&member["active_info_list"], "active_code"), json!([codes[0], codes[2]]));
    assert_eq!(member["active_status"], 1);
    let nobody = of("c").await;
    assert_eq!((&nobody["active_info_list"], &nobody["active_status"]), (&json!([]), &json!(0)));
    let wanted = company(json!({ "active_code_list": [codes[2], "made up"] }));
    let several = post("batch_get_active_info_by_code", wanted).await;
    assert_eq!(each(&several["active_info_list"], "active_code"), json!([codes[2]]));
    assert_eq!(several["invalid_active_code_list"], json!(["made up"]));
}

#[tokio::test]
async fn an_order_is_canceled_before_it_is_paid_and_a_made_up_one_is_an_error() {
    let (server, caller) = start().await;
    let post =
        async |path: &str, body: Value| as_provider(&server, &caller, &format!("license/{path}"), body).await;
    let order = json!({
        "corpid": "ww1", "buyer_userid": "a", "account_count": { "base_count": 1 }, "account_duration": { "days": 31 },
    });
    let id = post("create_new_order", order).await["order_id"].clone();
    let read = post("get_order", json!({ "order_id": id })).await["order"].clone();
    assert_eq!(read["account_count"], json!({ "base_count": 1, "external_contact_count": 0 }));
    let cancel = |company: &str| json!({ "order_id": id, "corpid": company });
    assert_eq!(post("cancel_order", cancel("ww2")).await["errcode"], 701_005, "another company's");
    assert_eq!(post("cancel_order", cancel("ww1")).await["errcode"], 0);
    assert_eq!(post("get_order", json!({ "order_id": id })).await["order"]["order_status"], 2);
    let pay = |id: &Value| json!({ "payer_userid": "a", "order_id": id });
    assert_eq!(post("submit_pay_job", pay(&id)).await["errcode"], 701_084);
    let made_up = json!("made up");
    for path in ["get_order", "list_order_account", "cancel_order"] {
        assert_eq!(post(path, json!({ "order_id": made_up })).await["errcode"], 701_005, "{path}");
    }
    assert_eq!(post("submit_pay_job", pay(&made_up)).await["errcode"], 701_005);
    assert_eq!(post("list_order_account", json!({ "order_id": id })).await["account_list"], json!([]));
}

#[tokio::test]
async fn contact_rules_have_the_ids_that_were_returned_beside_them() {
    let (_server, caller) = start().await;
    let post = async |path: &str, body: Value| caller.post(&format!("contactrule/{path}"), body).await;
    let rules = json!([
        { "rule_type": 1, "range": { "userid": ["a"] }, "is_allowed_search": false },
        { "rule_type": 3, "range": { "partyid": [4] } },
    ]);
    let ids = post("create", json!({ "rules": rules })).await["rule_ids"].clone();
    assert_eq!((ids.as_array().map(Vec::len), ids[0].is_u64()), (Some(2), true));
    let list = async || post("list", json!({})).await["rules"].clone();
    let mut expected = rules.clone();
    for (index, id) in ids.as_array().unwrap().iter().enumerate() {
        expected[index]["rule_id"] = id.clone();
    }
    assert_eq!(list().await, expected, "as sent, and nothing else");
    let change = json!({ "rule_id": ids[1], "rule_type": 3, "range": { "tagid": [12] } });
    let changed = post("update", json!({ "rules": [change] })).await["rules"].clone();
    assert_eq!(changed, json!([change]));
    assert_eq!(list().await[1], change);
    assert_eq!(post("delete", json!({ "rule_ids": [ids[0]] })).await["errcode"], 0);
    assert_eq!(each(&list().await, "rule_id"), json!([ids[1]]));
    assert_eq!(post("delete", json!({ "rule_ids": [ids[0]] })).await["errcode"], 40058);
}

#[tokio::test]
async fn a_todo_which_no_call_creates_keeps_what_was_changed() {
    let (_server, caller) = start().await;
    let get = async |id: &str| caller.post("todo/get", json!({ "todo_id": id })).await;
    let example = get("any").await;
    let attendees = json!([{ "userid": "a", "status": 0 }]);
    let update = json!({ "todo_id": "t1", "attendees": attendees });
    assert_eq!(caller.post("todo/update", update).await["errcode"], 0);
    let mut expected = example.clone();
    expected["attendees"] = attendees;
    assert_eq!(get("t1").await, expected, "the rest is the example's");
    assert_eq!(caller.post("todo/update", json!({ "todo_id": "t1", "status": 0 })).await["errcode"], 0);
    expected["status"] = 0.into();
    assert_eq!(get("t1").await, expected);
    assert_eq!(get("t2").await, example, "any ID is one");
}

#[tokio::test]
async fn a_check_in_rule_is_listed_by_an_id_that_no_call_returned() {
    let (_server, caller) = start().await;
    let post = async |path: &str, body: Value| caller.post(&format!("checkin/{path}"), body).await;
    let rule = |name: &str| {
        json!({ "group": {
            "grouptype": 3, "groupname": name, "wifimac_infos": [{ "wifiname": "w", "wifimac": "02:00:5e:10:00:01" }],
            "range": { "party_id": ["9"] },
        } })
    };
    for name in ["Sales", "Office"] {
        assert_eq!(post("add_checkin_option", rule(name)).await["errcode"], 0);
    }
    let list = async || post("getcorpcheckinoption", json!({})).await["group"].clone();
    let rules = list().await;
    assert_eq!(each(&rules, "groupname"), json!(["Sales", "Office"]));
    assert_eq!((&rules[0]["grouptype"], &rules[0]["wifimac_infos"][0]["wifiname"]), (&json!(3), &json!("w")));
    let ids = each(&rules, "groupid");
    assert!(ids[0].is_u64() && ids[1].is_u64() && ids[0] != ids[1], "{ids}");
    let change = json!({ "group": { "groupid": ids[0], "groupname": "North" } });
    assert_eq!(post("update_checkin_option", change).await["errcode"], 0);
    assert_eq!(each(&list().await, "groupname"), json!(["North", "Office"]));
    assert_eq!(each(&list().await, "groupid"), ids);
    assert_eq!(post("del_checkin_option", json!({ "groupid": ids[0] })).await["errcode"], 0);
    assert_eq!(each(&list().await, "groupname"), json!(["Office"]));
    assert_ne!(post("del_checkin_option", json!({ "groupid": ids[0] })).await["errcode"], 0);
}

#[tokio::test]
async fn parents_are_listed_by_the_departments_of_their_children() {
    let (_server, caller) = start().await;
    let post = async |path: &str, body: Value| caller.post(&format!("school/user/{path}"), body).await;
    for (id, department) in [("s1", 21), ("s2", 22)] {
        let student = json!({ "student_userid": id, "name": id, "department": [department] });
        assert_eq!(post("create_student", student).await["errcode"], 0);
    }
    let parent = |id: &str, children: &[&str]| {
        let children: Vec<Value> =
            children.iter().map(|child| json!({ "student_userid": child, "relation": "Aunt" })).collect();
        json!({ "parent_userid": id, "mobile": "13900000001", "children": children })
    };
    for parent in [parent("p1", &["s1"]), parent("p2", &["s1", "s2"])] {
        assert_eq!(post("create_parent", parent).await["errcode"], 0);
    }
    let list = async |department: u64| {
        caller.get("school/user/list_parent", &format!("department_id={department}")).await["parents"].clone()
    };
    assert_eq!(each(&list(21).await, "parent_userid"), json!(["p1", "p2"]));
    let listed = list(22).await;
    assert_eq!(each(&listed, "parent_userid"), json!(["p2"]));
    assert_eq!(each(&listed[0]["children"], "student_userid"), json!(["s1", "s2"]));
    assert_eq!((&listed[0]["is_subscribe"], listed[0].get("external_userid")), (&json!(0), None));
    assert_eq!(list(23).await, json!([]));
    assert_eq!(caller.get("school/user/delete_parent", "userid=p2").await["errcode"], 0);
    assert_eq!(list(22).await, json!([]));
    assert_eq!(caller.get("school/user/get", "userid=p2").await["errcode"], 60111);
}

#[tokio::test]
async fn imported_devices_are_listed_until_they_are_deleted() {
    let (_server, caller) = start().await;
    let post =
        async |path: &str, body: Value| caller.post(&format!("security/trustdevice/{path}"), body).await;
    let devices = json!([
        { "system": "Windows", "mac_addr": ["02:00:5E:10:00:01"], "pc_name": "PC-1" },
        { "system": "Mac", "seq_no": "S-2" },
        { "system": "Mac", "seq_no": "S-3" },
        { "system": "Mac", "seq_no": "S-4" },
    ]);
    let results = post("import", json!({ "device_list": devices })).await["result"].clone();
    assert_eq!(each(&results, "device_index"), json!([1, 2, 3, 4]));
    assert_eq!(each(&results, "status"), json!([1, 1, 1, 1]));
    assert_eq!(each(&results, "duplicated_device_code"), json!([]));
    let codes = each(&results, "device_code");
    assert_eq!(codes.as_array().map(Vec::len), Some(4));
    let list = async |kind: u64| post("list", json!({ "type": kind })).await["device_list"].clone();
    let listed = list(1).await;
    assert_eq!(each(&listed, "device_code"), codes);
    assert_eq!(each(&listed, "seq_no"), json!(["S-2", "S-3", "S-4"]));
    assert_eq!((&listed[0]["pc_name"], listed[0].get("domain")), (&json!("PC-1"), None));
    assert_eq!((listed[0].get("last_login_userid"), &listed[0]["source"]), (None, &json!(2)));
    assert_eq!(list(2).await, json!([]), "they are the company's");
    let of = json!({ "last_login_userid": "a", "type": 1 });
    assert_eq!(post("get_by_user", of).await["device_list"], json!([]), "nobody logged in");
    let delete = json!({ "type": 1, "device_code_list": [codes[0], codes[2]] });
    assert_eq!(post("delete", delete.clone()).await["errcode"], 0);
    assert_eq!(each(&list(1).await, "seq_no"), json!(["S-2", "S-4"]));
    assert_eq!(post("delete", delete).await["errcode"], 40058);
}

#[tokio::test]
async fn members_with_an_advanced_account_are_those_who_were_given_one() {
    let (_server, caller) = start().await;
    for family in ["wedoc", "wedrive", "exmail"] {
        let post = async |path: &str, body: Value| caller.post(&format!("{family}/vip/{path}"), body).await;
        let of = |members: &[&str]| json!({ "userid_list": members });
        let list = async || post("list", json!({})).await["userid_list"].clone();
        assert_eq!(
            post("batch_add", of(&["a", "b"])).await["succ_userid_list"],
            json!(["a", "b"]),
            "{family}"
        );
        assert_eq!(
            post("batch_add", of(&["b", "c"])).await["fail_userid_list"],
            json!([]),
            "they may have one"
        );
        assert_eq!(list().await.as_array().map(Vec::len), Some(3));
        let removed = post("batch_del", of(&["b", "x"])).await;
        assert_eq!(removed["succ_userid_list"], json!(["b"]));
        assert_eq!(removed["fail_userid_list"], json!(["x"]), "nobody gave that one an account");
        assert_eq!(list().await, json!(["a", "c"]));
    }
    for family in ["security", "meeting"] {
        let post = async |path: &str, body: Value| caller.post(&format!("{family}/vip/{path}"), body).await;
        let list = async || post("list", json!({})).await["userid_list"].clone();
        let job = post("submit_batch_add_job", json!({ "userid_list": ["a", "b"] })).await["jobid"].clone();
        let result = post("batch_add_job_result", json!({ "jobid": job })).await["job_result"].clone();
        assert_eq!(result, json!({ "succ_userid_list": ["a", "b"], "fail_userid_list": [] }), "{family}");
        let job = post("submit_batch_del_job", json!({ "userid_list": ["a"] })).await["jobid"].clone();
        let result = post("batch_del_job_result", json!({ "jobid": job })).await["job_result"].clone();
        assert_eq!(result["succ_userid_list"], json!(["a"]));
        assert_eq!(list().await, json!(["b"]));
        assert_eq!(post("batch_add_job_result", json!({ "jobid": "made up" })).await["errcode"], 40058);
    }
}

#[tokio::test]
async fn a_cashier_order_is_listed_with_its_kind_and_canceled_before_it_is_paid() {
    let (server, caller) = start().await;
    let post = async |path: &str, more: Value| {
        let mut body = json!({ "nonce_str": "n", "ts": 1_720_000_000, "sig": "s" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        as_provider(&server, &caller, &format!("paytool/{path}"), body).await
    };
    let products = json!({ "customized_app": {
        "order_type": 2, "buy_info_list": [{ "suiteid": "dk1", "duration_days": 90, "total_price": 120_000 }],
        "notify_custom_corp": 0,
    } });
    let order = json!({
        "business_type": 2, "custom_corpid": "ww1", "pay_type": 0, "creator": "a", "product_list": products,
    });
    let id = post("open_order", order).await["order_id"].clone();
    let get = async || post("get_order_detail", json!({ "order_id": id })).await["pay_order"].clone();
    let read = get().await;
    assert_eq!((&read["order_id"], &read["order_status"]), (&id, &json!(1)));
    assert_eq!((&read["custom_corpid"], &read["creator"]), (&json!("ww1"), &json!("a")));
    assert_eq!((&read["business_type"], read.get("paid_time")), (&json!(2), None), "it isn't paid");
    let list = async |kind: u64| {
        let list = json!({ "business_type": kind, "limit": 10 });
        post("get_order_list", list).await["pay_order_list"].clone()
    };
    assert_eq!((each(&list(2).await, "order_id"), list(1).await), (json!([id]), json!([])));
    assert_eq!(post("close_order", json!({ "order_id": id })).await["errcode"], 0);
    assert_eq!((&get().await["order_status"], each(&list(2).await, "order_status")), (&json!(3), json!([3])));
    assert_eq!(post("close_order", json!({ "order_id": id })).await["errcode"], 90311, "it is canceled");
    for path in ["close_order", "get_order_detail"] {
        assert_eq!(post(path, json!({ "order_id": "made up" })).await["errcode"], 90310, "{path}");
    }
}
