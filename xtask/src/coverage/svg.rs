//! The chart of coverage: a bar for all endpoints, one for each large family, and one for the others together.

use std::fmt::Write as _;

use super::counts::{Counts, Coverage, percent};

/// From how many documented endpoints a family has a bar of its own.
const LARGE: usize = 10;
const WIDTH: usize = 720;
/// Where bars begin, and how long the longest one may be.
const LEFT: usize = 150;
const LENGTH: usize = 440;
const ROW: usize = 20;
const TOP: usize = 84;

/// Colours that can be read on a light and on a dark page.
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
    let rows = rows(coverage);
    let most = rows.iter().map(|(_, counts)| longest(*counts)).max().unwrap_or_default().max(1);
    let height = TOP + rows.len() * ROW + 12;
    let total = coverage.total();
    let title = format!("{} of {} documented endpoints are in the spec", total.specified, total.documented);
    let subtitle = format!(
        "{} fields: {} typed, {} described; {} of the endpoints have examples",
        total.fields,
        percent(total.typed, total.fields),
        percent(total.described, total.fields),
        percent(total.with_examples, total.specified),
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\">\n<style>\n{STYLE}\n</style>\n\
         <text class=\"title\" x=\"16\" y=\"28\">{title}</text>\n<text x=\"16\" y=\"48\">{subtitle}</text>\n"
    );
    let all = WIDTH - 32;
    bar(&mut svg, 16, 58, all, scale(total.specified, longest(total), all));
    for (index, (name, counts)) in rows.iter().enumerate() {
        let y = TOP + index * ROW;
        let length = scale(longest(*counts), most, LENGTH);
        let _ =
            writeln!(svg, "<text class=\"name\" x=\"{}\" y=\"{}\">{}</text>", LEFT - 8, y + 12, escape(name));
        bar(&mut svg, LEFT, y + 2, length, scale(counts.specified, most, LENGTH));
        let numbers = format!("{} of {}", counts.specified, counts.documented);
        let _ = writeln!(svg, "<text x=\"{}\" y=\"{}\">{numbers}</text>", LEFT + length + 8, y + 12);
    }
    svg.push_str("</svg>\n");
    svg
}

/// The families with a bar of their own, the largest first, and the others together.
fn rows(coverage: &Coverage) -> Vec<(String, Counts)> {
    let mut rows = Vec::new();
    let mut others = (0, Counts::default());
    for (family, counts) in &coverage.families {
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

/// How many endpoints a whole bar stands for; the spec may have some that no page documents.
fn longest(counts: Counts) -> usize {
    counts.documented.max(counts.specified)
}

fn scale(part: usize, whole: usize, length: usize) -> usize {
    (part * length).checked_div(whole).unwrap_or_default()
}

/// A bar of which a part is filled.
fn bar(svg: &mut String, x: usize, y: usize, length: usize, part: usize) {
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
        Coverage { families: families.collect() }
    }

    #[test]
    fn large_families_come_first_and_small_ones_stand_together() {
        let rows = rows(&coverage(&[("cup", 3, 1), ("leaf", 20, 0), ("milk", 4, 4), ("tea", 40, 10)]));
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
    fn a_chart_of_nothing_has_no_bars_of_families() {
        assert!(chart(&Coverage::default()).contains("0 of 0 documented endpoints"));
    }
}
