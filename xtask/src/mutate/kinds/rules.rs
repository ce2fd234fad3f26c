//! Mistakes in the rules over several fields.

use std::collections::BTreeSet;

use serde_yaml::Value;

use crate::mutate::edit::{self, Edit};
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::File;
use crate::mutate::site::{FieldSite, FileSite, Mutant};
use crate::pages::mentions;
use crate::pages::phrases::{in_digits, may_mean, word_of};
use crate::spec::Section;
use crate::spec::source::Path;

pub(super) const KINDS: &[Kind] = &[
    Kind::new("rule-dropped", "a page states it of the fields by their names", File(dropped))
        .since(OTHERWISE),
    Kind::new("order-dropped", "a page states it of the fields by their names", File(order_dropped))
        .since(OTHERWISE),
    Kind::new("forbidden-dropped", "a page states it of the fields by their names", File(forbidden_dropped))
        .since(OTHERWISE),
    Kind::new("rule-weakened", "a page states the choice between the fields by their names", File(weakened))
        .since(OTHERWISE),
    Kind::new("rule-field-swapped", "a page states it of the fields by their names", File(field_swapped))
        .since(OTHERWISE),
    Kind::new(
        "rule-condition",
        "a page states it of the fields by their names, and has the value",
        File(condition),
    )
    .since(OTHERWISE),
    Kind::new("rule-span", "a page has the number", File(span)),
    Kind::new("rule-limit", "a row of the limited field has the number", File(limit)),
    Kind::new("rule-number-dropped", "a row of the limited field has the number", File(number_dropped)),
    Kind::new("rule-number-added", "a row of the limited field has the others", File(number_added)),
    Kind::new("rule-total", "a page has the number", File(total)),
];

/// The reason why pages can't show what is wrong with most rules.
const OTHERWISE: &str = "no page states them, or only in words that name the fields in Chinese, limit them under a \
                         condition, or leave the condition to what the field means";

/// A rule: its place, its kind, its contents, and the fields of its list.
struct RuleSite<'a> {
    at: Path,
    kind: String,
    body: &'a Value,
    fields: Vec<FieldSite<'a>>,
    /// Whether it is about a request.
    sent: bool,
    /// The text around the tables on all pages of the file.
    prose: String,
}

/// Wordings for a choice of one among several fields.
const CHOICE: [&str; 16] = [
    "至少",
    "二选一",
    "选一",
    "其一",
    "之一",
    "其中一",
    "任选",
    "不能同时",
    "不可同时",
    "同时为空",
    "都为空",
    "互斥",
    "填一",
    "传一",
    "送一",
    "写一",
];

/// Wordings for fields that must be set, or must not.
const DEMAND: [&str; 16] = [
    "必填",
    "必传",
    "必选",
    "必须填",
    "必须传",
    "必须同时",
    "也要同时",
    "需要填",
    "需填",
    "不能为空",
    "时必须",
    "类型必须",
    "不可指定",
    "不得传",
    "不能填",
    "才允许",
];

/// Wordings for the order of two numbers or times.
const ORDER: [&str; 10] =
    ["大于", "小于", "晚于", "早于", "之后", "之前", "超过", "不低于", "不高于", "不少于"];

