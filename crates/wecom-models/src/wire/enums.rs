//! Open enums: documented values have names, every other value is kept as received.

use std::fmt;

use serde::ser::{Serialize, Serializer};

use super::{Found, Scalar};
use crate::Unknown;

/// An enum whose documented values are integers.
#[doc(hidden)]
pub trait IntEnum: From<Unknown> {
    /// Returns the variant with this number, if it is documented.
    fn from_code(code: i64) -> Option<Self>;

    /// Returns the number of a documented variant, or the undocumented value.
    fn code(&self) -> Result<i64, &Unknown>;
}

/// An enum whose documented values are strings.
#[doc(hidden)]
pub trait StringEnum: From<Unknown> {
    /// Returns the variant with this wire value, if it is documented.
    fn from_name(name: &str) -> Option<Self>;

    /// Returns the wire value of a documented variant, or the undocumented value.
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

/// Reads anything but a positive documented number, in a function of its own so that the usual case is small enough to
/// inline.
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

/// Returns the value for a number, documented or not.
pub(crate) fn int_enum_of_code<T: IntEnum>(code: i64) -> T {
    T::from_code(code).unwrap_or_else(|| Unknown::Int(code).into())
}

/// Returns the value for a program's text: a number, or else text that is kept as it is.
pub(crate) fn parsed_int_enum<T: IntEnum>(text: &str) -> T {
    text.trim().parse().map_or_else(|_| Unknown::Text(text.to_owned()).into(), int_enum_of_code)
}

/// Returns the value for a text, documented or not.
pub(crate) fn string_enum_of_name<T: StringEnum>(name: &str) -> T {
    T::from_name(name).unwrap_or_else(|| Unknown::Text(name.to_owned()).into())
}

/// Shows a value as it is on the wire.
pub(crate) fn show(value: Result<&dyn fmt::Display, &Unknown>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Ok(value) => value.fmt(f),
        Err(Unknown::Absent) => Ok(()),
        Err(Unknown::Int(code)) => fmt::Display::fmt(code, f),
        Err(Unknown::Text(text)) => fmt::Display::fmt(text, f),
    }
}

/// Implements conversions for types that implement [`IntEnum`].
macro_rules! int_enums {
    ($($type:ty),* $(,)?) => {$(
        impl $type {
            /// Returns the number on the wire, documented or not; `None` if WeCom sent text or nothing.
            pub fn code(&self) -> Option<i64> {
                match $crate::wire::IntEnum::code(self) {
                    Ok(code) | Err(&$crate::Unknown::Int(code)) => Some(code),
                    Err(_) => None,
                }
            }
        }

        /// Compares the number on the wire.
        impl PartialEq<i64> for $type {
            fn eq(&self, code: &i64) -> bool {
                self.code() == Some(*code)
            }
        }

        impl From<i64> for $type {
            fn from(code: i64) -> Self {
                $crate::wire::enums::int_enum_of_code(code)
            }
        }

        impl From<i32> for $type {
            fn from(code: i32) -> Self {
                Self::from(i64::from(code))
            }
        }

        impl From<u32> for $type {
            fn from(code: u32) -> Self {
                Self::from(i64::from(code))
            }
        }

        impl std::str::FromStr for $type {
            type Err = std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok($crate::wire::enums::parsed_int_enum(text))
            }
        }

        /// Shows the number on the wire.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let code = $crate::wire::IntEnum::code(self);
                $crate::wire::enums::show(code.as_ref().map(|code| code as _).map_err(|unknown| *unknown), f)
            }
        }
    )*};
}
pub(crate) use int_enums;

