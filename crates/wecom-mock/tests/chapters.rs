//! Things of whole chapters are created and read back: tags in groups, menus, pages, templates, files.

mod caller;

use reqwest::Client;
use serde_json::{Value, json};
use wecom_mock::Server;

use caller::{Caller, start};

/// A field of each item of a list.
fn each(list: &Value, field: &str) -> Vec<Value> {
    list.as_array().unwrap().iter().map(|item| item[field].clone()).collect()
}

#[tokio::test]
async fn tags_are_listed_in_their_groups() {
    let (_server, caller) = start().await;
    let call = async |path: &str, body: Value| caller.post(&format!("externalcontact/{path}"), body).await;
    let list = async |body: Value| call("get_corp_tag_list", body).await["tag_group"].clone();
    let tags = json!([{ "name": "Gold", "order": 3 }, { "name": "Silver" }]);
    let level =
        call("add_corp_tag", json!({ "group_name": "Level", "order": 5, "tag": tags })).await["tag_group"]
            .clone();
    assert_eq!((&level["group_name"], &level["order"]), (&json!("Level"), &json!(5)));
    assert_eq!(each(&level["tag"], "name"), ["Gold", "Silver"]);
    let size = call("add_corp_tag", json!({ "group_name": "Size", "tag": [{ "name": "Large" }] })).await["tag_group"].clone();
    assert_ne!(size["group_id"], level["group_id"]);

    // Into a group that is there: by its ID, or by its name.
    let bronze = json!({ "group_id": level["group_id"], "tag": [{ "name": "Bronze" }] });
    let bronze = call("add_corp_tag", bronze).await["tag_group"].clone();
    assert_eq!((&bronze["group_id"], &bronze["group_name"]), (&level["group_id"], &json!("Level")));
    let small = call("add_corp_tag", json!({ "group_name": "Size", "tag": [{ "name": "Small" }] })).await;
    assert_eq!(small["tag_group"]["group_id"], size["group_id"]);
    let nowhere = call("add_corp_tag", json!({ "group_id": "made-up", "tag": [{ "name": "Lost" }] })).await;
    assert_eq!(nowhere["errcode"], 40068, "{nowhere}");

    let all = list(json!({})).await;
    assert_eq!(each(&all, "group_name"), ["Level", "Size"]);
    assert_eq!(each(&all[0]["tag"], "name"), ["Gold", "Silver", "Bronze"]);
    assert_eq!(each(&all[0]["tag"], "order")[0], 3);
    let ids = [each(&all[0]["tag"], "id"), each(&all[1]["tag"], "id")].concat();
    assert_eq!(ids.len(), 5);
    assert!((0..5).all(|index| !ids[..index].contains(&ids[index])), "{ids:?}");

    let some = list(json!({ "tag_id": [ids[1], ids[3]] })).await;
    assert_eq!(
        (each(&some[0]["tag"], "name"), each(&some[1]["tag"], "name")),
        (vec![json!("Silver")], vec![json!("Large")])
    );
    let one = list(json!({ "tag_id": [ids[1]] })).await;
    assert_eq!(each(&one, "group_name"), ["Level"], "the other group has none of these tags");
    let whole = list(json!({ "tag_id": [ids[1]], "group_id": [size["group_id"]] })).await;
    assert_eq!(
        (each(&whole, "group_name"), each(&whole[0]["tag"], "name").len()),
        (vec![json!("Size")], 2),
        "`tag_id` is ignored"
    );

    // An ID is that of a tag or of a group.
    assert_eq!(call("edit_corp_tag", json!({ "id": ids[0], "name": "Platinum" })).await["errcode"], 0);
    assert_eq!(
        call("edit_corp_tag", json!({ "id": level["group_id"], "name": "Rank", "order": 1 })).await["errcode"],
        0
    );
    assert_eq!(call("edit_corp_tag", json!({ "id": "made-up", "name": "Rank" })).await["errcode"], 40068);
    let all = list(json!({})).await;
    assert_eq!(
        (&all[0]["group_name"], &all[0]["order"], &all[0]["tag"][0]["name"]),
        (&json!("Rank"), &json!(1), &json!("Platinum"))
    );

    // Nothing is removed if anything isn't there.
    assert_eq!(
        call("del_corp_tag", json!({ "tag_id": [ids[0]], "group_id": ["made-up"] })).await["errcode"],
        40068
    );
    assert_eq!(list(json!({})).await, all);
    let gone = json!({ "tag_id": [ids[0], ids[2]], "group_id": [size["group_id"]] });
    assert_eq!(call("del_corp_tag", gone).await["errcode"], 0);
    let left = list(json!({})).await;
    assert_eq!(
        (each(&left, "group_name"), each(&left[0]["tag"], "name")),
        (vec![json!("Rank")], vec![json!("Silver")])
    );
    assert_eq!(
        call("edit_corp_tag", json!({ "id": ids[3], "name": "X" })).await["errcode"],
        40068,
        "gone with its group"
    );
    assert_eq!(call("del_corp_tag", json!({ "tag_id": [ids[1]] })).await["errcode"], 0);
    assert_eq!(list(json!({})).await, json!([]), "a group without tags isn't there");
}

