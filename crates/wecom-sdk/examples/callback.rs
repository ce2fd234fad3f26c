//! Receives callbacks: a mock calls this program as WeCom would, with a message, a new customer and a suite ticket.
//!
//! For your own app, use the settings of the admin console: the URL, the Token and the `EncodingAESKey`.

use std::error::Error;
use std::net::Ipv4Addr;

use tokio::net::TcpListener;
use wecom_mock::Server;
use wecom_mock::push::{Application, Sender};
use wecom_sdk::callback::{Callbacks, Event, Receiver, Router, suite_tickets};
use wecom_sdk::externalcontact::events::AddExternalContact;
use wecom_sdk::message::{events::TextMessage, reply::TextReply};
use wecom_sdk::service::auth::GetPreAuthCode;
use wecom_sdk::{Client, ClientBuilder, Suite};

const TOKEN: &str = "QDG6eK";
const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const CORP: &str = "ww1a2b3c4d5e6f7a8b";
const SUITE: &str = "ww9f8e7d6c5b4a3928";

/// The value that a handler returns is the reply.
async fn answer(message: Event<TextMessage>) -> TextReply {
    println!("{} says: {}", message.callback.envelope.from_user_name, message.content);
    TextReply::new(format!("You said: {}", message.content))
}

async fn added(event: Event<AddExternalContact>) {
    let [user, customer] =
        [&event.user_id, &event.external_user_id].map(|id| id.as_deref().unwrap_or("someone"));
    println!("{user} added {customer}");
}

/// Serves callbacks, those of the app and those of the suite, and returns the address.
async fn serve(suite: &Client<Suite>) -> Result<String, Box<dyn Error>> {
    let app = Receiver::builder(TOKEN, KEY).receiveid(CORP).build()?;
    // Its URL is verified with the provider's ID.
    let of_suite = Receiver::builder(TOKEN, KEY).receiveid(SUITE).verified_as(CORP).build()?;
    let router = Router::new().on(answer).on(added).merge(suite_tickets([suite]));
    let callbacks =
        Callbacks::builder(router).receiver_at("/app", app).receiver_at("/suite", of_suite).build();
    let service =
        axum::Router::new().route_service("/app", callbacks.clone()).route_service("/suite", callbacks);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, service).await });
    Ok(format!("http://{address}"))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::start().await?;
    let suite = ClientBuilder::new(Suite::new(SUITE, "secret")).base_url(server.base_url()).build()?;
    let address = serve(&suite).await?;
    println!("a mock server calls {address}\n");

    let app = Application::verify(&format!("{address}/app"), Sender::new(TOKEN, KEY, CORP)?).await?;
    println!("the URL is verified");
    let pushed = app.push("message.events.text_message").await?;
    let reply = String::from_utf8_lossy(&pushed.reply.unwrap_or_default()).into_owned();
    println!("the reply has its text: {}", reply.contains("You said: Is the build green?"));
    app.push("externalcontact.events.add_external_contact").await?;

    let to_suite =
        Application::verify_as(&format!("{address}/suite"), CORP, Sender::new(TOKEN, KEY, SUITE)?).await?;
    to_suite.push("service.events.suite_ticket").await?;
    let code = suite.send(&GetPreAuthCode::new()).await?;
    println!("the suite has its ticket: it got a code for {} s", code.expires_in);
    Ok(())
}
