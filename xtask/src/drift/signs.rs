//! Compares the fields that an app's signature covers with those that a linked page lists.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use super::page::Documented;
use crate::pages;
use crate::pages::phrases;
use crate::spec::{DriftRule, Endpoint, File, Section};

impl Comparison<'_> {
    /// Reports a signature over other fields than a page says to which the endpoint's page links.
    pub(super) fn signed(&mut self, file: &File, name: &str, endpoint: &Endpoint, page: Documented<'_>) {
        let Some(app) = endpoint.head.sign.as_ref().and_then(|sign| sign.app.as_ref()) else { return };
        let linked = pages::linked(&page.read.page.text);
        let ours: BTreeSet<&str> = app.over.iter().map(String::as_str).collect();
        let lists = self.pages.iter().enumerate().filter(|(_, read)| linked.contains(&read.page.id));
        let lists = lists.flat_map(|(index, read)| {
            let lists = phrases::signed_fields(&read.page.text).into_iter();
            lists.map(move |(line, fields)| (PageLine { page: index, line }, fields))
        });
        // A page lists them for each of several calls: the nearest list is this call's.
        let differs = |(_, fields): &(PageLine, Vec<&str>)| {
            let theirs: BTreeSet<&str> = fields.iter().copied().collect();
            theirs.symmetric_difference(&ours).count()
        };
        let Some(nearest) = lists.min_by_key(differs).filter(|list| differs(list) > 0) else { return };
        let (line, fields) = nearest;
        let says = fields.join(", ");
        let message = format!("the page says that the app's signature covers `{says}`");
        let spot = Spot::key(file, &Section::Endpoints.entry(name).key("sign").key("app").key("over"));
        let finding = Finding::new(spot, DriftRule::Rule, format!("{name}.sign"), message);
        self.found.push(finding.says(says).seen_at(line));
    }
}
