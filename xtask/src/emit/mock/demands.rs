//! The mock's demands on a request's body: fields, kinds, groups and limits.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::api::{Endpoint, Field, Module, Struct, Ty, Type, Union};
use crate::emit::items::list;
use crate::spec::names::{ident, pascal};
use crate::spec::{Body, Limit, LimitKind, Method, Place, Repr, Rule, Style};

/// The limits that the mock checks: how long a text or a list is, and how large a number.
const CHECKED: [LimitKind; 7] = [
    LimitKind::MinChars,
    LimitKind::MaxChars,
    LimitKind::MaxBytes,
    LimitKind::MinItems,
    LimitKind::MaxItems,
    LimitKind::Min,
    LimitKind::Max,
];

/// The demands on a request, if there are any. In a query, everything is text, and in a form or in XML only names are checked.
pub(super) fn of(module: &Module, endpoint: &Endpoint, request: &Struct) -> Option<TokenStream> {
    let has_forms = endpoint.body == Body::Json && endpoint.method != Method::Get;
    let mut found = Demands::new(module, has_forms);
    found.add_struct(request, "");
    found.tokens()
}

/// The documented values of a field that is an enum. A field that may be absent may also have no value.
pub(super) fn values(module: &Module, field: &Field) -> Option<TokenStream> {
    let Ty::Enum(name, repr) = &field.ty else { return None };
    let Some(Type::Enum(of)) = module.named(name) else { return None };
    let nothing: &[&str] = match repr {
        _ if !field.optional => &[],
        Repr::Int => &["", "0"],
        Repr::String => &[""],
    };
    let values = of.values.iter().map(|value| value.wire.as_str());
    let values: Vec<&str> = values
        .clone()
        .chain(nothing.iter().copied().filter(|none| values.clone().all(|value| value != *none)))
        .collect();
    Some(quote!(&[#(#values),*]))
}

/// Demands, by the paths of fields from one object on.
struct Demands<'a> {
    module: &'a Module,
    /// The types around, which aren't entered again.
    above: Vec<&'a str>,
    /// Whether the kinds of JSON are demanded.
    has_forms: bool,
    required: Vec<String>,
    lists: Vec<String>,
    objects: Vec<String>,
    scalars: Vec<String>,
    values: Vec<TokenStream>,
    limits: Vec<TokenStream>,
    groups: Vec<TokenStream>,
    kinds: Vec<TokenStream>,
}

impl<'a> Demands<'a> {
    fn new(module: &'a Module, has_forms: bool) -> Self {
        let (above, required, lists, objects, scalars) = Default::default();
        let (values, limits, groups, kinds) = Default::default();
        Self { module, above, has_forms, required, lists, objects, scalars, values, limits, groups, kinds }
    }

    fn add_struct(&mut self, structure: &'a Struct, path: &str) {
        if self.above.contains(&structure.name.as_str()) {
            return;
        }
        self.above.push(&structure.name);
        for field in structure.fields.iter().filter(|field| field.place == Place::Body) {
            self.add_field(field, path);
        }
        for rule in &structure.rules {
            if let Rule::Group(group, fields) = rule {
                let group = ident(&pascal(group.key()));
                let fields = fields.iter().map(ToString::to_string);
                self.groups.push(quote!((#path, Group::#group, &[#(#fields),*])));
            }
        }
        self.above.pop();
    }

    fn add_field(&mut self, field: &'a Field, around: &str) {
        if field.embed {
            match field.ty.name().and_then(|name| self.module.named(name)) {
                Some(Type::Union(union)) => {
                    if !field.optional && !union.tag.is_empty() {
                        self.required.push(joined(around, &union.tag));
                    }
                    self.add_union(union, around);
                }
                Some(Type::Struct(structure)) if !field.optional => self.add_struct(structure, around),
                _ => {}
            }
            return;
        }
        let path = joined(around, &field.wire);
        // Callers use the name that their page shows.
        if !field.optional && field.misspelt.is_empty() {
            self.required.push(path.clone());
        }
        // Of the value of a field about which a page contradicts itself, nobody knows what is demanded.
        if field.quirk.is_none() {
            self.add_form(&path, &field.ty);
            if let Some(values) = values(self.module, field) {
                self.values.push(quote!((#path, #values)));
            }
            self.add_limits(&path, &field.ty, &field.limits);
            if let Ty::List(item) = &field.ty {
                self.add_limits(&format!("{path}[]"), item, &field.each);
            }
        }
        self.add_value(&field.ty, &path);
    }

    /// Demands a kind of JSON.
    fn add_form(&mut self, path: &str, ty: &Ty) {
        if !self.has_forms {
            return;
        }
        let paths = match ty {
            Ty::List(_) => &mut self.lists,
            Ty::Union(_, style) if *style != Style::Kind => &mut self.objects,
            Ty::Map(_) | Ty::Struct(_) => &mut self.objects,
            Ty::String | Ty::Secret | Ty::Bool | Ty::Flag | Ty::Int | Ty::Uint | Ty::F64 | Ty::Timestamp => {
                &mut self.scalars
            }
            Ty::Enum(..) => &mut self.scalars,
            // Text with items has a limit that says so.
            Ty::Union(..) | Ty::Pipe(_) | Ty::Csv(_) | Ty::Json(_) | Ty::OrText(_) | Ty::Any | Ty::File => {
                return;
            }
        };
        paths.push(path.to_owned());
        if let Ty::List(item) = ty {
            self.add_form(&format!("{path}[]"), item);
        }
    }

    fn add_limits(&mut self, path: &str, ty: &Ty, limits: &[Limit]) {
        let checked = ty.carrier().is_some();
        let separator = match ty {
            Ty::Pipe(_) => Some('|'),
            Ty::Csv(_) => Some(','),
            _ => None,
        };
        // Of the only numbers that are allowed, the mock knows the smallest and the largest.
        let limits = limits.iter().flat_map(|limit| match limit.kind {
            LimitKind::OneOf => {
                let numbers = limit.whole_numbers();
                let ends = [(LimitKind::Min, numbers.iter().min()), (LimitKind::Max, numbers.iter().max())];
                ends.into_iter().filter_map(|(kind, end)| Some(Limit::number(kind, *end?))).collect()
            }
            _ => vec![limit.clone()],
        });
        let limits = limits.filter(|limit| checked && CHECKED.contains(&limit.kind));
        let limit = |limit: Limit| {
            let (kind, number) = (ident(&pascal(limit.kind.key())), limit.as_number()?.as_i64()?);
            let number = Literal::i64_unsuffixed(number);
            Some(match (separator, limit.kind) {
                (None, _) => quote!(Limit::#kind(#number)),
                (Some(separator), LimitKind::MinItems) => quote!(Limit::MinParts(#separator, #number)),
                (Some(separator), LimitKind::MaxItems) => quote!(Limit::MaxParts(#separator, #number)),
                _ => return None,
            })
        };
        let mut limits: Vec<TokenStream> = limits.filter_map(limit).collect();
        if separator.is_some() {
            limits.push(quote!(Limit::Text));
        }
        if !limits.is_empty() {
            self.limits.push(quote!((#path, &[#(#limits),*])));
        }
    }

    fn add_value(&mut self, ty: &'a Ty, path: &str) {
        match ty {
            Ty::List(item) => self.add_value(item, &format!("{path}[]")),
            Ty::Struct(name) | Ty::Union(name, _) => match self.module.named(name) {
                Some(Type::Struct(structure)) => self.add_struct(structure, path),
                Some(Type::Union(union)) => {
                    if !union.tag.is_empty() {
                        self.required.push(joined(path, &union.tag));
                    }
                    self.add_union(union, path);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn add_union(&mut self, union: &'a Union, path: &str) {
        if self.above.contains(&union.name.as_str()) {
            return;
        }
        self.above.push(&union.name);
        match union.style {
            Style::Sibling | Style::Flat => {
                let kinds: Vec<TokenStream> =
                    union.variants.iter().map(|variant| self.kind(union.style, variant)).collect();
                let tag = joined(path, &union.tag);
                self.kinds.push(quote!(Kinds { tag: #tag, of: &[#(#kinds),*] }));
            }
            Style::Oneof => {
                for variant in &union.variants {
                    if let Some(ty) = &variant.ty {
                        self.add_form(&joined(path, &variant.content), ty);
                        self.add_value(ty, &joined(path, &variant.content));
                    }
                }
            }
            // The content has another form in each.
            Style::Kind => {}
        }
        self.above.pop();
    }

    /// The demands of a variant, by paths from the object around its tag.
    fn kind(&self, style: Style, variant: &'a crate::api::Variant) -> TokenStream {
        let mut found = Self { above: self.above.clone(), ..Self::new(self.module, self.has_forms) };
        match (&variant.ty, style) {
            (Some(ty), Style::Sibling) => {
                found.required.push(variant.content.clone());
                found.add_form(&variant.content, ty);
                found.add_value(ty, &variant.content);
            }
            (Some(Ty::Struct(name)), _) => {
                if let Some(structure) = self.module.structure(name) {
                    found.add_struct(structure, "");
                }
            }
            _ => {}
        }
        let (tag, demands) = (&variant.tag, found.tokens().unwrap_or_else(|| quote!(Demands::NONE)));
        quote!((#tag, #demands))
    }

    fn tokens(self) -> Option<TokenStream> {
        let Self { required, lists, objects, scalars, values, limits, groups, kinds, .. } = self;
        let required = list(required);
        let rest: Vec<TokenStream> = [
            list(lists).map(|lists| quote!(lists: #lists)),
            list(objects).map(|objects| quote!(objects: #objects)),
            list(scalars).map(|scalars| quote!(scalars: #scalars)),
            list(values).map(|values| quote!(values: #values)),
            list(limits).map(|limits| quote!(limits: #limits)),
            list(groups).map(|groups| quote!(groups: #groups)),
            list(kinds).map(|kinds| quote!(kinds: #kinds)),
        ]
        .into_iter()
        .flatten()
        .collect();
        if rest.is_empty() {
            return required.map(|required| quote!(Demands::fields(#required)));
        }
        let required = required.map(|required| quote!(required: #required,));
        Some(quote!(Demands { #required #(#rest,)* ..Demands::NONE }))
    }
}

/// The path of a field of an object.
fn joined(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}
