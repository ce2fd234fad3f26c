//! Compares rules over several fields on the pages with those of the spec.

use std::collections::BTreeSet;

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use super::object::{SpecObject, What};
use super::page::{PageField, PageObject};
use crate::pages::phrases::{self, Claim, Moment, Subject};
use crate::pages::table::values_of;
use crate::pages::tree::Node;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{DriftRule, Field, FieldPath, File, Group, Part, Rule, WrittenRule};

/// An object, and its fields on the pages.
struct Ruled<'c, 'a> {
    file: &'a File,
    object: &'c SpecObject<'a>,
    seen: &'c [PageObject<'c>],
}

/// The depth to which rows inside a field are searched for statements about the fields around it.
const DEPTH: usize = 3;

impl<'a> Comparison<'a> {
    /// Reports rules over the fields of an object that pages state and the spec lacks; for a response, their number.
    pub(super) fn claims(
        &mut self,
        file: &'a File,
        part: Part,
        object: &SpecObject<'a>,
        seen: &[PageObject<'_>],
    ) {
        let ruled = Ruled { file, object, seen };
        let mut told = BTreeSet::new();
        let mut claims = ruled.claims();
        claims.retain(|(claim, _)| part.is_sent() || matches!(claim, Claim::Group(..)));
        for (claim, line) in &claims {
            let line = *line;
            // A response may keep a stricter rule than the page states.
            let stricter = || ruled.is_stricter(claim, &claims).filter(|_| part.is_sent());
            let lacks = ruled.lacks(claim).map(|says| {
                let message = format!("the page states a rule, the spec lacks it: `{says}`");
                (says, message)
            });
            let stricter = || {
                let says = stricter()?;
                let message = format!("the page states a rule, the spec's is stricter: `{says}`");
                Some((format!("only {says}"), message))
            };
            let Some((says, message)) = lacks.or_else(stricter) else { continue };
            if told.insert(says.clone()) {
                let spot = Spot::key(file, &object.path);
                self.found
                    .push(Finding::new(spot, DriftRule::Rule, &object.at, message).says(says).seen_at(line));
            }
        }
    }
}

impl<'a> Ruled<'_, 'a> {
    /// Returns the statements in the rows of its fields, in its own row and in the text around the endpoint.
    fn claims(&self) -> Vec<(Claim, PageLine)> {
        let mut found = Vec::new();
        for seen in self.seen {
            for (name, field) in seen.fields() {
                for row in &field.node.rows {
                    let stated = phrases::claims(&row.doc, Some(name)).into_iter();
                    found.extend(stated.map(|claim| (claim, seen.page.line(row.line))));
                }
            }
            for row in seen.above.iter().flat_map(|above| &above.rows) {
                let stated = phrases::claims(&row.doc, None).into_iter();
                // A statement by path is reported where the path begins.
                let own = stated.filter(|claim| !is_by_path(claim));
                found.extend(own.map(|claim| (claim, seen.page.line(row.line))));
            }
        }
        for seen in self.seen {
            for (name, field) in seen.fields() {
                let inside = inside(name, field.node, DEPTH).into_iter();
                let inside = inside.filter(|(claim, _)| self.decides_alone(claim));
                found.extend(inside.map(|(claim, line)| (claim, seen.page.line(line))));
            }
        }
        for seen in self.seen {
            found.extend(seen.page.section.claims().iter().map(|claim| (claim.clone(), seen.page.address())));
        }
        found
    }

