//! Fields and their types: decided from what the tables say and what the examples show.

use serde_json::{Map, Value};

use super::draft::Drafter;
use super::scalar::{FROM_EXAMPLE, base_name, is_in_doubt, scalar};
use super::tagged::{Tagged, looks_tagged};
use super::types::{Definition, EnumValue, Field, Ty, Variant, pascal, singular};
use super::yaml::quoted;
use crate::pages::phrases::{self, Base, DocType};
use crate::pages::table::values_of;
use crate::pages::tree::{self, Fields, Node};
use crate::spec::names;
use crate::spec::{LimitValue, Part};

/// What is to be said of a field besides its type.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub doubts: Vec<String>,
    pub quirk: Option<String>,
}

impl Notes {
    pub(super) fn doubt(&mut self, text: impl Into<String>) {
        self.doubts.push(text.into());
    }

    /// A contradiction between table and example.
    pub(super) fn quirk(&mut self, text: &str) {
        self.doubts.push(format!("{text}: quirk"));
        self.quirk = Some(format!("TODO: {text}"));
    }
}

/// Where a field stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// The name of the type it belongs to.
    pub owner: &'p str,
    pub side: Part,
    /// How many objects it could have stood in.
    pub objects: usize,
}

impl Drafter<'_> {
    pub(super) fn fields(
        &mut self,
        fields: &Fields<'_>,
        place: Place<'_>,
        objects: &[&Map<String, Value>],
    ) -> Vec<Field> {
        let mut drafted = Vec::new();
        let tagged = Tagged::find(fields, objects);
        for (name, node) in fields {
            match &tagged {
                Some(tagged) if tagged.tag == *name => drafted.push(self.embedded(tagged, fields, place)),
                Some(tagged) if tagged.contents().any(|key| key == name) => {}
                _ => drafted.push(self.field(name, node, place)),
            }
        }
        rename(&mut drafted);
        drafted
    }

    /// The field that stands for a tag and the contents beside it.
    fn embedded(&mut self, tagged: &Tagged, fields: &Fields<'_>, place: Place<'_>) -> Field {
        let free = ["content", "detail", "body", "variant", "embedded_content"];
        let name = free.into_iter().find(|name| !fields.contains_key(*name)).unwrap_or("tagged_content");
        let slot = self.types.open();
        let definition = self.union(tagged, fields, place);
        let ty = self.types.close(slot, &format!("{}Content", place.owner), place.owner, None, &definition);
        let doc = fields.get(&tagged.tag).and_then(Node::row).map(|row| row.doc.clone()).unwrap_or_default();
        Field {
            name: name.to_owned(),
            optional: false,
            ty,
            keys: vec![("embed", "true".to_owned())],
            doc,
            doubts: vec![format!("`{}` names the field beside it", tagged.tag)],
        }
    }

    fn union(&mut self, tagged: &Tagged, fields: &Fields<'_>, place: Place<'_>) -> Definition {
        let mut variants = Vec::new();
        for (wire, key) in &tagged.variants {
            let node = key.as_ref().and_then(|key| fields.get(key));
            let ty = key.as_ref().zip(node).map(|(key, node)| {
                let mut notes = Notes::default();
                let place = Place { objects: 0, ..place };
                self.node_type(&format!("{key}_content"), node, place, &mut notes)
            });
            let name = if tagged.text {
                let name = pascal(wire);
                (ty.is_none() || name != names::pascal(wire)).then_some(name)
            } else {
                Some(key.as_ref().map_or_else(|| placeholder(wire, 0), |key| pascal(key)))
            };
            let name = name
                .map(|name| if names::is_pascal(&name) { name } else { placeholder(wire, variants.len()) });
            let key = key.clone().filter(|key| key != wire);
            variants.push(Variant { tag: wire.clone(), name, ty, key });
        }
        let row = fields.get(&tagged.tag).and_then(Node::row);
        let doc = row.map(|row| row.doc.clone()).unwrap_or_default();
        Definition::Union { doc, tag: tagged.tag.clone(), text: tagged.text, variants }
    }

    fn field(&mut self, name: &str, node: &Node<'_>, place: Place<'_>) -> Field {
        let doc = node.row().map(|row| row.doc.clone()).unwrap_or_default();
        let mut notes = Notes::default();
        if node.rows.is_empty() {
            notes.doubt("in no table");
        } else if node.guessed {
            notes.doubt("no example shows where it stands");
        }
        let optional = is_optional(node, place, &mut notes);
        let ty = self.node_type(name, node, place, &mut notes);
        let mut keys = Vec::new();
        let text = ty.to_string();
        if optional
            && place.side == Part::Request
            && let Some(default) = self.default(&doc, &ty)
        {
            keys.push(("default", default));
        }
        if let Ok(ty) = text.parse() {
            let limits = phrases::limits(&doc, &ty);
            keys.extend(limits.into_iter().map(|limit| (limit.kind.key(), written(&limit.value))));
        }
        // A quirk is held against examples, and a part is none.
        if let Some(quirk) = notes.quirk.filter(|_| node.whole) {
            keys.push(("quirk", quoted(&quirk)));
        }
        Field { name: name.to_owned(), optional, ty, keys, doc, doubts: notes.doubts }
    }

    fn default(&self, doc: &str, ty: &Ty) -> Option<String> {
        let Ty::Named(name) = ty else { return phrases::default(doc, &ty.to_string()) };
        let Some(Definition::Enum { text, values, .. }) = self.types.get(name) else { return None };
        let found = phrases::default(doc, if *text { "string" } else { "int" })?;
        let wire = found.trim_matches('"');
        values
            .iter()
            .any(|value| value.wire == wire)
            .then(|| if *text { quoted(wire) } else { wire.to_owned() })
    }

    fn node_type(&mut self, name: &str, node: &Node<'_>, place: Place<'_>, notes: &mut Notes) -> Ty {
        let doc = node.row().and_then(|row| row.ty.as_deref()).map(phrases::doc_type);
        let values: Vec<&Value> = node.values.iter().copied().filter(|value| !value.is_null()).collect();
        self.ty(name, node, &values, doc, place, false, notes)
    }

    /// The type of some values, as the table says and the examples show.
    #[allow(clippy::too_many_arguments, reason = "all of it is needed at every level of a list")]
    fn ty(
        &mut self,
        name: &str,
        node: &Node<'_>,
        values: &[&Value],
        doc: Option<DocType>,
        place: Place<'_>,
        in_list: bool,
        notes: &mut Notes,
    ) -> Ty {
        if values.is_empty() {
            return self.unseen(name, node, doc, place, in_list, notes);
        }
        if values.iter().all(|value| value.is_array()) {
            let items: Vec<&Value> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
            if let Some(doc) = doc
                && doc.lists == 0
                && doc.base.scalar().is_some()
                && !in_list
            {
                notes.quirk(&format!("table says {}, example shows a list", base_name(doc)));
            }
            let inner = doc.map(|doc| DocType { lists: doc.lists.saturating_sub(1), base: doc.base });
            if items.iter().any(|item| item.is_null()) {
                notes.doubt("the example's list has a null");
                return list(Ty::Scalar("any"));
            }
            return list(self.ty(name, node, &items, inner, place, true, notes));
        }
        if values.iter().all(|value| value.is_object()) {
            if let Some(doc) = doc
                && (doc.base.scalar().is_some() || doc.lists > 0)
                && !in_list
            {
                notes.quirk(&format!("table says {}, example shows an object", base_name(doc)));
            }
            return self.object(name, node, place, in_list, notes);
        }
        if values.iter().any(|value| value.is_array() || value.is_object()) {
            notes.doubt("examples show values of several kinds");
            return Ty::Scalar("any");
        }
        let scalar = scalar(values, doc, in_list, notes);
        // What is said once of all fields, or goes without saying, is not said of each.
        if (self.untyped || node.rows.is_empty()) && !is_in_doubt(name, values) {
            notes.doubts.retain(|doubt| doubt != FROM_EXAMPLE);
        }
        self.refine(name, node, values, scalar, place, in_list, notes)
    }

    /// The type of what no example shows.
    fn unseen(
        &mut self,
        name: &str,
        node: &Node<'_>,
        doc: Option<DocType>,
        place: Place<'_>,
        in_list: bool,
        notes: &mut Notes,
    ) -> Ty {
        let doc = doc.unwrap_or(DocType { lists: 0, base: Base::Unknown });
        if doc.lists > 0 {
            let inner = DocType { lists: doc.lists - 1, base: doc.base };
            return list(self.unseen(name, node, Some(inner), place, true, notes));
        }
        if !node.fields.is_empty() {
            return self.object(name, node, place, in_list, notes);
        }
        match doc.base {
            Base::Object => unknown_object(node, in_list, notes),
            Base::File | Base::Unknown => {
                let seen = if in_list { "the example's list is empty" } else { "no example" };
                notes.doubt(format!("no type, {seen}"));
                self.refine(name, node, &[], "string", place, in_list, notes)
            }
            base => self.refine(name, node, &[], base.scalar().unwrap_or("string"), place, in_list, notes),
        }
    }

    fn object(
        &mut self,
        name: &str,
        node: &Node<'_>,
        place: Place<'_>,
        in_list: bool,
        notes: &mut Notes,
    ) -> Ty {
        if node.fields.is_empty() {
            return unknown_object(node, in_list, notes);
        }
        let odd = node.fields.keys().filter(|key| !names::is_identifier(key.trim())).count();
        if 2 * odd > node.fields.len() {
            notes.doubt("the keys look like data");
            let values: Vec<&Value> =
                node.fields.values().flat_map(|field| field.values.iter().copied()).collect();
            let mut item = Node { values, ..Node::default() };
            item.fields = tree::shown(&item.objects());
            let values = item.values.clone();
            let ty = self.ty(&format!("{name}_value"), &item, &values, None, place, true, notes);
            return Ty::Generic("map", Box::new(ty));
        }
        let plain = pascal(&if in_list { singular(name) } else { name.to_owned() });
        // A name that the page itself gives the object serves every field that refers to it.
        let base = match &node.object {
            Some(object) if names::is_pascal(&pascal(object)) => pascal(object),
            _ if plain == "List" => format!("{}Item", place.owner.trim_end_matches("Response")),
            _ => plain,
        };
        let objects = node.objects();
        let doc = node.object.clone().or_else(|| node.row().map(|row| row.doc.clone())).unwrap_or_default();
        let slot = self.types.open();
        let inner = Place { owner: &base, side: place.side, objects: objects.len() };
        if let Some(tagged) = Tagged::find(&node.fields, &objects)
            && node.fields.len() == 1 + tagged.contents().count()
        {
            let definition = self.union(&tagged, &node.fields, inner);
            return self.types.close(slot, &base, place.owner, node.table.as_deref(), &definition);
        }
        let fields = self.fields(&node.fields, inner, &objects);
        let embeds = fields.iter().any(|field| field.keys.iter().any(|(key, _)| *key == "embed"));
        let doubts = if !embeds && looks_tagged(&node.fields) {
            vec!["several objects are named by the values of a field: a union?".to_owned()]
        } else {
            Vec::new()
        };
        let definition = Definition::Struct { doc, fields, doubts };
        self.types.close(slot, &base, place.owner, node.table.as_deref(), &definition)
    }

    /// A scalar made more exact: an enum, a flag, a time, a joined list.
    #[allow(clippy::too_many_arguments, reason = "it continues `ty`")]
    fn refine(
        &mut self,
        name: &str,
        node: &Node<'_>,
        values: &[&Value],
        scalar: &'static str,
        place: Place<'_>,
        in_list: bool,
        notes: &mut Notes,
    ) -> Ty {
        let doc = node.row().map(|row| row.doc.as_str()).unwrap_or_default();
        let integer = matches!(scalar, "int" | "uint");
        if integer
            && !in_list
            && phrases::is_timestamp(name, doc)
            && values.iter().all(|value| value.as_i64().is_none_or(phrases::may_be_moment))
        {
            return Ty::Scalar("timestamp");
        }
        if scalar == "string" && phrases::is_secret(name) && values.iter().all(|value| value.is_string()) {
            return Ty::Scalar("secret");
        }
        if !integer && scalar != "string" {
            return Ty::Scalar(scalar);
        }
        let binary = values.iter().all(|value| matches!(value.as_u64(), Some(0 | 1)));
        if integer && name == "has_more" && binary {
            return Ty::Scalar("flag");
        }
        let text = scalar == "string";
        if text && !in_list && doc.contains("分隔") && (doc.contains('|') || doc.contains('｜')) {
            return Ty::Generic("pipe", Box::new(Ty::Scalar("string")));
        }
        let numeric = |value: &&&Value| value.as_str().is_some_and(|text| text.parse::<i64>().is_ok());
        let digits = text && values.iter().any(|value| numeric(&value));
        let mut documented = node
            .row()
            .and_then(|row| values_of(row, self.named))
            .unwrap_or_else(|| phrases::values(doc, text && !digits));
        if !text {
            documented.retain(|value| {
                value.wire.parse::<i64>().is_ok_and(|number| number.to_string() == value.wire)
            });
        }
        let shown: Vec<String> =
            values.iter().map(|value| value.as_str().map_or(value.to_string(), str::to_owned)).collect();
        let known = |wire: &String| documented.iter().any(|value| value.wire == *wire);
        let of_kind = |value: &&Value| if text { value.is_string() } else { value.is_i64() };
        if integer && documented.is_empty() && !values.is_empty() && binary && doc.contains("是否") {
            notes.doubt("a flag, by its description");
            return Ty::Scalar("flag");
        }
        if documented.len() < 2 || text && !values.is_empty() && !shown.iter().any(known) {
            return Ty::Scalar(scalar);
        }
        if integer && phrases::is_flag(&documented, doc) {
            let flags =
                values.iter().all(|value| value.is_boolean() || matches!(value.as_u64(), Some(0 | 1)));
            if flags || notes.quirk.is_some() {
                return Ty::Scalar("flag");
            }
        }
        if in_list && !(shown.iter().all(known) && values.iter().all(of_kind)) {
            notes.doubt("the example shows values that the table doesn't list");
            return Ty::Scalar(scalar);
        }
        let mut listed: Vec<EnumValue> = Vec::new();
        for value in documented {
            push_value(&mut listed, &value.wire, value.doc, text, false);
        }
        for (wire, value) in shown.iter().zip(values) {
            if listed.iter().any(|value| value.wire == *wire) || notes.quirk.is_some() {
                continue;
            }
            if text || !of_kind(value) {
                notes.quirk(&format!("example shows `{}`, which the table doesn't list", short(wire)));
            } else {
                push_value(&mut listed, wire, String::new(), text, true);
            }
        }
        let slot = self.types.open();
        let definition = Definition::Enum { doc: doc.to_owned(), text, values: listed };
        let base = pascal(&if in_list { singular(name) } else { name.to_owned() });
        let base = if base.len() <= 6 {
            format!("{}{base}", place.owner.trim_end_matches("Response"))
        } else {
            base
        };
        self.types.close(slot, &base, place.owner, None, &definition)
    }
}

