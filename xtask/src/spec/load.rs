//! The first stage: YAML files into the raw spec, every node read on its own, so that one mistake hides no other.

use std::fs;
use std::io;
use std::path::Path as FilePath;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Mapping, Value};

use crate::parallel;
use crate::spec::diagnostic::{At, Diagnostics, Reporter, did_you_mean};
use crate::spec::mistakes::Mistake;
use crate::spec::schema;
use crate::spec::source::{Node, Path, Source};
use crate::spec::{
    CODES, Codes, Deviation, Doc, Endpoint, Enum, EnumValue, ErrorCode, Field, File, Repr, Spec, Struct,
    Style, Union, Variant, WrittenRule,
};

/// Reads the texts of all spec files in a folder, in the order of their names.
pub fn sources(folder: &FilePath) -> io::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let named = |path: &FilePath, error: &io::Error| {
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    };
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| is_spec(name)) else {
            continue;
        };
        let text = fs::read_to_string(&path).map_err(|error| named(&path, &error))?;
        sources.push(source(name, &text));
    }
    sources.sort_by(|a, b| a.stem.cmp(&b.stem));
    Ok(sources)
}

/// Whether a file of this name in the spec's folder is part of the spec.
pub fn is_spec(name: &str) -> bool {
    matches!(FilePath::new(name).extension().and_then(|s| s.to_str()), Some("yaml" | "yml"))
}

/// A spec file of this name with this text.
pub fn source(name: &str, text: &str) -> Source {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    // Some editors begin a file with a byte order mark, which is not part of it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Source { path: format!("spec/{name}"), stem: stem.to_owned(), text: text.to_owned() }
}

/// Reads all sources into a spec. A file that isn't YAML is reported and left out.
pub fn spec(sources: &[Source], diagnostics: &mut Diagnostics) -> Spec {
    let read = parallel::map(sources, |index, source| {
        let mut found = Diagnostics::default();
        let mut read = Spec::default();
        match source.stem.as_str() {
            CODES => read.codes = codes(index, source, &mut found),
            _ => read.files.extend(file(index, source, &mut found)),
        }
        (read, found)
    });
    let mut spec = Spec::default();
    for (read, found) in read {
        diagnostics.extend(found);
        spec.files.extend(read.files);
        spec.codes = read.codes.or(spec.codes);
    }
    spec
}

const NOT_YAML: &str = "this file is not valid YAML";

/// Reads a text as YAML: where everything stands, and its values.
fn yaml(index: usize, source: &Source, diagnostics: &mut Diagnostics) -> Option<(Node, Value)> {
    let root = match Node::parse(&source.text) {
        Ok(root) => root,
        Err(error) => {
            let help = "a text with `: `, `#` or a leading quote or bracket needs quotes around it";
            diagnostics
                .error(Mistake::YamlSyntax, index, error.offset..error.offset + 1, NOT_YAML)
                .label(error.message)
                .help(help);
            return None;
        }
    };
    for (first, second) in root.duplicates() {
        let message = format!("`{}` stands twice in the same mapping", &source.text[second.span.clone()]);
        diagnostics
            .error(Mistake::DuplicateKey, index, second.span.clone(), message)
            .label("again here")
            .context(first.span.clone(), "first here");
    }
    match serde_yaml::from_str::<FirstWins>(&source.text) {
        Ok(FirstWins(value)) => Some((root, value)),
        Err(error) => {
            let offset = error.location().map_or(0, |location| location.index());
            diagnostics
                .error(Mistake::YamlSyntax, index, offset..offset + 1, NOT_YAML)
                .label(error.to_string());
            None
        }
    }
}

fn codes(index: usize, source: &Source, diagnostics: &mut Diagnostics) -> Option<Codes> {
    let (root, value) = yaml(index, source, diagnostics)?;
    let mut reader = Reader { report: diagnostics.reporter(index, &root), failed: Vec::new() };
    let top = Path::default();
    let head: CodesHead = reader.typed(&top, &value, &[])?;
    let codes = reader
        .entries(&top, &value, "codes", |reader, path, value| reader.typed::<ErrorCode>(path, value, &[]));
    let CodesHead { title, summary, doc, deviations, .. } = head;
    Some(Codes { source: index, title, summary, doc, codes, deviations, root })
}

