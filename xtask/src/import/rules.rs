//! Rules over several fields of a request, as the text says them.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use super::model::{Draft, DraftFields};
use super::types::Types;
use super::values;
use crate::pages::{plain, regex};
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{Field, FieldPath, Held, MaxSpan, When, WrittenRule};

static NAME: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z_][A-Za-z0-9_]*"));

/// What the rules are looked for in.
pub(super) struct Request<'r> {
    pub types: &'r Types,
    pub fields: &'r DraftFields,
    /// The lines of text around the endpoint.
    pub prose: &'r [String],
    /// The requests that the page shows.
    pub shown: &'r [Value],
}

impl Request<'_> {
    /// The rules, each once.
    pub(super) fn rules(&self) -> Vec<WrittenRule> {
        let mut rules: Vec<WrittenRule> = self.max_span().into_iter().collect();
        let required = self.fields.iter().filter_map(|(name, field)| self.required_when(name, &field.spec));
        for rule in self.at_least_one().into_iter().chain(required) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        rules.retain(|rule| self.is_kept(rule));
        rules
    }

    /// Whether the requests that the page shows keep a rule: if not, it has been misread.
    fn is_kept(&self, rule: &WrittenRule) -> bool {
        let default = |path: &FieldPath| {
            let field = self.fields.get(path.first())?;
            serde_json::to_value(field.spec.default.as_ref()?).ok()
        };
        let bodies = self.shown.iter().filter_map(Value::as_object);
        rule.meaning().is_some_and(|rule| {
            bodies.map(|object| Held { object, default: &default }).all(|held| held.keeps(&rule))
        })
    }

    /// The sentences about the request: with the field that is described, where one is.
    fn sentences(&self) -> Vec<(Option<&str>, String)> {
        let prose = self.prose.iter().map(|line| (None, plain(line)));
        let docs = self.fields.iter().map(|(name, field)| (Some(name.as_str()), field.spec.doc.clone()));
        let split = |(field, text): (Option<_>, String)| {
            let sentences = text.split(['。', '；', ';']).map(|part| (field, part.to_owned()));
            sentences.collect::<Vec<_>>()
        };
        prose.chain(docs).flat_map(split).collect()
    }

    fn at_least_one(&self) -> Vec<WrittenRule> {
        let phrases = [
            "不能同时为空",
            "不可同时为空",
            "不能全部为空",
            "不可全部为空",
            "不能都为空",
            "不能全为空",
            "至少填一个",
            "至少填写一个",
            "必须选填一项",
        ];
        let of = |(field, sentence): (Option<&str>, String)| {
            let at = phrases.iter().find_map(|phrase| sentence.find(phrase))?;
            let mentioned: Vec<&str> = NAME.find_iter(&sentence[..at]).map(|found| found.as_str()).collect();
            // A name that is no field: what the sentence is about isn't clear.
            if !mentioned.iter().all(|name| self.fields.contains_key(*name)) {
                return None;
            }
            let about = |name: &str| field == Some(name) || mentioned.contains(&name);
            let fields: Vec<(&String, &Draft<Field>)> =
                self.fields.iter().filter(|(name, _)| about(name)).collect();
            let optional = fields.iter().all(|(_, field)| field.spec.optional);
            let names = fields.iter().map(|(name, _)| (*name).clone()).collect();
            let rule = WrittenRule { at_least_one: Some(names), ..WrittenRule::default() };
            Some(rule).filter(|_| fields.len() > 1 && optional)
        };
        self.sentences().into_iter().filter_map(of).collect()
    }

    fn max_span(&self) -> Option<WrittenRule> {
        static SPAN: LazyLock<Regex> = LazyLock::new(|| {
            regex(concat!(
                r"(?:跨度|时间范围|时间间隔|时间区间)[^0-9，,]{0,6}(?:不能超过|不可超过|不得超过|不超过|不允许超过|",
                r"不要超过|最大|最多|最长)[^0-9，,]{0,4}([0-9]+)\s*(?:天|日)",
            ))
        });
        let sentences = self.sentences();
        let mut days: Vec<u32> = sentences
            .iter()
            .filter_map(|(_, sentence)| SPAN.captures(sentence)?[1].parse().ok())
            .filter(|days| *days > 0)
            .collect();
        days.dedup();
        let [days] = days.as_slice() else { return None };
        let from = self.only_moment(&["start", "begin"])?;
        let to = self.only_moment(&["end"])?;
        Some(WrittenRule {
            max_span: Some(MaxSpan { from, to, days: *days, whole_days: false }),
            ..WrittenRule::default()
        })
    }

    /// The one moment among the fields whose name has one of some words.
    fn only_moment(&self, words: &[&str]) -> Option<String> {
        let named = |(name, field): &(&String, &Draft<Field>)| {
            let name = name.to_ascii_lowercase();
            let moment = field.spec.ty == TypeExpr::Scalar(Scalar::Timestamp);
            moment && words.iter().any(|word| name.contains(word))
        };
        let mut found = self.fields.iter().filter(named);
        let (first, _) = found.next()?;
        found.next().is_none().then(|| first.clone())
    }

    fn required_when(&self, name: &str, field: &Field) -> Option<WrittenRule> {
        static WHEN: LazyLock<Regex> = LazyLock::new(|| {
            regex(concat!(
                r#"([A-Za-z_][A-Za-z0-9_]*)\s*(?:的?值)?(?:为|=|＝|等于|是)\s*(["“]?[A-Za-z0-9_]+["”]?(?:\s*(?:或者?|、|/)"#,
                r#"\s*["“]?[A-Za-z0-9_]+["”]?)*)\s*时[，,]?\s*(?:该字段|该参数|此字段|此参数|该值)?\s*(?:为?必填|必传|为?必选|必须填|不能为空)"#,
            ))
        });
        static VALUE: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z0-9_]+"));
        let found = WHEN.captures(&field.doc).filter(|_| field.optional)?;
        let (when, other) = self.fields.get_key_value(&found[1]).filter(|(when, _)| *when != name)?;
        let values = VALUE.find_iter(&found[2]);
        let is = values.map(|value| values::value(&other.spec.ty, value.as_str(), self.types));
        let rule = When {
            field: name.to_owned(),
            when: when.clone(),
            is: Some(is.collect::<Option<_>>()?),
            has: None,
        };
        Some(WrittenRule { required_when: Some(rule), ..WrittenRule::default() })
    }
}
