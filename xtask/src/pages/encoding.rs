//! The encodings of an endpoint's request and response, and its bodies on a page.

use serde_json::{Map, Number, Value};

use super::contents::Section;
use super::phrases::{self, Base};
use crate::spec::names;
use crate::spec::{Answer, Body, Errcode, Format, Host, INVOKE, Part, Token};

/// The fields that report the outcome of a call.
const ERRCODE: &str = "errcode";

/// Returns the token that an endpoint takes: the parameter of its address, or a row of its table.
pub(crate) fn token(section: &Section) -> Token {
    // WeCom's SDK identifies the caller; tables that were copied from other pages don't matter.
    if section.method == INVOKE {
        return Token::None;
    }
    if section.path.contains("/webhook/") && section.query.iter().any(|name| name == "key") {
        return Token::WebhookKey;
    }
    let kinds = [
        Token::SuiteAccessToken,
        Token::ProviderAccessToken,
        Token::DeviceAccessToken,
        Token::ModelAccessToken,
        Token::ResponseCode,
        Token::AccessToken,
    ];
    let rows = || section.tables_of(Part::Request).flat_map(|table| &table.rows);
    let of = |kind: &Token, name: &str| kind.parameter() == Some(name);
    let shown = |kind: &Token| {
        section
            .bodies(Part::Request)
            .any(|body| kind.parameter().is_some_and(|name| body.get(name).is_some()))
    };
    let in_address = kinds.into_iter().find(|kind| section.query.iter().any(|name| of(kind, name)));
    let in_table = || kinds.into_iter().find(|kind| rows().any(|row| of(kind, &row.name)) && !shown(kind));
    in_address.or_else(in_table).unwrap_or(Token::None)
}

/// The encodings of an endpoint's request and response.
#[derive(Debug)]
pub(crate) struct Encoding {
    /// The part of the form that is a file.
    pub file_field: Option<String>,
    /// Whether the response is a file.
    pub file_answer: bool,
    /// Whether the response may be JSON that reports no failure.
    pub json_answer: bool,
    /// Whether both are the XML of merchants.
    pub xml: bool,
}

impl Encoding {
    pub(crate) fn of(section: &Section) -> Self {
        let raw =
            |part: Part| section.raw.iter().filter(move |(at, _)| *at == part).map(|(_, text)| text.as_str());
        let form = "multipart/form-data";
        let multipart = section.method == "POST"
            && (raw(Part::Request).any(|text| text.contains(form))
                || section.prose.iter().any(|line| line.contains(form)));
        let part = || {
            raw(Part::Request).find_map(|text| {
                let at = text.find("filename=")?;
                let named = text[..at].rfind("name=\"").map(|start| &text[start + 6..at])?;
                named.split('"').next().map(str::to_owned)
            })
        };
        let file_field = multipart
            .then(|| part().filter(|name| names::is_identifier(name)).unwrap_or_else(|| "media".to_owned()));
        let download = |text: &str| text.to_ascii_lowercase().contains("content-disposition");
        Self {
            file_field,
            file_answer: raw(Part::Response).any(download),
            json_answer: section
                .bodies(Part::Response)
                .filter_map(Value::as_object)
                .any(|body| !is_failure(body)),
            xml: section.merchant,
        }
    }

    /// Returns whether the request has no place for objects and lists.
    pub(crate) fn flat(&self) -> bool {
        self.xml || self.file_field.is_some()
    }

    /// Returns whether all values on the page are text.
    pub(crate) fn is_text(section: &Section) -> bool {
        section.is_xml() || Self::of(section).flat()
    }

    /// Returns the host.
    pub(crate) fn host(&self) -> Host {
        if self.xml { Host::Merchant } else { Host::Api }
    }

    /// Returns the encoding of the request's body.
    pub(crate) fn body(&self) -> Body {
        match self {
            Self { xml: true, .. } => Body::Xml,
            Self { file_field: Some(_), .. } => Body::Multipart,
            _ => Body::Json,
        }
    }

    /// Returns the encoding of the response.
    pub(crate) fn answer(&self) -> Answer {
        match self {
            Self { xml: true, .. } => Answer::Xml,
            Self { file_answer: true, json_answer: true, .. } => Answer::FileOrJson,
            Self { file_answer: true, .. } => Answer::File,
            _ => Answer::Json,
        }
    }

