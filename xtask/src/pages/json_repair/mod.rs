//! Reads JSON as the documentation writes it: strictly if that works, otherwise with the repairs that a reader would
//! make without thinking.

mod lexer;
mod parser;
mod repair;

pub(super) use lexer::Unreadable;
pub(super) use parser::Found;
use parser::Parser;
pub(crate) use repair::Repair;

/// Returns whether a text looks like JSON at all: it may be XML, an HTTP transcript or code.
pub(super) fn looks_like_json(text: &str) -> bool {
    let mut parser = Parser::new(text);
    parser.lexer.space();
    match parser.lexer.token() {
        Some(('{' | '[', _)) => true,
        // Members whose braces were left out.
        _ => parser.at_member(),
    }
}

/// Reads the values of a text. There is at least one.
pub(super) fn read(text: &str) -> Result<Vec<Found>, Unreadable> {
    if let Ok(value) = serde_json::from_str(text) {
        let offset = text.len() - text.trim_start().len();
        return Ok(vec![Found { offset, value, repairs: Vec::new() }]);
    }
    Parser::new(text).all()
}

#[cfg(test)]
mod tests {
    use super::repair::note;
    use super::*;

    /// Returns the values of a text, and the repairs.
    fn values(text: &str) -> (Vec<String>, Vec<Repair>) {
        let found = read(text).unwrap_or_else(|error| panic!("{text}: {} at {}", error.reason, error.offset));
        let mut repairs = Vec::new();
        for repair in found.iter().flat_map(|found| &found.repairs) {
            note(&mut repairs, *repair);
        }
        (found.iter().map(|found| found.value.to_string()).collect(), repairs)
    }

