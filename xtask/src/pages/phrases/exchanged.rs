//! Texts of pages and their English: finds two whose English was exchanged.

use std::collections::BTreeSet;

use super::labels::{has, terms, words};
use super::numbers::in_digits;
use crate::pages::plain;

/// The maximum distance between two texts whose English may have been exchanged.
const NEAR: usize = 10;

/// A text of a page, and the spec's English for it.
pub(crate) struct Translated<'t> {
    pub said: &'t str,
    pub english: &'t str,
}

/// The things that a page's text mentions, in any language.
struct Mentioned {
    /// The English words for each of its terms.
    terms: Vec<&'static [&'static str]>,
    /// Its Latin words and its numbers.
    verbatim: BTreeSet<String>,
}

/// The words of an English text.
struct English {
    words: Vec<String>,
    /// The same without anything between them, so that `userid` is found in `UserID list`.
    joined: String,
    numbers: BTreeSet<String>,
}

impl Mentioned {
    fn of(said: &str) -> Self {
        // A link to help has the number of its code.
        let said = plain(said).replace("查看帮助", "");
        let latin = said.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let latin = latin.filter(|word| word.len() > 1 && word.contains(|c: char| c.is_ascii_alphabetic()));
        let latin = latin.map(|word| word.to_ascii_lowercase().replace('_', ""));
        Self { terms: terms(&said), verbatim: latin.chain(numbers(&said)).collect() }
    }

    /// Returns how much of it an English text mentions.
    fn fit(&self, english: &English) -> usize {
        let terms =
            self.terms.iter().filter(|meant| meant.iter().any(|word| has(&english.words, word))).count();
        let is_there = |word: &&String| {
            let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { english.numbers.contains(*word) } else { english.joined.contains(word.as_str()) }
        };
        terms + self.verbatim.iter().filter(is_there).count()
    }
}

impl English {
    fn of(text: &str) -> Self {
        let text = text.replace("n't", " not").replace("cannot", "can not");
        let words = words(&text);
        let joined = words.concat();
        Self { words, joined, numbers: numbers(&text.replace(',', "")).collect() }
    }
}

/// Returns the numbers of a text, in digits.
fn numbers(text: &str) -> impl Iterator<Item = String> {
    let digits = in_digits(text);
    let numbers: Vec<String> = digits
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .map(str::to_owned)
        .collect();
    numbers.into_iter()
}

/// Returns pairs of texts, by their positions, each of whose English fits the other one better than its own. Each text is
/// in one pair at most.
pub(crate) fn exchanged(texts: &[Translated<'_>]) -> Vec<(usize, usize)> {
    let said: Vec<Mentioned> = texts.iter().map(|text| Mentioned::of(text.said)).collect();
    let english: Vec<English> = texts.iter().map(|text| English::of(text.english)).collect();
    let own: Vec<usize> = said.iter().zip(&english).map(|(said, english)| said.fit(english)).collect();
    let most = |at: usize| said[at].terms.len() + said[at].verbatim.len();
    let mut found = Vec::new();
    let mut taken = BTreeSet::new();
    for one in 0..texts.len() {
        let near = one + 1..texts.len().min(one + 1 + NEAR);
        let gains = near.filter_map(|other| {
            // What mentions all of its own text can only gain from the other.
            if own[one] == most(one) && own[other] == most(other) {
                return None;
            }
            let first = said[one].fit(&english[other]).checked_sub(own[one])?;
            let second = said[other].fit(&english[one]).checked_sub(own[other])?;
            Some((first + second, other)).filter(|(gain, _)| *gain > 0)
        });
        let best = gains.filter(|(_, other)| !taken.contains(other)).max_by_key(|(gain, _)| *gain);
        if let Some((_, other)) = best.filter(|_| !taken.contains(&one)) {
            taken.extend([one, other]);
            found.push((one, other));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchanged_of(texts: &[(&str, &str)]) -> Vec<(usize, usize)> {
        let texts = texts.iter().map(|(said, english)| Translated { said, english });
        exchanged(&texts.collect::<Vec<_>>())
    }

    #[test]
    fn english_that_fits_the_other_text_is_found_by_terms_names_and_numbers() {
        for [one, other] in [
            [("部门不存在", "The department doesn't exist."), ("标签不存在", "The tag doesn't exist.")],
            [("userid不合法", "The userid is invalid."), ("chat_id不合法", "The chat ID is invalid.")],
            [("最多1万个", "At most 10,000."), ("最多20个", "At most 20.")],
            [("缺少部门", "The department is missing."), ("部门不存在", "The department doesn't exist.")],
        ] {
            assert_eq!(exchanged_of(&[one, other]), [], "{one:?} {other:?}");
            let swapped = [(one.0, other.1), (other.0, one.1)];
            assert_eq!(exchanged_of(&swapped), [(0, 1)], "{swapped:?}");
        }
    }

    #[test]
    fn texts_that_say_the_same_and_texts_far_apart_are_not_compared() {
        assert_eq!(exchanged_of(&[("部门错误", "It failed."), ("标签错误", "It failed.")]), []);
        let far: Vec<(&str, &str)> = std::iter::once(("部门", "The tag."))
            .chain(std::iter::repeat_n(("茶", "Tea."), NEAR))
            .chain([("标签", "The department.")])
            .collect();
        assert_eq!(exchanged_of(&far), []);
        assert_eq!(exchanged_of(&far[1..]), []);
        let near = [&far[..1], &far[2..]].concat();
        assert_eq!(exchanged_of(&near), [(0, NEAR)]);
    }
}
