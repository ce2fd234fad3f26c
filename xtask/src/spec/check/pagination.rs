//! Checks of paginations.

use super::checker::{Along, Checker, key};
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Endpoint, FieldPath, Format, Pagination, Part};

/// The rules for paths to fields of the response.
const RESPONSE: Along = Along { side: "response", lists: false, mistake: Mistake::BadPagination };

impl Checker<'_> {
    pub(super) fn pagination(&mut self, path: &Path, endpoint: &Endpoint, pagination: &Pagination) {
        let answer = endpoint.head.answer;
        if answer.may_be_file() || answer.format() != Some(Format::Json) {
            self.report
                .error(Mistake::BadPagination, At::Key(path), "only JSON responses can have pages")
                .label("the response is not JSON");
            return;
        }
        let Pagination { cursor, next, offset, limit, more, end, total, items } = pagination;
        let mut wrong = |key: Option<&str>, message: &str, label: &str| {
            let at = key.map_or_else(|| path.clone(), |key| path.key(key));
            self.report.error(Mistake::BadPagination, At::Key(&at), message).label(label);
        };
        match (cursor, offset, next) {
            (Some(_), None, Some(_)) | (None, Some(_), None) => {}
            (None, None, _) => wrong(None, "`pagination` needs a `cursor` or an `offset`", "has neither"),
            (Some(_), Some(_), _) => {
                let message = "`pagination` can't have both a `cursor` and an `offset`";
                wrong(Some("offset"), message, "there is a `cursor`");
            }
            (Some(_), None, None) => {
                wrong(Some("cursor"), "a `cursor` needs `next`: where the next page starts", "needs `next`");
            }
            (None, Some(_), Some(_)) => {
                let message = "an `offset` has no `next`: the items are counted";
                wrong(Some("next"), message, "if the response has it, write `cursor` instead of `offset`");
            }
        }
        if offset.is_some() && items.is_none() {
            wrong(Some("offset"), "an `offset` needs `items` to count", "needs `items`");
        }
        if limit.is_some() && offset.is_none() && cursor.is_some() {
            let message = "`limit` only goes with an `offset`";
            wrong(Some("limit"), message, "remove it");
        }
        let rest = [("more", more), ("end", end), ("total", total)];
        let mut rest = rest.iter().filter(|(_, field)| field.is_some()).map(|(key, _)| *key);
        if let (Some(first), Some(second)) = (rest.next(), rest.next()) {
            let message = "`pagination` can have only one of `more`, `end` and `total`";
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
        // A field that is compared with a total must be a number.
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
            let steps = self.along(&path, &endpoint.response, &FieldPath::new(name), &RESPONSE);
            if let Some(field) = steps.as_deref().and_then(<[_]>::last) {
                self.kind(&path, name, &field.ty, kind);
            }
        }
    }

    /// Reports names that suggest paging but aren't part of the pagination.
    pub(super) fn signs_of_pages(&mut self, path: &Path, endpoint: &Endpoint) {
        let Some(pagination) = &endpoint.head.pagination else {
            let time = TypeExpr::Scalar(Scalar::Timestamp);
            let next =
                endpoint.response.iter().find(|(next, field)| field.ty != time && starts_at(endpoint, next));
            if let Some((next, field)) = next {
                let message =
                    format!("`{next}` says where the next page starts, but there is no `pagination`");
                self.report
                    .error(
                        Mistake::MissingPagination,
                        At::Key(&path.key(Part::Response.key()).key(&key(next, field))),
                        message,
                    )
                    .label("needs `pagination`");
            }
            return;
        };
        let path = path.key("pagination");
        for (here, name, other) in [("more", &pagination.more, "end"), ("end", &pagination.end, "more")] {
            if let Some(name) = name.as_deref().filter(|name| sign(name) == Some(other)) {
                let message = format!("`{name}` sounds like `{other}`, the opposite");
                self.report
                    .error(Mistake::BadPagination, At::Key(&path.key(here)), message)
                    .label("the opposite");
            }
        }
        let Pagination { more, end, total, .. } = pagination;
        let unused = endpoint.response.keys().find_map(|name| Some((name, sign(name)?)));
        if let Some((name, key)) = unused.filter(|_| more.is_none() && end.is_none() && total.is_none()) {
            let message = format!("`{name}` says which page is the last one, but `pagination` lacks it");
            self.report
                .error(Mistake::MissingPagination, At::Key(&path), message)
                .label(format!("needs `{key}: {name}`"));
        }
    }

    /// Checks that a field used for paging has the kind that its role requires.
    fn kind(&mut self, path: &Path, name: &str, ty: &TypeExpr, kind: Kind) {
        let number = matches!(ty, TypeExpr::Scalar(Scalar::Int | Scalar::Uint));
        let (right, message) = match kind {
            Kind::Number => (number, "this field must be an integer"),
            Kind::Cursor => {
                (number || *ty == TypeExpr::Scalar(Scalar::String), "a cursor must be a string or an integer")
            }
            Kind::Flag => (
                matches!(ty, TypeExpr::Scalar(Scalar::Bool | Scalar::Flag)),
                "this field must be a `flag` or a `bool`",
            ),
            Kind::List => (matches!(ty, TypeExpr::Generic(Generic::List, _)), "`items` must be a list"),
        };
        if !right {
            let label = format!("`{name}` is a `{ty}`");
            self.report.error(Mistake::BadPagination, At::Value(path), message).label(label);
        }
    }
}

/// Returns whether a response field is named as the next value of a request field: `next_cursor` of `cursor`.
fn starts_at(endpoint: &Endpoint, next: &str) -> bool {
    let start = if next == "next_key" { next.to_owned() } else { next.replacen("next_", "", 1) };
    next.contains("next_") && endpoint.request.contains_key(&start)
}

/// Returns the key of a pagination for the last page that a name suggests.
fn sign(name: &str) -> Option<&'static str> {
    match name {
        "has_more" | "hasmore" | "has_next" => Some("more"),
        "ending" | "is_end" | "is_last" | "is_finish" | "finished" => Some("end"),
        _ => None,
    }
}

/// The kind that a field needs for its role in paging.
#[derive(Clone, Copy)]
enum Kind {
    Cursor,
    Number,
    Flag,
    List,
}
