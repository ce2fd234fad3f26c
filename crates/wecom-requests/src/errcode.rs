//! The error codes that any endpoint may return, with their meanings and advice.
//!
//! The page [全局错误码](https://developer.work.weixin.qq.com/document/path/90313) lists them. Codes that only an endpoint's own
//! page documents have a constant here as well; [`Meta::codes`](crate::Meta::codes) has their meaning.
//!
//! ```
//! # use wecom_requests::errcode;
//! let code = errcode::lookup(40001).unwrap();
//! assert_eq!((code.code, code.name), (errcode::INVALID_SECRET, "INVALID_SECRET"));
//! println!("{}", code.doc);
//! ```

pub use crate::generated::errcode::*;

/// A documented error code. Use [`ErrorCode::new`] for an endpoint of your own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorCode {
    /// `errcode` on the wire.
    pub code: i64,
    /// The name of its constant in this module, such as `INVALID_SECRET`.
    pub name: &'static str,
    /// The meaning, in a sentence.
    pub doc: &'static str,
    /// Advice on what to check or do, if the documentation has any.
    pub help: Option<&'static str>,
}

impl ErrorCode {
    /// Creates an error code from its number, name and meaning.
    pub const fn new(code: i64, name: &'static str, doc: &'static str) -> Self {
        Self { code, name, doc, help: None }
    }
}

/// Looks up a code: among some first, then among the global ones.
pub(crate) fn among(codes: &'static [ErrorCode], code: i64) -> Option<&'static ErrorCode> {
    codes.iter().find(|known| known.code == code).or_else(|| lookup(code))
}

/// Looks up a code on the page of global error codes.
pub fn lookup(code: i64) -> Option<&'static ErrorCode> {
    let found = CODES.binary_search_by_key(&code, |known| known.code).ok()?;
    Some(&CODES[found])
}

/// Returns every code of the page, in ascending order.
pub fn all() -> &'static [ErrorCode] {
    CODES
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_code_is_found_by_its_number() {
        let constants = [SYSTEM_BUSY, SUCCESS, INVALID_SECRET, ACCESS_TOKEN_EXPIRED, UNTRUSTED_CALLER_IP];
        assert_eq!(constants, [-1, 0, 40001, 42001, 60020]);
        let names = constants.map(|code| lookup(code).map(|known| known.name));
        let expected =
            ["SYSTEM_BUSY", "SUCCESS", "INVALID_SECRET", "ACCESS_TOKEN_EXPIRED", "UNTRUSTED_CALLER_IP"];
        assert_eq!(names, expected.map(Some));
        for code in all() {
            assert_eq!(lookup(code.code), Some(code));
        }
    }

    #[test]
    fn an_unknown_code_is_not_found() {
        for code in [i64::MIN, -2, 1, 40002, i64::MAX] {
            assert_eq!(lookup(code), None);
        }
    }

    #[test]
    fn the_table_is_sorted_and_its_names_are_unique() {
        assert!(all().is_sorted_by(|a, b| a.code < b.code));
        let names: HashSet<&str> = all().iter().map(|code| code.name).collect();
        assert_eq!(names.len(), all().len());
    }
}
