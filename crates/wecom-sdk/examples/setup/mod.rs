//! The client that the examples share.

use std::env;
use std::error::Error;

use wecom_mock::Server;
use wecom_sdk::Client;

/// Returns a client for WeCom if the environment has credentials. Otherwise, returns one for a mock server, which runs
/// as long as it is kept; its lists have this many pages, each with the same items.
pub(crate) async fn client(pages: usize) -> Result<(Client, Option<Server>), Box<dyn Error>> {
    if let (Ok(corp_id), Ok(secret)) = (env::var("WECOM_CORP_ID"), env::var("WECOM_SECRET")) {
        let mut builder = Client::builder(corp_id, secret);
        if let Ok(base_url) = env::var("WECOM_BASE_URL") {
            builder = builder.base_url(base_url);
        }
        println!("talking to WeCom as WECOM_CORP_ID\n");
        return Ok((builder.build()?, None));
    }
    let server = Server::builder().pages(pages).start().await?;
    let client = Client::builder("ww1a2b3c4d5e6f7a8b", "secret").base_url(server.base_url()).build()?;
    println!(
        "talking to a mock server at {} (set WECOM_CORP_ID and WECOM_SECRET for WeCom)\n",
        server.base_url()
    );
    Ok((client, Some(server)))
}
