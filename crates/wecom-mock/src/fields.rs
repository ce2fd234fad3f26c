//! The fields of a request's body.

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

use crate::route::Body;

/// Parses the fields of a body. For forms and XML, the names are sufficient: only these are checked.
pub(crate) fn fields(kind: Body, body: &[u8]) -> Result<Map<String, Value>, String> {
    match kind {
        Body::Json => match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(fields),
            Ok(_) => Err("the body is not an object".to_owned()),
            Err(error) => Err(format!("the body is not JSON: {error}")),
        },
        Body::Multipart => Ok(parts(body)),
        Body::Xml => elements(body).map_err(|error| format!("the body is not XML: {error}")),
    }
}

fn parts(body: &[u8]) -> Map<String, Value> {
    let text = String::from_utf8_lossy(body);
    let starts = text.split("Content-Disposition: form-data; name=\"").skip(1);
    let names = starts.filter_map(|rest| rest.split('"').next());
    names.map(|name| (name.to_owned(), Value::from(""))).collect()
}

/// Returns the elements below the root of a document, which is `xml`.
fn elements(body: &[u8]) -> Result<Map<String, Value>, String> {
    let mut reader = Reader::from_reader(body);
    let (mut depth, mut names) = (0_u32, None::<Map<String, Value>>);
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        match &event {
            Event::Start(element) | Event::Empty(element) => {
                let name = element.name().as_ref().to_owned();
                match (depth, &mut names) {
                    (0, Some(_)) => return Err("it has two roots".to_owned()),
                    (0, None) if name == "xml" => names = Some(Map::new()),
                    (0, None) => return Err(format!("its root is `{name}`, not `xml`")),
                    (1, Some(names)) => _ = names.insert(name, Value::from("")),
                    _ => {}
                }
                depth += u32::from(matches!(event, Event::Start(_)));
            }
            Event::End(_) => depth -= 1,
            Event::Eof if depth == 0 => return names.ok_or_else(|| "it has no element `xml`".to_owned()),
            Event::Eof => return Err("it ends early".to_owned()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(body: &str) -> Result<Vec<String>, String> {
        fields(Body::Xml, body.as_bytes()).map(|fields| fields.keys().cloned().collect())
    }

    #[test]
    fn xml_is_read_with_all_that_may_stand_around_its_elements() {
        for body in [
            "<xml><a>1</a><b/></xml>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<xml><a>1</a><b></b></xml>\n",
            "\u{feff}<?xml version='1.0'?><xml><a><![CDATA[<c>]]></a><b /></xml>",
            "<!-- <c/> --><xml lang=\"zh\"><!-- a --><a x=\"<c>\">1<i>2</i></a>\n<b>&lt;c&gt;</b></xml>",
            "<!DOCTYPE xml>\n <xml>\n <a>&#65;</a>\n <b>\n</b>\n </xml>",
        ] {
            assert_eq!(names(body).as_deref(), Ok(&["a".to_owned(), "b".to_owned()][..]), "{body}");
        }
        assert_eq!(names("<xml/>"), Ok(vec![]));
    }

    #[test]
    fn what_is_no_whole_document_is_refused() {
        for body in [
            "",
            "{}",
            "<xml>",
            "<xml><a>1</xml>",
            "<xml><a>1</a>",
            "<form><a/></form>",
            "<xml/><xml/>",
            "</xml>",
        ] {
            let error = names(body).expect_err(body);
            assert!(error.starts_with("the body is not XML: "), "{body}: {error}");
        }
    }
}
