//! Rules over several fields of a request, as the text says them.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;

use super::types::{Definition, Field, Ty, Types};
use super::yaml::quoted;
use crate::pages::phrases;
use crate::pages::{plain, regex};

static NAME: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z_][A-Za-z0-9_]*"));

/// What the rules are looked for in.
pub(super) struct Request<'r> {
    pub types: &'r Types,
    pub fields: &'r [Field],
    /// The lines of text around the endpoint.
    pub prose: &'r [String],
    /// The requests that the page shows.
    pub shown: &'r [Value],
}

impl Request<'_> {
    /// The key with the rules, line by line, if there are any.
    pub(super) fn rules(&self) -> Vec<String> {
        let mut rules: Vec<String> = self.max_span().into_iter().collect();
        let required = self.fields.iter().filter_map(|field| self.required_when(field));
        for rule in self.at_least_one().into_iter().chain(required) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        if !rules.is_empty() {
            rules.insert(0, "rules:".to_owned());
        }
        rules
    }

    /// The sentences about the request: with the field that is described, where one is.
    fn sentences(&self) -> Vec<(Option<&Field>, String)> {
        let prose = self.prose.iter().map(|line| (None, plain(line)));
        let docs = self.fields.iter().map(|field| (Some(field), field.doc.clone()));
        let split = |(field, text): (Option<_>, String)| {
            let sentences = text.split(['。', '；', ';']).map(|part| (field, part.to_owned()));
            sentences.collect::<Vec<_>>()
        };
        prose.chain(docs).flat_map(split).collect()
    }

    fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn at_least_one(&self) -> Vec<String> {
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
        let of = |(field, sentence): (Option<&Field>, String)| {
            let at = phrases.iter().find_map(|phrase| sentence.find(phrase))?;
            let mut names: Vec<&str> = field.map(|field| field.name.as_str()).into_iter().collect();
            for found in NAME.find_iter(&sentence[..at]) {
                // A name that is no field: what the sentence is about isn't clear.
                let known = self.find(found.as_str())?;
                if !names.contains(&known.name.as_str()) {
                    names.push(&known.name);
                }
            }
            let held = self.shown.iter().all(|body| names.iter().any(|name| body.get(name).is_some()));
            let optional = names.iter().all(|name| self.find(name).is_some_and(|field| field.optional));
            let mut sorted = self.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>();
            sorted.retain(|name| names.contains(name));
            (names.len() > 1 && optional && held)
                .then(|| format!("  - at_least_one: [{}]", sorted.join(", ")))
        };
        self.sentences().into_iter().filter_map(of).collect()
    }

    fn max_span(&self) -> Option<String> {
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
        Some(format!("  - max_span: {{ from: {from}, to: {to}, days: {days} }}"))
    }

    /// The one moment among the fields whose name has one of some words.
    fn only_moment(&self, words: &[&str]) -> Option<&str> {
        let named = |field: &&Field| {
            let name = field.name.to_ascii_lowercase();
            field.ty == Ty::Scalar("timestamp") && words.iter().any(|word| name.contains(word))
        };
        let mut found = self.fields.iter().filter(named);
        let first = found.next()?;
        found.next().is_none().then_some(first.name.as_str())
    }

    fn required_when(&self, field: &Field) -> Option<String> {
        static WHEN: LazyLock<Regex> = LazyLock::new(|| {
            regex(concat!(
                r#"([A-Za-z_][A-Za-z0-9_]*)\s*(?:的?值)?(?:为|=|＝|等于|是)\s*(["“]?[A-Za-z0-9_]+["”]?(?:\s*(?:或者?|、|/)"#,
                r#"\s*["“]?[A-Za-z0-9_]+["”]?)*)\s*时[，,]?\s*(?:该字段|该参数|此字段|此参数|该值)?\s*(?:为?必填|必传|为?必选|必须填|不能为空)"#,
            ))
        });
        static VALUE: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Za-z0-9_]+"));
        let found = WHEN.captures(&field.doc).filter(|_| field.optional)?;
        let when = self.find(&found[1]).filter(|when| when.name != field.name)?;
        let values = VALUE.find_iter(&found[2]).map(|value| self.wire(&when.ty, value.as_str()));
        let values = values.collect::<Option<Vec<_>>>()?.join(", ");
        let Field { name, .. } = field;
        Some(format!("  - required_when: {{ field: {name}, when: {}, is: [{values}] }}", when.name))
    }

    /// A value of a type as YAML, if it is one.
    fn wire(&self, ty: &Ty, value: &str) -> Option<String> {
        match ty {
            Ty::Scalar("string") => Some(quoted(value)),
            Ty::Scalar("bool" | "flag" | "int" | "uint") => {
                phrases::default(&format!("默认{value}"), &ty.to_string())
            }
            Ty::Named(name) => match self.types.get(name)? {
                Definition::Enum { text, values, .. } => values
                    .iter()
                    .any(|known| known.wire == value)
                    .then(|| if *text { quoted(value) } else { value.to_owned() }),
                _ => None,
            },
            _ => None,
        }
    }
}
