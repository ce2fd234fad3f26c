//! The form in which pages show a field: where it is sent, what separates its items, what it contains, and how
//! responses write it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use super::object::{SpecField, What};
use super::page::PageField;
use super::rows::fits;
use super::shown::is_written;
use super::values::innermost;
use crate::pages::encoding::Encoding;
use crate::pages::mentions;
use crate::pages::phrases::{self, Base};
use crate::pages::table::Row;
use crate::spec::source::{Path, Step};
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{DriftRule, Field, File, Part, Place};

/// The type that a page states instead of the spec's, and a sentence about it.
type Form = (String, String);

impl Comparison<'_> {
    /// Compares the form of a field with the pages.
    pub(super) fn forms(&mut self, file: &File, part: Part, field: &SpecField<'_>, found: &[PageField<'_>]) {
        let What::Field(spec) = field.what else { return };
        let Some(first) = found.first().filter(|_| spec.quirk.is_none() && !spec.embed) else { return };
        let forms = [
            in_address(part, field.name, spec, found),
            separated(spec, found),
            joined(part, spec, found),
            opaque(spec, found),
            unsigned(spec, found),
            momentary(spec, found),
            if part.is_sent() { None } else { answered(file, spec, found) },
        ];
        for (says, message) in forms.into_iter().flatten() {
            let spot = Spot::key(file, &field.path);
            let finding = Finding::new(spot, DriftRule::FieldType, &field.at, message);
            self.found.push(finding.says(says).seen_at(first.line(field.name)));
        }
        let struct_name = field.at.split('.').next().unwrap_or_default();
        if !part.is_sent() && unsupported(spec, found) && !is_sent(file, struct_name) {
            let message =
                "every example has it, and neither a row nor its description says when it is absent"
                    .to_owned();
            let spot = Spot::key(file, &field.path);
            let finding = Finding::new(spot, DriftRule::FieldPresence, &field.at, message);
            self.found.push(finding.says("always".to_owned()).seen_at(first.line(field.name)));
        }
        if !part.is_sent() && sometimes(spec, found) && !is_sent(file, struct_name) {
            let message =
                "an example lacks it where it could be, the spec says that it is always there".to_owned();
            let spot = Spot::key(file, &field.path);
            let finding = Finding::new(spot, DriftRule::FieldPresence, &field.at, message);
            self.found.push(finding.says("sometimes".to_owned()).seen_at(first.line(field.name)));
        }
        for typo in &spec.misspelt {
            let at = format!("{}.{typo}", field.at.rsplit_once('.').map_or("", |(owner, _)| owner));
            let shown = |found: &PageField<'_>| !found.node.values.is_empty() || !found.node.rows.is_empty();
            if found.iter().any(|found| found.name == typo.as_str() && shown(found)) {
                self.present.insert((file.source, at));
            } else {
                let message = format!("no page calls it `{typo}` by mistake");
                let finding = Finding::new(Spot::key(file, &field.path), DriftRule::FieldGone, at, message);
                self.found.push(finding.seen_at(first.line(field.name)));
            }
        }
    }
}

impl Comparison<'_> {
    /// Reports misspelt names of a file's fields that none of its pages has, wherever the fields are found.
    pub(super) fn misspelt(&mut self, file: &File) {
        let fields = file
            .field_lists()
            .flat_map(|(path, fields)| fields.iter().map(move |(name, field)| (path.clone(), name, field)));
        let mut pages = None;
        for (path, name, field) in fields.filter(|(.., field)| !field.misspelt.is_empty()) {
            let pages = pages.get_or_insert_with(|| self.texts(file));
            for typo in &field.misspelt {
                if pages.is_empty() || pages.iter().any(|text| mentions(text, typo)) {
                    continue;
                }
                let key = if field.optional { format!("{name}?") } else { name.clone() };
                let owner = path.0.iter().skip(1).filter(|step| **step != Step::Key("fields".to_owned()));
                let owner = Path(owner.cloned().collect()).to_string();
                let message = format!("no page calls it `{typo}` by mistake");
                let spot = Spot::key(file, &path.key(&key));
                self.found.push(Finding::new(spot, DriftRule::FieldGone, format!("{owner}.{typo}"), message));
            }
        }
    }

    /// Returns the texts of the pages of a file's operations.
    fn texts(&self, file: &File) -> Vec<String> {
        let ids = file.operations().flat_map(|operation| operation.doc.ids());
        let pages = ids.filter_map(|id| self.page(id));
        let pages: BTreeSet<usize> = pages.collect();
        pages.into_iter().map(|page| self.pages[page].page.text.clone()).collect()
    }
}

