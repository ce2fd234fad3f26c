//! Checks of the `job` of endpoints and events.

use std::collections::HashSet;

use super::checker::{Along, Checker};
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::scalar::wire_text;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Document, Endpoint, Field, FieldPath, Fields, Format, Job};

impl Checker<'_> {
    pub(super) fn job(&mut self, path: &Path, endpoint: &Endpoint, job: &Job) {
        let answer = endpoint.head.answer;
        if answer.may_be_file() || answer.format() != Some(Format::Json) || !endpoint.head.safe {
            self.report
                .error(
                    Mistake::BadJob,
                    At::Key(path),
                    "only a call that reads a JSON response can be repeated",
                )
                .label("needs `safe: true`, and a JSON response");
            return;
        }
        if let Some(id) = self.field(&path.key("id"), &endpoint.request, &job.id, "request") {
            self.job_id(&path.key("id"), id, &job.id);
        }
        let at = path.key("status");
        if let Some(fields) = self.response_fields(&at, &endpoint.response, &job.status, true) {
            self.statuses(path, &fields, job);
        }
        let Some(error) = &job.error else {
            if let Some(error) = self.inside(&endpoint.response, &|name| name.ends_with("errcode")) {
                self.report
                    .error(Mistake::BadJob, At::Key(path), "the job doesn't name its error code")
                    .label("needs `error`")
                    .help(format!("the response has `{error}`"));
            }
            return;
        };
        let at = path.key("error");
        if let Some([.., field]) = self.response_fields(&at, &endpoint.response, error, false).as_deref()
            && !matches!(field.ty, TypeExpr::Scalar(Scalar::Int | Scalar::Uint))
        {
            self.report
                .error(Mistake::BadJob, At::Value(&at), "an error code must be an integer")
                .label(format!("`{error}` is a `{}`", field.ty));
        }
    }

    /// Checks that an event with the ID of a job says that the job has ended: WeCom sends no other events about jobs.
    pub(super) fn job_that_ends(&mut self, path: &Path, event: &Document) {
        if let Some(id) = self.inside(&event.fields, &|name| name == "JobId") {
            self.report
                .error(Mistake::BadJob, At::Key(path), "the event doesn't say which job has ended")
                .label("needs `ends_job`")
                .help(format!("add `ends_job: {id}`"));
        }
    }

    /// Returns the path of a field with such a name, in objects but not in lists.
    fn inside(&self, fields: &Fields, is: &dyn Fn(&str) -> bool) -> Option<String> {
        fields.iter().find_map(|(name, field)| {
            if is(name) {
                return Some(name.clone());
            }
            let TypeExpr::Named(inner) = &field.ty else { return None };
            let inner = self.file.structs.get(inner)?.fields.keys().find(|name| is(name))?;
            Some(format!("{name}.{inner}"))
        })
    }

    /// Checks the field of an event that has the ID of the ended job.
    pub(super) fn ended_job(&mut self, path: &Path, event: &Document, id: &str) {
        let along = Along { side: "event", lists: false, mistake: Mistake::BadJob };
        let steps = self.along(path, &event.fields, &FieldPath::new(id), &along);
        if let Some(field) = steps.as_deref().and_then(<[_]>::last) {
            self.job_id(path, field, id);
        }
    }

    fn job_id(&mut self, path: &Path, field: &Field, name: &str) {
        if field.ty != TypeExpr::Scalar(Scalar::String) {
            self.report
                .error(Mistake::BadJob, At::Value(path), "the ID of a job must be a string")
                .label(format!("`{name}` is a `{}`", field.ty));
        }
    }

    fn response_fields<'f>(
        &mut self,
        path: &Path,
        fields: &'f Fields,
        name: &str,
        lists: bool,
    ) -> Option<Vec<&'f Field>>
    where
        Self: 'f,
    {
        let along = Along { side: "response", lists, mistake: Mistake::BadJob };
        self.along(path, fields, &FieldPath::new(name), &along)
    }

    /// Checks that every status is a value of its type, and that none has two meanings.
    fn statuses(&mut self, path: &Path, fields: &[&Field], job: &Job) {
        let [outer @ .., Field { ty, .. }] = fields else { return };
        let lists = outer.iter().filter(|field| matches!(field.ty, TypeExpr::Generic(Generic::List, _)));
        if lists.count() > 1 {
            self.report
                .error(
                    Mistake::BadJob,
                    At::Value(&path.key("status")),
                    "a status can be in one list, not in lists of lists",
                )
                .label("passes through several lists");
        }
        let enumeration = match ty {
            TypeExpr::Scalar(scalar @ (Scalar::Bool | Scalar::Flag)) => {
                if job.when_true(*scalar == Scalar::Flag).is_none() || !job.failed.is_empty() {
                    let values =
                        if *scalar == Scalar::Flag { "`[0]` or `[1]`" } else { "`[true]` or `[false]`" };
                    self.report
                        .error(
                            Mistake::BadJob,
                            At::Value(&path.key("done")),
                            format!("`done` must be {values}, without `failed`"),
                        )
                        .label(format!(
                            "`{}` is a `{ty}`: the other value means that the job continues",
                            job.status
                        ));
                }
                return;
            }
            TypeExpr::Named(name) => self.file.enums.get(name),
            _ => None,
        };
        let Some(enumeration) = enumeration else {
            self.report
                .error(
                    Mistake::BadJob,
                    At::Value(&path.key("status")),
                    "the status of a job must be an enum, a `bool` or a `flag`",
                )
                .label(format!("`{}` is a `{ty}`", job.status));
            return;
        };
        let mut seen = HashSet::new();
        for (key, values) in [("done", &job.done), ("failed", &job.failed)] {
            let wires: Vec<String> = values.iter().map(wire_text).collect();
            self.values_of(&path.key(key), ty, &wires, Mistake::BadJob);
            for (index, value) in values.iter().enumerate() {
                let at = path.key(key).index(index);
                let wire = wire_text(value);
                if enumeration.values.contains_key(&wire) && !seen.insert(wire) {
                    self.report
                        .error(Mistake::BadJob, At::Value(&at), "a status means one thing")
                        .label("again here");
                }
            }
        }
    }
}
