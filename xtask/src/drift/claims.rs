//! Rules over several fields that pages state, held against those of the spec.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use super::object::{SpecField, SpecObject, What};
use super::page::{PageField, PageObject};
use crate::pages::phrases::{self, Claim, Moment, Subject};
use crate::pages::table::values_of;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{DriftRule, Field, File, Group, Rule, WrittenRule};

/// An object that is sent, and the fields that pages show of it.
struct Ruled<'c, 'a> {
    object: &'c SpecObject<'a>,
    seen: &'c [PageObject<'c>],
}

impl<'a> Comparison<'a> {
    /// Tells of rules over the fields of an object that is sent, which pages state and the spec lacks.
    pub(super) fn claims(&mut self, file: &'a File, object: &SpecObject<'a>, seen: &[PageObject<'_>]) {
        let ruled = Ruled { object, seen };
        let mut told = BTreeSet::new();
        let claims = ruled.claims();
        for (claim, line) in &claims {
            let line = *line;
            let Some(says) = ruled.lacks(claim, file).or_else(|| ruled.is_stricter(claim, &claims)) else {
                continue;
            };
            if told.insert(says.clone()) {
                let message = format!("the page states a rule, the spec lacks it: `{says}`");
                let spot = Spot::key(file, &object.path);
                self.found
                    .push(Finding::new(spot, DriftRule::Rule, &object.at, message).says(says).seen_at(line));
            }
        }
    }
}

impl<'c> Ruled<'c, '_> {
    /// What rows of its fields, its own row and the text around the endpoint state.
    fn claims(&self) -> Vec<(Claim, PageLine)> {
        let mut found = Vec::new();
        let mut add = |doc: &str, about: Option<&str>, line: PageLine| {
            found.extend(phrases::claims(doc, about).into_iter().map(|claim| (claim, line)));
        };
        for seen in self.seen {
            for (name, field) in seen.fields() {
                for row in &field.node.rows {
                    add(&row.doc, Some(name), seen.page.line(row.line));
                }
            }
            for row in seen.above.iter().flat_map(|above| &above.rows) {
                add(&row.doc, None, seen.page.line(row.line));
            }
        }
        for seen in self.seen {
            found.extend(seen.page.section.claims().iter().map(|claim| (claim.clone(), seen.page.address())));
        }
        found
    }

    /// The rule of a claim, if the object has its fields, and nothing that says the same.
    fn lacks(&self, claim: &Claim, file: &File) -> Option<String> {
        let rules: Vec<Rule> = self.object.rules.iter().filter_map(WrittenRule::meaning).collect();
        match claim {
            Claim::Group(group, names) => {
                let (names, fields) = self.group(names)?;
                let held = match group {
                    // What is always set is one of them.
                    Group::AtLeastOne | Group::BothOrNeither
                        if fields.iter().any(|field| !field.optional) =>
                    {
                        true
                    }
                    _ => rules.iter().any(|rule| implies(rule, *group, &names)),
                };
                let names: Vec<&str> = names.into_iter().collect();
                (!held).then(|| format!("{}: [{}]", group.key(), names.join(", ")))
            }
            Claim::RequiredWhen { field, when, is } => {
                let lacking = self.field(field)?.optional;
                let (when, is) = self.condition(when, is, file)?;
                let told = format!("required_when: {field}, where {when} is {}", list(&is));
                (lacking && !decides(&rules, "required_when", field, (&when, &is))).then_some(told)
            }
            Claim::ForbiddenWhen { field, when, is } => {
                let (when, is) = self.condition(when, is, file)?;
                let told = format!("forbidden_when: {field}, where {when} is {}", list(&is));
                (self.field(field)?.optional && !decides(&rules, "forbidden_when", field, (&when, &is)))
                    .then_some(told)
            }
            Claim::RequiredWith { field, when } => {
                self.field(when)?;
                let both = BTreeSet::from([field.as_str(), when.as_str()]);
                let held = rules.iter().any(|rule| implies(rule, Group::BothOrNeither, &both))
                    || decides(&rules, "required_when", field, (when, &BTreeSet::new()));
                (self.field(field)?.optional && !held).then(|| format!("required_when: {field}, with {when}"))
            }
            Claim::Order { fields: [first, second], strict } => {
                let (first, second) = (self.moment(first)?, self.moment(second)?);
                let pair = serde_json::json!([first, second]);
                let held = |rule: &Rule| {
                    let written = rule.as_written();
                    let span = &written["max_span"];
                    written["order"] == pair
                        || written["strict_order"] == pair
                        || span["from"] == first && span["to"] == second
                };
                let key = if *strict { "strict_order" } else { "order" };
                (first != second && !rules.iter().any(held)).then(|| format!("{key}: [{first}, {second}]"))
            }
            Claim::MaxSpan(days) => {
                let time = TypeExpr::Scalar(Scalar::Timestamp);
                let times = self.object.fields.iter().filter(|field| field.ty() == Some(&time));
                let held = |rule: &Rule| rule.as_written()["max_span"]["days"] == *days;
                (times.count() > 1 && !rules.iter().any(held)).then(|| format!("max_span: {days} days"))
            }
        }
    }

    /// The rule of a claim, if the object's is stricter than all that the page claims.
    fn is_stricter(&self, claim: &Claim, claims: &[(Claim, PageLine)]) -> Option<String> {
        let Claim::Group(group @ (Group::AtLeastOne | Group::AtMostOne), names) = claim else { return None };
        let (names, _) = self.group(names)?;
        let own = |other: Group| {
            let rules = self.object.rules.iter().filter_map(WrittenRule::meaning);
            rules.into_iter().any(|rule| is_group(&rule, other, &names))
        };
        let other = |(claim, _): &(Claim, PageLine)| match claim {
            Claim::Group(other, others) => {
                other != group && self.group(others).is_some_and(|(others, _)| others == names)
            }
            _ => false,
        };
        let stricter = own(Group::ExactlyOne) && !own(*group) && !claims.iter().any(other);
        let names: Vec<&str> = names.iter().copied().collect();
        stricter.then(|| format!("{}: [{}]", group.key(), names.join(", ")))
    }