/// Returns whether a request needs a type.
fn is_sent(file: &File, name: &str) -> bool {
    let requests = file.endpoints.values().flat_map(|endpoint| endpoint.request.values());
    file.reached(requests.map(|field| &field.ty)).contains(name)
}

fn rows<'p>(found: &'p [PageField<'_>]) -> impl Iterator<Item = &'p Row> {
    found.iter().flat_map(|found| found.node.rows.iter().copied())
}

fn values<'p>(found: &'p [PageField<'_>]) -> impl Iterator<Item = &'p Value> {
    found.iter().flat_map(|found| found.node.values.iter().copied())
}

/// Checks that a parameter of the address is sent there, even beside a body.
fn in_address(part: Part, name: &str, field: &Field, found: &[PageField<'_>]) -> Option<Form> {
    let sections = found.iter().map(|found| found.page.section).filter(|section| section.method == "POST");
    let mut sections = sections.filter(|section| section.query.iter().any(|parameter| parameter == name));
    let elsewhere = part.is_sent() && field.place == Place::Body && values(found).next().is_none();
    (elsewhere && sections.next().is_some()).then(|| {
        ("in: query".to_owned(), format!("the page has `{name}` in the URL, the spec sends it in the body"))
    })
}

/// Checks that items in one text are separated as the page says.
fn separated(field: &Field, found: &[PageField<'_>]) -> Option<Form> {
    let shows = |marks: &[&str]| {
        let has = |text: &str| marks.iter().any(|mark| text.contains(mark));
        rows(found).any(|row| has(&row.doc)) || values(found).any(|value| value.as_str().is_some_and(has))
    };
    // A bar in a table is read as a full-width one.
    let (bar, comma) = (shows(&["|", "\u{ff5c}"]), shows(&[",", "逗号"]));
    let (theirs, ours) = match &field.ty {
        TypeExpr::Generic(Generic::Csv, _) if bar && !comma => (Generic::Pipe, Generic::Csv),
        TypeExpr::Generic(Generic::Pipe, _) if comma && !bar => (Generic::Csv, Generic::Pipe),
        _ => return None,
    };
    let [theirs, ours] = [theirs, ours].map(Generic::keyword);
    Some((
        theirs.to_owned(),
        format!("the page separates its items as in `{theirs}`, the spec says `{ours}`"),
    ))
}

/// Checks that items that a document has in one text aren't read as a list of elements.
fn joined(part: Part, field: &Field, found: &[PageField<'_>]) -> Option<Form> {
    let TypeExpr::Generic(Generic::List, _) = &field.ty else { return None };
    if !part.is_document() {
        return None;
    }
    let has = |mark: char| {
        let several = |value: &Value| value.as_str().is_some_and(|text| text.contains(mark));
        let items = |value: &&Value| value.as_array().is_some_and(|items| items.iter().any(several));
        values(found).any(|value| several(value) || items(&value))
    };
    let says = |words: &[&str]| rows(found).any(|row| words.iter().any(|word| row.doc.contains(word)));
    let theirs = if has(',') && says(&["逗号"]) {
        Generic::Csv.keyword()
    } else if has('|') && says(&["竖线", "|", "\u{ff5c}"]) {
        Generic::Pipe.keyword()
    } else {
        return None;
    };
    Some((
        theirs.to_owned(),
        format!("the page has all items in one text, as in `{theirs}`, the spec says `{}`", field.ty),
    ))
}

/// Checks that a value that a page describes or shows isn't `any`.
fn opaque(field: &Field, found: &[PageField<'_>]) -> Option<Form> {
    if !is_any(&field.ty) {
        return None;
    }
    let described = found.iter().flat_map(|found| &found.node.fields).next().map(|(name, _)| name);
    // The type that an object refers to is described on another page.
    let elsewhere = || {
        let typed = rows(found).filter(|row| {
            row.ty.as_deref().is_some_and(|ty| phrases::doc_type(ty).base == Base::Object && ty.contains('('))
        });
        typed.flat_map(|row| &row.refers).next()
    };
    let name = described.or_else(elsewhere)?;
    Some((
        "object".to_owned(),
        format!("the page describes its content, such as `{name}`, the spec says `{}`", field.ty),
    ))
}

fn is_any(ty: &TypeExpr) -> bool {
    match ty {
        TypeExpr::Scalar(scalar) => *scalar == Scalar::Any,
        TypeExpr::Generic(_, inner) => is_any(inner),
        TypeExpr::Named(_) => false,
    }
}

/// Returns whether a description says when something is present.
fn tells_absence(doc: &str) -> bool {
    const WORDS: [&str; 8] = ["absent", "only", "if", "unless", "without", "none", "not", "no"];
    let words = doc.split(|c: char| !c.is_alphabetic()).map(str::to_ascii_lowercase);
    words.into_iter().any(|word| WORDS.contains(&word.as_str()))
}

/// Returns whether nothing says when a response lacks a field: neither an example, nor a row, nor its description.
fn unsupported(field: &Field, found: &[PageField<'_>]) -> bool {
    let shown = values(found).next().is_some() && !found.iter().any(PageField::is_missing);
    let empty = |value: &Value| {
        value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty)
    };
    let conditional = rows(found).any(|row| {
        row.required == Some(false)
            || phrases::may_be_absent(&row.doc)
            || phrases::may_be_conditional(&row.doc)
    });
    field.optional
        && field.quirk.is_none()
        && !tells_absence(&field.doc)
        && shown
        && !conditional
        && !values(found).any(empty)
}

/// Returns whether an example of a response lacks the field and another place of it has it. Fragments of bodies don't
/// count.
fn sometimes(field: &Field, found: &[PageField<'_>]) -> bool {
    let whole = found.iter().all(|found| found.page.section.pieces.is_empty());
    let promised = !field.optional && field.misspelt.is_empty() && whole;
    promised && values(found).next().is_some() && found.iter().any(PageField::is_missing)
}

/// Checks that numbers that are too small for times aren't timestamps, unless a row says so.
fn momentary(field: &Field, found: &[PageField<'_>]) -> Option<Form> {
    let moment = innermost(&field.ty) == Some(Scalar::Timestamp);
    let told = rows(found).any(|row| phrases::is_unix(&row.doc) || phrases::tells_time(&row.doc));
    let items =
        values(found).flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    let mut numbers = items.filter_map(Value::as_i64).filter(|number| *number != 0).peekable();
    let first = *numbers.peek().filter(|_| moment && !told)?;
    numbers.all(|number| number < SMALLEST_MOMENT).then(|| {
        (
            "a number".to_owned(),
            format!(
                "the page's examples show {first}, which is no moment, the spec's type is `{}`",
                field.ty
            ),
        )
    })
}

/// Pages make up times, but none with so few digits.
const SMALLEST_MOMENT: i64 = 100_000_000;

/// Checks that a type is unsigned if all tables say so and no example is negative.
fn unsigned(field: &Field, found: &[PageField<'_>]) -> Option<Form> {
    let types: Vec<&String> = rows(found).filter_map(|row| row.ty.as_ref()).collect();
    let said = types.iter().all(|ty| phrases::doc_type(ty).base == Base::Uint);
    let items =
        values(found).flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice));
    let negative = items.into_iter().any(|value| value.as_i64().is_some_and(|number| number < 0));
    let signed = innermost(&field.ty) == Some(Scalar::Int);
    let first = *types.first().filter(|_| said && !negative && signed)?;
    Some((first.clone(), format!("the page says its type is `{first}`, the spec says `{}`", field.ty)))
}

/// Checks the type of a response field if responses show one form only, and no table contradicts it.
fn answered(file: &File, field: &Field, found: &[PageField<'_>]) -> Option<Form> {
    if found.iter().any(|found| Encoding::is_text(found.page.section)) {
        return None;
    }
    let is_flag = field.ty == TypeExpr::Scalar(Scalar::Flag);
    let typed = rows(found).filter_map(|row| row.ty.as_deref()).map(phrases::doc_type).any(|says| {
        says.base != Base::Unknown && !(is_flag && says.base == Base::Bool) && fits(file, &field.ty, says)
    });
    let nothing = |value: &Value| value.is_null() || value.as_str() == Some("");
    let mut shown = values(found).filter(|value| !nothing(value)).peekable();
    let first = (*shown.peek()?).clone();
    let scalar = !first.is_array() && !first.is_object();
    let differs = scalar && !typed && shown.all(|value| !is_written(file, &field.ty, value));
    differs.then(|| {
        (first.to_string(), format!("the page's examples show `{first}`, the spec's type is `{}`", field.ty))
    })
}
