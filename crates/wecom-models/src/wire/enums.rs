//! Open enums: the documented values have names, every other value is kept as it came.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Visitor};
use serde::ser::{Serialize, Serializer};

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

pub(crate) struct IntEnumVisitor<T>(pub(crate) PhantomData<T>);

impl<'de, T: IntEnum> Visitor<'de> for IntEnumVisitor<T> {
    type Value = Option<T>;

    super::scalars::digits_in_a_map!();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(T::from_code(value).unwrap_or_else(|| Unknown::Int(value).into())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Ok(Some(Unknown::Text(value.to_string()).into())),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        self.visit_i64(i64::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        if value.is_empty() {
            return Ok(None);
        }
        let documented = value.trim().parse().ok().and_then(T::from_code);
        Ok(Some(documented.unwrap_or_else(|| Unknown::Text(value.to_owned()).into())))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

pub(crate) struct StringEnumVisitor<T>(pub(crate) PhantomData<T>);

impl<'de, T: StringEnum> Visitor<'de> for StringEnumVisitor<T> {
    type Value = Option<T>;

    super::scalars::digits_in_a_map!();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(T::from_name(value).unwrap_or_else(|| Unknown::Text(value.to_owned()).into())))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(T::from_name(&value.to_string()).unwrap_or_else(|| Unknown::Int(value).into())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_str(&value.to_string()),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        self.visit_str(if value { "true" } else { "false" })
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
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
        $crate::wire::read_value! { $type, $crate::wire::enums::IntEnumVisitor(std::marker::PhantomData) }
        $crate::wire::read_impl! { $type }
    )*};
}
pub(crate) use read_int_enums;

/// Implements `Read` and `Deserialize` for types that implement [`StringEnum`].
macro_rules! read_string_enums {
    ($($type:ty),* $(,)?) => {$(
        $crate::wire::read_value! { $type, $crate::wire::enums::StringEnumVisitor(std::marker::PhantomData) }
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
