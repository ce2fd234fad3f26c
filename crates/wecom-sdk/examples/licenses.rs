//! Buys license accounts (接口许可账号) for members of a company, as a service provider: places an order, pays it from the provider's
//! balance, gets its activation codes, activates them for the members, and reads back who has an account.
//!
//! `cargo run -p wecom-sdk --example licenses` talks to a mock server. With `WECOM_PROVIDER_ID` and `WECOM_PROVIDER_SECRET` set, it talks to WeCom, for
//! the members `WECOM_MEMBERS` (their userids, with commas in between) of the company `WECOM_CORP_ID`, with the member `WECOM_BUYER` of the provider
//! as the buyer. Use a test company: its orders are free, and paid as soon as they are placed. Any other order is paid for real.

use std::env;

use wecom_mock::Server;
use wecom_sdk::contacts::user::ListUserId;
use wecom_sdk::license::account::{
    Activation, BatchActivateAccount, GetActiveInfoByUser, ListActivatedAccount,
};
use wecom_sdk::license::order::{
    AccountCount, AccountDuration, CreateNewOrder, GetOrder, GetPayJobResult, ListOrderAccount, OrderStatus,
    PayJobStatus, SubmitPayJob,
};
use wecom_sdk::{Client, ClientBuilder, Provider};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (client, mock) = provider().await?;
    let corpid = env::var("WECOM_CORP_ID").unwrap_or_else(|_| "ww8f7e6d5c4b3a2918".to_owned());
    let buyer = env::var("WECOM_BUYER").unwrap_or_else(|_| "lin.wei".to_owned());
    let members = members(mock.as_ref()).await?;

    // A basic account for each member.
    let order = CreateNewOrder::new(
        &corpid,
        &buyer,
        AccountCount::new().base_count(members.len() as u64),
        AccountDuration::new().months(1),
    );
    let order_id = client.send(&order).await?.order_id;
    println!("ordered {} accounts: {order_id}", members.len());

    let mut order = client.send(&GetOrder::new(&order_id)).await?.order;
    println!("status: {:?}", order.order_status);
    if order.order_status == OrderStatus::Unpaid {
        let job = client.send(&SubmitPayJob::new(&buyer, &order_id)).await?.jobid;
        let payment = client.wait(GetPayJobResult::new(job)).await?;
        if payment.status != PayJobStatus::Paid {
            return Err(format!("the payment failed: {:?}", payment.pay_job_result).into());
        }
        order = client.send(&GetOrder::new(&order_id)).await?.order;
        println!("status: {:?}", order.order_status);
    }

    // The codes exist once the order is paid. The accounts of a renewal have a member instead of a code.
    let mut codes = Vec::new();
    let mut accounts = client.items(ListOrderAccount::new(&order_id));
    while let Some(account) = accounts.try_next().await? {
        codes.extend(account.active_code);
    }
    println!("codes: {}", codes.len());

    // Each code has a result of its own: if one fails, the others are activated all the same. A call takes up to 1,000 codes.
    let activations: Vec<Activation> =
        codes.into_iter().zip(&members).map(|(code, member)| Activation::new(code, member)).collect();
    for activations in activations.chunks(1000) {
        let activated = client.send(&BatchActivateAccount::new(&corpid, activations.to_vec())).await?;
        for result in activated.active_result {
            match result.errcode {
                0 => println!("{}: activated", result.active_code),
                code => println!("{}: error {code}", result.active_code),
            }
        }
    }

    for member in &members {
        let info = client.send(&GetActiveInfoByUser::new(&corpid, member)).await?;
        let codes: Vec<&str> = info.active_info_list.iter().map(|account| &*account.active_code).collect();
        println!("{member}: {}", if info.active_status { codes.join(", ") } else { "no account".to_owned() });
    }
    let mut accounts = client.items(ListActivatedAccount::new(&corpid));
    while let Some(account) = accounts.try_next().await? {
        println!("{}: {:?} until {}", account.userid, account.r#type, account.expire_time);
    }
    Ok(())
}

/// Returns the userids of the members who get an account: those of `WECOM_MEMBERS`, or some of the mock's.
async fn members(mock: Option<&Server>) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    if let Ok(members) = env::var("WECOM_MEMBERS") {
        return Ok(members.split(',').map(|member| member.trim().to_owned()).collect());
    }
    let Some(server) = mock else { return Err("set WECOM_MEMBERS to the userids of the members".into()) };
    let company = Client::builder("ww8f7e6d5c4b3a2918", "secret").base_url(server.base_url()).build()?;
    let mut members: Vec<String> = Vec::new();
    let mut pages = company.items(ListUserId::new());
    while let Some(member) = pages.try_next().await? {
        // A member of several departments is in the list once for each.
        members.extend(member.userid.filter(|userid| !members.contains(userid)));
    }
    Ok(members)
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
