//! Reading: one visitor for all types, which reads values into their places.
//!
//! A value is read where it will stay, so a level of nesting costs a few pointers of stack, rather than a few copies
//! of a struct. The values that mean nothing (`""`, `[]`, `{}`, `null`), and the reading of a single value instead of a
//! list, are decided here, for every type.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::scalars::number;
use super::{Entries, Reading, Scalar};

/// Whether there was a value.
///
/// It is as wide as a pointer, so that a `Result` of it is returned in registers, unlike that of a `bool`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Found {
    /// `null`, or another value that means nothing: the place keeps its default, or is reset to it.
    Nothing,
    /// A value, which is now in its place.
    Value,
}

impl Found {
    /// Resets a place to its default if there was no value.
    #[inline]
    pub(crate) fn settle<T: Default>(self, place: &mut T) {
        if self == Self::Nothing {
            *place = T::default();
        }
    }
}

/// A value that is read from JSON, leniently, into the place where it stays.
///
/// Each function returns whether there is a value: `null`, and other values that mean nothing, are none. A type
/// implements the functions that fit it; the defaults read nothing, or a list of one.
#[doc(hidden)]
pub trait Read<'de>: Default {
    /// The expectation in errors.
    const EXPECTED: &'static str;

    /// Reads text, a number or a boolean.
    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<Found, E> {
        if scalar.is_blank() { Ok(Found::Nothing) } else { Err(scalar.of_another_type(Self::EXPECTED)) }
    }

    /// Reads a scalar that doesn't fit, such as -1 where no number is negative, because it must not cost the whole response. `None` if it must: a list
    /// or an object would lose everything that is in it.
    fn spare(&mut self, _: Scalar<'_, 'de>) -> Option<Found> {
        None
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
            read_or_spare(self, number(&digits), entries.reading())
        } else if entries.is_empty()? {
            Ok(Found::Nothing)
        } else {
            Err(A::Error::invalid_type(Unexpected::Map, &Self::EXPECTED))
        }
    }

    /// Clears a place before it is read again, if reading wouldn't replace its contents.
    #[inline]
    fn restart(&mut self) {}
}

/// Reads a value that isn't part of a response; the default if there is none.
pub fn read<'de, T: Read<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut value = T::default();
    Place(&mut value, &Reading::default()).deserialize(deserializer)?.settle(&mut value);
    Ok(value)
}

/// Reads a scalar. One that doesn't fit is [spared](Read::spare) if reading is lenient.
#[inline]
pub(crate) fn read_or_spare<'de, T: Read<'de>, E: Error>(
    place: &mut T,
    scalar: Scalar<'_, 'de>,
    reading: &Reading,
) -> Result<Found, E> {
    match place.read_scalar(scalar, reading) {
        Err(error) if reading.spares() => place.spare(scalar).ok_or(error),
        read => read,
    }
}

/// The place that a value is read into.
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
        read_or_spare(self.0, Scalar::Borrowed(text), self.1)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<Found, E> {
        read_or_spare(self.0, Scalar::Text(text), self.1)
    }

    #[inline]
    fn visit_string<E: Error>(self, text: String) -> Result<Found, E> {
        if self.1.spares() { self.visit_str(&text) } else { self.0.read_string(text, self.1) }
    }

    #[inline]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Found, E> {
        read_or_spare(self.0, Scalar::Signed(number), self.1)
    }

    #[inline]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Found, E> {
        read_or_spare(self.0, Scalar::Unsigned(number), self.1)
    }

    #[inline]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Found, E> {
        read_or_spare(self.0, Scalar::Float(number), self.1)
    }

    #[inline]
    fn visit_bool<E: Error>(self, value: bool) -> Result<Found, E> {
        read_or_spare(self.0, Scalar::Bool(value), self.1)
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

/// Implements [`Read`] for a wrapper: every kind of value is read into the inner place.
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

        fn spare(&mut self, scalar: $crate::wire::Scalar<'_, 'de>) -> Option<$crate::wire::Found> {
            let $self = self;
            $inner.spare(scalar)
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

/// The part of [`read_inner`] for lists and objects.
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

/// Implements `Deserialize` for a type through its [`Read`].
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
