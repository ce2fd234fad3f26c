//! The calls in progress: which are waiting for the socket, which for their acknowledgement, and in which order. No I/O.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::oneshot;
use tokio::time::Instant;
use wecom_requests::ApiError;

use super::BotError;
use super::frame::Frame;
use crate::time::after;

/// How long a missing acknowledgement may still arrive after its call has failed.
const LATE: Duration = Duration::from_secs(60);

/// The body of a successful acknowledgement.
pub(super) type Outcome = Result<Option<Box<RawValue>>, BotError>;

/// A frame to send, and who waits for its acknowledgement.
pub(super) struct Call {
    pub(super) cmd: Cow<'static, str>,
    pub(super) req_id: String,
    /// The frame.
    pub(super) text: String,
    /// Whether it replies to a callback: then other calls have the same `req_id`, and they go one at a time.
    pub(super) is_reply: bool,
    /// Whether its outcome matters. If not, as for a text that the next one replaces, any acknowledgement with its `req_id` ends it.
    pub(super) exact: bool,
    pub(super) timeout: Duration,
    pub(super) answer: oneshot::Sender<Outcome>,
}

/// A call whose frame was handed to the socket.
struct InFlight {
    number: u64,
    cmd: Cow<'static, str>,
    is_reply: bool,
    exact: bool,
    timeout: Duration,
    deadline: Instant,
    answer: oneshot::Sender<Outcome>,
}

/// The replies to one callback.
#[derive(Default)]
struct Lane {
    /// Whether one of its calls is ready or in flight.
    busy: bool,
    waiting: VecDeque<Call>,
    /// Until when acknowledgements of calls that have failed may arrive.
    owed: VecDeque<Instant>,
}

/// The result of an acknowledgement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Matched {
    /// It ended a call.
    Call,
    /// It belongs to a call that had already failed for lack of it.
    Late,
    /// Nothing waits for it.
    Nothing,
}

pub(super) struct Calls {
    ready: VecDeque<Call>,
    in_flight: HashMap<String, InFlight>,
    deadlines: BTreeMap<(Instant, u64), String>,
    lanes: HashMap<String, Lane>,
    /// The lanes that are owed acknowledgements, in the order in which they are forgotten.
    debts: VecDeque<(Instant, String)>,
    written: u64,
    lane_limit: usize,
}

impl Calls {
    pub(super) fn new(lane_limit: usize) -> Self {
        Self {
            ready: VecDeque::new(),
            in_flight: HashMap::new(),
            deadlines: BTreeMap::new(),
            lanes: HashMap::new(),
            debts: VecDeque::new(),
            written: 0,
            lane_limit,
        }
    }

    /// Returns the number of calls that could be sent now.
    pub(super) fn ready(&self) -> usize {
        self.ready.len()
    }

    /// Adds a call; a reply goes behind the earlier ones to the same callback.
    pub(super) fn add(&mut self, call: Call) {
        if call.is_reply {
            let lane = self.lanes.entry(call.req_id.clone()).or_default();
            if lane.busy {
                lane.waiting.retain(|waiting| !waiting.answer.is_closed());
                if lane.waiting.len() >= self.lane_limit {
                    let error = BotError::TooManyReplies { limit: self.lane_limit };
                    let _ = call.answer.send(Err(error));
                } else {
                    lane.waiting.push_back(call);
                }
                return;
            }
            lane.busy = true;
        }
        self.ready.push_back(call);
    }

    /// Returns the next call to write, and counts it as written. Calls that nobody waits for any more are dropped.
    pub(super) fn next(&mut self, now: Instant) -> Option<String> {
        loop {
            let call = self.ready.pop_front()?;
            if call.answer.is_closed() {
                if call.is_reply {
                    self.release(&call.req_id);
                }
                continue;
            }
            let Call { cmd, req_id, text, is_reply, exact, timeout, answer } = call;
            self.written += 1;
            let (number, deadline) = (self.written, after(now, timeout));
            self.deadlines.insert((deadline, number), req_id.clone());
            let call = InFlight { number, cmd, is_reply, exact, timeout, deadline, answer };
            self.in_flight.insert(req_id, call);
            return Some(text);
        }
    }

