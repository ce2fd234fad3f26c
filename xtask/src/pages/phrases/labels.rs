//! The labels that pages give the values of enums, and which English names fit them.

use std::sync::LazyLock;

use crate::spec::names;

/// Chinese terms, the longest first, each with the beginnings of the words that may name it.
static LEXICON: LazyLock<Vec<(&str, Vec<&str>)>> = LazyLock::new(|| {
    let lines = include_str!("lexicon.txt").lines().filter(|line| !line.starts_with('#'));
    let entries = lines.filter_map(|line| line.split_once(':'));
    let mut entries: Vec<(&str, Vec<&str>)> =
        entries.map(|(term, words)| (term.trim(), words.split(',').map(str::trim).collect())).collect();
    entries.sort_by_key(|(term, _)| std::cmp::Reverse(term.len()));
    entries
});

/// A value of an enum: its labels and its name.
#[derive(Debug)]
pub(crate) struct Named<'v> {
    /// Its labels on the pages, in Chinese or as a word on the wire.
    pub labels: Vec<&'v str>,
    /// Its name in the spec.
    pub name: &'v str,
    /// The names of values of other enums with the same labels.
    pub elsewhere: Vec<&'v str>,
}

/// The labels of a value, parsed.
struct Called {
    /// For each label, the meaning of its terms, and its own words.
    labels: Vec<(Vec<&'static [&'static str]>, Vec<String>)>,
    /// The words in the names of values with the same labels.
    elsewhere: Vec<String>,
}

impl Called {
    fn of(value: &Named<'_>) -> Self {
        Self {
            labels: value.labels.iter().map(|label| (terms(label), words(label))).collect(),
            elsewhere: value.elsewhere.iter().flat_map(|other| words(other)).collect(),
        }
    }

    /// Returns how many terms of the labels the words of a name cover.
    fn fit(&self, name: &[String]) -> usize {
        let fits = |(terms, own): &(Vec<&[&str]>, Vec<String>)| {
            let terms = terms.iter().filter(|meant| meant.iter().any(|word| has(name, word)));
            terms.count() + own.iter().filter(|word| has(name, word)).count()
        };
        let known = self.labels.iter().map(fits).max().unwrap_or_default();
        if known == 0 { usize::from(self.elsewhere.iter().any(|word| name.contains(word))) } else { known }
    }
}

/// Returns two values whose names fit each other's labels better than their own, by their positions.
pub(crate) fn swapped(values: &[Named<'_>]) -> Option<(usize, usize)> {
    let names: Vec<Vec<String>> = values.iter().map(|value| words(value.name)).collect();
    let fits =
        values.iter().map(Called::of).map(|called| names.iter().map(|name| called.fit(name)).collect());
    let fits: Vec<Vec<usize>> = fits.collect();
    let pairs = (0..values.len()).flat_map(|one| (one + 1..values.len()).map(move |other| (one, other)));
    let gains = pairs.filter_map(|(one, other)| {
        let first = fits[one][other].checked_sub(fits[one][one])?;
        let second = fits[other][one].checked_sub(fits[other][other])?;
        Some((first + second, (one, other))).filter(|(gain, _)| *gain > 0)
    });
    // Of several, the first of the clearest.
    let best = gains.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, pair)| pair)
}

/// Returns the words of a name or of a value, in lower case.
pub(super) fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(names::snake);
    words.flat_map(|word| word.split('_').map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// Returns the meaning of a label's terms: at each position, the longest one counts.
pub(super) fn terms(label: &str) -> Vec<&'static [&'static str]> {
    let mut found = Vec::new();
    let mut rest = label;
    while let Some(first) = rest.chars().next() {
        match LEXICON.iter().find(|(term, _)| rest.starts_with(term)) {
            Some((term, meant)) => {
                found.push(meant.as_slice());
                rest = &rest[term.len()..];
            }
            None => rest = &rest[first.len_utf8()..],
        }
    }
    found
}

/// Returns whether one of some words begins with the wanted one. One of two letters must match completely, unless it
/// is a prefix, and an ending must be at the end.
pub(super) fn has(words: &[String], wanted: &str) -> bool {
    words.iter().any(|word| match wanted {
        "ing" => word.ends_with(wanted),
        "un" | "dis" => word.starts_with(wanted),
        _ if wanted.len() < 3 => word == wanted,
        _ => word.starts_with(wanted),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the positions of swapped names, where each value has one label.
    fn swapped_of(values: &[(&str, &str)]) -> Option<(usize, usize)> {
        let named =
            values.iter().map(|(label, name)| Named { labels: vec![label], name, elsewhere: Vec::new() });
        swapped(&named.collect::<Vec<_>>())
    }

    #[test]
    fn names_that_are_swapped_fit_the_labels_of_each_other() {
        for values in [
            &[("未定义", "Undefined"), ("男性", "Male"), ("女性", "Female")][..],
            &[("已参与", "Joined"), ("未参与", "NotJoined")],
            &[("同意", "Agree"), ("不同意", "Disagree")],
            &[("审批中", "Pending"), ("已通过", "Approved"), ("已驳回", "Rejected")],
            &[("名字升序", "NameAscending"), ("名字降序", "NameDescending"), ("大小升序", "SizeAscending")],
            &[("图片", "Image"), ("语音", "Voice"), ("视频", "Video"), ("文件", "File")],
            &[("每天", "Daily"), ("每周", "Weekly"), ("每月", "Monthly"), ("每个工作日", "Workday")],
            &[("开启", "On"), ("关闭", "Off")],
            // By the words on the wire.
            &[("template_id", "Template"), ("creator", "Creator")],
            &[("ALIGNMENT_TYPE_LEFT", "Left"), ("ALIGNMENT_TYPE_RIGHT", "Right")],
        ] {
            assert_eq!(swapped_of(values), None, "{values:?}");
            for other in 1..values.len() {
                let mut wrong = values.to_vec();
                (wrong[0].1, wrong[other].1) = (values[other].1, values[0].1);
                assert_eq!(swapped_of(&wrong), Some((0, other)), "{wrong:?}");
            }
        }
    }

    #[test]
    fn what_other_enums_call_the_same_tells_where_no_term_is_known() {
        let value = |label, name, elsewhere| Named { labels: vec![label], name, elsewhere };
        let right = [value("甲", "First", vec!["FirstOne"]), value("乙", "Second", vec!["Second"])];
        assert_eq!(swapped(&right), None);
        let wrong = [value("甲", "Second", vec!["FirstOne"]), value("乙", "First", vec!["Second"])];
        assert_eq!(swapped(&wrong), Some((0, 1)));
        let unknown = [value("甲", "Second", vec![]), value("乙", "First", vec![])];
        assert_eq!(swapped(&unknown), None);
    }

    #[test]
    fn every_term_stands_in_the_lexicon_once_and_has_words() {
        for (index, (term, words)) in LEXICON.iter().enumerate() {
            assert!(LEXICON[..index].iter().all(|(other, _)| other != term), "{term} stands there twice");
            assert!(words.iter().all(|word| !word.is_empty()), "{term} lacks a word");
        }
    }
}