    /// Returns whether a success has an `errcode`, too. An example without it may only be abridged, unless no table lists it either.
    pub(crate) fn errcode(&self, section: &Section) -> Errcode {
        let bodies = section.bodies(Part::Response).filter_map(Value::as_object);
        let mut shown = bodies.filter(|body| !is_failure(body)).peekable();
        let is_shown = shown.peek().is_some();
        let mut rows = section.tables_of(Part::Response).flat_map(|table| &table.rows);
        let is_known = shown.any(|body| body.contains_key(ERRCODE)) || rows.any(|row| row.name == ERRCODE);
        if self.answer().format() == Some(Format::Json) && is_shown && !is_known {
            Errcode::OnFailure
        } else {
            Errcode::Always
        }
    }

    /// Returns the list beside an `errcode` other than 0 that names what failed, if the page shows one.
    pub(crate) fn partial<'s>(&self, section: &'s Section) -> Option<&'s str> {
        let bodies = section.bodies(Part::Response).filter_map(Value::as_object);
        let mut lists = bodies.filter(|body| has_failed(body)).flatten();
        let (name, _) = lists.find(|(_, value)| value.as_array().is_some_and(|items| !items.is_empty()))?;
        (self.answer() == Answer::Json).then_some(name)
    }

    pub(crate) fn requests(&self, section: &Section) -> Vec<Value> {
        if self.xml {
            return xml(section, Part::Request);
        }
        if self.file_field.is_some() {
            return Vec::new();
        }
        section.bodies(Part::Request).filter(|body| body.is_object()).cloned().collect()
    }

    pub(crate) fn responses(&self, section: &Section) -> Vec<Value> {
        if self.xml {
            return xml(section, Part::Response);
        }
        let bodies = section.bodies(Part::Response).filter_map(Value::as_object);
        bodies.filter(|body| !is_failure(body)).cloned().map(Value::Object).collect()
    }
}

/// Returns whether a body has another `errcode` than 0.
fn has_failed(body: &Map<String, Value>) -> bool {
    body.get(ERRCODE).and_then(Value::as_i64).is_some_and(|code| code != 0)
}

/// Returns whether a body only reports a failure: it becomes an error, not a response.
pub(crate) fn is_failure(body: &Map<String, Value>) -> bool {
    let envelope = |name: &str| matches!(name, "errcode" | "errmsg" | "hint");
    has_failed(body) && body.iter().all(|(name, value)| envelope(name) || is_empty(value))
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Returns the bodies on a page that aren't failures, and that no example of its draft contains.
pub(crate) fn left_out(section: &Section) -> Vec<String> {
    let encoding = Encoding::of(section);
    if encoding.xml {
        return Vec::new();
    }
    let failed = section.bodies(Part::Response).filter_map(Value::as_object).filter(|body| is_failure(body));
    let sides = [
        (Part::Request, "requests", encoding.requests(section).len()),
        (Part::Response, "responses", encoding.responses(section).len() + failed.count()),
    ];
    let left = sides.map(|(part, side, kept)| (side, section.bodies(part).count().saturating_sub(kept)));
    let left = left.into_iter().filter(|(_, count)| *count > 0);
    left.map(|(side, count)| format!("{count} {side} that are no JSON objects, or have no place")).collect()
}

/// Returns the flat XML documents of one side, as objects.
fn xml(section: &Section, part: Part) -> Vec<Value> {
    let integer = |name: &str| {
        let mut rows = section.tables_of(part).flat_map(|table| &table.rows);
        let ty = rows.find(|row| row.name == name).and_then(|row| row.ty.as_deref());
        ty.is_some_and(|ty| matches!(phrases::doc_type(ty).base, Base::Int | Base::Uint))
    };
    let documents = section.raw.iter().filter(|(at, text)| *at == part && text.contains("<xml>"));
    let object = |text: &str| {
        let text = text.replace("<\n- ![CDATA[", "<![CDATA[");
        let mut object = Map::new();
        for part in text.split("</") {
            let Some((before, content)) = part.rsplit_once("<![CDATA[").or_else(|| part.rsplit_once('>'))
            else {
                continue;
            };
            let Some((_, name)) = before.trim_end_matches('>').rsplit_once('<') else { continue };
            let content = content.trim_end_matches("]]>").trim();
            if !names::is_identifier(name) || name == "xml" || content.contains(['<', '>']) {
                continue;
            }
            let number = content.parse::<u64>().ok().filter(|_| integer(name)).map(Number::from);
            object.insert(name.to_owned(), number.map_or_else(|| content.into(), Value::Number));
        }
        Value::Object(object)
    };
    documents.map(|(_, text)| object(text)).collect()
}
