//! Fields and their types: decided from tables and examples.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::known::Known;
use super::model::{Definition, Draft, DraftFields};
use super::naming::{is_vague, pascal, placeholder, singular, within};
use super::scalar::{FROM_EXAMPLE, described, scalar, scalar_of};
use super::sighting::{Notes, ObjectSighting, Sighting};
use super::tagged::{Tagged, looks_tagged};
use super::types::Types;
use super::values::{self, Refined};
use crate::pages::phrases::{self, Base, DocType};
use crate::pages::table::Table;
use crate::pages::tree::{self, Node};
use crate::spec::type_expr::{Generic, Scalar, TypeExpr};
use crate::spec::{Field, LimitKind, Part, Repr, Unit, Variant, names};

/// The number of shared fields from which on two structs are surely the same thing.
const CERTAIN: usize = 3;

/// Drafts the fields of one side of an endpoint.
pub(super) struct FieldDrafter<'d> {
    pub types: &'d mut Types,
    /// The tables of named objects and values.
    pub named: &'d [Table],
    pub side: Part,
    /// In XML: the element around each item of a list, by the list's name.
    pub items: HashMap<String, String>,
    pub known: &'d Known,
    /// Whether the tables of the side state no types.
    pub untyped: bool,
    /// In that case: the fields whose examples don't show a type either.
    pub guessed: Vec<String>,
}

