//! Calls to a server on loopback, alternately through the client and through others, and the memory that they take.

use serde::Deserialize;

use super::measurement::{Lab, Measurement};
use super::program::{OPEN_FILES, Output, Programs};
use super::report::{Failure, Row, Target};

pub(super) const CALLS: Measurement = Measurement {
    name: "calls",
    title: "Calls",
    about: "Calls of `meeting/get_info` per second, and the time within which 99 of 100 calls complete, through \
        the client and through a bare `reqwest::Client` with the same settings, derived structs and a token that \
        never expires. The two alternate in one process; the server is another process. Shown are the median of \
        the rounds' ratios and the range of their middle half.",
    long: false,
    needs: None,
    run: |lab| {
        let mut rows = Vec::new();
        for load in LOADS {
            rows.extend(load.compare(lab, "reqwest", &Targets { speed: 0.97, p99: 1.05 })?);
        }
        Ok(rows)
    },
};

pub(super) const RIVALS: Measurement = Measurement {
    name: "rivals",
    title: "Other crates",
    about: "The same calls against other crates for WeCom. `labrador` 0.2.3 can use another server if its \
        `APIClient` is called as its own functions call it; it creates a new HTTP client, and a connection, for \
        each call. `wecom` 0.1.0 and `wecom-rs` 0.1.17 have WeCom's URL built in, so they can't be measured on \
        loopback.",
    long: true,
    needs: None,
    run: |lab| {
        // Building it with its dependencies takes minutes.
        let programs = Programs::new(lab.root, &["rivals"]);
        let lab = Lab { programs: &programs, ..*lab };
        let mut rows = Vec::new();
        for load in SLOW_LOADS {
            rows.extend(load.compare(&lab, "labrador", &Targets { speed: 1.0, p99: 1.0 })?);
        }
        Ok(rows)
    },
};

pub(super) const MEMORY: Measurement = Measurement {
    name: "memory",
    title: "Memory",
    about: "The largest growth of a process's memory (its peak resident set) while 10,000 calls are in flight, \
        each on its own connection, through the client and through a bare `reqwest::Client`. Shown are the \
        median of the rounds' ratios and the range of their middle half.",
    long: false,
    needs: Some(OPEN_FILES),
    run: |lab| {
        let ratios = (0..lab.rounds(5)).map(|_| Ok(flight(lab, "wecom")? / flight(lab, "reqwest")?));
        let ratios: Vec<f64> = ratios.collect::<Result<_, Failure>>()?;
        let mut row = Row::new(
            "10,000 calls in flight",
            "reqwest",
            "peak memory",
            median(&ratios),
            Target::AtMost(1.1),
        );
        row.spread = Some(middle_half(&ratios));
        Ok(vec![row])
    },
};

/// The number of calls that are in flight at once.
struct Load {
    name: &'static str,
    callers: &'static str,
    /// The calls per round: few, so that quiet and busy moments affect both sides equally.
    calls: &'static str,
    rounds: u32,
}

const LOADS: &[Load] = &[
    Load { name: "1 caller", callers: "1", calls: "200", rounds: 101 },
    Load { name: "256 callers", callers: "256", calls: "2000", rounds: 41 },
];

const SLOW_LOADS: &[Load] = &[
    Load { name: "1 caller", callers: "1", calls: "40", rounds: 1 },
    Load { name: "256 callers", callers: "256", calls: "256", rounds: 1 },
];

/// The targets for the ratios against a client.
struct Targets {
    speed: f64,
    p99: f64,
}

/// The results of one client in one round.
#[derive(Deserialize)]
struct Round {
    side: String,
    calls_per_second: f64,
    p99_seconds: f64,
}

