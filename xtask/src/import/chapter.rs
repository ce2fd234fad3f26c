//! The pages of a chapter: which of them document endpoints, to which spec file these belong, and what that file
//! lacks.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::calls::chapter_name;
use super::into::Existing;
use super::known::Known;
use super::learn::learn;
use super::making::Maker;
use super::page::DraftPage;
use super::yaml::{Sections, new_file};
use super::{Failure, documents_in, read};
use crate::pages::contents::Contents;
use crate::pages::{self, Page};
use crate::spec::source::Source;
use crate::spec::{DocumentKind, Names, Phrases, Spec};

/// The pages of a chapter.
#[derive(Debug)]
pub struct Chapter {
    /// The chapter's title, by its folders, if these are numbered as chapters are.
    pub title: Option<String>,
    /// The folder that contains all its pages.
    pub folder: PathBuf,
    /// The titles of the pages that document no endpoint.
    pub without: Vec<String>,
    pages: Vec<(Page, Contents)>,
}

/// The pages of a chapter that belong to one spec file, and that file's name.
#[derive(Debug)]
pub struct Portion {
    /// The pages.
    pub chapter: Chapter,
    /// The file's name.
    pub file: String,
}

/// A spec file completed with drafts.
#[derive(Debug)]
pub struct Completed {
    /// Its text.
    pub text: String,
    /// The paths of the drafted endpoints, or the distinguishing values of the drafted events.
    pub drafted: Vec<String>,
    /// The number of these that the file already had.
    pub known: usize,
    /// The paths that another spec file already has for the same page, each with that file.
    pub elsewhere: Vec<(String, String)>,
}

impl Chapter {
    /// Reads pages, and the pages below folders.
    pub fn read(places: &[PathBuf]) -> Result<Self, Failure> {
        let folder = folder(places);
        let mut chapter = Self { title: title(&folder), folder, without: Vec::new(), pages: Vec::new() };
        let mut known = BTreeSet::new();
        for place in places {
            let pages = if place.is_dir() {
                pages::read(place).map_err(|error| Failure::Io(place.clone(), error))?
            } else {
                let page = Page::parse(place.clone(), &read(place)?);
                vec![page.ok_or_else(|| Failure::File(place.clone(), super::NO_PAGE.to_owned()))?]
            };
            for page in pages.into_iter().filter(|page| known.insert(page.id)) {
                let contents = Contents::of(&page);
                if contents.sections.is_empty() && contents.documents.is_empty() {
                    chapter.without.push(page.title);
                } else {
                    chapter.pages.push((page, contents));
                }
            }
        }
        if chapter.pages.is_empty() {
            let place = places.first().cloned().unwrap_or_default();
            return Err(Failure::File(place, super::NO_ENDPOINT.to_owned()));
        }
        Ok(chapter)
    }

    /// Returns what the pages document, each with the document's ID: the paths of endpoints or, for pages without any, the
    /// members that identify events.
    fn calls(&self) -> impl Iterator<Item = (u32, String)> {
        self.pages.iter().flat_map(|(page, contents)| {
            calls_of(contents, documents_in(None, contents)).into_iter().map(|(call, _)| (page.id, call))
        })
    }

