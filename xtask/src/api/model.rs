//! Modules and their types, after all decisions about names, directions and order.

use std::collections::{BTreeMap, HashMap};

use indexmap::IndexMap;
use serde_json::Value;

use super::{Codes, Document, Endpoint, ErrorCode, Ty};
use crate::spec::names::{arguments, ident};
use crate::spec::{Doc, FieldPath, GeneralRate, Limit, Place, Repr, Rule, Style, Transport, Unit};

/// The family that issues tokens. Every client needs it, so it has no feature.
pub const CORE_FAMILY: &str = "access";

/// The whole API.
#[derive(Debug)]
pub struct Api {
    /// Sorted by path.
    pub modules: Vec<Module>,
    /// The error codes that any endpoint may return, if the spec has them.
    pub codes: Option<Codes>,
    /// The rates that no single endpoint's page documents, if the spec has them.
    pub rates: Option<Rates>,
    /// The purposes of families of several modules, by name.
    pub summaries: IndexMap<String, String>,
}

/// The table of general rates.
#[derive(Debug)]
pub struct Rates {
    /// The file, as shown in generated headers: `spec/rates.yaml`.
    pub spec: String,
    /// The page's Chinese title.
    pub title: String,
    /// Their description.
    pub summary: String,
    /// The page they come from.
    pub doc: Doc,
    /// By name, in the order of the file.
    pub rates: IndexMap<String, GeneralRate>,
}

impl Api {
    /// Returns the error codes that are missing from the common table, each with the endpoints that document it.
    pub fn own_codes(&self) -> BTreeMap<i64, Vec<(&Module, &Endpoint, &ErrorCode)>> {
        let table = self.codes.as_ref().map_or(&[][..], |table| &table.codes);
        let mut own: BTreeMap<i64, Vec<_>> = BTreeMap::new();
        for module in &self.modules {
            for endpoint in module.endpoints() {
                for code in &endpoint.codes {
                    if table.binary_search_by_key(&code.code, |known| known.code).is_err() {
                        own.entry(code.code).or_default().push((module, endpoint, code));
                    }
                }
            }
        }
        own
    }

    /// Returns each family once, in order.
    pub fn families(&self) -> Vec<&str> {
        let mut families: Vec<&str> = self.modules.iter().map(|module| module.family.as_str()).collect();
        families.dedup();
        families
    }
}

/// A module, generated from one spec file.
#[derive(Debug)]
pub struct Module {
    /// The file, as shown in generated headers: `spec/chatdata.archive.yaml`.
    pub spec: String,
    /// The first part of its path, and its feature: `chatdata`.
    pub family: String,
    /// The second part of its path, if there is one: `archive`.
    pub chapter: Option<String>,
    /// The chapter's Chinese title.
    pub title: String,
    /// Its purpose.
    pub summary: String,
    /// In the order of the file, whatever carries them.
    pub calls: Vec<Endpoint>,
    /// Kind by kind, in the order of the file.
    pub documents: Vec<Document>,
    /// Requests and responses in the order of their endpoints, documents in theirs, then the file's own types in its order.
    pub types: Vec<Type>,
    /// The types of other modules of the family that it uses, and those inside them.
    pub imported: Vec<Type>,
    /// Of those that it names itself, the names, by chapter.
    pub imports: IndexMap<String, Vec<String>>,
    /// The chapters that define the imported types, by type.
    pub origins: HashMap<String, String>,
}

impl Module {
    /// Returns the file's name without `.yaml`.
    pub fn stem(&self) -> String {
        match &self.chapter {
            Some(chapter) => format!("{}.{chapter}", self.family),
            None => self.family.clone(),
        }
    }

    /// Returns the path in generated code: `chatdata::archive`.
    pub fn rust_path(&self) -> String {
        let parts = [Some(&self.family), self.chapter.as_ref()];
        let parts: Vec<String> = parts.into_iter().flatten().map(|part| ident(part).to_string()).collect();
        parts.join("::")
    }