/// Whether an object that no table describes has fields that tables describe, all of them as optional.
fn only_optional(node: &Node<'_>) -> bool {
    let mut rows = node.fields.values().filter_map(Node::row).peekable();
    rows.peek().is_some() && rows.all(|row| row.required == Some(false))
}

fn is_optional(node: &Node<'_>, place: Place<'_>, notes: &mut Notes) -> bool {
    let required = node.row().map_or_else(|| only_optional(node).then_some(false), |row| row.required);
    let missing = node.values.len() < place.objects;
    let null = node.values.iter().any(|value| value.is_null());
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
        _ if place.side == Part::Response
            && node.row().is_some_and(|row| phrases::may_be_absent(&row.doc)) =>
        {
            if !missing {
                notes.doubt("the table says when it is absent");
            }
            true
        }
        // Nothing says that it is always there.
        _ if place.objects == 0 => place.side == Part::Response || node.rows.is_empty(),
        _ => missing,
    }
}

/// The type of an object without fields.
fn unknown_object(node: &Node<'_>, in_list: bool, notes: &mut Notes) -> Ty {
    let Some(table) = node.table.as_ref().filter(|_| node.again) else {
        notes.doubt("an object whose fields the page doesn't say");
        return Ty::Scalar("any");
    };
    if in_list {
        return Ty::Like(table.clone());
    }
    notes.doubt(format!("an object like the {table} that it stands in, which only a list or a map may hold"));
    Ty::Scalar("any")
}

