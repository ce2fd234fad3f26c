use tokio::time::advance;

use super::*;

const TIMEOUT: Duration = Duration::from_secs(5);

type Answer = oneshot::Receiver<Outcome>;

fn reply(req_id: &str, exact: bool) -> (Call, Answer) {
    let (answer, outcome) = oneshot::channel();
    let call = Call {
        cmd: "aibot_respond_msg".into(),
        req_id: req_id.to_owned(),
        text: format!("{req_id}-frame"),
        is_reply: true,
        exact,
        timeout: TIMEOUT,
        deadline: Instant::now() + TIMEOUT,
        answer,
    };
    (call, outcome)
}

fn ack(errcode: i64) -> Frame {
    Frame { errcode: Some(errcode), ..Frame::default() }
}

#[tokio::test(start_paused = true)]
async fn replies_to_one_callback_go_one_at_a_time_and_those_to_others_at_once() {
    let mut calls = Calls::new(2);
    let mut outcomes: Vec<Answer> = ["a", "a", "a", "b"]
        .map(|req_id| {
            let (call, outcome) = reply(req_id, true);
            calls.add(call);
            outcome
        })
        .into();
    let (one_too_many, mut refused) = reply("a", true);
    calls.add(one_too_many);
    assert!(matches!(refused.try_recv(), Ok(Err(BotError::TooManyReplies { limit: 2 }))));

    assert_eq!([calls.next(), calls.next()].map(Option::unwrap), ["a-frame", "b-frame"]);
    assert_eq!(calls.next(), None);
    assert_eq!(calls.acknowledge("a", ack(0)), Matched::Call);
    assert!(outcomes[0].try_recv().unwrap().is_ok() && outcomes[1].try_recv().is_err());
    assert_eq!(calls.next().as_deref(), Some("a-frame"));
    assert_eq!(calls.next(), None);
    // Whoever no longer waits isn't sent for, and the lane goes on.
    drop(outcomes.remove(2));
    assert_eq!(calls.acknowledge("a", ack(846_605)), Matched::Call);
    assert_eq!(outcomes[1].try_recv().unwrap().unwrap_err().code(), Some(846_605));
    assert_eq!(calls.next(), None);
    assert_eq!(calls.acknowledge("a", ack(0)), Matched::Nothing);
    assert!(!calls.lanes.contains_key("a") && calls.lanes.contains_key("b"));
}

/// Adds a reply, and writes it.
fn write(calls: &mut Calls, req_id: &str, exact: bool) -> Answer {
    let (call, outcome) = reply(req_id, exact);
    calls.add(call);
    assert!(calls.next().is_some());
    outcome
}

/// Lets the calls that were made now expire.
async fn expire(calls: &mut Calls) {
    advance(TIMEOUT).await;
    calls.expire(Instant::now());
}

