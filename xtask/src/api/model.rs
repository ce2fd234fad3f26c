//! The API with everything decided: names, directions, order. Emission only prints it.

pub use crate::spec::{Answer, Body, Host, Limit, Period, Place, Repr, Style, Token};

/// The whole API.
#[derive(Debug)]
pub struct Api {
    /// Sorted by path.
    pub modules: Vec<Module>,
    /// The error codes that any endpoint may answer with, if the spec has them.
    pub codes: Option<Codes>,
}

/// The table of error codes.
#[derive(Debug)]
pub struct Codes {
    /// The file, as shown in generated headers: `spec/errcodes.yaml`.
    pub spec: String,
    /// What they are, and the page they come from.
    pub doc: String,
    /// Sorted by code.
    pub codes: Vec<ErrorCode>,
}

/// An error code.
#[derive(Debug)]
pub struct ErrorCode {
    /// `errcode` on the wire.
    pub code: i64,
    /// The constant's name.
    pub name: String,
    /// What it means.
    pub doc: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Api {
    /// The families, in order, each once.
    pub fn families(&self) -> Vec<&str> {
        let mut families: Vec<&str> = self.modules.iter().map(|module| module.family.as_str()).collect();
        families.dedup();
        families
    }
}

/// A module: what one spec file becomes.
#[derive(Debug)]
pub struct Module {
    /// The file, as shown in generated headers: `spec/chatdata.archive.yaml`.
    pub spec: String,
    /// The first part of its path, and its feature: `chatdata`.
    pub family: String,
    /// The second part, where there is one: `archive`.
    pub chapter: Option<String>,
    /// The chapter's Chinese title.
    pub title: String,
    /// What it is for.
    pub summary: String,
    /// In the order of the file.
    pub endpoints: Vec<Endpoint>,
    /// Requests and responses in the order of their endpoints, then the file's own types in its order.
    pub types: Vec<Type>,
}

impl Module {
    /// The file's name without `.yaml`.
    pub fn stem(&self) -> String {
        match &self.chapter {
            Some(chapter) => format!("{}.{chapter}", self.family),
            None => self.family.clone(),
        }
    }

    /// The places below a struct where the documentation contradicts itself: JSON pointers, `*` for any item.
    pub fn quirks(&self, structure: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.collect_quirks(structure, "", &mut Vec::new(), &mut found);
        found
    }

    fn collect_quirks(&self, name: &str, path: &str, above: &mut Vec<String>, found: &mut Vec<String>) {
        if above.iter().any(|above| above == name) {
            return;
        }
        above.push(name.to_owned());
        for ty in self.types.iter().filter(|ty| ty.name() == name) {
            match ty {
                Type::Enum(_) => {}
                Type::Struct(structure) => {
                    for field in &structure.fields {
                        found.extend(field.misspelt.iter().map(|name| format!("{path}/{name}")));
                        let path =
                            if field.embed { path.to_owned() } else { format!("{path}/{}", field.wire) };
                        // What is contradictory about an embedded union is which variant it is.
                        let tag = if field.embed { self.tag(&field.ty) } else { String::new() };
                        found.extend(field.quirk.then(|| format!("{path}{tag}")));
                        self.follow(&field.ty, path, above, found);
                    }
                }
                Type::Union(union) => {
                    for variant in &union.variants {
                        let path = match union.style {
                            Style::Sibling | Style::Oneof => format!("{path}/{}", variant.content),
                            Style::Flat | Style::Kind => path.to_owned(),
                        };
                        if let Some(ty) = &variant.ty {
                            self.follow(ty, path, above, found);
                        }
                    }
                }
            }
        }
        above.pop();
    }

    /// Where the tag of a union stands, as a pointer below the union.
    fn tag(&self, ty: &Ty) -> String {
        let union = self.types.iter().find(|other| Some(other.name()) == ty.name());
        match union {
            Some(Type::Union(union)) => format!("/{}", union.tag),
            _ => String::new(),
        }
    }

    fn follow(&self, ty: &Ty, mut path: String, above: &mut Vec<String>, found: &mut Vec<String>) {
        let mut ty = ty;
        while let Some(inner) = ty.inner() {
            if matches!(ty, Ty::List(_) | Ty::Map(_)) {
                path.push_str("/*");
            }
            ty = inner;
        }
        if let Some(name) = ty.name() {
            self.collect_quirks(name, &path, above, found);
        }
    }