impl FieldDrafter<'_> {
    /// Drafts the fields of an object.
    pub(super) fn fields(&mut self, object: ObjectSighting<'_>) -> DraftFields {
        let mut drafted = DraftFields::new();
        let tagged = Tagged::find(object);
        let contents: HashSet<&String> = tagged.iter().flat_map(Tagged::contents).collect();
        for (name, node) in object.fields {
            match &tagged {
                Some(tagged) if tagged.tag == *name => {
                    let free = ["content", "detail", "body", "variant", "embedded_content"];
                    let free = free.into_iter().find(|name| !object.fields.contains_key(*name));
                    let name = free.unwrap_or("tagged_content").to_owned();
                    drafted.insert(name, self.embedded(tagged, object));
                }
                _ if contents.contains(name) => {}
                _ => _ = drafted.insert(name.clone(), self.field(name, node, object)),
            }
        }
        rename(&mut drafted);
        drafted
    }

    /// Drafts the field that represents a tag and the contents beside it.
    fn embedded(&mut self, tagged: &Tagged, object: ObjectSighting<'_>) -> Draft<Field> {
        let slot = self.types.open(None);
        let definition = Draft::sure(self.union(tagged, object));
        let ty = self.types.close(slot, &format!("{}Content", object.owner), object.owner, &definition);
        let doc = object.fields.get(&tagged.tag).and_then(Node::row).map(|row| row.doc.clone());
        let field = Field { embed: true, doc: doc.unwrap_or_default(), ..Field::new(ty) };
        Draft::doubtful(field, format!("`{}` names the field beside it", tagged.tag))
    }

    fn union(&mut self, tagged: &Tagged, object: ObjectSighting<'_>) -> Definition {
        let variants = tagged.variants.iter().enumerate().map(|(index, (wire, key))| {
            let node = key.as_ref().and_then(|key| object.fields.get(key));
            let ty = key.as_ref().zip(node).map(|(key, node)| {
                let name = format!("{key}_content");
                self.ty(&Sighting::of(&name, object.owner, node), &mut Notes::default())
            });
            let name = match (tagged.repr, key) {
                (Repr::String, _) => {
                    Some(pascal(wire)).filter(|name| ty.is_none() || *name != names::pascal(wire))
                }
                (Repr::Int, Some(key)) => Some(pascal(key)),
                (Repr::Int, None) => Some(placeholder(wire, 0)),
            };
            let name = name.map(|name| if names::is_pascal(&name) { name } else { placeholder(wire, index) });
            let key = key.clone().filter(|key| key != wire);
            (wire.clone(), Variant { name, ty, key, doc: None })
        });
        let variants = variants.collect();
        let doc = object.fields.get(&tagged.tag).and_then(Node::row).map(|row| row.doc.clone());
        let (tag, repr) = (tagged.tag.clone(), tagged.repr);
        Definition::Union { doc: doc.unwrap_or_default(), tag, repr, variants }
    }

    fn field(&mut self, name: &str, node: &Node<'_>, around: ObjectSighting<'_>) -> Draft<Field> {
        let mut notes = Notes::default();
        if node.rows.is_empty() {
            notes.doubt("in no table");
        } else if node.guessed {
            notes.doubt("no example shows where it belongs");
        }
        // Information that only other rows have is kept.
        let mut told: Vec<&str> = Vec::new();
        for doc in node.rows.iter().map(|row| row.doc.as_str()).filter(|doc| !doc.is_empty()) {
            if !told.is_empty() && !told.contains(&doc) {
                notes.doubt(format!("the page also says: {doc}"));
            }
            told.push(doc);
        }
        let optional = self.is_optional(node, around.shown.len(), &mut notes);
        let seen = Sighting::of(name, around.owner, node);
        let ty = self.ty(&seen, &mut notes);
        let mut field = Field { optional, doc: seen.doc().to_owned(), ..Field::new(ty) };
        if self.side.is_sent() {
            field.default = values::default(seen.doc(), &field.ty, self.types);
            field.unit = unit(seen.doc(), &field.ty);
        }
        field.limits = node.row().map(|row| row.limits(&field.ty)).unwrap_or_default();
        if matches!(field.ty, TypeExpr::Generic(Generic::List, _)) {
            field.item = self.items.get(name).cloned();
        }
        // A quirk is checked against examples, and a part of a body isn't one.
        field.quirk = notes.quirk.filter(|_| node.whole);
        Draft { spec: field, doubts: notes.doubts }
    }

    /// Returns whether a field may be absent from one of this many objects.
    fn is_optional(&self, node: &Node<'_>, objects: usize, notes: &mut Notes) -> bool {
        let required = node.row().map_or_else(|| only_optional(node).then_some(false), |row| row.required);
        let missing = node.values.len() < objects;
        let null = node.values.iter().any(|value| value.is_null());
        let response = !self.side.is_sent();
        match required {
            Some(false) => true,
            Some(true) if missing => {
                notes.doubt("required by the table, absent from an example");
                true
            }
            Some(true) if !null => false,
            _ if null => {
                notes.doubt("null in an example");
                true
            }
            _ if response && node.row().is_some_and(|row| phrases::may_be_absent(&row.doc)) => true,
            // Nothing says that it is always present.
            _ if objects == 0 => response || node.rows.is_empty(),
            _ => missing,
        }
    }

    /// Decides the type of some values, by table and examples.
    fn ty(&mut self, seen: &Sighting<'_>, notes: &mut Notes) -> TypeExpr {
        if seen.values.is_empty() {
            return self.unseen(seen, notes);
        }
        let contradicted = |says: &DocType| !seen.in_list && says.base.scalar().is_some();
        if seen.shows_only(Value::is_array) {
            if let Some(says) = seen.says.filter(contradicted).filter(|says| says.lists == 0) {
                notes.quirk(&format!("table says {}, example shows a list", described(says)));
            }
            let items = seen.items();
            if items.shows_any(Value::is_null) {
                notes.doubt("the example's list has a null");
                return list(TypeExpr::Scalar(Scalar::Any));
            }
            return list(self.ty(&items, notes));
        }
        if seen.shows_only(Value::is_object) {
            let listed = |says: &DocType| !seen.in_list && says.lists > 0;
            if let Some(says) = seen.says.filter(|says| contradicted(says) || listed(says)) {
                notes.quirk(&format!("table says {}, example shows an object", described(says)));
            }
            return self.object(seen, notes);
        }
        if seen.shows_any(|value| value.is_array() || value.is_object()) {
            notes.doubt("examples show values of several kinds");
            return TypeExpr::Scalar(Scalar::Any);
        }
        let scalar = scalar(seen, notes);
        if notes.doubts.iter().any(|doubt| doubt == FROM_EXAMPLE) {
            self.compare(seen, scalar, notes);
        }
        self.refined(seen, scalar, notes)
    }

    /// Resolves the doubt about a type that only an example shows, if fields of the same name do.
    fn compare(&mut self, seen: &Sighting<'_>, scalar: Scalar, notes: &mut Notes) {
        notes.doubts.retain(|doubt| doubt != FROM_EXAMPLE);
        match self.known.scalar(seen.name, seen.in_list) {
            Some(other) if is_text(other) == is_text(scalar) => {}
            Some(other) => notes.doubt(format!("{FROM_EXAMPLE}; elsewhere it is {}", other.keyword())),
            None if !seen.is_in_doubt() => {}
            // Reported once for all fields.
            None if self.untyped => {
                if !self.guessed.iter().any(|name| name == seen.name) {
                    self.guessed.push(seen.name.to_owned());
                }
            }
            None => notes.doubt(FROM_EXAMPLE),
        }
    }

    /// Decides the type of a field that no example shows.
    fn unseen(&mut self, seen: &Sighting<'_>, notes: &mut Notes) -> TypeExpr {
        if seen.says.is_some_and(|says| says.lists > 0) {
            return list(self.unseen(&seen.items(), notes));
        }
        if !seen.node.fields.is_empty() {
            return self.object(seen, notes);
        }
        let scalar = match seen.says.map_or(Base::Unknown, |says| says.base) {
            Base::Object => return self.unknown_object(seen, notes),
            Base::File | Base::Unknown if let Some(scalar) = self.known.scalar(seen.name, seen.in_list) => {
                scalar
            }
            Base::File | Base::Unknown => {
                let why = if seen.in_list { "the example's list is empty" } else { "no example" };
                notes.doubt(format!("no type, {why}"));
                Scalar::String
            }
            base => scalar_of(base).unwrap_or_default(),
        };
        self.refined(seen, scalar, notes)
    }

    fn object(&mut self, seen: &Sighting<'_>, notes: &mut Notes) -> TypeExpr {
        let Sighting { name, owner, node, in_list, .. } = *seen;
        if node.fields.is_empty() {
            return self.unknown_object(seen, notes);
        }
        let odd = node.fields.keys().filter(|key| !names::is_identifier(key.trim())).count();
        if 2 * odd > node.fields.len() {
            notes.doubt("the keys look like data");
            let values = node.fields.values().flat_map(|field| field.values.iter().copied()).collect();
            let mut item = Node { values, ..Node::default() };
            item.fields = tree::shown(&item.objects());
            let (name, values) = (format!("{name}_value"), item.values.clone());
            let seen = Sighting { values, in_list: true, ..Sighting::of(&name, owner, &item) };
            return TypeExpr::Generic(Generic::Map, Box::new(self.ty(&seen, notes)));
        }
        let plain = pascal(&if in_list { singular(name) } else { name.to_owned() });
        // A name that the page itself gives the object fits every field that refers to it.
        let base = match &node.object {
            Some(object) if names::is_pascal(&pascal(object)) => pascal(object),
            _ if is_vague(&plain) => self.title(node).unwrap_or_else(|| within(owner, &plain)),
            _ => plain,
        };
        let slot = self.types.open(node.table.as_deref());
        let definition = self.definition(node, &base);
        let ty = self.types.close(slot, &base, owner, &definition);
        // A few fields may be equal by chance.
        let few = matches!(&definition.spec, Definition::Struct { fields, .. } if fields.len() < CERTAIN);
        let existing = ty.name().filter(|name| !name.ends_with(&base) && self.types.is_existing(name));
        if let Some(name) = existing.filter(|_| few) {
            notes.doubt(format!("`{name}` is there with these fields: is it that?"));
        }
        if let Some(lost) = ty.name().and_then(|name| self.types.words_lost(name, &definition.spec)) {
            notes.doubt(lost);
        }
        ty
    }

    /// Returns the name of an object by its label in the row, if that consists of glossary terms.
    fn title(&self, node: &Node<'_>) -> Option<String> {
        let doc = &node.row()?.doc;
        let title = doc.split(['。', '，', ',', '；', '：', ':', '(', '（', ' ']).next()?;
        let title =
            ["列表", "信息", "详情", "数据"].iter().fold(title, |title, end| title.trim_end_matches(end));
        self.known.phrases.composed(title).filter(|name| names::is_pascal(name))
    }

    /// Drafts the definition of an object with a probable name.
    fn definition(&mut self, node: &Node<'_>, name: &str) -> Draft<Definition> {
        let object = ObjectSighting { owner: name, fields: &node.fields, shown: &node.objects() };
        if let Some(tagged) = Tagged::find(object)
            && node.fields.len() == 1 + tagged.contents().count()
        {
            return Draft::sure(self.union(&tagged, object));
        }
        let mut fields = self.fields(object);
        limit_only_list(&mut fields, node);
        let embeds = fields.values().any(|field| field.spec.embed);
        let doc = node.object.clone().or_else(|| node.row().map(|row| row.doc.clone())).unwrap_or_default();
        let definition = Definition::Struct { doc, fields };
        if !embeds && looks_tagged(&node.fields) {
            return Draft::doubtful(
                definition,
                "several objects are named by the values of a field: a union?",
            );
        }
        Draft::sure(definition)
    }

    /// Decides the type of an object without fields.
    fn unknown_object(&self, seen: &Sighting<'_>, notes: &mut Notes) -> TypeExpr {
        let Some(table) = seen.node.table.as_ref().filter(|_| seen.node.again) else {
            notes.doubt("an object whose fields the page doesn't say");
            return TypeExpr::Scalar(Scalar::Any);
        };
        if !seen.in_list {
            notes.doubt(format!(
                "an object like the {table} that contains it, which only a list or a map may hold"
            ));
        }
        let around = self.types.around(table).filter(|_| seen.in_list);
        around.unwrap_or(TypeExpr::Scalar(Scalar::Any))
    }

    /// Refines a scalar: an enum, a flag, a time, a joined list.
    fn refined(&mut self, seen: &Sighting<'_>, scalar: Scalar, notes: &mut Notes) -> TypeExpr {
        match values::refine(seen, scalar, self.named, notes) {
            Refined::Type(ty) => ty,
            Refined::Enum(definition) => {
                let slot = self.types.open(None);
                let base = pascal(&if seen.in_list { singular(seen.name) } else { seen.name.to_owned() });
                let base = if base.len() <= 6 { within(seen.owner, &base) } else { base };
                self.types.close(slot, &base, seen.owner, &Draft::sure(definition))
            }
        }
    }
}

