//! Mistakes in the type of a field, made in the examples as well.

use serde_json::{Value, json};

use crate::mutate::edit::Edit;
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::Field;
use crate::mutate::site::{FieldSite, Mutant};
use crate::pages::phrases::{self, Base, may_be_moment};
use crate::spec;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Carrier, LimitKind};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("number-as-string-sent", "a table or the values say that it is a number", Field(number_sent)),
    Kind::new(
        "number-as-string-received",
        "a table or the values say that it is a number",
        Field(number_received),
    ),
    Kind::new("string-as-number", "a table or the values say that it is text", Field(string)),
    Kind::new("bool-as-flag", "a table or the values say that it is a boolean", Field(bool)),
    Kind::new("flag-as-bool", "a table or the values say that it is a number", Field(flag)),
    Kind::new("timestamp-as-int", "the page calls it a time, or shows a moment", Field(timestamp)),
    Kind::new("int-as-timestamp", "the page speaks of it, and not as of a time", Field(int_as_timestamp)),
    Kind::new("uint-as-int", "a table says that it is unsigned", Field(uint)),
    Kind::new("int-as-uint", "the page has a negative value of it", Field(int)),
    Kind::new("float-as-int", "a table says that it is a double", Field(float)),
    Kind::new("int-as-float", "a table says that it is an integer", Field(int_as_float)),
    Kind::new("list-as-item", "a table or the values say that it is a list", Field(list)),
    Kind::new("item-as-list", "a table or the values say that it is no list", Field(item)),
    Kind::new("pipe-as-csv", "the page has the separator", Field(pipe)),
    Kind::new("joined-as-list", "a table or the values say that it is text", Field(joined)),
    Kind::new("list-as-joined", "a table or the values say that it is a list", Field(list_as_joined)),
    Kind::new("json-as-string", "the page shows an object or a list in text", Field(json_as_string)),
    Kind::new("enum-as-scalar", "the page lists two values or more", Field(enumeration)),
    Kind::new("object-as-any", "the page speaks of it", Field(any)),
    Kind::new("types-swapped", "a table or the values say either type", Field(swapped)),
];

const NUMBERS: [Base; 3] = [Base::Int, Base::Uint, Base::F64];

/// Replaces a scalar by another, in lists, too.
fn replaced(ty: &TypeExpr, from: &[Scalar], to: Scalar) -> Option<TypeExpr> {
    match ty {
        TypeExpr::Scalar(scalar) => from.contains(scalar).then_some(TypeExpr::Scalar(to)),
        TypeExpr::Generic(Generic::List, inner) => {
            Some(TypeExpr::Generic(Generic::List, Box::new(replaced(inner, from, to)?)))
        }
        _ => None,
    }
}

/// Changes a field's type: keys that the new type can't have are removed, and examples and default are adapted.
fn retyped(site: &FieldSite<'_>, ty: &TypeExpr, said: bool, convert: fn(&Value) -> Value) -> Vec<Mutant> {
    // A field that is known to differ from the page proves nothing.
    if site.field.quirk.is_some() || site.field.embed {
        return Vec::new();
    }
    let path = site.path();
    let mut edits = vec![Edit::Set(path.key("type"), ty.to_string().into())];
    let carrier = Carrier::of(ty);
    for limit in &site.field.limits {
        if carrier.and_then(|carrier| LimitKind::keyword(limit.kind, carrier)).is_none() {
            edits.push(Edit::Remove(path.key(limit.kind.key())));
        }
    }
    if let Some(default) = &site.field.default
        && let Ok(value) = serde_json::to_value(default)
        && let Ok(value) = serde_yaml::to_value(convert(&value))
    {
        edits.push(Edit::Set(path.key("default"), value));
    }
    edits.extend(site.values(|value| *value = convert(value)));
    edits.push(Edit::Prune);
    vec![site.mutant(format!("type: {ty}"), edits, said)]
}

/// Converts a value, or each item of a list.
fn each(value: &Value, convert: fn(&Value) -> Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| each(item, convert)).collect(),
        value => convert(value),
    }
}

fn scalar(
    site: &FieldSite<'_>,
    from: &[Scalar],
    to: Scalar,
    said: bool,
    convert: fn(&Value) -> Value,
) -> Vec<Mutant> {
    let ty = replaced(&site.field.ty, from, to);
    ty.map(|ty| retyped(site, &ty, said, convert)).unwrap_or_default()
}

fn number(site: &FieldSite<'_>) -> Vec<Mutant> {
    let said = if site.shows(|_| true) { site.shows(Value::is_number) } else { site.is_said(&NUMBERS) };
    let text = |value: &Value| each(value, |value| value.to_string().into());
    scalar(site, &[Scalar::Int, Scalar::Uint, Scalar::F64], Scalar::String, said, text)
}

