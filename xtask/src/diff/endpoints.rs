//! Compares endpoints: how they are called, and what they return.

use super::examples::Numbered;
use super::modules::Located;
use super::spot::{Both, Side};
use super::structs::Structs;
use super::{Comparison, Difference, Rule, listed, rust_text};
use crate::api::{Endpoint, ErrorCode, Example, Pagination, page_url};
use crate::spec::{Errcode, Grants, Helper, JobFacts, Rate, Sign};

impl Comparison<'_> {
    pub(super) fn endpoint_removed(&mut self, located: &Located<'_>) {
        let spot = located.spot(Side::Base);
        let with = if located.endpoint.answer.format().is_none() { "" } else { ", and so is its response" };
        let meaning = format!("`{}` is gone{with}", spot.rust);
        self.one(Rule::EndpointRemoved, &spot, meaning);
    }

    pub(super) fn endpoint_added(&mut self, located: &Located<'_>) {
        let spot = located.spot(Side::Head);
        let endpoint = located.endpoint;
        let call = format!("{} {}", endpoint.method.name(), endpoint.path);
        self.one(Rule::EndpointAdded, &spot, format!("`{}` is new: `{call}`", spot.rust));
    }

    /// Compares an endpoint that is in both specs; its module may have another name.
    pub(super) fn endpoint(&mut self, base: &Located<'_>, head: &Located<'_>, same_module: bool) {
        let both = Both { base: base.spot(Side::Base), head: head.spot(Side::Head) };
        self.identity(base, head, &both, same_module);
        let (b, h) = (base.endpoint, head.endpoint);
        self.call(b, h, &both);
        self.traffic(b, h, &both);
        self.token_and_answer(base, head, &both);
        self.paging(base, head, &both);
        self.jobs(b, h, &both);
        self.signing(b, h, &both);
        if grants(b.grants.as_ref()) != grants(h.grants.as_ref()) {
            let meaning = format!("`wecom_mock` issues the token of `{}` in another way", both.head.rust);
            self.both(Rule::GrantsChanged, &key(&both, "grants"), meaning);
        }
        let (old, new) = (page_url(&b.doc), page_url(&h.doc));
        if (&b.title, &old, b.doc.id, b.doc.seen) != (&h.title, &new, h.doc.id, h.doc.seen) {
            let meaning = format!("the page of `{}` is [{}]({new})", both.head.rust, h.title);
            self.both(Rule::EndpointDocsChanged, &both, meaning);
        }
        if b.helper != h.helper {
            let helper = h.helper.map_or("no helper", Helper::keyword);
            let meaning = format!("the documentation of `{}` names `{helper}`", both.head.rust);
            self.both(Rule::EndpointDocsChanged, &key(&both, "helper"), meaning);
        }
        if said(&b.codes) != said(&h.codes) {
            let meaning = format!("the descriptions of the error codes of `{}` changed", both.head.rust);
            self.both(Rule::EndpointDocsChanged, &key(&both, "codes"), meaning);
        }
        self.examples(&numbered(&b.examples), &numbered(&h.examples), &both);
        self.parts(base, head, &both);
    }

    fn identity(&mut self, base: &Located<'_>, head: &Located<'_>, both: &Both, same_module: bool) {
        let (old, new) = (&both.base.rust, &both.head.rust);
        if !same_module {
            self.both(
                Rule::EndpointMoved,
                both,
                format!("`{old}` has moved to `{new}`{}", and_response(base, head)),
            );
        } else if base.endpoint.request != head.endpoint.request {
            let meaning = format!("`{old}` is renamed to `{new}`{}", and_response(base, head));
            self.both(Rule::EndpointRenamed, both, meaning);
        } else if base.endpoint.name != head.endpoint.name {
            let meaning = format!("the `id` in `{new}::META` is `{}`", head.endpoint.id);
            self.both(Rule::EndpointIdChanged, both, meaning);
        }
    }

    /// Compares where and how requests are sent.
    fn call(&mut self, base: &Endpoint, head: &Endpoint, both: &Both) {
        let rust = &both.head.rust;
        if base.path != head.path {
            let meaning = format!("`{rust}` is sent to `{}` instead of `{}`", head.path, base.path);
            self.both(Rule::PathChanged, &key(both, "call"), meaning);
        }
        if base.method != head.method {
            let (old, new) = (base.method.name(), head.method.name());
            let meaning = format!("`{rust}` is sent by `{new}` instead of `{old}`");
            self.both(Rule::MethodChanged, &key(both, "call"), meaning);
        }
        if base.host != head.host {
            let (old, new) = (base.host.keyword(), head.host.keyword());
            let meaning = format!("`{rust}` is sent to the host `{new}` instead of `{old}`");
            self.both(Rule::HostChanged, &key(both, "host"), meaning);
        }
        if base.body != head.body {
            let (old, new) = (base.body.keyword(), head.body.keyword());
            let meaning = format!("the body of `{rust}` is {new} instead of {old}");
            self.both(Rule::EncodingChanged, &key(both, "body"), meaning);
        }
    }

    /// Compares when a client sends, whether it accepts a response as WeCom's, and whether it retries.
    fn traffic(&mut self, base: &Endpoint, head: &Endpoint, both: &Both) {
        let rust = &both.head.rust;
        if base.errcode != head.errcode {
            let may = match head.errcode {
                Errcode::Always => "has",
                Errcode::OnFailure => "may lack",
            };
            let meaning = format!("a success of `{rust}` {may} an `errcode`");
            self.both(Rule::ResponseErrcodeChanged, &key(both, "errcode"), meaning);
        }
        if base.partial != head.partial {
            let may = match &head.partial {
                Some(list) => format!("isn't an error of `{rust}` any longer if `{list}` says what failed"),
                None => format!("is an error of `{rust}`, whatever its response lists"),
            };
            let meaning = format!("an `errcode` other than 0 {may}");
            self.both(Rule::ResponseErrcodeChanged, &key(both, "partial"), meaning);
        }
        if base.safe != head.safe {
            let may = if head.safe { "may be" } else { "is no longer" };
            let meaning = format!("`{rust}` {may} sent again after a lost response");
            self.both(Rule::SafeChanged, &key(both, "safe"), meaning);
        }
        if base.rates != head.rates || base.quotas != head.quotas {
            let meaning = format!("clients keep `{rust}` to {}", rates(head));
            self.both(Rule::RatesChanged, &key(both, "rate"), meaning);
        }
        if base.concurrency != head.concurrency {
            let calls = head.concurrency.map_or("any number of".to_owned(), |calls| calls.to_string());
            let meaning = format!("clients keep `{rust}` to {calls} calls at once");
            self.both(Rule::ConcurrencyChanged, &key(both, "concurrency"), meaning);
        }
    }

    fn token_and_answer(&mut self, base: &Located<'_>, head: &Located<'_>, both: &Both) {
        let (b, h, rust) = (base.endpoint, head.endpoint, &both.head.rust);
        if b.token != h.token {
            let (old, new) = (b.token_type(), h.token_type());
            let meaning = format!("`{rust}` takes a `{new}` instead of `{old}`: another credential sends it");
            self.both(Rule::TokenKindChanged, &key(both, "token"), meaning);
        }
        let (old, new) = (b.response_type(), h.response_type());
        // Encodings don't matter: the type is the same.
        if b.answer.rust_type("") != h.answer.rust_type("") {
            let gone = h.answer.format().is_none().then(|| format!(": `{}` is gone", b.response));
            let gone = gone.unwrap_or_default();
            let meaning = format!("`{rust}` returns `{new}` instead of `{old}`{gone}");
            self.both(Rule::ResponseFormatChanged, &key(both, "answer"), meaning);
        } else if b.answer != h.answer {
            let (old, new) = (b.answer.keyword(), h.answer.keyword());
            let meaning = format!("the response to `{rust}` is {new} instead of {old}");
            self.both(Rule::EncodingChanged, &key(both, "answer"), meaning);
        }
    }

    fn jobs(&mut self, base: &Endpoint, head: &Endpoint, both: &Both) {
        let (rust, at) = (&both.head.rust, key(both, "job"));
        let Some(JobFacts { name: job, waits, .. }) = &head.method.transport().facts().jobs else { return };
        match (&base.job, &head.job) {
            (Some(_), None) => {
                self.lost(Rule::JobRemoved, &at, format!("`{rust}` no longer implements `{job}`"));
            }
            (None, Some(_)) => self.both(Rule::JobAdded, &at, format!("`{rust}` implements `{job}`")),
            (Some(old), Some(new)) if old != new => {
                let meaning = format!("`{waits}` ends in another way for `{rust}`");
                self.both(Rule::JobChanged, &at, meaning);
            }
            _ => {}
        }
    }

    fn paging(&mut self, base: &Located<'_>, head: &Located<'_>, both: &Both) {
        let rust = both.head.rust.clone();
        let at = key(both, "pagination");
        match (&base.endpoint.pagination, &head.endpoint.pagination) {
            (None, None) => {}
            (Some(_), None) => {
                self.lost(Rule::PaginationRemoved, &at, format!("`{rust}` no longer implements `Paged`"));
            }
            (None, Some(_)) => {
                self.both(Rule::PaginationAdded, &at, format!("`{rust}` implements `Paged`"));
            }
            (Some(old), Some(new)) => {
                match (&old.item, &new.item) {
                    (None, None) => {}
                    (Some(_), None) => {
                        let meaning = format!("`{rust}` no longer implements `PagedItems`");
                        self.lost(Rule::PaginationItemsRemoved, &at, meaning);
                    }
                    (None, Some(_)) => {
                        self.both(
                            Rule::PaginationItemsAdded,
                            &at,
                            format!("`{rust}` implements `PagedItems`"),
                        );
                    }
                    (Some(old), Some(new)) => {
                        if self.difference(&base.module.stem(), old, new) == Difference::InRust {
                            let (old, new) = (rust_text(old), rust_text(new));
                            let meaning = format!("the pages of `{rust}` hold `{new}` instead of `{old}`");
                            self.both(Rule::PaginationItemChanged, &at, meaning);
                        }
                    }
                }
                let with_items = old.items.is_some() && new.items.is_some();
                let (old, new) = (pages(old, with_items), pages(new, with_items));
                if old != new {
                    let meaning = format!(
                        "the pages of `{rust}` follow each other by {}",
                        listed(new.iter().map(String::as_str))
                    );
                    self.both(Rule::PaginationChanged, &at, meaning);
                }
            }
        }
    }

    fn signing(&mut self, base: &Endpoint, head: &Endpoint, both: &Both) {
        let rust = both.head.rust.clone();
        let at = key(both, "sign");
        match (&base.sign, &head.sign) {
            (Some(old), None) => {
                self.lost(Rule::SignRemoved, &at, format!("`{rust}` no longer implements `{}`", signs(old)));
            }
            (Some(old), Some(new)) if signs(old) != signs(new) => {
                let meaning = format!("`{rust}` implements `{}`, no longer `{}`", signs(new), signs(old));
                self.both(Rule::SignRemoved, &at, meaning);
            }
            (None, Some(new)) => {
                self.both(Rule::SignAdded, &at, format!("`{rust}` implements `{}`", signs(new)));
            }
            (Some(old), Some(new)) if signed(old) != signed(new) => {
                let meaning = format!("signing `{rust}` fills in {}", listed(signed(new)));
                self.both(Rule::SignChanged, &at, meaning);
            }
            _ => {}
        }
    }

    /// Compares the parts of an operation; one that is added or removed is reported with the kind of the response.
    fn parts(&mut self, base: &Located<'_>, head: &Located<'_>, both: &Both) {
        if base.endpoint.words() != head.endpoint.words() {
            let meaning = format!("the documentation of `{}` changed", both.head.rust);
            self.both(Rule::EndpointDocsChanged, both, meaning);
        }
        let stem = base.module.stem();
        for (part, old) in base.endpoint.parts() {
            let new = head.endpoint.parts().find(|(other, _)| *other == part);
            let structs = (base.module.structure(old), new.and_then(|(_, new)| head.module.structure(new)));
            let (Some(old), Some(new)) = structs else { continue };
            let spots = Both {
                base: both.base.part_of(part, base.module, &old.name),
                head: both.head.part_of(part, head.module, &new.name),
            };
            let structs = Structs { module: &stem, base: old, head: new, spots: &spots };
            self.fields(&structs, |spot| spot.path.clone());
            if part.is_sent() {
                self.rules(&structs, both);
            }
        }
    }
}

