//! Checks of endpoints: the call, the page it comes from, paging, rules.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::Checker;
use crate::spec::diagnostic::{At, Diagnostics, Reporter, did_you_mean};
use crate::spec::mistakes::Mistake;
use crate::spec::names;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{
    Answer, Body, Doc, Endpoint, Field, File, Grants, MaxSpan, Pagination, Place, RequiredWhen, Spec, Token,
    WrittenRule,
};

/// One page of the documentation defines a call once; other pages may define the same call their own way.
pub(super) fn unique(spec: &Spec, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<(&str, u32), (&str, usize)> = HashMap::new();
    for (index, file) in spec.files.iter().enumerate() {
        for (name, endpoint) in &file.endpoints {
            let keys = endpoint.head.doc.ids().map(|id| (endpoint.head.call.as_str(), id));
            for key in keys {
                if let Some((first, first_file)) = seen.get(&key) {
                    let path = Path::of(["endpoints", name, "call"]);
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

impl Reporter<'_> {
    /// A page that there can be.
    pub(super) fn page(&mut self, path: &Path, doc: &Doc) {
        if doc.ids().any(|id| id == 0) || doc.page == 0 {
            self.error(Mistake::MissingPage, At::Value(path), "what is described comes from a page")
                .label("0 is no page");
        }
        let also =
            doc.also.iter().enumerate().map(|(index, also)| (path.key("also").index(index), &also.updated));
        for (path, updated) in std::iter::once((path.clone(), &doc.updated)).chain(also) {
            if let Some(updated) = updated.as_ref().filter(|updated| !is_date(updated)) {
                let message = format!("`{updated}` is not a date");
                self.error(Mistake::BadDate, At::Value(&path.key("updated")), message)
                    .label("write YYYY-MM-DD");
            }
        }
    }
}

impl Checker<'_> {
    pub(super) fn endpoint(&mut self, path: &Path, endpoint: &Endpoint) {
        let head = &endpoint.head;
        self.report.described(&path.key("title"), &head.title);
        self.report.described(&path.key("summary"), &head.summary);
        self.call(&path.key("call"), &head.call);
        self.report.page(&path.key("doc"), &head.doc);
        self.fields(&path.key("request"), &endpoint.request, true);
        self.fields(&path.key("response"), &endpoint.response, false);
        for name in ["errcode", "errmsg"] {
            if endpoint.response.contains_key(name) {
                let at = path.key("response").key(name);
                let help = "every response has it; it belongs to the error, not to the model";
                self.report
                    .error(Mistake::EnvelopeField, At::Key(&at), format!("`{name}` is not listed"))
                    .label("leave it out")
                    .help(help);
            }
        }
        self.encoding(path, endpoint);
        if head.concurrency == Some(0) {
            let at = path.key("concurrency");
            self.report
                .error(Mistake::BadRate, At::Value(&at), "no call may ever be on its way")
                .label("at least 1");
        }
        for (index, rate) in head.rate.iter().enumerate() {
            if rate.calls == 0 {
                let at = path.key("rate").index(index).key("calls");
                self.report.error(Mistake::BadRate, At::Value(&at), "a rate of no calls").label("at least 1");
            }
        }
        if let Some(pagination) = &head.pagination {
            self.pagination(&path.key("pagination"), endpoint, pagination);
        }
        if let Some(grants) = &head.grants {
            self.grants(&path.key("grants"), endpoint, grants);
        }
        if let Some(sign) = &head.sign {
            let path = path.key("sign");
            let fields = [
                ("nonce", &sign.nonce, Scalar::String),
                ("ts", &sign.ts, Scalar::Timestamp),
                ("sig", &sign.sig, Scalar::String),
            ];
            for (key, name, ty) in fields {
                if let Some(field) = self.field(&path.key(key), &endpoint.request, name, "request")
                    && field.ty != TypeExpr::Scalar(ty)
                {
                    let message = format!("what signs a request as `{key}` is a `{}`", ty.keyword());
                    let label = format!("`{name}` is a `{}`", field.ty);
                    self.report.error(Mistake::BadSign, At::Value(&path.key(key)), message).label(label);
                }
            }
        }
        self.rules(&path.key("rules"), &endpoint.request, &head.rules);
        if head.examples.is_empty() {
            let help = "examples become tests and the mock's answers";
            self.report
                .error(Mistake::MissingExample, At::Key(path), "an endpoint without an example")
                .label("needs `examples`")
                .help(help);
        }
    }

    fn call(&mut self, path: &Path, call: &str) {
        let problem = match call.split_once(' ') {
            Some(("GET" | "POST", path)) => path_problem(path),
            Some((method, _)) => Some(format!("`{method}` is not a method of this API: GET or POST")),
            None => Some("a call is a method and a path".to_owned()),
        };
        if let Some(problem) = problem {
            let help = "for example `POST /cgi-bin/chatdata/sync_msg`";
            self.report
                .error(Mistake::BadCall, At::Value(path), format!("`{call}` is not a call"))
                .label(problem)
                .help(help);
        }
    }

    fn pagination(&mut self, path: &Path, endpoint: &Endpoint, pagination: &Pagination) {
        if endpoint.head.answer != Answer::Json {
            self.report
                .error(Mistake::BadPagination, At::Key(path), "only JSON answers have pages")
                .label("not a JSON answer");
            return;
        }
        let Pagination { cursor, next, offset, limit, more, end, total, items } = pagination;
        let mut wrong = |key: Option<&str>, message: &str, label: &str| {
            let at = key.map_or_else(|| path.clone(), |key| path.key(key));
            self.report.error(Mistake::BadPagination, At::Key(&at), message).label(label);
        };
        match (cursor, offset, next) {
            (Some(_), None, Some(_)) | (None, Some(_), None) => {}
            (None, None, _) => wrong(None, "pages start at a `cursor` or at an `offset`", "has neither"),
            (Some(_), Some(_), _) => {
                let message = "pages start at a `cursor` or at an `offset`, not at both";
                wrong(Some("offset"), message, "there is a `cursor`");
            }
            (Some(_), None, None) => {
                wrong(Some("cursor"), "a page says where the next one starts", "needs `next`");
            }
            (None, Some(_), Some(_)) => {
                let message = "an `offset` is counted: the page doesn't say where the next one starts";
                wrong(Some("next"), message, "if it does, the offset is a `cursor`");
            }
        }
        if offset.is_some() && items.is_none() {
            wrong(Some("offset"), "an `offset` moves on by the number of items", "needs `items`");
        }
        if limit.is_some() && offset.is_none() && cursor.is_some() {
            let message = "a `limit` tells the last page only where there is an `offset`";
            wrong(Some("limit"), message, "a cursor needs none");
        }
        let rest = [("more", more), ("end", end), ("total", total)];
        let mut rest = rest.iter().filter(|(_, field)| field.is_some()).map(|(key, _)| *key);
        if let (Some(first), Some(second)) = (rest.next(), rest.next()) {
            let message = "only one field says whether more follows";
            wrong(Some(second), message, &format!("there is `{first}`"));
        }
        for (key, name, kind) in [
            ("cursor", cursor, Kind::Cursor),
            ("offset", offset, Kind::Number),
            ("limit", limit, Kind::Number),
        ] {
            let Some(name) = name else { continue };
            let path = path.key(key);
            if let Some(field) = self.field(&path, &endpoint.request, name, "request") {
                self.kind(&path, name, &field.ty, kind);
            }
        }
        // What is compared with a number is one.
        let next_kind = if total.is_some() { Kind::Number } else { Kind::Cursor };
        for (key, name, kind) in [
            ("next", next, next_kind),
            ("more", more, Kind::Flag),
            ("end", end, Kind::Flag),
            ("total", total, Kind::Number),
            ("items", items, Kind::List),
        ] {
            let Some(name) = name else { continue };
            let path = path.key(key);
            if let Some(ty) = self.type_at(&path, &endpoint.response, name) {
                self.kind(&path, name, &ty, kind);
            }
        }
    }

    /// The type of a response's field, by its path through structs.
    fn type_at(&mut self, at: &Path, response: &IndexMap<String, Field>, path: &str) -> Option<TypeExpr> {
        let file = self.file;
        let (mut fields, mut side) = (response, "response".to_owned());
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let field = self.field(at, fields, name, &side)?;
            if names.peek().is_none() {
                return Some(field.ty.clone());
            }
            match &field.ty {
                TypeExpr::Named(ty) if file.structs.contains_key(ty) => {
                    fields = &file.structs[ty].fields;
                    side = format!("struct `{ty}`");
                }
                // What isn't known has been reported where it stands.
                TypeExpr::Named(ty) if !file.type_names().any(|(_, known)| known == ty) => return None,
                ty => {
                    let label = format!("`{name}` is a `{ty}`");
                    self.report
                        .error(Mistake::BadPagination, At::Value(at), "a path leads through structs")
                        .label(label);
                    return None;
                }
            }
        }
        None
    }

    /// A field that pages are followed by is of the kind it has to be.
    fn kind(&mut self, path: &Path, name: &str, ty: &TypeExpr, kind: Kind) {
        let number = matches!(ty, TypeExpr::Scalar(Scalar::I32 | Scalar::U32 | Scalar::I64 | Scalar::U64));
        let (right, message) = match kind {
            Kind::Number => (number, "what is counted is an integer"),
            Kind::Cursor => {
                (number || *ty == TypeExpr::Scalar(Scalar::String), "a cursor is a string or an integer")
            }
            Kind::Flag => (
                matches!(ty, TypeExpr::Scalar(Scalar::Bool | Scalar::Flag)),
                "whether more follows is a `flag` or a `bool`",
            ),
            Kind::List => (matches!(ty, TypeExpr::Generic(Generic::List, _)), "the items are a list"),
        };
        if !right {
            let label = format!("`{name}` is a `{ty}`");
            self.report.error(Mistake::BadPagination, At::Value(path), message).label(label);
        }
    }

    fn grants(&mut self, path: &Path, endpoint: &Endpoint, grants: &Grants) {
        if grants.kind == Token::None {
            self.report
                .error(Mistake::BadGrants, At::Value(&path.key("kind")), "`none` is not a token")
                .label("which kind of token is it?");
        }
        self.field(&path.key("token"), &endpoint.response, &grants.token, "response");
        self.field(&path.key("expires"), &endpoint.response, &grants.expires, "response");
        let credentials = path.key("credentials");
        self.field(&credentials.key("id"), &endpoint.request, &grants.credentials.id, "request");
        self.field(&credentials.key("secret"), &endpoint.request, &grants.credentials.secret, "request");
    }

    /// What each way of sending and answering can carry.
    fn encoding(&mut self, path: &Path, endpoint: &Endpoint) {
        let file = self.file;
        let head = &endpoint.head;
        let get = head.call.starts_with("GET ");
        if get && head.body != Body::Json {
            self.report
                .error(Mistake::BadEncoding, At::Value(&path.key("body")), "`GET` has no body")
                .label("leave it out");
        }
        for (name, field) in &endpoint.request {
            let at = path.key("request").key(&key(name, field)).key("type");
            let in_body = field.place == Place::Body && !get;
            let is_file = field.ty == TypeExpr::Scalar(Scalar::File);
            if is_file && !(in_body && head.body == Body::Multipart) {
                self.report
                    .error(Mistake::BadEncoding, At::Value(&at), "a file is sent in a form")
                    .label("needs `body: multipart`");
            }
            let of_files =
                matches!(&field.ty, TypeExpr::Generic(_, inner) if **inner == TypeExpr::Scalar(Scalar::File));
            if nested(self.file, &field.ty) && !of_files && (!in_body || head.body != Body::Json) {
                let message = "a query, a header, a form and XML hold no objects or lists";
                self.report.error(Mistake::BadQuery, At::Value(&at), message).label("can't be sent there");
            }
        }
        if head.body == Body::Multipart
            && !endpoint.request.values().any(|field| field.ty == TypeExpr::Scalar(Scalar::File))
        {
            let at = path.key("body");
            self.report
                .error(Mistake::BadEncoding, At::Value(&at), "a form is for files")
                .label("no field has the type `file`");
        }
        if head.answer == Answer::File && !endpoint.response.is_empty() {
            let at = path.key("response");
            self.report
                .error(Mistake::BadEncoding, At::Key(&at), "a file has no fields")
                .label("leave them out, or `answer: file_or_json`");
        }
        if head.answer == Answer::Xml {
            for (name, field) in endpoint.response.iter().filter(|(_, field)| nested(file, &field.ty)) {
                let at = path.key("response").key(&key(name, field)).key("type");
                self.report
                    .error(Mistake::BadEncoding, At::Value(&at), "XML answers are flat")
                    .label("can't be read from XML");
            }
        }
    }

    pub(super) fn rules(&mut self, path: &Path, fields: &IndexMap<String, Field>, rules: &[WrittenRule]) {
        for (index, rule) in rules.iter().enumerate() {
            self.rule(&path.index(index), fields, rule);
        }
    }

    fn rule(&mut self, path: &Path, fields: &IndexMap<String, Field>, rule: &WrittenRule) {
        let WrittenRule { max_span, exactly_one, at_least_one, at_most_one, required_when } = rule;
        let groups =
            [("exactly_one", exactly_one), ("at_least_one", at_least_one), ("at_most_one", at_most_one)];
        let given = groups.iter().filter(|(_, names)| names.is_some()).count();
        if given + usize::from(max_span.is_some()) + usize::from(required_when.is_some()) != 1 {
            let help = "rules: max_span, exactly_one, at_least_one, at_most_one, required_when";
            let message = "a rule says exactly one thing";
            self.report
                .error(Mistake::BadRule, At::Value(path), message)
                .label("says none or several")
                .help(help);
        }
        for (key, names) in groups {
            if names.as_ref().is_some_and(Vec::is_empty) {
                let message = "a group has fields";
                self.report.error(Mistake::BadRule, At::Value(&path.key(key)), message).label("is empty");
            }
            for (index, name) in names.iter().flatten().enumerate() {
                let at = path.key(key).index(index);
                if let Some(field) = self.field(&at, fields, name, "list of fields")
                    && !field.optional
                {
                    let message = "a group is of fields that may be absent";
                    self.report
                        .error(Mistake::BadRule, At::Value(&at), message)
                        .label(format!("`{name}` is required"));
                }
            }
        }
        if let Some(MaxSpan { from, to, .. }) = max_span {
            let path = path.key("max_span");
            for (key, name) in [("from", from), ("to", to)] {
                if let Some(field) = self.field(&path.key(key), fields, name, "list of fields")
                    && !matches!(field.ty, TypeExpr::Scalar(Scalar::Timestamp))
                {
                    let label = format!("`{name}` is a `{}`", field.ty);
                    self.report
                        .error(Mistake::BadRule, At::Value(&path.key(key)), "a span is between timestamps")
                        .label(label);
                }
            }
        }
        if let Some(RequiredWhen { field, when, is }) = required_when {
            let path = path.key("required_when");
            if is.is_empty() {
                let message = "no value makes the field required";
                self.report
                    .error(Mistake::BadRule, At::Value(&path.key("is")), message)
                    .label("list the values");
            }
            if let Some(found) = self.field(&path.key("field"), fields, field, "list of fields")
                && !found.optional
            {
                let message = "what is required anyway needs no condition";
                self.report
                    .error(Mistake::BadRule, At::Value(&path.key("field")), message)
                    .label(format!("`{field}` is required"));
            }
            if let Some(found) = self.field(&path.key("when"), fields, when, "list of fields")
                && nested(self.file, &found.ty)
            {
                let message = "a condition is on a scalar";
                self.report
                    .error(Mistake::BadRule, At::Value(&path.key("when")), message)
                    .label(format!("`{when}` is a `{}`", found.ty));
            }
        }
    }

    /// A field that something else refers to by its wire name.
    fn field<'f>(
        &mut self,
        path: &Path,
        fields: &'f IndexMap<String, Field>,
        name: &str,
        side: &str,
    ) -> Option<&'f Field> {
        let field = fields.get(name);
        if field.is_none() {
            let help = did_you_mean(name, fields.keys().map(String::as_str));
            self.report
                .error(Mistake::UnknownField, At::Value(path), format!("the {side} has no field `{name}`"))
                .label("not a field")
                .help_if(help);
        }
        field
    }
}

