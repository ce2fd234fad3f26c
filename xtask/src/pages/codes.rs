//! The error codes that a page lists, and those that its text mentions.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use super::blocks::{Block, blocks};
use super::markup::regex;
use super::table::cells;

/// A row of a table of error codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeRow {
    /// The line, from 1.
    pub line: usize,
    /// `errcode`.
    pub code: i64,
    /// The text of the other columns.
    pub words: String,
}

/// A number in the text of a page that may be an error code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ToldCode {
    /// The line, from 1.
    pub line: usize,
    /// `errcode`.
    pub code: i64,
    /// Whether the text calls it one.
    pub called: bool,
    /// The documents to which the line links.
    pub links: Vec<u32>,
}

/// Returns the numbers that may be error codes, except for those listed in tables of codes.
pub(crate) fn told_codes(text: &str, listed: &[CodeRow]) -> Vec<ToldCode> {
    let is_listed = |line: usize| listed.iter().any(|row| row.line == line);
    let mut told = Vec::new();
    for block in blocks(text) {
        match block {
            Block::Text { line, text } if !is_listed(line) => in_line(line, text, true, &mut told),
            Block::Text { .. } => {}
            Block::Fence { line, text } => {
                text.lines().zip(line..).for_each(|(text, line)| in_line(line, text, false, &mut told));
            }
        }
    }
    told
}

/// Adds the codes of a line. Codes that an example shows have no name.
fn in_line(line: usize, text: &str, is_prose: bool, told: &mut Vec<ToldCode>) {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex("[0-9]+"));
    static LINK: LazyLock<Regex> = LazyLock::new(|| regex(r"\]\(#([0-9]+)"));
    static BEFORE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"(?:报错|错误码?|返回码|返回|errcode)[为是会成：:=\s*`“”\[（(]{0,8}$"));
    static AFTER: LazyLock<Regex> = LazyLock::new(|| regex(r"^[\s*`”）)]{0,5}的?(?:错误|报错)"));
    let mut links = Vec::new();
    for found in NUMBER.find_iter(text).filter(|found| (5..=7).contains(&found.len())) {
        let (before, after) = (&text[..found.start()], &text[found.end()..]);
        // A part of a name or of a fraction, or the number of a document.
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '#' | '-');
        let tail = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let Some(code) = found.as_str().parse().ok().filter(|code| !OF_ANY_CALL.contains(code)) else {
            continue;
        };
        if before.ends_with(part) || after.starts_with(tail) {
            continue;
        }
        let counts = after.starts_with(['条', '个', '次', '人', '字', '行', '张']);
        let called = is_prose && !counts && (BEFORE.is_match(before) || AFTER.is_match(after));
        if links.is_empty() {
            links.extend(LINK.captures_iter(text).filter_map(|link| link[1].parse::<u32>().ok()));
        }
        told.push(ToldCode { line, code, called, links: links.clone() });
    }
}

/// Returns the sections about single codes below a table: `##### 错误码：40054 40055`.
pub(crate) fn details(text: &str) -> BTreeMap<i64, String> {
    let mut sections: BTreeMap<i64, String> = BTreeMap::new();
    let mut codes: Vec<i64> = Vec::new();
    for line in text.lines() {
        if line.starts_with('#') {
            let about = line.trim_start_matches('#').trim().strip_prefix("错误码");
            let numbers = about.unwrap_or_default().split(|c: char| !(c.is_ascii_digit() || c == '-'));
            codes = numbers.filter_map(|number| number.parse().ok()).collect();
        } else {
            for code in &codes {
                let section = sections.entry(*code).or_default();
                section.push_str(line);
                section.push('\n');
            }
        }
    }
    sections
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
    fn codes_are_told_in_sentences_cells_and_links() {
        let told = |text: &str| {
            let told = told_codes(text, &codes(text)).into_iter();
            told.map(|ToldCode { line, code, called, links }| (line, code, called, links)).collect::<Vec<_>>()
        };
        for called in [
            "否则接口报错701030。",
            "否则会返回`701030`错误。",
            "errcode为701030",
            "| tea | 没有茶时报错 **701030** |",
            "则返回错误码：701030",
            "不可见时返回701030",
            "[错误码：701030](#10649/错误码：701030)",
        ] {
            let codes: Vec<(i64, bool)> =
                told(called).into_iter().map(|(_, code, called, _)| (code, called)).collect();
            assert!(codes.contains(&(701_030, true)), "{called}: {codes:?}");
        }
        for other in
            ["最多返回10000条", "共701030个", "见[这里](#701030)", "v701030", "0.701030", "报错45009"]
        {
            assert!(told(other).iter().all(|(_, _, called, _)| !called), "{other}");
        }
        assert_eq!(told("|[点茶](#20001)|报错701030|"), [(1, 701_030, true, vec![20_001])]);
        assert_eq!(told("```\n{\"errcode\": 701030}\n```"), [(2, 701_030, false, vec![])]);
        assert_eq!(told("| 错误码 | 说明 |\n|---|---|\n| 701030 | 没有茶 |"), []);
    }

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