    /// Returns the calls over HTTP.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.carried_by(Transport::Http)
    }

    /// Returns whether it has no call but those.
    pub fn is_over_http(&self) -> bool {
        self.calls.iter().all(|call| call.method.transport() == Transport::Http)
    }

    /// Returns the calls that a transport carries.
    pub fn carried_by(&self, transport: Transport) -> impl Iterator<Item = &Endpoint> {
        self.calls.iter().filter(move |call| call.method.transport() == transport)
    }

    /// Returns the documents that arrive.
    pub fn received(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(|document| !document.part().is_sent())
    }

    /// Returns the documents that are sent.
    pub fn sent(&self) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(|document| document.part().is_sent())
    }

    /// Returns the type with this name, whether it is the module's own or imported.
    pub fn named(&self, name: &str) -> Option<&Type> {
        self.types.iter().chain(&self.imported).find(|ty| ty.name() == name)
    }

    /// Returns the name without `.yaml` of the file that defines a type.
    pub fn origin(&self, name: &str) -> String {
        self.origins.get(name).map_or_else(|| self.stem(), |chapter| format!("{}.{chapter}", self.family))
    }

    /// Returns whether it is useful only with callbacks.
    pub fn needs_callback(&self) -> bool {
        self.endpoints().next().is_none() && !self.documents.is_empty()
    }

    /// Returns the types that aren't parts of an operation.
    pub fn own_types(&self) -> impl Iterator<Item = &Type> {
        self.types.iter().filter(|ty| self.operation(ty.name()).is_none())
    }

    /// Returns the operation that a type is a part of.
    pub fn operation(&self, name: &str) -> Option<Operation<'_>> {
        let document = self.documents.iter().find(|document| document.ty == name).map(Operation::Document);
        document.or_else(|| {
            let mut parts = self.calls.iter().flat_map(|call| call.parts().map(move |part| (call, part)));
            let (call, (part, _)) = parts.find(|(_, (_, ty))| *ty == name)?;
            Some(if part.is_sent() { Operation::Request(call) } else { Operation::Response(call) })
        })
    }

    /// Returns the fields along a path that starts at a struct.
    ///
    /// # Panics
    ///
    /// If a field doesn't exist, which the checks have ruled out.
    pub fn fields_at<'a>(&'a self, structure: &'a Struct, path: &FieldPath) -> Vec<&'a Field> {
        let mut at = Some(structure);
        let step = |name| {
            let field = at.and_then(|structure| structure.field(name)).expect("checked: the field exists");
            at = field.ty.name().and_then(|name| self.structure(name));
            field
        };
        path.steps().map(step).collect()
    }

    /// Returns the struct with this name.
    pub fn structure(&self, name: &str) -> Option<&Struct> {
        match self.named(name)? {
            Type::Struct(structure) => Some(structure),
            _ => None,
        }
    }
}

/// An operation, and the part of it that a type describes.
#[derive(Debug, Clone, Copy)]
pub enum Operation<'a> {
    /// The request of an endpoint.
    Request(&'a Endpoint),
    /// The response of an endpoint.
    Response(&'a Endpoint),
    /// A document.
    Document(&'a Document),
}

/// A Rust type to emit.
#[derive(Debug)]
pub enum Type {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
}

impl Type {
    /// Returns the type's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Struct(structure) => &structure.name,
            Self::Enum(enumeration) => &enumeration.name,
            Self::Union(union) => &union.name,
        }
    }

    /// Returns the directions in which it is used.
    pub fn direction(&self) -> Direction {
        match self {
            Self::Struct(structure) => structure.direction,
            Self::Enum(enumeration) => enumeration.direction,
            Self::Union(union) => union.direction,
        }
    }
}

/// The directions in which a type is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Direction {
    /// In requests.
    pub sent: bool,
    /// In responses.
    pub received: bool,
}

/// A struct.
#[derive(Debug)]
pub struct Struct {
    /// Its Rust name.
    pub name: String,
    /// Its description; empty for a part of an operation, whose own description is used.
    pub doc: String,
    /// In the order of the spec.
    pub fields: Vec<Field>,
    /// Rules over several fields.
    pub rules: Vec<Rule>,
    /// The directions in which it is used.
    pub direction: Direction,
}

