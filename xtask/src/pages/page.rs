//! The pages of a folder, each with its ID, its title and its text.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A documentation page.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its file.
    pub file: PathBuf,
    /// The document's ID.
    pub id: u32,
    /// The numbers in its addresses: it may occur in the documentation of several kinds of applications.
    pub numbers: Vec<u32>,
    /// Its title.
    pub title: String,
    /// Its whole text without comments; line numbers are unchanged.
    pub text: String,
}

impl Page {
    /// Reads a page; a file without a document's ID in its front matter isn't one.
    pub(crate) fn parse(file: PathBuf, text: &str) -> Option<Self> {
        let text = text.trim_start_matches('\u{feff}');
        let mut lines = text.lines();
        if lines.next()? != "---" {
            return None;
        }
        let mut id = None;
        let mut numbers = Vec::new();
        let mut title = String::new();
        for line in lines.take_while(|line| *line != "---") {
            match line.split_once(':') {
                Some(("doc_id", value)) => id = unquoted(value.trim()).parse().ok(),
                Some(("source_url", value)) => {
                    numbers.extend(value.rsplit('/').next().and_then(|last| last.trim().parse::<u32>().ok()));
                }
                Some(("title", value)) => title = unquoted(value.trim()),
                _ => {}
            }
        }
        Some(Self { file, id: id?, numbers, title, text: without_comments(text) })
    }

    /// Returns its title, unless it is that of the operation.
    pub(crate) fn title_beside(&self, operation: &str) -> Option<&str> {
        let title = self.title.trim();
        (!title.is_empty() && title != operation.trim()).then_some(title)
    }
}

/// Reads the pages below a folder, in the order of their files; of duplicates, one.
pub(crate) fn read(docs: &Path) -> io::Result<Vec<Page>> {
    let mut files = Vec::new();
    markdown_files(docs, &mut files)?;
    files.sort();
    let mut pages: Vec<Page> = Vec::new();
    for file in files {
        let text = fs::read(&file).map_err(at(&file))?;
        let Some(page) = Page::parse(file, &String::from_utf8_lossy(&text)) else { continue };
        match pages.iter_mut().find(|known: &&mut Page| known.id == page.id) {
            Some(known) => known.numbers.extend(page.numbers),
            None => pages.push(page),
        }
    }
    Ok(pages)
}

fn markdown_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        if entry.file_type().map_err(at(&path))?.is_dir() {
            markdown_files(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "md") && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// Adds the path to an I/O error.
pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn unquoted(text: &str) -> String {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).replace("\\\"", "\"")
}

/// Removes HTML comments but keeps their line breaks. One that isn't closed extends to the end.
fn without_comments(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(start) = rest.find("<!--") {
        kept.push_str(&rest[..start]);
        let comment = &rest[start..];
        let end = comment.find("-->").map_or(comment.len(), |end| end + "-->".len());
        kept.extend(comment[..end].chars().filter(|character| *character == '\n'));
        rest = &comment[end..];
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Option<Page> {
        Page::parse(PathBuf::from("tea.md"), text)
    }

    #[test]
    fn a_page_is_a_file_with_an_id() {
        let page =
            page("\u{feff}---\ntitle: \"A \\\"B\\\"\"\nsource_url: https://x/path/12\ndoc_id: 7\n---\ntext")
                .expect("it has an id");
        assert_eq!((page.id, page.title.as_str(), page.numbers.as_slice()), (7, "A \"B\"", &[12][..]));
        assert!(self::page("# Notes\n\ndoc_id: 7").is_none());
        assert!(self::page("---\ntitle: Notes\n---\n").is_none());
    }

    #[test]
    fn comments_leave_their_line_breaks() {
        assert_eq!(without_comments("a<!-- b\nc -->d\n<!-- e\nf"), "a\nd\n\n");
    }

    #[test]
    fn a_page_that_stands_in_several_places_is_read_once_with_all_its_addresses() -> io::Result<()> {
        let docs = tempfile::tempdir()?;
        for (folder, number) in [("a", 1), ("b", 2)] {
            fs::create_dir(docs.path().join(folder))?;
            let text = format!("---\ndoc_id: 7\nsource_url: https://x/path/{number}\n---\n");
            fs::write(docs.path().join(folder).join("tea.md"), text)?;
        }
        let [page] = &read(docs.path())?[..] else { panic!("there is one page") };
        assert_eq!(page.numbers, [1, 2]);
        assert!(read(&docs.path().join("missing")).is_err());
        Ok(())
    }
}
