//! Mistakes in what is known about a job.

use serde_json::Value;

use crate::mutate::edit::Edit;
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::{Document, Endpoint};
use crate::mutate::site::{DocumentSite, EndpointSite, Mutant};
use crate::spec::{Job, wire_text};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("job-outcomes-swapped", "the page lists the status with a label", Endpoint(swapped)),
    Kind::new("job-done-wrong", "the page lists the status with a label", Endpoint(done)),
    Kind::new("job-failed-dropped", "the page lists the status with a label", Endpoint(failed)),
    Kind::new("job-error-dropped", "always", Endpoint(error)),
    Kind::new("job-end-dropped", "it calls the ID a job's", Document(end))
        .since("no page says that another ID is a job's"),
];

/// Returns whether a page gives all of these statuses a label.
fn is_labelled(site: &EndpointSite<'_>, job: &Job, statuses: &[Value]) -> bool {
    let list = site.path.key("response");
    let status = site.file.fields().find(|field| field.list == list && field.wire == job.status);
    status.is_some_and(|status| {
        let has =
            |wire: &str| status.seen.listed.iter().any(|value| value.wire == wire && !value.doc.is_empty());
        statuses.iter().all(|value| has(&wire_text(value)))
    })
}

fn mutant(site: &EndpointSite<'_>, change: String, edits: Vec<Edit>, said: bool) -> Mutant {
    Mutant { at: site.path.key("job"), change, edits, said }
}

/// Returns statuses as they are written in YAML.
fn written(statuses: &[Value]) -> serde_yaml::Value {
    serde_yaml::to_value(statuses).unwrap_or_default()
}

fn swapped(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let Some(job) = site.endpoint.head.job.as_ref().filter(|job| !job.failed.is_empty()) else {
        return Vec::new();
    };
    let at = site.path.key("job");
    let edits = vec![
        Edit::Set(at.key("done"), written(&job.failed)),
        Edit::Set(at.key("failed"), written(&job.done)),
    ];
    let said = is_labelled(site, job, &job.done) && is_labelled(site, job, &job.failed);
    vec![mutant(site, "done and failed swapped".to_owned(), edits, said)]
}

fn done(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let Some(job) = &site.endpoint.head.job else { return Vec::new() };
    let file = site.file.file;
    let status = site.endpoint.response.get(&job.status).and_then(|field| file.enums.get(field.ty.name()?));
    let taken = |wire: &str| job.done.iter().chain(&job.failed).any(|value| wire_text(value) == wire);
    let Some(other) = status.and_then(|listed| listed.values.keys().find(|wire| !taken(wire))) else {
        return Vec::new();
    };
    let value = other.parse::<i64>().map_or_else(|_| other.as_str().into(), Value::from);
    let edits = vec![Edit::Set(site.path.key("job").key("done"), written(&[value]))];
    vec![mutant(site, format!("done: [{other}]"), edits, is_labelled(site, job, &job.done))]
}

fn failed(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let Some(job) = site.endpoint.head.job.as_ref().filter(|job| !job.failed.is_empty()) else {
        return Vec::new();
    };
    let edits = vec![Edit::Remove(site.path.key("job").key("failed"))];
    vec![mutant(site, "no failed".to_owned(), edits, is_labelled(site, job, &job.failed))]
}

fn error(site: &EndpointSite<'_>) -> Vec<Mutant> {
    let named = site.endpoint.head.job.as_ref().and_then(|job| job.error.as_ref());
    let gone =
        |_| mutant(site, "no error".to_owned(), vec![Edit::Remove(site.path.key("job").key("error"))], true);
    named.map(gone).into_iter().collect()
}

fn end(site: &DocumentSite<'_>) -> Vec<Mutant> {
    let at = site.path.key("ends_job");
    let gone = |id: &String| Mutant {
        edits: vec![Edit::Remove(at.clone())],
        at: at.clone(),
        change: format!("no ends_job: {id}"),
        said: id.ends_with("JobId"),
    };
    site.document.definition.head.ends_job.as_ref().map(gone).into_iter().collect()
}
