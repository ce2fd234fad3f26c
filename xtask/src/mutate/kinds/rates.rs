//! Mistakes in the general rates.

use crate::mutate::edit::Edit;
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::Rates;
use crate::mutate::site::{Mutant, RatesSite};
use crate::spec::source::Path;
use crate::spec::{Counts, Excess, GeneralRate, Period, Scope};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("general-rate-calls", "the page has the number", Rates(calls)),
    Kind::new("general-rate-period", "the page has the number", Rates(period)),
    Kind::new("general-rate-dropped", "the page has the number", Rates(dropped)),
    Kind::new("general-rate-of-several-dropped", "the page has the number", Rates(of_several_dropped)),
    Kind::new("general-rate-scope", "the page has the number", Rates(scope)),
    Kind::new("general-rate-counts", "the page has the number", Rates(counts))
        .since("the page doesn't say how a request identifies what is counted"),
    Kind::new("general-rate-times", "the page has the number", Rates(times)),
    Kind::new("general-rate-excess", "the page has the number", Rates(excess)),
    Kind::new("general-rate-of", "the page names the endpoint", Rates(of))
        .since("the page names what is done, not the endpoint"),
    Kind::new("general-rate-except", "the page names the endpoint", Rates(except))
        .since("the page names what is done, not the endpoint"),
];

/// Makes one mistake in each rate.
fn each(site: &RatesSite<'_>, make: impl Fn(&GeneralRate, &Path) -> Option<(String, Edit)>) -> Vec<Mutant> {
    let mutants = site.rates.rates.iter().filter_map(|(name, rate)| {
        let at = Path::of(["rates", name]);
        let (change, edit) = make(rate, &at)?;
        let said = rate.rate.iter().any(|rate| site.says(&rate.calls.to_string()));
        Some(Mutant { at, change, edits: vec![edit], said })
    });
    mutants.collect()
}

/// Makes a mistake in each number of each rate.
fn numbers(
    site: &RatesSite<'_>,
    make: impl Fn(&GeneralRate, usize, Path) -> Option<(String, Edit)>,
) -> Vec<Mutant> {
    let mutants = site.rates.rates.iter().flat_map(|(name, general)| {
        general.rate.iter().enumerate().filter_map(|(index, rate)| {
            let at = Path::of(["rates", name, "rate"]).index(index);
            let (change, edit) = make(general, index, at.clone())?;
            Some(Mutant { at, change, edits: vec![edit], said: site.says(&rate.calls.to_string()) })
        })
    });
    mutants.collect()
}

fn calls(site: &RatesSite<'_>) -> Vec<Mutant> {
    numbers(site, |general, index, at| {
        let calls = general.rate[index].calls / 10 * 9 + 1;
        Some((format!("{calls} calls"), Edit::Set(at.key("calls"), calls.into())))
    })
}

fn period(site: &RatesSite<'_>) -> Vec<Mutant> {
    numbers(site, |general, _, at| {
        let free = |per: &Period| general.rate.iter().all(|rate| rate.per != *per);
        let per = [Period::Minute, Period::Hour, Period::Day].into_iter().find(free)?;
        Some((format!("per {}", per.keyword()), Edit::Set(at.key("per"), per.keyword().into())))
    })
}

fn dropped(site: &RatesSite<'_>) -> Vec<Mutant> {
    each(site, |_, at| Some(("no such rate".to_owned(), Edit::Remove(at.clone()))))
}

fn of_several_dropped(site: &RatesSite<'_>) -> Vec<Mutant> {
    numbers(site, |general, index, at| {
        let gone = format!("no {} calls", general.rate[index].calls);
        (general.rate.len() > 1).then_some((gone, Edit::Remove(at)))
    })
}

/// Changes a key to another word.
fn word(at: &Path, key: &str, word: &str) -> (String, Edit) {
    (format!("{key}: {word}"), Edit::Set(at.key(key), word.into()))
}

fn scope(site: &RatesSite<'_>) -> Vec<Mutant> {
    each(site, |rate, at| {
        let other = if rate.per == Scope::Company { Scope::App } else { Scope::Company };
        Some(word(at, "per", other.keyword()))
    })
}

fn counts(site: &RatesSite<'_>) -> Vec<Mutant> {
    each(site, |rate, at| match rate.counts {
        Counts::Recipients => Some(word(at, "counts", Counts::Other.keyword())),
        Counts::Calls if rate.recipients.is_none() => Some(word(at, "counts", Counts::Recipients.keyword())),
        Counts::Calls | Counts::Other => None,
    })
}

fn times(site: &RatesSite<'_>) -> Vec<Mutant> {
    each(site, |rate, at| {
        let other = !rate.times_accounts;
        Some((format!("times_accounts: {other}"), Edit::Set(at.key("times_accounts"), other.into())))
    })
}

fn excess(site: &RatesSite<'_>) -> Vec<Mutant> {
    each(site, |rate, at| {
        let other = if rate.excess == Excess::Dropped { Excess::Refused } else { Excess::Dropped };
        Some(word(at, "excess", other.keyword()))
    })
}

/// Replaces the only path of a rate by that of another one.
fn of(site: &RatesSite<'_>) -> Vec<Mutant> {
    let own = |rate: &GeneralRate| rate.of.paths().first().filter(|_| rate.of.paths().len() == 1).cloned();
    let mutants = site.rates.rates.iter().filter_map(|(name, rate)| {
        let path = own(rate)?;
        let other = site.rates.rates.values().filter_map(own).find(|other| *other != path)?;
        let at = Path::of(["rates", name, "of"]);
        let called =
            |path: &str| path.rsplit('/').next().is_some_and(|last| site.says(&format!("调用{last}")));
        let edits = vec![Edit::Set(at.index(0), other.as_str().into())];
        Some(Mutant { at, change: format!("of: {other}"), edits, said: called(&path) })
    });
    mutants.collect()
}

/// Drops an endpoint that a rate doesn't limit.
fn except(site: &RatesSite<'_>) -> Vec<Mutant> {
    let mutants = site.rates.rates.iter().flat_map(|(name, rate)| {
        rate.except.iter().enumerate().map(move |(index, path)| {
            let at = Path::of(["rates", name, "except"]).index(index);
            let said = site.says(path.trim_start_matches("/cgi-bin/"));
            Mutant { edits: vec![Edit::Remove(at.clone())], at, change: format!("without {path}"), said }
        })
    });
    mutants.collect()
}
