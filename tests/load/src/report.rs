//! What has become of the callbacks, and which promises that breaks.

use std::fmt;
use std::time::Duration;

use crate::Options;
use crate::process::{Memory, Notes};
use crate::sending::{PATIENCE, Seen};

/// Memory is flat if it is at most so many times as much in the last quarter as in the second: the first fills caches.
const FLAT: f64 = 1.2;

/// In runs with fewer callbacks, memory is mostly what a process begins with.
const ENOUGH: usize = 5_000;

/// A run of the program.
pub(crate) struct Run {
    pub(crate) options: Options,
    pub(crate) taken: Duration,
    /// What WeCom saw of each callback.
    pub(crate) callbacks: Vec<Seen>,
    /// What each process has said.
    pub(crate) notes: Vec<Notes>,
    /// The process that was killed.
    pub(crate) killed: Option<usize>,
    /// The memory of each process.
    pub(crate) memory: Vec<Memory>,
}

impl Run {
    /// How many times a callback's handler ended, in all processes.
    fn handled(&self, number: usize) -> u32 {
        self.notes.iter().map(|notes| notes.handled[number]).sum()
    }

    fn handled_times(&self, times: u32) -> usize {
        (0..self.callbacks.len()).filter(|number| self.handled(*number) == times).count()
    }

    /// Whether a callback's handler began in the process that was killed.
    fn was_in_killed(&self, number: usize) -> bool {
        self.killed.is_some_and(|killed| self.notes[killed].begun[number] > 0)
    }

    /// Whether a callback was handled although the killed process had answered it, so that WeCom sent it to nobody else, and hadn't ended its handler.
    fn was_recovered(&self, number: usize) -> bool {
        let left = |killed: usize| {
            self.callbacks[number].answered_by.contains(&killed) && self.notes[killed].handled[number] == 0
        };
        self.killed.is_some_and(left) && self.handled(number) > 0
    }

    /// Whether a callback was refused each time it was sent.
    fn was_refused(&self, number: usize) -> bool {
        let seen = &self.callbacks[number];
        seen.answered_by.is_empty() && seen.refused > 0
    }

    fn count(&self, holds: impl Fn(&Self, usize) -> bool) -> usize {
        (0..self.callbacks.len()).filter(|number| holds(self, *number)).count()
    }

    /// What should not have happened; nothing, if all is well.
    pub(crate) fn broken_promises(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut promise = |what: &str, is_broken: &dyn Fn(usize) -> bool| {
            let which: Vec<_> = (0..self.callbacks.len()).filter(|number| is_broken(*number)).collect();
            if !which.is_empty() {
                let some = &which[..which.len().min(10)];
                broken.push(format!("{what}: {} callbacks, such as {some:?}", which.len()));
            }
        };
        promise("not answered, though it wasn't refused", &|number| {
            let seen = &self.callbacks[number];
            // Without a response before the end of the handler, the turn of a killed process and then that handler may take longer than two more tries.
            let in_killed = self.was_in_killed(number) || (seen.failed > 0 && self.killed.is_some());
            seen.given_up && seen.refused == 0 && !(in_killed && self.options.deadline >= PATIENCE)
        });
        promise("answered late", &|number| {
            self.callbacks[number].late > 0 && self.options.deadline < PATIENCE
        });
        promise("no or a wrong response, though all processes live", &|number| {
            self.callbacks[number].failed > 0 && self.killed.is_none()
        });
        promise("handled twice by one process", &|number| {
            self.notes.iter().any(|notes| notes.begun[number] > 1)
        });
        promise("begun in several processes, though none of them was killed", &|number| {
            let began = self.notes.iter().filter(|notes| notes.begun[number] > 0).count();
            began > 1 && !self.was_in_killed(number)
        });
        promise("not handled, though it was answered", &|number| {
            self.handled(number) == 0 && !self.callbacks[number].answered_by.is_empty()
        });
        promise("handled, though it was refused", &|number| {
            self.was_refused(number) && self.handled(number) > 0
        });
        for (process, notes) in self.notes.iter().enumerate() {
            if notes.most_running > self.options.max_running as usize {
                broken.push(format!("process {process} ran {} handlers at once", notes.most_running));
            }
        }
        for (process, memory) in self.memory.iter().enumerate() {
            if self.is_flat(*memory) == Some(false) {
                broken.push(format!("the memory of process {process} isn't flat"));
            }
        }
        broken
    }

