//! The rates that belong to no single endpoint: counted in this process, and reported to the store in hundredths.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;
use wecom_requests::rates::{self, Counts, GeneralRate, Scope};
use wecom_requests::{Period, Rate};

use super::window::Window;
use super::{Asking, LimitKey};
use crate::credential::key;
use crate::kept::{Keep, Kept};
use crate::lock;

/// The share of a rate that this process may use before it reports to the store: a hundredth. So most calls need no
/// round trip to the store, and a hundred processes together use at most twice the allowed number.
const PART: u32 = 100;

/// The maximum number of recipients per application whose messages are counted.
const MOST: usize = 100_000;

/// The recipient that means everybody.
const EVERYBODY: &str = "@all";

/// The counts for the general rates.
#[derive(Debug)]
pub(super) struct General {
    /// The address from which calls are sent, if other processes count it as well.
    address: Option<String>,
    counted: Mutex<Counted>,
}

#[derive(Debug)]
struct Counted {
    /// For each rate, the counts by owner and by what is counted.
    tallies: Vec<Kept<String, Tally>>,
    /// A buffer for those names, so that a call allocates nothing.
    name: String,
}

/// The count of a rate for one owner.
#[derive(Debug)]
struct Tally {
    windows: Vec<Window>,
    /// The number that hasn't been reported to the store; negative if a reported call wasn't made after all.
    untold: i64,
}

impl Keep for Tally {
    fn until(&self, now: Instant) -> Option<Instant> {
        Some(self.windows.iter().filter_map(Window::until).max().unwrap_or(now))
    }
}

/// A call that has been counted.
#[derive(Debug)]
pub(super) struct Taken {
    at: Instant,
    /// The reports that the store needs before the call is sent.
    pub(super) due: Vec<Due>,
}

/// Calls to report to the store.
#[derive(Debug)]
pub(super) struct Due {
    /// The index of the general rate.
    index: usize,
    scope: String,
    endpoint: &'static str,
    pub(super) rates: Vec<Rate>,
    pub(super) calls: u32,
    /// Whether they have been reported.
    pub(super) told: bool,
}

impl Due {
    pub(super) fn key(&self) -> LimitKey<'_> {
        LimitKey::new(&self.scope, self.endpoint)
    }
}

impl General {
    pub(super) fn new(address: Option<String>) -> Self {
        let kept = |rate: &GeneralRate| match rate.per {
            Scope::Recipient => Kept::at_most(MOST),
            _ => Kept::default(),
        };
        let tallies = rates::all().iter().map(kept).collect();
        Self { address, counted: Mutex::new(Counted { tallies, name: String::new() }) }
    }

    /// Counts a call. If a rate leaves no room, counts nothing and returns how long to wait.
    pub(super) fn take(&self, call: &Asking<'_>) -> Result<Taken, Duration> {
        let at = Instant::now();
        let mut counted = lock(&self.counted);
        let (mut wait, mut passed, mut is_due) = (None, 0, false);
        counted.each(call, at, |part, tally| {
            wait = tally.wait(part, call, at);
            if wait.is_some() {
                return false;
            }
            tally.count(part, at);
            passed += 1;
            is_due |= self.is_told(part.rate) && tally.untold >= part.due(call);
            true
        });
        if let Some(wait) = wait {
            counted.give_back(call, at, passed);
            return Err(wait);
        }
        let due = if is_due { self.due(&mut counted, call, at) } else { Vec::new() };
        Ok(Taken { at, due })
    }

    /// Uncounts a call.
    pub(super) fn give_back(&self, call: &Asking<'_>, taken: &Taken) {
        let mut counted = lock(&self.counted);
        counted.each(call, taken.at, |part, tally| {
            let untold = taken.due.iter().filter(|due| due.index == part.index && !due.told);
            tally.untold += untold.map(|due| i64::from(due.calls)).sum::<i64>();
            true
        });
        counted.give_back(call, taken.at, usize::MAX);
    }

    /// Returns whether other processes count it as well.
    fn is_told(&self, rate: &GeneralRate) -> bool {
        match rate.per {
            Scope::Company | Scope::App | Scope::Provider => true,
            Scope::Address | Scope::ProviderAddress => self.address.is_some(),
            _ => false,
        }
    }

    fn due(&self, counted: &mut Counted, call: &Asking<'_>, at: Instant) -> Vec<Due> {
        let mut due = Vec::new();
        counted.each(call, at, |part, tally| {
            if self.is_told(part.rate) && tally.untold >= part.due(call) {
                let address = self.address.as_deref().filter(|_| part.owner.is_empty());
                due.push(Due {
                    index: part.index,
                    // Like a credential, the owner isn't revealed.
                    scope: key(part.rate.name, &[address.unwrap_or(part.owner)]),
                    endpoint: call.endpoint.path,
                    rates: part.rates(call).collect(),
                    calls: u32::try_from(tally.untold).unwrap_or(u32::MAX),
                    told: false,
                });
                tally.untold = 0;
            }
            true
        });
        due
    }
}

