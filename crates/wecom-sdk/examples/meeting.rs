//! Schedules a meeting, invites a member to it, reads it back, and cancels it.
//!
//! `cargo run -p wecom-sdk --example meeting` talks to a mock server. With `WECOM_CORP_ID` and `WECOM_SECRET` set (the secret of an app that
//! may call the meeting API), it talks to WeCom: set `WECOM_USERID` to the member who organizes the meeting, and `WECOM_INVITEE` to
//! the one who is invited. WeCom notifies both.

mod setup;

use std::env;
use std::time::Duration;

use wecom_sdk::Timestamp;
// Companies with advanced meeting features (会议高级功能) use `meeting::advanced`, with the same names and more fields.
use wecom_sdk::meeting::basic::{CancelMeeting, CreateMeeting, GetMeetingInfo, Reminders, UpdateMeeting};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = setup::client(1).await?;
    let admin = env::var("WECOM_USERID").unwrap_or_else(|_| "lin.wei".to_owned());
    let invitee = env::var("WECOM_INVITEE").unwrap_or_else(|_| "chen.yu".to_owned());

    let tomorrow = Timestamp::now() + 24 * HOUR;
    let meeting = CreateMeeting::new(admin, "Tea tasting", tomorrow, HOUR)
        .location("Room 3")
        .reminders(Reminders::new().remind_before([900]));
    // Keep this ID: an app can't list the meetings that it has scheduled.
    let meeting = client.send(&meeting).await?.meetingid;
    println!("scheduled: {meeting}");

    // An update needs only the changed fields, but replaces a whole list: members who aren't in it are no longer invited.
    let update = UpdateMeeting::new(&meeting).invitees([&invitee]);
    client.send(&update).await?;
    println!("invited: {invitee}");

    let info = client.send(&GetMeetingInfo::new(&meeting)).await?;
    let attendees: Vec<&str> = info.attendees.member.iter().map(|member| member.userid.as_str()).collect();
    println!("{}, {} minutes, organized by {}", info.title, info.meeting_duration / 60, info.admin_userid);
    println!("attendees: {}", attendees.join(", "));
    println!("to join: {}", info.meeting_link);

    client.send(&CancelMeeting::new(&meeting)).await?;
    let status = client.send(&GetMeetingInfo::new(&meeting)).await?.status;
    println!("status: {status:?}");
    Ok(())
}
