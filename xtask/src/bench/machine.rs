//! The machine on which the measurements were made.

use std::fs;
use std::num::NonZero;
use std::process::Command;
use std::thread;

/// Describes the processor, its cores, the kernel and the compiler, as far as they are known.
pub(super) fn describe() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model(&text));
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let parts = [
        cpu,
        Some(format!("{cores} cores")),
        first_line(Command::new("uname").arg("-sr")),
        first_line(Command::new("rustc").arg("-V")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Returns the model of the first processor that Linux lists.
fn model(cpuinfo: &str) -> Option<String> {
    let (_, model) = cpuinfo.lines().find(|line| line.starts_with("model name"))?.split_once(':')?;
    Some(model.trim().to_owned())
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::model;

    #[test]
    fn the_processor_is_the_one_that_linux_lists_first() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC\nprocessor\t: 1\nmodel name\t: other\n";
        assert_eq!(model(text).as_deref(), Some("AMD EPYC"));
        assert_eq!(model("nothing"), None);
    }
}
