//! Calls every endpoint of the conversation archive, customer messages and meetings once, and pages through two.
//!
//! `cargo run -p wecom-sdk --example quickstart` talks to a mock server that it starts itself. With `WECOM_CORP_ID` and
//! `WECOM_SECRET` set, it talks to WeCom; `WECOM_BASE_URL` sets another base URL.

mod setup;

use wecom_sdk::chatdata::archive::SyncMsg;
use wecom_sdk::externalcontact::message_push::{
    ChatType, GetGroupMsgListV2, GetGroupMsgSendResult, GetGroupMsgTask,
};
use wecom_sdk::meeting::basic::GetMeetingInfo;
use wecom_sdk::msgaudit::{CheckRoomAgree, CheckSingleAgree, OneToOneChat};
use wecom_sdk::token::AccessToken;
use wecom_sdk::{Client, Endpoint, Timestamp};

const DAY: i64 = 24 * 60 * 60;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = setup::client(3).await?;

    let chat = OneToOneChat::new("lin.wei", "wmAJ2GCAAAme1XQR");
    let now = Timestamp::now();
    let list = GetGroupMsgListV2::new(ChatType::Single, now.as_unix() - 7 * DAY, now);
    let message = "msgAJ2GCAAAXtWyujaWJHDDGi0mA";
    let calls = [
        call(&client, &CheckSingleAgree::new([chat]), |answer| {
            format!("{} contacts", answer.agreeinfo.len())
        })
        .await,
        call(&client, &CheckRoomAgree::new("wrAJ2GCAAA8s9c1q"), |answer| {
            format!("{} contacts", answer.agreeinfo.len())
        })
        .await,
        call(&client, &SyncMsg::new().limit(1000), |page| format!("{} records", page.msg_list.len())).await,
        call(&client, &list, |page| format!("{} messages", page.group_msg_list.len())).await,
        call(&client, &GetGroupMsgTask::new(message), |page| format!("{} tasks", page.task_list.len())).await,
        call(&client, &GetGroupMsgSendResult::new(message, "lin.wei"), |page| {
            format!("{} results", page.send_list.len())
        })
        .await,
        call(&client, &GetMeetingInfo::new("hyAJ2GCAAAXtWyuj"), |meeting| {
            format!("{:?}, {:?}", meeting.title, meeting.status)
        })
        .await,
    ];

    println!();
    let mut pages = client.pages(SyncMsg::new());
    while let Some(page) = pages.try_next().await? {
        println!("sync_msg: a page of {} records, next cursor {}", page.msg_list.len(), page.next_cursor);
    }
    let mut tasks = client.items(GetGroupMsgTask::new(message));
    while let Some(task) = tasks.try_next().await? {
        println!("get_groupmsg_task: {} {:?}", task.userid, task.status);
    }
    match calls.iter().filter(|succeeded| !**succeeded).count() {
        0 => Ok(()),
        failed => Err(format!("{failed} of {} calls failed", calls.len()).into()),
    }
}

/// Makes one call, and prints a line with its method, path and response. Returns whether it succeeded.
async fn call<E>(client: &Client, request: &E, show: impl Fn(&E::Response) -> String) -> bool
where
    E: Endpoint<Token = AccessToken> + Sync,
    E::Response: Send,
{
    let answer = client.send(request).await;
    let shown = match &answer {
        Ok(answer) => show(answer),
        Err(error) => format!("failed: {error}"),
    };
    println!("{} {:<50} {shown}", E::META.method, E::META.path);
    answer.is_ok()
}
