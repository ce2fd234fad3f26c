//! Mistakes in the rules over several fields.

use std::collections::BTreeSet;

use serde_yaml::Value;

use crate::drift::mentions;
use crate::mutate::edit::{self, Edit};
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::File;
use crate::mutate::site::{FieldSite, FileSite, Mutant};
use crate::pages::phrases::word_of;
use crate::spec::Section;
use crate::spec::source::Path;

pub(super) const KINDS: &[Kind] = &[
    Kind::new(
        "rule-dropped",
        "a field's description speaks of a choice, a condition or the number",
        File(dropped),
    ),
    Kind::new("rule-weakened", "a field's description speaks of a choice", File(weakened)),
    Kind::new(
        "rule-field-swapped",
        "a field's description speaks of a choice or a condition",
        File(field_swapped),
    ),
    Kind::new("rule-condition", "a field's description has the value", File(condition)),
    Kind::new("rule-span", "a page has the number", File(span)),
];

/// A rule: where it stands, its kind, what it says, and the fields of the list that it is about.
struct RuleSite<'a> {
    at: Path,
    kind: String,
    body: &'a Value,
    fields: Vec<FieldSite<'a>>,
    /// What all pages of the file say around their tables.
    prose: String,
}

/// How pages word that fields depend on one another.
const WORDS: [&str; 27] = [
    "至少",
    "必须",
    "必填",
    "必传",
    "二选一",
    "其一",
    "之一",
    "其中一",
    "任选",
    "不能同时",
    "不可同时",
    "同时",
    "选填",
    "或者",
    "仅当",
    "才",
    "时有效",
    "时必",
    "时需要",
    "不能为空",
    "互斥",
    "只能",
    "有效",
    "忽略",
    "优先",
    "则",
    "当",
];

impl RuleSite<'_> {
    /// The fields that it names.
    fn named(&self) -> impl Iterator<Item = &FieldSite<'_>> {
        let text = serde_yaml::to_string(self.body).unwrap_or_default();
        self.fields.iter().filter(move |field| mentions(&text, field.wire))
    }

    /// Whether what pages say of its fields speaks of a dependence.
    fn is_said(&self) -> bool {
        self.named().any(|field| field.speaks(&WORDS))
    }

    fn mutant(&self, change: String, edits: Vec<Edit>, said: bool) -> Mutant {
        Mutant { at: self.at.clone(), change, edits, said }
    }
}

fn rules<'a>(site: &'a FileSite<'a>) -> Vec<RuleSite<'a>> {
    let mut found = Vec::new();
    let prose = site.endpoints().flat_map(|endpoint| {
        let texts = endpoint.documented.iter().map(|(read, _)| read.page.text.clone());
        texts.collect::<Vec<_>>()
    });
    let prose = prose.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join("\n");
    let endpoints = site.file.endpoints.keys().map(|name| (Section::Endpoints.entry(name), "request"));
    let structs = site.file.structs.keys().map(|name| (Section::Structs.entry(name), "fields"));
    for (owner, list) in endpoints.chain(structs) {
        let path = owner.key("rules");
        let rules = edit::get(site.value, &path).and_then(Value::as_sequence);
        for (index, rule) in rules.into_iter().flatten().enumerate() {
            let Some((kind, body)) = rule.as_mapping().and_then(|rule| rule.iter().next()) else { continue };
            let list = owner.key(list);
            let fields = site.fields().filter(|field| field.list == list).collect();
            let (at, kind) = (path.index(index), word_of(kind));
            found.push(RuleSite { at, kind, body, fields, prose: prose.clone() });
        }
    }
    found
}

fn dropped(site: &FileSite<'_>) -> Vec<Mutant> {
    let rules = rules(site).into_iter();
    rules
        .map(|rule| {
            rule.mutant(format!("no {}", rule.kind), vec![Edit::Remove(rule.at.clone())], rule.is_said())
        })
        .collect()
}

fn weakened(site: &FileSite<'_>) -> Vec<Mutant> {
    let mutants = rules(site).into_iter().filter_map(|rule| {
        let other = match rule.kind.as_str() {
            "exactly_one" => "at_least_one",
            "at_least_one" | "at_most_one" => "exactly_one",
            _ => return None,
        };
        let edits = vec![Edit::Rename(rule.at.key(&rule.kind), other.to_owned())];
        Some(rule.mutant(format!("{} is {other}", rule.kind), edits, rule.is_said()))
    });
    mutants.collect()
}

/// One of the rule's fields is another one of the list, of those that may stand there.
fn field_swapped(site: &FileSite<'_>) -> Vec<Mutant> {
    let mutants = rules(site).into_iter().filter_map(|rule| {
        let named: Vec<&str> = rule.named().map(|field| field.wire).collect();
        let other = |field: &&FieldSite<'_>| {
            field.field.optional && !field.field.embed && !named.contains(&field.wire)
        };
        let other = rule.fields.iter().find(other)?.wire;
        let (path, old) = match rule.body {
            Value::Sequence(items) => {
                (rule.at.key(&rule.kind).index(items.len() - 1), items.last()?.as_str()?)
            }
            Value::Mapping(body) => (rule.at.key(&rule.kind).key("field"), body.get("field")?.as_str()?),
            _ => return None,
        };
        let edits = vec![Edit::Set(path, other.into())];
        Some(rule.mutant(format!("{old} is {other}"), edits, rule.is_said()))
    });
    mutants.collect()
}

/// Another value makes a field required.
fn condition(site: &FileSite<'_>) -> Vec<Mutant> {
    let mutants = rules(site).into_iter().filter_map(|rule| {
        let values = rule.body.get("is")?.as_sequence()?;
        let first = values.first()?;
        let when = rule.body.get("when")?.as_str()?;
        let when = rule.fields.iter().find(|field| field.wire == when)?;
        let listed = when.field.ty.name().and_then(|name| site.file.enums.get(name));
        let other = match (listed, first) {
            (Some(listed), _) => {
                let free = |wire: &&String| values.iter().all(|value| word_of(value) != **wire);
                let wire = listed.values.keys().find(free)?;
                wire.parse::<i64>().map_or_else(|_| wire.as_str().into(), Value::from)
            }
            (None, Value::Bool(value)) => (!value).into(),
            (None, Value::Number(number)) => (number.as_i64()? + 1).into(),
            _ => return None,
        };
        let edits = vec![Edit::Set(rule.at.key(&rule.kind).key("is").index(0), other.clone())];
        let said = rule.named().any(|field| field.says(&word_of(first))) && rule.is_said();
        Some(rule.mutant(format!("is: {}", word_of(&other)), edits, said))
    });
    mutants.collect()
}

fn span(site: &FileSite<'_>) -> Vec<Mutant> {
    let mutants = rules(site).into_iter().filter_map(|rule| {
        let days = rule.body.get("days")?.as_u64()?;
        let edits = vec![Edit::Set(rule.at.key(&rule.kind).key("days"), (days * 10).into())];
        let said = mentions(&rule.prose, &days.to_string());
        Some(rule.mutant(format!("days: {}", days * 10), edits, said))
    });
    mutants.collect()
}