    /// Takes an acknowledgement, by its `req_id`.
    pub(super) fn acknowledge(&mut self, req_id: &str, frame: Frame) -> Matched {
        let exact = self.in_flight.get(req_id).is_none_or(|call| call.exact);
        if exact
            && let Some(lane) = self.lanes.get_mut(req_id)
            && lane.owed.pop_front().is_some()
        {
            self.tidy(req_id);
            return Matched::Late;
        }
        match self.end(req_id) {
            Some(call) => {
                let outcome = match frame.errcode {
                    None | Some(0) => Ok(frame.body),
                    Some(code) => Err(BotError::api(call.cmd, code, frame.errmsg)),
                };
                let _ = call.answer.send(outcome);
                Matched::Call
            }
            None => Matched::Nothing,
        }
    }

    /// Takes an error without a `req_id`: it belongs to the call that has been waiting longest.
    pub(super) fn acknowledge_oldest(&mut self, error: &ApiError) -> Matched {
        let oldest = self.in_flight.iter().min_by_key(|(_, call)| call.number);
        let Some(req_id) = oldest.map(|(req_id, _)| req_id.clone()) else { return Matched::Nothing };
        let Some(call) = self.end(&req_id) else { return Matched::Nothing };
        let _ = call.answer.send(Err(BotError::Api { cmd: call.cmd, error: error.clone() }));
        Matched::Call
    }