    /// The name of the field that is one of two times or numbers.
    fn moment(&self, moment: &Moment) -> Option<String> {
        match moment {
            Moment::Field(name) => self.field(name).map(|_| name.clone()),
            Moment::Called(word) => {
                let time = TypeExpr::Scalar(Scalar::Timestamp);
                let times = self.object.fields.iter().filter(|field| field.ty() == Some(&time));
                let mut named = times.filter(|field| {
                    let begins = *word == "start" && field.name.contains("begin");
                    begins || field.name.contains(word)
                });
                let first = named.next()?;
                named.next().is_none().then(|| first.name.to_owned())
            }
        }
    }

    /// The names of a group that are names of its fields, if the others are none of any field.
    fn group<'n>(&self, names: &'n [String]) -> Option<(BTreeSet<&'n str>, Vec<&'c Field>)> {
        let mut known = BTreeSet::new();
        let mut fields = Vec::new();
        for name in names {
            match self.field(name) {
                Some(field) => {
                    known.insert(name.as_str());
                    fields.push(field);
                }
                // `ID`, or `URL`: a word of the text.
                None if name.chars().all(|c| c.is_ascii_uppercase()) => {}
                None => return None,
            }
        }
        (known.len() > 1).then_some((known, fields))
    }

    /// Which field decides, by its name, and the values as on the wire.
    fn condition(&self, when: &Subject, is: &[String], file: &File) -> Option<(String, BTreeSet<String>)> {
        let is_it = |name: &str, seen: &PageField<'_>| match when {
            Subject::Field(own) => name == own,
            Subject::OfThese => {
                let listed = self.field(name).and_then(|field| file.enums.get(field.ty.name()?));
                listed.is_some_and(|listed| is.iter().all(|value| listed.values.contains_key(value)))
            }
            Subject::Labelled => {
                let listed = self.field(name).and_then(|field| file.enums.get(field.ty.name()?));
                let rows = seen.node.rows.iter().flat_map(|row| phrases::values(&row.doc, false));
                listed.is_some()
                    && rows.into_iter().any(|value| is.iter().any(|label| is_called(&value, label)))
            }
            Subject::Called(words) => seen.node.rows.iter().any(|row| {
                let called =
                    row.doc.split(['，', ',', '。', '：', ':', '；', ' ']).next().unwrap_or_default();
                called.contains(words.as_str()) || row.doc.starts_with(words.as_str())
            }),
        };
        let mut found =
            self.seen.iter().flat_map(|seen| seen.fields()).filter(|(name, seen)| is_it(name, seen));
        let (name, seen) = found.next()?;
        let ty = &self.field(name)?.ty;
        let listed = ty.name().and_then(|name| file.enums.get(name));
        let named = &seen.page.read.contents.named;
        let text = listed.is_some_and(|listed| listed.repr.scalar() == Scalar::String);
        let rows = seen.node.rows.iter();
        let values =
            rows.flat_map(|row| values_of(row, named).unwrap_or_else(|| phrases::values(&row.doc, text)));
        let values: Vec<phrases::Value> = values.collect();
        let wire = |word: &String| {
            if word.is_ascii() && listed.is_none_or(|listed| listed.values.contains_key(word)) {
                return Some(word.clone());
            }
            let mut called = values.iter().filter(|value| is_called(value, word));
            called.next().map(|value| value.wire.clone())
        };
        Some((name.to_owned(), is.iter().map(wire).collect::<Option<_>>()?))
    }

    /// The field of a name, if it is one of the object's own.
    fn field(&self, name: &str) -> Option<&'c Field> {
        let own = |field: &&SpecField<'_>| field.name == name;
        match self.object.fields.iter().find(own)?.what {
            What::Field(field) => Some(field),
            What::Tag(..) | What::Content(_) => None,
        }
    }
}

/// Whether a rule makes a field depend on the values of another one; none of them if it need only be set.
fn decides(rules: &[Rule], key: &str, field: &str, (when, is): (&str, &BTreeSet<String>)) -> bool {
    rules.iter().any(|rule| {
        let written = &rule.as_written()[key];
        let values = written["is"].as_array().into_iter().flatten().filter_map(|value| value.as_str());
        written["field"] == *field
            && written["when"] == *when
            && values.map(str::to_owned).collect::<BTreeSet<_>>() == *is
    })
}

/// Whether a page calls a value so, but for the verb before it.
fn is_called(value: &phrases::Value, label: &str) -> bool {
    phrases::without_verb(value.doc.trim_end_matches(['"', '”'])) == phrases::without_verb(label)
}

fn list(values: &BTreeSet<String>) -> String {
    values.iter().cloned().collect::<Vec<_>>().join(", ")
}

/// Whether a rule says of a group of fields what a page says of them, if not more.
fn implies(rule: &Rule, group: Group, names: &BTreeSet<&str>) -> bool {
    is_group(rule, group, names) || is_group(rule, Group::ExactlyOne, names) && group != Group::BothOrNeither
}

/// Whether a rule is of a kind, over some fields and perhaps others.
fn is_group(rule: &Rule, group: Group, names: &BTreeSet<&str>) -> bool {
    let Rule::Group(own, fields) = rule else { return false };
    let fields: BTreeSet<String> = fields.iter().map(ToString::to_string).collect();
    *own == group && names.iter().all(|name| fields.contains(*name))
}
