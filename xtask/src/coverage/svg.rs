//! Draws the chart of coverage: for endpoints and for what arrives, one bar for the total, one for each large family, and one for all
//! others.

use std::fmt::Write as _;

use super::counts::{Counts, Coverage, Families, percent, total};
use crate::spec::DocumentKind;

/// The number of documented endpoints, or documents, from which a family gets its own bar.
const LARGE: usize = 10;
const WIDTH: usize = 720;
/// The left end of all bars, and the length of the longest.
const LEFT: usize = 150;
const LENGTH: usize = 440;
const ROW: usize = 20;
const TOP: usize = 84;

/// Colors that are legible on a light and on a dark page.
const STYLE: &str = "\
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.name { text-anchor: end }
.part { fill: #1a7f37 }
.rest { fill: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .part { fill: #3fb950 }
  .rest { fill: #3d444d }
}";

/// Draws the chart.
pub(super) fn chart(coverage: &Coverage) -> String {
    let endpoints = Block::new("endpoints", &coverage.families, &[]);
    let of = |is_sent: bool| {
        let kinds = DocumentKind::ALL.into_iter().map(DocumentKind::facts);
        let kinds = kinds.filter(move |facts| facts.part.is_sent() == is_sent);
        kinds.filter_map(|facts| Some((facts.counted, coverage.others.get(facts.counted)?)))
    };
    let sent: Vec<(&str, Counts)> = of(true).map(|(what, families)| (what, total(families))).collect();
    let received = of(false).filter(|(_, families)| !families.is_empty());
    let received = received.map(|(what, families)| Block::new(what, families, &sent));
    let blocks: Vec<Block> = std::iter::once(endpoints).chain(received).collect();
    let (mut bars, mut height) = (String::new(), 0);
    for block in &blocks {
        block.draw(&mut bars, height);
        height += block.height();
    }
    let titles: Vec<&str> = blocks.iter().map(|block| block.title.as_str()).collect();
    let label = titles.join("; ");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{label}\">\n<style>\n{STYLE}\n</style>\n{bars}</svg>\n"
    )
}

/// The bars of one kind.
struct Block {
    title: String,
    subtitle: String,
    total: Counts,
    rows: Vec<(String, Counts)>,
}

impl Block {
    fn new(what: &str, families: &Families, sent: &[(&str, Counts)]) -> Self {
        let total = total(families);
        let title = format!("{} of {} documented {what} are in the spec", total.specified, total.documented);
        let mut subtitle = format!(
            "{} fields ({} typed, {} described); examples for {}",
            total.fields,
            percent(total.typed, total.fields),
            percent(total.described, total.fields),
            percent(total.with_examples, total.specified),
        );
        if total.unseen > 0 {
            let _ = write!(subtitle, "; {} more known only from other implementations", total.unseen);
        }
        for (what, counts) in sent.iter().filter(|(_, counts)| *counts != Counts::default()) {
            let _ = write!(subtitle, "; {} of {} passive {what}", counts.specified, counts.documented);
        }
        Self { title, subtitle, total, rows: rows(families) }
    }

    fn height(&self) -> usize {
        TOP + self.rows.len() * ROW + 12
    }

    /// Draws the block below a vertical position.
    fn draw(&self, svg: &mut String, top: usize) {
        let Self { title, subtitle, total, rows } = self;
        let most = rows.iter().map(|(_, counts)| longest(*counts)).max().unwrap_or_default().max(1);
        let (first, second) = (top + 28, top + 48);
        let _ = writeln!(
            svg,
            "<text class=\"title\" x=\"16\" y=\"{first}\">{title}</text>\n<text x=\"16\" y=\"{second}\">{subtitle}</text>"
        );
        let all = WIDTH - 32;
        bar(svg, [16, top + 58], all, scale(total.specified, longest(*total), all));
        for (index, (name, counts)) in rows.iter().enumerate() {
            let y = top + TOP + index * ROW;
            let length = scale(longest(*counts), most, LENGTH);
            let (end, base, name) = (LEFT - 8, y + 12, escape(name));
            let _ = writeln!(svg, "<text class=\"name\" x=\"{end}\" y=\"{base}\">{name}</text>");
            bar(svg, [LEFT, y + 2], length, scale(counts.specified, most, LENGTH));
            let numbers = format!("{} of {}", counts.specified, counts.documented);
            let _ = writeln!(svg, "<text x=\"{}\" y=\"{base}\">{numbers}</text>", LEFT + length + 8);
        }
    }
}

/// Returns the families with their own bars, the largest first, and the sum of the others.
fn rows(families: &Families) -> Vec<(String, Counts)> {
    let mut rows = Vec::new();
    let mut others = (0, Counts::default());
    for (family, counts) in families {
        if longest(*counts) >= LARGE {
            rows.push((family.clone(), *counts));
        } else {
            others.0 += 1;
            others.1 += *counts;
        }
    }
    rows.sort_by_key(|(_, counts)| usize::MAX - longest(*counts));
    if others.0 > 0 {
        rows.push((format!("{} smaller families", others.0), others.1));
    }
    rows
}

/// Returns the number that a full bar represents; the spec may contain paths that no page documents.
fn longest(counts: Counts) -> usize {
    counts.documented.max(counts.specified)
}

fn scale(part: usize, whole: usize, length: usize) -> usize {
    (part * length).checked_div(whole).unwrap_or_default()
}

/// Draws a bar that is filled in part.
fn bar(svg: &mut String, [x, y]: [usize; 2], length: usize, part: usize) {
    for (class, length) in [("rest", length), ("part", part)] {
        let _ = writeln!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{length}\" height=\"12\" rx=\"2\"/>"
        );
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(families: &[(&str, usize, usize)]) -> Coverage {
        let counts = |documented, specified| Counts { documented, specified, ..Counts::default() };
        let families = families
            .iter()
            .map(|(name, documented, specified)| ((*name).to_owned(), counts(*documented, *specified)));
        Coverage { families: families.collect(), ..Coverage::default() }
    }

    #[test]
    fn large_families_come_first_and_small_ones_stand_together() {
        let rows =
            rows(&coverage(&[("cup", 3, 1), ("leaf", 20, 0), ("milk", 4, 4), ("tea", 40, 10)]).families);
        let names: Vec<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["tea", "leaf", "2 smaller families"]);
        assert_eq!((rows[2].1.documented, rows[2].1.specified), (7, 5));
    }

    #[test]
    fn a_bar_is_as_long_as_its_numbers_say() {
        let svg = chart(&coverage(&[("leaf", 20, 5), ("tea", 40, 10)]));
        for expected in [
            "15 of 60 documented endpoints",
            "width=\"440\"",
            "width=\"110\"",
            "width=\"220\"",
            "width=\"55\"",
            ">10 of 40<",
        ] {
            assert!(svg.contains(expected), "no {expected} in\n{svg}");
        }
        assert_eq!(svg.matches("<rect").count(), 6);
    }

    #[test]
    fn callbacks_have_a_block_below_with_the_replies_beside_them() {
        let [one, two] = [("tea", 12, 3), ("tea", 2, 2)].map(|counts| coverage(&[counts]).families);
        let others = [("callbacks", one), ("replies", two)].map(|(what, of)| (what.to_owned(), of)).into();
        let svg = chart(&Coverage { others, ..coverage(&[("leaf", 20, 5)]) });
        let texts = [
            ">5 of 20 documented endpoints",
            ">3 of 12 documented callbacks",
            "; 2 of 2 passive replies<",
            "aria-label=\"5 of 20 documented endpoints are in the spec; 3 of 12 documented callbacks are in the spec\"",
        ];
        for expected in texts {
            assert!(svg.contains(expected), "no {expected} in\n{svg}");
        }
    }

    #[test]
    fn a_chart_of_nothing_has_no_bars_of_families() {
        assert!(chart(&Coverage::default()).contains("0 of 0 documented endpoints"));
    }
}