    /// Returns when the next call fails for lack of an acknowledgement.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.deadlines.first_key_value().map(|((deadline, _), _)| *deadline)
    }

    /// Fails the calls whose deadline has passed.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some((until, _)) = self.debts.front()
            && *until <= now
            && let Some((until, req_id)) = self.debts.pop_front()
        {
            if let Some(lane) = self.lanes.get_mut(&req_id) {
                lane.owed.retain(|owed| *owed > until);
            }
            self.tidy(&req_id);
        }
        while self.deadline().is_some_and(|deadline| deadline <= now)
            && let Some((_, req_id)) = self.deadlines.pop_first()
        {
            let until = now + LATE;
            if let Some(lane) = self.lanes.get_mut(&req_id) {
                lane.owed.push_back(until);
                self.debts.push_back((until, req_id.clone()));
            }
            let Some(call) = self.end(&req_id) else { continue };
            let _ = call.answer.send(Err(BotError::Unacknowledged { cmd: call.cmd, timeout: call.timeout }));
        }
    }

    /// Fails everything, because the connection is lost.
    pub(super) fn fail(&mut self, reason: &str) {
        for (_, call) in self.in_flight.drain() {
            let _ = call.answer.send(Err(BotError::lost(call.cmd, true, reason)));
        }
        let waiting = self.lanes.drain().flat_map(|(_, lane)| lane.waiting);
        for call in self.ready.drain(..).chain(waiting) {
            let _ = call.answer.send(Err(BotError::lost(call.cmd, false, reason)));
        }
        self.deadlines.clear();
        self.debts.clear();
    }

    /// Ends the call in flight with this `req_id`, and makes the next one of its lane ready.
    fn end(&mut self, req_id: &str) -> Option<InFlight> {
        let call = self.in_flight.remove(req_id)?;
        self.deadlines.remove(&(call.deadline, call.number));
        if call.is_reply {
            self.release(req_id);
        }
        Some(call)
    }

    fn release(&mut self, req_id: &str) {
        let Some(lane) = self.lanes.get_mut(req_id) else { return };
        match lane.waiting.pop_front() {
            Some(call) => self.ready.push_back(call),
            None => lane.busy = false,
        }
        self.tidy(req_id);
    }

    /// Forgets a lane without calls, unless it is owed acknowledgements.
    fn tidy(&mut self, req_id: &str) {
        if self.lanes.get(req_id).is_some_and(|lane| !lane.busy && lane.owed.is_empty()) {
            self.lanes.remove(req_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Answer = oneshot::Receiver<Outcome>;

    fn reply(req_id: &str, exact: bool) -> (Call, Answer) {
        let (answer, outcome) = oneshot::channel();
        let call = Call {
            cmd: "aibot_respond_msg".into(),
            req_id: req_id.to_owned(),
            text: format!("{req_id}-frame"),
            is_reply: true,
            exact,
            timeout: Duration::from_secs(5),
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
        let now = Instant::now();
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

        assert_eq!([calls.next(now), calls.next(now)].map(Option::unwrap), ["a-frame", "b-frame"]);
        assert_eq!(calls.next(now), None);
        assert_eq!(calls.acknowledge("a", ack(0)), Matched::Call);
        assert!(outcomes[0].try_recv().unwrap().is_ok() && outcomes[1].try_recv().is_err());
        assert_eq!(calls.next(now).as_deref(), Some("a-frame"));
        assert_eq!(calls.next(now), None);
        // Whoever no longer waits isn't sent for, and the lane goes on.
        drop(outcomes.remove(2));
        assert_eq!(calls.acknowledge("a", ack(846_605)), Matched::Call);
        assert_eq!(outcomes[1].try_recv().unwrap().unwrap_err().code(), Some(846_605));
        assert_eq!(calls.next(now), None);
        assert_eq!(calls.acknowledge("a", ack(0)), Matched::Nothing);
        assert!(!calls.lanes.contains_key("a") && calls.lanes.contains_key("b"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_acknowledgement_is_not_the_next_ones() {
        let mut calls = Calls::new(9);
        let now = Instant::now();
        let (first, mut first_outcome) = reply("a", true);
        let (second, mut second_outcome) = reply("a", true);
        calls.add(first);
        calls.add(second);
        calls.next(now);
        let later = now + Duration::from_secs(5);
        calls.expire(later);
        let error = first_outcome.try_recv().unwrap().unwrap_err();
        assert!(matches!(error, BotError::Unacknowledged { .. }) && error.may_have_been_carried_out());
        assert!(calls.next(later).is_some());
        assert_eq!(calls.acknowledge("a", ack(0)), Matched::Late);
        assert!(second_outcome.try_recv().is_err());
        assert_eq!(calls.acknowledge("a", ack(6000)), Matched::Call);
        assert_eq!(second_outcome.try_recv().unwrap().unwrap_err().code(), Some(6000));
        assert!(calls.lanes.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_acknowledgement_is_forgotten_after_a_while_and_does_not_hold_up_what_any_may_end() {
        let mut calls = Calls::new(9);
        let now = Instant::now();
        let (first, _first_outcome) = reply("a", false);
        calls.add(first);
        calls.next(now);
        let now = now + Duration::from_secs(5);
        calls.expire(now);
        let (second, mut second_outcome) = reply("a", false);
        calls.add(second);
        calls.next(now);
        assert_eq!(calls.acknowledge("a", ack(0)), Matched::Call);
        assert!(second_outcome.try_recv().unwrap().is_ok());
        let now = now + LATE;
        calls.expire(now);
        assert!(calls.lanes.is_empty() && calls.debts.is_empty());
        let (third, mut third_outcome) = reply("a", true);
        calls.add(third);
        calls.next(now);
        assert_eq!(calls.acknowledge("a", ack(0)), Matched::Call);
        assert!(third_outcome.try_recv().unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_without_an_id_is_the_oldest_written_calls() {
        let mut calls = Calls::new(9);
        let now = Instant::now();
        let (first, mut first_outcome) = reply("z", true);
        let (second, mut second_outcome) = reply("a", true);
        let error = ApiError::reported(40058, "missing");
        calls.add(first);
        assert_eq!(calls.acknowledge_oldest(&error), Matched::Nothing);
        calls.next(now);
        calls.add(second);
        calls.next(now);
        assert_eq!(calls.acknowledge_oldest(&error), Matched::Call);
        assert_eq!(first_outcome.try_recv().unwrap().unwrap_err().code(), Some(40058));
        assert!(second_outcome.try_recv().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lost_connection_says_which_frames_were_written() {
        let mut calls = Calls::new(9);
        let now = Instant::now();
        let outcomes = ["a", "a", "b"].map(|req_id| {
            let (call, outcome) = reply(req_id, true);
            calls.add(call);
            outcome
        });
        calls.next(now);
        calls.fail("gone");
        let written = outcomes.map(|mut outcome| {
            let error = outcome.try_recv().unwrap().unwrap_err();
            assert!(matches!(error, BotError::Lost { .. }), "{error}");
            error.may_have_been_carried_out()
        });
        assert_eq!(written, [true, false, false]);
        assert_eq!((calls.next(now), calls.deadline()), (None, None));
    }
}
