//! Checks of what the mock keeps.

use std::collections::BTreeSet;

use super::checker::{Along, Checker};
use crate::spec::diagnostic::{At, Diagnostics};
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{
    Answer, Body, CODES, Does, Endpoint, Field, FieldPath, Keeps, Part, Section, Spec, shown_at,
};

/// What the endpoints of a thing, in whatever file, have to do with one another.
pub(super) fn of_spec(spec: &Spec, diagnostics: &mut Diagnostics) {
    let all = || {
        spec.files.iter().flat_map(|file| {
            let endpoints = file.endpoints.iter();
            endpoints.filter_map(move |(name, endpoint)| {
                Some((file, name, endpoint, endpoint.head.keeps.as_ref()?))
            })
        })
    };
    let does = |endpoint: &Endpoint, keeps: &Keeps| keeps.does(endpoint.head.method_and_path().1);
    let created: BTreeSet<&str> = all()
        .filter(|(.., endpoint, keeps)| does(endpoint, keeps) == Some(Does::Creates))
        .map(|(.., keeps)| keeps.thing.as_str())
        .collect();
    for (file, name, endpoint, keeps) in all() {
        let at = Section::Endpoints.entry(name).key("keeps");
        let mut report = diagnostics.reporter(file.source, &file.root);
        if !created.contains(keeps.thing.as_str()) {
            let help = report.did_you_mean(&keeps.thing, created.iter().copied());
            report
                .error(
                    Mistake::BadKeeps,
                    At::Value(&at.key("thing")),
                    format!("nothing creates a `{}`", keeps.thing),
                )
                .label("never there")
                .help_if(help);
        }
        for (key, code) in [("unknown", keeps.unknown), ("taken", keeps.taken)] {
            let Some(code) = code.map(|code| code.to_string()) else { continue };
            let table = spec.codes.as_ref().map(|table| &table.codes);
            if !endpoint.codes.contains_key(&code) && !table.is_some_and(|codes| codes.contains_key(&code)) {
                let message = format!("nobody documents the error code {code}");
                report
                    .error(Mistake::BadKeeps, At::Value(&at.key(key)), message)
                    .label(format!("neither in {CODES}.yaml nor in `codes`"));
            }
        }
    }
}

impl Checker<'_> {
    pub(super) fn keeps(&mut self, path: &Path, endpoint: &Endpoint, keeps: &Keeps) {
        let Some(does) = keeps.does(endpoint.head.method_and_path().1) else {
            self.bad_keeps(At::Key(path), "the path doesn't say what becomes of the thing", "needs `does`");
            return;
        };
        if endpoint.head.body != Body::Json || endpoint.head.answer != Answer::Json {
            self.bad_keeps(
                At::Key(path),
                "the mock keeps what is JSON in requests and responses",
                "not JSON",
            );
            return;
        }
        let (created, changed) = (does == Does::Creates, does == Does::Changes);
        let shown = matches!(does, Does::Gets | Does::Lists);
        for (key, there, right, why) in [
            ("id", keeps.id.is_some(), does != Does::Lists, "all things are listed, whatever their IDs"),
            (
                "from",
                keeps.from.is_some(),
                created || changed,
                "only what creates or changes a thing has its fields",
            ),
            ("sets", !keeps.sets.is_empty(), changed, "only what changes a thing sets its fields"),
            ("at", keeps.at.is_some(), shown, "only what gets or lists things returns them"),
            ("unknown", keeps.unknown.is_some(), created, "the codes of a thing stand where it is created"),
            ("taken", keeps.taken.is_some(), created, "the codes of a thing stand where it is created"),
        ] {
            if there && !right {
                self.bad_keeps(At::Key(&path.key(key)), why, &format!("it {}", does.keyword()));
            }
        }
        match &keeps.id {
            Some(id) if does != Does::Lists => self.id(&path.key("id"), endpoint, does, &FieldPath::new(id)),
            None if does != Does::Lists => {
                self.bad_keeps(At::Key(path), "a thing is found by its ID", "needs `id`");
            }
            _ => {}
        }
        if let Some(from) = keeps.from.as_deref().filter(|_| created || changed) {
            let path = path.key("from");
            if let Some(field) = self.kept_field(&path, endpoint, Part::Request, &FieldPath::new(from))
                && !self.is_struct(&field.ty)
            {
                let label = format!("`{from}` is a `{}`", field.ty);
                self.bad_keeps(At::Value(&path), "the fields of a thing stand in a struct", &label);
            }
        }
        if shown {
            self.shown(path, endpoint, keeps, does);
        }
    }

    /// The ID is text or a number, or a list of these where one call is for several things.
    fn id(&mut self, path: &Path, endpoint: &Endpoint, does: Does, id: &FieldPath) {
        let part = does.part_with_id(endpoint.response.contains_key(id.first()));
        let Some(field) = self.kept_field(path, endpoint, part, id) else { return };
        let item = match &field.ty {
            TypeExpr::Generic(Generic::List, item)
                if matches!(does, Does::Gets | Does::Removes | Does::Uses) =>
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

    /// Things are shown in a list, and one may be shown by itself.
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
        let (fields, side) = match part {
            Part::Request => (&endpoint.request, "request"),
            Part::Response => (&endpoint.response, "response"),
        };
        let along = Along { side, lists: false, mistake: Mistake::BadKeeps };
        self.along(path, fields, name, &along)?.pop()
    }

    fn is_struct(&self, ty: &TypeExpr) -> bool {
        matches!(ty, TypeExpr::Named(name) if self.file.structs.contains_key(name) || self.file.failed.contains(name))
    }

    fn bad_keeps(&mut self, at: At<'_>, message: &str, label: &str) {
        self.report.error(Mistake::BadKeeps, at, message).label(label);
    }
}
