//! A made-up spec of the size and shape of the whole API.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

/// The families of the API with their numbers of documented endpoints; the rest is spread over small ones.
const FAMILIES: [(&str, usize); 19] = [
    ("meeting", 105),
    ("externalcontact", 102),
    ("wedoc", 51),
    ("oa", 35),
    ("school", 34),
    ("chatdata", 32),
    ("service", 32),
    ("wedrive", 31),
    ("kf", 28),
    ("license", 26),
    ("exmail", 24),
    ("openhw", 22),
    ("report", 21),
    ("corpgroup", 19),
    ("user", 18),
    ("security", 16),
    ("checkin", 14),
    ("agent", 12),
    ("miniapppay", 10),
];

/// The family with the most endpoints.
pub(crate) fn largest_family() -> &'static str {
    FAMILIES[0].0
}

/// Writes the spec files, scaled to a number of endpoints, and returns the number of files.
pub(crate) fn write(folder: &Path, endpoints: usize) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("access.yaml"), include_str!("../../../spec/access.yaml"))?;
    let mut left = endpoints.saturating_sub(1);
    let mut files = 1;
    let small = (0..).map(|number| (format!("small{number}"), 9));
    let large = FAMILIES.iter().map(|(name, count)| ((*name).to_owned(), count * endpoints / 763));
    for (family, count) in large.chain(small) {
        let mut count = count.clamp(1, left);
        left -= count;
        let mut chapter = 0;
        // A chapter of the documentation has about ten endpoints.
        while count > 0 {
            let here = count.min(10);
            fs::write(folder.join(format!("{family}.chapter{chapter}.yaml")), file(&family, chapter, here))?;
            count -= here;
            chapter += 1;
            files += 1;
        }
        if left == 0 {
            break;
        }
    }
    Ok(files)
}

fn file(family: &str, chapter: usize, endpoints: usize) -> String {
    let mut text = format!("title: 章节 {chapter}\nsummary: Chapter {chapter} of {family}.\n\nendpoints:\n");
    for number in 0..endpoints {
        let _ = write!(
            text,
            r#"  get_thing_{chapter}_{number}:
    title: 获取事物 {number}
    summary: Gets thing {number} with everything that belongs to it.
    doc: {{ id: {id}, page: {id}, updated: 2024-01-01 }}
    call: POST /cgi-bin/{family}/chapter{chapter}/get_thing_{chapter}_{number}
    token: access_token
    safe: true
    pagination: {{ cursor: cursor, next: next_cursor, more: has_more, items: thing_list }}
    request:
      thingid: {{ type: string, max_bytes: 64, doc: "The thing." }}
      kind: {{ type: Kind, doc: "What kind of thing." }}
      cursor?: {{ type: string, max_bytes: 128, doc: "The cursor of the page before." }}
      limit?: {{ type: uint, default: 100, max: 1000, doc: "Things a page." }}
      userid_list?: {{ type: list<string>, max_items: 100, doc: "Only things of these users." }}
    response:
      has_more: {{ type: flag, doc: "Whether more follows." }}
      next_cursor: {{ type: string, doc: "Where the next page starts." }}
      total: {{ type: uint, doc: "How many things there are." }}
      kind: {{ type: Kind, doc: "What kind of things they are." }}
      thing_list: {{ type: list<Thing{number}>, doc: "The things." }}
    examples:
      - request: |
          {{ "thingid": "T1", "kind": 1, "limit": 10 }}
        response: |
          {{
            "errcode": 0, "errmsg": "ok", "has_more": 1, "next_cursor": "C", "total": 1, "kind": 2,
            "thing_list": [
              {{
                "id": "1", "name": "one", "status": 1, "create_time": 1720000000, "owner": "lin.wei", "size": 3,
                "detail": {{
                  "userid": "lin.wei", "department": [1, 2], "score": 1.5, "enabled": true, "count": 2, "remark": "none",
                  "update_time": 1720000000, "content": {{ "msgtype": "text", "text": "hello" }}
                }}
              }}
            ]
          }}
"#,
            id = 1000 + chapter * 100 + number,
        );
    }
    text.push_str("\nstructs:\n");
    for number in 0..endpoints {
        let _ = write!(
            text,
            r#"  Thing{number}:
    doc: Thing {number}.
    fields:
      id: {{ type: string, doc: "Its id." }}
      name: {{ type: string, doc: "Its name." }}
      status: {{ type: Kind, doc: "Its status." }}
      create_time: {{ type: timestamp, doc: "When it was made." }}
      owner?: {{ type: string, doc: "Whose it is." }}
      size: {{ type: uint, doc: "How large it is, in bytes." }}
      tags?: {{ type: list<string>, doc: "Its tags." }}
      detail: {{ type: Detail{number}, doc: "The details." }}
  Detail{number}:
    doc: The details of thing {number}.
    fields:
      userid: {{ type: string, doc: "Who." }}
      department: {{ type: list<uint>, doc: "Where." }}
      score: {{ type: f64, doc: "How good." }}
      enabled: {{ type: bool, doc: "Whether it is in use." }}
      count: {{ type: int, doc: "How many." }}
      remark?: {{ type: string, doc: "What else." }}
      update_time: {{ type: timestamp, doc: "When it changed." }}
      content: {{ type: Content, doc: "What is in it." }}
"#
        );
    }
    text.push_str(
        r"  Link:
    doc: A link.
    fields:
      title: { type: string, doc: The title. }
      url: { type: string, doc: Where it leads. }

enums:
  Kind:
    doc: A kind of thing.
    repr: int
    values: { 1: First, 2: Second, 3: Third, 4: Fourth }

unions:
  Content:
    doc: What is in a thing.
    tag: msgtype
    variants: { text: string, link: Link }
",
    );
    text
}
