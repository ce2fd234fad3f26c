//! The places of a spec file where a mistake can be made, each with what its pages say of it.

use std::collections::{BTreeMap, BTreeSet};

use super::edit::{self, Edit};
use super::example::{self, Shown};
use super::judge::Subject;
use super::sections::{Sections, documented};
use crate::drift::{Evidence, ReadPage, Seen, own_name};
use crate::pages::phrases;
use crate::pages::table::Row;
use crate::pages::{self, CodeRow, contents::Section as Documented, mentions};
use crate::spec::source::Path;
use crate::spec::{
    Codes, Doc, Endpoint, Enum, Field, Fields, File, NamedDocument, Operation, Rates, Section, Union,
    wire_text,
};

/// A mistake in one place.
#[derive(Debug)]
pub(super) struct Mutant {
    /// The changed place of the file.
    pub at: Path,
    /// The change, in words.
    pub change: String,
    pub edits: Vec<Edit>,
    /// Whether a page says what is right.
    pub said: bool,
}

/// A file of the spec, and the pages.
pub(super) struct FileSite<'a> {
    pub file: &'a File,
    /// The file's values.
    pub value: &'a serde_yaml::Value,
    pub evidence: &'a Evidence,
    pub pages: &'a [ReadPage],
    /// The deviations that nothing in the file needs, as findings name them.
    pub needless: BTreeSet<&'a str>,
    users: BTreeMap<&'a str, Users<'a>>,
}

/// The operations that refer to a type, directly or through other types.
#[derive(Clone, Default)]
struct Users<'a> {
    sent: bool,
    received: bool,
    documented: Sections<'a>,
}

/// An endpoint.
pub(super) struct EndpointSite<'a> {
    pub file: &'a FileSite<'a>,
    pub endpoint: &'a Endpoint,
    pub path: Path,
    pub documented: Sections<'a>,
}

/// A document.
pub(super) struct DocumentSite<'a> {
    pub file: &'a FileSite<'a>,
    pub document: NamedDocument<'a>,
    pub path: Path,
}

/// Something with pages of its own: an endpoint or a document.
pub(super) struct TitledSite<'a> {
    pub file: &'a FileSite<'a>,
    pub path: Path,
    pub title: &'a str,
    pub doc: &'a Doc,
    pub notes: &'a str,
    pub documented: Sections<'a>,
}

/// A field.
pub(super) struct FieldSite<'a> {
    pub file: &'a FileSite<'a>,
    /// The place of the list that contains it.
    pub list: Path,
    pub fields: &'a Fields,
    pub wire: &'a str,
    pub field: &'a Field,
    pub sent: bool,
    pub received: bool,
    /// Whether pages show it in XML only, where everything is text.
    pub is_text: bool,
    /// The sections of pages about the operations that have it.
    pub documented: Sections<'a>,
    pub seen: Seen,
}

/// An enum.
pub(super) struct EnumSite<'a> {
    pub file: &'a FileSite<'a>,
    pub name: &'a str,
    pub listed: &'a Enum,
    pub path: Path,
    /// The statements of pages about the fields that have it.
    pub seen: Seen,
}

/// A union.
pub(super) struct UnionSite<'a> {
    pub file: &'a FileSite<'a>,
    pub name: &'a str,
    pub union: &'a Union,
    pub path: Path,
    /// The statements of pages about its tag.
    pub seen: Seen,
}

/// The error codes.
pub(super) struct CodesSite<'a> {
    pub codes: &'a Codes,
    pub pages: &'a [ReadPage],
}

impl CodesSite<'_> {
    /// Returns the rows of their page.
    pub(super) fn rows(&self) -> Vec<CodeRow> {
        let read = self.pages.iter().find(|read| self.codes.doc.id == Some(read.page.id));
        read.map_or_else(Vec::new, |read| pages::codes(&read.page.text))
    }
}

/// The general rates.
pub(super) struct RatesSite<'a> {
    pub rates: &'a Rates,
    pub pages: &'a [ReadPage],
}

impl RatesSite<'_> {
    /// Returns whether their page has a number or a word.
    pub(super) fn says(&self, word: &str) -> bool {
        let mut ids = self.rates.doc.ids();
        ids.any(|id| {
            let read = self.pages.iter().find(|read| read.page.id == id);
            read.is_some_and(|read| mentions(read.in_digits(), word))
        })
    }
}

