//! Compares the fields of structs.

use super::pairing::{Pairing, alike};
use super::spot::{Both, Spot};
use super::{Comparison, Difference, Rule, listed, rust_text};
use crate::api::{Field, Struct};
use crate::spec::Limit;
use crate::spec::names::ident;
use crate::spec::source::Path;

/// A struct that is in both specs.
pub(super) struct Structs<'a> {
    /// The module of BASE, which determines the names of its types in HEAD.
    pub(super) module: &'a str,
    pub(super) base: &'a Struct,
    pub(super) head: &'a Struct,
    /// The struct's place.
    pub(super) spots: &'a Both,
}

impl Structs<'_> {
    /// Whether requests contain it, before and after.
    pub(super) fn sent(&self) -> bool {
        self.base.direction.sent && self.head.direction.sent
    }
}

impl Comparison<'_> {
    /// Compares the fields of a struct, which are below a path in each spec.
    pub(super) fn fields(&mut self, structs: &Structs<'_>, below: impl Fn(&Spot) -> Path) {
        let at = |spot: &Spot, field: &Field| spot.field(&below(spot), field);
        let pairs = self.pair_fields(structs);
        let spots = structs.spots;
        for (old, new) in &pairs.both {
            let spots = Both { base: at(&spots.base, old), head: at(&spots.head, new) };
            self.field(structs, old, new, &spots);
        }
        for field in &pairs.removed {
            self.field_removed(structs, field, &at(&spots.base, field));
        }
        for field in &pairs.added {
            self.field_added(structs, field, &at(&spots.head, field));
        }
        if structs.sent() {
            self.order(structs, &pairs, |field| at(&spots.head, field));
        }
    }

    /// Pairs fields by their name in Rust, then by that on the wire; then by equal type and text, or by a similar name.
    pub(super) fn pair_fields<'a>(&self, structs: &Structs<'a>) -> Pairing<'a, Field> {
        let Structs { module, base, head, .. } = structs;
        Pairing::new(&base.fields, &head.fields)
            .same(|old, new| old.rust == new.rust)
            .same(|old, new| old.wire == new.wire)
            .best(|old, new| {
                if self.difference(module, &old.ty, &new.ty) == Difference::InRust {
                    return None;
                }
                if old.words() == new.words() {
                    return Some(2);
                }
                let there = place(&base.fields, old) == place(&head.fields, new);
                (there && old.optional == new.optional && alike(&old.wire, &new.wire)).then_some(1)
            })
    }

    fn field_removed(&mut self, structs: &Structs<'_>, field: &Field, spot: &Spot) {
        let (both, sent) = (structs.spots, structs.sent());
        let with = match (sent, is_argument(field), field.optional) {
            (true, true, _) => format!(", and its argument of `{}::new`", both.base.rust),
            (true, _, true) => ", and its setter".to_owned(),
            _ => String::new(),
        };
        self.lost(
            Rule::FieldRemoved,
            &Both { base: spot.clone(), head: both.head.clone() },
            format!("`{}` is gone{with}", spot.rust),
        );
    }

    fn field_added(&mut self, structs: &Structs<'_>, field: &Field, spot: &Spot) {
        let both = structs.spots;
        let ty = field_text(field);
        let (rule, meaning) = if !structs.sent() {
            (Rule::ResponseFieldAdded, format!("`{}: {ty}` is new", spot.rust))
        } else if is_argument(field) {
            let name = ident(&field.rust);
            (
                Rule::RequestFieldAddedRequired,
                format!("`{}::new` gains an argument, `{name}: {ty}`", both.head.rust),
            )
        } else {
            let how = if field.signs { "filled in by signing" } else { "with a setter" };
            (Rule::RequestFieldAddedOptional, format!("`{}: {ty}` is new, {how}", spot.rust))
        };
        self.both(rule, &Both { base: both.base.clone(), head: spot.clone() }, meaning);
    }

    fn field(&mut self, structs: &Structs<'_>, old: &Field, new: &Field, spots: &Both) {
        let sent = structs.sent();
        self.field_name(old, new, spots, sent);
        self.field_type(structs.module, old, new, spots);
        self.field_optional(structs, old, new, spots);
        let rust = &spots.head.rust;
        if old.place != new.place {
            let (from, to) = (old.place.keyword(), new.place.keyword());
            let meaning = format!("`{rust}` is sent in the {to} instead of the {from}");
            self.both(Rule::FieldPlaceChanged, &inside(spots, "in"), meaning);
        }
        if (&old.item, &old.count) != (&new.item, &new.count) {
            let meaning = format!("the items of `{rust}` are elsewhere in the document");
            self.both(Rule::FieldWireTypeChanged, &inside(spots, "item"), meaning);
        }
        if old.aka != new.aka {
            let names = listed(new.aka.iter().map(String::as_str));
            let names = if names.is_empty() { "one name only".to_owned() } else { format!("{names}, too") };
            self.both(
                Rule::FieldWireNameChanged,
                &inside(spots, "aka"),
                format!("`{rust}` is read from {names}"),
            );
        }
        if old.embed != new.embed {
            let where_to = if new.embed { "among the fields around it" } else { "in an object of its own" };
            let meaning = format!("the fields of `{rust}` are {where_to}");
            self.both(Rule::FieldEmbedChanged, &inside(spots, "embed"), meaning);
        }
        if old.default != new.default {
            let now = new.shown_default().unwrap_or_else(|| "none".to_owned());
            let meaning = format!("the documented default of `{rust}` is {now}");
            self.both(Rule::FieldDefaultChanged, &inside(spots, "default"), meaning);
        }
        if sent {
            self.limits(old, new, spots);
        }
        let documented = |field: &Field| -> Vec<Limit> {
            field.limits.iter().filter(|limit| !sent || !limit.refuses()).cloned().collect()
        };
        if old.words() != new.words() || documented(old) != documented(new) {
            let meaning = format!("the documentation of `{rust}` changed");
            self.both(Rule::FieldDocsChanged, &inside(spots, "doc"), meaning);
        }
    }

    fn field_name(&mut self, old: &Field, new: &Field, spots: &Both, sent: bool) {
        let wire = format!("`{}` instead of `{}` on the wire", new.wire, old.wire);
        if old.rust != new.rust {
            let setter = if sent && new.optional { ", and so is its setter" } else { "" };
            let wire = if old.wire == new.wire { String::new() } else { format!(" ({wire})") };
            let meaning = format!("`{}` is renamed to `{}`{setter}{wire}", spots.base.rust, spots.head.rust);
            self.both(Rule::FieldRenamed, spots, meaning);
        } else if old.wire != new.wire {
            let meaning = format!("`{}` is called {wire}", spots.head.rust);
            self.both(Rule::FieldWireNameChanged, spots, meaning);
        }
    }

    fn field_type(&mut self, module: &str, old: &Field, new: &Field, spots: &Both) {
        let at = inside(spots, "type");
        let rust = &spots.head.rust;
        match self.difference(module, &old.ty, &new.ty) {
            Difference::None => {}
            Difference::OnTheWire => {
                let meaning = format!("`{rust}` is written otherwise, and stays `{}`", rust_text(&new.ty));
                self.both(Rule::FieldWireTypeChanged, &at, meaning);
            }
            Difference::InRust => {
                let meaning = format!("`{rust}` is `{}` instead of `{}`", field_text(new), field_text(old));
                self.both(Rule::FieldTypeChanged, &at, meaning);
            }
        }
    }

    fn field_optional(&mut self, structs: &Structs<'_>, old: &Field, new: &Field, spots: &Both) {
        let sent = structs.sent();
        let rust = &spots.head.rust;
        let owner = &structs.spots.head.rust;
        let ty = field_text(new);
        match (old.optional, new.optional) {
            (false, true) => {
                let how = if sent && is_argument(old) {
                    format!(": it has a setter, and is no argument of `{owner}::new` any more")
                } else {
                    String::new()
                };
                self.both(Rule::FieldNowOptional, spots, format!("`{rust}` is now `{ty}`{how}"));
            }
            (true, false) => {
                let how = match (sent, is_argument(new)) {
                    (true, true) => format!(": `{owner}::new` gains an argument, and the setter is gone"),
                    (true, false) => ": the setter is gone".to_owned(),
                    (false, _) => String::new(),
                };
                self.both(Rule::FieldNowRequired, spots, format!("`{rust}` is now `{ty}`{how}"));
            }
            (false, false) if sent && old.signs != new.signs => {
                let (rule, what) = if new.signs {
                    (Rule::FieldNowSigned, "loses an argument")
                } else {
                    (Rule::FieldNoLongerSigned, "gains an argument")
                };
                let meaning = format!("`{owner}::new` {what}, `{}: {ty}`", ident(&new.rust));
                self.both(rule, spots, meaning);
            }
            _ => {}
        }
    }

    /// Compares the order of the arguments of `new` that are in both specs, unless they have names.
    fn order(&mut self, structs: &Structs<'_>, pairs: &Pairing<'_, Field>, at: impl Fn(&Field) -> Spot) {
        let Structs { base, head, spots: both, .. } = structs;
        if base.names_arguments() && head.names_arguments() {
            return;
        }
        let arguments = pairs.both.iter().filter(|(old, new)| is_argument(old) && is_argument(new));
        let mut was: Vec<&(&Field, &Field)> = arguments.collect();
        was.sort_by_key(|(old, _)| place(&base.fields, old));
        let was: Vec<&Field> = was.into_iter().map(|(_, new)| *new).collect();
        let mut now = was.clone();
        now.sort_by_key(|field| place(&head.fields, field));
        let moved = was.iter().zip(&now).find(|(was, now)| was.wire != now.wire);
        if let Some((_, first)) = moved {
            let (was, now) = (names(&was), names(&now));
            let meaning = format!("`{}::new` takes `{now}` instead of `{was}`", both.head.rust);
            let spots = Both { base: both.base.clone(), head: at(first) };
            self.both(Rule::RequiredOrderChanged, &spots, meaning);
        }
    }
}

/// Returns the index of a field among others.
fn place(fields: &[Field], field: &Field) -> Option<usize> {
    fields.iter().position(|other| other.wire == field.wire)
}

/// Returns whether `new` takes a field.
fn is_argument(field: &Field) -> bool {
    !field.optional && !field.signs
}

/// Returns the names of arguments, as written in a call.
fn names(fields: &[&Field]) -> String {
    let names: Vec<String> = fields.iter().map(|field| ident(&field.rust).to_string()).collect();
    names.join(", ")
}

/// Returns a field's type as written in Rust.
fn field_text(field: &Field) -> String {
    let ty = rust_text(&field.ty);
    if field.optional { format!("Option<{ty}>") } else { ty }
}

/// Returns a key of a field.
pub(super) fn inside(spots: &Both, key: &str) -> Both {
    spots.step(|spot| spot.key(key))
}
