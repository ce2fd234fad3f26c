//! The definition of a kind of mistake.

use super::site::{
    CodesSite, DocumentSite, EndpointSite, EnumSite, FieldSite, FileSite, Mutant, RatesSite, TitledSite,
    UnionSite,
};
use crate::spec::source::Path;

/// A kind of mistake.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// Its name.
    pub name: &'static str,
    /// The condition under which a page shows what is right, so that the mistake counts.
    pub counts: &'static str,
    /// The reason why nobody can notice those that don't count.
    pub reason: &'static str,
    /// The places where it can be made, and the way it is made.
    pub make: Make,
}

/// The way a mistake is made in a place.
#[derive(Clone, Copy)]
pub(super) enum Make {
    Endpoint(fn(&EndpointSite<'_>) -> Vec<Mutant>),
    Document(fn(&DocumentSite<'_>) -> Vec<Mutant>),
    Titled(fn(&TitledSite<'_>) -> Vec<Mutant>),
    Field(fn(&FieldSite<'_>) -> Vec<Mutant>),
    Enum(fn(&EnumSite<'_>) -> Vec<Mutant>),
    Union(fn(&UnionSite<'_>) -> Vec<Mutant>),
    File(fn(&FileSite<'_>) -> Vec<Mutant>),
    Codes(fn(&CodesSite<'_>) -> Vec<Mutant>),
    Rates(fn(&RatesSite<'_>) -> Vec<Mutant>),
}

impl Kind {
    pub(super) const fn new(name: &'static str, counts: &'static str, make: Make) -> Self {
        Self { name, counts, reason: "no page says what is right", make }
    }

    /// Returns the same with another reason why the others can't be noticed.
    pub(super) const fn since(self, reason: &'static str) -> Self {
        Self { reason, ..self }
    }

    /// Makes all mistakes of this kind in a file.
    pub(super) fn in_file(&self, places: &Places<'_>) -> Vec<Mutant> {
        match self.make {
            Make::Endpoint(make) => places.endpoints.iter().flat_map(make).collect(),
            Make::Document(make) => places.documents.iter().flat_map(make).collect(),
            Make::Titled(make) => places.titled.iter().flat_map(make).collect(),
            Make::Field(make) => places.fields.iter().flat_map(make).collect(),
            Make::Enum(make) => places.enums.iter().flat_map(make).collect(),
            Make::Union(make) => places.unions.iter().flat_map(make).collect(),
            Make::File(make) => make(places.file),
            Make::Codes(_) | Make::Rates(_) => Vec::new(),
        }
    }

    /// Makes all mistakes of this kind in the error codes.
    pub(super) fn in_codes(&self, site: &CodesSite<'_>) -> Vec<Mutant> {
        match self.make {
            Make::Codes(make) => make(site),
            _ => Vec::new(),
        }
    }

    /// Makes all mistakes of this kind in the general rates.
    pub(super) fn in_rates(&self, site: &RatesSite<'_>) -> Vec<Mutant> {
        match self.make {
            Make::Rates(make) => make(site),
            _ => Vec::new(),
        }
    }
}

/// All places of a file where a mistake can be made.
pub(super) struct Places<'a> {
    file: &'a FileSite<'a>,
    endpoints: Vec<EndpointSite<'a>>,
    documents: Vec<DocumentSite<'a>>,
    titled: Vec<TitledSite<'a>>,
    fields: Vec<FieldSite<'a>>,
    enums: Vec<EnumSite<'a>>,
    unions: Vec<UnionSite<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(file: &'a FileSite<'a>) -> Self {
        let fields: Vec<FieldSite<'_>> = file.fields().collect();
        Self {
            file,
            endpoints: file.endpoints().collect(),
            documents: file.documents().collect(),
            titled: file.titled().collect(),
            enums: file.enums(&fields).collect(),
            fields,
            unions: file.unions().collect(),
        }
    }
}

/// Returns a word with a typo: two letters swapped, or one more if all are the same.
pub(super) fn mistyped(word: &str) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let swapped = (1..letters.len().saturating_sub(1)).rev().find(|&at| {
        letters[at] != letters[at + 1] && letters[at].is_alphanumeric() && letters[at + 1].is_alphanumeric()
    });
    match swapped {
        Some(at) => letters.swap(at, at + 1),
        None => letters.push('s'),
    }
    letters.into_iter().collect()
}

/// Returns a path's last key.
pub(super) fn last(path: &Path) -> String {
    path.0.last().map(|step| Path(vec![step.clone()]).to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::mistyped;

    #[test]
    fn a_mistyped_word_is_another_one() {
        for (word, typo) in [("userid", "userdi"), ("a", "as"), ("aaa", "aaas"), ("x_1", "x_1s")] {
            assert_eq!(mistyped(word), typo);
        }
    }
}