impl Struct {
    /// Returns the field with this name on the wire.
    pub fn field(&self, wire: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.wire == wire)
    }

    /// Returns the fields that `new` requires.
    pub fn required(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.optional && !field.signs)
    }

    /// Returns the only one of these, if there is one.
    pub fn only_required(&self) -> Option<&Field> {
        let mut required = self.required();
        required.next().filter(|_| required.next().is_none())
    }

    /// Returns whether `new` takes them by name: among more than three that are written alike, nobody notices
    /// two that are swapped, and nobody reads more than seven without their names.
    pub fn names_arguments(&self) -> bool {
        let types: Vec<String> = self.required().map(|field| field.ty.written()).collect();
        types.len() > 7 || types.iter().any(|ty| types.iter().filter(|other| *other == ty).count() > 3)
    }

    /// Returns the name of the struct that `new` takes in that case.
    pub fn arguments(&self) -> String {
        arguments(&self.name)
    }

    /// Returns the fields that are sent in one place.
    pub fn sent_in(&self, place: Place) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.place == place)
    }
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub wire: String,
    /// Its name in Rust, keywords not yet escaped.
    pub rust: String,
    /// Its type, without the `Option`.
    pub ty: Ty,
    /// Whether it may be absent.
    pub optional: bool,
    /// Its description.
    pub doc: String,
    /// The reason, if the documentation contradicts itself about it.
    pub quirk: Option<String>,
    /// The value that the server assumes if it is absent. Boxed, since few fields have one.
    pub default: Option<Box<Value>>,
    /// Its limits.
    pub limits: Vec<Limit>,
    /// The limits of each of its items.
    pub each: Vec<Limit>,
    /// The place where it is sent, if it belongs to a request.
    pub place: Place,
    /// Whether signing the request fills it in, so that no caller passes it.
    pub signs: bool,
    /// Whether its own fields are on the same level as the fields around it.
    pub embed: bool,
    /// Wrong names that the documentation uses for it.
    pub misspelt: Vec<String>,
    /// Other names under which it arrives.
    pub aka: Vec<String>,
    /// The name of the element around each of its items.
    pub item: Option<String>,
    /// The member beside a list with the number of its items.
    pub count: Option<String>,
    /// The unit of a duration.
    pub unit: Option<Unit>,
}

impl Field {
    /// Returns its description, in the words of the spec.
    pub fn words(&self) -> String {
        match &self.quirk {
            Some(quirk) => format!("{}\n\n{quirk}", self.doc),
            None => self.doc.clone(),
        }
    }

    /// Returns its default for use in prose: as code, unless it is a number or a boolean.
    pub fn shown_default(&self) -> Option<String> {
        self.default.as_deref().map(|value| match value {
            Value::String(text) => format!("`{text}`"),
            // A flag is a number on the wire, but a `bool` for readers of this text.
            Value::Number(number) if self.ty == Ty::Flag => (number.as_i64() == Some(1)).to_string(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            other => format!("`{other}`"),
        })
    }
}

/// An open enum.
#[derive(Debug)]
pub struct Enum {
    /// Its Rust name.
    pub name: String,
    /// Its description.
    pub doc: String,
    /// The type of its values on the wire.
    pub repr: Repr,
    /// Its documented values.
    pub values: Vec<EnumValue>,
    /// The directions in which it is used.
    pub direction: Direction,
}

/// A documented value.
#[derive(Debug)]
pub struct EnumValue {
    /// Its text on the wire.
    pub wire: String,
    /// The variant's name.
    pub name: String,
    /// Its meaning, unless the name says it.
    pub doc: Option<String>,
}

/// A union.
#[derive(Debug)]
pub struct Union {
    /// Its Rust name.
    pub name: String,
    /// Its description.
    pub doc: String,
    /// The style in which its variants are distinguished.
    pub style: Style,
    /// The wire name of the tag; empty if there is none.
    pub tag: String,
    /// Whether tags are strings or numbers.
    pub repr: Repr,
    /// Its documented variants.
    pub variants: Vec<Variant>,
    /// The directions in which it is used.
    pub direction: Direction,
}

/// A documented variant.
#[derive(Debug)]
pub struct Variant {
    /// The tag's value.
    pub tag: String,
    /// The wire name of the field with the content.
    pub content: String,
    /// The variant's name.
    pub name: String,
    /// Its description, unless the name says it.
    pub doc: Option<String>,
    /// The type of its content, if it has any.
    pub ty: Option<Ty>,
}
