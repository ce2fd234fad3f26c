//! Checks of endpoints: the call, the page it comes from, rates, tokens, signatures.

use std::collections::HashMap;

use super::checker::Checker;
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::effect::{self, Effect, Told};
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::Path;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{
    Answer, Answers, Body, CMD, Endpoint, EndpointHead, Grants, Host, INVOKE, Place, Section, Sign, Spec,
    Token, Transport,
};

/// Checks that one page defines a call only once; other pages may define the same call differently.
pub(super) fn unique(spec: &Spec, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<(&str, u32), (&str, usize)> = HashMap::new();
    for (index, file) in spec.files.iter().enumerate() {
        for (name, endpoint) in &file.endpoints {
            let keys = endpoint.head.doc.ids().map(|id| (endpoint.head.call.as_str(), id));
            for key in keys {
                if let Some((first, first_file)) = seen.get(&key) {
                    let path = Section::Endpoints.entry(name).key("call");
                    let at_file = spec.files[*first_file].title.as_str();
                    let message = format!("`{}` of document {} is defined twice", key.0, key.1);
                    let help = format!("the first is `{first}` in the chapter {at_file}");
                    diagnostics
                        .reporter(file.source, &file.root)
                        .error(Mistake::DuplicateEndpoint, At::Value(&path), message)
                        .label("again here")
                        .help(help);
                } else {
                    seen.insert(key, (name, index));
                }
            }
        }
    }
}

