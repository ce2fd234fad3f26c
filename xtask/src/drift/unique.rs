//! Values that differ among the items of a list, according to the rows of the items' fields.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Fact, Finding, Spot};
use super::object::SpecField;
use super::page::PageField;
use crate::pages::phrases;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, TypeExpr};
use crate::spec::{DriftRule, Field, FieldPath, Fields, File, Rule, Section, WrittenRule};

impl Comparison<'_> {
    /// Compares whether a request field must differ among the items of a list, by its rows and by the rules of
    /// whatever contains the list.
    pub(super) fn unique(&mut self, file: &File, field: &SpecField<'_>, found: &[PageField<'_>]) {
        let Some((owner, _)) = field.at.rsplit_once('.') else { return };
        let rows = || found.iter().flat_map(|found| found.node.rows.iter().map(move |row| (found, *row)));
        let says = rows().find(|(_, row)| phrases::is_unique(&row.doc));
        let rule = rule_of(file, owner, field.name);
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
    while let Some(owner) = pending.pop().filter(|owner| file.structs.contains_key(*owner)) {
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

/// Returns the rule that a field of a struct differs in each item, wherever it is.
fn rule_of(file: &File, owner: &str, name: &str) -> Option<Path> {
    let endpoints = file.endpoints.iter();
    let endpoints = endpoints
        .map(|(name, endpoint)| (Section::Endpoints.entry(name), &endpoint.request, &endpoint.head.rules));
    let structs = file.structs.iter();
    let structs =
        structs.map(|(name, structure)| (Section::Structs.entry(name), &structure.fields, &structure.rules));
    endpoints.chain(structs).find_map(|(path, fields, rules)| {
        let is_it = |rule: &WrittenRule| match rule.meaning() {
            Some(Rule::Unique(path)) => holder(file, fields, &path) == Some((owner, name.to_owned())),
            _ => false,
        };
        Some(path.key("rules").index(rules.iter().position(is_it)?))
    })
}

/// Returns the struct with the last field of a path, and the field's name.
fn holder<'f>(file: &'f File, fields: &'f Fields, path: &FieldPath) -> Option<(&'f str, String)> {
    let steps: Vec<&str> = path.steps().collect();
    let (last, above) = steps.split_last()?;
    let above = file.field_at(fields, &FieldPath::new(&above.join(".")))?;
    Some((above.ty.name()?, (*last).to_owned()))
}