    /// A type of this module.
    pub fn structure(&self, name: &str) -> Option<&Struct> {
        self.types.iter().find_map(|ty| match ty {
            Type::Struct(structure) if structure.name == name => Some(structure),
            _ => None,
        })
    }
}

/// An endpoint.
#[derive(Debug)]
pub struct Endpoint {
    /// As in the spec: `sync_msg`.
    pub name: String,
    /// With its module: `chatdata.archive.sync_msg`.
    pub id: String,
    /// The request's type.
    pub request: String,
    /// The response's type.
    pub response: String,
    /// The page's Chinese title.
    pub title: String,
    /// The address of its page.
    pub page_url: String,
    /// The document's id.
    pub doc_id: u32,
    /// `GET` or `POST`.
    pub method: Method,
    /// From the host on: `/cgi-bin/…`.
    pub path: String,
    /// The kind of token it takes.
    pub token: Token,
    /// Where it is.
    pub host: Host,
    /// What the request's body is.
    pub body: Body,
    /// What comes back.
    pub answer: Answer,
    /// The fields that sign the request.
    pub sign: Option<Sign>,
    /// Whether it may be sent again after a lost answer.
    pub safe: bool,
    /// How often it may be called.
    pub rates: Vec<(u32, Period)>,
    /// How many calls may be on their way at once.
    pub concurrency: Option<u32>,
    /// How its pages follow each other.
    pub pagination: Option<Pagination>,
    /// Where its response holds a token.
    pub grants: Option<Grants>,
    /// Requests and their responses.
    pub examples: Vec<Example>,
}

/// How an endpoint is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// All fields are in the query.
    Get,
    /// The fields are in a JSON body.
    Post,
}

impl Method {
    /// As in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// How the pages of an endpoint follow each other.
#[derive(Debug)]
pub struct Pagination {
    /// The request field that says where a page starts.
    pub start: Field,
    /// Where the next page starts.
    pub next: Next,
    /// What the response says of whether there is one.
    pub rest: Option<Rest>,
    /// The response field that holds the items, if there is one list of them.
    pub items: Option<Way>,
}

/// Where the next page starts.
#[derive(Debug)]
pub enum Next {
    /// Where a response field says.
    Cursor(Way),
    /// After the items of this page.
    Offset {
        /// The request field with the number of items that are wanted: a page with fewer is the last one.
        limit: Option<Field>,
    },
}

/// What a response says of whether more follows.
#[derive(Debug)]
pub enum Rest {
    /// Whether it does.
    More(Way),
    /// Whether it doesn't.
    End(Way),
    /// Where the last page ends.
    Total(Way),
}

/// A field of a response, and the structs it stands in.
#[derive(Debug)]
pub struct Way(pub Vec<Field>);

impl Way {
    /// The type of the field at the end.
    pub fn ty(&self) -> Option<&Ty> {
        self.0.last().map(|field| &field.ty)
    }

    /// As in the spec: `file_list.item`.
    pub fn wire(&self) -> String {
        self.0.iter().map(|field| field.wire.as_str()).collect::<Vec<_>>().join(".")
    }
}

impl Pagination {
    /// The type of an item, if there is one list of them.
    pub fn item(&self) -> Option<&Ty> {
        self.items.as_ref()?.ty()?.inner()
    }

    /// Whether pages start at numbers.
    pub fn numeric(&self) -> bool {
        let next = match &self.next {
            Next::Cursor(next) => next.ty(),
            Next::Offset { .. } => None,
        };
        [Some(&self.start.ty), next].into_iter().flatten().any(|ty| *ty != Ty::String)
    }
}

/// Where a response holds a token.
#[derive(Debug)]
pub struct Grants {
    /// The kind of token.
    pub kind: Token,
    /// The wire name of the response field with the token.
    pub token: String,
    /// The wire name of the response field with its lifetime.
    pub expires: String,
    /// The wire name of the request field that says who asks.
    pub id: String,
    /// The wire name of the request field with the secret.
    pub secret: String,
}

/// The fields that sign a request.
#[derive(Debug)]
pub struct Sign {
    /// Text that is never used twice.
    pub nonce: Field,
    /// When the request was made.
    pub ts: Field,
    /// The signature over all other fields.
    pub sig: Field,
}

/// A rule over several fields.
#[derive(Debug)]
pub enum Rule {
    /// Two times lie at most so many days apart.
    MaxSpan { from: Field, to: Field, days: u32 },
    /// One of these fields is set, and no other.
    ExactlyOne(Vec<Field>),
    /// One of these fields is set, or several.
    AtLeastOne(Vec<Field>),
    /// One of these fields is set, or none.
    AtMostOne(Vec<Field>),
    /// A field is set when another one has one of these values.
    RequiredWhen { field: Field, when: Field, is: Vec<String> },
}

/// A request and its response.
#[derive(Debug)]
pub struct Example {
    /// What it shows, where it isn't the plain case.
    pub note: Option<String>,
    /// The fields sent, as JSON.
    pub request: String,
    /// The body that comes back, as JSON.
    pub response: String,
}

/// A Rust type to emit.
#[derive(Debug)]
pub enum Type {
    Struct(Struct),
    Enum(Enum),
    Union(Union),
}

impl Type {
    /// The type's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Struct(structure) => &structure.name,
            Self::Enum(enumeration) => &enumeration.name,
            Self::Union(union) => &union.name,
        }
    }

    /// The directions it is used in.
    pub fn direction(&self) -> Direction {
        match self {
            Self::Struct(structure) => structure.direction,
            Self::Enum(enumeration) => enumeration.direction,
            Self::Union(union) => union.direction,
        }
    }
}

