//! Works with customers (客户联系): lists them, tags one, creates a QR code that adds new ones, and posts a moment to them.
//!
//! `cargo run -p wecom-sdk --example customers` talks to a mock server. With `WECOM_CORP_ID` and `WECOM_SECRET` set (the secret of an app
//! that may call customer contact), it talks to WeCom. There, it creates a tag and a QR code, and a moment that the member
//! `WECOM_USERID` has to confirm before anyone sees it.

mod setup;

use std::env;
use std::time::Duration;

use wecom_sdk::Client;
use wecom_sdk::externalcontact::contact_way::{AddContactWay, ContactWayType, GetContactWay, Scene};
use wecom_sdk::externalcontact::customer::{BatchGetExternalContactByUser, GetExternalContact};
use wecom_sdk::externalcontact::moment::{
    AddMomentTask, GetMomentTask, GetMomentTaskResult, SenderList, TextContent, VisibleRange,
};
use wecom_sdk::externalcontact::tag::{AddCorpTag, GetCorpTagList, MarkTag, NewTag};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    let (client, _mock) = setup::client(1).await?;
    let userid = env::var("WECOM_USERID").unwrap_or_else(|_| "lin.wei".to_owned());

    if let Some(customer) = list(&client, &userid).await? {
        show(&client, &customer).await?;
        tag(&client, &userid, &customer).await?;
    }
    add_contact_way(&client, &userid).await?;
    post_moment(&client, &userid).await
}

/// Lists a member's customers, and returns the first.
async fn list(client: &Client, userid: &str) -> Result<Option<String>> {
    // One call covers up to 100 members, and returns the details of up to 100 customers: cheaper than one call per
    // customer.
    let mut customers = client.items(BatchGetExternalContactByUser::new([userid]).limit(100));
    let mut first = None;
    while let Some(customer) = customers.try_next().await? {
        println!("customer: {}, added {}", customer.external_contact.name, customer.follow_info.createtime);
        first.get_or_insert(customer.external_contact.external_userid);
    }
    Ok(first)
}

/// Shows the members who added a customer, and their tags. A customer with more than 500 of them has several pages.
async fn show(client: &Client, customer: &str) -> Result<()> {
    let mut members = client.items(GetExternalContact::new(customer));
    while let Some(member) = members.try_next().await? {
        let tags = member.tags.unwrap_or_default();
        let tags: Vec<&str> = tags.iter().map(|tag| tag.tag_name.as_str()).collect();
        println!("added by {} as {:?}, tags {tags:?}", member.userid, member.remark);
    }
    Ok(())
}

/// Creates a tag, unless the company has it, and tags a customer with it.
async fn tag(client: &Client, userid: &str, customer: &str) -> Result<()> {
    let (group, name) = ("Interests", "Green tea");
    let groups = client.send(&GetCorpTagList::new()).await?.tag_group;
    let tags = groups.into_iter().filter(|known| known.group_name == group).flat_map(|known| known.tag);
    let tag = match tags.into_iter().find(|tag| tag.name == name) {
        Some(tag) => tag,
        // A group that doesn't exist is created with its first tag.
        None => {
            let created = client.send(&AddCorpTag::new([NewTag::new(name)]).group_name(group)).await?;
            created.tag_group.tag.into_iter().next().ok_or("WeCom returns the new tag")?
        }
    };
    // A tag belongs to a customer's relation with one member, so it takes both.
    client.send(&MarkTag::new(userid, customer).add_tag([tag.id])).await?;
    println!("tagged: {name}");
    Ok(())
}

/// Creates a QR code: people who scan it add the member.
async fn add_contact_way(client: &Client, userid: &str) -> Result<()> {
    // WeCom returns `state` when somebody uses the code, so it shows where customers come from.
    let way = AddContactWay::new(ContactWayType::Single, Scene::QrCode).user([userid]).state("spring-fair");
    let created = client.send(&way).await?;
    // The code can be changed and deleted by its ID, and no call finds the ID by `state`: keep it.
    let way = client.send(&GetContactWay::new(&created.config_id)).await?.contact_way;
    let (state, url) = (way.state.unwrap_or_default(), way.qr_code.unwrap_or_default());
    println!("QR code {} for {state}: {url}", way.config_id);
    Ok(())
}

/// Has a member post a moment to all of the member's customers.
async fn post_moment(client: &Client, userid: &str) -> Result<()> {
    let senders = VisibleRange::new().sender_list(SenderList::new().user_list([userid]));
    let task = AddMomentTask::new().text(TextContent::new("Our new catalog is out.")).visible_range(senders);
    let job = client.send(&task).await?.jobid;
    // Creating it is a job that takes a while; the member then decides whether to post it.
    let job = client.wait(GetMomentTaskResult::new(job)).deadline(Duration::from_secs(60)).await?;
    let Some(moment) = job.result.and_then(|result| result.moment_id) else {
        return Err("no moment was created".into());
    };
    let mut tasks = client.items(GetMomentTask::new(&moment));
    while let Some(task) = tasks.try_next().await? {
        println!("moment {moment}: {} {:?}", task.userid, task.publish_status);
    }
    Ok(())
}
