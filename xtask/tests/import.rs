//! Drafts of pages: `import/<name>.md` is a made-up page, `import/<name>.yaml` its draft. In `import/into`,
//! `before.yaml` is a spec file to which pages are added, `after.yaml` the file afterwards.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{assert_none, difference, files, folder, name, source};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use xtask::commands::import::into;
use xtask::import::{self, Chapter};
use xtask::spec::check;
use xtask::spec::diagnostic::Diagnostics;
use xtask::spec::load;
use xtask::spec::mistakes::Mistake;
use xtask::spec::source::Source;

fn pages() -> Vec<PathBuf> {
    files(&folder("import"), ".md")
}

/// Returns the pages of callbacks, which stand in files of their own.
fn callbacks() -> Vec<PathBuf> {
    files(&folder("import/events"), ".md")
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn draft(page: &Path) -> String {
    import::new_file(page, &text(page)).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

/// Returns the mistakes in the text of a spec file.
fn mistakes(text: &str) -> Vec<Mistake> {
    let stem = if text.contains("\nevents:\n") { "tea.events" } else { "tea" };
    let sources =
        [Source { path: format!("spec/{stem}.yaml"), stem: stem.to_owned(), text: text.to_owned() }];
    let mut diagnostics = Diagnostics::default();
    let spec = load::spec(&sources, &mut diagnostics);
    check::spec(&spec, &sources, &mut diagnostics);
    diagnostics.iter().map(|diagnostic| diagnostic.mistake).collect()
}

#[test]
fn every_page_becomes_its_draft() {
    let pages = pages().into_iter().chain(callbacks());
    let differences: Vec<String> =
        pages.filter_map(|page| difference(&page.with_extension("yaml"), &draft(&page))).collect();
    assert_none(&differences);
}

#[test]
fn no_draft_is_left_without_its_page() {
    for file in ["import", "import/events"].iter().flat_map(|of| files(&folder(of), ".yaml")) {
        assert!(file.with_extension("md").is_file(), "{} belongs to no page", name(&file));
    }
}

#[test]
fn a_draft_lacks_nothing_but_words() {
    for page in pages().into_iter().chain(callbacks()) {
        let mistakes = mistakes(&draft(&page));
        let other: Vec<_> = mistakes.iter().filter(|mistake| !mistake.is_unwritten()).collect();
        assert!(other.is_empty(), "{}: {other:?}", name(&page));
        assert!(
            mistakes.contains(&Mistake::MissingDescription),
            "{}: the words are still to be written",
            name(&page)
        );
    }
}

#[test]
fn a_callback_is_added_once_to_the_file_that_has_others_of_its_page() {
    let page = folder("import/events").join("in_xml.md");
    let whole = draft(&page);
    let file = Path::new("spec/tea.events.yaml");
    let again = import::add(&page, &text(&page), whole.clone(), file).expect_err("it is there");
    let expected = "spec/tea.events.yaml: Event change_cup create_cup, InfoType change_cup create_cup, Event change_cup break_cup \
                    already exists, from the same page: edit it there";
    assert_eq!(again.to_string(), expected);
    let chapter = Chapter::read(&[page]).expect("a page of callbacks");
    let (before, after) = whole.split_once("  break_cup:\n").expect("the second event");
    let rest = after.split_once("\nstructs:").expect("types follow").1;
    let source = Source {
        path: "spec/tea.events.yaml".to_owned(),
        stem: "tea.events".to_owned(),
        text: format!("{before}\nstructs:{rest}"),
    };
    assert_eq!(chapter.file(std::slice::from_ref(&source)).as_deref(), Ok("tea.events.yaml"));
    let completed = chapter.completed(Some(source.text), file, &[]).expect("it can be completed");
    assert_eq!((completed.drafted, completed.known), (vec!["Event change_cup break_cup".to_owned()], 2));
    let order = |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(order(&completed.text), order(&whole));
}

#[test]
fn a_value_without_a_name_is_refused_until_it_has_one() {
    let draft = draft(&folder("import").join("values.md"));
    assert!(draft.contains("1: { name: Todo1,"), "{draft}");
    assert!(mistakes(&draft).contains(&Mistake::PlaceholderName));
}

#[test]
fn examples_are_held_against_types_while_words_are_still_missing() {
    let draft = draft(&folder("import").join("dotted.md"));
    assert!(!mistakes(&draft).contains(&Mistake::BadExampleValue));
    let wrong = draft.replace("\"size\": 2", "\"size\": \"two\"");
    assert!(mistakes(&wrong).contains(&Mistake::BadExampleValue));
}

#[test]
fn what_is_added_stands_among_what_was_there_already() {
    let before = source(&folder("import/into").join("before.yaml")).text;
    let after = add("several.md", &add("values.md", &before).expect("it can be added")).expect("so can this");
    assert_none(&Vec::from_iter(difference(&folder("import/into").join("after.yaml"), &after)));
    let mut kept = after.lines();
    for line in before.lines() {
        assert!(kept.any(|other| other == line), "`{line}` is still there, in its order");
    }
    assert!(mistakes(&before).is_empty(), "{:?}", mistakes(&before));
    let wrong: Vec<_> = mistakes(&after).into_iter().filter(|mistake| !mistake.is_unwritten()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Adds the endpoints of a page to a spec file.
fn add(page: &str, spec: &str) -> Result<String, String> {
    let page = folder("import").join(page);
    let added = import::add(&page, &text(&page), spec.to_owned(), Path::new("spec/tea.yaml"));
    added.map_err(|failure| failure.to_string())
}

#[test]
fn types_that_are_there_already_are_used_again() {
    let page = folder("import").join("struct_tables.md");
    let first = draft(&page);
    let other = |edits: &[(&str, &str)]| {
        let text = text(&page).replace("tea/brew", "tea/steep").replace("doc_id: 1003", "doc_id: 1004");
        let text = edits.iter().fold(text, |text, (from, to)| text.replace(from, to));
        import::add(&page, &text, first.clone(), Path::new("spec/tea.yaml")).expect("it can be added")
    };
    let structs = |yaml: &str| yaml.split("structs:").nth(1).map(str::to_owned);
    assert_eq!(structs(&other(&[])), structs(&first), "the page needs no other types");
    let more = other(&[("| lid | 否 | 盖子 |", "| lid | 否 | 盖子 |\n| cup | 否 | 杯子 |")]);
    assert!(more.contains("SteepSettings: # ? `Settings` is there already without cup: one type?"), "{more}");
    assert!(more.contains("settings?: { type: SteepSettings"), "{more}");
    let renamed = other(&[("Reminder", "Alarm"), ("reminder", "alarm")]);
    assert!(renamed.contains("# ? `Reminder` is there with these fields: is it that?"), "{renamed}");
    assert!(!renamed.contains("  Alarm:"), "{renamed}");
    let stricter = other(&[("| hot | 否 |", "| hot | 是 |")]);
    assert!(stricter.contains("`Settings` is there already, of other types, or"), "{stricter}");
}

#[test]
fn what_is_there_already_is_not_added_again() {
    let once = draft(&folder("import").join("dotted.md"));
    let error = add("dotted.md", &once).expect_err("it is there");
    let expected = "spec/tea.yaml: /cgi-bin/tea/order already exists, from the same page: edit it there";
    assert_eq!(error, expected);
}

#[test]
fn sections_may_stand_in_any_order() {
    let unions = "unions:\n  Tea:\n    doc: A tea.\n    tag: kind\n    variants:\n      cup: { name: Cup }\n";
    let structs = "structs:\n  Pot:\n    doc: A pot.\n    fields: {}\n";
    let before = format!("title: 茶\nsummary: Tea.\n{unions}{structs}");
    let after = add("unions.md", &before).expect("it can be added");
    let again = add("dotted.md", &after).expect("it is still YAML");
    let starts: Vec<_> = again.lines().filter(|line| line.ends_with(':') && !line.starts_with(' ')).collect();
    assert_eq!(starts, ["unions:", "endpoints:", "structs:"]);
}

#[test]
fn several_pages_become_one_file() {
    let pages = pages();
    let one = import::draft(&pages).expect("each of them has endpoints");
    for page in &pages {
        for line in draft(page).lines().filter(|line| line.starts_with("    call: ")) {
            assert!(one.contains(line), "{}: {line}", name(page));
        }
    }
    let wrong: Vec<_> = mistakes(&one).into_iter().filter(|mistake| !mistake.is_unwritten()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn pages_are_added_all_or_none() {
    let docs = tempfile::tempdir().expect("a folder");
    let (file, notes) = (docs.path().join("tea.yaml"), docs.path().join("notes.md"));
    let before = text(&folder("import/into").join("before.yaml"));
    fs::write(&file, &before).expect("it can be written");
    fs::write(&notes, "# Tea\n").expect("it can be written");
    let page = folder("import").join("dotted.md");
    let error = into(&[page.clone(), notes.clone()], &file).expect_err("one is no page");
    assert!(error.to_string().starts_with(&format!("{}: not a page", notes.display())), "{error}");
    assert_eq!(text(&file), before);
    into(&[page], &file).expect("this one is a page");
    assert!(text(&file).contains("call: POST /cgi-bin/tea/order"));
}

#[test]
fn a_file_that_cannot_be_added_to_says_why() {
    let head = "title: 茶\nsummary: Tea.\n";
    for (file, reason) in [
        ("endpoints: {}\n", "`endpoints` is in flow style: write its entries in block style, one per line"),
        ("endpoints: []\n", "`endpoints` is not a mapping: add entries, or remove it"),
        ("endpoints: [\n", "line 4: not valid YAML: "),
    ] {
        let error = add("dotted.md", &format!("{head}{file}")).expect_err(file);
        assert!(error.starts_with(&format!("spec/tea.yaml: {reason}")), "{error}");
    }
}

#[test]
fn what_is_no_page_with_endpoints_says_so() {
    for (page, reason) in [
        ("# Tea\n", "not a page: it doesn't begin with a `doc_id` between two lines of `---`"),
        (
            "---\ndoc_id: 7\n---\nTea.\n",
            "no endpoint: no URL of the server API follows a label such as 请求地址; and no callback: no document says what it is",
        ),
    ] {
        assert_eq!(import::new_file(Path::new("tea.md"), page), Err(reason.to_owned()));
    }
}

#[test]
fn a_report_counts_paths_and_says_why_a_draft_is_not_accepted() {
    let docs = tempfile::tempdir().expect("a folder");
    for page in ["dotted.md", "flat.md"] {
        fs::copy(folder("import").join(page), docs.path().join(page)).expect("it can be copied");
    }
    let broken = text(&folder("import").join("quirks.md")).replace("\"count\": \"3\"", "\"count\"");
    fs::write(docs.path().join("quirks.md"), broken).expect("it can be written");
    let report = import::survey(docs.path(), || {}, |_| {}).expect("the pages can be read");
    let counts = [report.paths, report.drafted, report.accepted, report.without_examples, report.pages];
    assert_eq!(counts, [3, 3, 2, 0, 3]);
    assert_eq!(report.reasons.keys().collect::<Vec<_>>(), ["unreadable-body"]);
    assert!(
        report.to_string().contains("1009 怪茶: /cgi-bin/tea/odd line 14: `count` has no value"),
        "{report}"
    );
}

#[test]
fn examples_are_made_of_other_values_than_the_pages() {
    for page in pages() {
        let (shown, draft) = (text(&page), draft(&page));
        let examples: String = draft.lines().filter(|line| !line.contains("# ?")).collect();
        for value in ["张三", "zhangsan", "李四", "会议"].into_iter().filter(|value| shown.contains(value))
        {
            let quoted = format!("\"{value}");
            assert!(!examples.contains(&quoted), "{}: {value} is the page's", name(&page));
        }
    }
}

#[test]
fn made_examples_of_the_real_pages_pass_the_checks() {
    let Some(docs) = std::env::var_os("WECOM_DOCS").map(PathBuf::from).filter(|docs| docs.is_dir()) else {
        eprintln!("skipped: WECOM_DOCS names no folder with the documentation's pages");
        return;
    };
    let mut pending = vec![docs];
    let mut pages = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() { pending.push(path) } else { pages.push(path) }
        }
    }
    pages.sort();
    let mut wrong = Vec::new();
    for page in pages.iter().filter(|page| page.extension().is_some_and(|ending| ending == "md")).step_by(7) {
        let Ok(draft) = import::new_file(page, &text(page)) else { continue };
        let of_examples = |mistake: &Mistake| mistake.code().contains("example");
        if mistakes(&draft).iter().any(of_examples) {
            wrong.push(page.display().to_string());
        }
    }
    // A page whose own example contradicts itself may lead to a draft that does.
    assert!(wrong.len() <= 2, "{wrong:#?}");
}

/// How many of the 763 paths must have a draft that accepts the examples on its pages.
const ACCEPTED: usize = 760;

#[test]
fn drafts_of_the_real_pages_accept_their_examples() {
    let Some(docs) = std::env::var_os("WECOM_DOCS").map(PathBuf::from).filter(|docs| docs.is_dir()) else {
        eprintln!("skipped: WECOM_DOCS names no folder with the documentation's pages");
        return;
    };
    let report = import::survey(&docs, || {}, |_| {}).expect("the pages can be read");
    assert!(report.paths >= 763, "{} paths", report.paths);
    assert_eq!(report.drafted, report.paths);
    assert!(report.accepted >= ACCEPTED, "{report}");
    assert!(report.without_examples < 10, "{report}");
}

/// A way to damage a page.
#[derive(Clone, Debug)]
enum Damage {
    Cut(usize),
    Drop(usize, usize),
    Repeat(usize, usize),
    Insert(usize, &'static str),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let odd = prop::sample::select(vec![
        "|",
        "```",
        "{",
        "}",
        "[",
        "└ └ └ ",
        "a.a.a.",
        "[]",
        "**",
        "：",
        "\"",
        "|-|",
        "—",
        "\u{feff}",
        "<!--",
        "&#124;",
        "-1~",
        "Node",
        "\n",
        "详见Node",
        "请求地址：https://qyapi.weixin.qq.com/",
        "0：a 1：b",
    ]);
    prop::collection::vec(
        prop_oneof![
            any::<usize>().prop_map(Damage::Cut),
            (any::<usize>(), 1..40_usize).prop_map(|(at, length)| Damage::Drop(at, length)),
            (any::<usize>(), 1..80_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
            (any::<usize>(), odd).prop_map(|(at, text)| Damage::Insert(at, text)),
        ],
        1..6,
    )
}

fn damaged(page: &str, damages: &[Damage]) -> String {
    // The front matter is kept: a file without it isn't a page.
    let head = page.match_indices("---\n").nth(1).map_or(0, |(at, mark)| at + mark.len());
    let mut text: Vec<char> = page[head..].chars().collect();
    for damage in damages {
        let length = text.len().max(1);
        match *damage {
            Damage::Cut(at) => text.truncate(length / 2 + at % length),
            Damage::Drop(at, count) => {
                let start = (at % length).min(text.len());
                text.drain(start..(start + count).min(text.len()));
            }
            Damage::Repeat(at, count) => {
                let start = (at % length).min(text.len());
                let again = text[start..(start + count).min(text.len())].to_vec();
                text.splice(start..start, again);
            }
            Damage::Insert(at, odd) => {
                let start = (at % length).min(text.len());
                text.splice(start..start, odd.chars());
            }
        }
    }
    page[..head].chars().chain(text).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_damaged_page_ends_in_an_error_or_in_a_draft_that_lacks_nothing_but_words(
        page in prop::sample::select(pages()),
        damages in damages(),
    ) {
        let damaged = damaged(&text(&page), &damages);
        if let Ok(draft) = import::new_file(&page, &damaged) {
            let mistakes = mistakes(&draft);
            // A damaged address or date is drafted as it is.
            let page = [Mistake::BadCall, Mistake::BadDate];
            let own = |mistake: &Mistake| !mistake.is_unwritten() && !page.contains(mistake);
            let other: Vec<_> = mistakes.into_iter().filter(own).collect();
            prop_assert!(other.is_empty(), "{other:?}\n{draft}");
        }
    }
}
