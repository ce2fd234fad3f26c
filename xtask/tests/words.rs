//! One word per term, in what users read: the glossary of the spec applies to the crates' documentation, READMEs and errors, too.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use xtask::spec::check::Refused;
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

#[test]
fn the_crates_use_the_words_of_the_glossary() {
    let phrases = phrases();
    let refused = Refused::of(&phrases);
    let (mut seen, mut problems) = (0, Vec::new());
    for file in files(&root()) {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let texts = if file.extension().is_some_and(|extension| extension == "md") {
            vec![text]
        } else {
            said(&text)
        };
        for text in texts {
            seen += 1;
            let text = prose(&text);
            let found = refused.found(&text).into_iter().filter(|(word, _)| !OURS.contains(&word.as_str()));
            problems.extend(found.map(|(word, instead)| {
                format!("{}: `{word}` is a second word for `{instead}`:\n{text}\n", file.display())
            }));
        }
    }
    assert!(seen > 1000, "{seen} texts are too few");
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn a_second_word_is_found_in_documentation_and_in_errors_and_not_in_code() {
    let phrases = phrases();
    let refused = Refused::of(&phrases);
    let found = |source: &str| {
        said(source)
            .iter()
            .flat_map(|text| refused.found(&prose(text)))
            .map(|(word, _)| word)
            .collect::<Vec<_>>()
    };
    assert_eq!(found("/// The addressee\n/// of it.\nstruct A;"), ["addressee"]);
    assert_eq!(found("mod a { struct B {\n/// At most 3 times\n/// a day.\nb: u8 } }"), ["times a day"]);
    assert_eq!(found("enum E {\n#[error(\n\"{}: no addressee\", x.id)]\nA }"), ["addressee"]);
    let code =
        "/// See `addressee`:\n///\n/// ```\n/// let addressee = 1;\n/// ```\n// An addressee.\nstruct A;";
    assert_eq!(found(code), [""; 0]);
    assert_eq!(found("/// <https://addressee.example/addressee>\nstruct A;"), [""; 0]);
}

/// The READMEs, and the sources by hand of the published crates.
fn files(root: &Path) -> Vec<PathBuf> {
    let crates = inside(&root.join("crates")).into_iter();
    let readmes = ["README.md", "README.zh-CN.md"].map(|name| root.join(name));
    crates.chain(readmes).collect()
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

/// Returns what a source says to people: its comments of documentation, each as a whole, and the texts of its errors.
fn said(source: &str) -> Vec<String> {
    let tokens: TokenStream = source.parse().expect("a source is Rust");
    let mut said = Vec::new();
    walk(tokens, &mut said);
    said
}

fn walk(tokens: TokenStream, said: &mut Vec<String>) {
    let mut docs = String::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if matches!(punct.as_char(), '#' | '!') => {}
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
                match tokens.first() {
                    // `doc = "…"`, and not an alias for the search.
                    Some(TokenTree::Ident(name)) if name == "doc" => {
                        let is_text = matches!(&tokens[1..], [TokenTree::Punct(_), ..]);
                        docs.extend(
                            is_text
                                .then(|| texts(group.stream()))
                                .into_iter()
                                .flatten()
                                .map(|text| text + "\n"),
                        );
                    }
                    Some(TokenTree::Ident(name)) if name == "error" || name == "diagnostic" => {
                        said.extend(texts(group.stream()));
                    }
                    _ => walk(group.stream(), said),
                }
            }
            token => {
                said.extend((!docs.is_empty()).then(|| std::mem::take(&mut docs)));
                if let TokenTree::Group(group) = token {
                    walk(group.stream(), said);
                }
            }
        }
    }
    said.extend((!docs.is_empty()).then_some(docs));
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

/// Returns a text without blocks of code and addresses.
fn prose(text: &str) -> String {
    let mut in_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    });
    let words =
        |line: &str| line.split(' ').filter(|word| !word.contains("://")).collect::<Vec<_>>().join(" ");
    lines.map(words).collect::<Vec<String>>().join("\n")
}
