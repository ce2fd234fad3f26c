//! Buys license accounts (接口许可账号) for a company, as a service provider: places an order, gets its activation codes, and activates
//! them for members.
//!
//! `cargo run -p wecom-sdk --example licenses` talks to a mock server. With `WECOM_PROVIDER_ID` and `WECOM_PROVIDER_SECRET` set, it talks to WeCom, for
//! the company `WECOM_CORP_ID`, with the member `WECOM_BUYER` of the provider as the buyer. Use a test company: its orders are
//! free, and paid as soon as they are placed.

use std::env;

use wecom_mock::Server;
use wecom_sdk::license::account::{Activation, BatchActivateAccount, ListActivatedAccount};
use wecom_sdk::license::order::{
    AccountCount, AccountDuration, CreateNewOrder, GetOrder, ListOrderAccount, OrderStatus,
};
use wecom_sdk::{Client, ClientBuilder, Provider};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, _mock) = provider().await?;
    let corpid = env::var("WECOM_CORP_ID").unwrap_or_else(|_| "ww8f7e6d5c4b3a2918".to_owned());
    let buyer = env::var("WECOM_BUYER").unwrap_or_else(|_| "lin.wei".to_owned());

    let order = CreateNewOrder::new(
        &corpid,
        buyer,
        AccountCount::new().base_count(1).external_contact_count(1),
        AccountDuration::new().months(1),
    );
    let order_id = client.send(&order).await?.order_id;
    println!("ordered: {order_id}");

    // An order is paid in the provider console, or from the provider's balance with `SubmitPayJob`. Its codes exist from then on.
    let order = client.send(&GetOrder::new(&order_id)).await?.order;
    println!("status: {:?}, {} fen", order.order_status, order.price);
    if order.order_status != OrderStatus::Paid {
        println!("there are no codes yet: pay {order_id} first");
        return Ok(());
    }

    // Accounts of a renewal have a member instead of a code.
    let mut members = ["chen.yu", "lin.mo"].into_iter();
    let mut activations = Vec::new();
    let mut accounts = client.items(ListOrderAccount::new(&order_id));
    while let Some(account) = accounts.try_next().await? {
        if let (Some(code), Some(member)) = (account.active_code, members.next()) {
            activations.push(Activation::new(code, member));
        }
    }
    println!("codes: {}", activations.len());

    // Each code has a result of its own: if one fails, the others are activated all the same.
    let activated = client.send(&BatchActivateAccount::new(&corpid, activations)).await?;
    for result in &activated.active_result {
        let outcome =
            if result.errcode == 0 { "activated".to_owned() } else { format!("error {}", result.errcode) };
        println!("{}: {outcome}", result.active_code);
    }

    let mut accounts = client.items(ListActivatedAccount::new(&corpid));
    while let Some(account) = accounts.try_next().await? {
        println!("{}: {:?} until {}", account.userid, account.r#type, account.expire_time);
    }
    Ok(())
}

/// Returns a provider's client for WeCom if the environment has credentials. Otherwise, returns one for a mock server, which runs as long as it is kept.
async fn provider() -> Result<(Client<Provider>, Option<Server>), Box<dyn std::error::Error>> {
    if let (Ok(id), Ok(secret)) = (env::var("WECOM_PROVIDER_ID"), env::var("WECOM_PROVIDER_SECRET")) {
        println!("talking to WeCom as WECOM_PROVIDER_ID\n");
        return Ok((ClientBuilder::new(Provider::new(id, secret)).build()?, None));
    }
    let server = Server::start().await?;
    println!("talking to a mock server (set WECOM_PROVIDER_ID and WECOM_PROVIDER_SECRET for WeCom)\n");
    let client = ClientBuilder::new(Provider::new("ww1a2b3c4d5e6f7a8b", "secret"));
    Ok((client.base_url(server.base_url()).build()?, Some(server)))
}