#[tokio::test]
async fn a_customer_can_only_get_tags_that_are_there() {
    let (_server, caller) = start().await;
    let mark = async |tags: Value| {
        let body = json!({ "userid": "lin.wei", "external_userid": "wm1", "add_tag": tags });
        caller.post("externalcontact/mark_tag", body).await["errcode"].clone()
    };
    assert_eq!(mark(json!(["any"])).await, 0);
    let add = async |path: &str, body: Value| {
        caller.post(&format!("externalcontact/{path}"), body).await["tag_group"]["tag"][0]["id"].clone()
    };
    let corp = add("add_corp_tag", json!({ "group_name": "Level", "tag": [{ "name": "Gold" }] })).await;
    assert_eq!(
        mark(json!([corp, "any"])).await,
        0,
        "it may be a tag of a rule group, of which none was created"
    );
    let branch = json!({ "strategy_id": 7, "group_name": "Branch", "tag": [{ "name": "Harbor" }] });
    let strategy = add("add_strategy_tag", branch).await;
    assert_eq!(mark(json!([corp, strategy])).await, 0);
    assert_eq!(mark(json!([corp, "any"])).await, 40068);
    let listed = async |id: u64| {
        caller.post("externalcontact/get_strategy_tag_list", json!({ "strategy_id": id })).await["tag_group"]
            .clone()
    };
    assert_eq!((each(&listed(7).await, "group_name"), listed(8).await), (vec![json!("Branch")], json!([])));
}

#[tokio::test]
async fn a_menu_is_set_as_a_whole_for_each_app() {
    let (_server, caller) = start().await;
    let create = async |agent: u64, names: &[&str]| {
        let buttons: Vec<Value> =
            names.iter().map(|name| json!({ "type": "click", "name": name, "key": "k" })).collect();
        let address =
            format!("{}/cgi-bin/menu/create?access_token={}&agentid={agent}", caller.base, caller.token);
        let body = json!({ "button": buttons }).to_string();
        let answer: Value = caller.http.post(address).body(body).send().await.unwrap().json().await.unwrap();
        assert_eq!(answer["errcode"], 0, "{answer}");
    };
    let get = async |agent: u64| caller.get("menu/get", &format!("agentid={agent}")).await;
    assert_eq!(get(1).await["button"][0]["name"], "Today", "the example");
    create(1, &["A", "B"]).await;
    create(2, &["C"]).await;
    assert_eq!(
        (each(&get(1).await["button"], "name"), each(&get(2).await["button"], "name")),
        (vec![json!("A"), json!("B")], vec![json!("C")])
    );
    create(1, &["D"]).await;
    assert_eq!(each(&get(1).await["button"], "name"), ["D"], "it replaces the one before");
    assert_eq!(caller.get("menu/delete", "agentid=1").await["errcode"], 0);
    assert_eq!((&get(1).await["errcode"], &get(2).await["errcode"]), (&json!(46003), &json!(0)));
}

