//! The name of a file in a `Content-Disposition` header, as RFC 6266 and RFC 8187 write it, and as servers do.

use percent_encoding::percent_decode;

/// Returns the name, without the folders before it.
///
/// `filename*` takes precedence over `filename`, and values without a usable name are skipped.
pub(crate) fn file_name(header: &[u8]) -> Option<String> {
    let parameters: Vec<_> = Parameters(header).collect();
    let first = |name: &str, decode: fn(&[u8]) -> Option<String>| {
        let named =
            parameters.iter().filter(|parameter| parameter.name.eq_ignore_ascii_case(name.as_bytes()));
        named.filter_map(|parameter| decode(&parameter.value)).find_map(|text| last_part(&text))
    };
    first("filename*", extended)
        .or_else(|| first("filename", |value| Some(plain(value))))
        .or_else(|| first("filename*", |value| Some(mended(value))))
}

struct Parameter<'a> {
    name: &'a [u8],
    value: Vec<u8>,
}

/// The rest of a header: the type, which is no parameter and is skipped like anything without a value, then the
/// parameters. They are bytes, since a name may have any encoding.
struct Parameters<'a>(&'a [u8]);

impl<'a> Iterator for Parameters<'a> {
    type Item = Parameter<'a>;

    fn next(&mut self) -> Option<Parameter<'a>> {
        loop {
            let end = self.0.iter().position(|byte| matches!(byte, b';' | b'='))?;
            let (name, rest) = (self.0[..end].trim_ascii(), &self.0[end + 1..]);
            if self.0[end] == b';' {
                self.0 = rest;
                continue;
            }
            let quoted = rest.trim_ascii_start().strip_prefix(b"\"");
            let (value, rest) = quoted.and_then(quoted_string).unwrap_or_else(|| {
                // A quote without its counterpart: the header was truncated, or the quote isn't meant as one.
                let (value, rest) = until_semicolon(quoted.unwrap_or(rest));
                (unescaped(value.trim_ascii(), quoted.is_some()), rest)
            });
            self.0 = rest;
            return Some(Parameter { name, value });
        }
    }
}

/// Splits what follows an opening quote into the text up to the closing one, and the parameters after it.
fn quoted_string(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut at = 0;
    loop {
        match text.get(at)? {
            b'"' => return Some((unescaped(&text[..at], true), until_semicolon(&text[at + 1..]).1)),
            _ => at += pair(&text[at..]).map_or(1, |_| 2),
        }
    }
}

fn until_semicolon(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| *byte == b';').unwrap_or(text.len());
    (&text[..end], text.get(end + 1..).unwrap_or_default())
}

/// Resolves the quoted pairs of a text that was in quotes.
fn unescaped(mut text: &[u8], quoted: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    while let [first, rest @ ..] = text {
        let pair = pair(text).filter(|_| quoted);
        bytes.push(pair.unwrap_or(*first));
        text = if pair.is_some() { &rest[1..] } else { rest };
    }
    bytes
}

/// Returns the byte of the quoted pair at the beginning of a text. RFC 9110 allows any byte in a pair, but only these
/// two require one; before others, a backslash is that of a path on Windows.
fn pair(text: &[u8]) -> Option<u8> {
    match text {
        [b'\\', byte @ (b'"' | b'\\'), ..] => Some(*byte),
        _ => None,
    }
}

/// Decodes `filename*` as RFC 8187 defines it: `UTF-8'en'%e2%82%ac`.
fn extended(value: &[u8]) -> Option<String> {
    let mut parts = value.splitn(3, |byte| *byte == b'\'');
    let (charset, _language, text) = (parts.next()?, parts.next()?, parts.next()?);
    let bytes: Vec<u8> = percent_decode(text).collect();
    match charset.to_ascii_lowercase().as_slice() {
        b"utf-8" | b"utf8" => String::from_utf8(bytes).ok(),
        b"iso-8859-1" => Some(latin_1(&bytes)),
        _ => None,
    }
}

/// Decodes a `filename*` that breaks its rules, if nothing else has a name.
fn mended(value: &[u8]) -> String {
    let text = value.splitn(3, |byte| *byte == b'\'').nth(2).unwrap_or(value);
    percent_decode(text).decode_utf8_lossy().into_owned()
}

/// Decodes `filename`: UTF-8, as it is or percent-encoded, as browsers read it and forms write it. Other bytes are ISO-8859-1,
/// which loses none of them.
fn plain(value: &[u8]) -> String {
    let decoded = percent_decode(value).decode_utf8();
    let text = decoded.or_else(|_| str::from_utf8(value).map(Into::into));
    text.map_or_else(|_| latin_1(value), Into::into)
}

fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Returns the last part of a path of any system: its folders and its drive are the sender's, not the recipient's.
/// Control characters are removed, since a name can't contain them.
fn last_part(path: &str) -> Option<String> {
    let part: String = path.rsplit(['/', '\\']).next()?.chars().filter(|c| !c.is_control()).collect();
    let name = match part.as_bytes() {
        [b'A'..=b'Z' | b'a'..=b'z', b':', ..] => &part[2..],
        _ => &part,
    };
    Some(name.trim()).filter(|name| !matches!(*name, "" | "." | "..")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[track_caller]
    fn reads(cases: &[(&str, &str)]) {
        for (header, name) in cases {
            let read = file_name(header.as_bytes());
            assert_eq!(read.as_deref().unwrap_or_default(), *name, "{header}");
        }
    }

    #[test]
    fn parameters_are_known_in_any_case_and_with_blanks() {
        reads(&[
            ("attachment; filename=\"a.txt\"", "a.txt"),
            ("ATTACHMENT;FileName=\"a.txt\"", "a.txt"),
            ("attachment; FILENAME*=utf-8''a%20b.txt", "a b.txt"),
            ("attachment ; filename = \"a.txt\" ; size = 3", "a.txt"),
            ("attachment;\tfilename\t=\ta.txt\t", "a.txt"),
            ("filename=a.txt", "a.txt"),
            ("attachment;; ;filename=a.txt;", "a.txt"),
            ("attachment; xfilename=x; filename=a.txt", "a.txt"),
            ("attachment; note=\"; filename=x\"; filename=a.txt", "a.txt"),
            ("attachment; filename=a.txt; filename=b.txt", "a.txt"),
        ]);
    }

    #[test]
    fn quotes_hold_what_ends_a_token() {
        reads(&[
            (r#"attachment; filename="a\"b.txt""#, r#"a"b.txt"#),
            (r#"attachment; filename="\"a\"""#, r#""a""#),
            (r#"attachment; filename="a; b=c.txt"; size=3"#, "a; b=c.txt"),
            (r#"attachment; filename="会议; 纪要.txt""#, "会议; 纪要.txt"),
            ("attachment; filename=my file.txt", "my file.txt"),
            ("attachment; filename=会议.txt; size=3", "会议.txt"),
            (r#"attachment; filename="a.txt"#, "a.txt"),
            (r#"attachment; filename="a\"b.txt"#, r#"a"b.txt"#),
            ("attachment; filename=\"a.txt; filename*=UTF-8''b.txt", "b.txt"),
            (r#"attachment; filename="a.txt" (said twice); size=3"#, "a.txt"),
        ]);
    }

    #[test]
    fn the_encoded_name_wins_where_it_can_be_read() {
        reads(&[
            ("attachment; filename=\"x.txt\"; filename*=UTF-8''%e4%bc%9a.txt", "会.txt"),
            ("attachment; filename*=UTF-8''%e4%bc%9a.txt; filename=\"x.txt\"", "会.txt"),
            ("attachment; filename*=\"utf-8'zh_CN'%e4%bc%9a.txt\"", "会.txt"),
            ("attachment; filename*=ISO-8859-1'en'%A3%20rates", "£ rates"),
            ("attachment; filename*=UTF-8''it%27s.txt", "it's.txt"),
            ("attachment; filename*=UTF-8''it's.txt", "it's.txt"),
            ("attachment; filename*=GBK''%bb%e1.txt; filename=x.txt", "x.txt"),
            ("attachment; filename*=UTF-8''%ff.txt; filename=x.txt", "x.txt"),
            ("attachment; filename*=UTF-8''; filename=x.txt", "x.txt"),
            ("attachment; filename*=%e4%bc%9a.txt; filename=x.txt", "x.txt"),
            ("attachment; filename*=%e4%bc%9a.txt", "会.txt"),
            ("attachment; filename*=GBK''%bb%e1.txt", "\u{fffd}\u{fffd}.txt"),
        ]);
    }

    #[test]
    fn a_plain_name_may_be_percent_encoded_or_in_no_utf_8() {
        reads(&[
            ("attachment; filename=\"%E4%BC%9A%20a.txt\"", "会 a.txt"),
            ("attachment; filename=%22a%22.txt", "\"a\".txt"),
            ("attachment; filename=\"100%.txt\"", "100%.txt"),
            ("attachment; filename=\"100%zz%.txt\"", "100%zz%.txt"),
            ("attachment; filename=\"%ff会.txt\"", "%ff会.txt"),
            ("attachment; filename=\"a+b.txt\"", "a+b.txt"),
        ]);
        assert_eq!(file_name(b"attachment; filename=\"caf\xe9.txt\"").as_deref(), Some("café.txt"));
        assert_eq!(file_name(b"attachment; x=\"\xff\"; filename=a.txt").as_deref(), Some("a.txt"));
    }

    #[test]
    fn only_the_last_part_of_a_path_is_a_name() {
        reads(&[
            ("attachment; filename=\"../../etc/passwd\"", "passwd"),
            ("attachment; filename=/etc/passwd", "passwd"),
            (r#"attachment; filename="C:\x\y.txt""#, "y.txt"),
            (r#"attachment; filename="C:\\x\\y.txt""#, "y.txt"),
            (r"attachment; filename=C:\x\y.txt", "y.txt"),
            ("attachment; filename=C:y.txt", "y.txt"),
            ("attachment; filename=%2e%2e%2fpasswd", "passwd"),
            ("attachment; filename*=UTF-8''..%2F..%5Cpasswd", "passwd"),
            ("attachment; filename*=UTF-8''a%00b%0D%0A.txt", "ab.txt"),
            ("attachment; filename=\" a.txt \"", "a.txt"),
            ("attachment; filename=.profile", ".profile"),
        ]);
    }

    #[test]
    fn a_header_without_a_name_has_none() {
        for header in [
            "",
            ";",
            "=",
            "\"",
            "attachment",
            "attachment; filename",
            "attachment; filename=",
            "attachment; filename=\"",
            "attachment; filename=\"\"",
            "attachment; filename=\"  \"",
            "attachment; filename*=",
            "attachment; filename*=''",
            "attachment; filename*=UTF-8''",
            "attachment; filename=..",
            "attachment; filename=\"a/..\"",
            "attachment; filename=a/",
            r#"attachment; filename="C:\\""#,
            "attachment; filename=%00",
            "attachment; name=\"filename=a.txt\"",
        ] {
            assert_eq!(file_name(header.as_bytes()), None, "{header}");
        }
    }
}