fn file(index: usize, source: &Source, diagnostics: &mut Diagnostics) -> Option<File> {
    let (root, value) = yaml(index, source, diagnostics)?;
    let mistakes = diagnostics.len();
    let mut reader = Reader { report: diagnostics.reporter(index, &root), failed: Vec::new() };
    let top = Path::default();
    let head: FileHead = reader.typed(&top, &value, sections::FILE)?;
    let file = File {
        source: index,
        title: head.title,
        summary: head.summary,
        endpoints: reader.entries(&top, &value, "endpoints", Reader::endpoint),
        structs: reader.entries(&top, &value, "structs", Reader::structure),
        enums: reader.entries(&top, &value, "enums", Reader::enumeration),
        unions: reader.entries(&top, &value, "unions", Reader::union),
        deviations: head.deviations,
        root: root.clone(),
        complete: true,
        failed: Vec::new(),
    };
    let failed = reader.failed;
    let complete = diagnostics.len() == mistakes;
    Some(File { complete, failed, ..file })
}

/// A chapter of the documentation.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct FileHead {
    /// The chapter's Chinese title.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    title: String,
    /// What the module is for.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    summary: String,
    /// Where it differs from its pages on purpose.
    #[serde(default)]
    deviations: Vec<Deviation>,
}

/// The error codes that any endpoint may answer with.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct CodesHead {
    /// The page's Chinese title.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    title: String,
    /// What they are.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    summary: String,
    /// The documentation page.
    doc: Doc,
    /// Where they differ from the page on purpose.
    #[serde(default)]
    deviations: Vec<Deviation>,
    // Read one by one; here so that they are not left out.
    /// By code.
    #[serde(rename = "codes")]
    #[schemars(with = "serde_json::Value")]
    _codes: Value,
}

/// A struct.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct StructHead {
    /// What it is.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    doc: String,
    /// Rules over several fields.
    #[serde(default)]
    rules: Vec<WrittenRule>,
}

/// An open enum: a value that isn't listed is kept, never an error.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct EnumHead {
    /// What it is.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    doc: String,
    /// Integers or strings.
    repr: Repr,
}

/// A union: an object whose fields depend on which variant it is.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct UnionHead {
    /// What it is.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    doc: String,
    /// How its variants are told apart.
    #[serde(default)]
    style: Style,
    /// The wire name of the field that says which variant it is, for the styles that have one.
    tag: Option<String>,
    /// Whether tags are strings or numbers.
    #[serde(default)]
    repr: Repr,
}

/// A documented value of an enum.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct EnumValueFields {
    /// The variant's name.
    #[schemars(extend("pattern" = schema::PASCAL))]
    name: String,
    /// What it means, where the name doesn't say it.
    #[schemars(extend("pattern" = schema::DESCRIPTION))]
    doc: Option<String>,
}

/// A variant of a union.
#[derive(Deserialize, JsonSchema)]
pub(crate) struct VariantFields {
    /// The variant's name; without one, it is made from the tag.
    #[schemars(extend("pattern" = schema::IDENTIFIER))]
    name: Option<String>,
    /// The type of the content; a sibling may have none.
    #[serde(rename = "type")]
    ty: Option<crate::spec::type_expr::TypeExpr>,
    /// The field with the content, for siblings; without one, it is named as the tag says.
    key: Option<String>,
    /// What it is, where the name doesn't say it.
    doc: Option<String>,
}

/// The keys of nodes whose entries are read one by one.
pub(crate) mod sections {
    pub(crate) const FILE: &[&str] = &["endpoints", "structs", "enums", "unions"];
    pub(crate) const ENDPOINT: &[&str] = &["request", "response"];
    pub(crate) const STRUCT: &[&str] = &["fields"];
    pub(crate) const ENUM: &[&str] = &["values"];
    pub(crate) const UNION: &[&str] = &["variants"];
}

struct Reader<'a> {
    report: Reporter<'a>,
    /// The entries that couldn't be read.
    failed: Vec<String>,
}

