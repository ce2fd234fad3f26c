//! The results of a run, for people, for machines and for `BENCHMARKS.md`.

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The file of the results, relative to the workspace.
pub const FILE: &str = "BENCHMARKS.md";

/// The reason why something couldn't be measured.
#[derive(Debug)]
pub struct Failure(pub String);

/// All results.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The machine.
    pub machine: String,
    /// The measurements by kind.
    pub tables: Vec<Table>,
}

/// Measurements of one kind.
#[derive(Debug, Serialize)]
pub struct Table {
    /// The name that measures it again: `cargo xtask bench NAME`.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// A description of the quantity and of the method.
    #[serde(skip)]
    pub about: &'static str,
    /// The measurements.
    pub rows: Vec<Row>,
    /// The reason if there are no rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skipped: Option<String>,
}

/// One measurement.
#[derive(Debug, Serialize, Deserialize)]
pub struct Row {
    /// The measured quantity.
    pub name: String,
    /// The other side of the comparison.
    pub against: String,
    /// The counted unit.
    pub unit: Cow<'static, str>,
    /// The result.
    pub ratio: f64,
    /// The range of the ratios of single rounds, if there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<(f64, f64)>,
    /// The target for the ratio.
    pub target: Target,
    /// Whether the target is reached.
    pub reached: bool,
}

/// The target for a ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// Cost: ours, divided by theirs.
    AtMost(f64),
    /// Speed: theirs, divided by ours.
    AtLeast(f64),
    /// No target: the ratio is only reported.
    Told,
}

impl Target {
    /// Compares a ratio with the target, to as many digits as are shown.
    fn is_reached_by(self, ratio: f64) -> bool {
        let shown = (ratio * 100.0).round() / 100.0;
        match self {
            Self::AtMost(most) => shown <= most,
            Self::AtLeast(least) => shown >= least,
            Self::Told => true,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "≤ {most:.2}"),
            Self::AtLeast(least) => write!(f, "≥ {least:.2}"),
            Self::Told => f.write_str("–"),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.get("≤ ".len()..).and_then(|number| number.parse().ok());
        match (text.chars().next(), number) {
            (Some('≤'), Some(most)) => Ok(Self::AtMost(most)),
            (Some('≥'), Some(least)) => Ok(Self::AtLeast(least)),
            (Some('–'), None) => Ok(Self::Told),
            _ => Err(D::Error::custom(format_args!("`{text}` is no target"))),
        }
    }
}

impl Row {
    /// Creates a measurement without a range.
    pub fn new(
        name: impl Into<String>,
        against: impl Into<String>,
        unit: &'static str,
        ratio: f64,
        target: Target,
    ) -> Self {
        let reached = target.is_reached_by(ratio);
        let unit = Cow::Borrowed(unit);
        Self { name: name.into(), against: against.into(), unit, ratio, spread: None, target, reached }
    }

    /// Returns the cells of its line.
    fn cells(&self) -> [String; 6] {
        let spread = self.spread.map(|(low, high)| format!(" ({}–{})", number(low), number(high)));
        let spread = spread.unwrap_or_default();
        [
            self.name.clone(),
            self.against.clone(),
            self.unit.clone().into_owned(),
            format!("{}{spread}", number(self.ratio)),
            self.target.to_string(),
            match self.target {
                Target::Told => "–",
                _ if self.reached => "yes",
                _ => "no",
            }
            .to_owned(),
        ]
    }
}

const HEAD: [&str; 6] = ["what", "against", "of", "ratio", "target", "reached"];

impl Report {
    /// Returns the report for machines.
    pub fn json(&self) -> Result<String, Failure> {
        let json = serde_json::to_string_pretty(self).map_err(|error| Failure(error.to_string()))?;
        Ok(json + "\n")
    }

    /// Returns `BENCHMARKS.md` with the new results, in the order of the titles; sections that weren't measured stay
    /// as they were before.
    pub fn page(&self, before: &str, titles: &[&str]) -> String {
        let mut page = "# Benchmarks\n\n\
            Written by `cargo xtask bench --write`. Every number is a ratio of two sides that are measured in the same \
            run: no absolute time is a claim. Costs are ours divided by theirs, speeds the other way round, so 1 is a \
            draw. [ARCHITECTURE.md](ARCHITECTURE.md#what-it-costs) says what the two sides are.\n"
            .to_owned();
        for title in titles {
            let measured = self.tables.iter().find(|table| table.title == *title);
            let section =
                measured.map(|table| table.markdown(&self.machine)).or_else(|| section(before, title));
            page.extend(section.map(|section| format!("\n{section}")));
        }
        page
    }
}

impl Table {
    /// Returns its section of `BENCHMARKS.md`.
    fn markdown(&self, machine: &str) -> String {
        let Self { name, title, about, rows, skipped } = self;
        let mut text = format!("## {title}\n\n{about}\n\n    cargo xtask bench {name} --write\n\n");
        if let Some(reason) = skipped {
            let _ = writeln!(text, "Skipped: {reason}.");
            return text;
        }
        let _ = writeln!(text, "Measured on: {machine}.\n");
        let _ = writeln!(text, "| {} |\n|---|---|---|---:|---:|---|", HEAD.join(" | "));
        for row in rows {
            let _ = writeln!(text, "| {} |", row.cells().join(" | "));
        }
        text
    }
}

/// Returns the section of a page with a title.
fn section(page: &str, title: &str) -> Option<String> {
    let sections = page.split("\n## ").skip(1);
    let found = sections.into_iter().find(|section| section.lines().next() == Some(title))?;
    Some(format!("## {}\n", found.trim_end()))
}

