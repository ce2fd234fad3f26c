//! Values that look real and belong to nobody, chosen by the name of a field and by its value on a page.

/// The kind of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A member's ID.
    Member,
    /// An external contact's ID.
    External,
    /// An ID that WeChat or WeCom generated.
    OpenId,
    Company,
    Chat,
    Media,
    Space,
    /// Another ID.
    Id,
    Secret,
    Url,
    Mail,
    Phone,
    Person,
    FileName,
    /// A name of something.
    Title,
    Prose,
    Md5,
    Sha,
    Base64,
    Date,
    Address,
    Cursor,
    /// Digits.
    Digits,
    /// A word of the API: it stays.
    Word,
}

/// Endings of names, and the kind of such a field: the first that fits decides.
const BY_NAME: &[(&[&str], Kind)] = &[
    (&["external_userid", "externaluserid"], Kind::External),
    (&["openid", "open_userid", "openuserid", "unionid", "open_kfid", "pending_id"], Kind::OpenId),
    (
        &[
            "userid",
            "user_id",
            "useridlist",
            "userid_list",
            "userids",
            "userlist",
            "user_list",
            "creator",
            "sender",
            "owner",
            "admin",
            "leader",
            "operator",
        ],
        Kind::Member,
    ),
    (&["corpid", "corp_id"], Kind::Company),
    (&["chatid", "chat_id", "roomid"], Kind::Chat),
    (&["media_id", "mediaid", "mediaids"], Kind::Media),
    (&["spaceid", "fileid", "fatherid"], Kind::Space),
    (&["ticket", "secret", "password", "auth_code", "token"], Kind::Secret),
    (&["url", "uri", "link", "href", "domain"], Kind::Url),
    (&["email", "mail", "emails", "mailbox", "email_list", "emaillist"], Kind::Mail),
    (&["mobile", "phone", "telephone", "tel"], Kind::Phone),
    (&["md5"], Kind::Md5),
    (&["sha", "sha1", "sha256"], Kind::Sha),
    (&["base64_content", "base64", "content_base64"], Kind::Base64),
    (&["ip", "ip_list"], Kind::Address),
    (&["cursor", "next_key"], Kind::Cursor),
    (&["file_name", "filename", "new_name"], Kind::FileName),
    (&["username", "user_name", "nickname", "realname", "alias"], Kind::Person),
    (&["text", "content", "desc", "description", "remark", "reason", "memo", "comment"], Kind::Prose),
    (&["id", "_key", "uuid", "ids", "_id_list"], Kind::Id),
    (&["name", "title", "subject", "topic", "label"], Kind::Title),
];

/// Returns the kind of a text that a page shows in a field of this name.
pub(super) fn kind(name: &str, text: &str) -> Kind {
    let lower = name.to_ascii_lowercase();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let pieces: Vec<&str> = text.split(' ').next().unwrap_or_default().split(['-', '/']).collect();
    if pieces.len() == 3
        && pieces[0].len() == 4
        && pieces.iter().all(|piece| !piece.is_empty() && digits(piece))
    {
        return Kind::Date;
    }
    if text.contains("://") {
        return Kind::Url;
    }
    let shows_mail = text.contains('@') && text.contains('.') && !text.contains(' ');
    if shows_mail {
        return Kind::Mail;
    }
    let by_name = BY_NAME.iter().find(|(endings, _)| endings.iter().any(|ending| lower.ends_with(ending)));
    match by_name {
        Some((_, Kind::Id)) | None if digits(text) => Kind::Digits,
        Some((_, kind)) => *kind,
        None if is_word(text) || is_constant(&lower, text) => Kind::Word,
        None if text.is_ascii() && !text.contains(' ') => Kind::Id,
        None => Kind::Prose,
    }
}

/// Returns whether a text is a constant, `SUCCESS`, rather than the field's own name in capitals, which represents any
/// value.
fn is_constant(name: &str, text: &str) -> bool {
    let capitals = text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let text = text.to_ascii_lowercase();
    let plain = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    capitals && !plain.is_empty() && !name.contains(plain) && !plain.contains(name)
}

/// Returns whether a text may be one of the API's own words: `text`, `image/png`, `4.1`.
fn is_word(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-./:+".contains(c);
    text.len() <= 24 && text.chars().all(plain) || text.len() <= 3 && text.is_ascii()
}

/// The names of members, as IDs and as people write them.
const PEOPLE: [(&str, &str); 8] = [
    ("chenyu", "Chen Yu"),
    ("linmo", "Lin Mo"),
    ("heqing", "He Qing"),
    ("suyan", "Su Yan"),
    ("tangrui", "Tang Rui"),
    ("guowei", "Guo Wei"),
    ("xiaolan", "Xiao Lan"),
    ("dingyi", "Ding Yi"),
];

const TITLES: [&str; 6] = ["Atlas", "Harbor", "Juniper", "Meridian", "Orchard", "Quarry"];
const PROSE: [&str; 4] = [
    "The plan for next week.",
    "See you at ten.",
    "Thanks for your help.",
    "The room is on the third floor.",
];
const FILES: [&str; 4] = ["minutes.pdf", "plan.docx", "budget.xlsx", "photo.png"];