impl Reader<'_> {
    /// Reads the entries of the mapping at a key, each on its own.
    fn entries<T>(
        &mut self,
        parent: &Path,
        value: &Value,
        key: &str,
        mut read: impl FnMut(&mut Self, &Path, &Value) -> Option<T>,
    ) -> IndexMap<String, T> {
        let path = parent.key(key);
        let mut entries = IndexMap::new();
        match value.get(key) {
            None => {}
            Some(Value::Mapping(mapping)) => {
                for (name, value) in mapping {
                    let name = scalar_text(name);
                    if self.report.node(&path.key(&name)).is_none() {
                        self.odd_key(&path, key, mapping);
                        continue;
                    }
                    match read(self, &path.key(&name), value) {
                        Some(entry) => {
                            entries.insert(name, entry);
                        }
                        None => self.failed.push(name),
                    }
                }
            }
            Some(_) => {
                let message = format!("`{key}` is a mapping");
                self.report.error(Mistake::WrongKind, At::Value(&path), message).label("not a mapping");
            }
        }
        entries
    }

    /// Reports the keys that YAML reads as something else than they look like: `0x1`, `null`, `1.10`.
    fn odd_key(&mut self, path: &Path, section: &str, mapping: &Mapping) {
        let read: Vec<String> = mapping.keys().map(scalar_text).collect();
        let odd: Vec<String> = self.report.keys(path).into_iter().filter(|key| !read.contains(key)).collect();
        let mistake = if section == "values" { Mistake::BadEnumValue } else { Mistake::WrongKind };
        let help = if section == "codes" { "write a decimal number" } else { "put quotes around it" };
        for key in odd {
            let message = format!("YAML doesn't read `{key}` as the text it looks like");
            self.report.error(mistake, At::Key(&path.key(&key)), message).label("not text").help(help);
        }
    }

    fn endpoint(&mut self, path: &Path, value: &Value) -> Option<Endpoint> {
        let head = self.typed(path, value, sections::ENDPOINT);
        let request = self.fields(path, value, "request");
        let response = self.fields(path, value, "response");
        Some(Endpoint { head: head?, request, response })
    }

    fn structure(&mut self, path: &Path, value: &Value) -> Option<Struct> {
        let head: Option<StructHead> = self.typed(path, value, sections::STRUCT);
        let fields = self.fields(path, value, "fields");
        let head = head?;
        Some(Struct { doc: head.doc, rules: head.rules, fields })
    }

    fn fields(&mut self, path: &Path, value: &Value, key: &str) -> IndexMap<String, Field> {
        let read =
            self.entries(path, value, key, |reader, path, value| reader.typed::<Field>(path, value, &[]));
        let mut fields = IndexMap::new();
        for (name, mut field) in read {
            field.optional = name.ends_with('?');
            let wire = name.trim_end_matches('?').to_owned();
            if fields.insert(wire.clone(), field).is_some() {
                let at = path.key(key).key(&name);
                self.report
                    .error(
                        Mistake::DuplicateKey,
                        At::Key(&at),
                        format!("`{wire}` stands twice, with and without `?`"),
                    )
                    .label("again here");
            }
        }
        fields
    }

    fn enumeration(&mut self, path: &Path, value: &Value) -> Option<Enum> {
        let head: Option<EnumHead> = self.typed(path, value, sections::ENUM);
        let values = self.entries(path, value, "values", |reader, path, value| match value {
            Value::String(name) => Some(EnumValue { name: name.clone(), doc: None }),
            _ => {
                let fields: EnumValueFields = reader.typed(path, value, &[])?;
                Some(EnumValue { name: fields.name, doc: fields.doc })
            }
        });
        let head = head?;
        Some(Enum { doc: head.doc, repr: head.repr, values })
    }

    fn union(&mut self, path: &Path, value: &Value) -> Option<Union> {
        let head: Option<UnionHead> = self.typed(path, value, sections::UNION);
        let variants = self.entries(path, value, "variants", |reader, path, value| {
            if let Value::String(_) = value {
                let ty = Some(reader.typed(path, value, &[])?);
                return Some(Variant { name: None, ty, key: None, doc: None });
            }
            let fields: VariantFields = reader.typed(path, value, &[])?;
            Some(Variant { name: fields.name, ty: fields.ty, key: fields.key, doc: fields.doc })
        });
        let head = head?;
        Some(Union { doc: head.doc, style: head.style, tag: head.tag, repr: head.repr, variants })
    }

    /// Reads one node into a type; `elsewhere` are the keys that somebody else reads.
    fn typed<T: DeserializeOwned>(&mut self, path: &Path, value: &Value, elsewhere: &[&str]) -> Option<T> {
        let mut unknown = Vec::new();
        let mut track = serde_path_to_error::Track::new();
        let mut on_unknown = |path: serde_ignored::Path<'_>| unknown.push(ignored_path(&path));
        let result = T::deserialize(serde_ignored::Deserializer::new(
            serde_path_to_error::Deserializer::new(value, &mut track),
            &mut on_unknown,
        ));
        for keys in unknown {
            if let [key] = keys.as_slice()
                && elsewhere.contains(&key.as_str())
            {
                continue;
            }
            let at = keys.iter().fold(path.clone(), |path, key| match key.parse() {
                Ok(index) => path.index(index),
                Err(_) => path.key(key),
            });
            let known = known_keys::<T>().iter().chain(elsewhere).copied();
            let key = keys.last().map_or("", String::as_str);
            let help = match keys.len() {
                1 => did_you_mean(key, known.clone())
                    .unwrap_or_else(|| format!("known here: {}", known.collect::<Vec<_>>().join(", "))),
                _ => "see spec/README.md for the keys known here".to_owned(),
            };
            self.report
                .error(Mistake::UnknownKey, At::Key(&at), format!("unknown key `{key}`"))
                .label("nothing reads this")
                .help(help);
        }
        match result {
            Ok(read) => Some(read),
            Err(error) => {
                let at = track.path().iter().fold(path.clone(), |path, segment| match segment {
                    serde_path_to_error::Segment::Seq { index } => path.index(*index),
                    serde_path_to_error::Segment::Map { key } => path.key(key),
                    _ => path,
                });
                self.mistake(&at, &error.to_string());
                None
            }
        }
    }

    /// Reports what serde says of a node.
    fn mistake(&mut self, at: &Path, message: &str) {
        if let Some(key) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            let help = match key {
                "doc" => Some("every item says what it is or which page it comes from".to_owned()),
                _ => None,
            };
            self.report
                .error(Mistake::MissingKey, At::Key(at), format!("`{key}` is missing"))
                .label(format!("needs `{key}`"))
                .help_if(help);
        } else if let Some(message) = message.strip_prefix(crate::spec::type_expr::NOT_A_TYPE) {
            let help = "types: string bool flag i32 u32 i64 u64 f64 timestamp secret any, \
                        list<T> map<T> json<T> pipe<T> csv<T> or_text<T>, and the names of this file";
            self.report
                .error(Mistake::BadType, At::Value(at), "this is not a type")
                .label(message)
                .help(help);
        } else if message.contains("expected field identifier") {
            let help = "a key that is a number has no place here";
            self.report
                .error(Mistake::UnknownKey, At::Value(at), "a key here is not text")
                .label(message)
                .help(help);
        } else if message.starts_with("unknown variant") {
            self.report
                .error(Mistake::UnknownValue, At::Value(at), "this value isn't one of those known here")
                .label(message);
        } else {
            self.report
                .error(Mistake::WrongKind, At::Value(at), "this value is of the wrong kind")
                .label(message);
        }
    }
}

