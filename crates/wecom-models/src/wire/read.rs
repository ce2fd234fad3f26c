//! Reading: one visitor for everything, which reads values into their places.
//!
//! A value is read where it will stay, so a level of nesting costs the stack a few pointers and not a few copies of a
//! struct. What nothing looks like (`""`, `[]`, `{}`, `null`) and what one looks like where a list belongs is decided
//! here, for every type.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::scalars::number;
use super::{Entries, Reading, Scalar};

/// Whether there was a value.
///
/// It is as wide as a pointer: then a `Result` of it comes back in registers, and that of a `bool` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Found {
    /// `null`, or what else nothing looks like: a place keeps its default, or gets it back.
    Nothing,
    /// A value, which is in its place.
    Value,
}

impl Found {
    /// Leaves the default in a place where nothing was found.
    #[inline]
    pub(crate) fn settle<T: Default>(self, place: &mut T) {
        if self == Self::Nothing {
            *place = T::default();
        }
    }
}

/// A value that is read from JSON, leniently, into the place where it stays.
///
/// Each function tells whether there is a value: `null`, and what nothing looks like, is none. A type has those that fit
/// it; the others take nothing, and a list of one.
pub trait Read<'de>: Default {
    /// What an error says was expected.
    const EXPECTED: &'static str;

    /// Reads text, a number or a boolean.
    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<Found, E> {
        if scalar.is_blank() { Ok(Found::Nothing) } else { Err(scalar.of_another_type(Self::EXPECTED)) }
    }

    /// Reads text that can be kept.
    fn read_string<E: Error>(&mut self, text: String, reading: &Reading) -> Result<Found, E> {
        self.read_scalar(Scalar::Text(&text), reading)
    }

    /// Reads a list.
    fn read_list<A: SeqAccess<'de>>(&mut self, list: &mut A, reading: &Reading) -> Result<Found, A::Error> {
        let found = list.next_element_seed(Place(self, reading))?.unwrap_or(Found::Nothing);
        match list.next_element::<IgnoredAny>()? {
            None => Ok(found),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &Self::EXPECTED)),
        }
    }

    /// Reads an object.
    fn read_map<A: MapAccess<'de>>(&mut self, entries: &mut Entries<'_, 'de, A>) -> Result<Found, A::Error> {
        if let Some(digits) = entries.digits()? {
            self.read_scalar(number(&digits), entries.reading())
        } else if entries.is_empty()? {
            Ok(Found::Nothing)
        } else {
            Err(A::Error::invalid_type(Unexpected::Map, &Self::EXPECTED))
        }
    }

    /// Forgets what a place may hold already, where reading wouldn't replace it.
    #[inline]
    fn restart(&mut self) {}
}

/// Reads a value that is no part of an answer; the default where there is none.
pub fn read<'de, T: Read<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    Place(&mut value, &Reading::default()).deserialize(deserializer)?.settle(&mut value);
    Ok(value)
}

/// Where a value is read to.
pub(crate) struct Place<'a, T>(pub(crate) &'a mut T, pub(crate) &'a Reading);

impl<'de, T: Read<'de>> DeserializeSeed<'de> for Place<'_, T> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Read<'de>> Visitor<'de> for Place<'_, T> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Found, E> {
        self.0.read_scalar(Scalar::Borrowed(text), self.1)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<Found, E> {
        self.0.read_scalar(Scalar::Text(text), self.1)
    }

    #[inline]
    fn visit_string<E: Error>(self, text: String) -> Result<Found, E> {
        self.0.read_string(text, self.1)
    }

    #[inline]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Found, E> {
        self.0.read_scalar(Scalar::Signed(number), self.1)
    }

    #[inline]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Found, E> {
        self.0.read_scalar(Scalar::Unsigned(number), self.1)
    }

    #[inline]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Found, E> {
        self.0.read_scalar(Scalar::Float(number), self.1)
    }

    #[inline]
    fn visit_bool<E: Error>(self, value: bool) -> Result<Found, E> {
        self.0.read_scalar(Scalar::Bool(value), self.1)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Found, A::Error> {
        let Self(value, reading) = self;
        reading.enter()?;
        let result = value.read_list(&mut list, reading);
        reading.leave();
        result
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Found, A::Error> {
        let Self(value, reading) = self;
        reading.enter()?;
        let result = value.read_map(&mut Entries::new(map, reading));
        reading.leave();
        result
    }

    #[inline]
    fn visit_unit<E: Error>(self) -> Result<Found, E> {
        Ok(Found::Nothing)
    }

    #[inline]
    fn visit_none<E: Error>(self) -> Result<Found, E> {
        Ok(Found::Nothing)
    }
}

/// Implements [`Read`] for a type that is read as what it holds: every kind of value goes to the inner place.
macro_rules! read_inner {
    (|$self:ident| $inner:expr) => {
        #[inline]
        fn read_scalar<E: serde::de::Error>(
            &mut self,
            scalar: $crate::wire::Scalar<'_, 'de>,
            reading: &$crate::wire::Reading,
        ) -> Result<$crate::wire::Found, E> {
            let $self = self;
            $inner.read_scalar(scalar, reading)
        }

        #[inline]
        fn read_string<E: serde::de::Error>(
            &mut self,
            text: String,
            reading: &$crate::wire::Reading,
        ) -> Result<$crate::wire::Found, E> {
            let $self = self;
            $inner.read_string(text, reading)
        }

        $crate::wire::read_inner_nested! { |$self| $inner }
    };
}
pub(crate) use read_inner;

/// The part of [`read_inner`] that is about lists and objects.
macro_rules! read_inner_nested {
    (|$self:ident| $inner:expr) => {
        fn read_list<A: serde::de::SeqAccess<'de>>(
            &mut self,
            list: &mut A,
            reading: &$crate::wire::Reading,
        ) -> Result<$crate::wire::Found, A::Error> {
            let $self = self;
            $inner.read_list(list, reading)
        }

        fn read_map<A: serde::de::MapAccess<'de>>(
            &mut self,
            entries: &mut $crate::wire::Entries<'_, 'de, A>,
        ) -> Result<$crate::wire::Found, A::Error> {
            let $self = self;
            $inner.read_map(entries)
        }
    };
}
pub(crate) use read_inner_nested;

/// Implements `Deserialize` for a type by its [`Read`].
macro_rules! read_impl {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::read(deserializer)
            }
        }
    )*};
}
pub(crate) use read_impl;
