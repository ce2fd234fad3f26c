//! Values that contain others: options, boxes, lists, maps, and JSON of any kind.

use std::collections::BTreeMap;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess};
use serde_json::{Map, Value};

use super::path::{Segment, within};
use super::{Entries, Found, OBJECT, Place, Read, Reading, Scalar, read_inner};

impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    read_inner! { |this| this.insert(T::default()) }
}

impl<'de, T: Read<'de>> Read<'de> for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    read_inner! { |this| **this }

    fn restart(&mut self) {
        (**self).restart();
    }
}

impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
        if scalar.is_blank() {
            return Ok(Found::Nothing);
        }
        let mut item = T::default();
        item.read_scalar::<E>(scalar, reading).map_err(|_| scalar.of_another_type::<E>(Self::EXPECTED))?;
        reading.make_room::<T, E>(self)?;
        self.push(item);
        Ok(Found::Value)
    }

    fn spare(&mut self, scalar: Scalar<'_, 'de>) -> Option<Found> {
        T::default().spare(scalar).map(|_| Found::Nothing)
    }

    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<Found, A::Error> {
        loop {
            match list.next_element_seed(Next(self, reading)) {
                Ok(Some(())) => {}
                Ok(None) => return Ok(Found::Value),
                Err(error) => return Err(within(Segment::Index(self.len().saturating_sub(1)), &error)),
            }
        }
    }

    fn read_map<A: MapAccess<'de>>(&mut self, entries: &mut Entries<'_, 'de, A>) -> Result<Found, A::Error> {
        if entries.is_empty()? {
            return Ok(Found::Nothing);
        }
        entries.reading().make_room::<T, A::Error>(self)?;
        self.push(T::default());
        self[0].read_map(entries)
    }

    fn restart(&mut self) {
        self.clear();
    }
}

/// The next item of a list, which is added once it has been read.
struct Next<'a, T>(&'a mut Vec<T>, &'a Reading);

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Next<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self(list, reading) = self;
        reading.make_room::<T, D::Error>(list)?;
        list.push(T::default());
        let index = list.len() - 1;
        let place = &mut list[index];
        Place(&mut *place, reading).deserialize(deserializer)?.settle(place);
        Ok(())
    }
}

impl<'de, T: Read<'de>> Read<'de> for BTreeMap<String, T> {
    const EXPECTED: &'static str = OBJECT;

    fn read_map<A: MapAccess<'de>>(&mut self, entries: &mut Entries<'_, 'de, A>) -> Result<Found, A::Error> {
        entries.read_each(|name, value| {
            self.insert(name, value);
            self.len()
        })?;
        Ok(Found::Value)
    }

    fn restart(&mut self) {
        self.clear();
    }
}

/// Any JSON. Only `null` counts as absent: `""`, `[]` and `{}` are values here.
impl<'de> Read<'de> for Value {
    const EXPECTED: &'static str = "any value";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<Found, E> {
        *self = scalar.into();
        Ok(Found::Value)
    }

    /// Text around JSON that isn't JSON: see [`Json`](crate::Json).
    fn spare(&mut self, scalar: Scalar<'_, 'de>) -> Option<Found> {
        *self = scalar.into();
        Some(Found::Value)
    }

    fn read_string<E: Error>(&mut self, text: String, _: &Reading) -> Result<Found, E> {
        *self = Self::String(text);
        Ok(Found::Value)
    }

    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<Found, A::Error> {
        let mut items = Vec::new();
        items.read_list(list, reading)?;
        *self = Self::Array(items);
        Ok(Found::Value)
    }

    fn read_map<A: MapAccess<'de>>(&mut self, entries: &mut Entries<'_, 'de, A>) -> Result<Found, A::Error> {
        if let Some(digits) = entries.digits()? {
            *self = digits.parse().map(Self::Number).map_err(A::Error::custom)?;
            return Ok(Found::Value);
        }
        let mut fields = Map::new();
        entries.read_each(|name, value| {
            fields.insert(name, value);
            fields.len()
        })?;
        *self = Self::Object(fields);
        Ok(Found::Value)
    }
}
