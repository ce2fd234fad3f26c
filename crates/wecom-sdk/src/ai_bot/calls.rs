//! The calls in progress: which are waiting for the socket, which for their acknowledgement, and in which order. No I/O.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem;
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::oneshot;
use tokio::time::Instant;
use wecom_requests::ApiError;

use super::BotError;
use super::frame::Frame;

/// The time within which a missing acknowledgement may still arrive after its call has failed.
const LATE: Duration = Duration::from_secs(60);

/// The body of a successful acknowledgement.
pub(super) type Outcome = Result<Option<Box<RawValue>>, BotError>;

/// A frame to send, and who waits for its acknowledgement.
pub(super) struct Call {
    pub(super) cmd: Cow<'static, str>,
    pub(super) req_id: String,
    /// The frame; empty once it is written.
    pub(super) text: String,
    /// Whether it replies to a callback: then other calls have the same `req_id`, and they go one at a time.
    pub(super) is_reply: bool,
    /// Whether its outcome matters. If not, as for a text that the next one replaces, any acknowledgement with its `req_id` ends it.
    pub(super) exact: bool,
    pub(super) timeout: Duration,
    /// The end of `timeout`, which begins with the call.
    pub(super) deadline: Instant,
    pub(super) answer: oneshot::Sender<Outcome>,
}

/// A call with its number, which is its place in the order of writing once its frame was handed to the socket.
struct Numbered {
    number: u64,
    call: Call,
}

impl Numbered {
    fn key(&self) -> (Instant, u64) {
        (self.call.deadline, self.number)
    }
}

/// A call whose frame was handed to the socket.
struct InFlight {
    call: Numbered,
    /// The last acknowledgement that an earlier reply to the same callback was owed.
    late: Option<Frame>,
}

