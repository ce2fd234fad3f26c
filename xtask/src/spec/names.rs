//! Converts wire names to Rust names.

use crate::spec::section::DocumentKind;

/// Converts to PascalCase: `get_group_msg_list_v2` → `GetGroupMsgListV2`; `OpenSpstatus` stays.
pub fn pascal(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    let mut upper = true;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            pascal.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        } else {
            upper = true;
        }
    }
    pascal
}

/// Converts words to PascalCase: `meeting code` → `MeetingCode`, `WeCom` → `Wecom`.
pub fn pascal_of_words(words: &str) -> String {
    pascal(&words.to_ascii_lowercase())
}

/// Converts to snake_case: `AgentID` → `agent_id`, `userid` stays, `image-text` → `image_text`.
pub fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::with_capacity(name.len() + 4);
    for (index, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !snake.ends_with('_') && !snake.is_empty() {
                snake.push('_');
            }
            continue;
        }
        let after_lower =
            index > 0 && (chars[index - 1].is_ascii_lowercase() || chars[index - 1].is_ascii_digit());
        let ends_acronym = index > 0
            && chars[index - 1].is_ascii_uppercase()
            && chars.get(index + 1).is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && (after_lower || ends_acronym) && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake.trim_end_matches('_').to_owned()
}

/// The names that no type of a spec may have: those that generated code uses, those that Rust's prelude and its
/// derives import into every file, so that a glob import of a module hides nothing, and `Error`, `Event` and `Reply`,
/// which have another meaning.
pub const RESERVED: &[&str] = &[
    "AsMut",
    "AsRef",
    "AsyncFn",
    "AsyncFnMut",
    "AsyncFnOnce",
    "BTreeMap",
    "Box",
    "Clone",
    "Copy",
    "Csv",
    "Debug",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "Error",
    "Event",
    "ExactSizeIterator",
    "Extend",
    "File",
    "FileOr",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Future",
    "Hash",
    "Into",
    "IntoFuture",
    "IntoIterator",
    "Iterator",
    "Json",
    "None",
    "Ok",
    "Option",
    "OrText",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Pipe",
    "Reply",
    "Result",
    "Secret",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "Timestamp",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unknown",
    "UnknownUnion",
    "Unpin",
    "Value",
    "Vec",
];

/// Returns the name of the struct that `new` takes where a struct has many required fields of one type.
pub fn arguments(name: &str) -> String {
    format!("{name}Args")
}

/// Names that a Rust module can't have.
pub const NO_MODULES: &[&str] = &["crate", "mod", "self", "super"];

/// Names that are already taken by features of the crates, or by modules beside the families.
pub const NO_FAMILIES: &[&str] = &[
    "bidirectional",
    "callback",
    "chrono",
    "client",
    "credential",
    "default",
    "endpoints",
    "errcode",
    "errcodes",
    "error",
    "families",
    "full",
    "generated",
    "http",
    "jiff",
    "names",
    "pages",
    "paging",
    "phrases",
    "rates",
    "reqwest",
    "rustls",
    "sign",
    "time",
    "token",
    "tokens",
    "types",
    "wire",
    "xml",
];

/// Returns the name of the enum of all documents of a kind that a family receives: `ContactsEvent`.
pub fn all_of(kind: DocumentKind, family: &str) -> String {
    format!("{}{}", pascal(family), pascal(kind.facts().noun))
}

/// Returns whether a name is an identifier in snake_case that starts with a letter.
pub fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && is_identifier(name) && snake(name) == name
}

/// Returns whether a name is an identifier in `SCREAMING_SNAKE_CASE` that starts with a letter.
pub fn is_screaming(name: &str) -> bool {
    is_snake(&name.to_ascii_lowercase()) && !name.contains(|c: char| c.is_ascii_lowercase())
}

/// Returns whether a name is an identifier in PascalCase.
pub fn is_pascal(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && is_identifier(name) && pascal(name) == name
}

/// Returns whether a name can be a Rust identifier, raw if it is a keyword.
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name != "_"
}

