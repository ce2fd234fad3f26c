//! Checks that requests and responses contain only what their encoding can express.

use super::checker::{Checker, key, nested};
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Answer, Body, Endpoint, Errcode, Format, Place};

impl Checker<'_> {
    /// Checks that an endpoint's fields fit the encodings of its request and its response.
    pub(super) fn encoding(&mut self, path: &Path, endpoint: &Endpoint) {
        let file = self.file;
        let head = &endpoint.head;
        let get = head.call.starts_with("GET ");
        if get && head.body != Body::Json {
            self.report
                .error(Mistake::BadEncoding, At::Value(&path.key("body")), "a `GET` request has no body")
                .label("leave it out");
        }
        for (name, field) in &endpoint.request {
            let at = path.key("request").key(&key(name, field)).key("type");
            let in_body = field.place == Place::Body && !get;
            let is_file = field.ty == TypeExpr::Scalar(Scalar::File);
            if is_file && !(in_body && head.body == Body::Multipart) {
                self.report
                    .error(Mistake::BadEncoding, At::Value(&at), "a `file` needs `body: multipart`")
                    .label("needs `body: multipart`");
            }
            let of_files =
                matches!(&field.ty, TypeExpr::Generic(_, inner) if **inner == TypeExpr::Scalar(Scalar::File));
            if nested(self.file, &field.ty) && !of_files && (!in_body || head.body.format().is_flat()) {
                let message = "a query, a header, a form and XML can't contain objects or lists";
                self.report.error(Mistake::BadQuery, At::Value(&at), message).label("can't be sent there");
            }
        }
        if head.body == Body::Multipart
            && !endpoint.request.values().any(|field| field.ty == TypeExpr::Scalar(Scalar::File))
        {
            let at = path.key("body");
            self.report
                .error(Mistake::BadEncoding, At::Value(&at), "`body: multipart` needs a `file`")
                .label("no field has the type `file`");
        }
        if head.errcode == Errcode::OnFailure && head.answer.format() != Some(Format::Json) {
            let message = "only JSON responses have an `errcode`";
            self.report
                .error(Mistake::BadEncoding, At::Value(&path.key("errcode")), message)
                .label("leave it out");
        }
        if let Some(list) = &head.partial {
            self.partial(&path.key("partial"), endpoint, list);
        }
        if head.answer.format().is_none() && !endpoint.response.is_empty() {
            let at = path.key("response");
            self.report
                .error(Mistake::BadEncoding, At::Key(&at), "a file response has no fields")
                .label("remove them, or write `answer: file_or_json`");
        }
        if head.answer.format().is_some_and(Format::is_flat) {
            for (name, field) in endpoint.response.iter().filter(|(_, field)| nested(file, &field.ty)) {
                let at = path.key("response").key(&key(name, field)).key("type");
                self.report
                    .error(Mistake::BadEncoding, At::Value(&at), "an XML response must be flat")
                    .label("not readable from flat XML");
            }
        }
    }
    /// Checks that `partial` names a list, beside an `errcode`.
    fn partial(&mut self, path: &Path, endpoint: &Endpoint, list: &str) {
        let head = &endpoint.head;
        if head.answer != Answer::Json || head.errcode != Errcode::Always || !head.is_over_http() {
            let message = "`partial` needs a JSON response that always has an `errcode`";
            self.report.error(Mistake::BadEncoding, At::Value(path), message).label("leave it out");
            return;
        }
        let Some(field) = self.field(path, &endpoint.response, list, "response") else { return };
        if !matches!(field.ty, TypeExpr::Generic(Generic::List, _)) {
            self.report
                .error(Mistake::BadEncoding, At::Value(path), "`partial` doesn't name a list of the response")
                .label(format!("`{list}` is a `{}`", field.ty));
        }
    }
}
