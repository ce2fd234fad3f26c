//! Renders facts as the documentation of generated items, in Markdown.

use std::collections::BTreeMap;

use super::{links, rate_words, received};
use crate::api::{
    CORE_FAMILY, Direction, Document, Endpoint, EnumValue, ErrorCode, Field, Module, Operation, Struct, Ty,
    Type, Union, Variant, page_url, unseen,
};
use crate::spec::{Answers, Bound, Doc, DocumentKind, Limit, LimitValue, Rule, Transport, Unit, Wire};

/// Describes a module, and lists its requests first, since people come for these.
pub(super) fn module(module: &Module) -> String {
    let mut feature = (module.family != CORE_FAMILY).then(|| needs_feature(&module.family));
    if module.needs_callback() {
        feature = Some(format!("Needs the features `{}` and `callback`.", module.family));
    }
    let calls = Transport::ALL.into_iter().filter_map(|transport| calls(module, transport));
    let documents = DocumentKind::ALL.into_iter().filter_map(|kind| documents(module, kind));
    // The list of modules shows the first paragraph alone, which is short for that reason.
    let of = if module.chapter.is_none() { family_note(&module.family) } else { String::new() };
    let (first, rest) = first_sentence(&module.summary);
    let head = format!("{}{of}: {first}", module.title);
    let rest = (!rest.is_empty()).then(|| rest.to_owned());
    let handled = received::handled(module);
    paragraphs([head].into_iter().chain(rest).chain(feature).chain(handled).chain(calls).chain(documents))
}

/// Splits a text after its first sentence.
pub(super) fn first_sentence(text: &str) -> (&str, &str) {
    let ends = text.match_indices(". ").find(|(at, _)| {
        let abbreviated = ["e.g", "i.e"].iter().any(|short| text[..*at].ends_with(short));
        !abbreviated && !text[at + 2..].starts_with(char::is_lowercase)
    });
    ends.map_or((text, ""), |(at, _)| (&text[..=at], text[at + 2..].trim_start()))
}

/// Lists the calls that a transport carries, each with its method and path, or its name.
fn calls(module: &Module, transport: Transport) -> Option<String> {
    let target = transport.facts().target;
    let rows = module.carried_by(transport).map(|endpoint| {
        format!("\n| [`{}`] | {} | {} |", endpoint.request, title_cell(endpoint), target_cell(endpoint))
    });
    let rows: String = rows.collect();
    (!rows.is_empty()).then(|| format!("| request | title | {target} |\n|---|---|---|{rows}"))
}

/// Lists the documents of a kind. Their distinguishing values on the wire matter only to receivers.
fn documents(module: &Module, kind: DocumentKind) -> Option<String> {
    let (noun, is_sent) = (kind.facts().noun, kind.facts().part.is_sent());
    let documents = module.documents.iter().filter(|document| document.kind == kind);
    let rows = documents.map(|document| {
        let wire = if is_sent { String::new() } else { format!(" {} |", on_the_wire(document)) };
        format!("\n| [`{}`] | {} |{wire}", document.ty, cell(&event_title(document)))
    });
    let rows: String = rows.collect();
    let [title, line] = if is_sent { ["", ""] } else { [" on the wire |", "---|"] };
    (!rows.is_empty()).then(|| format!("| {noun} | title |{title}\n|---|---|{line}{rows}"))
}

/// Returns what distinguishes a document from others on the wire.
fn on_the_wire(event: &Document) -> String {
    event.wires().map(told).collect::<Vec<String>>().join("; ")
}

/// Returns a distinguishing value in words.
fn told(wire: Wire<'_>) -> String {
    let change = wire.change.map(|change| format!(", `ChangeType` `{change}`")).unwrap_or_default();
    format!("`{}` `{}`{change}", wire.key.keyword(), wire.kind)
}

/// Describes the callbacks that a command answers, and its deadline.
fn answers(answers: &Answers) -> String {
    const HOUR: u32 = 60 * 60;
    let callbacks = answers.wires().map(|wire| match wire.kind {
        "*" => format!("any `{}`", wire.key.keyword()),
        _ => told(wire),
    });
    let callbacks: Vec<String> = callbacks.collect();
    let [number, unit] = match answers.within {
        1 => ["1".to_owned(), "second".to_owned()],
        seconds if seconds > HOUR && seconds % HOUR == 0 => {
            [(seconds / HOUR).to_string(), "hours".to_owned()]
        }
        seconds => [seconds.to_string(), "seconds".to_owned()],
    };
    format!(
        "Answers a callback with {}, within {number} {unit}: its `req_id` is that of the callback.",
        callbacks.join(" or ")
    )
}

