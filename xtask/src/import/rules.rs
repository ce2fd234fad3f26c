//! Rules over several fields of a request, as the page's text states them.

use serde_json::Value;

use super::model::{Definition, Draft, DraftFields};
use super::types::Types;
use super::values;
use crate::pages::phrases::{self, Claim, Moment, Subject};
use crate::pages::plain;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Field, FieldPath, Group, Held, MaxSpan, When, WrittenRule};

/// The request whose rules are searched.
pub(super) struct Request<'r> {
    pub types: &'r Types,
    pub fields: &'r DraftFields,
    /// The lines of text around the endpoint.
    pub prose: &'r [String],
    /// The requests on the page.
    pub shown: &'r [Value],
}

impl Request<'_> {
    /// Returns the rules, each once.
    pub(super) fn rules(&self) -> Vec<WrittenRule> {
        let claims = self.claims();
        let mut rules: Vec<WrittenRule> = self.max_span(&claims).into_iter().collect();
        for claim in &claims {
            let rule = match claim {
                Claim::Group(group, names) => self.group(*group, names),
                Claim::RequiredWhen { field, when, is } => self
                    .when(field, when, is)
                    .map(|rule| WrittenRule { required_when: Some(rule), ..WrittenRule::default() }),
                Claim::ForbiddenWhen { field, when, is } => self
                    .when(field, when, is)
                    .map(|rule| WrittenRule { forbidden_when: Some(rule), ..WrittenRule::default() }),
                Claim::RequiredWith { field, when } => self.required_with(field, when, &claims),
                Claim::Order { fields, strict } => {
                    self.order(fields, *strict).filter(|_| self.max_span(&claims).is_none())
                }
                Claim::ForbiddenUnless { field, when, is } => self.forbidden_unless(field, when, is),
                Claim::MaxSpan(_) => None,
            };
            rules.extend(rule.filter(|rule| !rules.contains(rule)));
        }
        rules.extend(self.unique());
        rules.retain(|rule| self.is_kept(rule));
        rules
    }

    /// Returns whether the requests on the page keep a rule: if not, it has been misread.
    fn is_kept(&self, rule: &WrittenRule) -> bool {
        let default = |path: &FieldPath| {
            let field = self.fields.get(path.first())?;
            serde_json::to_value(field.spec.default.as_ref()?).ok()
        };
        let mut bodies = self.shown.iter().filter_map(Value::as_object).peekable();
        // A made-up request has only the required fields.
        let demands = [&rule.at_least_one, &rule.exactly_one].into_iter().any(Option::is_some);
        if bodies.peek().is_none() && (demands || rule.required_when.is_some()) {
            return false;
        }
        rule.meaning().is_some_and(|rule| {
            bodies.map(|object| Held { object, default: &default }).all(|held| held.keeps(&rule))
        })
    }

    /// Returns the statements in the sentences about the request and its fields.
    fn claims(&self) -> Vec<Claim> {
        let prose = self.prose.iter().flat_map(|line| phrases::claims(&plain(line), None));
        let docs = self.fields.iter();
        prose
            .chain(docs.flat_map(|(name, field)| phrases::claims(&field.spec.doc, Some(name.as_str()))))
            .collect()
    }

    fn group(&self, group: Group, names: &[String]) -> Option<WrittenRule> {
        // `ID` or `Rooms` is a word of the text, not a name. For others, it is unclear what the sentence is about.
        let is_word = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains('_');
        let own = |path: &'_ String| path.rsplit('.').next().unwrap_or(path).to_owned();
        let names = names.iter().map(own);
        let names: Vec<String> =
            names.filter(|name| self.fields.contains_key(name) || !is_word(name)).collect();
        let fields: Option<Vec<&Draft<Field>>> = names.iter().map(|name| self.fields.get(name)).collect();
        let optional = fields?.iter().all(|field| field.spec.optional);
        let listed = Some(self.fields.keys().filter(|name| names.contains(name)).cloned().collect());
        let rule = match group {
            Group::ExactlyOne => WrittenRule { exactly_one: listed, ..WrittenRule::default() },
            Group::AtLeastOne => WrittenRule { at_least_one: listed, ..WrittenRule::default() },
            Group::AtMostOne => WrittenRule { at_most_one: listed, ..WrittenRule::default() },
            Group::BothOrNeither => WrittenRule { both_or_neither: listed, ..WrittenRule::default() },
        };
        Some(rule).filter(|_| names.len() > 1 && optional)
    }

    fn max_span(&self, claims: &[Claim]) -> Option<WrittenRule> {
        let mut days: Vec<u32> = claims
            .iter()
            .filter_map(|claim| match claim {
                Claim::MaxSpan(days) => Some(*days),
                _ => None,
            })
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

    /// Returns the rules about values that differ among the items of the request's own lists, by the items' fields.
    fn unique(&self) -> impl Iterator<Item = WrittenRule> {
        let lists = self.fields.iter().filter_map(|(list, field)| match &field.spec.ty {
            TypeExpr::Generic(Generic::List, item) => match self.types.get(item.name()?)? {
                Definition::Struct { fields, .. } => Some((list, fields)),
                _ => None,
            },
            _ => None,
        });
        let unique = lists.flat_map(|(list, fields)| {
            let unique = fields.iter().filter(|(_, field)| phrases::is_unique(&field.spec.doc));
            unique.map(move |(name, _)| format!("{list}.{name}"))
        });
        unique.map(|path| WrittenRule { unique: Some(path), ..WrittenRule::default() })
    }

    /// Returns the only time among the fields whose name contains one of some words.
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

    /// Returns the rule for a field that is required with another one: if that is mutual, both or neither is set.
    fn required_with(&self, field: &str, when: &str, claims: &[Claim]) -> Option<WrittenRule> {
        let optional = |name: &str| self.fields.get(name).is_some_and(|field| field.spec.optional);
        let back = Claim::RequiredWith { field: when.to_owned(), when: field.to_owned() };
        if !optional(field) || !self.fields.contains_key(when) {
            return None;
        }
        if claims.contains(&back) && optional(when) {
            let both = self.fields.keys().filter(|name| [field, when].contains(&name.as_str()));
            return Some(WrittenRule {
                both_or_neither: Some(both.cloned().collect()),
                ..WrittenRule::default()
            });
        }
        let rule = When { field: field.to_owned(), when: when.to_owned(), is: None, has: None };
        Some(WrittenRule { required_when: Some(rule), ..WrittenRule::default() })
    }

    fn order(&self, fields: &[Moment; 2], strict: bool) -> Option<WrittenRule> {
        let name = |moment: &Moment| match moment {
            Moment::Field(name) => self.fields.get(name).map(|_| name.clone()),
            Moment::Called("start") => self.only_moment(&["start", "begin"]),
            Moment::Called(word) => self.only_moment(&[word]),
        };
        let pair = Some([name(&fields[0])?, name(&fields[1])?]);
        Some(if strict {
            WrittenRule { strict_order: pair, ..WrittenRule::default() }
        } else {
            WrittenRule { order: pair, ..WrittenRule::default() }
        })
    }

    fn when(&self, field: &str, when: &Subject, is: &[String]) -> Option<When> {
        self.fields.get(field).filter(|field| field.spec.optional)?;
        let decides = |(name, other): &(&String, &Draft<Field>)| match when {
            Subject::Field(own) => *name == own,
            Subject::OfThese => is.iter().all(|value| {
                matches!(other.spec.ty, TypeExpr::Named(_))
                    && values::value(&other.spec.ty, value, self.types).is_some()
            }),
            Subject::Labelled => is.iter().all(|label| self.wire_of(&other.spec.ty, label).is_some()),
            Subject::Called(words) => {
                let called = other.spec.doc.split(['，', ',', '。', '：', ':', '；', ' ']).next();
                called.is_some_and(|called| called.contains(words.as_str()))
            }
        };
        let (when, other) = self.fields.iter().find(decides).filter(|(when, _)| *when != field)?;
        let is = is.iter().map(|word| {
            let wire = self.wire_of(&other.spec.ty, word).unwrap_or(word);
            values::value(&other.spec.ty, wire, self.types)
        });
        let is = Some(is.collect::<Option<_>>()?);
        Some(When { field: field.to_owned(), when: when.clone(), is, has: None })
    }

    /// Returns the rule for a field that the other values of another one forbid.
    fn forbidden_unless(&self, field: &str, when: &str, is: &[String]) -> Option<WrittenRule> {
        let listed = self.types.get(self.fields.get(when)?.spec.ty.name()?)?;
        let Definition::Enum { values, .. } = listed else { return None };
        let others: Vec<String> = values.keys().filter(|value| !is.contains(value)).cloned().collect();
        let rule = self.when(field, &Subject::Field(when.to_owned()), &others)?;
        (!others.is_empty()).then(|| WrittenRule { forbidden_when: Some(rule), ..WrittenRule::default() })
    }

    /// Returns the value of an enum with this label.
    fn wire_of(&self, ty: &TypeExpr, label: &str) -> Option<&str> {
        let Some(Definition::Enum { values, .. }) = self.types.get(ty.name()?) else { return None };
        let called = |doc: Option<&String>| {
            doc.is_some_and(|doc| phrases::without_verb(doc) == phrases::without_verb(label))
        };
        values.iter().find(|(_, value)| called(value.spec.doc.as_ref())).map(|(wire, _)| wire.as_str())
    }
}