    /// Whether memory is flat, if that can be said: a process that takes over the work of a killed one has more to do than before.
    fn is_flat(&self, Memory([_, second, _, last]): Memory) -> Option<bool> {
        #[allow(clippy::cast_precision_loss, reason = "as precise as needed")]
        let flat = last as f64 <= second as f64 * FLAT;
        (self.callbacks.len() >= ENOUGH && second > 0 && self.killed.is_none()).then_some(flat)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options { callbacks, connections, processes, longest, redis, .. } = &self.options;
        let sum = |count: fn(&Seen) -> usize| self.callbacks.iter().map(count).sum::<usize>();
        let slowest = self.callbacks.iter().map(|seen| seen.slowest).max().unwrap_or_default();
        writeln!(
            f,
            "{callbacks} callbacks over {connections} connections, {processes} process(es){}, handlers of up to {longest:?}: {:.0} s",
            if *redis { " with Redis" } else { "" },
            self.taken.as_secs_f64()
        )?;
        writeln!(
            f,
            "answered: {}; the slowest response took {:.2} s of the {} s that WeCom waits",
            self.count(|run, number| !run.callbacks[number].answered_by.is_empty()),
            slowest.as_secs_f64(),
            PATIENCE.as_secs()
        )?;
        writeln!(
            f,
            "sent again, since the response was late: {}, was a 503: {}, didn't come from a killed process: {}",
            sum(|seen| seen.late),
            sum(|seen| seen.refused),
            sum(|seen| seen.failed)
        )?;
        writeln!(
            f,
            "handled: once {}, twice {}, never {} (refused each time: {}); {} of them were left by the killed process after its 200",
            self.handled_times(1),
            self.handled_times(2),
            self.handled_times(0),
            self.count(Self::was_refused),
            self.count(Self::was_recovered)
        )?;
        for (process, notes) in self.notes.iter().enumerate() {
            let began = notes.begun.iter().sum::<u32>();
            let ended = notes.handled.iter().sum::<u32>();
            let killed = if self.killed == Some(process) { ", killed half-way" } else { "" };
            writeln!(
                f,
                "process {process}{killed}: {began} handlers began, {ended} ended, {} at once at most",
                notes.most_running
            )?;
            let Memory(peaks) = self.memory[process];
            let flat = match self.is_flat(self.memory[process]) {
                None => String::new(),
                Some(true) => format!("; flat (last ≤ {FLAT} × second)"),
                Some(false) => format!("; not flat (last > {FLAT} × second)"),
            };
            writeln!(f, "  highest memory in each quarter, in KiB: {peaks:?}{flat}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    /// A run of two callbacks in two processes, the first of which was killed; all is well.
    fn run() -> Run {
        let seen = |process| Seen { answered_by: vec![process], ..Seen::default() };
        let mut notes = [Notes::of(2), Notes::of(2)];
        for (number, notes) in notes.iter_mut().enumerate() {
            notes.begun[number] = 1;
            notes.handled[number] = 1;
        }
        Run {
            options: Options::parse_from(["load", "--callbacks", "2"]),
            taken: Duration::from_secs(1),
            callbacks: vec![seen(0), seen(1)],
            notes: notes.into(),
            killed: Some(0),
            memory: vec![Memory::default(); 2],
        }
    }

    /// What a run says that differs from a good one.
    fn broken(change: impl Fn(&mut Run)) -> String {
        let mut run = run();
        change(&mut run);
        run.broken_promises().join("; ")
    }

    #[test]
    fn a_run_without_a_broken_promise_is_well() {
        assert_eq!(broken(|_| {}), "");
        // The killed process may have ended a handler and not recorded it, or not ended it: another one handles it again.
        for ended in [1, 0] {
            let again = |run: &mut Run| {
                run.notes[0].handled[0] = ended;
                (run.notes[1].begun[0], run.notes[1].handled[0]) = (1, 1);
            };
            assert_eq!(broken(again), "");
        }
        let refused = |run: &mut Run| {
            run.callbacks[1] = Seen { refused: 3, given_up: true, ..Seen::default() };
            run.notes[1] = Notes::of(2);
        };
        assert_eq!(broken(refused), "");
    }

    #[test]
    fn each_broken_promise_is_noticed() {
        let given_up = |run: &mut Run| run.callbacks[1].given_up = true;
        let in_killed = |run: &mut Run| (run.callbacks[1].given_up, run.callbacks[1].failed) = (true, 1);
        let not_answered = "not answered, though it wasn't refused";
        for (change, expected) in [
            (&given_up as &dyn Fn(&mut Run), not_answered),
            (&in_killed, not_answered),
            (&|run| run.callbacks[0].given_up = true, not_answered),
            (&|run| (run.callbacks[0].given_up, run.options.deadline) = (true, PATIENCE), ""),
            (&|run| run.callbacks[0].late = 1, "answered late: 1"),
            (&|run| (run.callbacks[1].failed, run.killed) = (1, None), "no or a wrong response"),
            (&|run| run.notes[0].begun[0] = 2, "handled twice by one process"),
            (&|run| run.notes[0].begun[1] = 1, ""),
            (&|run| run.notes[1].begun[0] = 1, ""),
            (
                &|run| (run.notes[0].begun[1], run.killed) = (1, None),
                "begun in several processes, though none of them was killed",
            ),
            (&|run| run.notes[1].handled[1] = 0, "not handled, though it was answered"),
            (&|run| run.notes[0].handled[0] = 0, "not handled, though it was answered"),
            (
                &|run| run.callbacks[1] = Seen { refused: 3, ..Seen::default() },
                "handled, though it was refused",
            ),
            (&|run| run.notes[1].most_running = 1001, "process 1 ran 1001 handlers at once"),
        ] {
            let broken = broken(change);
            assert!(
                broken.starts_with(expected) && broken.is_empty() == expected.is_empty(),
                "{expected}: {broken}"
            );
        }
    }

    #[test]
    fn what_the_killed_process_answered_and_another_one_handled_counts_as_recovered() {
        let mut run = run();
        assert!(!run.was_recovered(0) && !run.was_recovered(1));
        run.notes[0].handled[0] = 0;
        assert!(!run.was_recovered(0), "it was lost");
        run.notes[1].handled[0] = 1;
        assert!(run.was_recovered(0));
        run.callbacks[0].answered_by = vec![1];
        assert!(!run.was_recovered(0), "WeCom has sent it again");
    }

    #[test]
    fn memory_is_flat_if_its_last_quarter_is_much_like_its_second() {
        let mut run = run();
        assert_eq!(run.is_flat(Memory([1, 100, 100, 500])), None, "too few callbacks");
        run.killed = None;
        run.callbacks = vec![Seen { answered_by: vec![1], ..Seen::default() }; ENOUGH];
        run.notes = vec![Notes::of(ENOUGH)];
        (run.notes[0].begun, run.notes[0].handled) = (vec![1; ENOUGH], vec![1; ENOUGH]);
        assert_eq!(run.is_flat(Memory([50, 100, 110, 120])), Some(true));
        run.memory = vec![Memory([50, 100, 110, 121])];
        assert_eq!(run.broken_promises(), ["the memory of process 0 isn't flat"]);
        assert_eq!(run.is_flat(Memory([0; 4])), None, "the system doesn't say it");
        run.killed = Some(0);
        assert_eq!(run.is_flat(Memory([50, 100, 110, 121])), None, "it has more to do");
    }
}