#[tokio::test]
async fn pages_of_a_smart_document_have_ids_of_their_own() {
    let (server, caller) = start().await;
    let call = async |path: &str, mut body: Value| {
        body["docid"] = "dc1".into();
        caller.post(&format!("wedoc/smartdoc/{path}"), body).await
    };
    let add = async |info: Value| call("add_page", json!({ "info": info })).await["info"].clone();
    let first = add(json!({ "title": "Cranes" })).await;
    let id = first["page_id"].clone();
    assert!(id.is_string(), "the request has no ID to show: {first}");
    assert_eq!(
        (first.get("layout_mode"), server.things("smartdoc_page")[0]["page_id"].clone()),
        (None, id.clone())
    );
    let below = add(json!({ "title": "Crane 4", "parent_id": id, "page_id": "" })).await["page_id"].clone();
    let deeper = add(json!({ "title": "Crane 4b", "parent_id": below })).await["page_id"].clone();
    add(json!({ "title": "Ships" })).await;
    let titles = async || each(&call("get_page_hierarchy", json!({})).await["pages"], "title");
    assert_eq!(titles().await, ["Cranes", "Crane 4", "Crane 4b", "Ships"]);
    let changed = call("update_page", json!({ "info": { "page_id": below, "title": "Crane 5" } })).await;
    assert_eq!((&changed["info"]["title"], &changed["info"]["parent_id"]), (&json!("Crane 5"), &id));

    let blocks = json!([{ "type": "BLOCK_TYPE_TEXT", "content": "Oil" }, { "type": "BLOCK_TYPE_DIVIDER" }]);
    let blocks = call("add_blocks", json!({ "page_id": deeper, "blocks": blocks })).await["blocks"].clone();
    let listed = async || call("get_block_list", json!({ "page_id": deeper })).await["blocks"].clone();
    assert_eq!(each(&listed().await, "id"), each(&blocks, "id"));
    assert_eq!(listed().await[0]["content"], "Oil");
    let elsewhere = call("get_block_list", json!({ "page_id": id })).await;
    assert_eq!(elsewhere["blocks"], json!([]));

    assert_eq!(call("delete_page", json!({ "page_id": below })).await["errcode"], 0);
    assert_eq!(titles().await, ["Cranes", "Ships"], "with the page below it");
    assert_eq!(call("delete_page", json!({ "page_id": deeper })).await["errcode"], 40058);
}

#[tokio::test]
async fn a_template_is_read_under_the_names_of_its_response() {
    let (_server, caller) = start().await;
    let template = |name: &str| {
        json!({
            "template_name": [{ "text": name, "lang": "en" }],
            "template_content": { "controls": [{ "property": { "control": "Text", "id": "Text-1", "title": [{ "text": "Why", "lang": "en" }] } }] },
        })
    };
    let created = caller.post("oa/approval/create_template", template("Trip")).await;
    let id = json!({ "template_id": created["template_id"] });
    let names = async || caller.post("oa/gettemplatedetail", id.clone()).await["template_names"].clone();
    assert_eq!(names().await, json!([{ "text": "Trip", "lang": "en" }]));
    let mut update = template("Leave");
    update["template_id"] = id["template_id"].clone();
    assert_eq!(caller.post("oa/approval/update_template", update).await["errcode"], 0);
    assert_eq!(names().await, json!([{ "text": "Leave", "lang": "en" }]));
    assert_eq!(
        caller.post("oa/gettemplatedetail", json!({ "template_id": "any" })).await["errcode"],
        301_025
    );
}

