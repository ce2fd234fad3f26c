//! Codes exchanged for the person who logged in.

use wecom_mock::Server;
use wecom_sdk::auth::login::{GetUserDetail, GetUserInfo};
use wecom_sdk::login::{Installation, Redirect, Scope, WebAuthorization};
use wecom_sdk::service::auth::{GetPermanentCodeV2, GetPreAuthCode};
use wecom_sdk::service::login::GetUserInfo3rd;
use wecom_sdk::{AuthorizedCorp, Client, ClientBuilder, Suite};

const STATE: &str = "4dVqJ7";

/// Returns the query with which WeCom redirects the browser back: the parameters of the URL's `redirect_uri`, and a
/// code.
fn comes_back(url: &str, code: &str) -> String {
    let (_, query) = url.split_once('?').unwrap();
    let state = form_urlencoded::parse(query.trim_end_matches("#wechat_redirect").as_bytes())
        .find_map(|(name, value)| (name == "state").then(|| value.into_owned()));
    format!("{code}=the-code&state={}", state.unwrap())
}

#[tokio::test]
async fn a_member_who_opens_a_page_is_known_by_the_code() {
    let server = Server::start().await.unwrap();
    let client = Client::builder("ww1", "secret").base_url(server.base_url()).build().unwrap();
    let url = WebAuthorization::corp(
        client.credential().corp_id.as_str(),
        "https://example.com/login?next=/orders",
    )
    .agent_id(1_000_014)
    .scope(Scope::PrivateInfo)
    .state(STATE)
    .url()
    .unwrap();
    let code = Redirect::from_query(&comes_back(&url, "code")).unwrap().code_for(STATE).unwrap();
    let visitor = client.send(&GetUserInfo::new(code)).await.unwrap();
    assert_eq!(visitor.userid.as_deref(), Some("lin.wei"));
    let detail = client.send(&GetUserDetail::new(visitor.user_ticket.unwrap())).await.unwrap();
    assert_eq!((detail.userid.as_str(), detail.mobile.as_deref()), ("lin.wei", Some("13900001234")));
    let received = &server.received("/cgi-bin/auth/getuserinfo")[0];
    assert_eq!(received.param("code"), Some("the-code"));
}

#[tokio::test]
async fn an_installation_ends_with_a_company_that_can_be_called() {
    let server = Server::start().await.unwrap();
    let suite =
        ClientBuilder::new(Suite::new("ww-suite", "secret")).base_url(server.base_url()).build().unwrap();
    suite.put_ticket("pushed").await;
    let code = suite.send(&GetPreAuthCode::new()).await.unwrap().pre_auth_code;
    let suite_id = suite.credential().suite_id.as_str();
    let url = Installation::new(suite_id, code, "https://example.com/installed").state(STATE).url().unwrap();
    assert!(url.contains("pre_auth_code=a-pre-auth-code&"), "{url}");
    let code = Redirect::from_query(&comes_back(&url, "auth_code")).unwrap().code_for(STATE).unwrap();
    let installed = suite.send(&GetPermanentCodeV2::new(code)).await.unwrap();
    let company = AuthorizedCorp::new(&suite, installed.auth_corp_info.corpid, installed.permanent_code);
    suite.with_credential(company).access_token().await.unwrap();
    // Its members log in with the app.
    let visitor = suite.send(&GetUserInfo3rd::new("code")).await.unwrap();
    assert_eq!(visitor.corpid.as_deref(), Some("ww1a2b3c4d5e6f7a8b"));
}
