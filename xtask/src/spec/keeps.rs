//! What the mock keeps between calls: which endpoints create, change, remove, get and list a kind of thing.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::spec::keywords::keywords;
use crate::spec::pattern;
use crate::spec::section::Part;

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
    /// The fields that a call that changes a thing sets by itself: `{ status: 4 }`.
    #[serde(default)]
    pub sets: IndexMap<String, Value>,
    /// The field of the response that contains the thing or the list of things. If omitted: the items of the pages, or the only
    /// field, or the response itself.
    pub at: Option<String>,
    /// The filters of a list: a field of the request, and the field of things that must have its value, or one of them.
    /// `{ department_id: department }`
    #[serde(default, rename = "where")]
    pub narrowed: IndexMap<String, String>,
    /// The field of things with the ID of their parent, if a filtered list also contains everything below it.
    pub below: Option<String>,
    /// The field of things with a list, if things are listed once for each value of it.
    pub each: Option<String>,
    /// The values that the response shows in another place than the request: a field of the items of a list, and the field
    /// of things that has a list of its values. `{ attendees.member.userid: invitees.userid }`
    #[serde(default)]
    pub shows: IndexMap<String, String>,
    /// The error code for an unknown ID, set at the endpoint that creates things.
    pub unknown: Option<i64>,
    /// The error code for an ID that is already taken, set at the endpoint that creates things.
    pub taken: Option<i64>,
}

keywords! {
    /// What a call does with a thing.
    Does {
        /// It creates one.
        Creates = "creates",
        /// It changes one.
        Changes = "changes",
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
        if self == Self::Creates && returned { Part::Response } else { Part::Request }
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

    /// The fields of things that filter a list or are shown elsewhere, each with the keys that lead to it.
    pub fn fields_of_things(&self) -> impl Iterator<Item = (Vec<&str>, &str)> {
        let narrowed =
            self.narrowed.iter().map(|(asked, field)| (vec!["where", asked.as_str()], field.as_str()));
        let others = [("below", &self.below), ("each", &self.each)];
        let others = others.into_iter().filter_map(|(key, field)| Some((vec![key], field.as_deref()?)));
        let shown = self.shows.iter().map(|(place, field)| (vec!["shows", place.as_str()], field.as_str()));
        narrowed.chain(others).chain(shown)
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
