//! One word per term, in everything that people read: the glossary of the spec applies to the documentation of the sources, to their
//! messages and to the documents, too.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use xtask::spec::check::{Refused, headless};
use xtask::spec::{PHRASES, Phrases};

/// Words that the glossary refuses because WeCom's pages use them for something else than a library does.
const OURS: [&str; 5] = ["application", "kind", "push", "receiver", "signer"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the workspace").to_path_buf()
}

fn phrases() -> Phrases {
    let text =
        fs::read_to_string(root().join(format!("spec/{PHRASES}.yaml"))).expect("the phrases are there");
    serde_yaml::from_str(&text).expect("they are YAML")
}

/// The documents beside the sources.
const DOCUMENTS: [&str; 9] = [
    "ARCHITECTURE.md",
    "BENCHMARKS.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "README.zh-CN.md",
    "spec/README.md",
    "spec/mistakes.md",
    "spec/tables.md",
];

#[test]
fn sources_and_documents_use_the_words_of_the_glossary() {
    let phrases = phrases();
    let refused = Refused::of(&phrases);
    let (mut seen, mut problems) = (0, Vec::new());
    for file in files(&root()) {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let texts = match file.extension().and_then(|extension| extension.to_str()) {
            Some("md") => prose(newest(&text)).split("\n\n").map(str::to_owned).collect(),
            _ => said(&text),
        };
        for text in texts {
            seen += 1;
            problems.extend(
                found(&phrases, &refused, &text)
                    .into_iter()
                    .map(|problem| format!("{}: {problem}:\n{text}\n", file.display())),
            );
        }
    }
    assert!(seen > 5000, "{seen} texts are too few");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

/// Returns the problems of a text.
fn found(phrases: &Phrases, refused: &Refused<'_>, text: &str) -> Vec<String> {
    let text = prose(text);
    let words = refused.found(&text).into_iter().filter(|(word, _)| !OURS.contains(&word.as_str()));
    let words = words.map(|(word, instead)| format!("`{word}` is a second word for `{instead}`"));
    let sentence = headless(&phrases.headless, &text);
    words.chain(sentence.map(|sentence| format!("\"{sentence}\" doesn't name its subject"))).collect()
}

/// Returns a document, of a changelog only the newest part: the others are history.
fn newest(text: &str) -> &str {
    let is_changelog = text.starts_with("# Changelog");
    let end = text.match_indices("\n## ").nth(1).filter(|_| is_changelog).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

#[test]
fn a_second_word_is_found_in_documentation_and_in_errors_and_not_in_code() {
    let phrases = phrases();
    let refused = Refused::of(&phrases);
    let found = |source: &str| {
        let texts = said(source);
        let found = texts.iter().flat_map(|text| refused.found(&prose(text)));
        found.map(|(word, _)| word).collect::<Vec<_>>()
    };
    assert_eq!(found("/// The addressee\n/// of it.\nstruct A;"), ["addressee"]);
    assert_eq!(found("mod a { struct B {\n/// At most 3 times\n/// a day.\nb: u8 } }"), ["times a day"]);
    assert_eq!(found("enum E {\n#[error(\n\"{}: no addressee\", x.id)]\nA }"), ["addressee"]);
    assert_eq!(found("fn f() { fail(format!(\"no addressee of {id}\")) }"), ["addressee"]);
    let code =
        "/// See `addressee`:\n///\n/// ```\n/// let addressee = 1;\n/// ```\n// An addressee.\nstruct A;";
    assert_eq!(found(code), [""; 0]);
    assert_eq!(found("fn f() { fail(\"addressee\"); find(\"at {addressee} of it\") }"), [""; 0]);
    let tests = "#[cfg(test)]\nmod tests { fn f() { fail(\"no addressee of it\") } }\nfn g() {}";
    assert_eq!(found(tests), [""; 0]);
    assert_eq!(found(&tests.replace("fn g() {}", "/// An addressee.\nfn g() {}")), ["addressee"]);
    assert_eq!(found("/// <https://addressee.example/addressee>\nstruct A;"), [""; 0]);
}

#[test]
fn a_sentence_without_a_subject_is_found_and_the_older_parts_of_a_changelog_are_not_read() {
    let phrases = phrases();
    let found = |text: &str| found(&phrases, &Refused::of(&phrases), text).len();
    assert_eq!(found("Whatever is wrong with a field."), 1);
    assert_eq!(found("- **What comes back** is checked."), 1);
    assert_eq!(found("The problem with a field."), 0);
    assert_eq!(newest("# Changelog\n\n## 2\n\nNew.\n\n## 1\n\nOld."), "# Changelog\n\n## 2\n\nNew.\n");
    assert_eq!(newest("# Guide\n\n## A\n\n## B\n"), "# Guide\n\n## A\n\n## B\n");
}

/// Returns the documents, and the sources by hand of the published crates and of the generator.
fn files(root: &Path) -> Vec<PathBuf> {
    let sources = ["crates", "xtask/src"].into_iter().flat_map(|folder| inside(&root.join(folder)));
    sources.chain(DOCUMENTS.map(|name| root.join(name))).collect()
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    let is_read =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs" || extension == "md");
    let inside = paths.into_iter().flat_map(|path| match path.file_name().and_then(|name| name.to_str()) {
        Some("generated" | "target" | "tests") => Vec::new(),
        _ if path.is_dir() => inside(&path),
        _ => vec![path],
    });
    inside.filter(is_read).collect()
}

/// Returns the texts of a source that people read: its documentation, each comment as a whole, and the sentences among its strings, such
/// as messages. Its tests have none.
fn said(source: &str) -> Vec<String> {
    let tokens: TokenStream = source.parse().expect("a source is Rust");
    let mut said = Vec::new();
    walk(tokens, &mut said);
    said
}

fn walk(tokens: TokenStream, said: &mut Vec<String>) {
    let mut docs = String::new();
    let mut is_test = false;
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), '#' | '!') => {}
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                match tokens.first() {
                    // `doc = "…"`, and not an alias for the search.
                    Some(TokenTree::Ident(name)) if name == "doc" => {
                        let names_text = matches!(&tokens[1..], [TokenTree::Punct(_), ..]);
                        let text = names_text.then(|| texts(group.stream())).into_iter().flatten();
                        docs.extend(text.map(|text| text + "\n"));
                    }
                    Some(TokenTree::Ident(name)) if name == "cfg" => {
                        is_test |= group.stream().to_string() == "cfg (test)";
                    }
                    _ => walk(group.stream(), said),
                }
            }
            token => {
                said.extend((!docs.is_empty()).then(|| std::mem::take(&mut docs)));
                let ends_item = match &token {
                    TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                    TokenTree::Punct(punct) => punct.as_char() == ';',
                    _ => false,
                };
                if !is_test {
                    match token {
                        TokenTree::Group(group) => walk(group.stream(), said),
                        token => said.extend(
                            texts(token.into())
                                .map(|text| without_values(&text))
                                .filter(|text| is_sentence(text)),
                        ),
                    }
                }
                is_test &= !ends_item;
            }
        }
    }
    said.extend((!docs.is_empty()).then_some(docs));
}