    /// Returns the rule of a claim, if the object has its fields, and no rule that says the same.
    fn lacks(&self, claim: &Claim) -> Option<String> {
        let rules = self.object.all_rules(self.file);
        match claim {
            Claim::Group(group, names) => {
                let (names, fields) = self.group(names)?;
                let held = match group {
                    // A field that is always set is one of them.
                    Group::AtLeastOne | Group::BothOrNeither
                        if fields.iter().any(|field| !field.optional) =>
                    {
                        true
                    }
                    // A field that is always present has another way to mean nothing.
                    Group::AtMostOne if fields.iter().all(|field| !field.optional) => true,
                    _ => {
                        rules.iter().any(|rule| implies(rule, *group, &names))
                            || self.holds_inside(*group, &names)
                    }
                };
                let names: Vec<String> = names.into_iter().collect();
                (!held).then(|| format!("{}: [{}]", group.key(), names.join(", ")))
            }
            Claim::RequiredWhen { field, when, is } => {
                let lacking = self.field(field)?.optional;
                let (when, is) = self.condition(when, is)?;
                let told = format!("required_when: {field}, where {when} is {}", list(&is));
                (lacking && !decides(&rules, "required_when", field, (&when, &is))).then_some(told)
            }
            Claim::ForbiddenWhen { field, when, is } => {
                let (when, is) = self.condition(when, is)?;
                let told = format!("forbidden_when: {field}, where {when} is {}", list(&is));
                (self.field(field)?.optional && !decides(&rules, "forbidden_when", field, (&when, &is)))
                    .then_some(told)
            }
            Claim::ForbiddenUnless { field, when, is } => {
                let others = self.other_values(when, is)?;
                let told = format!("forbidden_when: {field}, where {when} is {}", list(&others));
                let lacking = self.field(field)?.optional;
                (lacking && !decides(&rules, "forbidden_when", field, (when, &others))).then_some(told)
            }
            Claim::RequiredWith { field, when } => {
                self.field(when)?;
                let both = BTreeSet::from([field.clone(), when.clone()]);
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
                    let ordered = written["strict_order"] == pair;
                    let at_most = written["order"] == pair || span["from"] == first && span["to"] == second;
                    ordered || at_most && !strict
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

    /// Returns the rule of a claim, if the object's rule is stricter than everything that the page claims.
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
        let names: Vec<String> = names.into_iter().collect();
        stricter.then(|| format!("{}: [{}]", group.key(), names.join(", ")))
    }

    /// Returns the name of the field for one of two times or numbers.
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

    /// Returns the paths of a group that belong to its fields, if the other names aren't those of fields.
    fn group(&self, names: &[String]) -> Option<(BTreeSet<String>, Vec<&'a Field>)> {
        let mut known = BTreeSet::new();
        let mut fields = Vec::new();
        for name in names {
            match self.at(name) {
                Some((path, field)) => {
                    known.insert(path);
                    fields.push(field);
                }
                // `ID` or `Rooms`: a word of the text.
                None if name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains('_') => {}
                None => return None,
            }
        }
        (known.len() > 1).then_some((known, fields))
    }

    /// Returns the field at a path, or the object's own field with the path's last name, and its path.
    fn at(&self, path: &str) -> Option<(String, &'a Field)> {
        if let Some((first, rest)) = path.split_once('.')
            && let Some((name, field)) = self.own(first)
        {
            let structure = self.file.structs.get(field.ty.name()?)?;
            let inner = self.file.field_at(&structure.fields, &FieldPath::new(rest))?;
            return Some((format!("{name}.{rest}"), inner));
        }
        let last = path.rsplit('.').next().unwrap_or(path);
        self.own(last).map(|(name, field)| (name.to_owned(), field))
    }

    /// Returns whether the struct that contains all fields of a group has the rule.
    fn holds_inside(&self, group: Group, paths: &BTreeSet<String>) -> bool {
        let parts: Option<Vec<(&str, &str)>> = paths.iter().map(|path| path.split_once('.')).collect();
        let Some(parts) = parts else { return false };
        let first = parts[0].0;
        let structure = self.own(first).and_then(|(_, field)| self.file.structs.get(field.ty.name()?));
        let names: BTreeSet<String> = parts.iter().map(|(_, rest)| (*rest).to_owned()).collect();
        parts.iter().all(|(name, _)| *name == first)
            && structure.is_some_and(|structure| {
                let mut rules = structure.rules.iter().filter_map(WrittenRule::meaning);
                rules.any(|rule| implies(&rule, group, &names))
            })
    }

    /// Returns whether a field of the object is the condition, and no field beside the one that depends on it.
    fn decides_alone(&self, claim: &Claim) -> bool {
        let (Claim::RequiredWhen { field, when, .. } | Claim::ForbiddenWhen { field, when, .. }) = claim
        else {
            return false;
        };
        let around = field.rsplit_once('.').and_then(|(around, _)| self.at(around));
        let inner = around.and_then(|(_, field)| SpecObject::of_type(self.file, &field.ty));
        match (when, inner) {
            (Subject::Field(name), Some(inner)) => {
                inner.fields.iter().all(|field| field.name != name.as_str())
            }
            (Subject::Called(_), Some(_)) => true,
            _ => false,
        }
    }

    /// Returns the name of the field that is the condition, and its values as on the wire.
    fn condition(&self, when: &Subject, is: &[String]) -> Option<(String, BTreeSet<String>)> {
        let file = self.file;
        let is_it = |name: &str, seen: &PageField<'_>| match when {
            Subject::Field(own) if self.own(own).is_some() => name == own,
            Subject::Field(own) => self.ends_in(own) == Some(name),
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

    /// Returns the values that a field can have besides some.
    fn other_values(&self, field: &str, values: &[String]) -> Option<BTreeSet<String>> {
        let listed = self.file.enums.get(self.field(field)?.ty.name()?)?;
        let known = values.iter().all(|value| listed.values.contains_key(value));
        let others: BTreeSet<String> =
            listed.values.keys().filter(|value| !values.contains(value)).cloned().collect();
        Some(others).filter(|others| known && !others.is_empty())
    }

    /// Returns the only field whose name ends in a word, such as `service_state` where a page says `state`.
    fn ends_in(&self, word: &str) -> Option<&'a str> {
        let ends = |name: &str| name.strip_suffix(word).is_some_and(|rest| rest.ends_with('_'));
        let mut found = self.object.fields.iter().map(|field| field.name).filter(|name| ends(name));
        found.next().filter(|_| found.next().is_none())
    }

    /// Returns the field with a name, or at a path.
    fn field(&self, path: &str) -> Option<&'a Field> {
        self.at(path).map(|(_, field)| field)
    }

    /// Returns the field with a name, if it is one of the object's own; pages may omit an underscore.
    fn own(&self, name: &str) -> Option<(&'a str, &'a Field)> {
        let plain = |name: &str| name.replace('_', "");
        let fields = || self.object.fields.iter();
        let own = fields().find(|field| field.name == name);
        let own = own.or_else(|| fields().find(|field| plain(field.name) == plain(name)))?;
        match own.what {
            What::Field(field) => Some((own.name, field)),
            What::Tag(..) | What::Content(_) => None,
        }
    }
}

/// Returns whether a claim is about a group of fields given by their paths.
fn is_by_path(claim: &Claim) -> bool {
    matches!(claim, Claim::Group(_, names) if names.iter().any(|name| name.contains('.')))
}

/// Returns the claims in rows inside a field about the fields there, given by their paths, each with its line.
fn inside(path: &str, node: &Node<'_>, depth: usize) -> Vec<(Claim, usize)> {
    let mut found = Vec::new();
    for (name, inner) in node.fields.iter().filter(|_| depth > 0) {
        let path = format!("{path}.{name}");
        for row in &inner.rows {
            let stated = phrases::claims(&row.doc, Some(&path)).into_iter();
            found.extend(stated.map(|claim| (claim, row.line)));
        }
        found.extend(inside(&path, inner, depth - 1));
    }
    found
}

/// Returns whether a rule makes a field depend on the values of another one; without values, on whether it is set.
fn decides(rules: &[Rule], key: &str, field: &str, (when, is): (&str, &BTreeSet<String>)) -> bool {
    // Rules compare booleans as numbers.
    let compared = |value: &String| match value.as_str() {
        "true" => "1".to_owned(),
        "false" => "0".to_owned(),
        _ => value.clone(),
    };
    let is: BTreeSet<String> = is.iter().map(compared).collect();
    rules.iter().any(|rule| {
        let written = &rule.as_written()[key];
        let values = written["is"].as_array().into_iter().flatten().filter_map(|value| value.as_str());
        written["field"] == *field
            && written["when"] == *when
            && values.map(str::to_owned).collect::<BTreeSet<_>>() == is
    })
}

/// Returns whether a page gives a value this label, apart from a verb before it.
fn is_called(value: &phrases::Value, label: &str) -> bool {
    phrases::without_verb(value.doc.trim_end_matches(['"', '”'])) == phrases::without_verb(label)
}

fn list(values: &BTreeSet<String>) -> String {
    values.iter().cloned().collect::<Vec<_>>().join(", ")
}

/// Returns whether a rule says at least what a page says about a group of fields.
fn implies(rule: &Rule, group: Group, paths: &BTreeSet<String>) -> bool {
    is_group(rule, group, paths) || is_group(rule, Group::ExactlyOne, paths) && group != Group::BothOrNeither
}

/// Returns whether a rule is of a kind, over some fields or their contents, and perhaps others.
fn is_group(rule: &Rule, group: Group, paths: &BTreeSet<String>) -> bool {
    let Rule::Group(own, fields) = rule else { return false };
    let fields: BTreeSet<String> = fields.iter().map(ToString::to_string).collect();
    // The contents of a field are set if the field is, and vice versa.
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let alike = |field: &str, path: &str| within(field, path) || within(path, field);
    *own == group && paths.iter().all(|path| fields.iter().any(|field| alike(field, path)))
}