/// One count that a call contributes to.
#[derive(Clone, Copy)]
struct Part<'a> {
    index: usize,
    rate: &'static GeneralRate,
    /// The owner whose calls are counted; none for the address.
    owner: &'a str,
    amount: u32,
}

impl Part<'_> {
    /// Returns the allowed rates.
    fn rates(self, call: &Asking<'_>) -> impl Iterator<Item = Rate> {
        let times = if self.rate.times_accounts { call.options.accounts.unwrap_or(1) } else { 1 };
        self.rate.rates.iter().map(move |rate| Rate { calls: rate.calls.saturating_mul(times), ..*rate })
    }

    /// Returns how many calls are reported to the store at once.
    fn due(self, call: &Asking<'_>) -> i64 {
        let least = self.rates(call).map(|rate| rate.calls).min().unwrap_or(u32::MAX);
        i64::from(least / PART).max(1)
    }
}

impl Counted {
    /// Visits every count that a call contributes to, until `visit` returns false.
    fn each(&mut self, call: &Asking<'_>, now: Instant, mut visit: impl FnMut(Part<'_>, &mut Tally) -> bool) {
        let Self { tallies, name } = self;
        let path = call.endpoint.path;
        for (index, (rate, tallies)) in rates::all().iter().zip(tallies).enumerate() {
            if !rate.is_of(path) {
                continue;
            }
            let (Some(owner), Some(amount)) = (owner(call, rate), amount(call, rate)) else { continue };
            let part = Part { index, rate, owner, amount };
            let alone = [String::new()];
            let recipients = if rate.per == Scope::Recipient { call.recipients } else { &alone };
            for recipient in recipients {
                name.clear();
                name.extend([owner, "\n", path, "\n"]);
                let start = name.len();
                name.push_str(recipient);
                name[start..].make_ascii_lowercase();
                let tally = tallies.get_or_insert_with(name.as_str(), || Tally::new(rate, now));
                if !visit(part, tally) {
                    return;
                }
            }
        }
    }

    /// Uncounts a call in the first `left` tallies.
    fn give_back(&mut self, call: &Asking<'_>, at: Instant, mut left: usize) {
        self.each(call, at, |part, tally| {
            if left > 0 {
                left -= 1;
                tally.uncount(part, at);
            }
            left > 0
        });
    }
}

/// Returns the owner for whom a rate counts a call; none if unknown or nobody.
fn owner<'a>(call: &Asking<'a>, rate: &GeneralRate) -> Option<&'a str> {
    let who = call.who;
    match rate.per {
        Scope::Company => who.company.as_deref(),
        Scope::App | Scope::Recipient => Some(&who.key),
        Scope::Provider => who.is_provider.then_some("provider"),
        Scope::Address => (!who.is_provider).then_some(""),
        Scope::ProviderAddress => who.is_provider.then_some(""),
        _ => None,
    }
}

/// Returns how much a call counts; none if that, or the allowed number, is unknown.
fn amount(call: &Asking<'_>, rate: &GeneralRate) -> Option<u32> {
    let accounts = call.options.accounts;
    if rate.times_accounts && accounts.is_none() {
        return None;
    }
    match rate.counts {
        Counts::Calls => Some(1),
        Counts::Recipients if rate.recipients.is_some() || !call.recipients.is_empty() => {
            let of = |recipient: &String| if recipient == EVERYBODY { accounts.unwrap_or(1) } else { 1 };
            let named = call.recipients.iter().map(of).fold(0, u32::saturating_add);
            // Departments and the like contain people, too.
            Some(named.max(1))
        }
        _ => None,
    }
}

impl Tally {
    fn new(rate: &GeneralRate, now: Instant) -> Self {
        let window = |period: Period| Window::new(period, now);
        Self { windows: rate.rates.iter().map(|rate| window(rate.per)).collect(), untold: 0 }
    }

    fn wait(&mut self, part: Part<'_>, call: &Asking<'_>, now: Instant) -> Option<Duration> {
        let windows = self.windows.iter_mut().zip(part.rates(call));
        windows.filter_map(|(window, rate)| window.wait(now, rate.calls, part.amount)).max()
    }

    fn count(&mut self, part: Part<'_>, now: Instant) {
        for window in &mut self.windows {
            window.count(now, part.amount);
        }
        self.untold += i64::from(part.amount);
    }

    fn uncount(&mut self, part: Part<'_>, then: Instant) {
        for window in &mut self.windows {
            window.uncount(then, part.amount);
        }
        self.untold -= i64::from(part.amount);
    }
}