/// The replies to one callback.
#[derive(Default)]
struct Lane {
    /// Whether one of its calls is ready or in flight.
    busy: bool,
    waiting: VecDeque<Numbered>,
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
    ready: VecDeque<Numbered>,
    in_flight: HashMap<String, InFlight>,
    /// The `req_id` of each call, by its deadline.
    deadlines: BTreeMap<(Instant, u64), String>,
    lanes: HashMap<String, Lane>,
    /// The lanes that are owed acknowledgements, in the order in which they are forgotten.
    debts: VecDeque<(Instant, String)>,
    number: u64,
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
            number: 0,
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
                let deadlines = &mut self.deadlines;
                lane.waiting.retain(|waiting| {
                    let is_open = !waiting.call.answer.is_closed();
                    if !is_open {
                        deadlines.remove(&waiting.key());
                    }
                    is_open
                });
                if lane.waiting.len() >= self.lane_limit {
                    let error = BotError::TooManyReplies { limit: self.lane_limit };
                    let _ = call.answer.send(Err(error));
                } else {
                    let call = self.number(call);
                    self.lanes.entry(call.call.req_id.clone()).or_default().waiting.push_back(call);
                }
                return;
            }
            lane.busy = true;
        }
        let call = self.number(call);
        self.ready.push_back(call);
    }

    /// Gives a call the next number, and notes its deadline.
    fn number(&mut self, call: Call) -> Numbered {
        self.number += 1;
        let call = Numbered { number: self.number, call };
        self.deadlines.insert(call.key(), call.call.req_id.clone());
        call
    }

    /// Returns the next call to write, and counts it as written. Calls that nobody waits for any more are dropped.
    pub(super) fn next(&mut self) -> Option<String> {
        loop {
            let call = self.ready.pop_front()?;
            self.deadlines.remove(&call.key());
            if call.call.answer.is_closed() {
                self.release(&call.call);
                continue;
            }
            let mut call = self.number(call.call);
            let text = mem::take(&mut call.call.text);
            self.in_flight.insert(call.call.req_id.clone(), InFlight { call, late: None });
            return Some(text);
        }
    }

    /// Takes an acknowledgement, by its `req_id`.
    pub(super) fn acknowledge(&mut self, req_id: &str, frame: Frame) -> Matched {
        let mut in_flight = self.in_flight.get_mut(req_id);
        if in_flight.as_ref().is_none_or(|in_flight| in_flight.call.call.exact)
            && let Some(lane) = self.lanes.get_mut(req_id)
            && lane.owed.pop_front().is_some()
        {
            if let Some(in_flight) = &mut in_flight {
                in_flight.late = Some(frame);
            }
            self.tidy(req_id);
            return Matched::Late;
        }
        let Some(call) = self.end(req_id) else { return Matched::Nothing };
        let outcome = match frame.errcode {
            None | Some(0) => Ok(frame.body),
            Some(code) => Err(BotError::api(call.cmd, code, frame.errmsg)),
        };
        let _ = call.answer.send(outcome);
        Matched::Call
    }

    /// Takes an error without a `req_id`: it belongs to the call that has been waiting longest. That is a guess, so a reply remains owed
    /// its acknowledgement, unless no other call can be meant.
    pub(super) fn acknowledge_oldest(&mut self, error: &ApiError, now: Instant) -> Matched {
        let oldest = self.in_flight.iter().min_by_key(|(_, in_flight)| in_flight.call.number);
        let Some(req_id) = oldest.map(|(req_id, _)| req_id.clone()) else { return Matched::Nothing };
        if self.in_flight.len() > 1 {
            self.owe(&req_id, now);
        }
        let Some(call) = self.end(&req_id) else { return Matched::Nothing };
        let _ = call.answer.send(Err(BotError::Api { cmd: call.cmd, error: error.clone() }));
        Matched::Call
    }

    /// Notes that the acknowledgement of the reply in flight may arrive after it has failed. A text that the next one replaces needs none.
    fn owe(&mut self, req_id: &str, now: Instant) {
        let is_exact = self.in_flight.get(req_id).is_some_and(|in_flight| in_flight.call.call.exact);
        if let Some(lane) = self.lanes.get_mut(req_id).filter(|_| is_exact) {
            let until = now + LATE;
            lane.owed.push_back(until);
            self.debts.push_back((until, req_id.to_owned()));
        }
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
            && let Some(((_, number), req_id)) = self.deadlines.pop_first()
        {
            if self.in_flight.get(&req_id).is_some_and(|in_flight| in_flight.call.number == number) {
                self.expire_in_flight(&req_id, now);
            } else if let Some(call) = self.take_waiting(number, &req_id) {
                let _ = call.answer.send(Err(BotError::NotSent { cmd: call.cmd, timeout: call.timeout }));
            }
        }
    }

    /// Fails a call that wasn't acknowledged in time. Acknowledgements of one callback's replies come in order: if one came meanwhile
    /// that an earlier reply was owed, that reply's was lost, and this is the call's own. If it reports an error, that is not certain enough: the
    /// call would be repeated.
    fn expire_in_flight(&mut self, req_id: &str, now: Instant) {
        let settled = self.in_flight.get_mut(req_id).and_then(|in_flight| in_flight.late.take());
        match self.lanes.get_mut(req_id) {
            Some(lane) if settled.is_some() => lane.owed.clear(),
            _ => self.owe(req_id, now),
        }
        let Some(call) = self.end(req_id) else { return };
        let _ = call.answer.send(match settled {
            Some(frame) if frame.errcode.is_none_or(|code| code == 0) => Ok(frame.body),
            _ => Err(BotError::Unacknowledged { cmd: call.cmd, timeout: call.timeout }),
        });
    }

    /// Takes a call out that wasn't written.
    fn take_waiting(&mut self, number: u64, req_id: &str) -> Option<Call> {
        if let Some(index) = self.ready.iter().position(|call| call.number == number) {
            let call = self.ready.remove(index)?.call;
            self.release(&call);
            return Some(call);
        }
        let waiting = &mut self.lanes.get_mut(req_id)?.waiting;
        let index = waiting.iter().position(|call| call.number == number)?;
        waiting.remove(index).map(|call| call.call)
    }

    /// Fails everything, because the connection is lost.
    pub(super) fn fail(&mut self, reason: &str) {
        for (_, InFlight { call: Numbered { call, .. }, .. }) in self.in_flight.drain() {
            let _ = call.answer.send(Err(BotError::lost(call.cmd, true, reason)));
        }
        let waiting = self.lanes.drain().flat_map(|(_, lane)| lane.waiting);
        for Numbered { call, .. } in self.ready.drain(..).chain(waiting) {
            let _ = call.answer.send(Err(BotError::lost(call.cmd, false, reason)));
        }
        self.deadlines.clear();
        self.debts.clear();
    }

    /// Ends the call in flight with this `req_id`, and makes the next one of its lane ready.
    fn end(&mut self, req_id: &str) -> Option<Call> {
        let call = self.in_flight.remove(req_id)?.call;
        self.deadlines.remove(&call.key());
        self.release(&call.call);
        Some(call.call)
    }

    /// Lets the next reply of an ended call's lane go.
    fn release(&mut self, ended: &Call) {
        let Some(lane) = self.lanes.get_mut(&ended.req_id).filter(|_| ended.is_reply) else { return };
        match lane.waiting.pop_front() {
            Some(call) => self.ready.push_back(call),
            None => lane.busy = false,
        }
        self.tidy(&ended.req_id);
    }

    /// Forgets a lane without calls, unless it is owed acknowledgements.
    fn tidy(&mut self, req_id: &str) {
        if self.lanes.get(req_id).is_some_and(|lane| !lane.busy && lane.owed.is_empty()) {
            self.lanes.remove(req_id);
        }
    }
}

/// A task that ends with its runtime fails its calls, too.
impl Drop for Calls {
    fn drop(&mut self) {
        self.fail("the runtime has ended");
    }
}

#[cfg(test)]
mod tests;