/// Returns whether a name is only a placeholder for a better one: `Todo1`, `TodoMinus1`.
pub fn is_placeholder(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("Todo") else { return false };
    let digits = rest.strip_prefix("Minus").unwrap_or(rest);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether an endpoint's name ends in a number, `create_2` or `create_v2`, that no part of its call ends in.
pub fn is_numbered(name: &str, call: &str) -> bool {
    let number = |word: &str| word[word.trim_end_matches(|c: char| c.is_ascii_digit()).len()..].to_owned();
    let last = number(name);
    let mut words = call.split(['/', '_', '-', '.']);
    !last.is_empty() && words.all(|word| number(word) != last)
}

/// Returns a name as an identifier: keywords become raw (`r#type`), the four that can't be raw get a `_`.
pub fn ident(name: &str) -> proc_macro2::Ident {
    let span = proc_macro2::Span::call_site();
    match name {
        "self" | "Self" | "super" | "crate" => proc_macro2::Ident::new(&format!("{name}_"), span),
        // Reserved since edition 2024, which syn doesn't know.
        "gen" => proc_macro2::Ident::new_raw(name, span),
        _ if syn::parse_str::<syn::Ident>(name).is_err() => proc_macro2::Ident::new_raw(name, span),
        _ => proc_macro2::Ident::new(name, span),
    }
}

/// Returns whether a wire name sounds like a secret: something that proves an identity or grants access.
pub fn sounds_secret(wire: &str) -> bool {
    let name = snake(wire);
    let parts: Vec<&str> = name.split('_').collect();
    let Some((last, before)) = parts.split_last() else { return false };
    let after = |words: &[&str]| before.last().is_some_and(|word| words.contains(word));
    // Public data, or data that is useless as it is.
    if before.iter().any(|part| matches!(*part, "public" | "encrypted")) {
        return false;
    }
    match *last {
        "secret" | "password" | "passwd" | "pwd" | "ticket" | "token" => true,
        "code" => {
            const GRANTED: [&str; 8] =
                ["auth", "login", "msg", "oauth", "permanent", "pre", "response", "welcome"];
            before.is_empty() || after(&GRANTED)
        }
        "key" => after(&["aes", "api", "encrypt", "private", "secret", "session", "sign", "webhook"]),
        word => word.ends_with("secret") || word.ends_with("password") || word.ends_with("aeskey"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_become_rust_names() {
        for (wire, rust) in [
            ("AgentID", "agent_id"),
            ("userid", "userid"),
            ("OpenSpstatus", "open_spstatus"),
            ("image-text", "image_text"),
            ("value_uint32", "value_uint32"),
            ("commentUserInfo", "comment_user_info"),
        ] {
            assert_eq!(snake(wire), rust);
        }
        assert_eq!(pascal("get_group_msg_list_v2"), "GetGroupMsgListV2");
        assert_eq!(pascal("external-contact.create"), "ExternalContactCreate");
    }

    #[test]
    fn a_number_at_the_end_of_a_name_comes_from_the_call_or_says_nothing() {
        for (name, call, numbered) in [
            ("create_2", "POST /cgi-bin/meeting/create", true),
            ("create_v2", "POST /cgi-bin/meeting/create", true),
            ("create3", "POST /cgi-bin/meeting/create", true),
            ("create_advanced", "POST /cgi-bin/meeting/create", false),
            ("get_list_v2", "POST /cgi-bin/room/get_list_v2", false),
            ("get_code_v2", "POST /cgi-bin/service/v2/get_code", false),
        ] {
            assert_eq!(is_numbered(name, call), numbered, "{name}");
        }
    }

    #[test]
    fn keywords_become_raw_and_the_four_others_get_an_underscore() {
        assert_eq!(ident("type").to_string(), "r#type");
        assert_eq!(ident("self").to_string(), "self_");
        assert_eq!(ident("limit").to_string(), "limit");
    }

    #[test]
    fn names_of_what_proves_or_opens_something_sound_secret() {
        for name in [
            "corpsecret",
            "Password",
            "suite_ticket",
            "Token",
            "code",
            "auth_code",
            "welcome_code",
            "session_key",
            "EncodingAESKey",
        ] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in [
            "errcode",
            "country_code",
            "meeting_code",
            "key",
            "next_key",
            "question_key",
            "public_key",
            "encrypted_secret_key",
            "keyword",
        ] {
            assert!(!sounds_secret(name), "{name}");
        }
    }
}