    #[test]
    fn good_json_is_left_alone() {
        for text in [
            r#"{"b":1,"a":[true,null,-1.5e3]}"#,
            r#"{"a":"x // y /* z */ ，“ &amp; … (1)"}"#,
            "[]",
            r#"{"a":"\u4f60\\n\"quoted\""}"#,
        ] {
            let (values, repairs) = values(text);
            assert_eq!(values.len(), 1);
            assert_eq!(repairs, [], "{text}");
            assert!(looks_like_json(text), "{text}");
        }
        assert_eq!(values(r#"{"b":1,"a":2}"#).0, [r#"{"b":1,"a":2}"#], "names keep their order");
    }

    #[test]
    fn each_repair() {
        for (text, value, repair) in [
            ("{&quot;a&quot;: &quot;1 &lt; 2 \"&amp;\"&quot;}", r#"{"a":"1 < 2 \"&\""}"#, Repair::HtmlEntity),
            ("{\"a\": 1, // one\n\"b\": \"//\"}", r#"{"a":1,"b":"//"}"#, Repair::Comment),
            ("{\"a\": 1 /* one\n */}", r#"{"a":1}"#, Repair::Comment),
            ("{\"a\": 1 （one）}", r#"{"a":1}"#, Repair::Comment),
            ("{\"a\": 1, //\"b\": 2,\n\"c\": 3}", r#"{"a":1,"c":3}"#, Repair::Comment),
            ("｛\"a\"：1，“b”:[2]｝", r#"{"a":1,"b":[2]}"#, Repair::FullWidth),
            ("{\"a\": [1, 2,],}", r#"{"a":[1,2]}"#, Repair::TrailingComma),
            ("{\"a\": 1,, \"b\": 2}", r#"{"a":1,"b":2}"#, Repair::ExtraComma),
            ("{\"a\": 1\n\"b\": [{} {}]}", r#"{"a":1,"b":[{},{}]}"#, Repair::MissingComma),
            ("{\"a\": {...}, \"b\": [1, ……], ...}", r#"{"a":{},"b":[1]}"#, Repair::Ellipsis),
            ("{\"a\": 1,\n....and more....\n}", r#"{"a":1}"#, Repair::Ellipsis),
            ("{\"a\": ..., \"b\": 2}", r#"{"b":2}"#, Repair::Ellipsis),
            ("{\"a\": \"x\ny\tz\"}", r#"{"a":"x\ny\tz"}"#, Repair::ControlCharacter),
            (r#"{"a": "x\_y"}"#, r#"{"a":"x\\_y"}"#, Repair::UnknownEscape),
            ("\"a\": 1, \"b\": [2]", r#"{"a":1,"b":[2]}"#, Repair::NoOuterBraces),
            ("[{\"a\": 1}, \"a\": 2}]", r#"[{"a":1},{"a":2}]"#, Repair::MissingOpening),
            ("{\"a\": [{\"b\": 1}", r#"{"a":[{"b":1}]}"#, Repair::MissingClosing),
            ("{\"a\": [1}", r#"{"a":[1]}"#, Repair::MissingClosing),
            ("{\"a\": [{\"b\": 1}, \"c\": 2}", r#"{"a":[{"b":1}],"c":2}"#, Repair::MissingClosing),
            ("{\"a\": 1}}]", r#"{"a":1}"#, Repair::ExtraClosing),
            ("{\"a\" {\"b\" \"c\"}}", r#"{"a":{"b":"c"}}"#, Repair::MissingColon),
            ("{a: ID, \"b\": 12xx}", r#"{"a":"ID","b":"12xx"}"#, Repair::BareWord),
        ] {
            let expected = (vec![value.to_owned()], vec![repair]);
            assert_eq!(values(text), expected, "{text}");
        }
    }

    #[test]
    fn several_values() {
        let (values, repairs) = values("{\"a\": 1}\n{\"a\": 2},\n[3]");
        assert_eq!(values, [r#"{"a":1}"#, r#"{"a":2}"#, "[3]"]);
        assert_eq!(repairs, [Repair::SeveralValues]);
    }

    #[test]
    fn several_repairs_are_told_once_each_in_their_order() {
        let (values, repairs) = values("{\"a\"：1,\n// two\n\"b\"：[2,],\n}");
        assert_eq!(values, [r#"{"a":1,"b":[2]}"#]);
        assert_eq!(repairs, [Repair::FullWidth, Repair::Comment, Repair::TrailingComma]);
    }

    #[test]
    fn a_bracket_that_comes_too_late_is_passed_over() {
        let (values, repairs) = values("{\"a\": [{\"b\": [{\"c\": 1}, \"d\": [2] ] }, {\"b\": 3}]}");
        assert_eq!(values, [r#"{"a":[{"b":[{"c":1}],"d":[2]},{"b":3}]}"#]);
        assert_eq!(repairs, [Repair::MissingClosing, Repair::ExtraClosing]);
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        for (text, offset, reason) in [
            ("{\"a\"}", 4, "`a` has no value"),
            ("{\"a\": }", 6, "`a` has no value"),
            ("{\"a\", \"b\"}", 4, "`a` has no value"),
            ("{\"a\": \"b}", 6, "a string is not closed"),
            ("{\"a\": 1} and more", 9, "`a` after the end of the value"),
            ("{\"a\": 1}} {", 10, "`{` after too many closing brackets"),
            ("{\"a\": 1]", 7, "`]` closes nothing, `}` is missing"),
            ("{\"a\": <b>}", 6, "unexpected `<`"),
            ("}", 0, "`}` is not how a value starts"),
            ("", 0, "there is no value"),
        ] {
            let error = read(text).expect_err(text);
            assert_eq!((error.offset, error.reason.as_str()), (offset, reason), "{text}");
        }
        assert!(read(&"[".repeat(100_000)).is_err(), "deep nesting ends in an error");
    }

    #[test]
    fn only_json_looks_like_json() {
        for text in [" ｛", "// note\n{", "\"a\": 1", "[", "&quot;a&quot;: 1"] {
            assert!(looks_like_json(text), "{text}");
        }
        for text in ["", "<xml>", "HTTP/1.1 200 OK", "\"a\" is a text", "a: 1", "// note\nint main() {}"] {
            assert!(!looks_like_json(text), "{text}");
        }
    }

    #[test]
    fn the_work_grows_with_the_text_and_not_with_its_square() {
        type Shape = (&'static str, fn(usize) -> String);
        let shapes: [Shape; 7] = [
            ("arrays that aren't closed", |at| format!("\"a{at}\": [1,\n")),
            ("objects that aren't opened", |_| "\"a\": [{\"b\": 1}, \"c\": 2\n".to_owned()),
            ("objects that aren't opened, each closed", |at| format!("\"a{at}\": [1, \"b\": 2], ")),
            ("an unclosed text after each array", |_| "\"a\": [\"b\", \"c\": \"".to_owned()),
            ("brackets", |_| "[".to_owned()),
            ("quotes", |_| "\"a ".to_owned()),
            ("remarks", |_| "1 ( /* x */ // y\n".to_owned()),
        ];
        for (what, piece) in shapes {
            for count in [100, 400, 1600, 6400] {
                let text = format!("{{{}", (0..count).map(piece).collect::<String>());
                let mut parser = Parser::new(&text);
                _ = parser.all();
                let most = 12 * text.len();
                assert!(parser.lexer.work <= most, "{what}: {} of at most {most}", parser.lexer.work);
            }
        }
    }
}