/// Applies the limits in an object's row to the object's only list.
fn limit_only_list(fields: &mut DraftFields, node: &Node<'_>) {
    let mut lists =
        fields.values_mut().filter(|field| matches!(field.spec.ty, TypeExpr::Generic(Generic::List, _)));
    let (Some(list), None) = (lists.next(), lists.next()) else { return };
    let said = node.row().map(|row| row.limits(&list.spec.ty)).unwrap_or_default();
    for limit in said {
        let counts = matches!(limit.kind, LimitKind::MinItems | LimitKind::MaxItems);
        if counts && list.spec.limits.iter().all(|known| known.kind != limit.kind) {
            list.spec.limits.push(limit);
        }
    }
}

/// Returns whether an object that no table describes has fields that tables describe, all of them as optional.
fn only_optional(node: &Node<'_>) -> bool {
    let mut rows = node.fields.values().filter_map(Node::row).peekable();
    rows.peek().is_some() && rows.all(|row| row.required == Some(false))
}

/// Returns whether values of a scalar are in quotes.
const fn is_text(scalar: Scalar) -> bool {
    matches!(scalar, Scalar::String | Scalar::Secret)
}

fn list(item: TypeExpr) -> TypeExpr {
    TypeExpr::Generic(Generic::List, Box::new(item))
}

/// Renames fields whose names would be the same in Rust, or can't be names.
fn rename(fields: &mut DraftFields) {
    let mut known = HashSet::from(["new".to_owned(), "default".to_owned()]);
    for (index, (name, field)) in fields.iter_mut().enumerate() {
        let rust = names::snake(name);
        let usable = names::is_identifier(&rust);
        if usable && known.insert(rust.clone()) {
            continue;
        }
        let base = if usable { rust } else { "field".to_owned() };
        let name = format!("{base}_{}", index + 2);
        field.spec.rename = Some(name.clone());
        field.doubts.push("the wire name can't be the Rust name: a better one?".to_owned());
        known.insert(name);
    }
}

/// Returns the unit of a duration, if the page states it.
fn unit(doc: &str, ty: &TypeExpr) -> Option<Unit> {
    let integer = matches!(ty, TypeExpr::Scalar(Scalar::Int | Scalar::Uint));
    let seconds = integer && phrases::unit(doc) == Some("second") && !phrases::is_time_of_day(doc);
    seconds.then_some(Unit::Seconds)
}
