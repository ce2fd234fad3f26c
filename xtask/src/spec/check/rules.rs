//! Checks of rules over several fields.

use super::checker::{Checker, nested};
use crate::spec::diagnostic::At;
use crate::spec::mistakes::Mistake;
use crate::spec::source::Path;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{Asks, Field, Fields, Rule, WrittenRule};

impl Checker<'_> {
    pub(super) fn rules(&mut self, path: &Path, fields: &Fields, rules: &[WrittenRule]) {
        for (index, rule) in rules.iter().enumerate() {
            let path = path.index(index);
            match rule.meaning() {
                Some(rule) => self.rule(&path, fields, &rule),
                None => {
                    self.report
                        .error(Mistake::BadRule, At::Value(&path), "a rule says exactly one thing")
                        .label("says none or several")
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
            let name = name.to_string();
            let Some(field) = self.field(&at, fields, &name, "list of fields") else { continue };
            let of_type = || format!("`{name}` is a `{}`", field.ty);
            let refused = match asks {
                Asks::MayBeAbsent(why) => (!field.optional).then(|| (why, format!("`{name}` is required"))),
                Asks::Time => (!is_time(field)).then(|| ("a span is between timestamps", of_type())),
                Asks::Scalar => {
                    nested(self.file, &field.ty).then(|| ("a condition is on a scalar", of_type()))
                }
            };
            if let Some((message, label)) = refused {
                self.report.error(Mistake::BadRule, At::Value(&at), message).label(label);
            }
        }
    }
}

fn is_time(field: &Field) -> bool {
    field.ty == TypeExpr::Scalar(Scalar::Timestamp)
}
