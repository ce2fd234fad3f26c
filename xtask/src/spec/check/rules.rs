//! Checks of rules over several fields.

use super::checker::{Along, Checker, nested};
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Asks, Carrier, Demand, Field, Fields, Limit, LimitValue, Rule, Test, WrittenRule};

/// The rules for paths to the fields of a rule.
const FIELDS: Along = Along { side: "list of fields", lists: true, mistake: Mistake::BadRule };

impl Checker<'_> {
    pub(super) fn rules(&mut self, path: &Path, fields: &Fields, rules: &[WrittenRule]) {
        for (index, rule) in rules.iter().enumerate() {
            let path = path.index(index);
            match rule.meaning() {
                Some(rule) => self.rule(&path, fields, &rule),
                None => {
                    self.report
                        .error(Mistake::BadRule, At::Value(&path), "a rule must have exactly one kind")
                        .label("has none or several")
                        .help(format!("rules: {}", Rule::KEYS));
                }
            }
        }
    }

    fn rule(&mut self, path: &Path, fields: &Fields, rule: &Rule) {
        if let Some((at, true, [message, label])) = rule.list(path) {
            self.report.error(Mistake::BadRule, At::Value(&at), message).label(label);
        }
        for (at, name, asks) in rule.asks(path) {
            let Some(steps) = self.along(&at, fields, name, &FIELDS) else { continue };
            let Some(field) = steps.last() else { continue };
            let of_type = || format!("`{name}` is a `{}`", field.ty);
            let in_list = steps[..steps.len() - 1].iter().any(|step| is_list(&step.ty));
            let refused = match asks {
                Asks::MayBeAbsent(why) => {
                    let optional = in_list || steps.iter().any(|step| step.optional);
                    (!optional).then(|| (why, format!("`{name}` is required")))
                }
                Asks::Time | Asks::Comparable if in_list => {
                    let why =
                        "a comparison can't pass through a list: move the rule to the struct of its items";
                    Some((why, format!("`{name}` is in a list")))
                }
                Asks::Time => (!is_time(field)).then(|| ("a span needs timestamps", of_type())),
                Asks::Comparable => {
                    let comparable = is_number(field) || is_time(field);
                    (!comparable).then(|| ("only numbers and timestamps can be compared", of_type()))
                }
                Asks::Number => (!is_number(field)).then(|| ("a total needs numbers", of_type())),
                Asks::Items => {
                    let holds = matches!(Carrier::of(&field.ty), Some(Carrier::List | Carrier::Map));
                    (!holds).then(|| ("only lists and maps have items", of_type()))
                }
                Asks::Scalar => {
                    if let Rule::When { test: Test::Is(values), .. } = rule {
                        self.values_of(&path.key(rule.key()).key("is"), &field.ty, values, Mistake::BadRule);
                    }
                    nested(self.file, &field.ty).then(|| ("a condition needs a scalar", of_type()))
                }
                Asks::Listed if !in_list => {
                    let why = "only a field of the items of a list can differ among them";
                    Some((why, format!("`{name}` is in no list")))
                }
                Asks::Listed => {
                    (!is_word(field)).then(|| ("only strings and integers can be unique", of_type()))
                }
                Asks::Limits(limits) => {
                    let key = match rule {
                        Rule::When { when, test: Test::Has(_), .. } if when == name => "has",
                        _ => "limits",
                    };
                    let at = path.key(rule.key()).key(key);
                    self.limits_of(&at, &field.ty, &limits);
                    self.possible(&at, field, &limits);
                    None
                }
            };
            if let Some((message, label)) = refused {
                self.report.error(Mistake::BadRule, At::Value(&at), message).label(label);
            }
        }
        if let Rule::Difference { limits, .. } = rule {
            let number = TypeExpr::Scalar(Scalar::Int);
            self.limits_of(&path.key(rule.key()).key("limits"), &number, limits);
        }
        if let Rule::When { demand: Demand::Required | Demand::Forbidden, field, when, .. } = rule
            && field == when
        {
            let message = "a rule can't relate a field to itself";
            self.report.error(Mistake::BadRule, At::Value(path), message).label("the same field twice");
        }
    }
}

impl Checker<'_> {
    /// Checks that a field may have all numbers that a rule lists.
    fn possible(&mut self, path: &Path, field: &Field, limits: &[Limit]) {
        for limit in limits {
            let LimitValue::Numbers(numbers) = &limit.value else { continue };
            let refused = numbers.iter().find_map(|number| {
                let own = field.limits.iter().find(|own| !own.allows(&(*number).into()))?;
                Some((number, own))
            });
            if let Some((number, own)) = refused {
                let message = format!("the field is never {number}: its limit is `{own}`");
                self.report
                    .error(Mistake::BadRule, At::Value(&path.key(limit.kind.key())), message)
                    .label("lists an impossible number");
            }
        }
    }
}

fn is_list(ty: &TypeExpr) -> bool {
    matches!(ty, TypeExpr::Generic(Generic::List, _))
}

fn is_time(field: &Field) -> bool {
    field.ty == TypeExpr::Scalar(Scalar::Timestamp)
}

/// Returns whether equal values of a type have equal JSON.
fn is_word(field: &Field) -> bool {
    matches!(field.ty, TypeExpr::Scalar(Scalar::String | Scalar::Int | Scalar::Uint))
}

fn is_number(field: &Field) -> bool {
    matches!(field.ty, TypeExpr::Scalar(Scalar::Int | Scalar::Uint | Scalar::F64))
}