fn number_sent(site: &FieldSite<'_>) -> Vec<Mutant> {
    if site.sent { number(site) } else { Vec::new() }
}

fn number_received(site: &FieldSite<'_>) -> Vec<Mutant> {
    if site.received && !site.sent { number(site) } else { Vec::new() }
}

fn string(site: &FieldSite<'_>) -> Vec<Mutant> {
    let said =
        if site.shows(|_| true) { site.shows(Value::is_string) } else { site.is_said(&[Base::String]) };
    scalar(site, &[Scalar::String], Scalar::Int, said, |value| each(value, |_| 1.into()))
}

fn bool(site: &FieldSite<'_>) -> Vec<Mutant> {
    let said = if site.shows(|_| true) { site.shows(Value::is_boolean) } else { site.is_said(&[Base::Bool]) };
    let digit = |value: &Value| each(value, |value| u8::from(value == &Value::Bool(true)).into());
    scalar(site, &[Scalar::Bool], Scalar::Flag, said, digit)
}

fn flag(site: &FieldSite<'_>) -> Vec<Mutant> {
    let said = if site.shows(|_| true) { site.shows(Value::is_number) } else { site.is_said(&NUMBERS) };
    let truth = |value: &Value| each(value, |value| (value == &json!(1) || value == &json!(true)).into());
    scalar(site, &[Scalar::Flag], Scalar::Bool, said, truth)
}

fn called_time(site: &FieldSite<'_>) -> bool {
    site.seen.rows.iter().any(|row| phrases::is_timestamp(site.wire, &row.doc))
}

fn timestamp(site: &FieldSite<'_>) -> Vec<Mutant> {
    let moments =
        site.shows(|value| value.as_i64().is_some_and(|number| number > 0 && may_be_moment(number)));
    scalar(site, &[Scalar::Timestamp], Scalar::Int, called_time(site) || moments, Value::clone)
}

fn int_as_timestamp(site: &FieldSite<'_>) -> Vec<Mutant> {
    let moments = site.shows(|value| value.as_i64().is_some_and(may_be_moment));
    let said = site.is_known() && !called_time(site) && !moments;
    scalar(site, &[Scalar::Int, Scalar::Uint], Scalar::Timestamp, said, Value::clone)
}

fn uint(site: &FieldSite<'_>) -> Vec<Mutant> {
    scalar(site, &[Scalar::Uint], Scalar::Int, site.is_said(&[Base::Uint]), Value::clone)
}

fn int(site: &FieldSite<'_>) -> Vec<Mutant> {
    let negative = |value: &Value| value.as_i64().is_some_and(|number| number < 0);
    let said = site.seen.values.iter().any(negative) || site.says("-1");
    let positive =
        |value: &Value| each(value, |value| value.as_i64().unwrap_or_default().unsigned_abs().into());
    scalar(site, &[Scalar::Int], Scalar::Uint, said, positive)
}

fn float(site: &FieldSite<'_>) -> Vec<Mutant> {
    let whole = |value: &Value| each(value, |value| number_before_point(value).into());
    scalar(site, &[Scalar::F64], Scalar::Int, site.is_said(&[Base::F64]), whole)
}

fn number_before_point(value: &Value) -> i64 {
    let text = value.to_string();
    text.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or_default()
}

fn int_as_float(site: &FieldSite<'_>) -> Vec<Mutant> {
    let said = site.is_said(&[Base::Int, Base::Uint]);
    scalar(site, &[Scalar::Int, Scalar::Uint], Scalar::F64, said, Value::clone)
}

fn list(site: &FieldSite<'_>) -> Vec<Mutant> {
    let TypeExpr::Generic(Generic::List, inner) = &site.field.ty else { return Vec::new() };
    if matches!(**inner, TypeExpr::Scalar(Scalar::Any)) {
        return Vec::new();
    }
    let said = site.types().any(|ty| ty.lists > 0) || site.shows_list();
    retyped(site, inner, said, |value| value.get(0).cloned().unwrap_or(Value::Null))
}

fn item(site: &FieldSite<'_>) -> Vec<Mutant> {
    let ty = &site.field.ty;
    if matches!(ty, TypeExpr::Generic(..) | TypeExpr::Scalar(Scalar::Any | Scalar::File)) {
        return Vec::new();
    }
    let typed = site.types().any(|ty| ty.lists == 0 && ty.base != Base::Unknown);
    let shown =
        !site.is_text && !site.seen.values.is_empty() && !site.seen.values.iter().any(Value::is_array);
    let list = TypeExpr::Generic(Generic::List, Box::new(ty.clone()));
    retyped(site, &list, typed || shown, |value| json!([value]))
}

