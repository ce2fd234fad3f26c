//! What has been read of a page before a body: the endpoint that it is of, and what it is called.

use std::collections::BTreeSet;

use serde_json::Value;

use super::label::Label;
use super::side::Kind;

/// The host of the server API. Other addresses are the developer's own, or of other services.
const HOST: &str = "://qyapi.weixin.qq.com/";

/// The host that merchants call; what it takes and answers is XML.
const MERCHANTS: &str = "://api.mch.weixin.qq.com/";

/// What addresses are called.
const ADDRESS: [&str; 6] = ["请求地址", "请求URL", "请求 URL", "接口地址", "webhook是", "response_url 是"];

/// An endpoint as a page introduces it.
pub(crate) struct Endpoint {
    pub method: Option<&'static str>,
    pub path: String,
    /// What stands in the address after the path.
    pub query: String,
    /// Whether it is on the merchants' host.
    pub merchant: bool,
    /// The names at the top of the requests shown so far.
    requested: BTreeSet<String>,
    /// Whether a response with an `errcode` has been shown.
    answered: bool,
}

impl Endpoint {
    /// Which way a body goes, if it is one: a page may also show a part of a body, even under the label of a whole one.
    pub(super) fn kind(&mut self, hint: Hint, method: &str, body: &Value) -> Option<Kind> {
        let names: BTreeSet<String> =
            body.as_object().map(|body| body.keys().cloned().collect()).unwrap_or_default();
        let answer = names.contains("errcode");
        let known = names.intersection(&self.requested).count();
        let kind = match hint {
            Hint::Label(Kind::Response) if self.answered && !answer => return None,
            Hint::Label(Kind::Request) if known == 0 && !names.is_empty() && !self.requested.is_empty() => {
                return None;
            }
            Hint::Label(kind) => kind,
            _ if answer => Kind::Response,
            Hint::Address if method != "GET" => Kind::Request,
            // Most of what a request has, in a section about one sort of request.
            Hint::None if known > 0 && 2 * known >= names.len() => Kind::Request,
            Hint::Address | Hint::Other | Hint::None => return None,
        };
        match kind {
            Kind::Request => self.requested.extend(names),
            Kind::Response => self.answered |= answer,
        }
        Some(kind)
    }
}

/// What is known about the next fence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hint {
    /// Nothing.
    #[default]
    None,
    /// It comes right after the address, where a request stands.
    Address,
    /// It is labelled as a body.
    Label(Kind),
    /// It is labelled as something else.
    Other,
}

/// What has been read of a page so far.
#[derive(Default)]
pub(crate) struct Reader {
    /// The endpoint that the last address was of.
    pub endpoint: Option<Endpoint>,
    /// How many addresses there were.
    pub introduced: usize,
    /// A method whose address hasn't come yet.
    method: Option<&'static str>,
    /// Whether the address should come next.
    address: bool,
    hint: Hint,
    /// Whether the hint comes from the line before.
    labelled: bool,
}

impl Reader {
    pub(crate) fn text(&mut self, line: &str) {
        let line = line.trim_start_matches(['>', ' ', '\t']).trim_end();
        if line.is_empty() {
            return;
        }
        if line.starts_with('|') {
            self.hint = Hint::None;
            return;
        }
        if line.contains("请求方式") {
            self.set_method(line);
        }
        let labels_address = ADDRESS.iter().any(|label| line.contains(label));
        if labels_address || self.address {
            self.address = labels_address;
            self.set_address(line);
            if labels_address {
                return;
            }
        }
        let label = Label::of(line);
        self.hint = match label {
            Label::Body(kind) => Hint::Label(kind),
            Label::Other if self.hint != Hint::Address => Hint::Other,
            // A label and a heading in one.
            Label::Heading if !self.labelled => Hint::None,
            Label::None | Label::Other | Label::Heading => self.hint,
        };
        self.labelled = matches!(label, Label::Body(_));
    }

    /// Takes a fence, and says what is known about it.
    pub(crate) fn fence(&mut self, text: &str) -> Hint {
        self.labelled = false;
        if self.address {
            self.set_address(text);
        }
        self.hint
    }

    fn set_method(&mut self, line: &str) {
        let method = if line.contains("GET") { "GET" } else { "POST" };
        match &mut self.endpoint {
            Some(endpoint) if endpoint.method.is_none() && self.hint == Hint::Address => {
                endpoint.method = Some(method);
            }
            _ => self.method = Some(method),
        }
    }

    fn set_address(&mut self, text: &str) {
        if !text.contains("://") {
            return;
        }
        self.address = false;
        self.hint = Hint::Address;
        self.introduced += 1;
        let found = text.split_once(HOST).map(|(_, rest)| (rest, false));
        let found = found.or_else(|| text.split_once(MERCHANTS).map(|(_, rest)| (rest, true)));
        self.endpoint = found.map(|(rest, merchant)| {
            let end = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || "/_-.\\".contains(c)))
                .unwrap_or(rest.len());
            Endpoint {
                method: self.method.take(),
                path: format!("/{}", rest[..end].replace('\\', "")),
                query: rest[end..].to_owned(),
                merchant,
                requested: BTreeSet::new(),
                answered: false,
            }
        });
    }
}
