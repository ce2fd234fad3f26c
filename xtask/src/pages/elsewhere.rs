//! The tables of other pages to which rows link: `[FieldType](#53114/fieldtype)`, or `[grades](#19199)` for a page that only has
//! tables. They count as tables of the page with the link.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::Contents;
use super::naming::canonical;
use super::page::Page;
use super::table::{Row, Table};

/// The maximum number of tables that one page may take from others.
const MOST_TABLES: usize = 200;

/// A link of a row to an object on another page.
struct Link {
    /// The other page's document.
    id: u32,
    /// The object, in the form that all spellings have in common.
    object: String,
    /// The line with the row, which represents those of the other page.
    line: usize,
}

/// Adds to each page the tables of others to which its rows link, and those to which these link in turn.
pub(crate) fn take_linked(pages: &[Page], contents: &mut [Contents]) {
    let by_id: BTreeMap<u32, usize> = pages.iter().enumerate().map(|(at, page)| (page.id, at)).collect();
    let taken: Vec<Vec<Table>> = (0..contents.len()).map(|at| linked(at, contents, &by_id)).collect();
    let appendices: BTreeMap<u32, Vec<Table>> = pages
        .iter()
        .zip(&*contents)
        .filter(|(_, contents)| !contents.appended.is_empty())
        .map(|(page, contents)| (page.id, contents.appended.clone()))
        .collect();
    for (contents, taken) in contents.iter_mut().zip(taken) {
        contents.named.extend(taken);
        append(contents, &appendices);
    }
}

/// Adds the tables of the appendices to which rows link, and makes the rows refer to them.
fn append(contents: &mut Contents, appendices: &BTreeMap<u32, Vec<Table>>) {
    let mut needed: BTreeMap<u32, usize> = BTreeMap::new();
    let sections = contents.sections.iter_mut().flat_map(|section| &mut section.tables);
    let documents = contents.documents.iter_mut().flat_map(|document| &mut document.section.tables);
    let rows = sections.chain(documents).chain(&mut contents.named).flat_map(|table| &mut table.rows);
    for row in rows {
        let Some(id) = row.whole.iter().find(|id| appendices.contains_key(id)) else { continue };
        needed.entry(*id).or_insert(row.line);
        row.refers.push(id.to_string());
    }
    for (id, line) in needed {
        let tables = &appendices[&id];
        // An appendix describes one field in all its tables.
        for values in [false, true] {
            let alike = tables.iter().filter(|table| table.values == values);
            let rows = alike.clone().flat_map(|table| &table.rows);
            let rows: Vec<Row> = rows.map(|row| Row { line, ..row.clone() }).collect();
            if let Some(first) = alike.clone().next() {
                let (name, object) = (Some(id.to_string()), Some(id.to_string()));
                contents.named.push(Table { name, object, rows, ..first.clone() });
            }
        }
    }
}

/// Returns the tables of other pages that a page needs.
fn linked(at: usize, contents: &[Contents], by_id: &BTreeMap<u32, usize>) -> Vec<Table> {
    let own = &contents[at];
    let tables = || own.sections.iter().flat_map(|section| &section.tables);
    let documents = || own.documents.iter().flat_map(|document| &document.section.tables);
    let rows = tables().chain(documents()).chain(&own.named).flat_map(|table| &table.rows);
    let mut open: Vec<Link> = rows.flat_map(links).collect();
    if open.is_empty() {
        return Vec::new();
    }
    let mut known: BTreeSet<String> = own.named.iter().filter_map(|table| table.object.clone()).collect();
    let mut taken = Vec::new();
    while let Some(Link { id, object, line }) = open.pop() {
        let Some(other) = by_id.get(&id).filter(|other| **other != at) else { continue };
        let named = &contents[*other].named;
        let found = || named.iter().filter(|table| table.object.as_ref() == Some(&object));
        if taken.len() >= MOST_TABLES || found().next().is_none() || !known.insert(object.clone()) {
            continue;
        }
        for table in found() {
            let mut table = table.clone();
            for row in &mut table.rows {
                // What the other page calls by name only is on that page.
                let inner = row.refers.iter().map(|name| Link { id, object: canonical(name), line });
                open.extend(links(row).map(|link| Link { line, ..link }).chain(inner));
                row.line = line;
            }
            taken.push(table);
        }
    }
    taken
}

/// Returns the links of a row to objects on other pages.
fn links(row: &Row) -> impl Iterator<Item = Link> {
    row.elsewhere.iter().map(|(id, title)| Link { id: *id, object: canonical(title), line: row.line })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn page(id: u32, text: &str) -> Page {
        let text = format!("---\ntitle: \"茶\"\ndoc_id: {id}\n---\n{text}");
        Page::parse(PathBuf::from(format!("{id}.md")), &text).expect("it is a page")
    }

    fn objects(pages: &[Page]) -> Vec<Vec<String>> {
        let mut contents: Vec<Contents> = pages.iter().map(Contents::of).collect();
        take_linked(pages, &mut contents);
        let named = |contents: &Contents| {
            contents.named.iter().filter_map(|table| table.object.clone()).collect::<Vec<String>>()
        };
        contents.iter().map(named).collect()
    }

    #[test]
    fn a_page_takes_the_tables_that_its_rows_link_to_and_those_that_these_need() {
        let table = |title: &str, row: &str| format!("## {title}\n|参数|类型|说明|\n|-|-|-|\n{row}\n");
        let address = "请求地址：https://qyapi.weixin.qq.com/cgi-bin/tea/order\n";
        let order = page(1, &(address.to_owned() + &table("参数", "|cup|object([Cup](#2/cup))|杯子|")));
        let cups = page(
            2,
            &(table("Cup", "|lid|object([Lid](#lid))|盖子|")
                + &table("Lid", "|size|int|大小|")
                + &table("Pot", "|a|int|壶|")),
        );
        assert_eq!(objects(&[order, cups]), [vec!["cup", "lid"], vec!["cup", "lid", "pot"]]);
    }

    #[test]
    fn a_page_of_tables_only_describes_the_field_that_links_to_it() {
        let address = "请求地址：https://qyapi.weixin.qq.com/cgi-bin/tea/order\n";
        let row = "|参数|说明|\n|-|-|\n|grade|见[等级](#2)|\n";
        let grades = "|等级名称|参数值|\n|-|-|\n|一级|1|\n|二级|2|\n";
        let pages = [page(1, &(address.to_owned() + row)), page(2, grades)];
        assert_eq!(objects(&pages), [vec!["2".to_owned()], vec![]]);
        let mut contents: Vec<Contents> = pages.iter().map(Contents::of).collect();
        take_linked(&pages, &mut contents);
        let row = &contents[0].sections[0].tables[0].rows[0];
        let values = crate::pages::table::values_of(row, &contents[0].named).expect("it refers to them");
        let wires: Vec<&str> = values.iter().map(|value| value.wire.as_str()).collect();
        assert_eq!(wires, ["1", "2"]);
        let other = page(2, &(address.to_owned() + grades));
        assert_eq!(
            objects(&[page(1, &(address.to_owned() + "|参数|说明|\n|-|-|\n|grade|见[等级](#2)|\n")), other])
                [0],
            [""; 0]
        );
    }

    #[test]
    fn what_a_page_has_itself_is_not_taken() {
        let cup = "## Cup\n|参数|类型|说明|\n|-|-|-|\n|lid|object([Cup](#2/cup))|盖子|\n";
        assert_eq!(objects(&[page(1, cup), page(2, cup)]), [["cup"], ["cup"]]);
    }
}
