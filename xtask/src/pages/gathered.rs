//! The lines of a table that is being read.

use super::table::{self, Row};

/// The lines of a table so far; none between tables.
#[derive(Default)]
pub(super) struct Gathered {
    /// The number of the first line.
    first: usize,
    lines: Vec<String>,
}

impl Gathered {
    /// Takes a line if it belongs to a table: some rows lack the bar at their beginning.
    pub(super) fn take(&mut self, line: usize, text: &str) -> bool {
        let text = text.trim_start_matches(['>', ' ', '\t']).trim_end();
        let is_row = text.starts_with('|') || !self.lines.is_empty() && text.contains('|');
        if is_row {
            if self.lines.is_empty() {
                self.first = line;
            }
            self.lines.push(text.to_owned());
        }
        is_row
    }

    /// Ends the table: returns its rows if it is one of fields or values, and which.
    pub(super) fn end(&mut self) -> Option<(bool, Vec<Row>)> {
        let lines = std::mem::take(&mut self.lines);
        table::read(&lines, self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_ends_where_a_line_has_no_bar() {
        let mut gathered = Gathered::default();
        assert!(!gathered.take(1, "a | b"), "it begins with a bar");
        for (line, text) in [(2, "> | 参数 | 说明 |"), (3, "|---|---|"), (4, "leaf | 茶叶")] {
            assert!(gathered.take(line, text), "{text}");
        }
        assert!(!gathered.take(5, "text"));
        let (values, rows) = gathered.end().expect("it is a table");
        let names: Vec<(usize, &str)> = rows.iter().map(|row| (row.line, row.name.as_str())).collect();
        assert_eq!((values, names), (false, vec![(4, "leaf")]));
        assert_eq!(gathered.end(), None);
    }
}