/// Implements conversions for types that implement [`StringEnum`].
macro_rules! string_enums {
    ($($type:ty),* $(,)?) => {$(
        impl $type {
            /// Returns the text on the wire, documented or not; `None` if WeCom sent a number or nothing.
            pub fn as_str(&self) -> Option<&str> {
                match $crate::wire::StringEnum::name(self) {
                    Ok(name) => Some(name),
                    Err($crate::Unknown::Text(text)) => Some(text),
                    Err(_) => None,
                }
            }
        }

        /// Compares the text on the wire.
        impl PartialEq<str> for $type {
            fn eq(&self, name: &str) -> bool {
                self.as_str() == Some(name)
            }
        }

        /// Compares the text on the wire.
        impl PartialEq<&str> for $type {
            fn eq(&self, name: &&str) -> bool {
                self.as_str() == Some(*name)
            }
        }

        impl From<&str> for $type {
            fn from(name: &str) -> Self {
                $crate::wire::enums::string_enum_of_name(name)
            }
        }

        impl From<&String> for $type {
            fn from(name: &String) -> Self {
                Self::from(name.as_str())
            }
        }

        impl From<String> for $type {
            fn from(name: String) -> Self {
                Self::from(name.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = std::convert::Infallible;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(name))
            }
        }

        /// Shows the text on the wire.
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let name = $crate::wire::StringEnum::name(self);
                $crate::wire::enums::show(name.as_ref().map(|name| name as _).map_err(|unknown| *unknown), f)
            }
        }
    )*};
}
pub(crate) use string_enums;

/// Implements the common parts of every open enum, whatever its direction.
macro_rules! open_enums {
    ($($type:ty),* $(,)?) => {$(
        impl From<$crate::Unknown> for $type {
            fn from(value: $crate::Unknown) -> Self {
                Self::Other(value)
            }
        }

        /// An undocumented value, for a field that the server promised but omitted.
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

#[cfg(test)]
#[allow(unreachable_pub, reason = "what the macros write is public, as for the types of the spec")]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    enum Level {
        Low,
        Other(Unknown),
    }

    impl IntEnum for Level {
        fn from_code(code: i64) -> Option<Self> {
            (code == 1).then_some(Self::Low)
        }

        fn code(&self) -> Result<i64, &Unknown> {
            match self {
                Self::Low => Ok(1),
                Self::Other(unknown) => Err(unknown),
            }
        }
    }

    #[derive(Clone, Debug, PartialEq)]
    enum Color {
        Red,
        Other(Unknown),
    }

    impl StringEnum for Color {
        fn from_name(name: &str) -> Option<Self> {
            (name == "red").then_some(Self::Red)
        }

        fn name(&self) -> Result<&'static str, &Unknown> {
            match self {
                Self::Red => Ok("red"),
                Self::Other(unknown) => Err(unknown),
            }
        }
    }

    open_enums!(Level, Color);
    int_enums!(Level);
    string_enums!(Color);

    #[test]
    fn an_enum_of_integers_is_made_of_numbers_and_texts_and_shows_the_number() {
        let column: i32 = 1;
        assert_eq!([Level::from(1), Level::from(column), Level::from(1_u32)], [const { Level::Low }; 3]);
        assert_eq!("1".parse(), Ok(Level::Low));
        for (level, code, shown) in [
            (Level::Low, Some(1), "1"),
            (Level::from(-7), Some(-7), "-7"),
            (" 9 ".parse().unwrap(), Some(9), "9"),
            ("high".parse().unwrap(), None, "high"),
            (Level::default(), None, ""),
        ] {
            assert_eq!((level.code(), level.to_string().as_str()), (code, shown), "{level:?}");
        }
    }

    #[test]
    fn an_enum_of_strings_is_made_of_texts_and_shows_them() {
        let red = "red".to_owned();
        assert_eq!([Color::from("red"), Color::from(&red), Color::from(red)], [const { Color::Red }; 3]);
        assert_eq!("red".parse(), Ok(Color::Red));
        for (color, text, shown) in [
            (Color::Red, Some("red"), "red"),
            (Color::from("blue"), Some("blue"), "blue"),
            (Color::Other(Unknown::Int(3)), None, "3"),
            (Color::default(), None, ""),
        ] {
            assert_eq!((color.as_str(), color.to_string().as_str()), (text, shown), "{color:?}");
        }
    }
}
