//! Mistakes in the limits and the default of a field.

use serde_yaml::{Mapping, Value};

use crate::mutate::edit::Edit;
use crate::mutate::kind::Kind;
use crate::mutate::kind::Make::Field;
use crate::mutate::site::{FieldSite, Mutant};
use crate::pages::phrases::word_of;
use crate::spec::source::Path;
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Bound, Limit, LimitKind};

pub(super) const KINDS: &[Kind] = &[
    Kind::new("length-dropped", "a description has the number", Field(length_dropped)),
    Kind::new("items-dropped", "a description has the number", Field(items_dropped)),
    Kind::new("minimum-dropped", "a description has the number", Field(minimum_dropped)),
    Kind::new("maximum-dropped", "a description has the number", Field(maximum_dropped)),
    Kind::new("range-dropped", "a description has both numbers", Field(range_dropped)),
    Kind::new("limit-off-by-one", "a description has the number", Field(off_by_one)),
    Kind::new("limit-tenfold", "a description has the number", Field(tenfold)),
    Kind::new("multiple-dropped", "a description speaks of a multiple", Field(multiple_dropped)),
    Kind::new("multiple-wrong", "a description speaks of a multiple", Field(multiple_wrong)),
    Kind::new("bytes-as-chars", "a description speaks of bytes", Field(bytes)),
    Kind::new("chars-as-bytes", "a description speaks of characters, and not of bytes", Field(chars)),
    Kind::new("cut-as-limit", "a description has the number", Field(cut)),
    Kind::new("limit-as-cut", "a description has the number", Field(limit_as_cut)),
    Kind::new("each-dropped", "a description has the number", Field(each_dropped)),
    Kind::new("each-off-by-one", "a description has the number", Field(each_off_by_one)),
    Kind::new("each-invented", "the page describes it, without the number", Field(each_invented)),
    Kind::new("limit-invented", "the page describes it, without the number", Field(invented)),
    Kind::new(
        "pattern-dropped",
        "a description speaks of its characters or its form",
        Field(pattern_dropped),
    ),
    Kind::new("default-wrong", "a description speaks of what is assumed", Field(default_wrong)),
    Kind::new("default-dropped", "a description speaks of what is assumed", Field(default_dropped))
        .since("no page says what is assumed, or an answer always has the field"),
    Kind::new("default-invented", "the page describes it, without a default", Field(default_invented)),
];

/// Returns whether a description contains the number of a limit.
fn is_said(site: &FieldSite<'_>, limit: &Limit) -> bool {
    limit.as_number().is_some_and(|number| site.says(&number.to_string()))
}

/// Makes a mistake in each limit of some kinds.
fn of_kinds(
    site: &FieldSite<'_>,
    kinds: &[LimitKind],
    make: impl Fn(&Limit) -> Option<(String, Vec<Edit>)>,
) -> Vec<Mutant> {
    let limits = site.field.limits.iter().filter(|limit| kinds.contains(&limit.kind));
    let mutants = limits.filter_map(|limit| {
        let (change, edits) = make(limit)?;
        Some(site.mutant(change, edits, is_said(site, limit)))
    });
    mutants.collect()
}

fn dropped(site: &FieldSite<'_>, kinds: &[LimitKind]) -> Vec<Mutant> {
    // An unsigned value can't be negative anyway.
    let needless = |limit: &Limit| {
        site.field.ty == TypeExpr::Scalar(Scalar::Uint) && *limit == Limit::number(LimitKind::Min, 0)
    };
    of_kinds(site, kinds, |limit| {
        let edits = vec![Edit::Remove(site.path().key(limit.kind.key()))];
        (!needless(limit)).then(|| (format!("no {limit}"), edits))
    })
}

const LENGTHS: [LimitKind; 5] = [
    LimitKind::MinChars,
    LimitKind::MaxChars,
    LimitKind::MaxBytes,
    LimitKind::CutsAtBytes,
    LimitKind::CutsAtChars,
];

fn length_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    dropped(site, &LENGTHS)
}

fn items_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    dropped(site, &[LimitKind::MinItems, LimitKind::MaxItems])
}

fn minimum_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    dropped(site, &[LimitKind::Min])
}

fn maximum_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    dropped(site, &[LimitKind::Max])
}

fn range_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let range = [LimitKind::Min, LimitKind::Max];
    let limits: Vec<&Limit> = site.field.limits.iter().filter(|limit| range.contains(&limit.kind)).collect();
    if limits.len() < 2 {
        return Vec::new();
    }
    let edits = limits.iter().map(|limit| Edit::Remove(site.path().key(limit.kind.key()))).collect();
    vec![site.mutant("no range", edits, limits.iter().all(|limit| is_said(site, limit)))]
}

