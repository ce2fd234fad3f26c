//! Compares the spec with itself: a family must describe the same thing in the same way everywhere.

use std::collections::{BTreeMap, BTreeSet};

use super::comparison::Comparison;
use super::finding::{Finding, Spot};
use crate::spec::source::Path;
use crate::spec::type_expr::{Scalar, TypeExpr};
use crate::spec::{DriftRule, Enum, Field, Fields, File, Part, Repr, Section, Struct, Style, WrittenRule};

/// A field somewhere in a family.
struct Place<'a> {
    file: &'a File,
    /// Its name in a deviation.
    at: String,
    path: Path,
    kind: String,
}

impl<'a> Comparison<'a> {
    /// Compares the files of each family with one another, and the types of each file.
    pub(super) fn across(&mut self) {
        let mut families: BTreeMap<&str, Vec<&'a File>> = BTreeMap::new();
        for file in &self.spec.files {
            families.entry(file.family()).or_default().push(file);
        }
        for files in families.values() {
            self.types_across(files);
            self.names_across(files);
        }
        for file in &self.spec.files {
            self.twice(file);
            self.siblings(file);
        }
    }

    /// Checks that fields of one name have one type. The most frequent type is assumed to be right.
    fn types_across(&mut self, files: &[&'a File]) {
        let mut by_name: BTreeMap<&str, Vec<Place<'a>>> = BTreeMap::new();
        for &file in files {
            for (around, path, fields) in field_lists(file) {
                for (name, field) in fields.iter().filter(|(_, field)| field.quirk.is_none()) {
                    let Some(kind) = kind(&field.ty) else { continue };
                    let (at, path) = (format!("{around}.{name}"), path.key(&key(name, field)));
                    by_name.entry(name).or_default().push(Place { file, at, path, kind });
                }
            }
        }
        for (name, places) in by_name {
            let lists = |place: &&Place<'_>| place.kind.contains('<');
            for shape in [true, false] {
                let places: Vec<&Place<'_>> = places.iter().filter(|place| lists(place) == shape).collect();
                let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
                for place in &places {
                    *counts.entry(&place.kind).or_default() += 1;
                }
                let first = |kind: &str| places.iter().position(|place| place.kind == kind);
                let most =
                    counts.iter().max_by_key(|(kind, count)| (**count, std::cmp::Reverse(first(kind))));
                let Some((most, _)) = most else { continue };
                for place in places.iter().filter(|place| place.kind != *most) {
                    let known =
                        places.iter().find(|place| place.kind == *most).map_or("", |place| place.at.as_str());
                    let message = format!(
                        "`{name}` is a `{}` here, and a `{most}` in `{known}` of this family",
                        place.kind
                    );
                    let spot = Spot::key(place.file, &place.path);
                    let finding = Finding::new(spot, DriftRule::TypeAcross, &place.at, message);
                    self.found.push(finding.says((*most).to_owned()));
                }
            }
        }
    }

    /// Checks that equal values of one thing have one name, and that the thing has one name.
    fn names_across(&mut self, files: &[&'a File]) {
        let enums = files.iter().flat_map(|&file| file.enums.iter().map(move |(name, of)| (file, name, of)));
        let enums: Vec<(&File, &String, &'a Enum)> = enums.collect();
        for (index, (file, name, listed)) in enums.iter().enumerate() {
            for (_, other_name, other) in &enums[..index] {
                if listed.repr != other.repr {
                    continue;
                }
                let named =
                    |of: &'a Enum| of.values.iter().map(|(wire, value)| (wire.as_str(), value.name.as_str()));
                let (ours, theirs): (BTreeMap<_, _>, BTreeMap<_, _>) =
                    (named(listed).collect(), named(other).collect());
                let path = Section::Enums.entry(name);
                if ours == theirs && name != other_name {
                    let message =
                        format!("`{name}` has the values of `{other_name}`, which this family has, too");
                    let finding = Finding::new(Spot::key(file, &path), DriftRule::NameAcross, *name, message);
                    self.found.push(finding.says((*other_name).clone()));
                }
                if !same_thing(listed.repr, &ours, &theirs) {
                    continue;
                }
                for (wire, ours) in &ours {
                    let Some(theirs) = theirs.get(wire).filter(|theirs| *theirs != ours) else { continue };
                    let message =
                        format!("`{wire}` is `{ours}` here, and `{theirs}` in `{other_name}` of this family");
                    let spot = Spot::key(file, &path.key("values").key(wire));
                    let finding =
                        Finding::new(spot, DriftRule::NameAcross, format!("{name}.{wire}"), message);
                    self.found.push(finding.says((*theirs).to_owned()));
                }
            }
        }
    }

    /// Checks that structs with the same fields are one type.
    fn twice(&mut self, file: &'a File) {
        let structs: Vec<(&String, &Struct)> =
            file.structs.iter().filter(|(_, structure)| structure.fields.len() > 1).collect();
        for (index, (name, structure)) in structs.iter().enumerate() {
            let Some((first, _)) = structs[..index].iter().find(|(_, other)| is_same(structure, other))
            else {
                continue;
            };
            let message = format!("`{name}` has the fields of `{first}`");
            let spot = Spot::key(file, &Section::Structs.entry(name));
            let finding = Finding::new(spot, DriftRule::TypeTwice, *name, message);
            self.found.push(finding.says((*first).clone()));
        }
    }

    /// Checks that the fields that variants of a response share may be absent in all of them, or in none.
    fn siblings(&mut self, file: &'a File) {
        let sent = reachable(file, Part::Request);
        let answers = reachable(file, Part::Response);
        let unions = file.unions.iter().filter(|(name, union)| {
            let received = answers.contains(name.as_str()) && !sent.contains(name.as_str());
            received && union.style != Style::Kind
        });
        for (_, union) in unions {
            let names = union.variants.values().filter_map(|variant| variant.ty.as_ref()?.name());
            let variants: Vec<(&String, &Struct)> =
                names.filter_map(|name| file.structs.get_key_value(name)).collect();
            for (index, (name, structure)) in variants.iter().enumerate() {
                for (other_name, other) in &variants[..index] {
                    let common = structure.fields.iter().filter_map(|(wire, field)| {
                        other.fields.get(wire).map(|other| (wire, field, other.optional))
                    });
                    let common: Vec<(&String, &Field, bool)> = common.collect();
                    // Many variants have a title.
                    if common.len() < LEAST_ALIKE {
                        continue;
                    }
                    for (wire, field, _) in common.iter().filter(|(_, field, other)| field.optional != *other)
                    {
                        let [ours, theirs] = if field.optional { ["may", "can't"] } else { ["can't", "may"] };
                        let message = format!(
                            "`{wire}` {ours} be absent here, and {theirs} be in `{other_name}`, a variant of the same union"
                        );
                        let path = Section::Structs.entry(name).key("fields").key(&key(wire, field));
                        let at = format!("{name}.{wire}");
                        let finding =
                            Finding::new(Spot::key(file, &path), DriftRule::VariantRequired, at, message);
                        self.found.push(finding.says((*other_name).clone()));
                    }
                }
            }
        }
    }
}

/// The minimum number of shared fields for variants to count as alike.
const LEAST_ALIKE: usize = 3;

/// Returns all lists of fields of a file, each with the name of its owner in a deviation, and its place.
fn field_lists(file: &File) -> impl Iterator<Item = (String, Path, &Fields)> {
    let parts = file.operations().flat_map(|operation| {
        let (name, path) = (operation.name.to_owned(), operation.section.entry(operation.name));
        let of =
            move |(part, fields): (Part, _)| (format!("{name}.{}", part.key()), path.key(part.key()), fields);
        operation.parts.into_iter().map(of)
    });
    let structs = file.structs.iter();
    let structs =
        structs.map(|(name, of)| (name.clone(), Section::Structs.entry(name).key("fields"), &of.fields));
    parts.chain(structs)
}

/// Returns a field's key, as the file has it.
fn key(name: &str, field: &Field) -> String {
    if field.optional { format!("{name}?") } else { name.to_owned() }
}

/// Returns how values of a type are written, if fields of one name can be expected to agree on it.
fn kind(ty: &TypeExpr) -> Option<String> {
    match ty {
        TypeExpr::Scalar(Scalar::Any | Scalar::File) | TypeExpr::Named(_) => None,
        TypeExpr::Scalar(Scalar::Int | Scalar::Uint | Scalar::F64) => Some("number".to_owned()),
        TypeExpr::Scalar(Scalar::Secret) => Some(Scalar::String.keyword().to_owned()),
        TypeExpr::Scalar(scalar) => Some(scalar.keyword().to_owned()),
        TypeExpr::Generic(generic, inner) => Some(format!("{}<{}>", generic.keyword(), kind(inner)?)),
    }
}

/// Returns whether two enums are about one thing, as far as their values show. Numbers are few and may mean anything:
/// they count only if both enums have the same names. Words are clear by themselves.
fn same_thing(repr: Repr, ours: &BTreeMap<&str, &str>, theirs: &BTreeMap<&str, &str>) -> bool {
    let [ours, theirs] = [ours, theirs].map(|of| of.values().copied().collect::<BTreeSet<&str>>());
    repr == Repr::String || (ours.len() > 1 && ours == theirs)
}

/// Returns whether two structs have the same fields, with the same types, limits and rules.
fn is_same(one: &Struct, other: &Struct) -> bool {
    let rules = |of: &Struct| of.rules.iter().map(WrittenRule::meaning).collect::<Vec<_>>();
    let same = |(name, field): (&String, &Field)| {
        let twin = other.fields.get(name);
        twin.is_some_and(|twin| {
            (&field.ty, field.optional, &field.limits) == (&twin.ty, twin.optional, &twin.limits)
        })
    };
    one.fields.len() == other.fields.len() && one.fields.iter().all(same) && rules(one) == rules(other)
}

/// Returns the types that a part of any operation of a file contains.
fn reachable(file: &File, part: Part) -> BTreeSet<&str> {
    let parts = file.operations().flat_map(|operation| operation.parts);
    let fields = parts.filter(|(of, _)| *of == part).flat_map(|(_, fields)| fields.values());
    file.reached(fields.map(|field| &field.ty))
}