fn ignored_path(path: &serde_ignored::Path<'_>) -> Vec<String> {
    match path {
        serde_ignored::Path::Root => Vec::new(),
        serde_ignored::Path::Seq { parent, index } => {
            let mut keys = ignored_path(parent);
            keys.push(index.to_string());
            keys
        }
        serde_ignored::Path::Map { parent, key } => {
            let mut keys = ignored_path(parent);
            keys.push(key.clone());
            keys
        }
        serde_ignored::Path::Some { parent }
        | serde_ignored::Path::NewtypeStruct { parent }
        | serde_ignored::Path::NewtypeVariant { parent } => ignored_path(parent),
    }
}

/// A scalar key as it stands in the file.
fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        _ => String::new(),
    }
}

/// The keys a struct knows, as its derived impl tells them to a deserializer.
pub(crate) fn known_keys<T: DeserializeOwned>() -> &'static [&'static str] {
    struct Ask<'a>(&'a mut &'static [&'static str]);

    impl<'de> Deserializer<'de> for Ask<'_> {
        type Error = de::value::Error;

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(de::Error::custom("only structs are asked"))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            self.deserialize_any(visitor)
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
            newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut keys: &'static [&'static str] = &[];
    let _ = T::deserialize(Ask(&mut keys));
    keys
}

/// A YAML value in which the first of two equal keys counts: duplicates are reported with their places, and
/// must not hide the mistakes after them.
struct FirstWins(Value);

impl<'de> Deserialize<'de> for FirstWins {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FirstWinsVisitor)
    }
}

struct FirstWinsVisitor;

impl<'de> Visitor<'de> for FirstWinsVisitor {
    type Value = FirstWins;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("YAML without tags")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<FirstWins, E> {
        Ok(FirstWins(value.into()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<FirstWins, E> {
        Ok(FirstWins(Value::Null))
    }

    fn visit_none<E: de::Error>(self) -> Result<FirstWins, E> {
        Ok(FirstWins(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<FirstWins, D::Error> {
        FirstWins::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<FirstWins, A::Error> {
        let mut items = Vec::new();
        while let Some(FirstWins(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(FirstWins(Value::Sequence(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FirstWins, A::Error> {
        let mut mapping = Mapping::new();
        while let Some((FirstWins(key), FirstWins(value))) = map.next_entry()? {
            if !mapping.contains_key(&key) {
                mapping.insert(key, value);
            }
        }
        Ok(FirstWins(Value::Mapping(mapping)))
    }
}