/// Changes the number of each limit.
fn numbers(site: &FieldSite<'_>, change: fn(i64) -> Option<i64>) -> Vec<Mutant> {
    of_kinds(site, LimitKind::ALL, |limit| {
        let limit = Limit::number(limit.kind, change(limit.as_number()?.as_i64()?)?);
        let value = limit.as_number()?.as_i64()?.into();
        Some((limit.to_string(), vec![Edit::Set(site.path().key(limit.kind.key()), value)]))
    })
}

fn off_by_one(site: &FieldSite<'_>) -> Vec<Mutant> {
    numbers(site, |number| number.checked_add(1))
}

fn tenfold(site: &FieldSite<'_>) -> Vec<Mutant> {
    numbers(site, |number| number.checked_mul(10).filter(|product| *product != number))
}

/// Returns mutants of which only those count where a description speaks of a multiple.
fn of_multiples(site: &FieldSite<'_>, mut mutants: Vec<Mutant>) -> Vec<Mutant> {
    for mutant in &mut mutants {
        mutant.said = site.speaks(&["倍", "整分钟"]);
    }
    mutants
}

fn multiple_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    of_multiples(site, dropped(site, &[LimitKind::MultipleOf]))
}

fn multiple_wrong(site: &FieldSite<'_>) -> Vec<Mutant> {
    let doubled = of_kinds(site, &[LimitKind::MultipleOf], |limit| {
        let number = limit.as_number()?.as_i64()?.checked_mul(2)?;
        let edits = vec![Edit::Set(site.path().key(limit.kind.key()), number.into())];
        Some((format!("{}: {number}", limit.kind.key()), edits))
    });
    of_multiples(site, doubled)
}

/// Changes the kind of each limit, with the same number.
fn renamed(site: &FieldSite<'_>, pairs: &[(LimitKind, LimitKind)], words: Option<&[&str]>) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (from, to) in pairs {
        let taken = site.field.limits.iter().any(|limit| limit.kind == *to);
        let made = of_kinds(site, &[*from], |limit| {
            let edits = vec![Edit::Rename(site.path().key(from.key()), to.key().to_owned())];
            (!taken).then(|| (format!("{}: {}", to.key(), limit.value), edits))
        });
        mutants.extend(made);
    }
    for mutant in &mut mutants {
        mutant.said &= words.is_none_or(|words| site.speaks(words));
    }
    mutants
}

fn bytes(site: &FieldSite<'_>) -> Vec<Mutant> {
    let pairs =
        [(LimitKind::MaxBytes, LimitKind::MaxChars), (LimitKind::CutsAtBytes, LimitKind::CutsAtChars)];
    renamed(site, &pairs, Some(&["字节"]))
}

fn chars(site: &FieldSite<'_>) -> Vec<Mutant> {
    let pairs =
        [(LimitKind::MaxChars, LimitKind::MaxBytes), (LimitKind::CutsAtChars, LimitKind::CutsAtBytes)];
    let mut mutants = renamed(site, &pairs, Some(&["字符", "汉字", "个字", "字数"]));
    // Bytes or characters: the unit is unknown.
    let either = site.speaks(&["字节"]);
    for mutant in &mut mutants {
        mutant.said &= !either;
    }
    mutants
}

const CUTS: [(LimitKind, LimitKind); 2] =
    [(LimitKind::CutsAtBytes, LimitKind::MaxBytes), (LimitKind::CutsAtChars, LimitKind::MaxChars)];

fn cut(site: &FieldSite<'_>) -> Vec<Mutant> {
    renamed(site, &CUTS, None)
}

fn limit_as_cut(site: &FieldSite<'_>) -> Vec<Mutant> {
    renamed(site, &CUTS.map(|(cut, limit)| (limit, cut)), None)
}

/// Makes a mistake in each limit of a list's items.
fn of_each(site: &FieldSite<'_>, make: impl Fn(&Limit, Path) -> Option<(String, Edit)>) -> Vec<Mutant> {
    let each = site.path().key("each");
    let mutants = site.field.each.0.iter().filter_map(|limit| {
        let (change, edit) = make(limit, each.key(limit.kind.key()))?;
        Some(site.mutant(format!("each {change}"), vec![edit], is_said(site, limit)))
    });
    mutants.collect()
}

fn each_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let alone = site.field.each.0.len() == 1;
    of_each(site, |limit, at| {
        // Without any limit, the key has no meaning.
        let gone = if alone { site.path().key("each") } else { at };
        Some((format!("without {limit}"), Edit::Remove(gone)))
    })
}

fn each_off_by_one(site: &FieldSite<'_>) -> Vec<Mutant> {
    of_each(site, |limit, at| {
        let number = limit.as_number()?.as_i64()?.checked_add(1)?;
        Some((Limit::number(limit.kind, number).to_string(), Edit::Set(at, number.into())))
    })
}

