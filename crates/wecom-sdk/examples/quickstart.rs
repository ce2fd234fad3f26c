//! Calls every endpoint of the conversation archive, customer messages and meetings once, and pages through two.
//!
//! `cargo run --example quickstart` talks to a mock server that it starts itself. With `WECOM_CORP_ID` and
//! `WECOM_SECRET` set it talks to WeCom; `WECOM_BASE_URL` sends it elsewhere.

use std::env;
use std::fmt::Debug;

use wecom_sdk::chatdata::archive::SyncMsg;
use wecom_sdk::externalcontact::message_push::{
    ChatType, GetGroupmsgListV2, GetGroupmsgSendResult, GetGroupmsgTask,
};
use wecom_sdk::meeting::basic::GetInfo;
use wecom_sdk::msgaudit::{CheckRoomAgree, CheckSingleAgree, SingleChat};
use wecom_sdk::{Client, Endpoint, Error, Timestamp};

const DAY: i64 = 24 * 60 * 60;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = client().await?;
    let calls = Calls { client: &client };

    calls
        .one(&CheckSingleAgree::new([SingleChat::new("lin.wei", "wmAJ2GCAAAme1XQR")]), |answer| {
            answer
                .agreeinfo
                .iter()
                .map(|entry| format!("{}: {:?}", entry.exteranalopenid, entry.agree_status))
                .collect()
        })
        .await;
    calls
        .one(&CheckRoomAgree::new("wrAJ2GCAAA8s9c1q"), |answer| {
            answer
                .agreeinfo
                .iter()
                .map(|entry| format!("{}: {:?}", entry.exteranalopenid, entry.agree_status))
                .collect()
        })
        .await;
    calls
        .one(&SyncMsg::new().limit(1000), |page| {
            page.msg_list
                .iter()
                .map(|message| format!("{:?} from {}", message.msgtype, message.sender.id))
                .collect()
        })
        .await;
    let now = Timestamp::now();
    let list = GetGroupmsgListV2::new(ChatType::Single, now.as_unix() - 7 * DAY, now);
    calls
        .one(&list, |page| {
            page.group_msg_list
                .iter()
                .map(|message| {
                    let attachments = message.attachments.as_ref().map_or(0, Vec::len);
                    format!("{} with {attachments} attachments", message.msgid)
                })
                .collect()
        })
        .await;
    calls
        .one(&GetGroupmsgTask::new("msgAJ2GCAAAXtWyujaWJHDDGi0mA"), |page| {
            page.task_list.iter().map(|task| format!("{}: {:?}", task.userid, task.status)).collect()
        })
        .await;
    calls
        .one(&GetGroupmsgSendResult::new("msgAJ2GCAAAXtWyujaWJHDDGi0mA", "lin.wei"), |page| {
            page.send_list.iter().map(|result| format!("{:?}", result.status)).collect()
        })
        .await;
    calls
        .one(&GetInfo::new("hyAJ2GCAAAXtWyuj"), |meeting| {
            vec![format!(
                "{:?}, {:?}, {} members",
                meeting.title,
                meeting.status,
                meeting.attendees.member.len()
            )]
        })
        .await;

    println!();
    let mut pages = client.pages(SyncMsg::new());
    let mut number = 0;
    while let Some(page) = report("sync_msg", pages.try_next().await).flatten() {
        number += 1;
        println!("sync_msg page {number}: {} records, next cursor {}", page.msg_list.len(), page.next_cursor);
    }
    let mut tasks = client.items(GetGroupmsgTask::new("msgAJ2GCAAAXtWyujaWJHDDGi0mA"));
    let mut count = 0;
    while let Some(task) = report("get_groupmsg_task", tasks.try_next().await).flatten() {
        count += 1;
        println!("get_groupmsg_task item {count}: {} {:?}", task.userid, task.status);
    }
    Ok(())
}

/// A client for WeCom if the environment has credentials, and one for a mock server of our own if not.
async fn client() -> Result<(Client, Option<wecom_mock::Server>), Box<dyn std::error::Error>> {
    match (env::var("WECOM_CORP_ID"), env::var("WECOM_SECRET")) {
        (Ok(corp_id), Ok(secret)) => {
            let mut builder = Client::builder(corp_id, secret);
            if let Ok(base_url) = env::var("WECOM_BASE_URL") {
                builder = builder.base_url(base_url);
            }
            println!("talking to WeCom as WECOM_CORP_ID\n");
            Ok((builder.build()?, None))
        }
        _ => {
            let server = wecom_mock::Server::start().await?;
            let client =
                Client::builder("ww1a2b3c4d5e6f7a8b", "secret").base_url(server.base_url()).build()?;
            println!(
                "talking to a mock server at {} (set WECOM_CORP_ID and WECOM_SECRET for WeCom)\n",
                server.base_url()
            );
            Ok((client, Some(server)))
        }
    }
}

struct Calls<'a> {
    client: &'a Client,
}

impl Calls<'_> {
    /// One call, one line: method, path, what came back.
    async fn one<E>(&self, request: &E, show: impl Fn(&E::Response) -> Vec<String>)
    where
        E: Endpoint<Token = wecom_sdk::token::AccessToken> + Sync,
        E::Response: Send + Debug,
    {
        let meta = E::META;
        let what = match self.client.send(request).await {
            Ok(answer) => show(&answer).join(", "),
            Err(error) => format!("failed: {error}"),
        };
        println!("{} {:<50} {what}", meta.method, meta.path);
    }
}

fn report<T>(name: &str, result: Result<T, Error>) -> Option<T> {
    result.inspect_err(|error| println!("{name} failed: {error}")).ok()
}
