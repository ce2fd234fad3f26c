//! The search of the built documentation, in a headless Chromium: it finds what people look for first.
//!
//! It needs the documentation that `cargo doc --workspace --all-features` builds, in the folder that the variable
//! `WECOM_RUSTDOC` names, and Chromium. Without them, the test prints that it was skipped.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

/// Searches, each with how the address of the first result in `wecom_sdk` must begin.
const SEARCHES: &[(&str, &str)] = &[
    ("获取会话记录", "chatdata/archive/struct.SyncMsg.html"),
    ("发送应用消息", "message/app/struct.SendMessage.html"),
    ("message/send", "message/app/struct.SendMessage.html"),
    ("user/get", "contacts/user/struct.GetUser.html"),
    ("60111", "errcode/constant.USERID_NOT_FOUND.html"),
    // Only the end of a path, or its beginning.
    ("externalcontact/groupchat/list", "externalcontact/groupchat/struct.ListGroupChat.html"),
    ("wedoc/smartsheet/add_records", "wedoc/smartsheet/struct.AddRecords.html"),
    ("cgi-bin/message/send", "message/app/struct.SendMessage.html"),
    ("/message/send", "message/app/struct.SendMessage.html"),
    ("/gettoken", "access/struct.GetToken.html"),
    ("create_chatdata_export_job", "zone/export/struct.CreateChatDataExportJob.html"),
    // What an endpoint is about, and the chapters it is in.
    ("会话记录", "chatdata/archive/struct.SyncMsg.html"),
    ("应用消息", "message/app/struct.SendMessage.html"),
    ("客户列表", "externalcontact/customer/struct.ListExternalContact.html"),
    ("客户联系", "externalcontact/index.html"),
    ("被动回复", "message/reply/index.html"),
    ("审批", "oa/"),
    ("打卡", "checkin/index.html"),
    // An event by what names it on the wire, with or without its change.
    ("change_external_contact", "externalcontact/events/"),
    ("change_contact", "contacts/events/"),
    ("add_half_external_contact", "externalcontact/events/struct.AddHalfExternalContact.html"),
    // What is written by hand.
    ("群机器人", "struct.GroupBot.html"),
    ("企业红包", "struct.Merchant.html"),
    ("商户", "struct.Merchant.html"),
    ("getConfigSignature", "struct.JsSdk.html"),
    ("网页授权", "login/struct.WebAuthorization.html"),
];

#[test]
fn a_search_by_title_path_or_code_finds_the_right_page_first() {
    let test = "a_search_by_title_path_or_code_finds_the_right_page_first";
    let Ok(folder) = std::env::var("WECOM_RUSTDOC") else {
        eprintln!("skipped: {test}: WECOM_RUSTDOC names no folder with the crates' documentation");
        return;
    };
    let start = Path::new(&folder).join("wecom_sdk/index.html").canonicalize();
    let start = start.expect("the folder holds the documentation of wecom_sdk");
    for (search, expected) in SEARCHES {
        let Some(page) = searched(&start, search) else {
            eprintln!("skipped: {test}: chromium is not installed");
            return;
        };
        let first = first(&page).unwrap_or("nothing");
        assert!(first.starts_with(&format!("../wecom_sdk/{expected}")), "{search} finds {first} first");
    }
}

/// Returns the page after a search, or `None` without Chromium.
fn searched(start: &Path, search: &str) -> Option<String> {
    let encoded = search.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02X}"));
    let profile = tempfile::tempdir().expect("a folder can be created");
    let output = Command::new("chromium")
        // Root has no sandbox, and the page is our own.
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        // The page's own clock, which stops while the index is loaded: a slow machine changes nothing.
        .arg("--virtual-time-budget=20000")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}?search={encoded}", start.display()))
        .output();
    match output {
        Ok(output) if output.status.success() => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => panic!("chromium: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => panic!("chromium: {error}"),
    }
}

/// Returns the address of the first result on a page.
fn first(page: &str) -> Option<&str> {
    let (_, result) = page.split_once("<a class=\"result-")?;
    let (_, address) = result.split_once("href=\"")?;
    address.split_once('"').map(|(address, _)| address)
}