/// Returns the text of a message without the values that it shows: `{count} items`.
fn without_values(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, value)) = rest.split_once('{') {
        let Some((_, after)) = value.split_once('}') else { break };
        kept.push_str(before);
        kept.push('0');
        rest = after;
    }
    kept + rest
}

/// Returns whether a string is more than a name.
fn is_sentence(text: &str) -> bool {
    let is_word = |word: &&str| word.chars().all(|c| c.is_ascii_alphabetic() || "`'.,:;".contains(c));
    text.split_whitespace().filter(is_word).count() > 1
}

/// Returns the strings among tokens.
fn texts(tokens: TokenStream) -> impl Iterator<Item = String> {
    let texts = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => texts(group.stream()).collect(),
        TokenTree::Literal(literal) => syn::parse_str::<syn::LitStr>(&literal.to_string())
            .map_or_else(|_| Vec::new(), |text| vec![text.value()]),
        _ => Vec::new(),
    });
    texts.collect::<Vec<String>>().into_iter()
}

/// Returns a text without blocks of code, addresses and marks at the beginning of a sentence.
fn prose(text: &str) -> String {
    let mut in_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    });
    let words = |line: &str| {
        let line = line.strip_prefix("- ").unwrap_or(line).replace("**", "");
        line.split(' ').filter(|word| !word.contains("://")).collect::<Vec<_>>().join(" ")
    };
    lines.map(words).collect::<Vec<String>>().join("\n")
}