/// The directions a type is used in.
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
    /// Its documentation, Markdown.
    pub doc: String,
    /// The part of `doc` that the spec says in words: no rates, no rules.
    pub text: String,
    /// In the order of the spec.
    pub fields: Vec<Field>,
    /// Rules over several of them.
    pub rules: Vec<Rule>,
    /// The directions it is used in.
    pub direction: Direction,
}

impl Struct {
    /// The fields without which it can't be made.
    pub fn required(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.optional && !field.signs)
    }

    /// The fields that are sent in one place.
    pub fn sent_in(&self, place: Place) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.place == place)
    }
}

/// A field.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says something of its own")]
pub struct Field {
    /// Its name in JSON.
    pub wire: String,
    /// Its name in Rust, keywords not yet escaped.
    pub rust: String,
    /// Its type, without the `Option`.
    pub ty: Ty,
    /// Whether it may be absent.
    pub optional: bool,
    /// Its documentation, Markdown.
    pub doc: String,
    /// The part of `doc` that the spec says in words: no default, no limits.
    pub text: String,
    /// What the server assumes where it is absent, as `doc` shows it.
    pub default: Option<String>,
    /// The same as a value. Boxed, since few fields have one.
    pub default_value: Option<Box<serde_json::Value>>,
    /// Its limits.
    pub limits: Vec<Limit>,
    /// Where it is sent, if it belongs to a request.
    pub place: Place,
    /// Whether it is filled in when the request is signed, so that nobody passes it.
    pub signs: bool,
    /// Whether its own fields stand among the fields around it.
    pub embed: bool,
    /// Whether the documentation contradicts itself about it.
    pub quirk: bool,
    /// Names that the documentation gives it by mistake.
    pub misspelt: Vec<String>,
}

/// A type of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ty {
    String,
    Bool,
    Flag,
    I32,
    U32,
    I64,
    U64,
    F64,
    Timestamp,
    Secret,
    Any,
    File,
    List(Box<Ty>),
    Map(Box<Ty>),
    Json(Box<Ty>),
    Pipe(Box<Ty>),
    Csv(Box<Ty>),
    OrText(Box<Ty>),
    Struct(String),
    Enum(String, Repr),
    Union(String, Style),
}

impl Ty {
    /// The type's parameter, if it has one.
    pub fn inner(&self) -> Option<&Self> {
        match self {
            Self::List(inner)
            | Self::Map(inner)
            | Self::Json(inner)
            | Self::Pipe(inner)
            | Self::Csv(inner)
            | Self::OrText(inner) => Some(inner),
            _ => None,
        }
    }

    /// The named type at the bottom, if there is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Struct(name) | Self::Enum(name, _) | Self::Union(name, _) => Some(name),
            _ => self.inner().and_then(Self::name),
        }
    }
}

/// An open enum.
#[derive(Debug)]
pub struct Enum {
    /// Its Rust name.
    pub name: String,
    /// Its documentation.
    pub doc: String,
    /// What its values are on the wire.
    pub repr: Repr,
    /// Its documented values.
    pub values: Vec<EnumValue>,
    /// The directions it is used in.
    pub direction: Direction,
}

/// A documented value.
#[derive(Debug)]
pub struct EnumValue {
    /// On the wire.
    pub wire: String,
    /// The variant's name.
    pub name: String,
    /// Its documentation.
    pub doc: String,
}

/// A union.
#[derive(Debug)]
pub struct Union {
    /// Its Rust name.
    pub name: String,
    /// Its documentation.
    pub doc: String,
    /// How its variants are told apart.
    pub style: Style,
    /// The wire name of the tag; empty where there is none.
    pub tag: String,
    /// Whether tags are strings or numbers.
    pub repr: Repr,
    /// Its documented variants.
    pub variants: Vec<Variant>,
    /// The directions it is used in.
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
    /// Its documentation.
    pub doc: String,
    /// The type of its content, if it has any.
    pub ty: Option<Ty>,
}
