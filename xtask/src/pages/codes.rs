//! The error codes that a page lists.

use serde_json::Value;

use super::table::cells;

/// A row of a table of error codes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CodeRow {
    /// The line, from 1.
    pub line: usize,
    /// `errcode`.
    pub code: i64,
    /// The text of the other columns.
    pub words: String,
}

/// Returns the rows of all tables whose first column contains error codes.
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
        // An `errcode` inside the response is a field of its own.
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

/// Returns the codes of some responses, each with its line, that a page shows for an endpoint beside a successful one:
/// without a success, they may be arbitrary numbers.
pub(super) fn shown_codes<'e>(answers: impl Iterator<Item = (usize, &'e Value)>) -> Vec<CodeRow> {
    let rows = answers.filter_map(|(line, body)| {
        let code = body.get("errcode")?.as_i64()?;
        let words = body.get("errmsg").and_then(Value::as_str).unwrap_or_default();
        Some(CodeRow { line, code, words: words.to_owned() })
    });
    let (failures, successes): (Vec<CodeRow>, Vec<CodeRow>) = rows.partition(|row| row.code != 0);
    if successes.is_empty() { Vec::new() } else { failures.into_iter().filter(is_plausible).collect() }
}

/// Returns whether a code may be one of WeCom's, which have at least five digits, and says something about the
/// endpoint.
fn is_plausible(row: &CodeRow) -> bool {
    row.code >= 10_000 && !OF_ANY_CALL.contains(&row.code)
}

/// Codes that any call may return: its token, or the code that it passes on, is wrong, missing or expired, or there
/// are too many calls.
const OF_ANY_CALL: [i64; 6] = [40_001, 40_014, 40_029, 41_001, 42_001, 45_009];

/// The titles of the first column of such a table.
const HEADS: [&str; 3] = ["错误码", "返回码", "errcode"];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn codes_of_answers_count_beside_an_answer_of_success() {
        let answer = |code: i64, words: &str| json!({ "errcode": code, "errmsg": words });
        let (success, failure) = (answer(0, "ok"), answer(40_031, "all invalid"));
        let (made_up, expired) = (answer(1, "no"), answer(42_001, "expired"));
        let row = CodeRow { line: 7, code: 40_031, words: "all invalid".to_owned() };
        let shown = |answers: &[&Value]| shown_codes(answers.iter().map(|answer| (7, *answer)));
        assert_eq!(shown(&[&success, &failure, &made_up, &expired]), [row]);
        assert_eq!(shown(&[&failure, &expired]), []);
    }

    #[test]
    fn error_codes_are_read_from_tables_that_are_headed_so() {
        let page = "| 错误码 | 说明 | 建议 |\n|---|---|---|\n| 0 | ok | |\n| -1 | busy | wait |\n\n\
                    | 参数 | 说明 |\n|---|---|\n| 40001 | no code |\n\n|errcode|errmsg|\n|--|--|\n|301002|denied|\n|x|no|\n\n\
                    The job's `detail.errcode`:\n\n|错误码|说明|\n|--|--|\n|830001|url|";
        let row = |line, code, words: &str| CodeRow { line, code, words: words.to_owned() };
        assert_eq!(codes(page), [row(3, 0, "ok"), row(4, -1, "busy wait"), row(12, 301_002, "denied")]);
    }
}
