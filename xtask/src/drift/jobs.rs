//! Compares what the status of a job means with the labels of its values on the pages.

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use crate::pages::phrases::Outcome;
use crate::spec::{DriftRule, FieldPath, Section, wire_text};

impl Comparison<'_> {
    /// Reports values of a status whose label says something else than the endpoint's `job`.
    pub(super) fn jobs(&mut self) {
        let files = self.spec.files.iter();
        let endpoints = files.flat_map(|file| file.endpoints.iter().map(move |(name, of)| (file, name, of)));
        let mut found = Vec::new();
        for (file, name, endpoint) in endpoints {
            let Some(job) = &endpoint.head.job else { continue };
            let field = file.field_at(&endpoint.response, &FieldPath::new(&job.status));
            let status = field.and_then(|field| field.ty.name());
            let labels = status.and_then(|status| self.labels.get(&(file.source, status.to_owned())));
            let Some(labels) = labels else { continue };
            let is_one = |values: &[serde_json::Value], wire: &str| {
                values.iter().any(|value| wire_text(value) == wire)
            };
            for (wire, labels_of) in &labels.of {
                let ours = if is_one(&job.done, wire) {
                    Outcome::Done
                } else if is_one(&job.failed, wire) {
                    Outcome::Failed
                } else {
                    Outcome::Continues
                };
                let label = labels_of.iter().find_map(|label| Some((label, Outcome::of(label)?)));
                let Some((label, theirs)) = label.filter(|(_, theirs)| *theirs != ours) else { continue };
                let message = format!(
                    "the page calls the status {wire} `{label}`: the job {}; to the spec, it {}",
                    theirs.told(),
                    ours.told()
                );
                let path = Section::Endpoints.entry(name).key("job");
                let finding = Finding::new(Spot::key(file, &path), DriftRule::Job, name.as_str(), message);
                found.push(finding.says(format!("{wire}: {label}")).seen_at(labels.line));
            }
        }
        self.found.extend(found);
    }
}
