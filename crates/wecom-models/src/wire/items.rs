//! Lists whose items have an element of their own name: `GroupIds` with a `GroupId` for each.

use serde::de::{Error, MapAccess, SeqAccess};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Entries, Field, Found, OBJECT, Place, Read, ReadObject, Reading, Scalar, fill};

/// Reads the element around the items of such a list. It may come several times, each with some of the items, and it may have
/// text of its own, which is then the only item.
#[derive(Default)]
pub(super) struct Around<T> {
    pub(super) item: &'static str,
    pub(super) items: Vec<T>,
}

impl<T> ReadObject for Around<T>
where
    for<'de> T: Read<'de>,
{
    fn set<'de, F: Field<'de>>(&mut self, name: &str, field: F) -> Result<(), F::Error> {
        if name != self.item {
            return field.skip();
        }
        self.items.append(&mut field.take()?);
        Ok(())
    }
}

impl<'de, T> Read<'de> for Around<T>
where
    for<'any> T: Read<'any>,
{
    const EXPECTED: &'static str = OBJECT;

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, reading: &Reading) -> Result<Found, E> {
        self.items.read_scalar(scalar, reading)
    }

    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<Found, A::Error> {
        while list.next_element_seed(Place(self, reading))?.is_some() {}
        Ok(Found::Value)
    }

    fn read_map<A: MapAccess<'de>>(&mut self, entries: &mut Entries<'_, 'de, A>) -> Result<Found, A::Error> {
        fill(self, entries)
    }
}

/// Writes items in elements of their own name.
pub fn items<'a, T: Serialize>(item: &'static str, items: &'a [T]) -> impl Serialize + 'a {
    Items { item, items }
}

struct Items<'a, T> {
    item: &'static str,
    items: &'a [T],
}

impl<T: Serialize> Serialize for Items<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.item, self.items)?;
        map.end()
    }
}
