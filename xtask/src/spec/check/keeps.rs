//! Checks of one endpoint's `keeps`, for the mock.

use super::checker::{Along, Checker};
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Answer, Body, Does, Endpoint, Field, FieldPath, Fields, File, Keeps, Part, shown_at};

/// Returns whether a call creates or changes several things: their IDs are in the items of a list.
fn is_several(file: &File, endpoint: &Endpoint, part: Part, id: &FieldPath) -> bool {
    let fields = if part.is_sent() { &endpoint.request } else { &endpoint.response };
    let around = id.around().map(|around| around.to_string());
    let list = around.and_then(|around| found(file, fields, &around));
    list.is_some_and(|field| matches!(field.ty, TypeExpr::Generic(Generic::List, _)))
}

/// Returns the part of an endpoint that has the ID of a thing.
fn part_with_id(endpoint: &Endpoint, does: Does, id: &FieldPath) -> Part {
    does.part_with_id(endpoint.response.contains_key(id.first()))
}

/// Returns whether other fields than its ID may say which thing a call is about.
fn narrows(does: Does) -> bool {
    does == Does::Gets || does.changes()
}

/// Returns the field at a path.
pub(super) fn found<'f>(file: &'f File, fields: &'f Fields, path: &str) -> Option<&'f Field> {
    match path.split_once('.') {
        None => fields.get(path),
        Some((first, rest)) => found(file, fields_of(file, &fields.get(first)?.ty)?, rest),
    }
}

/// Returns the fields of a struct, or of the structs in a list.
pub(super) fn fields_of<'f>(file: &'f File, ty: &TypeExpr) -> Option<&'f Fields> {
    match ty {
        TypeExpr::Generic(Generic::List, item) => fields_of(file, item),
        TypeExpr::Named(name) => file.structs.get(name).map(|structure| &structure.fields),
        _ => None,
    }
}

