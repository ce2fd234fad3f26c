//! Values that differ among the items of a list, according to the rows of the items' fields.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Fact, Finding, Spot};
use super::object::SpecField;
use super::page::PageField;
use crate::pages::phrases;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, TypeExpr};
use crate::spec::{DriftRule, Field, FieldPath, Fields, File, Part, Rule, Section, WrittenRule};

impl Comparison<'_> {
    /// Compares whether a request field must differ among the items of a list, by its rows and by the rules of
    /// whatever contains the list.
    pub(super) fn unique(
        &mut self,
        file: &File,
        (around, field): (&[String], &SpecField<'_>),
        found: &[PageField<'_>],
    ) {
        let Some((owner, _)) = field.at.rsplit_once('.') else { return };
        let rows = || found.iter().flat_map(|found| found.node.rows.iter().map(move |row| (found, *row)));
        let says = rows().find(|(_, row)| phrases::is_unique(&row.doc));
        let rule = rule_of(file, around, field);
        let mut unless = None;
        if says.is_some() {
            self.told.insert((file.source, field.at.clone(), Fact::Unique));
        }
        let (path, says, line, message) = match (says, rule) {
            (Some((found, row)), None) if is_in_list(file, owner) => {
                let message =
                    format!("the page says that `{}` is different in each item, no rule does", field.name);
                let says = format!("unique: {}", field.name);
                (field.path.clone(), says, found.page.line(row.line), message)
            }
            (None, Some(rule)) if rows().all(|(_, row)| !phrases::may_be_unique(&row.doc)) => {
                let Some((found, row)) = rows().next() else { return };
                if found.page.refuses(field.name).any(phrases::may_be_unique) {
                    return;
                }
                unless = Some(Fact::Unique);
                let message = format!("the page doesn't say that `{}` is different in each item", field.name);
                (rule, "no unique".to_owned(), found.page.line(row.line), message)
            }
            _ => return,
        };
        let finding = Finding::new(Spot::key(file, &path), DriftRule::Rule, &field.at, message);
        self.found.push(finding.says(says).seen_at(line).unless(unless));
    }
}

/// Returns whether there is a list of a struct, or of structs that contain it.
fn is_in_list(file: &File, owner: &str) -> bool {
    let mut pending = vec![owner];
    let mut known = BTreeSet::new();
    while let Some(owner) = pending.pop().filter(|owner| file.structs.contains_key(owner)) {
        if !known.insert(owner) {
            continue;
        }
        let holds = |field: &Field, list: bool| {
            let is_list = matches!(field.ty, TypeExpr::Generic(Generic::List, _));
            field.ty.name() == Some(owner) && is_list == list
        };
        if file.field_lists().any(|(_, fields)| fields.values().any(|field| holds(field, true))) {
            return true;
        }
        let around = file.structs.iter();
        let around = around.filter(|(_, of)| of.fields.values().any(|field| holds(field, false)));
        pending.extend(around.map(|(name, _)| name.as_str()));
    }
    false
}

/// Returns the rule that a field differs in each item, of whichever object around it.
fn rule_of(file: &File, around: &[String], field: &SpecField<'_>) -> Option<Path> {
    let trail: Vec<&str> = around.iter().map(String::as_str).chain([field.at.as_str()]).collect();
    let endpoints = file.endpoints.iter().map(|(name, endpoint)| {
        let at = format!("{name}.{}", Part::Request.key());
        (Section::Endpoints.entry(name), at, &endpoint.request, &endpoint.head.rules)
    });
    let structs = file.structs.iter().map(|(name, structure)| {
        (Section::Structs.entry(name), name.clone(), &structure.fields, &structure.rules)
    });
    endpoints.chain(structs).find_map(|(path, at, fields, rules)| {
        let is_it = |rule: &WrittenRule| match rule.meaning() {
            Some(Rule::Unique(path)) => {
                let steps = steps(file, &at, fields, &path);
                trail.ends_with(&steps.iter().map(String::as_str).collect::<Vec<_>>())
            }
            _ => false,
        };
        Some(path.key("rules").index(rules.iter().position(is_it)?))
    })
}

/// Returns the fields on a path, as deviations call them.
fn steps<'f>(file: &'f File, at: &str, mut fields: &'f Fields, path: &FieldPath) -> Vec<String> {
    let mut owner = at.to_owned();
    let mut found = Vec::new();
    for step in path.steps() {
        found.push(format!("{owner}.{step}"));
        let ty = fields.get(step).and_then(|field| field.ty.name());
        let Some((name, structure)) = ty.and_then(|name| file.structs.get_key_value(name)) else { break };
        (owner, fields) = (name.clone(), &structure.fields);
    }
    found
}