#[tokio::test(start_paused = true)]
async fn a_late_acknowledgement_is_not_the_next_ones() {
    let mut calls = Calls::new(9);
    let mut first = write(&mut calls, "a", true);
    expire(&mut calls).await;
    let error = first.try_recv().unwrap().unwrap_err();
    assert!(matches!(error, BotError::Unacknowledged { .. }) && error.may_have_been_carried_out());
    let mut second = write(&mut calls, "a", true);
    assert_eq!(calls.acknowledge("a", ack(0)), Matched::Late);
    assert!(second.try_recv().is_err());
    assert_eq!(calls.acknowledge("a", ack(6000)), Matched::Call);
    assert_eq!(second.try_recv().unwrap().unwrap_err().code(), Some(6000));
    assert!(calls.lanes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn lost_acknowledgements_cost_the_next_reply_time_and_not_its_outcome() {
    for lost in 1..4 {
        let mut calls = Calls::new(9);
        for _ in 0..lost {
            write(&mut calls, "a", true);
            expire(&mut calls).await;
        }
        let mut next = write(&mut calls, "a", true);
        assert_eq!(calls.acknowledge("a", ack(0)), Matched::Late);
        assert!(next.try_recv().is_err());
        expire(&mut calls).await;
        assert!(next.try_recv().unwrap().is_ok());
        // Nothing is owed any more.
        assert!(calls.lanes.is_empty());
        let mut last = write(&mut calls, "a", true);
        assert_eq!(calls.acknowledge("a", ack(0)), Matched::Call);
        assert!(last.try_recv().unwrap().is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_an_earlier_reply_was_owed_is_nobodys() {
    let mut calls = Calls::new(9);
    write(&mut calls, "a", true);
    expire(&mut calls).await;
    let mut next = write(&mut calls, "a", true);
    assert_eq!(calls.acknowledge("a", ack(45009)), Matched::Late);
    expire(&mut calls).await;
    assert!(next.try_recv().unwrap().unwrap_err().may_have_been_carried_out());
}

#[tokio::test(start_paused = true)]
async fn a_lost_acknowledgement_is_forgotten_after_a_while() {
    let mut calls = Calls::new(9);
    write(&mut calls, "a", true);
    expire(&mut calls).await;
    assert!(!calls.lanes.is_empty());
    advance(LATE).await;
    calls.expire(Instant::now());
    assert!(calls.lanes.is_empty() && calls.debts.is_empty());
    let mut next = write(&mut calls, "a", true);
    assert_eq!(calls.acknowledge("a", ack(0)), Matched::Call);
    assert!(next.try_recv().unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_text_that_the_next_one_replaces_is_owed_nothing() {
    let mut calls = Calls::new(9);
    write(&mut calls, "a", false);
    expire(&mut calls).await;
    assert!(calls.lanes.is_empty() && calls.debts.is_empty());
    let mut last = write(&mut calls, "a", true);
    assert_eq!(calls.acknowledge("a", ack(0)), Matched::Call);
    assert!(last.try_recv().unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn time_runs_from_the_call_and_what_was_not_sent_by_then_never_is() {
    let mut calls = Calls::new(9);
    let mut first = write(&mut calls, "a", true);
    let mut unsent = ["a", "b"].map(|req_id| {
        let (call, outcome) = reply(req_id, true);
        calls.add(call);
        outcome
    });
    advance(TIMEOUT / 2).await;
    let (in_time, mut later) = reply("a", true);
    calls.add(in_time);
    advance(TIMEOUT / 2).await;
    calls.expire(Instant::now());
    assert!(matches!(first.try_recv(), Ok(Err(BotError::Unacknowledged { .. }))));
    for outcome in &mut unsent {
        let error = outcome.try_recv().unwrap().unwrap_err();
        assert!(matches!(error, BotError::NotSent { .. }) && !error.may_have_been_carried_out(), "{error}");
    }
    // The next one of the lane goes.
    assert!(calls.next().is_some() && calls.next().is_none() && later.try_recv().is_err());
    advance(TIMEOUT / 2).await;
    calls.expire(Instant::now());
    assert!(matches!(later.try_recv(), Ok(Err(BotError::Unacknowledged { .. }))));
    assert_eq!(calls.deadline(), None);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_waits_for_leaves_nothing() {
    let mut calls = Calls::new(2);
    let first = write(&mut calls, "a", true);
    for _ in 0..100 {
        let (call, outcome) = reply("a", true);
        calls.add(call);
        drop(outcome);
    }
    assert!(calls.deadlines.len() < 4);
    drop(first);
    assert_eq!(calls.acknowledge("a", ack(0)), Matched::Call);
    assert!(calls.next().is_none() && calls.deadlines.is_empty() && calls.lanes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_error_without_an_id_may_be_anothers_and_does_not_shift_the_outcomes() {
    let mut calls = Calls::new(9);
    let mut first = write(&mut calls, "a", true);
    let _other = write(&mut calls, "b", true);
    let error = ApiError::reported(40058, "missing");
    assert_eq!(calls.acknowledge_oldest(&error, Instant::now()), Matched::Call);
    assert_eq!(first.try_recv().unwrap().unwrap_err().code(), Some(40058));
    let mut second = write(&mut calls, "a", true);
    // The first one's after all.
    assert_eq!(calls.acknowledge("a", ack(0)), Matched::Late);
    assert_eq!(calls.acknowledge("a", ack(846_605)), Matched::Call);
    assert_eq!(second.try_recv().unwrap().unwrap_err().code(), Some(846_605));
}

#[tokio::test(start_paused = true)]
async fn an_error_without_an_id_is_the_oldest_written_calls() {
    let mut calls = Calls::new(9);
    let now = Instant::now();
    let (first, mut first_outcome) = reply("z", true);
    let (second, mut second_outcome) = reply("a", true);
    let error = ApiError::reported(40058, "missing");
    calls.add(first);
    assert_eq!(calls.acknowledge_oldest(&error, now), Matched::Nothing);
    calls.next();
    calls.add(second);
    calls.next();
    assert_eq!(calls.acknowledge_oldest(&error, now), Matched::Call);
    assert_eq!(first_outcome.try_recv().unwrap().unwrap_err().code(), Some(40058));
    assert!(second_outcome.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_says_which_frames_were_written() {
    let mut calls = Calls::new(9);
    let outcomes = ["a", "a", "b"].map(|req_id| {
        let (call, outcome) = reply(req_id, true);
        calls.add(call);
        outcome
    });
    calls.next();
    calls.fail("gone");
    let written = outcomes.map(|mut outcome| {
        let error = outcome.try_recv().unwrap().unwrap_err();
        assert!(matches!(error, BotError::Lost { .. }), "{error}");
        error.may_have_been_carried_out()
    });
    assert_eq!(written, [true, false, false]);
    assert_eq!((calls.next(), calls.deadline()), (None, None));
}
