//! The lines and the fenced blocks of a page.

/// A piece of a page.
pub(crate) enum Block<'a> {
    /// A line of text, and its number.
    Text { line: usize, text: &'a str },
    /// The text between fences, and the number of its first line.
    Fence { line: usize, text: String },
}

/// Splits a page. The language after an opening fence is often wrong and is ignored.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut fence: Option<(usize, Vec<&str>)> = None;
    for (index, line) in text.lines().enumerate() {
        let opens = line
            .trim_start()
            .strip_prefix("```")
            .is_some_and(|info| !info.trim_start_matches('`').contains('`'));
        match &mut fence {
            None if opens => fence = Some((index + 2, Vec::new())),
            None => blocks.push(Block::Text { line: index + 1, text: line }),
            // The closing fence may be at the end of the last line.
            Some((start, lines)) => match line.trim_end().strip_suffix("```") {
                Some(last) => {
                    lines.push(last.trim_end_matches('`'));
                    blocks.push(Block::Fence { line: *start, text: lines.join("\n") });
                    fence = None;
                }
                None => lines.push(line),
            },
        }
    }
    if let Some((line, lines)) = fence {
        blocks.push(Block::Fence { line, text: lines.join("\n") });
    }
    blocks
}

/// Counts lines up to places in ascending order.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    /// Creates a counter for a text that starts at a line of the page.
    pub(super) fn starting_at(line: usize, text: &'a str) -> Self {
        Self { text, at: 0, line }
    }

    /// Returns the line of the place at an offset.
    pub(super) fn of(&mut self, offset: usize) -> usize {
        self.line += self.text[self.at..offset].matches('\n').count();
        self.at = offset;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the texts between fences, each with its first line.
    fn fences(text: &str) -> Vec<(usize, String)> {
        let fences = blocks(text).into_iter().filter_map(|block| match block {
            Block::Fence { line, text } => Some((line, text.trim().to_owned())),
            Block::Text { .. } => None,
        });
        fences.collect()
    }

    #[test]
    fn what_stands_in_the_line_of_a_fence_does_not_matter() {
        for (open, close) in [("```json", "```"), ("```]", "```"), (" ``` josn ", " ```"), ("````", "````")] {
            assert_eq!(fences(&format!("a\n{open}\n{{}}\n{close}\nb")), [(3, "{}".to_owned())], "{open}");
        }
    }

    #[test]
    fn a_fence_may_close_behind_its_last_line_or_never() {
        assert_eq!(fences("```\n{}```\nb"), [(2, "{}".to_owned())]);
        assert_eq!(fences("```\n{}"), [(2, "{}".to_owned())]);
        assert_eq!(fences("```inline```\n```\n{}\n```"), [(3, "{}".to_owned())]);
    }
}
