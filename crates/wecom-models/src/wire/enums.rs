//! Open enums: the documented values have names, every other value is kept as it came.

use serde::ser::{Serialize, Serializer};

use super::{Found, Scalar};
use crate::Unknown;

/// An enum whose documented values are integers.
pub trait IntEnum: From<Unknown> {
    /// The variant with this number, if it is documented.
    fn from_code(code: i64) -> Option<Self>;

    /// The number of a documented variant, or the value that was kept.
    fn code(&self) -> Result<i64, &Unknown>;
}

/// An enum whose documented values are strings.
pub trait StringEnum: From<Unknown> {
    /// The variant with this wire value, if it is documented.
    fn from_name(name: &str) -> Option<Self>;

    /// The wire value of a documented variant, or the value that was kept.
    fn name(&self) -> Result<&'static str, &Unknown>;
}

/// Reads a value of an open enum of integers: from a number, a boolean or the digits of a string.
#[inline]
pub(crate) fn read_int_enum<T: IntEnum>(place: &mut T, scalar: Scalar<'_, '_>) -> Found {
    let code = if let Scalar::Unsigned(code) = scalar { i64::try_from(code).ok() } else { None };
    match code.and_then(T::from_code) {
        Some(value) => {
            *place = value;
            Found::Value
        }
        None => read_unusual_int_enum(place, scalar),
    }
}

/// Reads anything but a documented number above zero, in a function of its own so that the usual case is small enough to inline.
#[inline(never)]
fn read_unusual_int_enum<T: IntEnum>(place: &mut T, scalar: Scalar<'_, '_>) -> Found {
    *place = match scalar {
        Scalar::Signed(code) => T::from_code(code).unwrap_or_else(|| Unknown::Int(code).into()),
        Scalar::Bool(value) => {
            let code = i64::from(value);
            T::from_code(code).unwrap_or_else(|| Unknown::Int(code).into())
        }
        Scalar::Unsigned(code) => match i64::try_from(code) {
            Ok(code) => T::from_code(code).unwrap_or_else(|| Unknown::Int(code).into()),
            Err(_) => Unknown::Text(code.to_string()).into(),
        },
        Scalar::Float(number) => int_enum_of_text(&number.to_string()),
        Scalar::Borrowed("") | Scalar::Text("") => return Found::Nothing,
        Scalar::Borrowed(text) | Scalar::Text(text) => int_enum_of_text(text),
    };
    Found::Value
}

fn int_enum_of_text<T: IntEnum>(text: &str) -> T {
    let documented = text.trim().parse().ok().and_then(T::from_code);
    documented.unwrap_or_else(|| Unknown::Text(text.to_owned()).into())
}

/// Reads a value of an open enum of strings.
pub(crate) fn read_string_enum<T: StringEnum>(place: &mut T, scalar: Scalar<'_, '_>) -> Found {
    let of_text = |text: &str| T::from_name(text).unwrap_or_else(|| Unknown::Text(text.to_owned()).into());
    let of_int =
        |number: i64| T::from_name(&number.to_string()).unwrap_or_else(|| Unknown::Int(number).into());
    *place = match scalar {
        Scalar::Borrowed(text) | Scalar::Text(text) => of_text(text),
        Scalar::Signed(number) => of_int(number),
        Scalar::Unsigned(number) => match i64::try_from(number) {
            Ok(number) => of_int(number),
            Err(_) => of_text(&number.to_string()),
        },
        Scalar::Float(number) => of_text(&number.to_string()),
        Scalar::Bool(value) => of_text(if value { "true" } else { "false" }),
    };
    Found::Value
}

pub(crate) fn write_kept<T: Serialize, S: Serializer>(
    value: Result<T, &Unknown>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Ok(value) => value.serialize(serializer),
        Err(unknown) => unknown.serialize(serializer),
    }
}

/// Implements what every open enum has, whichever direction it is used in.
macro_rules! open_enums {
    ($($type:ty),* $(,)?) => {$(
        impl From<$crate::Unknown> for $type {
            fn from(value: $crate::Unknown) -> Self {
                Self::Other(value)
            }
        }

        /// No documented value: what a field holds that the server promised and left out.
        impl Default for $type {
            fn default() -> Self {
                Self::Other($crate::Unknown::Absent)
            }
        }
    )*};
}
pub(crate) use open_enums;

/// Implements `Read` and `Deserialize` for types that implement [`IntEnum`].
macro_rules! read_int_enums {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> $crate::wire::Read<'de> for $type {
            const EXPECTED: &'static str = "an integer";

            fn read_scalar<E: serde::de::Error>(
                &mut self,
                scalar: $crate::wire::Scalar<'_, 'de>,
                _: &$crate::wire::Reading,
            ) -> Result<$crate::wire::Found, E> {
                Ok($crate::wire::enums::read_int_enum(self, scalar))
            }
        }
        $crate::wire::read_impl! { $type }
    )*};
}
pub(crate) use read_int_enums;

/// Implements `Read` and `Deserialize` for types that implement [`StringEnum`].
macro_rules! read_string_enums {
    ($($type:ty),* $(,)?) => {$(
        impl<'de> $crate::wire::Read<'de> for $type {
            const EXPECTED: &'static str = "a string";

            fn read_scalar<E: serde::de::Error>(
                &mut self,
                scalar: $crate::wire::Scalar<'_, 'de>,
                _: &$crate::wire::Reading,
            ) -> Result<$crate::wire::Found, E> {
                Ok($crate::wire::enums::read_string_enum(self, scalar))
            }
        }
        $crate::wire::read_impl! { $type }
    )*};
}
pub(crate) use read_string_enums;

/// Implements `Serialize` for types that implement [`IntEnum`].
macro_rules! write_int_enums {
    ($($type:ty),* $(,)?) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::enums::write_kept($crate::wire::IntEnum::code(self), serializer)
            }
        }
    )*};
}
pub(crate) use write_int_enums;

/// Implements `Serialize` for types that implement [`StringEnum`].
macro_rules! write_string_enums {
    ($($type:ty),* $(,)?) => {$(
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::wire::enums::write_kept($crate::wire::StringEnum::name(self), serializer)
            }
        }
    )*};
}
pub(crate) use write_string_enums;
