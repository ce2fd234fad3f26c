//! A field: its type, its meaning, its limits.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Value;

use crate::spec::keywords::keywords;
use crate::spec::limit_value::Limit;
use crate::spec::limits::Limits;
use crate::spec::pattern;
use crate::spec::type_expr::TypeExpr;

/// A field.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
pub struct Field {
    /// Its type.
    #[serde(rename = "type")]
    pub ty: TypeExpr,
    /// The description, which says what the name doesn't: meaning, unit, when it is absent, what it refers to.
    #[serde(default)]
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub doc: String,
    /// The Rust name, if the wire name can't be one.
    #[schemars(extend("pattern" = pattern::IDENTIFIER))]
    pub rename: Option<String>,
    /// The value that the server assumes if the field is omitted.
    #[schemars(with = "Option<serde_json::Value>")]
    pub default: Option<Value>,
    /// The place where the field is sent, for an endpoint with a body.
    #[serde(default, rename = "in")]
    pub place: Place,
    /// Whether its own fields are among the fields around it, instead of inside an object.
    #[serde(default)]
    pub embed: bool,
    /// The reason why the type differs from the page's.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub quirk: Option<String>,
    /// The reason why anyone may see a value whose name sounds like a secret.
    #[schemars(extend("pattern" = pattern::DESCRIPTION))]
    pub public: Option<String>,
    /// Wrong names of the field in the page's examples.
    #[serde(default)]
    pub misspelt: Vec<String>,
    /// Other names of the field in documents that WeCom sends by itself.
    #[serde(default)]
    pub aka: Vec<String>,
    /// The name of the element around each item of a list, if each has an element of its own.
    pub item: Option<String>,
    /// The member beside a list with the number of its items. It is no field, since it is filled in.
    pub count: Option<String>,
    /// The unit of a duration in a request, for which callers may pass a `Duration`.
    pub unit: Option<Unit>,
    /// The limits of each of its items, or of each value of a map.
    #[serde(default)]
    pub each: Limits,
    /// Its limits, whose keys are those of [`LimitKind`](super::LimitKind).
    #[serde(skip)]
    pub limits: Vec<Limit>,
    /// Whether the field may be absent: its key ends in `?`.
    #[serde(skip)]
    pub optional: bool,
}

impl Field {
    /// Creates a required field with nothing but a type.
    pub fn new(ty: TypeExpr) -> Self {
        Self {
            ty,
            doc: String::new(),
            rename: None,
            default: None,
            place: Place::default(),
            embed: false,
            quirk: None,
            public: None,
            misspelt: Vec::new(),
            aka: Vec::new(),
            item: None,
            count: None,
            unit: None,
            each: Limits::default(),
            limits: Vec::new(),
            optional: false,
        }
    }
}

keywords! {
    /// The place where a request field is sent.
    Place {
        /// In the body; for `GET`, in the query.
        Body = "body",
        /// In the URL, beside the token.
        Query = "query",
        /// In an HTTP header of this name.
        Header = "header",
    }
}

keywords! {
    /// The unit of a duration.
    Unit {
        /// Whole seconds.
        Seconds = "seconds",
    }
}
