//! Rates that count something other than an app's calls to one endpoint.

use std::time::Duration;

use tokio::time::Instant;
use wecom_sdk::agent::workbench;
use wecom_sdk::contacts::contactrule::{CreateContactRule, DeleteContactRule, UpdateContactRule};
use wecom_sdk::corpgroup::chain::{IdentityType, ImportChainContact, ImportContact, ImportCorp};
use wecom_sdk::externalcontact::message_push::RemindGroupMsgSend;
use wecom_sdk::externalcontact::moment::{self, AddMomentTask};
use wecom_sdk::idconvert::{SubjectType, UnionIdToExternalUserId};
use wecom_sdk::oa::approval::ApplyEvent;
use wecom_sdk::rates::Scope;
use wecom_sdk::token::WebhookKey;
use wecom_sdk::wedoc::smartsheet_webhook::{CellValue, NewRecord, SmartsheetWebhook};
use wecom_sdk::{AuthorizedCorp, Client, CorpSecret, Endpoint as _, Error, Fixed, OnLimit, Suite, Usage};

use crate::limits::{call, noted};

const APPLY: &str = "/cgi-bin/oa/applyevent";

/// Returns how long a call has been told to wait, if a limit refused it. What the transport answers doesn't matter here.
fn refused<T>(result: &Result<T, Error>) -> Option<Duration> {
    match result {
        Err(Error::Limited { retry_after, .. }) => Some(*retry_after),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn endpoints_that_share_a_rate_are_counted_together() {
    let (noted, client) = noted(OnLimit::Refuse);
    let change = async |number: usize, client: &Client| match number % 3 {
        0 => refused(&client.send(&CreateContactRule::new([])).await),
        1 => refused(&client.send(&UpdateContactRule::new([])).await),
        _ => refused(&client.send(&DeleteContactRule::new([7])).await),
    };
    for number in 0..5 {
        assert_eq!(change(number, &client).await, None);
    }
    for number in 5..8 {
        let wait = change(number, &client).await.expect("the sixth change within a minute is refused");
        assert!(wait > Duration::from_secs(55), "{wait:?}");
    }
    // A call that has no type counts with them, and another app by itself.
    assert!(refused(&call(&client, "/cgi-bin/contactrule/delete").await).is_some());
    let other = client.with_credential(CorpSecret::new("ww1", "another secret"));
    assert_eq!(change(0, &other).await, None);
    let patient = client.with(|options| options.on_limit(OnLimit::Wait).deadline(Duration::from_secs(120)));
    assert_eq!(change(0, &patient).await, None);
    let paths = ["create", "update", "delete"].map(|name| format!("/cgi-bin/contactrule/{name}"));
    let mut all: Vec<Instant> = paths.iter().flat_map(|path| noted.times(path)).collect();
    all.sort();
    assert_eq!(all.len(), 7);
    assert!(all[6] - all[0] >= Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn a_rate_for_each_value_of_a_field_counts_them_apart() {
    let (_, client) = noted(OnLimit::Refuse);
    let set = async |member: &str| {
        let image = workbench::Image::new("https://example.com/menu.png");
        refused(&client.send(&workbench::SetWorkbenchData::new(1_000_014, member, image)).await)
    };
    for member in ["lin", "chen"] {
        for _ in 0..10 {
            assert_eq!(set(member).await, None);
        }
        assert!(set(member).await.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn calls_about_one_thing_do_not_hold_up_those_about_another() {
    let (noted, client) = noted(OnLimit::Wait);
    let client = client.with(|options| options.deadline(Duration::from_secs(3 * 86_400)));
    let remind = async |message: &str| refused(&client.send(&RemindGroupMsgSend::new(message)).await);
    for _ in 0..3 {
        assert_eq!(remind("first").await, None);
    }
    let start = Instant::now();
    let waits = async {
        assert_eq!(remind("first").await, None);
        start.elapsed()
    };
    let passes = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(remind("second").await, None);
        start.elapsed()
    };
    let (waited, other) = tokio::join!(waits, passes);
    assert!(other < Duration::from_secs(2), "{other:?}");
    assert!(waited >= Duration::from_secs(86_400), "{waited:?}");
    assert_eq!(noted.times("/cgi-bin/externalcontact/remind_groupmsg_send").len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_items_counts_those_of_a_call() {
    let (_, client) = noted(OnLimit::Refuse);
    let sheet = client.with_credential(Fixed::<WebhookKey>::new("key"));
    let write = async |records: usize| {
        let record = NewRecord::new([("fText01", CellValue::from("Crane 4"))]);
        refused(&sheet.send(&SmartsheetWebhook::new().add_records(vec![record; records])).await)
    };
    assert_eq!(write(2000).await, None);
    assert!(write(1001).await.is_some());
    assert_eq!(write(1000).await, None);
    // More than a minute ever allows is for WeCom to refuse.
    tokio::time::advance(Duration::from_secs(62)).await;
    assert_eq!(write(5000).await, None);
    assert!(write(1).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_a_company_counts_all_its_apps() {
    let (_, client) = noted(OnLimit::Refuse);
    let other = client.with_credential(CorpSecret::new("ww1", "another secret"));
    let stranger = client.with_credential(CorpSecret::new("ww2", "secret"));
    let post = async |client: &Client| {
        refused(&client.send(&AddMomentTask::new().text(moment::TextContent::new("Hello"))).await)
    };
    for number in 0..10 {
        assert_eq!(post(if number % 2 == 0 { &client } else { &other }).await, None);
    }
    assert!(post(&client).await.is_some() && post(&other).await.is_some());
    assert_eq!(post(&stranger).await, None);
}

#[test]
fn a_field_decides_whether_a_call_counts() {
    let quotas = UnionIdToExternalUserId::META.quotas;
    let scopes: Vec<Scope> = quotas.iter().map(|quota| quota.scope).collect();
    assert_eq!(scopes, [Scope::Company, Scope::Provider]);
    assert!(quotas.iter().all(|quota| quota.unless == Some("mass_call_ticket")));
    let request = UnionIdToExternalUserId::new("oUnion1", "oOpen1");
    let usage = |request: &UnionIdToExternalUserId| [0, 1].map(|quota| request.usage(quota));
    assert_eq!(usage(&request), [Some(Usage::call()), None], "by default, the subject is the company");
    let of_provider = request.clone().subject_type(SubjectType::ServiceProvider);
    assert_eq!(usage(&of_provider), [None, Some(Usage::call())]);
    assert_eq!(usage(&of_provider.mass_call_ticket("ticket")), [None, None]);
    assert_eq!(usage(&request.mass_call_ticket("ticket")), [None, None]);
}

#[test]
fn the_items_of_lists_in_the_items_of_a_list_are_counted() {
    let person = ImportContact::new("Wang Fang", IdentityType::Member, "13800000000");
    let companies = [2, 0, 3].map(|people| ImportCorp::new("Example Oil", vec![person.clone(); people]));
    assert_eq!(ImportChainContact::new("chain", companies).usage(0), Some(Usage::items(5)));
}

/// The client of a company that has installed an app of a service provider.
fn installed(client: &Client, suite: &str, company: &str) -> Client<AuthorizedCorp> {
    let suite = client.with_credential(Suite::new(suite, "secret"));
    suite.with_credential(AuthorizedCorp::new(&suite, company, "permanent code"))
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_third_party_apps_limits_no_others() {
    let [quota] = ApplyEvent::META.quotas else { panic!("the endpoint has one quota") };
    assert!(quota.of_providers);
    let (_, own) = noted(OnLimit::Refuse);
    let suite = own.with_credential(Suite::new("suite", "secret"));
    suite.put_ticket("ticket").await;
    let app = installed(&own, "suite", "ww1");
    for _ in 0..60 {
        assert_eq!(refused(&call(&own, APPLY).await), None);
        assert_eq!(refused(&call(&app, APPLY).await), None);
    }
    assert!(refused(&call(&app, APPLY).await).is_some());
    assert_eq!(refused(&call(&own, APPLY).await), None);
    assert_eq!(
        refused(&call(&installed(&own, "suite", "ww2"), APPLY).await),
        None,
        "each app of a company by itself"
    );
}