/// Formats a ratio with as many digits as are significant.
fn number(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 100.0 => format!("{ratio:.0}"),
        ratio if ratio >= 0.1 => format!("{ratio:.2}"),
        ratio => format!("{ratio:.4}"),
    }
}

/// Formats the report for a terminal.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, table) in self.tables.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(f, "{gap}{}", table.title)?;
            match &table.skipped {
                Some(reason) => writeln!(f, "  skipped: {reason}")?,
                None => lines(&table.rows).into_iter().try_for_each(|line| writeln!(f, "  {line}"))?,
            }
        }
        Ok(())
    }
}

/// Returns the lines of a table, in columns.
fn lines(rows: &[Row]) -> Vec<String> {
    let mut cells = vec![HEAD.map(str::to_owned)];
    cells.extend(rows.iter().map(Row::cells));
    let widths: [usize; 6] =
        std::array::from_fn(|column| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    cells
        .iter()
        .map(|row| {
            let padded: Vec<_> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
            padded.join("  ").trim_end().to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut noisy = Row::new("calls", "reqwest", "calls a second", 0.98, Target::AtLeast(0.97));
        noisy.spread = Some((0.9, 1.02));
        Report {
            machine: "a machine".to_owned(),
            tables: vec![
                Table {
                    name: "decode",
                    title: "Decoding",
                    about: "What it takes.",
                    rows: vec![Row::new("a page", "derive", "instructions", 1.1, Target::AtMost(1.0)), noisy],
                    skipped: None,
                },
                Table {
                    name: "more",
                    title: "More",
                    about: "And more.",
                    rows: Vec::new(),
                    skipped: Some("it needs `x`, which is not installed".to_owned()),
                },
            ],
        }
    }

    #[test]
    fn people_get_columns() {
        assert_eq!(
            report().to_string(),
            "Decoding\n\
             \x20 what    against  of              ratio             target  reached\n\
             \x20 a page  derive   instructions    1.10              ≤ 1.00  no\n\
             \x20 calls   reqwest  calls a second  0.98 (0.90–1.02)  ≥ 0.97  yes\n\
             \n\
             More\n\
             \x20 skipped: it needs `x`, which is not installed\n"
        );
    }

    #[test]
    fn the_page_has_a_table_its_machine_and_its_command_for_each_measurement() {
        let page = report().page("", &["Decoding", "More"]);
        assert!(
            page.contains("## Decoding\n\nWhat it takes.\n\n    cargo xtask bench decode --write\n"),
            "{page}"
        );
        assert!(page.contains("\nMeasured on: a machine.\n\n| what |"), "{page}");
        assert!(page.contains("| a page | derive | instructions | 1.10 | ≤ 1.00 | no |\n"), "{page}");
        assert!(page.contains("Skipped: it needs `x`, which is not installed.\n"), "{page}");
    }

    #[test]
    fn what_is_not_measured_again_stays_on_the_page() {
        let titles = ["Growth", "Decoding", "More"];
        let before = "# Benchmarks\n\nOld words.\n\n## Decoding\n\nOld.\n\n## Growth\n\nIt grows.\n\n## Gone\n\nOld.\n";
        let page = report().page(before, &titles);
        assert!(page.contains("\n\n## Growth\n\nIt grows.\n\n## Decoding\n\nWhat it takes."), "{page}");
        assert!(!page.contains("Old"), "{page}");
        assert_eq!(report().page(&page, &titles), page);
    }

    #[test]
    fn ratios_have_as_many_digits_as_say_something() {
        assert_eq!([965.84, 1.0, 0.1, 0.0012].map(number), ["966", "1.00", "0.10", "0.0012"]);
    }

    #[test]
    fn machines_get_everything() {
        let json: serde_json::Value = serde_json::from_str(&report().json().unwrap()).unwrap();
        let row = &json["tables"][0]["rows"][1];
        assert_eq!(
            (&row["ratio"], &row["target"], &row["reached"]),
            (&0.98.into(), &"≥ 0.97".into(), &true.into())
        );
        assert_eq!(json["tables"][1]["skipped"], "it needs `x`, which is not installed");
    }

    #[test]
    fn a_row_is_read_as_it_is_written() {
        for target in [Target::AtMost(1.1), Target::AtLeast(5.0), Target::Told] {
            let mut row = Row::new("a", "b", "time", 1.25, target);
            row.spread = Some((1.0, 1.5));
            let json = serde_json::to_string(&row).unwrap();
            let read: Row = serde_json::from_str(&json).unwrap();
            assert_eq!((read.target, read.spread, read.cells()), (row.target, row.spread, row.cells()));
        }
        let error = serde_json::from_str::<Target>("\"about 2\"").unwrap_err();
        assert_eq!(error.to_string(), "`about 2` is no target");
    }

    #[test]
    fn what_is_only_told_is_neither_reached_nor_missed() {
        let cells = Row::new("a", "b", "memory", 7.0, Target::Told).cells();
        assert_eq!(cells[3..], ["7.00", "–", "–"]);
    }

    #[test]
    fn a_target_is_reached_by_what_is_shown() {
        assert!(Target::AtMost(1.0).is_reached_by(1.004));
        assert!(!Target::AtMost(1.0).is_reached_by(1.006));
        assert!(Target::AtLeast(0.97).is_reached_by(0.966));
        assert!(!Target::AtLeast(0.97).is_reached_by(0.964));
    }
}
