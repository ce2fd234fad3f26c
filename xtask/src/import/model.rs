//! Drafts: parts of a spec, each with the import's doubts.

use std::collections::HashMap;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::spec::type_expr::TypeExpr;
use crate::spec::{
    Answer, Body, Doc, DocumentKind, EndpointRate, EnumValue, Errcode, Field, File, Host, Pagination, Part,
    Repr, Style, Token, Variant, WrittenRule,
};

/// A part of a spec, with the import's doubts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft<T> {
    pub spec: T,
    pub doubts: Vec<String>,
}

impl<T> Draft<T> {
    /// Creates a draft without doubts.
    pub(super) const fn sure(spec: T) -> Self {
        Self { spec, doubts: Vec::new() }
    }

    pub(super) fn doubtful(spec: T, doubt: impl Into<String>) -> Self {
        Self { spec, doubts: vec![doubt.into()] }
    }
}

/// The fields of an object, by wire name.
pub(super) type DraftFields = IndexMap<String, Draft<Field>>;

/// An endpoint, without the words that a person has to write.
#[derive(Debug)]
pub(super) struct DraftEndpoint {
    pub name: String,
    pub title: String,
    pub doc: Doc,
    pub method: String,
    pub path: String,
    pub token: Token,
    pub safe: bool,
    pub host: Host,
    pub body: Body,
    pub answer: Answer,
    pub errcode: Errcode,
    /// The list that names what failed of a call.
    pub partial: Option<String>,
    pub rate: Draft<Vec<EndpointRate>>,
    pub concurrency: Option<u32>,
    pub pagination: Draft<Option<Pagination>>,
    pub rules: Vec<WrittenRule>,
    pub request: Draft<DraftFields>,
    pub response: Draft<DraftFields>,
    /// The page's descriptions of error codes, by code.
    pub codes: IndexMap<String, String>,
    pub examples: Vec<Draft<Bodies>>,
    /// The facts that the notes must mention: permissions, and the days on which something changes.
    pub notes: Vec<String>,
    /// Doubts about it as a whole.
    pub doubts: Vec<String>,
}

impl DraftEndpoint {
    /// Returns the fields of its request and its response.
    pub(super) fn parts(&self) -> [(Part, &Draft<DraftFields>); 2] {
        [(Part::Request, &self.request), (Part::Response, &self.response)]
    }
}

/// A document, without the words that a person has to write.
#[derive(Debug)]
pub(super) struct DraftEvent {
    pub kind: DocumentKind,
    pub name: String,
    pub title: String,
    pub doc: Doc,
    /// The members that identify it, each set as the spec writes it.
    pub wire: Vec<String>,
    pub fields: Draft<DraftFields>,
    /// The page's documents.
    pub shown: Vec<ShownDocument>,
    /// Documents with values of our own: text of XML, or JSON.
    pub examples: Vec<Value>,
    /// The element around each item, by the name of the list.
    pub items: HashMap<String, String>,
    /// Doubts about it as a whole.
    pub doubts: Vec<String>,
}

/// A document that a page shows.
#[derive(Debug)]
pub(super) struct ShownDocument {
    pub is_xml: bool,
    /// The whole document.
    pub document: Map<String, Value>,
    /// Its members without those of the envelope, with lists as in JSON.
    pub body: Map<String, Value>,
}

/// A request and its response.
#[derive(Debug)]
pub(super) struct Bodies {
    pub request: Option<Value>,
    pub response: Value,
}

/// The definition of a type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Definition {
    /// An object with fields.
    Struct { doc: String, fields: DraftFields },
    /// A list of values.
    Enum { doc: String, repr: Repr, values: IndexMap<String, Draft<EnumValue>> },
    /// An object with a tag.
    Union { doc: String, tag: String, repr: Repr, variants: IndexMap<String, Variant> },
}

impl Definition {
    /// Returns the types of a spec file, by name. Unions of a style that is never drafted are omitted.
    pub(super) fn of_file(file: &File) -> IndexMap<String, Self> {
        let structs = file.structs.iter().map(|(name, of)| {
            let fields = of.fields.iter().map(|(name, field)| (name.clone(), Draft::sure(field.clone())));
            (name.clone(), Self::Struct { doc: of.doc.clone(), fields: fields.collect() })
        });
        let enums = file.enums.iter().map(|(name, of)| {
            let values = of.values.iter().map(|(wire, value)| (wire.clone(), Draft::sure(value.clone())));
            (name.clone(), Self::Enum { doc: of.doc.clone(), repr: of.repr, values: values.collect() })
        });
        let siblings = file.unions.iter().filter(|(_, union)| union.style == Style::Sibling);
        let unions = siblings.map(|(name, of)| {
            let (doc, tag) = (of.doc.clone(), of.tag.clone().unwrap_or_default());
            (name.clone(), Self::Union { doc, tag, repr: of.repr, variants: of.variants.clone() })
        });
        structs.chain(enums).chain(unions).collect()
    }

