//! Tables of parameters, as the pages write them.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::links::{elsewhere, whole};
use super::markup::{lines, plain, regex};
use super::naming::{canonical, references};
use super::phrases::{self, Value, beside_yes_or_no, yes_or_no};
use crate::spec::type_expr::TypeExpr;
use crate::spec::{Limit, Part};

/// A row: a field, or a value of an enum.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Row {
    /// The name in the table, without the marks for its depth: `a[].b`.
    pub name: String,
    /// The line of the page, from 1.
    pub line: usize,
    /// Its depth below the row to which it belongs: one for each `└`.
    pub depth: usize,
    /// The text of the column 类型.
    pub ty: Option<String>,
    /// The value of the column 必须.
    pub required: Option<bool>,
    /// The field's description, as plain text with its line breaks.
    pub doc: String,
    /// The names that its description and its type refer to.
    pub refers: Vec<String>,
    /// The titles on other pages to which they link, each with the page's document.
    pub elsewhere: Vec<(u32, String)>,
    /// The documents to which they link as a whole.
    pub whole: Vec<u32>,
}

impl Row {
    /// Returns the limits in its description and its type on values of a type.
    pub(crate) fn limits(&self, ty: &TypeExpr) -> Vec<Limit> {
        let mut limits = phrases::limits(&self.doc, ty);
        for limit in self.ty.iter().flat_map(|text| phrases::limits_in_type(text, ty)) {
            let contradicted = |known: &Limit| known.kind == limit.kind || known.contradicts(&limit);
            if !limits.iter().any(contradicted) {
                limits.push(limit);
            }
        }
        limits
    }
}

/// The roles of the columns.
#[derive(Debug, Default)]
struct Columns {
    name: usize,
    ty: Option<usize>,
    required: Option<usize>,
    doc: Option<usize>,
    /// A column with a Chinese name beside the wire name.
    title: Option<usize>,
    values: bool,
}

/// Reads a table whose first line has a number, if it is one of fields or values, and returns which.
pub(crate) fn read(lines: &[String], first: usize) -> Option<(bool, Vec<Row>)> {
    let header: Vec<String> = cells(lines.first()?).iter().map(|cell| plain(cell)).collect();
    let columns = Columns::of(&header)?;
    let rows = lines.iter().zip(first..).skip(1).map(|(line, number)| (cells(line), number));
    let rows = rows.filter(|(cells, _)| !is_separator(cells));
    let rows: Vec<Row> = rows.filter_map(|(cells, line)| columns.row(&cells, line)).collect();
    (!rows.is_empty()).then_some((columns.values, rows))
}

pub(super) fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    line.replace("\\|", "\u{ff5c}").split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn is_separator(cells: &[String]) -> bool {
    cells.iter().all(|cell| cell.chars().all(|c| matches!(c, '-' | ':' | ' ')))
        && cells.iter().any(|cell| cell.contains('-'))
}

impl Columns {
    fn of(header: &[String]) -> Option<Self> {
        let find = |names: &[&str]| header.iter().position(|cell| names.contains(&cell.as_str()));
        let ty = header
            .iter()
            .position(|cell| cell.contains("类型") && !cell.contains("应用类型") && !cell.contains("对应"));
        let required = header.iter().position(|cell| ["必", "是否"].iter().any(|word| cell.contains(word)));
        let doc = find(&["说明", "描述", "含义", "参数描述", "备注"]);
        // If there is a column with the wire name, the other name is a Chinese one.
        let wire = find(&["变量", "变量名", "字段"]);
        let name = find(&["参数", "参数名", "参数名称", "字段名", "字段名称", "名称"]);
        let values = find(&["枚举值", "取值", "值", "枚举类型", "字符串", "参数值", "字段值", "数值"]);
        match (wire, name, values) {
            (Some(wire), title, _) => Some(Self { name: wire, title, ty, required, doc, values: false }),
            (None, Some(name), _) if doc.or(ty).is_some() => {
                Some(Self { name, title: None, ty, required, doc, values: false })
            }
            (None, None, Some(name)) => {
                // Beside the values, a single column describes them, whatever it is called.
                let doc = doc.or_else(|| (header.len() == 2).then_some(1 - name))?;
                Some(Self { name, doc: Some(doc), values: true, ..Self::default() })
            }
            _ => None,
        }
    }

