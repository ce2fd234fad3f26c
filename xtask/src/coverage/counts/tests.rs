use super::*;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::load;

/// Two endpoints of one path, one of another one, one whose page nobody read, and a struct that two fields lead to.
const TEA: &str = r#"
title: 茶
summary: Tea.
endpoints:
  brew:
    title: 泡茶
    summary: Brews tea.
    doc: { id: 1, page: 1 }
    call: POST /cgi-bin/tea/brew
    token: access_token
    request:
      leaf: { type: Leaf, doc: "What it is made of." }
      leaves?: { type: list<Leaf>, doc: "What else." }
      note?: { type: list<any> }
    examples: [{ response: "{}" }]
  brew_again:
    title: 泡茶
    summary: Brews tea.
    doc: { id: 2, page: 2 }
    call: POST /cgi-bin/tea/brew
    token: access_token
  pour:
    title: 倒茶
    summary: Pours tea.
    doc: { id: 3, page: 3 }
    call: POST /cgi-bin/cup/pour
    token: access_token
  wash:
    title: 洗杯
    summary: Washes a cup.
    doc: { page: 4, seen: false }
    call: POST /cgi-bin/cup/wash
    token: access_token
structs:
  Leaf:
    doc: A leaf.
    fields:
      kind: { type: string, doc: "Which." }
      age?: { type: uint }
"#;

fn coverage(documented: &[&str]) -> Coverage {
    let mut diagnostics = Diagnostics::default();
    let names = "endpoints:\n  drinks.cold:\n    get_milk: { call: GET /cgi-bin/milk, title: 奶 }\n";
    let sources = [load::source("names.yaml", names), load::source("tea.black.yaml", TEA)];
    let spec = load::spec(&sources, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    Coverage::new(&spec, &by_family(&spec, &documented.iter().map(|path| (*path).to_owned()).collect()))
}

#[test]
fn paths_are_counted_once_and_those_of_pages_not_read_apart() {
    let coverage = coverage(&["/cgi-bin/tea/brew", "/cgi-bin/shop/sell", "/cgi-bin/milk"]);
    let expected = |documented, specified, with_examples, unseen, fields, typed, described| Counts {
        documented,
        specified,
        with_examples,
        unseen,
        fields,
        typed,
        described,
    };
    // The file of an endpoint decides, then the table of names, then the path.
    assert_eq!(coverage.families.keys().collect::<Vec<_>>(), ["drinks", "shop", "tea"]);
    assert_eq!(coverage.families["tea"], expected(1, 2, 1, 1, 5, 4, 3));
    assert_eq!(coverage.families["drinks"], expected(1, 0, 0, 0, 0, 0, 0));
    assert_eq!(coverage.families["shop"], expected(1, 0, 0, 0, 0, 0, 0));
    assert_eq!(coverage.total(), expected(3, 2, 1, 1, 5, 4, 3));
}

#[test]
fn callbacks_and_replies_are_counted_against_the_names_that_are_settled() {
    let names = "events:\n  tea.events:\n    brewed: { wire: [Event brew], title: 茶 }\n    drunk: { wire: [Event drink], title: 茶 }\n  \
                     tea.print:\n    push: { wire: [PUSH print], title: 茶 }\nreplies:\n  tea.reply:\n    \
                     text_reply: { wire: [MsgType text], title: 茶 }\n";
    let document = |section, name, wire| {
        format!(
            "title: 茶\nsummary: Tea.\n{section}:\n  {name}:\n    title: 茶\n    summary: Tea.\n    doc: {{ id: 1, page: 1 }}\n    \
                 wire: [{wire}]\n    fields:\n      Leaf: {{ type: string, doc: \"The leaf.\" }}\n    examples: [{{ payload: \"<xml/>\" }}]\n"
        )
    };
    let sources = [
        load::source("names.yaml", names),
        load::source("tea.events.yaml", &document("events", "brewed", "Event brew")),
        load::source("tea.reply.yaml", &document("replies", "text_reply", "MsgType text")),
    ];
    let mut diagnostics = Diagnostics::default();
    let spec = load::spec(&sources, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let coverage = Coverage::new(&spec, &BTreeMap::new());
    let one = Counts {
        documented: 1,
        specified: 1,
        with_examples: 1,
        unseen: 0,
        fields: 1,
        typed: 1,
        described: 1,
    };
    assert_eq!(coverage.others["callbacks"]["tea"], Counts { documented: 2, ..one });
    assert_eq!(coverage.others["replies"]["tea"], one);
    let text = coverage.text();
    for heading in ["endpoints  ", "\ncallbacks  ", "\nreplies  "] {
        assert!(text.contains(heading), "{text}");
    }
}

#[test]
fn the_family_of_an_unknown_path_is_the_part_after_cgi_bin_or_the_first_one() {
    for (path, expected) in
        [("/cgi-bin/tea/brew", "tea"), ("/cgi-bin/gettoken", "gettoken"), ("/pay/tea/brew", "pay")]
    {
        let target = Target { transport: Transport::Http, path };
        assert_eq!(PathFamilies(BTreeMap::new()).get(target), expected);
    }
}

#[test]
fn commands_and_calls_of_the_zone_are_counted_apart_even_under_one_name() {
    let call = |method| {
        format!(
            "title: 茶\nsummary: Tea.\nendpoints:\n  brew:\n    title: 泡茶\n    summary: Brews tea.\n    doc: {{ page: 1, seen: false }}\n    \
             call: {method} brew\n    token: none\n    request:\n      leaf: {{ type: string, doc: \"The leaf.\" }}\n"
        )
    };
    let sources =
        [load::source("tea.socket.yaml", &call("CMD")), load::source("tea.zone.yaml", &call("INVOKE"))];
    let mut diagnostics = Diagnostics::default();
    let spec = load::spec(&sources, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let coverage = Coverage::new(&spec, &BTreeMap::new());
    let one = Counts { unseen: 1, fields: 1, typed: 1, described: 1, ..Counts::default() };
    assert_eq!(coverage.others["sockets"]["commands"], one);
    assert_eq!(coverage.others["zone"]["zone calls"], one);
    assert!(coverage.families.is_empty());
}

#[test]
fn only_all_of_it_is_a_hundred_percent_and_nothing_has_no_share() {
    assert_eq!([percent(999, 1000), percent(3, 3), percent(0, 0)], ["99%", "100%", "–"]);
}

#[test]
fn numbers_are_read_as_they_were_written() -> serde_json::Result<()> {
    let coverage = coverage(&["/cgi-bin/tea/brew"]);
    assert_eq!(serde_json::from_str::<Coverage>(&coverage.json())?, coverage);
    Ok(())
}

#[test]
fn a_table_has_a_row_a_family_and_one_for_all() {
    let coverage = coverage(&["/cgi-bin/tea/brew", "/cgi-bin/shop/sell"]);
    let markdown = coverage.markdown();
    assert_eq!(markdown.lines().count(), 5, "{markdown}");
    assert!(
        markdown.ends_with("| all | 2 | 2 (100%) | 1 (50%) | 1 | 5 | 4 (80%) | 3 (60%) |\n"),
        "{markdown}"
    );
    assert_eq!(coverage.text().lines().count(), 4);
}
