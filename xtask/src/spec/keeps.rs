//! The mock's memory between calls: which endpoints create, change, remove, get and list a kind of thing.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::spec::keywords::keywords;
use crate::spec::pattern;
use crate::spec::section::Part;
use crate::spec::source::Path;

/// The effects of a call on things: on one kind, or on several, in this order.
#[derive(Debug, Clone, Default)]
pub struct AllKeeps {
    all: Vec<Keeps>,
    /// Whether the spec has a list.
    listed: bool,
}

impl AllKeeps {
    /// Returns what it does with each kind of thing, with the path of that in the spec.
    pub fn with_paths<'a>(&'a self, path: &Path) -> impl Iterator<Item = (Path, &'a Keeps)> + use<'a> {
        let (path, listed) = (path.clone(), self.listed);
        let at = move |index| if listed { path.index(index) } else { path.clone() };
        self.all.iter().enumerate().map(move |(index, keeps)| (at(index), keeps))
    }
}

impl Deref for AllKeeps {
    type Target = [Keeps];

    fn deref(&self) -> &[Keeps] {
        &self.all
    }
}

impl<'de> Deserialize<'de> for AllKeeps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = AllKeeps;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("what the call does with a thing, or a list of that")
            }

            fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<AllKeeps, A::Error> {
                let keeps = Keeps::deserialize(MapAccessDeserializer::new(entries))?;
                Ok(AllKeeps { all: vec![keeps], listed: false })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<AllKeeps, A::Error> {
                let all = Vec::deserialize(SeqAccessDeserializer::new(items))?;
                Ok(AllKeeps { all, listed: true })
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

impl JsonSchema for AllKeeps {
    fn schema_name() -> Cow<'static, str> {
        "AllKeeps".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Keeps>();
        json_schema!({
            "description": "The effect of the call on a thing that the mock keeps, or on several kinds of them.",
            "anyOf": [one, { "type": "array", "items": one, "minItems": 2 }],
        })
    }
}

/// The effect of a call on a thing that the mock keeps.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Keeps {
    /// The kind of thing, the same for all of its endpoints: `department`.
    #[schemars(extend("pattern" = pattern::SNAKE))]
    pub thing: String,
    /// The effect of the call on it, if the path doesn't show that.
    pub does: Option<Does>,
    /// The field with its ID, or with a list of IDs: of the request, or of the response that returns it. None if
    /// all are listed.
    pub id: Option<String>,
    /// The field of the request that contains the thing's fields, unless the request itself does.
    pub from: Option<String>,
    /// The fields of the request that things have under another name: `{ new_name: file_name }`. Also their ID, if the response lists it
    /// beside them: `{ rule_ids: rule_id }`.
    #[serde(default)]
    pub renames: IndexMap<String, String>,
    /// The first ID of what is created, if neither the request nor the response has it.
    pub like: Option<Value>,
    /// Whether no call creates the things, so that any ID is one of them, and the first change keeps it.
    #[serde(default)]
    pub adopts: bool,
    /// The fields of the request that name an existing thing, which is used instead of creating one: its ID, or a field that has
    /// the same value.
    #[serde(default)]
    pub existing: Vec<String>,
    /// The field of the request with a file, in a form or in Base64; or the field of the response with the URL of the thing's file.
    pub content: Option<String>,
    /// The kinds of things that are removed with a thing, each with the field that has its ID: `{ page: parent_id }`.
    #[serde(default)]
    pub with: IndexMap<String, String>,
    /// The lists inside listed things that contain things of another kind: `{ tag: { thing: tag, of: group_id } }`.
    #[serde(default)]
    pub parts: IndexMap<String, Parts>,
    /// The fields that a call that creates or changes a thing sets by itself: `{ status: 4 }`; `null` for one that a thing doesn't have.
    #[serde(default)]
    pub sets: IndexMap<String, Value>,
    /// The fields that a thing must have with one of these values, or else it isn't listed, changed, removed or used: `{ status: [0] }`.
    #[serde(default)]
    pub only: IndexMap<String, Vec<Value>>,
    /// The error code for a thing that has other values.
    pub refused: Option<i64>,
    /// The things that a call makes besides: the field of the thing with their number, and what each of them is.
    /// `{ account_count.base_count: { thing: account, id: active_code } }`
    #[serde(default)]
    pub makes: IndexMap<String, Made>,
    /// The lists of the request whose items a change adds to those of the thing.
    #[serde(default)]
    pub adds: Vec<String>,
    /// The lists of the request whose items a change drops from those of the thing.
    #[serde(default)]
    pub drops: Vec<String>,
    /// The field of the response that contains the thing or the list of things. If omitted: the items of the pages, or the only
    /// field, or the response itself.
    pub at: Option<String>,
    /// The filters of a list, or what a thing is found by without its ID, or besides it: a field of the request, and the field of things
    /// that must have its value, or one of them.
    /// `{ department_id: department }`
    #[serde(default, rename = "where")]
    pub narrowed: IndexMap<String, String>,
    /// The kind of things that the filters of a list are about, with the field of the listed things that has their IDs.
    #[serde(default)]
    pub through: IndexMap<String, String>,
    /// The field of things with the ID of their parent, if a filtered list also contains everything below it.
    pub below: Option<String>,
    /// The field of things with a list, if things are listed once for each value of it.
    pub each: Option<String>,
    /// The values that the response shows in another place than the request: a field of the items of a list, and the field
    /// of things that has a list of its values. `{ attendees.member.userid: invitees.userid }`
    #[serde(default)]
    pub shows: IndexMap<String, String>,
    /// The flag of the response that says whether anything is listed.
    pub any: Option<String>,
    /// The list of the response with the IDs that don't exist, if they aren't an error.
    pub missing: Option<String>,
    /// The error code for an unknown ID, set at the endpoint that creates things.
    pub unknown: Option<i64>,
    /// The error code for an ID that is already taken, set at the endpoint that creates things.
    pub taken: Option<i64>,
}