fn said(codes: &[ErrorCode]) -> Vec<(i64, &str, Option<&str>)> {
    codes.iter().map(|code| (code.code, code.doc.as_str(), code.help.as_deref())).collect()
}

fn key(both: &Both, key: &str) -> Both {
    both.step(|spot| spot.key(key))
}

/// Returns the change of the response's name, for a sentence about that of its request.
fn and_response(base: &Located<'_>, head: &Located<'_>) -> String {
    let named = |located: &Located<'_>| {
        let has_one = located.endpoint.answer.format().is_some();
        has_one.then(|| format!("{}::{}", located.module.rust_path(), located.endpoint.response))
    };
    match (named(base), named(head)) {
        (Some(old), Some(new)) => format!(", and `{old}` to `{new}`"),
        _ => String::new(),
    }
}

fn rates(endpoint: &Endpoint) -> String {
    let words = |rate: &Rate| format!("{} calls per {}", rate.calls, rate.per.keyword());
    let quotas = endpoint.quotas.iter();
    let quotas =
        quotas.flat_map(|of| of.rates.iter().map(move |rate| format!("{} (`{}`)", words(rate), of.name)));
    let texts: Vec<String> = endpoint.rates.iter().map(words).chain(quotas).collect();
    if texts.is_empty() { "no rate".to_owned() } else { texts.join(", ") }
}

fn grants(grants: Option<&Grants>) -> Option<(&str, [&str; 4])> {
    let Grants { kind, token, expires, credentials } = grants?;
    Some((kind.keyword(), [token, expires, &credentials.id, &credentials.secret]))
}

/// Returns the fields that control paging; a list of items that is added or removed is reported separately.
fn pages(pagination: &Pagination, with_items: bool) -> Vec<String> {
    let fields = pagination.fields().filter(|(key, _)| with_items || *key != "items");
    fields.map(|(_, path)| path.to_string()).collect()
}

fn signed(sign: &Sign) -> Vec<&str> {
    sign.fields().map(String::as_str).collect()
}

/// Returns the trait that a signed request implements.
fn signs(sign: &Sign) -> &'static str {
    if sign.merchant.is_some() { "MerchantSigned" } else { "Signed" }
}

/// Returns the examples as values.
fn numbered(examples: &[Example]) -> Vec<Numbered<'_>> {
    let value = |text| serde_json::from_str(text).map_err(|_| text);
    let values = examples.iter().map(|example| [value(example.request.as_str()), value(&example.response)]);
    values.enumerate().map(|(index, values)| Numbered { index, values, answers: true }).collect()
}