impl RuleSite<'_> {
    /// Returns the fields that it names.
    fn named(&self) -> impl Iterator<Item = &FieldSite<'_>> {
        let text = serde_yaml::to_string(self.body).unwrap_or_default();
        self.fields.iter().filter(move |field| mentions(&text, field.wire))
    }

    /// Returns whether a page states it, with its fields by name.
    fn is_said(&self) -> bool {
        let has = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
        let last = |key: &str| {
            let path = self.body.get(key).and_then(Value::as_str)?;
            path.rsplit('.').next().map(str::to_owned)
        };
        match self.kind.as_str() {
            "required_when" | "forbidden_when" => {
                let (Some(field), Some(when)) = (last("field"), last("when")) else { return false };
                let of = |name: &str| self.fields.iter().find(|field| field.wire == name);
                let values = self.body.get("is").and_then(Value::as_sequence);
                let values: Vec<String> = values.into_iter().flatten().map(word_of).collect();
                let (field_site, when_site) = (of(&field), of(&when));
                let listed = when_site.iter().flat_map(|field| &field.seen.listed);
                let labels = listed.filter(|value| values.contains(&value.wire)).map(|value| &value.doc);
                let labels: Vec<&String> = labels.filter(|label| !label.is_empty()).collect();
                let decides = |doc: &str| {
                    mentions(doc, &when)
                        || values.iter().any(|value| value.len() > 2 && mentions(doc, value))
                        || labels.iter().any(|label| doc.contains(label.as_str()))
                };
                field_site.is_some_and(|site| site.docs().any(|doc| has(doc, &DEMAND) && decides(doc)))
                    || when_site
                        .is_some_and(|site| site.docs().any(|doc| has(doc, &DEMAND) && mentions(doc, &field)))
            }
            "exactly_one" | "at_least_one" | "at_most_one" | "both_or_neither" => {
                let words = if self.kind == "both_or_neither" { &DEMAND[..] } else { &CHOICE[..] };
                let names: Vec<&str> = self.named().map(|field| field.wire).collect();
                // Under a condition, it is no rule over the fields alone.
                let states = |text: &str| {
                    text.split(['。', '；', ';', '\n']).any(|part| {
                        let before =
                            words.iter().filter_map(|word| part.find(word)).min().map(|at| &part[..at]);
                        before.is_some_and(|before| !has(&before.replace("当前", ""), &["当", "若"]))
                    })
                };
                let others = |text: &str, own: &str| {
                    states(text) && names.iter().any(|name| *name != own && mentions(text, name))
                };
                let two = |text: &str| names.iter().filter(|name| mentions(text, name)).count() > 1;
                self.named().any(|field| field.docs().any(|doc| others(doc, field.wire)))
                    || self.prose.lines().any(|line| states(line) && two(line))
            }
            "order" | "strict_order" => {
                let names: Vec<&str> = self.named().map(|field| field.wire).collect();
                let other = |doc: &str, own: &str| {
                    names.iter().any(|name| *name != own && mentions(doc, name))
                        || doc.contains("开始时间") && doc.contains("结束时间")
                };
                self.named().any(|field| field.docs().any(|doc| has(doc, &ORDER) && other(doc, field.wire)))
            }
            "max_span" => self.body.get("days").and_then(Value::as_u64).is_some_and(|days| {
                let says =
                    |line: &str| has(line, &["跨度", "间隔", "相差"]) && mentions(line, &days.to_string());
                self.prose.lines().any(says)
            }),
            "unique" => {
                let name = self.body.as_str().and_then(|path| path.rsplit('.').next()).unwrap_or_default();
                let rows = self.prose.lines().filter(|line| mentions(line, name));
                rows.into_iter().any(|row| has(row, &["不可重复", "不能重复", "唯一"]))
            }
            _ => false,
        }
    }

    /// Returns whether a row of the field that it limits has a number; of a difference, a line about one of its fields.
    fn says(&self, number: i64) -> bool {
        if self.kind == "difference" {
            let ends =
                ["from", "to"].map(|key| self.body.get(key).and_then(Value::as_str).unwrap_or_default());
            let is_about = |line: &&str| ends.iter().any(|name| mentions(line, name));
            return self.prose.lines().filter(is_about).any(|line| may_mean(line, number));
        }
        let field = self.body.get("field").and_then(Value::as_str);
        let field = field.and_then(|path| self.fields.iter().find(|field| field.wire == path));
        field.is_some_and(|field| field.says(&number.to_string()))
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
            let fields: Vec<FieldSite<'_>> = site.fields().filter(|field| field.list == list).collect();
            let sent = fields.iter().any(|field| field.sent);
            let (at, kind) = (path.index(index), word_of(kind));
            found.push(RuleSite { at, kind, body, fields, sent, prose: prose.clone() });
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

/// Drops the rules of some kinds.
fn dropped_of(site: &FileSite<'_>, kinds: &[&str]) -> Vec<Mutant> {
    let rules = rules(site).into_iter().filter(|rule| kinds.contains(&rule.kind.as_str()));
    let gone = rules.map(|rule| {
        rule.mutant(format!("no {}", rule.kind), vec![Edit::Remove(rule.at.clone())], rule.is_said())
    });
    gone.collect()
}

fn order_dropped(site: &FileSite<'_>) -> Vec<Mutant> {
    dropped_of(site, &["order", "strict_order"])
}

fn forbidden_dropped(site: &FileSite<'_>) -> Vec<Mutant> {
    dropped_of(site, &["forbidden_when"])
}

fn weakened(site: &FileSite<'_>) -> Vec<Mutant> {
    let mutants = rules(site).into_iter().filter_map(|rule| {
        let other = match rule.kind.as_str() {
            "exactly_one" => "at_least_one",
            "at_least_one" | "at_most_one" => "exactly_one",
            _ => return None,
        };
        let edits = vec![Edit::Rename(rule.at.key(&rule.kind), other.to_owned())];
        // A response may keep a stricter rule than its page states.
        let said = rule.is_said() && (rule.sent || rule.kind == "exactly_one");
        Some(rule.mutant(format!("{} is {other}", rule.kind), edits, said))
    });
    mutants.collect()
}

/// Replaces one of the rule's fields by another one of the list that may be there.
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

/// Replaces the value that makes a field required.
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

/// Changes the numbers of limits under a condition, tenfold.
fn limit(site: &FileSite<'_>) -> Vec<Mutant> {
    limits(site, |rule, at, kind, value| {
        let number = value.as_i64().filter(|number| *number > 1)?;
        let said = rule.says(number);
        let edits = vec![Edit::Set(at, (number * 10).into())];
        Some(rule.mutant(format!("{kind}: {}", number * 10), edits, said))
    })
}

/// Omits one of the only numbers that are allowed under a condition.
fn number_dropped(site: &FileSite<'_>) -> Vec<Mutant> {
    limits(site, |rule, at, kind, value| {
        let [first, rest @ ..] = value.as_sequence()?.as_slice() else { return None };
        // No page states a difference in words that name both fields.
        let said = rule.kind != "difference" && rule.says(first.as_i64()?);
        let edits = vec![Edit::Set(at, rest.to_vec().into())];
        (!rest.is_empty()).then(|| rule.mutant(format!("{kind} without {}", word_of(first)), edits, said))
    })
}

/// Adds another number to the only ones that are allowed under a condition.
fn number_added(site: &FileSite<'_>) -> Vec<Mutant> {
    limits(site, |rule, at, kind, value| {
        let numbers = value.as_sequence()?;
        let known: Vec<i64> = numbers.iter().filter_map(Value::as_i64).collect();
        let more = known.iter().max()?.checked_mul(2)?.checked_add(60)?;
        let all: Vec<Value> = numbers.iter().cloned().chain([more.into()]).collect();
        let said = known.iter().all(|number| rule.says(*number));
        Some(rule.mutant(format!("{kind} with {more}"), vec![Edit::Set(at, all.into())], said))
    })
}

/// Makes a mistake in each limit under a condition.
fn limits(
    site: &FileSite<'_>,
    make: impl Fn(&RuleSite<'_>, Path, &str, &Value) -> Option<Mutant>,
) -> Vec<Mutant> {
    let found = rules(site).into_iter().flat_map(|rule| {
        let limits = rule.body.get("limits").and_then(Value::as_mapping).into_iter().flatten();
        let each = limits.filter_map(|(kind, value)| {
            let kind = kind.as_str()?;
            make(&rule, rule.at.key(&rule.kind).key("limits").key(kind), kind, value)
        });
        each.collect::<Vec<_>>()
    });
    found.collect()
}

/// Changes the bound of a total, tenfold.
fn total(site: &FileSite<'_>) -> Vec<Mutant> {
    let mutants = rules(site)
        .into_iter()
        .filter(|rule| matches!(rule.kind.as_str(), "sum" | "product" | "total_items"));
    let mutants = mutants.flat_map(|rule| {
        let changed = ["min", "max"].into_iter().filter_map(|bound| {
            let number = rule.body.get(bound)?.as_i64().filter(|number| *number > 1)?;
            let at = rule.at.key(&rule.kind).key(bound);
            let edits = vec![Edit::Set(at, (number * 10).into())];
            let said = mentions(&in_digits(&rule.prose), &number.to_string());
            Some(rule.mutant(format!("{bound}: {}", number * 10), edits, said))
        });
        changed.collect::<Vec<_>>()
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
