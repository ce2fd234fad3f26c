//! The error codes that a page lists.

use super::table::cells;

/// A row of a table of error codes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CodeRow {
    /// The line, from 1.
    pub line: usize,
    /// `errcode`.
    pub code: i64,
    /// What the other columns say.
    pub words: String,
}

/// The rows of all tables whose first column holds error codes.
pub(crate) fn codes(text: &str) -> Vec<CodeRow> {
    let mut rows = Vec::new();
    let mut above = "";
    let mut within = None;
    for (line, number) in text.lines().zip(1..) {
        if !line.trim_start().starts_with('|') {
            if !line.trim().is_empty() {
                above = line;
            }
            within = None;
            continue;
        }
        let cells = cells(line);
        let (first, others) =
            cells.split_first().map_or(("", &[][..]), |(first, others)| (first.as_str(), others));
        // What stands within the answer is a field of its own.
        let headed = || {
            HEADS.iter().any(|head| first.to_ascii_lowercase().contains(head)) && !above.contains(".errcode")
        };
        let of_codes = *within.get_or_insert_with(headed);
        if let (true, Ok(code)) = (of_codes, first.parse::<i64>()) {
            rows.push(CodeRow { line: number, code, words: others.join(" ").trim().to_owned() });
        }
    }
    rows
}

/// How the first column of such a table is called.
const HEADS: [&str; 3] = ["错误码", "返回码", "errcode"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_are_read_from_tables_that_are_headed_so() {
        let page = "| 错误码 | 说明 | 建议 |\n|---|---|---|\n| 0 | ok | |\n| -1 | busy | wait |\n\n\
                    | 参数 | 说明 |\n|---|---|\n| 40001 | no code |\n\n|errcode|errmsg|\n|--|--|\n|301002|denied|\n|x|no|\n\n\
                    The job's `detail.errcode`:\n\n|错误码|说明|\n|--|--|\n|830001|url|";
        let row = |line, code, words: &str| CodeRow { line, code, words: words.to_owned() };
        assert_eq!(codes(page), [row(3, 0, "ok"), row(4, -1, "busy wait"), row(12, 301_002, "denied")]);
    }
}
