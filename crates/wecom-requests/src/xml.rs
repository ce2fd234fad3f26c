//! The flat XML documents of WeChat Pay.

use bytes::Bytes;
use http::header::HeaderValue;
use quick_xml::Reader;
use quick_xml::escape::{escape, unescape};
use quick_xml::events::Event;
use serde::Serialize;
use serde::de::value::MapDeserializer;
use serde_json::Value;
use wecom_models::wire::{Output, ReadObject, WriteObject, read_object, read_or_misfit};

use crate::body::text;
use crate::{Body, BuildError, DecodeError, MerchantError, ResponseError};

/// The fields of a request as an XML document.
pub(crate) fn write<T: WriteObject>(request: &T) -> Result<Body, BuildError> {
    let mut out = Document("<xml>".to_owned());
    request.put(&mut out)?;
    out.0.push_str("</xml>");
    Ok(Body::new(HeaderValue::from_static("text/xml; charset=utf-8"), out.0))
}

struct Document(String);

impl Output for Document {
    type Error = serde_json::Error;

    fn put<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), serde_json::Error> {
        self.put_raw(name, &serde_json::to_value(value)?)
    }

    fn put_raw(&mut self, name: &str, value: &Value) -> Result<(), serde_json::Error> {
        self.0.push_str(&format!("<{name}>{}</{name}>", escape(text(value))));
        Ok(())
    }
}

/// Reads a response, or returns the failure that it reports.
pub(crate) fn read<R: ReadObject>(body: &Bytes, memory: usize) -> Result<R, ResponseError> {
    let fields = fields(body)?;
    let get = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    if get("return_code").is_none() {
        return Err(DecodeError::new(
            "",
            "there is no `return_code`, so the response is not from WeChat Pay",
        )
        .into());
    }
    for (status, code, message) in
        [("return_code", "return_code", "return_msg"), ("result_code", "err_code", "err_code_des")]
    {
        if get(status).is_some_and(|status| status != "SUCCESS") {
            let (code, message) = (get(code).unwrap_or_default(), get(message).unwrap_or_default());
            return Err(MerchantError { code, message }.into());
        }
    }
    let read = read_or_misfit(memory, |reading| {
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut object = R::default();
        read_object(&mut object, MapDeserializer::<_, serde_json::Error>::new(fields), reading)?;
        Ok(object)
    });
    read.map_err(|error: serde_json::Error| DecodeError::from(error).into())
}

/// The characters that are blank in XML.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// The elements below the root, and their text.
pub(crate) fn fields(body: &[u8]) -> Result<Vec<(String, String)>, DecodeError> {
    let bad = |what: &dyn std::fmt::Display| DecodeError::new("", format!("invalid XML: {what}"));
    let mut reader = Reader::from_reader(body);
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut depth = 0;
    // Whether the open element has text that counts as it is.
    let mut is_kept = false;
    loop {
        match reader.read_event().map_err(|error| bad(&error))? {
            Event::Start(element) => {
                depth += 1;
                if depth == 2 {
                    let name = element.name().as_ref().to_owned();
                    fields.push((name, String::new()));
                    is_kept = false;
                }
            }
            Event::End(_) => {
                if depth == 2
                    && !is_kept
                    && let Some((_, text)) = fields.last_mut()
                {
                    *text = text.trim_matches(BLANKS).to_owned();
                }
                depth -= 1;
            }
            Event::Empty(element) if depth == 1 => {
                fields.push((element.name().as_ref().to_owned(), String::new()));
            }
            // Line breaks around a CDATA section are no part of the value.
            Event::Text(content) if depth == 2 && is_kept && content.trim_matches(BLANKS).is_empty() => {}
            Event::Text(content) if depth == 2 => append(&mut fields, &content),
            Event::GeneralRef(reference) if depth == 2 => {
                let reference = format!("&{};", &*reference);
                append(&mut fields, &unescape(&reference).map_err(|error| bad(&error))?);
            }
            Event::CData(content) if depth == 2 => {
                if let Some((_, text)) = fields.last_mut()
                    && text.trim_matches(BLANKS).is_empty()
                {
                    text.clear();
                }
                is_kept = true;
                append(&mut fields, &content);
            }
            Event::Eof if depth == 0 && !fields.is_empty() => return Ok(fields),
            Event::Eof => return Err(bad(&"the document ends early")),
            _ => {}
        }
    }
}

fn append(fields: &mut [(String, String)], content: &str) {
    if let Some((_, text)) = fields.last_mut() {
        text.push_str(content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_read_with_references_and_character_data() {
        let body =
            b"<?xml version='1.0'?>\n<xml>\n <a>x &amp; y &#65;</a><b><![CDATA[<raw>&]]></b><c/></xml>";
        let expected =
            [("a", "x & y A"), ("b", "<raw>&"), ("c", "")].map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(fields(body).unwrap(), expected);
    }

    #[test]
    fn blanks_around_a_value_are_no_part_of_it() {
        let body = b"<xml>\n<a>\n <![CDATA[ S ]]>\n</a><b> 5\t</b><c>\n</c><d> x &amp; &amp; y </d></xml>";
        let expected = [("a", " S "), ("b", "5"), ("c", ""), ("d", "x & & y")];
        assert_eq!(fields(body).unwrap(), expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }

    #[test]
    fn what_is_not_a_whole_document_is_an_error() {
        for body in [&b""[..], b"<xml><a>1</a>", b"<xml><a>1</b></xml>", b"{}", b"<xml>"] {
            assert!(fields(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
    }
}
