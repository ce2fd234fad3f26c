//! Limits under one key: of the items of a list, or within a rule.

use std::fmt;
use std::num::NonZeroU32;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Number;

use super::{Limit, LimitKind, LimitValue, Takes};

/// Limits, each kind once, in the order of descriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits(pub Vec<Limit>);

impl<'de> Deserialize<'de> for Limits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Limits;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("limits by their keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Limits, A::Error> {
                let mut limits = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    let kind = LimitKind::ALL.iter().copied().find(|kind| kind.key() == key);
                    let Some(kind) = kind else {
                        // Unknown keys are reported by the caller.
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let value = match kind.facts().takes {
                        Takes::Count => LimitValue::Number(map.next_value::<u32>()?.into()),
                        Takes::Step => LimitValue::Number(map.next_value::<NonZeroU32>()?.get().into()),
                        Takes::Number => LimitValue::Number(map.next_value::<Number>()?),
                        Takes::Numbers => LimitValue::Numbers(map.next_value()?),
                        Takes::Pattern => LimitValue::Pattern(map.next_value()?),
                        Takes::True if map.next_value::<bool>()? => LimitValue::True,
                        Takes::True => continue,
                    };
                    limits.push(Limit { kind, value });
                }
                let place = |limit: &Limit| LimitKind::ALL.iter().position(|kind| *kind == limit.kind);
                limits.sort_by_key(place);
                Ok(Limits(limits))
            }
        }

        deserializer.deserialize_map(Read)
    }
}

impl Serialize for Limits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|limit| (limit.kind.key(), limit.value.as_json())))
    }
}
