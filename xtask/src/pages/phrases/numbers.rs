//! How pages word large numbers.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use crate::pages::markup::regex;

/// A text with 1万 and 1千 as digits.
pub(crate) fn in_digits(doc: &str) -> String {
    static MANY: LazyLock<Regex> = LazyLock::new(|| regex(r"([0-9]+)\s*([万千])"));
    let digits =
        |found: &Captures<'_>| format!("{}{}", &found[1], if &found[2] == "万" { "0000" } else { "000" });
    MANY.replace_all(doc, digits).into_owned()
}