    /// Returns the name of the chapter's spec file: the one that already has endpoints of these pages, the one in the
    /// table of names, or one named after the common part of the paths.
    pub fn file(&self, sources: &[Source]) -> Result<String, String> {
        let has = |source: &&Source| {
            Existing::read(source.text.clone()).is_ok_and(|file| {
                let calls = file.calls();
                self.calls().any(|call| calls.contains(&call))
            })
        };
        let having: Vec<&Source> = sources.iter().filter(has).collect();
        match having.as_slice() {
            [] => {}
            [file] => return Ok(format!("{}.yaml", file.stem)),
            files => {
                let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
                return Err(format!(
                    "endpoints of these pages are in {}; name one with `--into`, or the pages of one chapter",
                    names.join(" and ")
                ));
            }
        }
        let paths: Vec<String> = self.calls().map(|(_, path)| path).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let names = Names::of(sources);
        if let Some(file) = names.common_file(paths.iter().copied()) {
            return Ok(format!("{file}.yaml"));
        }
        let unnamed = "the paths of these pages have no chapter in common; name the file with `--into \
                       spec/FAMILY.CHAPTER.yaml`, or add the pages of one chapter at a time";
        let is_settled = |page: &Page| {
            let own: Vec<String> =
                self.calls().filter(|(id, _)| *id == page.id).map(|(_, call)| call).collect();
            names.common_file(own.iter().map(String::as_str)).is_some()
        };
        if self.pages.len() > 1 && self.pages.iter().any(|(page, _)| is_settled(page)) {
            return Err(unnamed.to_owned());
        }
        let name = chapter_name(&paths).ok_or(unnamed)?;
        let stands_alone = !name.contains('.');
        let prefix = format!("{name}.");
        if let Some(chapter) = sources.iter().find(|source| stands_alone && source.stem.starts_with(&prefix))
        {
            return Err(format!(
                "`{name}` has chapters already, such as {}; name the file with `--into spec/{name}.CHAPTER.yaml`",
                chapter.path
            ));
        }
        Ok(format!("{name}.yaml"))
    }

    /// Returns the pages by their spec files: all in one, or each where it belongs by itself.
    pub fn portions(self, sources: &[Source]) -> Result<Vec<Portion>, String> {
        let undivided = match self.file(sources) {
            Ok(file) => return Ok(vec![Portion { chapter: self, file }]),
            Err(reason) => reason,
        };
        let Self { title, folder, mut without, pages } = self;
        let mut portions: Vec<Portion> = Vec::new();
        for page in pages {
            // The first file's report names the pages without endpoints.
            let without = std::mem::take(&mut without);
            let (title, folder) = (title.clone(), folder.clone());
            let mut alone = Self { title, folder, without, pages: vec![page] };
            let file = alone.file(sources).map_err(|_| undivided.clone())?;
            match portions.iter_mut().find(|portion| portion.file == file) {
                Some(portion) => portion.chapter.pages.append(&mut alone.pages),
                None => portions.push(Portion { chapter: alone, file }),
            }
        }
        Ok(portions)
    }

    /// Drafts what a spec file lacks of the pages, given the other files; without a text, the whole file.
    pub fn completed(
        &self,
        text: Option<String>,
        file: &Path,
        others: &[Source],
    ) -> Result<Completed, Failure> {
        let of_file = |reason| Failure::File(file.to_owned(), reason);
        let text = text.unwrap_or_else(|| {
            let titles: Vec<&str> = self.pages.iter().map(|(page, _)| page.title.as_str()).collect();
            new_file(self.title.as_deref(), &titles.join("、"))
        });
        let mut completed = Completed { text, drafted: Vec::new(), known: 0, elsewhere: Vec::new() };
        let elsewhere: Vec<(&str, HashSet<(u32, String)>)> = others
            .iter()
            .filter_map(|source| {
                Some((source.path.as_str(), Existing::read(source.text.clone()).ok()?.calls()))
            })
            .collect();
        let mut maker = Maker::default();
        let mut known = Known::of(others, file);
        known.read_file(&completed.text);
        self.pages.iter().for_each(|(_, contents)| known.read(contents));
        for (page, contents) in &self.pages {
            let existing = Existing::read(completed.text.clone()).map_err(of_file)?;
            let calls = existing.calls();
            let kind = documents_in(Some(file), contents);
            let mut wanted = Vec::new();
            for (path, places) in calls_of(contents, kind) {
                let call = (page.id, path.clone());
                let other = elsewhere.iter().find(|(_, calls)| calls.contains(&call));
                if calls.contains(&call) {
                    completed.known += 1;
                } else if let Some((file, _)) = other {
                    completed.elsewhere.push((path, (*file).to_owned()));
                } else {
                    wanted.extend(places);
                    completed.drafted.push(path);
                }
            }
            if !wanted.is_empty() {
                let taken = existing.taken(file, &known.names);
                let mut draft = match kind {
                    Some(kind) => DraftPage::of_documents(page, (contents, &wanted), kind, taken, &known),
                    None => DraftPage::of_endpoints(page, (contents, &wanted), taken, &known),
                };
                draft.make_examples(&mut maker);
                completed.text = existing.with(&Sections::of(&draft, &known.phrases)).map_err(of_file)?;
            }
        }
        Ok(completed)
    }