/// The things that a call makes besides another. Filters find them by the fields of that one, too.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Made {
    /// The kind of thing that is made.
    #[schemars(extend("pattern" = pattern::SNAKE))]
    pub thing: String,
    /// The field with its ID.
    pub id: String,
    /// Its fields: `{ type: 1 }`.
    #[serde(default)]
    pub sets: IndexMap<String, Value>,
    /// The error code for an unknown ID.
    pub unknown: Option<i64>,
}

/// The parts of listed things. A thing without any isn't listed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub struct Parts {
    /// The kind of thing that is a part.
    #[schemars(extend("pattern" = pattern::SNAKE))]
    pub thing: String,
    /// The field of the parts with the ID of the thing that they are part of.
    pub of: String,
    /// Filters of the parts, as in a list, which count if the list itself isn't narrowed.
    #[serde(default, rename = "where")]
    pub narrowed: IndexMap<String, String>,
}

keywords! {
    /// The effect of a call on a thing.
    Does {
        /// It creates one.
        Creates = "creates",
        /// It sets one as a whole, whether it is there or not.
        Puts = "puts",
        /// It changes one, or several.
        Changes = "changes",
        /// It changes one as a whole: what the request lacks is gone.
        Replaces = "replaces",
        /// It removes one, or several.
        Removes = "removes",
        /// It returns one, or several.
        Gets = "gets",
        /// It returns all, or their IDs.
        Lists = "lists",
        /// It needs one, and changes nothing that is kept.
        Uses = "uses",
    }
}

impl Does {
    /// The part with the thing's ID, given whether the response has that field.
    pub fn part_with_id(self, returned: bool) -> Part {
        if self.creates() && returned { Part::Response } else { Part::Request }
    }

    /// Returns whether a thing is there afterwards that wasn't there before.
    pub fn creates(self) -> bool {
        matches!(self, Self::Creates | Self::Puts)
    }

    /// Returns whether a thing that is there is changed.
    pub fn changes(self) -> bool {
        matches!(self, Self::Changes | Self::Replaces)
    }

    /// The effects that the last part of a path shows reliably.
    fn told(path: &str) -> Option<Self> {
        let words: Vec<&str> = path.rsplit('/').next()?.split('_').collect();
        let (first, last) = (words.first()?, words.last()?);
        if [first, last].iter().any(|word| matches!(**word, "list" | "simplelist")) {
            return Some(Self::Lists);
        }
        [first, last].into_iter().find_map(|word| match *word {
            "create" | "add" => Some(Self::Creates),
            "update" | "edit" | "modify" | "mod" => Some(Self::Changes),
            "delete" | "del" | "remove" => Some(Self::Removes),
            "get" => Some(Self::Gets),
            _ => None,
        })
    }
}

impl Keeps {
    /// Returns the effect of a call of a path.
    pub fn does(&self, path: &str) -> Option<Does> {
        self.does.or_else(|| Does::told(path))
    }

    /// The fields of things that decide what a call lists, shows or removes: the keys that lead to each, the kind of thing, and the field.
    pub fn fields_of_things(&self) -> Vec<(Vec<&str>, &str, &str)> {
        let mut fields = Vec::new();
        let own = self.thing.as_str();
        let filtered = self.through.keys().next().map_or(own, String::as_str);
        fields.extend(
            self.narrowed.iter().map(|(asked, field)| (vec!["where", asked], filtered, field.as_str())),
        );
        fields.extend(self.through.iter().map(|(kind, field)| (vec!["through", kind], own, field.as_str())));
        let others = [("below", &self.below), ("each", &self.each)];
        fields
            .extend(others.into_iter().filter_map(|(key, field)| Some((vec![key], own, field.as_deref()?))));
        fields.extend(self.shows.iter().map(|(place, field)| (vec!["shows", place], own, field.as_str())));
        fields.extend(self.only.keys().map(|field| (vec!["only", field], own, field.as_str())));
        fields.extend(self.makes.keys().map(|field| (vec!["makes", field], own, field.as_str())));
        fields.extend(
            self.with.iter().map(|(thing, field)| (vec!["with", thing], thing.as_str(), field.as_str())),
        );
        for (at, parts) in &self.parts {
            let thing = parts.thing.as_str();
            fields.push((vec!["parts", at, "of"], thing, &parts.of));
            let narrowed = parts.narrowed.iter();
            fields.extend(
                narrowed.map(|(asked, field)| (vec!["parts", at, "where", asked], thing, field.as_str())),
            );
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_by_its_verb_what_a_call_does_with_a_thing() {
        use Does::{Changes, Creates, Gets, Lists, Removes};
        for (path, expected) in [
            ("/cgi-bin/department/create", Some(Creates)),
            ("/cgi-bin/template/add_template", Some(Creates)),
            ("/cgi-bin/template/template_add", Some(Creates)),
            ("/cgi-bin/rule/edit", Some(Changes)),
            ("/cgi-bin/rule/delete_rule", Some(Removes)),
            ("/cgi-bin/rule/get_rule_detail", Some(Gets)),
            ("/cgi-bin/rule/get_rule_list", Some(Lists)),
            ("/cgi-bin/rule/list_ids", Some(Lists)),
            ("/cgi-bin/department/simplelist", Some(Lists)),
            ("/cgi-bin/tag/addtagusers", None),
            ("/cgi-bin/meeting/cancel", None),
            ("/cgi-bin/address", None),
            ("", None),
        ] {
            assert_eq!(Does::told(path), expected, "{path}");
        }
    }
}