impl Load {
    fn compare(&self, lab: &Lab<'_>, against: &str, targets: &Targets) -> Result<[Row; 2], Failure> {
        let server = lab.programs.server(1)?;
        let Load { name, callers, calls, rounds } = self;
        let rounds = lab.rounds(*rounds).to_string();
        let output = lab.programs.output(
            "calls",
            &[
                server.base_url(),
                "wecom",
                against,
                "--callers",
                callers,
                "--calls",
                calls,
                "--rounds",
                &rounds,
            ],
        )?;
        let rounds = pairs(&output)?;
        let row = |unit, of: fn(&Round) -> f64, target| {
            let ratios: Vec<f64> = rounds.iter().map(|[ours, theirs]| of(ours) / of(theirs)).collect();
            let mut row = Row::new(*name, against, unit, median(&ratios), target);
            row.spread = Some(middle_half(&ratios));
            row
        };
        Ok([
            row("calls per second", |round| round.calls_per_second, Target::AtLeast(targets.speed)),
            row("p99", |round| round.p99_seconds, Target::AtMost(targets.p99)),
        ])
    }
}

/// Pairs the rounds, ours and theirs, in the order in which they ran; either may come first.
fn pairs(output: &Output) -> Result<Vec<[Round; 2]>, Failure> {
    let rounds: Result<Vec<Round>, _> = output.text.lines().map(serde_json::from_str).collect();
    let (ours, theirs): (Vec<Round>, Vec<Round>) = rounds
        .map_err(|error| output.unexpected(&error.to_string()))?
        .into_iter()
        .partition(|round| round.side == "wecom");
    if ours.is_empty() || ours.len() != theirs.len() {
        return Err(output.unexpected("no rounds of two clients"));
    }
    Ok(ours.into_iter().zip(theirs).map(|(ours, theirs)| [ours, theirs]).collect())
}

/// Measures the bytes that a call in flight takes.
fn flight(lab: &Lab<'_>, side: &str) -> Result<f64, Failure> {
    let server = lab.programs.server(10_000)?;
    let bytes = lab.programs.number("memory", &[server.base_url(), side, "--calls", "10000"])?;
    u32::try_from(bytes)
        .map(f64::from)
        .map_err(|_| Failure(format!("{bytes} bytes per call are too many to be true")))
}

fn sorted(ratios: &[f64]) -> Vec<f64> {
    let mut sorted = ratios.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn median(ratios: &[f64]) -> f64 {
    let (sorted, middle) = (sorted(ratios), ratios.len() / 2);
    if ratios.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    } else {
        sorted[middle]
    }
}

fn middle_half(ratios: &[f64]) -> (f64, f64) {
    let (sorted, quarter) = (sorted(ratios), ratios.len() / 4);
    (sorted[quarter], sorted[ratios.len() - 1 - quarter])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(text: &str) -> Output {
        Output { command: "calls".to_owned(), text: text.to_owned() }
    }

    fn line(side: &str, calls_per_second: f64) -> String {
        format!("{{\"side\":\"{side}\",\"calls_per_second\":{calls_per_second},\"p99_seconds\":0.001}}\n")
    }

    #[test]
    fn rounds_are_compared_with_those_beside_them() {
        let text =
            [line("wecom", 1.0), line("reqwest", 2.0), line("reqwest", 3.0), line("wecom", 4.0)].concat();
        let pairs = pairs(&output(&text)).map_err(|Failure(message)| message).unwrap();
        let speeds: Vec<_> =
            pairs.iter().map(|pair| pair.each_ref().map(|round| round.calls_per_second)).collect();
        assert_eq!(speeds, [[1.0, 2.0], [4.0, 3.0]]);
    }

    #[test]
    fn rounds_of_one_client_are_no_comparison() {
        let message =
            |text: &str| pairs(&output(text)).map(|_| ()).map_err(|Failure(message)| message).unwrap_err();
        assert_eq!(message(""), "`calls` gave no rounds of two clients:\n");
        assert!(message(&line("wecom", 1.0)).starts_with("`calls` gave no rounds of two clients:\n{"));
        assert!(message("what").starts_with("`calls` gave expected value at line 1 column 1:\nwhat"));
    }

    #[test]
    fn one_round_that_was_disturbed_changes_little() {
        assert!((median(&[0.98, 1.0, 9.0]) - 1.0).abs() < 1e-9);
        assert!((median(&[9.0, 1.0, 0.9, 1.1]) - 1.05).abs() < 1e-9);
        assert_eq!(middle_half(&[9.0, 0.98, 1.0, 1.02]), (1.0, 1.02));
        assert_eq!(middle_half(&[1.0]), (1.0, 1.0));
    }
}