/// Returns the value of a kind with a number: other numbers give other values.
pub(super) fn text(kind: Kind, name: &str, number: usize) -> String {
    let (userid, person) = PEOPLE[number % PEOPLE.len()];
    // From the second round on, names are numbered.
    let round =
        |length: usize| if number < length { String::new() } else { (number / length + 1).to_string() };
    let of = |words: &[&str]| format!("{}{}", words[number % words.len()], round(words.len()));
    let code = |seed: usize| format!("{:04x}", (number + seed).wrapping_mul(40_503) % 0x1_0000);
    match kind {
        Kind::Member => format!("{userid}{}", round(PEOPLE.len())),
        Kind::External => format!("wmRk8dQAAAx1Lq{}7JvTn2Zc{}", code(3), code(11)),
        Kind::OpenId => format!("oKq3d5{}Rt9Vw{}", code(7), code(5)),
        Kind::Company => format!("ww5e1f{}c9{}", code(1), code(2)),
        Kind::Chat => format!("wrRk8dQAAA{}Hs4Fy{}", code(4), code(9)),
        Kind::Media => format!("2pQe7{}Lk0Zt{}", code(6), code(8)),
        Kind::Space => format!("s.ww5e1f7c20c9.7401{}{}", code(2), code(12)),
        Kind::Id => format!("{}-{}", stem(name), code(10)),
        Kind::Secret => format!("made-up-{}-{}", stem(name), code(13)),
        Kind::Url => format!("https://example.com/{}/{}", stem(name), number + 1),
        Kind::Mail => format!("{userid}{}@example.com", round(PEOPLE.len())),
        Kind::Phone => format!("1300000{:04}", number % 10_000),
        Kind::Person => format!("{person}{}", round(PEOPLE.len())),
        Kind::FileName => of(&FILES),
        Kind::Title => of(&TITLES),
        Kind::Prose => of(&PROSE),
        Kind::Md5 => code(1).repeat(8),
        Kind::Sha => code(1).repeat(10),
        Kind::Base64 => "aGVsbG8=".to_owned(),
        Kind::Date => format!("2025-03-{:02}", number % 28 + 1),
        Kind::Address => format!("192.0.2.{}", number % 250 + 1),
        Kind::Cursor => format!("cursor-{}", number + 1),
        Kind::Digits => (100_021 + number).to_string(),
        Kind::Word => name.to_owned(),
    }
}

/// Returns what an ID identifies: `tag` for `tag_id_list`.
fn stem(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let endings = ["_list", "list", "ids", "id", "_key", "_url", "url", "_"];
    let stem = endings.iter().fold(lower.as_str(), |stem, ending| match stem.strip_suffix(ending) {
        Some(rest) if rest.len() > 1 => rest,
        _ => stem,
    });
    let stem: String = stem.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    stem.trim_matches('_').replace('_', "-")
}

/// Returns a number to replace a page's: small ones have a meaning, such as 0, 1, or a count.
pub(super) fn number(name: &str, number: i64) -> i64 {
    let lower = name.to_ascii_lowercase();
    let (most, size) = if lower.ends_with("id") { (1, 20) } else { (999, 1000) };
    if (-999..=most).contains(&number) {
        return number;
    }
    // As long as the page's, so that sizes and amounts stay plausible.
    let digits = number.unsigned_abs().to_string().len();
    let length = u32::try_from(digits.clamp(2, 15)).unwrap_or(2);
    (2 * 10_i64.pow(length - 1) + number.rem_euclid(size)) * number.signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_text_is_where_the_text_itself_does_not() {
        for (name, text, expected) in [
            ("userid", "zhangsan", Kind::Member),
            ("external_userid", "wmx", Kind::External),
            ("department_leader", "lisi", Kind::Member),
            ("pic_url", "URL", Kind::Url),
            ("logo", "https://x.test/a.png", Kind::Url),
            ("recipient", "a@b.test", Kind::Mail),
            ("tag_id", "TAG", Kind::Id),
            ("tag_id", "12", Kind::Digits),
            ("begin", "2020-01-02", Kind::Date),
            ("msgtype", "text", Kind::Word),
            ("remark", "备注", Kind::Prose),
            ("space_name", "SPACE", Kind::Title),
            ("return_code", "SUCCESS", Kind::Word),
            ("mode", "MODE", Kind::Id),
            ("text", "WATERMARK_TEXT", Kind::Prose),
        ] {
            assert_eq!(kind(name, text), expected, "{name}: {text}");
        }
    }

    #[test]
    fn other_numbers_give_other_values() {
        for kind in
            [Kind::Member, Kind::External, Kind::Id, Kind::Url, Kind::Mail, Kind::Title, Kind::FileName]
        {
            let made: std::collections::BTreeSet<String> =
                (0..20).map(|number| text(kind, "tag_id", number)).collect();
            assert_eq!(made.len(), 20, "{kind:?}");
        }
        assert_eq!(text(Kind::Id, "tag_id_list", 0).split('-').next(), Some("tag"));
        assert_eq!(text(Kind::Url, "pic_url", 0), "https://example.com/pic/1");
    }

    #[test]
    fn small_numbers_stay_and_large_ones_keep_their_length() {
        assert_eq!([number("count", 0), number("limit", 100), number("departmentid", 1)], [0, 100, 1]);
        assert_ne!(number("departmentid", 2), 2);
        assert_eq!(number("size", 1_777_777_777).to_string().len(), 10);
        assert_eq!(number("offset", -20_000).to_string().len(), 6);
    }
}
