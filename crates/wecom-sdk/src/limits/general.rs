//! The rates that are of no single endpoint: counted in this process, and told to the store by hundredths.

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

/// How much of a rate is used in this process before the store hears of it: a hundredth. So a call costs no way to the store, and a
/// hundred processes together use twice what is allowed at worst.
const PART: u32 = 100;

/// How many recipients, each with its messages, are remembered of an application's.
const MOST: usize = 100_000;

/// Who means everybody.
const EVERYBODY: &str = "@all";

/// What is counted of the general rates.
#[derive(Debug)]
pub(super) struct General {
    /// The address that calls leave from, if other processes count it as well.
    address: Option<String>,
    counted: Mutex<Counted>,
}

#[derive(Debug)]
struct Counted {
    /// For each of the rates, by whom and what is counted.
    tallies: Vec<Kept<String, Tally>>,
    /// Where those names are put together: a call allocates nothing.
    name: String,
}

/// What is counted of a rate for somebody.
#[derive(Debug)]
struct Tally {
    windows: Vec<Window>,
    /// What the store hasn't heard of; less than nothing where it has heard of a call that wasn't made after all.
    untold: i64,
}

impl Keep for Tally {
    fn until(&self, now: Instant) -> Option<Instant> {
        Some(self.windows.iter().filter_map(Window::until).max().unwrap_or(now))
    }
}

/// A call that is counted.
#[derive(Debug)]
pub(super) struct Taken {
    at: Instant,
    /// What the store has to hear of before the call leaves.
    pub(super) due: Vec<Due>,
}

/// Calls that the store has to hear of.
#[derive(Debug)]
pub(super) struct Due {
    /// Which of the general rates.
    index: usize,
    scope: String,
    endpoint: &'static str,
    pub(super) rates: Vec<Rate>,
    pub(super) calls: u32,
    /// Whether it has.
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

    /// Counts a call, or, where a rate leaves no room, counts nothing and says how long to wait.
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

    /// Takes back a call that was counted.
    pub(super) fn give_back(&self, call: &Asking<'_>, taken: &Taken) {
        let mut counted = lock(&self.counted);
        counted.each(call, taken.at, |part, tally| {
            let untold = taken.due.iter().filter(|due| due.index == part.index && !due.told);
            tally.untold += untold.map(|due| i64::from(due.calls)).sum::<i64>();
            true
        });
        counted.give_back(call, taken.at, usize::MAX);
    }

    /// Whether others count it as well.
    fn is_told(&self, rate: &GeneralRate) -> bool {
        match rate.per {
            Scope::Company | Scope::App => true,
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
                    // As little is shown of who it is as of a credential.
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

/// What a call counts for one tally.
#[derive(Clone, Copy)]
struct Part<'a> {
    index: usize,
    rate: &'static GeneralRate,
    /// For whom it is counted; nothing for the address.
    owner: &'a str,
    amount: u32,
}

impl Part<'_> {
    /// What is allowed.
    fn rates(self, call: &Asking<'_>) -> impl Iterator<Item = Rate> {
        let times = if self.rate.times_accounts { call.options.accounts.unwrap_or(1) } else { 1 };
        self.rate.rates.iter().map(move |rate| Rate { calls: rate.calls.saturating_mul(times), ..*rate })
    }

    /// How much the store has to hear of at once.
    fn due(self, call: &Asking<'_>) -> i64 {
        let least = self.rates(call).map(|rate| rate.calls).min().unwrap_or(u32::MAX);
        i64::from(least / PART).max(1)
    }
}

impl Counted {
    /// Goes through everything that a call counts for, as long as that is to go on.
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

    /// Takes back what was counted of a call for the first so many tallies.
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

/// For whom a rate counts a call; none if that isn't known, or is nobody.
fn owner<'a>(call: &Asking<'a>, rate: &GeneralRate) -> Option<&'a str> {
    let who = call.who;
    match rate.per {
        Scope::Company => who.company.as_deref(),
        Scope::App | Scope::Recipient => Some(&who.key),
        Scope::Address => (!who.is_provider).then_some(""),
        Scope::ProviderAddress => who.is_provider.then_some(""),
        _ => None,
    }
}

/// How much a rate counts of a call; none if that isn't known, or if what is allowed isn't.
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
            // Departments and the like have somebody in them, too.
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
