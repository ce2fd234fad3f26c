//! Checks that all kinds of files share.

use std::collections::BTreeMap;

use crate::spec::Doc;
use crate::spec::diagnostic::{At, Reporter};
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::{Path, Source};

impl Reporter<'_> {
    /// Checks that a file is the only one of its name, whether that ends in `.yaml` or in `.yml`.
    pub(super) fn alone(&mut self, sources: &[Source], source: usize) {
        let stem = &sources[source].stem;
        if let Some(same) = sources[..source].iter().find(|other| other.stem == *stem) {
            let message = format!("`{}` already is this module", same.path);
            let label = format!("a second file for the module `{stem}`");
            self.error(Mistake::BadFileName, At::Key(&Path::of(["title"])), message).label(label);
        }
    }

    /// Checks that a description isn't empty or a placeholder.
    pub(super) fn described(&mut self, path: &Path, text: &str) {
        let text = text.trim();
        if text.is_empty() || text.starts_with("TODO") {
            let help = "say what the name doesn't: meaning, unit, when it is absent, what it refers to";
            self.error(Mistake::MissingDescription, At::Key(path), "the description is missing")
                .label("says nothing")
                .help(help);
        }
    }

    /// Checks that a name can become a Rust identifier.
    pub(super) fn identifier(&mut self, path: &Path, name: &str, help: &str) {
        if !names::is_identifier(name) {
            let message = format!("`{name}` can't be a Rust name");
            self.error(Mistake::BadIdentifier, At::Key(path), message)
                .label("letters, digits and `_`, not starting with a digit")
                .help(help);
        }
    }

    /// Checks that a name isn't a placeholder.
    pub(super) fn named(&mut self, path: &Path, name: &str) {
        if names::is_placeholder(name) {
            self.error(Mistake::PlaceholderName, At::Key(path), format!("`{name}` is a placeholder"))
                .label("needs a name")
                .help("name it after its meaning, in a word or two");
        }
    }

    /// Reports names that would be the same in Rust.
    pub(super) fn collisions<'n>(
        &mut self,
        paths: impl IntoIterator<Item = (Path, String, &'n str)>,
        help: &str,
    ) {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (path, rust, wire) in paths {
            if let Some(first) = seen.get(&rust) {
                let message = format!("`{wire}` and `{first}` are both `{rust}` in Rust");
                self.error(Mistake::NameCollision, At::Key(&path), message).label("collides").help(help);
            } else {
                seen.insert(rust, wire);
            }
        }
    }

    /// Checks the head of a file that contains one page's table.
    pub(super) fn page_of_table(&mut self, title: &str, summary: &str, doc: &Doc) {
        let top = Path::default();
        self.described(&top.key("title"), title);
        self.described(&top.key("summary"), summary);
        self.page(&top.key("doc"), doc);
    }

    /// Checks that a page can exist.
    pub(super) fn page(&mut self, path: &Path, doc: &Doc) {
        let numbers = doc.also.iter().filter_map(|also| also.page).chain([doc.page]);
        if doc.ids().chain(numbers).any(|number| number == 0) {
            self.error(Mistake::MissingPage, At::Value(path), "the number of a document or a page is 0")
                .label("copy it from the page");
        }
        self.seen(
            path,
            doc.seen,
            [("id", doc.id.is_some()), ("updated", doc.updated.is_some()), ("title", doc.title.is_some())],
        );
        for (index, also) in doc.also.iter().enumerate() {
            let path = path.key("also").index(index);
            self.seen(
                &path,
                also.seen,
                [
                    ("id", also.id.is_some()),
                    ("updated", also.updated.is_some()),
                    ("title", also.title.is_some()),
                ],
            );
            match also.page {
                Some(_) if also.seen && also.id.is_some() => {
                    let message = "another document has no `page`";
                    self.error(Mistake::UnseenPage, At::Value(&path.key("page")), message)
                        .label("leave it out: `id` says which document it is");
                }
                None if !also.seen => {
                    self.error(Mistake::UnseenPage, At::Value(&path), "nothing says which page it is")
                        .label("needs `page`, the number in its URL");
                }
                _ => {}
            }
        }
        let also =
            doc.also.iter().enumerate().map(|(index, also)| (path.key("also").index(index), &also.updated));
        for (path, updated) in std::iter::once((path.clone(), &doc.updated)).chain(also) {
            if let Some(updated) = updated.as_ref().filter(|updated| !is_date(updated)) {
                let message = format!("`{updated}` is not a date");
                self.error(Mistake::BadDate, At::Value(&path.key("updated")), message)
                    .label("write YYYY-MM-DD");
            }
        }
    }

    /// Checks that a document has an ID if it was read, and no details if it wasn't.
    fn seen(&mut self, path: &Path, seen: bool, details: [(&str, bool); 3]) {
        if seen && details.contains(&("id", false)) {
            self.error(Mistake::UnseenPage, At::Value(path), "nothing says which document it is")
                .label("needs `id`")
                .help("copy `doc_id` from the page; if nobody has read it, write `seen: false`");
        }
        for (key, known) in details {
            if !seen && known {
                let message = format!("nobody has read the page, so nobody knows its `{key}`");
                self.error(Mistake::UnseenPage, At::Key(&path.key(key)), message)
                    .label("remove it, or `seen: false`");
            }
        }
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, length: usize| {
        let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let [year, month, day] = parts.as_slice() else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    };
    (2010..=2100).contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day)
}
