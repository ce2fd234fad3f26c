//! Typed values that the mock pushes: a handler receives the equal value.

use wecom_mock::Server;
use wecom_mock::push::{Application, PushError};
use wecom_models::wire::WriteObject;
use wecom_sdk::Timestamp;
use wecom_sdk::aibot::events::{EnterChat, TextMessage};
use wecom_sdk::callback::{Envelope, Event, Payload, Router, Shape};
use wecom_sdk::contacts::events::CreateUser;
use wecom_sdk::externalcontact::events::AddExternalContact;
use wecom_sdk::message::events::TextMessage as AppText;
use wecom_sdk::oa::events::{ApprovalRecord, ApproverRecord, SysApprovalChange};
use wecom_sdk::openhw::events::{BindDevice, UserScan};
use wecom_sdk::pay::events::{PaymentNotification, RefundNotification};
use wecom_sdk::service::events::SuiteTicket;
use wecom_sdk::zone::events::DeleteKnowledgeBase;

use crate::callbacks::{SUITE, receive, settings};

/// What a handler received.
type Received<T> = tokio::sync::mpsc::UnboundedReceiver<(Envelope, T)>;

/// Receives callbacks of one type.
fn taking<T: Payload + Clone + Sync>() -> (Router, Received<T>) {
    let (sender, received) = tokio::sync::mpsc::unbounded_channel();
    let router = Router::new().on(move |event: Event<T>| {
        let received = (event.callback.envelope.as_ref().clone(), event.payload);
        let sender = sender.clone();
        async move { sender.send(received).unwrap() }
    });
    (router, received)
}

/// Pushes a value over HTTP, and returns the envelope with which a handler received the equal value.
async fn pushed<T>(receiveid: &str, event: T) -> Envelope
where
    T: Payload + WriteObject + Clone + PartialEq + std::fmt::Debug + Sync,
{
    let (router, mut handled) = taking::<T>();
    let server = Server::start().await.unwrap();
    let application =
        Application::verify(&receive(router, receiveid).await, settings(receiveid)).await.unwrap();
    server.push_to(application.agent_id(1_000_002));
    let pushed = server.push_event(&event).await.unwrap();
    assert_eq!((pushed.tries, pushed.reply), (1, None));
    let (envelope, value) = handled.recv().await.unwrap();
    assert_eq!(value, event);
    envelope
}

#[tokio::test]
async fn a_value_is_pushed_and_a_handler_receives_the_equal_value() {
    let text = AppText { content: " a < b ]]> \r\n".into() };
    let envelope = pushed("ww1", text).await;
    assert_eq!((&*envelope.to_user_name, &*envelope.from_user_name), ("ww1", "sys"));
    assert!(
        envelope.agent_id == Some(1_000_002) && envelope.msg_id.is_some() && envelope.create_time.is_some()
    );

    let added = AddExternalContact {
        user_id: Some("lin.wei".into()),
        external_user_id: Some("wmIqWEDgAAk4mB9xRd".into()),
        ..Default::default()
    };
    let envelope = pushed("ww1", added).await;
    assert_eq!((envelope.shape, envelope.change.as_deref()), (Shape::Event, Some("add_external_contact")));

    let record = |speech: &str| {
        let details = vec![ApproverRecord { speech: speech.into(), ..Default::default() }];
        ApprovalRecord { details, ..Default::default() }
    };
    let mut change = SysApprovalChange::default();
    change.approval_info.sp_record = vec![record("yes"), record("")];
    pushed("ww1", change).await;

    let envelope = pushed(SUITE, SuiteTicket { suite_ticket: "a-ticket".into() }).await;
    assert_eq!((envelope.shape, envelope.suite_id.as_deref()), (Shape::Info, Some(SUITE)));

    let mut said = TextMessage::default();
    said.text.content = "hello\u{1}".into();
    let envelope = pushed("", said).await;
    assert!(envelope.shape == Shape::BotMessage && envelope.msg_id.is_some());
    let envelope = pushed("", EnterChat { aibotid: "bot".into(), ..Default::default() }).await;
    assert_eq!((envelope.shape, &*envelope.kind), (Shape::BotEvent, "enter_chat"));

    let mut bind = BindDevice::default();
    bind.base_info.req_id = "REQUEST-1".into();
    bind.event.event_type = "bind".into();
    bind.event.auth_code = "a-code".into();
    let envelope = pushed("mdgate01", bind).await;
    assert_eq!((envelope.shape, envelope.msg_id.as_deref()), (Shape::Notification, Some("REQUEST-1")));
    let mut scan = UserScan::default();
    scan.command.command_type = "user_scan".into();
    scan.command.open_userid = "woIqWEDgAAq1hZ8vTs".into();
    assert_eq!(pushed("mdgate01", scan).await.shape, Shape::DeviceCommand);

    let stored = DeleteKnowledgeBase { timestamp: Timestamp::from_unix(1_767_225_600), ..Default::default() };
    assert_eq!(pushed("ww1", stored).await.kind, "delete_knowledge_base");
    let paid = PaymentNotification { event_type: "TRANSACTION.SUCCESS".into(), ..Default::default() };
    assert_eq!(pushed("ww1", paid).await.kind, "TRANSACTION.SUCCESS");
}

#[tokio::test]
async fn a_value_is_pushed_with_an_envelope_of_its_own_or_not_at_all() {
    let (router, mut received) = taking::<CreateUser>();
    let server = Server::start().await.unwrap();
    let user = CreateUser { user_id: "lin.wei".into(), ..Default::default() };
    assert!(matches!(server.push_event(&user).await, Err(PushError::NoApplication)));
    server.application(&receive(router, SUITE).await, settings(SUITE)).await.unwrap();
    // The same type is an info for a suite.
    let info = CreateUser::SELECT.iter().find(|select| select.shape == Shape::Info).unwrap();
    let envelope = Envelope { auth_corp_id: Some("ww1".into()), ..info.envelope() };
    server.push_with(envelope, &user).await.unwrap();
    let (envelope, value) = received.recv().await.unwrap();
    assert_eq!((envelope.suite_id.as_deref(), envelope.auth_corp_id.as_deref()), (Some(SUITE), Some("ww1")));
    assert_eq!(value, user);

    let hostile = CreateUser { user_id: "a\u{0}b".into(), ..Default::default() };
    let error = server.push_event(&hostile).await.unwrap_err().to_string();
    assert_eq!(error, "the callback can't be written at `UserID`: XML can't contain \\u{0}");
    let error = server.push_with(Envelope::of::<SuiteTicket>(), &user).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the callback can't be written: its envelope is of another callback than contacts.events.create_user: \
         `Envelope::of` begins with its own"
    );
    let error = server.push_event(&RefundNotification::default()).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the callback can't be written: `REFUND.*` covers several kinds: set the envelope's `kind` to one of them"
    );
}