fn pipe(site: &FieldSite<'_>) -> Vec<Mutant> {
    let (other, separator, convert): (_, _, fn(&Value) -> Value) = match &site.field.ty {
        TypeExpr::Generic(Generic::Pipe, _) => (Generic::Csv, '|', |value| joined_by(value, "|", ",")),
        TypeExpr::Generic(Generic::Csv, _) => (Generic::Pipe, ',', |value| joined_by(value, ",", "|")),
        _ => return Vec::new(),
    };
    let TypeExpr::Generic(_, inner) = &site.field.ty else { return Vec::new() };
    let shown =
        site.seen.values.iter().any(|value| value.as_str().is_some_and(|text| text.contains(separator)));
    let said = shown || site.speaks(&[if separator == '|' { "|" } else { "逗号" }, "‘|’", "｜"]);
    retyped(site, &TypeExpr::Generic(other, inner.clone()), said, convert)
}

fn joined_by(value: &Value, from: &str, to: &str) -> Value {
    value.as_str().map_or(Value::Null, |text| text.replace(from, to).into())
}

fn joined(site: &FieldSite<'_>) -> Vec<Mutant> {
    let convert: fn(&Value) -> Value = match &site.field.ty {
        TypeExpr::Generic(Generic::Pipe, _) => {
            |value| value.as_str().unwrap_or_default().split('|').collect()
        }
        TypeExpr::Generic(Generic::Csv, _) => |value| value.as_str().unwrap_or_default().split(',').collect(),
        _ => return Vec::new(),
    };
    let list = "list<string>".parse::<TypeExpr>();
    let said = site.is_said(&[Base::String]) || site.shows(Value::is_string);
    list.map(|list| retyped(site, &list, said, convert)).unwrap_or_default()
}

fn list_as_joined(site: &FieldSite<'_>) -> Vec<Mutant> {
    let TypeExpr::Generic(Generic::List, inner) = &site.field.ty else { return Vec::new() };
    if **inner != TypeExpr::Scalar(Scalar::String) {
        return Vec::new();
    }
    let said = site.types().any(|ty| ty.lists > 0) || site.shows_list();
    let joined = TypeExpr::Generic(Generic::Pipe, inner.clone());
    retyped(site, &joined, said, |value| {
        let items = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        items.collect::<Vec<_>>().join("|").into()
    })
}

fn json_as_string(site: &FieldSite<'_>) -> Vec<Mutant> {
    let TypeExpr::Generic(Generic::Json, _) = &site.field.ty else { return Vec::new() };
    let is_json = |value: &Value| {
        let inner = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
        inner.is_some_and(|inner| inner.is_object() || inner.is_array())
    };
    let said = site.seen.values.iter().any(is_json);
    retyped(site, &TypeExpr::Scalar(Scalar::String), said, Value::clone)
}

fn enumeration(site: &FieldSite<'_>) -> Vec<Mutant> {
    let file = site.file.file;
    let Some(listed) = site.field.ty.name().and_then(|name| file.enums.get(name)) else { return Vec::new() };
    let TypeExpr::Named(_) = &site.field.ty else { return Vec::new() };
    let known = |wire: &&String| site.seen.listed.iter().any(|value| value.wire == **wire) || site.says(wire);
    let said = listed.values.keys().filter(known).count() > 1;
    retyped(site, &TypeExpr::Scalar(listed.repr.scalar()), said, Value::clone)
}

fn any(site: &FieldSite<'_>) -> Vec<Mutant> {
    let file = site.file.file;
    let object = matches!(&site.field.ty, TypeExpr::Named(name) if !file.enums.contains_key(name));
    if object {
        retyped(site, &TypeExpr::Scalar(Scalar::Any), site.is_known(), Value::clone)
    } else {
        Vec::new()
    }
}

fn swapped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let mut after = site.fields.iter().skip_while(|(name, _)| name.as_str() != site.wire).skip(1);
    let Some((name, next)) = after.next() else { return Vec::new() };
    let field = site.field;
    let plain = |field: &spec::Field| {
        field.quirk.is_none() && !field.embed && field.limits.is_empty() && field.default.is_none()
    };
    if field.ty == next.ty || !plain(field) || !plain(next) {
        return Vec::new();
    }
    let key = if next.optional { format!("{name}?") } else { name.clone() };
    let mut edits = vec![
        Edit::Set(site.path().key("type"), next.ty.to_string().into()),
        Edit::Set(site.list.key(&key).key("type"), field.ty.to_string().into()),
    ];
    edits.extend(site.objects(|object| {
        if let (Some(mine), Some(other)) = (object.get(site.wire).cloned(), object.get(name).cloned()) {
            object.insert(site.wire.to_owned(), other);
            object.insert(name.clone(), mine);
        }
    }));
    let said = site.types().any(|ty| ty.base != Base::Unknown) || site.shows(|_| true);
    vec![site.mutant(format!("type: {}, and {name} has type: {}", next.ty, field.ty), edits, said)]
}