/// What a field must be so that pages can be followed by it.
#[derive(Clone, Copy)]
enum Kind {
    Cursor,
    Number,
    Flag,
    List,
}

/// A field's key as it stands in the file.
pub(super) fn key(name: &str, field: &Field) -> String {
    format!("{name}{}", if field.optional { "?" } else { "" })
}

/// Whether values of a type are objects or lists.
fn nested(file: &File, ty: &TypeExpr) -> bool {
    match ty {
        TypeExpr::Generic(generic, _) => matches!(generic, Generic::List | Generic::Map),
        TypeExpr::Scalar(scalar) => *scalar == Scalar::Any,
        TypeExpr::Named(name) => !file.enums.contains_key(name),
    }
}

fn path_problem(path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return Some("the path starts with `/`, without a host".to_owned());
    }
    if path.contains('?') {
        return Some("parameters are fields: the path ends before `?`".to_owned());
    }
    let odd = path.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.')));
    if let Some(odd) = odd {
        return Some(format!("a path has no `{odd}`"));
    }
    path.split('/')
        .skip(1)
        .any(|part| !names::is_identifier(&part.replace(['-', '.'], "_")))
        .then(|| "a part of the path is empty or starts with a digit".to_owned())
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, length: usize| {
        let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let [year, month, day] = parts.as_slice() else { return false };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 31,
    };
    (2010..=2100).contains(&year) && (1..=12).contains(&month) && (1..=days).contains(&day)
}