fn event_title(event: &Document) -> String {
    format!("[{}]({})", event.title, page_url(&event.doc))
}

fn document(module: &Module, document: &Document, structure: &Struct) -> String {
    let answers = if document.answers().is_some() { "Answers " } else { "" };
    let head =
        [document.summary.clone(), format!("{answers}{} · {}", on_the_wire(document), event_title(document))];
    let deadline =
        document.deadline.map(|seconds| format!("WeCom waits {seconds} seconds for the response."));
    let rules = structure.rules.iter().map(Rule::sentence);
    let job = document.ends_job.as_ref().map(|_| "It reports that a job has ended.".to_owned());
    paragraphs(
        head.into_iter()
            .chain(unseen(&document.doc))
            .chain(rules)
            .chain(document.notes.clone())
            .chain(deadline)
            .chain(job)
            .chain(other_direction(module, structure.direction)),
    )
}

/// Returns the sentence about the trait that a type lacks because it goes in one direction only.
fn other_direction(module: &Module, direction: Direction) -> Option<String> {
    let features =
        if module.documents.is_empty() { "`bidirectional`" } else { "`bidirectional` or `test-util`" };
    let missing = [(direction.sent, "Serialize"), (direction.received, "Deserialize")];
    let (_, missing) = missing.into_iter().find(|(is_there, _)| !is_there)?;
    Some(format!("Implements `{missing}` with the feature {features}."))
}

/// Returns what follows the title of a family: its feature.
pub(super) fn family_note(family: &str) -> String {
    if family == CORE_FAMILY { " (needs no feature)".to_owned() } else { format!(" (feature `{family}`)") }
}

/// Returns the sentence about the feature of a family.
pub(super) fn needs_feature(family: &str) -> String {
    format!("Needs the feature `{family}`.")
}