    fn row(&self, cells: &[String], line: usize) -> Option<Row> {
        let cell = |index: Option<usize>| index.and_then(|index| cells.get(index)).map(String::as_str);
        let raw = cell(Some(self.name))?;
        let depth = raw.matches('└').count();
        let name = self.clean(raw)?;
        let (mut ty, mut required) = (cell(self.ty), cell(self.required));
        // Some rows have the two swapped.
        if ty.is_some_and(|ty| yes_or_no(ty).is_some())
            && required.is_some_and(|cell| yes_or_no(cell).is_none())
        {
            std::mem::swap(&mut ty, &mut required);
        }
        // The description may contain a bar.
        let doc = self.doc.and_then(|doc| cells.get(doc..)).unwrap_or_default().join("|");
        let title = cell(self.title).unwrap_or_default();
        let linking = format!("{} {doc}", ty.unwrap_or_default());
        let doc = format!("{title} {}", doc.trim_end_matches('|'));
        // Neither yes nor no, or more than that: a condition under which it is required, or a default.
        let condition = required.and_then(beside_yes_or_no);
        let doc =
            condition.map_or(doc.clone(), |text| format!("{}。{text}", doc.trim().trim_end_matches('。')));
        Some(Row {
            name,
            line,
            depth,
            ty: ty.map(plain).filter(|ty| !ty.is_empty() && ty != "-"),
            required: required.and_then(yes_or_no),
            doc: lines(doc.trim()),
            refers: references(&linking),
            elsewhere: elsewhere(&linking),
            whole: whole(&linking),
        })
    }

    /// Returns a name without the characters around it, if it is one.
    fn clean(&self, raw: &str) -> Option<String> {
        static NAME: LazyLock<Regex> = LazyLock::new(|| {
            regex(r"^[A-Za-z_][A-Za-z0-9_]*(?:\[\])*(?:\.[A-Za-z_][A-Za-z0-9_]*(?:\[\])*)*$")
        });
        let text = plain(&raw.replace(['└', '│', '├', '─'], ""));
        let negative = self.values && text.strip_prefix('-').is_some_and(|rest| rest.parse::<u32>().is_ok());
        let text = if negative { text.as_str() } else { text.trim_start_matches(['-', '+', '.', ' ', '>']) };
        let text = text.split(['(', '（']).next().unwrap_or(text).trim().trim_matches('"');
        if self.values {
            return (!text.is_empty()).then(|| text.to_owned());
        }
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let text = text.replace("[i]", "[]").replace("[N]", "[]").replace("[n]", "[]").replace("[0]", "[]");
        NAME.is_match(&text).then_some(text)
    }
}

/// A table of fields or of values.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    /// The part of an endpoint that it is about.
    pub part: Part,
    /// The name of the object or the type that it describes; without one, it describes the body.
    pub name: Option<String>,
    /// The form that all spellings of that name have in common.
    pub object: Option<String>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// Whether it lists the values of an enum, not fields.
    pub values: bool,
}

/// Returns the first and the last of the numbers in the named table that a row refers to, if it lists all between them.
pub(crate) fn range_of(row: &Row, named: &[Table]) -> Option<(i64, i64)> {
    let values = values_of(row, named)?;
    let numbers = values.iter().map(|value| value.wire.parse::<i64>().ok());
    let numbers: Vec<i64> = numbers.collect::<Option<Vec<i64>>>()?;
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    (numbers.len() > 2 && numbers.windows(2).all(|pair| pair[0] + 1 == pair[1])).then_some((first, last))
}

/// Returns the values in the named table that a row refers to.
pub(crate) fn values_of(row: &Row, named: &[Table]) -> Option<Vec<Value>> {
    let refers: Vec<String> = row.refers.iter().map(|name| canonical(name)).collect();
    let alike =
        |table: &&Table| table.values && table.object.as_ref().is_some_and(|name| refers.contains(name));
    let table = named.iter().find(alike)?;
    let values: Vec<Value> = table
        .rows
        .iter()
        .filter(|row| row.name.chars().all(|c| c.is_ascii_graphic()))
        .map(|row| Value { wire: row.name.clone(), doc: row.doc.clone() })
        .collect();
    let distinct = values.iter().map(|value| &value.wire).collect::<HashSet<_>>().len() == values.len();
    (distinct && values.len() > 1).then_some(values)
}
