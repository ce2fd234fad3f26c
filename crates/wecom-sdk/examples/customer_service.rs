//! Serves the customers of a WeChat customer service account (微信客服): reads their messages, replies to texts, and hands
//! customers who send anything else over to a person.
//!
//! `cargo run -p wecom-sdk --example customer_service` talks to a mock server. With `WECOM_CORP_ID` and `WECOM_SECRET` set (the secret of
//! an app that may call 微信客服), it talks to WeCom, and serves the account `WECOM_OPEN_KFID`.

mod setup;

use std::collections::BTreeSet;
use std::env;

use wecom_sdk::kf::message::{
    Content, EventMessage, GetServiceState, Message, Origin, OutgoingMessage, SendMsg, SendMsgOnEvent,
    ServiceState, SyncMsg, TransServiceState,
};
use wecom_sdk::kf::servicer::{ListServicer, ServicerStatus};
use wecom_sdk::{Client, Error};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = setup::client(1).await?;
    let account = env::var("WECOM_OPEN_KFID").unwrap_or_else(|_| "wkErxtDgAAq7ZkT2".to_owned());
    let mut desk = Desk { client, account, handed_over: BTreeSet::new() };

    // An application calls this when WeCom sends it the callback `kf_msg_or_event`, with the callback's token
    // (`SyncMsg::token`), and begins at the stored cursor: without one, the last 3 days are read again.
    let mut request = SyncMsg::new(&desk.account);
    if let Ok(cursor) = env::var("WECOM_CURSOR") {
        request = request.cursor(cursor);
    }
    let mut pages = desk.client.pages(request);
    while let Some(page) = pages.try_next().await? {
        for message in &page.msg_list {
            desk.serve(message).await?;
        }
        // Store it once the page has been processed: then a crash repeats a page, but loses none.
        println!("next cursor: {}", page.next_cursor);
    }
    Ok(())
}

/// The desk that serves an account.
struct Desk {
    client: Client,
    account: String,
    /// Customers whose session a person has taken over.
    handed_over: BTreeSet<String>,
}

impl Desk {
    async fn serve(&mut self, message: &Message) -> Result<(), Error> {
        // The list also has the replies of people, and events such as a failed delivery.
        let Some(customer) =
            message.external_userid.as_deref().filter(|_| message.origin == Origin::Customer)
        else {
            return Ok(());
        };
        if self.handed_over.contains(customer) {
            return Ok(());
        }
        // Once a person has taken over a session, or it has ended, the API can't reply in it any more.
        let state = self.client.send(&GetServiceState::new(&self.account, customer)).await?.service_state;
        if !matches!(state, ServiceState::New | ServiceState::Bot) {
            return Ok(());
        }
        match &message.content {
            Content::Text(text) => self.answer(customer, &text.content).await,
            // This includes types of messages that WeCom adds later: they arrive as `Content::Other`.
            _ => self.hand_over(customer).await,
        }
    }

    async fn answer(&self, customer: &str, question: &str) -> Result<(), Error> {
        println!("{customer} asks: {question}");
        // At most 5 messages per message of the customer. If one can't be delivered, an event in the list says so
        // later.
        let answer = OutgoingMessage::text("Thank you! Send an image to talk to a person.");
        self.client.send(&SendMsg::new(customer, &self.account, answer)).await.map(drop)
    }

    /// Hands a session over to a servicer who is on duty, or to the pool from which servicers take sessions.
    async fn hand_over(&mut self, customer: &str) -> Result<(), Error> {
        let servicers = self.client.send(&ListServicer::new(&self.account)).await?.servicer_list;
        let mut serving =
            servicers.into_iter().filter(|servicer| servicer.status == Some(ServicerStatus::Serving));
        let servicer = serving.find_map(|servicer| servicer.userid);
        let to = |state| TransServiceState::new(&self.account, customer, state);
        let request = match &servicer {
            Some(servicer) => to(ServiceState::Servicer).servicer_userid(servicer),
            None => to(ServiceState::WaitingPool),
        };
        // The code is for one message, which the customer sees when the session changes.
        if let Some(code) = self.client.send(&request).await?.msg_code {
            let notice = EventMessage::text("One moment, please: a person answers you.");
            self.client.send(&SendMsgOnEvent::new(code, notice)).await?;
        }
        println!("{customer} goes to {}", servicer.as_deref().unwrap_or("the waiting pool"));
        self.handed_over.insert(customer.to_owned());
        Ok(())
    }
}