fn list(item: Ty) -> Ty {
    Ty::Generic("list", Box::new(item))
}

fn short(text: &str) -> String {
    text.chars().filter(|c| *c != '`').take(24).collect()
}

fn push_value(listed: &mut Vec<EnumValue>, wire: &str, doc: String, text: bool, undocumented: bool) {
    let name = pascal(wire);
    let clear = text
        && names::is_pascal(&name)
        && name != "Other"
        && listed.iter().all(|value| value.name != name && value.wire != wire);
    let name = if clear { name } else { placeholder(wire, listed.len()) };
    listed.push(EnumValue { wire: wire.to_owned(), name, doc, undocumented });
}

/// A name that the checks refuse until a person has given a better one.
fn placeholder(wire: &str, index: usize) -> String {
    match wire.parse::<i64>() {
        Ok(number) if number < 0 => format!("TodoMinus{}", number.unsigned_abs()),
        Ok(number) => format!("Todo{number}"),
        Err(_) => format!("Todo{index}"),
    }
}

/// Gives fields whose names would be the same in Rust, or can't be names, others.
fn rename(fields: &mut [Field]) {
    let mut seen: Vec<String> = vec!["new".to_owned(), "default".to_owned()];
    for (index, field) in fields.iter_mut().enumerate() {
        let rust = names::snake(&field.name);
        let usable = names::is_identifier(&rust);
        if usable && !seen.contains(&rust) {
            seen.push(rust);
            continue;
        }
        let base = if usable { rust } else { "field".to_owned() };
        let name = format!("{base}_{}", index + 2);
        field.keys.push(("rename", name.clone()));
        field.doubts.push("the wire name can't be the Rust name: a better one?".to_owned());
        seen.push(name);
    }
}

/// What a value is limited to, as YAML.
fn written(value: &LimitValue) -> String {
    match value {
        LimitValue::Number(number) => number.to_string(),
        LimitValue::Pattern(pattern) => quoted(pattern),
    }
}