impl Checker<'_> {
    pub(super) fn endpoint(&mut self, name: &str, endpoint: &Endpoint) {
        let path = &Section::Endpoints.entry(name);
        let head = &endpoint.head;
        self.report.described(&path.key("title"), &head.title);
        self.report.described(&path.key("summary"), &head.summary);
        if let Some(notes) = &head.notes {
            self.report.described(&path.key("notes"), notes);
        }
        self.call(&path.key("call"), &head.call);
        if let Some(said) = head.transport().facts().only_json {
            self.only_json(path, endpoint, said);
        }
        if let Some(answers) = &head.answers {
            self.answers(&path.key("answers"), head, answers);
        }
        self.report.page(&path.key("doc"), &head.doc);
        for name in ["errcode", "errmsg"] {
            if endpoint.response.contains_key(name) {
                let at = path.key("response").key(name);
                let help = "remove it: every response has it, and the error contains it";
                self.report
                    .error(Mistake::EnvelopeField, At::Key(&at), format!("`{name}` must not be listed"))
                    .label("leave it out")
                    .help(help);
            }
        }
        self.encoding(path, endpoint);
        if names::is_numbered(name, &head.call) {
            let message = format!("`{name}` differs from another name only by a number");
            self.report
                .error(Mistake::PlaceholderName, At::Key(path), message)
                .label("says nothing")
                .help("name a second definition of a path after what it does: `compose_send_mail`");
        }
        self.safe(path, name, head);
        if head.concurrency == Some(0) {
            let at = path.key("concurrency");
            self.report
                .error(Mistake::BadRate, At::Value(&at), "this concurrency allows no calls")
                .label("at least 1");
        }
        self.rates(&path.key("rate"), endpoint);
        if let Some(job) = &head.job {
            self.job(&path.key("job"), endpoint, job);
        }
        if let Some(pagination) = &head.pagination {
            self.pagination(&path.key("pagination"), endpoint, pagination);
        }
        self.signs_of_pages(path, endpoint);
        if let Some(grants) = &head.grants {
            self.grants(&path.key("grants"), endpoint, grants);
        }
        for (path, keeps) in head.keeps.with_paths(&path.key("keeps")) {
            self.keeps(&path, endpoint, keeps);
        }
        if let Some(sign) = &head.sign {
            self.sign(&path.key("sign"), endpoint, sign);
        }
        self.rules(&path.key("rules"), &endpoint.request, &head.rules);
        if head.examples.is_empty() {
            let help = "add one: examples become tests and the responses of the mock";
            self.report
                .error(Mistake::MissingExample, At::Key(path), "the endpoint has no example")
                .label("needs `examples`")
                .help(help);
        }
    }

    fn call(&mut self, path: &Path, call: &str) {
        let problem = match call.split_once(' ') {
            Some(("GET" | "POST", path)) => path_problem(path),
            Some((INVOKE, name)) if names::is_snake(name) => None,
            Some((INVOKE, _)) => Some("write a name in snake case after `INVOKE`".to_owned()),
            Some((CMD, name)) if name.split('/').all(names::is_snake) => None,
            Some((CMD, _)) => Some("write the command after `CMD`, in snake case".to_owned()),
            Some((method, _)) => Some(format!("`{method}` is not a method of this API; use GET or POST")),
            None => Some("write a method and a path".to_owned()),
        };
        if let Some(problem) = problem {
            let help = "for example `POST /cgi-bin/chatdata/sync_msg`, `INVOKE sync_msg` in the zone, or `CMD aibot_send_msg` in a long connection";
            self.report
                .error(Mistake::BadCall, At::Value(path), format!("`{call}` is not a call"))
                .label(problem)
                .help(help);
        }
    }

    /// Checks signatures: either a cashier signs, with the time, or a merchant, who may need an app's signature as well.
    fn sign(&mut self, path: &Path, endpoint: &Endpoint, sign: &Sign) {
        let mut fields = vec![
            (path.key("nonce"), &sign.nonce, Scalar::String),
            (path.key("sig"), &sign.sig, Scalar::String),
        ];
        fields.extend(sign.ts.iter().map(|name| (path.key("ts"), name, Scalar::Timestamp)));
        fields.extend(sign.merchant.iter().map(|name| (path.key("merchant"), name, Scalar::String)));
        if let Some(app) = &sign.app {
            let path = path.key("app");
            fields.push((path.key("sig"), &app.sig, Scalar::String));
            for (index, name) in app.over.iter().enumerate() {
                self.field(&path.key("over").index(index), &endpoint.request, name, "request");
            }
            if let Some(own) = app.over.iter().position(|name| [&sign.sig, &app.sig].contains(&name)) {
                let at = path.key("over").index(own);
                let message =
                    format!("`{}` is a signature, so no signature of an app covers it", app.over[own]);
                self.report.error(Mistake::BadSign, At::Value(&at), message).label("remove it");
            }
        }
        for (path, name, ty) in fields {
            if let Some(field) = self.field(&path, &endpoint.request, name, "request")
                && field.ty != TypeExpr::Scalar(ty)
            {
                let message = format!("the field `{name}` must be a `{}` to sign with", ty.keyword());
                let label = format!("`{name}` is a `{}`", field.ty);
                self.report.error(Mistake::BadSign, At::Value(&path), message).label(label);
            }
        }
        let of_merchant = sign.merchant.is_some() && endpoint.head.body == Body::Xml;
        if sign.ts.is_some() == sign.merchant.is_some() || (sign.ts.is_none() && !of_merchant) {
            self.report
                .error(Mistake::BadSign, At::Key(path), "it isn't clear whose key signs")
                .label("needs either `ts` or `merchant`")
                .help("`ts`: the key of a cashier; `merchant`: the API key of a merchant, in XML");
        } else if sign.app.is_some() && sign.merchant.is_none() {
            self.report
                .error(
                    Mistake::BadSign,
                    At::Key(&path.key("app")),
                    "only with a merchant's signature is there one of an app",
                )
                .label("remove it");
        }
    }

    /// Checks a call that takes and returns nothing but JSON, and isn't over HTTP. Something else identifies the caller.
    fn only_json(&mut self, path: &Path, endpoint: &Endpoint, [one, carried]: [&str; 2]) {
        let head = &endpoint.head;
        let transport = head.transport();
        let http = [
            ("token", head.token != Token::None),
            ("host", head.host != Host::default()),
            ("body", head.body != Body::default()),
            ("answer", head.answer != Answer::default()),
            ("sign", head.sign.is_some()),
            ("grants", head.grants.is_some()),
            ("keeps", !head.keeps.is_empty()),
            ("helper", head.helper.is_some()),
            ("job", head.job.is_some() && transport.facts().jobs.is_none()),
            ("pagination", head.pagination.is_some() && transport == Transport::Socket),
            ("concurrency", head.concurrency.is_some() && transport == Transport::Socket),
        ];
        for (key, _) in http.iter().filter(|(_, said)| *said) {
            let help = format!("{carried}, not HTTP: write `token: none`, and no keys about HTTP");
            let message = format!("{one} has no `{key}`");
            self.report
                .error(Mistake::BadTransport, At::Key(&path.key(key)), message)
                .label("remove it")
                .help(help);
        }
        for (name, _) in endpoint.request.iter().filter(|(_, field)| field.place != Place::Body) {
            let at = path.key("request").key(name);
            let message = format!("{one} has nothing but JSON, so `{name}` has no `in`");
            self.report.error(Mistake::BadTransport, At::Key(&at), message).label("remove `in`");
        }
        let alone = self.file.endpoints.values().all(|other| other.head.transport() == transport);
        if !alone || self.file.documents().next().is_some() {
            let message = format!("{one} is in a file with nothing else");
            self.report
                .error(Mistake::BadTransport, At::Key(&path.key("call")), message)
                .label("among others")
                .help("move it to a file of its kind");
        }
    }

    /// Checks the callbacks that a command answers. Whether they exist is a question about the whole family.
    fn answers(&mut self, path: &Path, head: &EndpointHead, answers: &Answers) {
        if head.transport() != Transport::Socket {
            let message = "only a command of a long connection `answers` callbacks";
            self.report
                .error(Mistake::BadTransport, At::Key(path), message)
                .label("remove it")
                .help("a passive reply is one of the `replies`");
        }
        if answers.within == 0 {
            let message = "nothing can be answered within 0 seconds";
            self.report
                .error(Mistake::BadTransport, At::Value(&path.key("within")), message)
                .label("at least 1");
        }
    }

    /// Checks that an endpoint is `safe` exactly if it only reads, unless it states a reason.
    fn safe(&mut self, path: &Path, name: &str, head: &EndpointHead) {
        let (_, call) = head.method_and_path();
        let told = effect::told(call, name, &head.title);
        let odd = told.filter(|told| head.safe != (told.effect == Effect::Reads));
        let reason = head.safe_because.as_ref();
        if let Some(reason) = reason {
            self.report.described(&path.key("safe_because"), reason);
        }
        match (odd, reason) {
            (None, Some(_)) => {
                let message =
                    "`safe_because` is not needed: nothing about this endpoint contradicts its `safe`";
                self.report
                    .error(Mistake::BadSafe, At::Key(&path.key("safe_because")), message)
                    .label("needs no reason");
            }
            (Some(Told { word, of, .. }), None) if head.safe => {
                let message = format!("{of} says `{word}`, so the endpoint can't be `safe`");
                self.report
                    .error(Mistake::BadSafe, At::Key(&path.key("safe")), message)
                    .label("a retry might carry it out twice")
                    .help("remove it, or explain in `safe_because` why it may be retried");
            }
            (Some(Told { word, of, .. }), None) => {
                let message = format!("{of} says `{word}`, so the endpoint should be `safe`");
                self.report
                    .error(Mistake::BadSafe, At::Key(path), message)
                    .label("would not be retried after a lost response")
                    .help("add `safe: true`, or explain in `safe_because` what a call changes");
            }
            _ => {}
        }
    }

    fn grants(&mut self, path: &Path, endpoint: &Endpoint, grants: &Grants) {
        if grants.kind == Token::None {
            self.report
                .error(Mistake::BadGrants, At::Value(&path.key("kind")), "`none` is not a token")
                .label("name the kind of token");
        }
        self.field(&path.key("token"), &endpoint.response, &grants.token, "response");
        self.field(&path.key("expires"), &endpoint.response, &grants.expires, "response");
        let credentials = path.key("credentials");
        self.field(&credentials.key("id"), &endpoint.request, &grants.credentials.id, "request");
        self.field(&credentials.key("secret"), &endpoint.request, &grants.credentials.secret, "request");
    }
}

pub(super) fn path_problem(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return Some("start with `/`, without a host".to_owned());
    }
    if path.contains('?') {
        return Some("end the path before `?`: parameters are fields".to_owned());
    }
    let odd = path.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.')));
    if let Some(odd) = odd {
        return Some(format!("remove `{odd}` from the path"));
    }
    path.split('/')
        .skip(1)
        .any(|part| !names::is_identifier(&part.replace(['-', '.'], "_")))
        .then(|| "a segment of the path is empty or starts with a digit".to_owned())
}
