//! Finds rows that limit a field by the value of another one, where no rule ties the two.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;

use super::comparison::Comparison;
use super::finding::{Finding, PageLine, Spot};
use super::object::{SpecField, SpecObject};
use super::page::PageObject;
use crate::pages::{mentions, phrases, regex};
use crate::spec::{Demand, DriftRule, File, Limit, LimitKind, LimitValue, Part, Rule, WrittenRule};

impl Comparison<'_> {
    /// Reports limits of a field that hold for some values of another one, if the object has no rule about both.
    pub(super) fn conditioned(
        &mut self,
        file: &File,
        part: Part,
        object: &SpecObject<'_>,
        seen: &[PageObject<'_>],
    ) {
        if !part.is_sent() {
            return;
        }
        let own = object.all_rules(file);
        // A request's rule may reach into its objects.
        let outer = file.operations().flat_map(|of| of.rules).filter_map(WrittenRule::meaning);
        let all: Vec<Rule> = own.into_iter().chain(outer).collect();
        let rules: Vec<String> = all.iter().map(|rule| rule.as_written().to_string()).collect();
        let names: Vec<&str> = object.fields.iter().map(|field| field.name).collect();
        for seen in seen {
            for (name, field) in seen.fields() {
                let Some(own) = object.fields.iter().find(|own| own.is(name)) else { continue };
                for row in &field.node.rows {
                    self.listed_numbers(file, own, &all, (&row.doc, seen.page.line(row.line)));
                    let Some((other, says)) = conditions(&row.doc, name, &names) else { continue };
                    if rules.iter().any(|rule| mentions(rule, name) && mentions(rule, other)) {
                        continue;
                    }
                    let message = format!("the page limits `{name}` by the value of `{other}`, no rule does");
                    let finding = Finding::new(Spot::key(file, &own.path), DriftRule::Rule, &own.at, message);
                    self.found.push(finding.says(says.to_owned()).seen_at(seen.page.line(row.line)));
                }
            }
        }
    }
}

impl Comparison<'_> {
    /// Reports the only numbers that a text allows in some cases, if no limit of the field allows one of them alone.
    fn listed_numbers(
        &mut self,
        file: &File,
        own: &SpecField<'_>,
        rules: &[Rule],
        (doc, line): (&str, PageLine),
    ) {
        let limited = rules.iter().filter_map(|rule| match rule {
            Rule::When { demand: Demand::Limited(limits), field, .. }
                if field.steps().last() == Some(own.name) =>
            {
                Some(limits)
            }
            _ => None,
        });
        let of_rules = limited.flatten().filter(|limit| limit.kind == LimitKind::OneOf);
        let of_rules: Vec<BTreeSet<i64>> = of_rules.map(|limit| as_set(&limit.whole_numbers())).collect();
        let only = phrases::only(doc).into_iter().filter(|only| only.conditional);
        let listed: Vec<BTreeSet<i64>> = only.map(|only| as_set(&only.numbers)).collect();
        let mut report = |says: String, message: String| {
            let finding = Finding::new(Spot::key(file, &own.path), DriftRule::FieldLimit, &own.at, message);
            self.found.push(finding.says(says).seen_at(line));
        };
        for numbers in &listed {
            let is_known = of_rules.iter().any(|known| numbers.is_subset(known));
            if !is_known && as_set(&own.only_numbers()) != *numbers {
                let says = one_of(numbers);
                let message =
                    format!("the page says `{says}` of `{}` in some cases, no limit does", own.name);
                report(says, message);
            }
        }
        // A rule may be about several of the page's cases.
        for known in of_rules.iter().filter(|_| !listed.is_empty()) {
            let cases = listed.iter().filter(|numbers| numbers.is_subset(known));
            if cases.flatten().copied().collect::<BTreeSet<i64>>() != *known {
                let says = one_of(known);
                let message = format!("a rule says `{says}` of `{}`, the page lists other numbers", own.name);
                report(format!("no {says}"), message);
            }
        }
    }
}

fn as_set(numbers: &[i64]) -> BTreeSet<i64> {
    numbers.iter().copied().collect()
}

/// Returns the limit to some numbers, as a spec writes it.
fn one_of(numbers: &BTreeSet<i64>) -> String {
    let value = LimitValue::Numbers(numbers.iter().copied().collect());
    Limit { kind: LimitKind::OneOf, value }.to_string()
}

/// Words of sentences in which the condition is about something other than the limit: when the field is needed, or what it means.
const OTHERWISE: [&str; 7] = ["有效", "必填", "表示", "建议", "忽略", "填", "支持设置"];

/// Returns the field whose value decides about a limit in a text, and the sentence that says so.
fn conditions<'t, 'n>(doc: &'t str, own: &str, names: &[&'n str]) -> Option<(&'n str, &'t str)> {
    static LIMITED: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?:不可大于|不能大于|不大于|不超过|不能超过|不可超过|最多|最大|最小|至少|范围|整数倍|取值)[^。]*[0-9]",
        )
    });
    static CONDITION: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"([a-z][a-z0-9_]+)\s*(?:的值|字段)?\s*(?:为|=+|是|等于|填)\s*[“”‘’`'A-Za-z0-9]")
    });
    let sentences = doc.split(['。', '；', ';', '\n']);
    let limited = sentences.filter(|sentence| {
        LIMITED.is_match(sentence) && !OTHERWISE.iter().any(|word| sentence.contains(word))
    });
    let mut found = limited.flat_map(|sentence| {
        let words =
            CONDITION.captures_iter(sentence).filter_map(|found| found.get(1)).map(|word| word.as_str());
        let words: Vec<&str> = words.collect();
        words.into_iter().map(move |word| (word, sentence))
    });
    found.find_map(|(word, sentence)| {
        let other = names.iter().find(|name| **name == word && word != own)?;
        Some((*other, sentence.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::conditions;

    #[test]
    fn a_limit_for_some_values_of_another_field_names_that_field() {
        let of = |doc| conditions(doc, "size", &["size", "kind"]).map(|(other, _)| other);
        for doc in ["当kind为1时，最多20个", "大小。kind=2时不超过64字节", "如果kind是cup，取值范围1-9"]
        {
            assert_eq!(of(doc), Some("kind"), "{doc}");
        }
        for doc in ["最多20个", "kind为1时必填", "size为1时最多20个", "pot为1时最多20个", "见kind，最多20个"]
        {
            assert_eq!(of(doc), None, "{doc}");
        }
    }
}