/// Uploads a file as a form, as browsers and other libraries write it.
async fn upload(caller: &Caller, path: &str, name: &str, bytes: &[u8]) -> Value {
    let head = format!(
        "--x-1\r\nContent-Type: image/png\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{name}\"\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n--x-1--\r\n"].concat();
    let joint = if path.contains('?') { '&' } else { '?' };
    let address = format!("{}/cgi-bin/{path}{joint}access_token={}", caller.base, caller.token);
    let request = caller.http.post(address).header("content-type", "multipart/form-data; boundary=x-1");
    request.body(body).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn a_file_is_downloaded_byte_by_byte_as_it_was_uploaded() {
    let (_server, caller) = start().await;
    let get = async |id: &Value, range: &str| {
        let address = format!(
            "{}/cgi-bin/media/get?access_token={}&media_id={}",
            caller.base,
            caller.token,
            id.as_str().unwrap()
        );
        let response = caller.http.get(address).header("range", range).send().await.unwrap();
        let headers = response.headers().clone();
        (headers, response.bytes().await.unwrap())
    };
    let bytes: Vec<u8> = (0..=255).chain(*b"\r\n--x-2\r\n").collect();
    let picture = upload(&caller, "media/upload?type=voice", "a b.png", &bytes).await;
    assert_eq!((&picture["errcode"], &picture["type"]), (&json!(0), &json!("voice")), "{picture}");
    let attachment =
        upload(&caller, "media/upload_attachment?media_type=image&attachment_type=1", "c.png", b"other")
            .await;
    assert_ne!(attachment["media_id"], picture["media_id"]);
    let (headers, read) = get(&picture["media_id"], "bytes=0-").await;
    assert_eq!(read, bytes);
    assert_eq!(headers["content-type"], "image/png");
    assert_eq!(headers["content-disposition"], "attachment; filename=\"a b.png\"");
    assert_eq!(get(&attachment["media_id"], "bytes=0-").await.1, "other");
    assert_eq!(get(&picture["media_id"], "bytes=2-4").await.1[..], [2, 3, 4]);
    let (_, unknown) = get(&json!("any"), "bytes=0-").await;
    assert_eq!(serde_json::from_slice::<Value>(&unknown).unwrap()["errcode"], 40007);
}

#[tokio::test]
async fn a_drives_file_is_listed_renamed_moved_and_downloaded() {
    let (server, caller) = start().await;
    let call = async |path: &str, body: Value| caller.post(&format!("wedrive/{path}"), body).await;
    let file = json!({ "spaceid": "s1", "fatherid": "s1", "file_name": "a\n.txt", "file_base64_content": "AP9oZWxsbw==" });
    let id = call("file_upload", file).await["fileid"].clone();
    let listed = async |folder: &str| {
        let body = json!({ "spaceid": "s1", "fatherid": folder, "sort_type": 1, "start": 0, "limit": 10 });
        each(&call("file_list", body).await["file_list"]["item"], "fileid")
    };
    assert_eq!(listed("s1").await, std::slice::from_ref(&id));
    let renamed = call("file_rename", json!({ "fileid": id, "new_name": "b.txt" })).await;
    assert_eq!((&renamed["file"]["file_name"], &renamed["file"]["fileid"]), (&json!("b.txt"), &id));
    let moved = call("file_move", json!({ "fileid": [id], "fatherid": "folder" })).await;
    assert_eq!(each(&moved["file_list"]["item"], "fileid"), std::slice::from_ref(&id));
    assert_eq!((listed("s1").await, listed("folder").await), (vec![], vec![id.clone()]));
    let info = call("file_info", json!({ "fileid": id })).await;
    assert_eq!(
        (&info["file_info"]["file_name"], &info["file_info"]["fatherid"]),
        (&json!("b.txt"), &json!("folder"))
    );

    let download = call("file_download", json!({ "fileid": id })).await;
    let cookie = format!(
        "{}={}",
        download["cookie_name"].as_str().unwrap(),
        download["cookie_value"].as_str().unwrap()
    );
    let url = download["download_url"].as_str().unwrap();
    let bytes = caller.http.get(url).header("cookie", &cookie).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(&bytes[..], b"\0\xffhello");
    assert_eq!(server.received("/_files")[0].headers["cookie"], cookie.as_str());
    assert!(!server.things("wedrive_file")[0].as_object().unwrap().contains_key("file_base64_content"));
    assert_eq!(call("file_delete", json!({ "fileid": [id] })).await["errcode"], 0);
    assert_eq!(caller.http.get(url).send().await.unwrap().status(), 404);
    assert_eq!(call("file_download", json!({ "fileid": id })).await["errcode"], 640_002);
}

#[tokio::test]
async fn any_key_of_a_group_bot_is_accepted_until_one_is_issued() {
    let server = Server::start().await.unwrap();
    let send = async |key: &str| -> Value {
        let address = format!("{}/cgi-bin/webhook/send?key={key}", server.base_url());
        let message = json!({ "msgtype": "text", "text": { "content": "Hello" } });
        let response = Client::new().post(address).body(message.to_string()).send().await.unwrap();
        response.json::<Value>().await.unwrap()["errcode"].clone()
    };
    assert_eq!(send("made-up").await, 0);
    let key = server.issue_token("key");
    assert_eq!((send(&key).await, send("made-up").await), (json!(0), json!(93000)));
    server.revoke_tokens();
    assert_eq!((send(&key).await, send("made-up").await), (json!(93000), json!(93000)));
    server.reset();
    assert_eq!(send("made-up").await, 0);
}

#[tokio::test]
async fn the_result_of_an_import_names_its_chain() {
    let (_server, caller) = start().await;
    let person = json!({ "name": "A", "identity_type": 2, "mobile": "13800000000" });
    let corp = json!({ "corp_name": "Oil", "group_path": "North", "custom_id": "o1", "contact_info_list": [person] });
    let import = json!({ "chain_id": "Ch1", "contact_list": [corp] });
    let job = caller.post("corpgroup/import_chain_contact", import).await["jobid"].clone();
    let job = job.as_str().unwrap();
    let result = caller.get("corpgroup/getresult", &format!("jobid={job}")).await;
    assert_eq!((&result["status"], &result["result"]["chain_id"]), (&json!(3), &json!("Ch1")));
    assert_eq!(result["result"]["fail_list"], json!([]));
    assert_eq!(caller.get("corpgroup/getresult", "jobid=other").await["errcode"], 40058);
}