    /// Returns the types of its fields and variants.
    pub(super) fn types(&self) -> Vec<&TypeExpr> {
        match self {
            Self::Struct { fields, .. } => fields.values().map(|field| &field.spec.ty).collect(),
            Self::Enum { .. } => Vec::new(),
            Self::Union { variants, .. } => {
                variants.values().filter_map(|variant| variant.ty.as_ref()).collect()
            }
        }
    }

    pub(super) fn types_mut(&mut self) -> Vec<&mut TypeExpr> {
        match self {
            Self::Struct { fields, .. } => fields.values_mut().map(|field| &mut field.spec.ty).collect(),
            Self::Enum { .. } => Vec::new(),
            Self::Union { variants, .. } => {
                variants.values_mut().filter_map(|variant| variant.ty.as_mut()).collect()
            }
        }
    }

    /// Returns a text that is equal for structs exactly if they are the same on the wire; none for a struct without
    /// fields.
    pub(super) fn shape(&self) -> Option<String> {
        let Self::Struct { fields, .. } = self else { return None };
        let mut essence: Vec<(&String, bool, String)> = fields
            .iter()
            .map(|(name, field)| (name, field.spec.optional, field.spec.ty.to_string()))
            .collect();
        essence.sort_unstable();
        (!essence.is_empty()).then(|| format!("{essence:?}"))
    }

    /// Returns whether the fields of two structs with the same fields have the same limits.
    pub(super) fn has_limits_of(&self, other: &Self) -> bool {
        let (Self::Struct { fields, .. }, Self::Struct { fields: others, .. }) = (self, other) else {
            return false;
        };
        let limits = |field: &Draft<Field>| (field.spec.limits.clone(), field.spec.default.clone());
        fields
            .iter()
            .all(|(name, field)| others.get(name).is_some_and(|other| limits(other) == limits(field)))
    }

    /// Returns a text that is equal for enums with the same values, if the page says what all of these mean.
    pub(super) fn meanings(&self) -> Option<String> {
        let Self::Enum { repr, values, .. } = self else { return None };
        let said = |value: &Draft<EnumValue>| value.spec.doc.clone().filter(|doc| !doc.is_empty());
        let meanings: Option<Vec<(&String, String)>> =
            values.iter().map(|(wire, value)| Some((wire, said(value)?))).collect();
        let mut meanings = meanings?;
        meanings.sort_unstable();
        (!meanings.is_empty()).then(|| format!("{repr:?} {meanings:?}"))
    }

    /// Adds the values of another enum, if the common values mean the same in both, and one has all values of the
    /// other.
    pub(super) fn learn(&mut self, other: &Self) -> bool {
        let (Self::Enum { repr, values, .. }, Self::Enum { repr: others_repr, values: others, .. }) =
            (self, other)
        else {
            return false;
        };
        let within = |a: &IndexMap<String, Draft<EnumValue>>, b: &IndexMap<String, Draft<EnumValue>>| {
            a.keys().all(|wire| b.contains_key(wire))
        };
        let doc = |value: &Draft<EnumValue>| value.spec.doc.clone().unwrap_or_default();
        let alike =
            |(wire, value)| others.get(wire).is_none_or(|other| mean_the_same(&doc(value), &doc(other)));
        if values.is_empty()
            || others.is_empty()
            || repr != others_repr
            || !(within(values, others) || within(others, values))
            || !values.iter().all(alike)
        {
            return false;
        }
        for (wire, other) in others {
            match values.get_mut(wire) {
                Some(known) if doc(known).is_empty() => *known = other.clone(),
                Some(_) => {}
                None => _ = values.insert(wire.clone(), other.clone()),
            }
        }
        true
    }

    /// Returns whether it is the same on the wire, whatever its description. The other may have more values or
    /// variants.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Struct { fields, .. }, Self::Struct { fields: others, .. }) => {
                let essence = |field: &Draft<Field>| (field.spec.optional, field.spec.ty.clone());
                let known = |(name, field)| others.get(name).map(essence) == Some(essence(field));
                fields.len() == others.len() && fields.iter().all(known)
            }
            (Self::Enum { repr, values, .. }, Self::Enum { repr: other, values: others, .. }) => {
                repr == other && values.keys().all(|wire| others.contains_key(wire))
            }
            (
                Self::Union { tag, repr, variants, .. },
                Self::Union { tag: other_tag, repr: other_repr, variants: others, .. },
            ) => {
                let essence = |variant: &Variant| (variant.ty.clone(), variant.key.clone());
                let known = |(wire, variant)| others.get(wire).map(essence) == Some(essence(variant));
                tag == other_tag && repr == other_repr && variants.iter().all(known)
            }
            _ => false,
        }
    }
}

/// Returns whether two descriptions of a value differ at most in an addition to one of them.
pub(super) fn mean_the_same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let (one, other) = (plain(one), plain(other));
    one.contains(&other) || other.contains(&one)
}