impl<'a> FileSite<'a> {
    pub(super) fn new(file: &'a File, subject: &'a Subject<'a>) -> Self {
        let mut users: BTreeMap<&str, Users<'_>> = BTreeMap::new();
        for operation in file.operations() {
            let documented = documented(file, subject.pages, &operation);
            for (part, fields) in operation.parts {
                for name in file.reached(fields.values().map(|field| &field.ty)) {
                    let users = users.entry(name).or_default();
                    users.sent |= part.is_sent();
                    users.received |= !part.is_sent();
                    users.documented.extend(&documented);
                }
            }
        }
        Self {
            file,
            value: &subject.value,
            evidence: subject.evidence(),
            pages: subject.pages,
            needless: subject.needless(),
            users,
        }
    }

    pub(super) fn endpoints(&'a self) -> impl Iterator<Item = EndpointSite<'a>> {
        self.file.endpoints.iter().map(|(name, endpoint)| EndpointSite {
            file: self,
            endpoint,
            path: Section::Endpoints.entry(name),
            documented: documented(self.file, self.pages, &endpoint.operation(name)),
        })
    }

    pub(super) fn documents(&'a self) -> impl Iterator<Item = DocumentSite<'a>> {
        self.file.documents().map(|document| DocumentSite { file: self, document, path: document.path() })
    }

    pub(super) fn titled(&'a self) -> impl Iterator<Item = TitledSite<'a>> {
        let endpoints = self.endpoints().map(|site| {
            let EndpointSite { file, endpoint, path, documented } = site;
            let (title, notes) = (endpoint.head.title.as_str(), endpoint.head.notes.as_deref());
            let notes = notes.unwrap_or_default();
            TitledSite { file, path, title, doc: &endpoint.head.doc, notes, documented }
        });
        let documents = self.documents().map(|DocumentSite { file, document, path }| {
            let head = &document.definition.head;
            let (title, notes) = (head.title.as_str(), head.notes.as_deref().unwrap_or_default());
            let documented = documented(self.file, self.pages, &Operation::of(document));
            TitledSite { file, path, title, doc: &head.doc, notes, documented }
        });
        endpoints.chain(documents)
    }

    pub(super) fn fields(&'a self) -> impl Iterator<Item = FieldSite<'a>> {
        let parts = self.file.operations().flat_map(move |operation| {
            let path = operation.section.entry(operation.name);
            let documented = documented(self.file, self.pages, &operation);
            operation.parts.into_iter().map(move |(part, fields)| {
                let (sent, received) = (part.is_sent(), !part.is_sent());
                let users = Users { sent, received, documented: documented.clone() };
                (path.key(part.key()), format!("{}.{}", operation.name, part.key()), fields, users)
            })
        });
        let structs = self.file.structs.iter().map(|(name, structure)| {
            let users = self.users.get(name.as_str()).cloned().unwrap_or_default();
            (Section::Structs.entry(name).key("fields"), name.clone(), &structure.fields, users)
        });
        parts.chain(structs).flat_map(move |(list, at, fields, users)| {
            let is_text =
                !users.documented.is_empty() && users.documented.iter().all(|(_, section)| section.is_xml());
            let fields = fields.iter().map(move |(wire, field)| FieldSite {
                file: self,
                list: list.clone(),
                fields,
                wire,
                field,
                sent: users.sent,
                received: users.received,
                is_text,
                documented: users.documented.clone(),
                seen: self.seen(&format!("{at}.{wire}"), wire, &users.documented),
            });
            fields.collect::<Vec<_>>()
        })
    }

    pub(super) fn enums(&'a self, fields: &[FieldSite<'a>]) -> impl Iterator<Item = EnumSite<'a>> {
        self.file.enums.iter().map(|(name, listed)| {
            let mut seen = Seen::default();
            for field in fields.iter().filter(|site| site.field.ty.name() == Some(name)) {
                seen.merge(field.seen.clone());
            }
            EnumSite { file: self, name, listed, path: Section::Enums.entry(name), seen }
        })
    }

    pub(super) fn unions(&'a self) -> impl Iterator<Item = UnionSite<'a>> {
        self.file.unions.iter().map(|(name, union)| {
            let documented = self.users.get(name.as_str()).map(|users| users.documented.as_slice());
            let tag = union.tag.as_deref().unwrap_or_default();
            let seen = self.seen(&format!("{name}.{tag}"), tag, documented.unwrap_or_default());
            UnionSite { file: self, name, union, path: Section::Unions.entry(name), seen }
        })
    }

    /// Returns what pages say of a field: in its place, or else in rows of its name on the pages of whatever has it.
    fn seen(&self, at: &str, wire: &str, documented: &[(&ReadPage, &Documented)]) -> Seen {
        let mut seen = self.evidence.get(&(self.file.source, at.to_owned())).cloned().unwrap_or_default();
        if seen.rows.is_empty() {
            let mut found: Vec<&Row> = Vec::new();
            for (read, section) in documented {
                let tables = section.tables.iter().chain(&read.contents.named);
                let rows = tables.flat_map(|table| &table.rows).filter(|row| own_name(row) == wire);
                found.extend(rows);
            }
            // Of rows that differ, each is about another object.
            let alike =
                |row: &&Row| found.first().is_some_and(|first| row.doc == first.doc && row.ty == first.ty);
            if found.iter().all(alike) {
                seen.rows.extend(found.into_iter().cloned());
            }
        }
        seen
    }

    /// Returns how many places refer to a type.
    pub(super) fn uses(&self, name: &str) -> usize {
        let fields = self.file.field_lists().flat_map(|(_, fields)| fields.values()).map(|field| &field.ty);
        let unions = self.file.unions.values().flat_map(|union| union.variants.values());
        let types = fields.chain(unions.filter_map(|variant| variant.ty.as_ref()));
        types.filter(|ty| ty.name() == Some(name)).count()
    }

    /// Returns the edits that adapt the examples.
    pub(super) fn examples(&self, change: impl FnMut(Shown<'_>)) -> Vec<Edit> {
        example::adapted(self.file, change).into_iter().map(|(_, edit)| edit).collect()
    }
}

impl EndpointSite<'_> {
    /// Returns a mistake in the value of one of its keys; without a value, the key is removed.
    pub(super) fn key(&self, key: &str, value: Option<serde_yaml::Value>, said: bool) -> Mutant {
        let at = self.path.key(key);
        let (change, edit) = match value {
            Some(value) => (
                format!("{key}: {}", phrases::word_of(&value).replace('\n', " ")),
                Edit::Set(at.clone(), value),
            ),
            None => (format!("no {key}"), Edit::Remove(at.clone())),
        };
        Mutant { at, change, edits: vec![edit], said }
    }

    /// Returns whether a page has a number or a word, wherever.
    pub(super) fn says(&self, word: &str) -> bool {
        self.documented.iter().any(|(read, _)| mentions(read.in_digits(), word))
    }

    /// Returns whether a page has a day, which is written as 2023-12-01, in Chinese.
    pub(super) fn says_day(&self, day: &str) -> bool {
        let day: Vec<&str> = day.split('-').map(|part| part.trim_start_matches('0')).collect();
        let [year, month, day] = day[..] else { return false };
        let day = format!("{year}年{month}月{day}日");
        self.documented.iter().any(|(read, _)| read.page.text.contains(&day))
    }

    /// Returns whether the permissions that a page asks for have a name in quotes.
    pub(super) fn asks_for(&self, name: &str) -> bool {
        let quoted = |text: &str| {
            let after = text.split(['“', '「', '”', '」']).skip(1).step_by(2);
            after.into_iter().any(|quoted| quoted.contains(name))
        };
        self.documented.iter().any(|(read, _)| {
            let parts = read.page.text.split("权限说明").skip(1);
            parts.into_iter().any(|part| part.split("\n**").next().is_some_and(quoted))
        })
    }

    /// Returns the file's value below one of its keys.
    pub(super) fn value(&self, key: &str) -> Option<&serde_yaml::Value> {
        edit::get(self.file.value, &self.path.key(key))
    }
}

impl EnumSite<'_> {
    /// Returns whether a page lists a value, or speaks of it.
    pub(super) fn says(&self, wire: &str) -> bool {
        says(&self.seen, wire)
    }
}

impl UnionSite<'_> {
    /// Returns whether a page lists or shows a tag, or speaks of it.
    pub(super) fn says(&self, wire: &str) -> bool {
        says(&self.seen, wire) || self.seen.values.iter().any(|value| wire_text(value) == wire)
    }
}

fn says(seen: &Seen, wire: &str) -> bool {
    let listed = seen.listed.iter().any(|value| value.wire == wire);
    listed || seen.rows.iter().any(|row| mentions(&row.doc, wire))
}