impl Checker<'_> {
    pub(super) fn keeps(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps) {
        let Some(does) = keeps.does(endpoint.head.method_and_path().1) else {
            self.bad_keeps(At::Key(path), "the path doesn't show the effect on the thing", "needs `does`");
            return;
        };
        let is_file = match does {
            Does::Gets => endpoint.head.answer == Answer::File,
            _ => does.creates() && keeps.content.is_some() && endpoint.head.body == Body::Multipart,
        };
        if !is_file && (endpoint.head.body != Body::Json || endpoint.head.answer != Answer::Json) {
            self.bad_keeps(
                At::Key(path),
                "the mock keeps what is JSON in requests and responses, and the files of `content`",
                "not JSON",
            );
            return;
        }
        self.keys_of(path, keeps, does, is_file);
        match &keeps.id {
            Some(id) if does != Does::Lists => {
                self.id(&path.key("id"), endpoint, keeps, (does, &FieldPath::new(id)));
            }
            None if does != Does::Lists && (!narrows(does) || keeps.narrowed.is_empty()) => {
                self.bad_keeps(At::Key(path), "a thing is found by its ID", "needs `id`");
            }
            _ => {}
        }
        if does.creates() || does.changes() {
            self.from(path, endpoint, keeps, does);
        }
        self.asked(path, endpoint, keeps);
        let shows = matches!(does, Does::Gets | Does::Lists) || does.changes() && keeps.at.is_some();
        if shows && !is_file {
            self.shown(path, endpoint, keeps, does);
        }
        self.content(path, endpoint, keeps, does);
        self.said(path, endpoint, keeps);
        if does == Does::Gets {
            self.shows(path, endpoint, keeps);
        }
    }

    /// Checks that the effect has a use for each key.
    fn keys_of(&mut self, path: &Path, keeps: &Keeps, does: Does, is_file: bool) {
        let (created, changed) = (does.creates(), does.changes());
        let shown = matches!(does, Does::Gets | Does::Lists);
        let codes = "the codes of a thing belong to the endpoint that creates it";
        for (key, there, right, why) in [
            ("id", keeps.id.is_some(), does != Does::Lists, "all things are listed, whatever their IDs"),
            (
                "from",
                keeps.from.is_some(),
                created || changed,
                "only what creates or changes a thing has its fields",
            ),
            (
                "sets",
                !keeps.sets.is_empty(),
                created || changed,
                "only what creates or changes a thing sets its fields",
            ),
            ("makes", !keeps.makes.is_empty(), changed, "only what changes a thing makes others"),
            ("only", !keeps.only.is_empty(), !created, "what is created has no values before"),
            (
                "refused",
                keeps.refused.is_some(),
                !keeps.only.is_empty() && does != Does::Lists,
                "a thing is refused only if it must have other values",
            ),
            ("any", keeps.any.is_some(), does == Does::Lists, "only a list says whether it has anything"),
            (
                "missing",
                keeps.missing.is_some(),
                matches!(does, Does::Gets | Does::Removes),
                "only what gets or removes things says which don't exist",
            ),
            ("like", keeps.like.is_some(), created, "only what creates a thing makes up its ID"),
            ("adopts", keeps.adopts, changed, "only what changes a thing adopts it"),
            (
                "through",
                !keeps.through.is_empty(),
                does == Does::Lists && !keeps.narrowed.is_empty(),
                "only the filters of a list are about things of another kind",
            ),
            (
                "renames",
                !keeps.renames.is_empty(),
                created || changed,
                "only what creates or changes a thing has its fields",
            ),
            (
                "existing",
                !keeps.existing.is_empty(),
                does == Does::Creates,
                "only what creates a thing may find it",
            ),
            (
                "content",
                keeps.content.is_some(),
                created || does == Does::Gets && !is_file,
                "only what creates a thing has its file, and what gets it the URL",
            ),
            (
                "with",
                !keeps.with.is_empty(),
                does == Does::Removes,
                "only what removes a thing removes others with it",
            ),
            ("parts", !keeps.parts.is_empty(), does == Does::Lists, "only listed things show their parts"),
            (
                "at",
                keeps.at.is_some(),
                shown || changed,
                "only what gets, lists or changes things returns them",
            ),
            ("adds", !keeps.adds.is_empty(), changed, "only what changes a thing adds to its lists"),
            ("drops", !keeps.drops.is_empty(), changed, "only what changes a thing drops from its lists"),
            (
                "where",
                !keeps.narrowed.is_empty(),
                does == Does::Lists || narrows(does),
                "only a list is narrowed, or a thing that is found or changed",
            ),
            ("each", keeps.each.is_some(), does == Does::Lists, "only a list shows a thing several times"),
            ("shows", !keeps.shows.is_empty(), does == Does::Gets, "only what gets a thing shows all of it"),
            (
                "below",
                keeps.below.is_some(),
                !keeps.narrowed.is_empty(),
                "a list without filters contains everything",
            ),
            ("unknown", keeps.unknown.is_some(), created, codes),
            ("taken", keeps.taken.is_some(), created, codes),
        ] {
            if there && !right {
                self.bad_keeps(At::Key(&path.key(key)), why, &format!("it {}", does.keyword()));
            }
        }
    }

    /// Checks that the fields of things are in a struct, or those of several in a list.
    fn from(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps, does: Does) {
        let Some(from) = &keeps.from else { return };
        let path = path.key("from");
        let several = keeps.id.as_deref().is_some_and(|id| {
            let id = FieldPath::new(id);
            let part = part_with_id(endpoint, does, &id);
            let beside = || {
                let ids = endpoint.response.get(id.first()).filter(|_| does.creates() && !part.is_sent());
                ids.is_some_and(|ids| matches!(ids.ty, TypeExpr::Generic(Generic::List, _)))
            };
            is_several(self.file, endpoint, part, &id) || beside()
        });
        let message = if several {
            "the fields of several things are in a list of structs"
        } else {
            "the fields of a thing are in a struct"
        };
        if let Some(field) = self.kept_field(&path, endpoint, Part::Request, &FieldPath::new(from)) {
            let thing = match &field.ty {
                TypeExpr::Generic(Generic::List, item) if several => self.is_struct(item),
                ty => !several && self.is_struct(ty),
            };
            if !thing {
                let label = format!("`{from}` is a `{}`", field.ty);
                self.bad_keeps(At::Value(&path), message, &label);
            }
        }
    }

    /// Checks that what a response shows elsewhere is in the items of lists.
    fn shows(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps) {
        for place in keeps.shows.keys() {
            let at = shown_at(keeps, self.file, endpoint).map_or_else(String::new, |at| format!("{at}."));
            let path = path.key("shows").key(place);
            let along = Along { side: "response", lists: true, mistake: Mistake::BadKeeps };
            let fields =
                self.along(&path, &endpoint.response, &FieldPath::new(&format!("{at}{place}")), &along);
            let list = fields.as_deref().map(|fields| fields.iter().rev().nth(1));
            if list.is_some_and(|list| {
                !list.is_some_and(|list| matches!(list.ty, TypeExpr::Generic(Generic::List, _)))
            }) {
                self.bad_keeps(At::Key(&path), "values are shown by the items of a list", "not in a list");
            }
        }
    }

    /// Checks that the request has the fields that narrow, rename or name things.
    fn asked(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps) {
        let own = keeps.narrowed.keys().map(|asked| (path.key("where").key(asked), asked));
        let mut asked: Vec<(Path, &String)> = own.collect();
        for (name, parts) in &keeps.parts {
            let path = path.key("parts").key(name).key("where");
            asked.extend(parts.narrowed.keys().map(|asked| (path.key(asked), asked)));
        }
        for (path, asked) in asked {
            if !endpoint.request.contains_key(asked) {
                let message = format!("the request has no field `{asked}`");
                self.bad_keeps(At::Key(&path), &message, "never asked for");
            }
        }
        for (index, name) in keeps.existing.iter().enumerate() {
            if !endpoint.request.contains_key(name) {
                let message = format!("the request has no field `{name}`");
                self.bad_keeps(At::Value(&path.key("existing").index(index)), &message, "never sent");
            }
        }
        for (key, names) in [("adds", &keeps.adds), ("drops", &keeps.drops)] {
            for (index, name) in names.iter().enumerate() {
                let field = endpoint.request.get(name);
                if !field.is_some_and(|field| matches!(field.ty, TypeExpr::Generic(Generic::List, _))) {
                    let message = format!("the request has no list `{name}`");
                    self.bad_keeps(At::Value(&path.key(key).index(index)), &message, "never sent");
                }
            }
        }
        let sent = match &keeps.from {
            Some(from) => {
                found(self.file, &endpoint.request, from).and_then(|field| fields_of(self.file, &field.ty))
            }
            None => Some(&endpoint.request),
        };
        let names = keeps.renames.keys().filter(|name| keeps.id.as_ref() != Some(name));
        for name in names.filter(|name| sent.is_some_and(|sent| !sent.contains_key(*name))) {
            let message = format!("nothing sends the field `{name}`");
            self.bad_keeps(At::Key(&path.key("renames").key(name)), &message, "never sent");
        }
        let whole = shown_at(keeps, self.file, endpoint)
            .and_then(|at| found(self.file, &endpoint.response, &at.to_string()));
        let whole = whole.and_then(|whole| fields_of(self.file, &whole.ty));
        for name in keeps.parts.keys() {
            let list = whole.and_then(|whole| whole.get(name));
            let is_list = |field: &Field| matches!(&field.ty, TypeExpr::Generic(Generic::List, item) if self.is_struct(item));
            if whole.is_some() && !list.is_some_and(is_list) {
                let message = format!("the listed things have no list of structs `{name}`");
                self.bad_keeps(At::Key(&path.key("parts").key(name)), &message, "never shown");
            }
        }
    }

    /// Checks that a flag says whether there is anything, and a list of IDs what is missing.
    fn said(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps) {
        for (key, name) in [("any", &keeps.any), ("missing", &keeps.missing)] {
            let Some(name) = name else { continue };
            let path = path.key(key);
            let field = self.kept_field(&path, endpoint, Part::Response, &FieldPath::new(name));
            let Some(field) = field else { continue };
            let (fits, message) = match (key, &field.ty) {
                ("any", ty) => (
                    matches!(ty, TypeExpr::Scalar(Scalar::Flag | Scalar::Bool)),
                    "a flag says whether anything is listed",
                ),
                (_, ty) => (
                    matches!(ty, TypeExpr::Generic(Generic::List, item) if matches!(**item, TypeExpr::Scalar(_))),
                    "the IDs that don't exist are in a list of values",
                ),
            };
            if !fits {
                self.bad_keeps(At::Value(&path), message, &format!("`{name}` is a `{}`", field.ty));
            }
        }
    }

    /// Checks that a file is sent in a form or as text, and that its URL is text.
    fn content(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps, does: Does) {
        let Some(content) = &keeps.content else { return };
        let part = if does.creates() { Part::Request } else { Part::Response };
        let path = path.key("content");
        let Some(field) = self.kept_field(&path, endpoint, part, &FieldPath::new(content)) else { return };
        let right = match endpoint.head.body {
            Body::Multipart => Scalar::File,
            Body::Json | Body::Xml => Scalar::String,
        };
        if field.ty != TypeExpr::Scalar(right) {
            let label = format!("`{content}` is a `{}`", field.ty);
            self.bad_keeps(At::Value(&path), "a file is a part of a form, Base64 or a URL", &label);
        }
    }

    /// Checks that the ID is text or a number, or a list of these if a call is about several things.
    fn id(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps, (does, id): (Does, &FieldPath)) {
        if does.creates() && keeps.like.is_some() {
            if endpoint.request.contains_key(id.first()) || endpoint.response.contains_key(id.first()) {
                self.bad_keeps(At::Value(path), "an ID that is sent or returned needs no `like`", "there");
            }
            return;
        }
        let part = part_with_id(endpoint, does, id);
        if !(does.creates() || does.changes()) && is_several(self.file, endpoint, part, id) {
            let message =
                "only a call that creates or changes several things has their IDs in the items of a list";
            self.bad_keeps(At::Value(path), message, &format!("it {}", does.keyword()));
            return;
        }
        let Some(field) = self.kept_field(path, endpoint, part, id) else { return };
        let item = match &field.ty {
            TypeExpr::Generic(Generic::List, item)
                if !does.creates() || keeps.renames.contains_key(id.first()) =>
            {
                item
            }
            ty => ty,
        };
        if !matches!(item, TypeExpr::Scalar(Scalar::String | Scalar::Int | Scalar::Uint)) {
            let label = format!("`{id}` is a `{}`", field.ty);
            self.bad_keeps(At::Value(path), "an ID is a string or an integer", &label);
        }
    }

    /// Checks that things are returned in a list, or a single one in a struct.
    fn shown(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps, does: Does) {
        let listed = does == Does::Lists;
        let Some(at) = shown_at(keeps, self.file, endpoint) else {
            if listed {
                self.bad_keeps(At::Key(path), "nothing says where the things are listed", "needs `at`");
            }
            return;
        };
        let path = if keeps.at.is_some() { &path.key("at") } else { path };
        let Some(field) = self.kept_field(path, endpoint, Part::Response, &at) else { return };
        let list = matches!(field.ty, TypeExpr::Generic(Generic::List, _));
        if !list && (listed || !self.is_struct(&field.ty)) {
            let message =
                if listed { "things are listed in a list" } else { "a thing is a struct, or in a list" };
            self.bad_keeps(At::Value(path), message, &format!("`{at}` is a `{}`", field.ty));
        }
    }

    fn kept_field<'f>(
        &mut self,
        path: &Path,
        endpoint: &'f Endpoint,
        part: Part,
        name: &FieldPath,
    ) -> Option<&'f Field>
    where
        Self: 'f,
    {
        let (fields, side) =
            if part.is_sent() { (&endpoint.request, "request") } else { (&endpoint.response, "response") };
        // Only the IDs of several things are in a list.
        let along =
            Along { side, lists: is_several(self.file, endpoint, part, name), mistake: Mistake::BadKeeps };
        self.along(path, fields, name, &along)?.pop()
    }

    fn is_struct(&self, ty: &TypeExpr) -> bool {
        matches!(ty, TypeExpr::Named(name) if self.file.structs.contains_key(name) || self.file.failed.contains(name))
    }

    fn bad_keeps(&mut self, at: At<'_>, message: &str, label: &str) {
        self.report.error(Mistake::BadKeeps, at, message).label(label);
    }
}