    /// Learns the English for the pages' short phrases from the spec.
    pub fn learned(&self, spec: &Spec) -> Phrases {
        learn(spec, self.pages.iter().map(|(page, contents)| (page, contents)))
    }
}

/// Returns what a page documents, each with its places there: endpoints by their paths, or documents by the members that
/// identify them.
fn calls_of(contents: &Contents, documents: Option<DocumentKind>) -> IndexMap<String, Vec<usize>> {
    let mut calls: IndexMap<String, Vec<usize>> = IndexMap::new();
    let shown = contents.documents.iter().map(|shown| shown.told().map(|told| told.to_string()));
    let sections = contents.sections.iter().map(|section| Some(section.path.clone()));
    let all: Vec<Option<String>> = if documents.is_some() { shown.collect() } else { sections.collect() };
    for (index, call) in all.into_iter().enumerate() {
        if let Some(call) = call {
            calls.entry(call).or_default().push(index);
        }
    }
    calls
}

/// Returns the folder that contains all of some pages and folders.
fn folder(places: &[PathBuf]) -> PathBuf {
    let absolute = |place: &PathBuf| fs::canonicalize(place).unwrap_or_else(|_| place.clone());
    let folders = places.iter().map(|place| {
        let place = absolute(place);
        if place.is_dir() { place } else { place.parent().map(Path::to_owned).unwrap_or_default() }
    });
    folders.reduce(|a, b| common(&a, &b)).unwrap_or_default()
}

/// Returns the title of a chapter by its folders: `Mail · Send` for `024-Mail/002-Send`. Others are called anything: `docs`.
fn title(folder: &Path) -> Option<String> {
    let names: Vec<String> =
        folder.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let chapters = names.iter().rev().map_while(|name| unnumbered(name));
    // The folder above the chapters is that of the API.
    let mut chapters: Vec<&str> = chapters.take_while(|name| !name.ends_with("API")).collect();
    chapters.reverse();
    (!chapters.is_empty()).then(|| chapters.join(" · "))
}

fn common(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(part, _)| part).collect()
}

/// Returns the name of a folder without its sort number, if it has one.
fn unnumbered(name: &str) -> Option<&str> {
    let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
    let plain = rest.strip_prefix(['-', '_', '.', ' '])?;
    (rest.len() < name.len() && !plain.is_empty()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_is_titled_as_its_folders_are_called() -> std::io::Result<()> {
        let docs = tempfile::tempdir()?;
        let folder = docs.path().join("001-开发/002-服务端API/024-茶/003-泡茶");
        fs::create_dir_all(&folder)?;
        assert_eq!(title(&folder).as_deref(), Some("茶 · 泡茶"));
        fs::create_dir(folder.join("001-绿茶"))?;
        assert_eq!(
            super::folder(&[folder.join("a.md"), folder.join("001-绿茶/b.md")]),
            fs::canonicalize(&folder)?
        );
        let plain = docs.path().join("tea");
        fs::create_dir(&plain)?;
        assert_eq!(title(&plain), None);
        Ok(())
    }

    #[test]
    fn only_a_number_with_a_mark_behind_it_sorts() {
        for (name, plain) in [("024-茶", Some("茶")), ("茶", None), ("2024茶", None), ("3-", None)] {
            assert_eq!(unnumbered(name), plain, "{name}");
        }
    }
}