fn each_invented(site: &FieldSite<'_>) -> Vec<Mutant> {
    let TypeExpr::Generic(Generic::List, item) = &site.field.ty else { return Vec::new() };
    let (kind, number) = match **item {
        TypeExpr::Scalar(Scalar::String) => (LimitKind::MaxBytes, 4096_i64),
        TypeExpr::Scalar(Scalar::Int | Scalar::Uint) => (LimitKind::Max, 9_000_000_000_000),
        _ => return Vec::new(),
    };
    if !site.sent || !site.field.each.0.is_empty() {
        return Vec::new();
    }
    let said = !site.seen.rows.is_empty() && !site.says(&number.to_string());
    let each = Mapping::from_iter([(kind.key().into(), number.into())]);
    let edit = Edit::Set(site.path().key("each"), each.into());
    vec![site.mutant(format!("each {}: {number}", kind.key()), vec![edit], said)]
}

fn invented(site: &FieldSite<'_>) -> Vec<Mutant> {
    let (kind, number) = match &site.field.ty {
        TypeExpr::Scalar(Scalar::String) => (LimitKind::MaxBytes, 4096_i64),
        TypeExpr::Generic(Generic::List, _) => (LimitKind::MaxItems, 300),
        TypeExpr::Scalar(Scalar::Int | Scalar::Uint) => (LimitKind::Max, 9_000_000_000_000),
        _ => return Vec::new(),
    };
    let limited = site.field.limits.iter().any(|limit| limit.kind.facts().bound != Bound::AtLeast);
    if limited || !site.sent {
        return Vec::new();
    }
    let said = !site.seen.rows.is_empty() && !site.says(&number.to_string());
    let edit = Edit::Set(site.path().key(kind.key()), number.into());
    vec![site.mutant(format!("{}: {number}", kind.key()), vec![edit], said)]
}

const FORMED: [&str; 15] = [
    "正则",
    "组成",
    "字符",
    "数字",
    "字母",
    "格式",
    "开头",
    "协议",
    "进制",
    "空格",
    "中国传",
    "RFC",
    "rfc",
    "@",
    "a-z",
];

fn pattern_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    let mut mutants = dropped(site, &[LimitKind::Pattern]);
    for mutant in &mut mutants {
        mutant.said = site.speaks(&FORMED);
    }
    mutants
}

const ASSUMED: [&str; 8] = ["默认", "缺省", "不填", "不传", "不设置", "为空", "不指定", "未填"];

fn default_wrong(site: &FieldSite<'_>) -> Vec<Mutant> {
    let Some(default) = &site.field.default else { return Vec::new() };
    let listed = site.field.ty.name().and_then(|name| site.file.file.enums.get(name));
    let own = word_of(default);
    let other = match (listed, default) {
        (Some(listed), _) => listed.values.keys().find(|wire| **wire != own).map(|wire| match default {
            Value::Number(_) => wire.parse::<i64>().map_or_else(|_| wire.as_str().into(), Into::into),
            _ => Value::from(wire.as_str()),
        }),
        (None, Value::Bool(value)) => Some((!value).into()),
        (None, Value::Number(number)) if site.field.ty == TypeExpr::Scalar(Scalar::Flag) => {
            Some(u8::from(number.as_i64() == Some(0)).into())
        }
        (None, Value::Number(number)) => number.as_i64().map(|number| (number + 1).into()),
        (None, Value::String(text)) => Some(format!("{text}x").into()),
        _ => None,
    };
    let Some(other) = other else { return Vec::new() };
    let change = format!("default: {}", word_of(&other));
    vec![site.mutant(change, vec![Edit::Set(site.path().key("default"), other)], site.speaks(&ASSUMED))]
}

fn default_dropped(site: &FieldSite<'_>) -> Vec<Mutant> {
    // An empty text means no default.
    let Some(default) = site.field.default.as_ref().filter(|default| !word_of(default).is_empty()) else {
        return Vec::new();
    };
    let change = format!("no default: {}", word_of(default));
    let said = site.speaks(&ASSUMED) && (site.sent || site.field.optional);
    vec![site.mutant(change, vec![Edit::Remove(site.path().key("default"))], said)]
}

fn default_invented(site: &FieldSite<'_>) -> Vec<Mutant> {
    let value: Value = match &site.field.ty {
        TypeExpr::Scalar(Scalar::Bool) => true.into(),
        TypeExpr::Scalar(Scalar::Int | Scalar::Uint) => 77.into(),
        TypeExpr::Scalar(Scalar::String) => "main".into(),
        _ => return Vec::new(),
    };
    if site.field.default.is_some() || !site.field.optional || !site.sent {
        return Vec::new();
    }
    let said = !site.seen.rows.is_empty() && !site.speaks(&ASSUMED);
    let change = format!("default: {}", word_of(&value));
    vec![site.mutant(change, vec![Edit::Set(site.path().key("default"), value)], said)]
}
