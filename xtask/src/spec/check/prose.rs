//! The sentences of a spec: finds the texts that people write, and checks how they begin.

use std::ops::Range;

use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::source::{Kind, Node};

/// The keys whose values are descriptions.
const DESCRIPTIONS: [&str; 7] = ["doc", "help", "note", "notes", "quirk", "reason", "summary"];

/// The number of words of a sentence that a message shows.
const SHOWN: usize = 5;

/// Words that continue the same clause after a comma.
const GOES_ON: [&str; 12] =
    ["and", "as", "by", "except", "for", "if", "in", "mostly", "or", "then", "unless", "usually"];

/// Visits the texts in a file that people write, each with its mapping and its place.
pub(super) fn descriptions(node: &Node, visit: &mut impl FnMut(&Node, &str, &Range<usize>)) {
    match &node.kind {
        Kind::Scalar { .. } => {}
        Kind::Sequence(items) => items.iter().for_each(|item| descriptions(item, visit)),
        Kind::Mapping(entries) => {
            for (key, value) in entries.as_slice() {
                match (&key.kind, &value.kind) {
                    (Kind::Scalar { value: key, .. }, Kind::Scalar { value: text, .. })
                        if DESCRIPTIONS.contains(&key.as_str()) =>
                    {
                        visit(node, text, &value.span);
                    }
                    _ => descriptions(value, visit),
                }
            }
        }
    }
}

/// Reports the sentences of a file that begin with one of these words and lack a head: `Who sent it.`
pub(super) fn check(openings: &[String], file: usize, root: &Node, diagnostics: &mut Diagnostics) {
    descriptions(root, &mut |parent, text, span| {
        if let Some(sentence) = headless(openings, text) {
            diagnostics
                .reporter(file, parent)
                .error(
                    Mistake::HeadlessSentence,
                    At::Bytes(span.clone()),
                    format!("the sentence doesn't name its subject: \"{sentence}\""),
                )
                .label("name the thing first, as in `The sender's userid.`");
        }
    });
}

/// Returns a text without the parts in backticks and the targets of links.
pub(super) fn without_code(text: &str) -> String {
    let prose = text.split('`').step_by(2).collect::<Vec<&str>>().join(" 0 ");
    let mut kept = String::new();
    let mut rest = prose.as_str();
    while let Some((before, target)) = rest.split_once("](") {
        let Some((_, after)) = target.split_once(')') else { break };
        kept += before;
        kept.push(']');
        rest = after;
    }
    kept + rest
}

/// Returns the beginning of the first sentence without a head. Questions don't count, nor does a clause before a
/// comma: `When it ends, nothing is sent.`
pub fn headless(openings: &[String], text: &str) -> Option<String> {
    let prose = without_code(text);
    let ends = |c: char| matches!(c, '.' | '!' | '?');
    let mut rest = prose.as_str();
    while !rest.trim().is_empty() {
        let end = rest.match_indices(ends).map(|(at, end)| at + end.len());
        let end = end.filter(|end| rest[*end..].starts_with(|c: char| c.is_whitespace()));
        let end = end.chain(rest.match_indices("\n\n").map(|(at, _)| at + 1)).min().unwrap_or(rest.len());
        let (sentence, after) = rest.split_at(end);
        rest = after;
        let sentence = sentence.trim();
        let mut words = sentence.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let Some(first) = words.next().filter(|_| sentence.starts_with(|c: char| c.is_ascii_uppercase()))
        else {
            continue;
        };
        let goes_on = |part: &str| {
            let next = part.split_whitespace().next().unwrap_or_default().to_lowercase();
            GOES_ON.contains(&next.trim_end_matches(|c: char| !c.is_alphabetic()))
        };
        let is_clause =
            matches!(first, "When" | "Where") && sentence.split(',').skip(1).any(|part| !goes_on(part));
        if openings.iter().any(|word| word.eq_ignore_ascii_case(first))
            && !is_clause
            && !sentence.ends_with('?')
        {
            let words: Vec<&str> = sentence.split_whitespace().take(SHOWN).collect();
            let rest = if words.len() == SHOWN { " …" } else { "" };
            return Some(words.join(" ") + rest);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::without_code;

    #[test]
    fn code_and_the_targets_of_links_are_no_prose() {
        let text = "Of [`Tea`](crate::tea::Tea) and [cups](crate::cups), (hot) `x` tea](";
        assert_eq!(without_code(text), "Of [ 0 ] and [cups], (hot)  0  tea](");
    }

    fn headless(text: &str) -> Option<String> {
        super::headless(&["who", "what", "where", "when", "how", "which"].map(str::to_owned), text)
    }

    #[test]
    fn a_sentence_that_names_nothing_is_headless_wherever_it_stands() {
        for (text, beginning) in [
            ("Who sent it.", "Who sent it."),
            ("The time. When it was created, in milliseconds.", "When it was created, in …"),
            ("What passes is repeated.", "What passes is repeated."),
            ("How long it lives, in seconds: usually 7200.", "How long it lives, in …"),
            ("A message.\n\nWhere it goes", "Where it goes"),
        ] {
            assert_eq!(headless(text).as_deref(), Some(beginning), "{text}");
        }
    }

    #[test]
    fn a_question_a_clause_and_a_sentence_with_a_head_are_not() {
        for text in [
            "Whether it was sent.",
            "When the job is done, WeCom sends an event.",
            "Where `x` is 3, it must be 2.",
            "Which one is meant?",
            "The member who sent it. E.g. when it ends.",
            "whole days",
            "",
        ] {
            assert_eq!(headless(text), None, "{text}");
        }
    }
}