/// Returns the title of an endpoint as a cell of a table, linked to its page.
pub(super) fn title_cell(endpoint: &Endpoint) -> String {
    cell(&title(endpoint))
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Returns what an endpoint calls as a cell of a table: its method and path, or its name.
pub(super) fn target_cell(endpoint: &Endpoint) -> String {
    let is_named = endpoint.method.transport().facts().row.is_some();
    if is_named { format!("`{}`", endpoint.path) } else { call(endpoint) }
}

/// Returns the method and the path of an endpoint.
pub(super) fn call(endpoint: &Endpoint) -> String {
    format!("`{} {}`", endpoint.method.name(), endpoint.path)
}

fn title(endpoint: &Endpoint) -> String {
    format!("[{}]({})", endpoint.title, page_url(&endpoint.doc))
}

/// Describes a struct, which is a part of an operation or a type of its own.
pub(super) fn structure(module: &Module, structure: &Struct) -> String {
    let direction = || other_direction(module, structure.direction);
    match module.operation(&structure.name) {
        Some(Operation::Request(endpoint)) => {
            // A heading applies to everything below it.
            let codes = (!endpoint.codes.is_empty()).then(|| errors(&endpoint.codes));
            paragraphs(request(endpoint, &structure.rules).into_iter().chain(direction()).chain(codes))
        }
        Some(Operation::Response(endpoint)) => {
            paragraphs([response(endpoint)].into_iter().chain(direction()))
        }
        Some(Operation::Document(document)) => self::document(module, document, structure),
        None => {
            let rules = structure.rules.iter().map(Rule::sentence);
            paragraphs(std::iter::once(structure.doc.clone()).chain(rules).chain(direction()))
        }
    }
}

/// Describes an enum or a union.
pub(super) fn open(module: &Module, doc: &str, direction: Direction) -> String {
    paragraphs(std::iter::once(doc.to_owned()).chain(other_direction(module, direction)))
}

/// Describes `new` of a struct.
pub(super) fn constructor(module: &Module, structure: &Struct) -> String {
    let what = match module.operation(&structure.name) {
        Some(Operation::Document(document)) => document.kind.facts().noun,
        Some(_) => "request",
        None => "value",
    };
    match structure.required().count() {
        0 => format!("Creates an empty {what}: no field is required."),
        1 => format!("Creates a {what} with its required field."),
        _ => format!("Creates a {what} with all required fields."),
    }
}

/// Describes the setter of a field.
pub(super) fn setter(field: &Field, name: &str, is_cursor: bool) -> String {
    let also = match field.unit {
        Some(Unit::Seconds) => " A `Duration` counts in whole seconds.",
        None if is_cursor => " `None` is the first page.",
        None => "",
    };
    format!("Sets [`{name}`](Self::{name}).{also}")
}

fn response(endpoint: &Endpoint) -> String {
    // The search shows this line, and requests of several families have the same name.
    format!("The response to [`{}`] ({}).", endpoint.request, endpoint.title)
}

/// Returns what a call returns, in words.
fn returned(endpoint: &Endpoint) -> String {
    let response = endpoint.answer.format().map(|_| format!("[`{}`]", endpoint.response));
    match (response, endpoint.answer.may_be_file()) {
        (Some(response), false) => response,
        (Some(response), true) => format!("a file, or {response}"),
        (None, _) => "a file".to_owned(),
    }
}

fn request(endpoint: &Endpoint, rules: &[Rule]) -> Vec<String> {
    let call = format!("{} · {} · returns {}", call(endpoint), title(endpoint), returned(endpoint));
    let head = [endpoint.summary.clone(), call];
    let unseen = unseen(&endpoint.doc);
    let transport = endpoint.method.transport().facts();
    let carried = transport.notice.map(str::to_owned);
    let answers = endpoint.answers.as_ref().map(answers);
    let rates = rate_words::of_endpoint(endpoint);
    let rules = rules.iter().map(Rule::sentence);
    let helper = endpoint.helper.map(|helper| {
        let meaning = helper.meaning().trim_end_matches('.');
        let meaning = meaning[..1].to_lowercase() + &meaning[1..];
        format!("{} of `wecom-sdk` {meaning}.", links::client(helper.keyword()))
    });
    let partial = endpoint.partial.as_ref().map(|list| {
        format!(
            "A partial failure isn't an error: `{list}` of [`{}`] lists what failed. It is an error only if that list is empty.",
            endpoint.response
        )
    });
    let job = transport.jobs.as_ref().filter(|_| endpoint.job.is_some()).map(|jobs| jobs.notice.to_owned());
    let pages = endpoint.pagination.as_ref();
    let pages = pages.map(|pages| transport.pages[usize::from(pages.items.is_some())].to_owned());
    head.into_iter()
        .chain(unseen)
        .chain(carried)
        .chain(answers)
        .chain(rates)
        .chain(rules)
        .chain(endpoint.notes.clone())
        .chain(partial)
        .chain(pages)
        .chain(job)
        .chain(helper)
        .collect()
}

/// Lists the error codes that the page of an endpoint documents.
fn errors(codes: &[ErrorCode]) -> String {
    let lines = codes.iter().map(|ErrorCode { code, name, doc, help }| {
        let help = help.as_ref().map(|help| format!(" {help}")).unwrap_or_default();
        format!("- {code}, {}: {doc}{help}", links::errcode(name))
    });
    format!("# Errors\n\n{}", lines.collect::<Vec<String>>().join("\n"))
}

/// Describes a field, followed by its default and its limits.
pub(super) fn field(module: &Module, field: &Field) -> String {
    let default = default_variant(module, field).or_else(|| field.shown_default());
    let default = default.map(|default| format!("default {default}"));
    let each = limits(&field.each).into_iter().map(|limit| format!("each {limit}"));
    let facts: Vec<String> = default.into_iter().chain(limits(&field.limits)).chain(each).collect();
    let mut doc = field.doc.clone();
    if !facts.is_empty() {
        let text = facts.join(", ");
        doc = format!("{doc} {}{}.", text[..1].to_uppercase(), &text[1..]);
    }
    paragraphs(std::iter::once(doc).chain(field.quirk.clone()))
}

/// Returns the default of a field whose type is an enum, as a link to its variant: nobody knows its value on the wire.
fn default_variant(module: &Module, field: &Field) -> Option<String> {
    let (Ty::Enum(name, _), default) = (&field.ty, field.default.as_deref()?) else { return None };
    let Type::Enum(enumeration) = module.named(name)? else { return None };
    let wire = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
    let variant = &enumeration.values.iter().find(|value| value.wire == wire)?.name;
    Some(format!("[`{variant}`]({name}::{variant})"))
}

/// Describes a value of an enum.
pub(super) fn value(value: &EnumValue) -> String {
    labelled(&value.wire, value.doc.as_deref())
}

/// Describes a variant of a union: without a description of its own, by that of its content.
pub(super) fn variant(module: &Module, union: &Union, variant: &Variant) -> String {
    // Content that several variants have doesn't describe any of them.
    let is_shared = union.variants.iter().filter(|other| other.ty == variant.ty).count() > 1;
    let content = variant.ty.as_ref().filter(|_| !is_shared).and_then(|ty| match ty {
        Ty::Struct(name) => module.structure(name),
        _ => None,
    });
    let content = content.map(|content| first_sentence(&content.doc).0);
    // Links of another module lead nowhere from here.
    let content = content.filter(|content| !content.is_empty() && !content.contains("[`"));
    labelled(&variant.tag, variant.doc.as_deref().or(content))
}

/// Describes the table of a page.
pub(super) fn table(title: &str, summary: &str, doc: &Doc) -> String {
    let updated = doc.updated.as_ref().map(|date| format!(", as of {date}")).unwrap_or_default();
    format!("{summary}\n\n[{title}]({}){updated}.", page_url(doc))
}

fn labelled(wire: &str, doc: Option<&str>) -> String {
    doc.map_or_else(|| format!("`{wire}`"), |doc| format!("`{wire}`: {doc}"))
}

fn paragraphs(paragraphs: impl IntoIterator<Item = String>) -> String {
    paragraphs.into_iter().collect::<Vec<String>>().join("\n\n")
}

/// Renders limits in words: ranges first, by the thing they count, then forms.
fn limits(limits: &[Limit]) -> Vec<String> {
    let mut ranges: BTreeMap<&str, [Option<&Limit>; 2]> = BTreeMap::new();
    let mut forms = Vec::new();
    for limit in limits {
        let facts = limit.kind.facts();
        match (&limit.value, facts.bound) {
            (value @ LimitValue::Number(_), Bound::Cut(helper)) => {
                let counted = value.of(facts.unit);
                forms.push(format!("truncated after {counted} ([`{helper}`](crate::{helper}))"));
            }
            (LimitValue::Number(_), Bound::Step) | (LimitValue::Numbers(_), _) => forms.push(limit.phrase()),
            (LimitValue::Number(_), bound) => {
                ranges.entry(facts.unit).or_default()[usize::from(bound.is_upper())] = Some(limit);
            }
            (LimitValue::Pattern(pattern), _) => forms.push(format!("matching `{pattern}`")),
            (LimitValue::True, _) => forms.push("without duplicates".to_owned()),
        }
    }
    let ranges = ranges.into_iter().map(|(unit, range)| {
        let inclusive = |limit: &Limit| matches!(limit.kind.facts().bound, Bound::AtLeast | Bound::AtMost);
        match range {
            [Some(min), Some(max)] if inclusive(min) && inclusive(max) => {
                let (min, max) = (&min.value, &max.value);
                let max_counted = max.of(unit);
                if min == max { format!("exactly {max_counted}") } else { format!("{min} to {max_counted}") }
            }
            ends => {
                // The unit follows the last end.
                let ends: Vec<&Limit> = ends.into_iter().flatten().collect();
                let last = ends.len() - 1;
                let ends = ends.iter().enumerate();
                let ends = ends.map(|(index, limit)| end(limit, if index == last { unit } else { "" }));
                ends.collect::<Vec<String>>().join(" and ")
            }
        }
    });
    ranges.chain(forms).collect()
}

/// Renders one end of a range.
fn end(limit: &Limit, unit: &str) -> String {
    let words = match limit.kind.facts().bound {
        Bound::AtLeast => "at least",
        Bound::Above => "more than",
        Bound::Below => "less than",
        Bound::AtMost | Bound::Step | Bound::Among | Bound::Form | Bound::Cut(_) => "at most",
    };
    format!("{words} {}", limit.value.of(unit))
}
