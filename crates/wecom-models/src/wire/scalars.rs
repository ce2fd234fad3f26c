//! Scalars, read the way WeCom sends them: `"5"` for 5, `1` for `true`, a number for a string.

use std::str::FromStr;

use serde::de::{Error, Unexpected};
use serde_json::Value;

use super::{Found, Read, Reading};

/// A value that is neither a list nor an object, as it is in the input.
#[derive(Clone, Copy, Debug)]
pub enum Scalar<'a, 'de> {
    /// Text that borrows from the input.
    Borrowed(&'de str),
    /// Text with escapes in it.
    Text(&'a str),
    /// A negative number.
    Signed(i64),
    /// A number.
    Unsigned(u64),
    /// A number with a fraction, or one beyond 64 bits.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
}

impl<'a, 'de: 'a> Scalar<'a, 'de> {
    /// Returns the text, if it is text.
    #[inline]
    pub fn text(self) -> Option<&'a str> {
        let scalar: Scalar<'a, 'a> = self;
        match scalar {
            Scalar::Borrowed(text) | Scalar::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns whether it is blank text.
    pub fn is_blank(self) -> bool {
        self.text().is_some_and(|text| text.trim().is_empty())
    }

    fn unexpected(self) -> Unexpected<'a> {
        let scalar: Scalar<'a, 'a> = self;
        match scalar {
            Scalar::Borrowed(text) | Scalar::Text(text) => Unexpected::Str(text),
            Scalar::Signed(number) => Unexpected::Signed(number),
            Scalar::Unsigned(number) => Unexpected::Unsigned(number),
            Scalar::Float(number) => Unexpected::Float(number),
            Scalar::Bool(value) => Unexpected::Bool(value),
        }
    }

    /// Returns the error for a value of another type.
    #[cold]
    pub fn of_another_type<E: Error>(self, expected: &str) -> E {
        E::invalid_type(self.unexpected(), &expected)
    }

    /// Returns the error for a value that the type doesn't have.
    #[cold]
    pub(crate) fn not_a_value<E: Error>(self, expected: &str) -> E {
        E::invalid_value(self.unexpected(), &expected)
    }
}

impl From<Scalar<'_, '_>> for Value {
    fn from(scalar: Scalar<'_, '_>) -> Self {
        match scalar {
            Scalar::Borrowed(text) | Scalar::Text(text) => text.into(),
            Scalar::Signed(number) => number.into(),
            Scalar::Unsigned(number) => number.into(),
            Scalar::Float(number) => number.into(),
            Scalar::Bool(value) => value.into(),
        }
    }
}

/// Parses a number from its digits.
pub(super) fn number(digits: &str) -> Scalar<'_, 'static> {
    if let Ok(number) = digits.parse::<u64>() {
        Scalar::Unsigned(number)
    } else if let Ok(number) = digits.parse::<i64>() {
        Scalar::Signed(number)
    } else if let Ok(number) = digits.parse::<f64>() {
        Scalar::Float(number)
    } else {
        Scalar::Text(digits)
    }
}

/// Implements [`Read`] for an integer type: from a number, a boolean or the digits of a string.
macro_rules! integers {
    ($($type:ty = $expected:literal,)*) => {$(
        impl<'de> Read<'de> for $type {
            const EXPECTED: &'static str = $expected;

            #[inline]
            fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<Found, E> {
                let number = match scalar {
                    Scalar::Unsigned(number) => Self::try_from(number).ok(),
                    Scalar::Signed(number) => Self::try_from(number).ok(),
                    _ if scalar.is_blank() => return Ok(Found::Nothing),
                    _ => unusual_integer(scalar),
                };
                *self = number.ok_or_else(|| scalar.not_a_value(Self::EXPECTED))?;
                Ok(Found::Value)
            }

            fn spare(&mut self, _: Scalar<'_, 'de>) -> Option<Found> {
                Some(Found::Nothing)
            }
        }
    )*};
}

integers! {
    i64 = "an integer from -9223372036854775808 to 9223372036854775807",
    u64 = "an integer from 0 to 18446744073709551615",
}

/// Reads an integer that doesn't arrive as one. A separate function keeps the usual case small enough to be inlined.
#[inline(never)]
fn unusual_integer<T: TryFrom<i64> + From<bool> + FromStr>(scalar: Scalar<'_, '_>) -> Option<T> {
    match scalar {
        Scalar::Borrowed(text) | Scalar::Text(text) => text.trim().parse().ok(),
        Scalar::Float(number) => T::try_from(whole(number)?).ok(),
        Scalar::Bool(value) => Some(value.into()),
        Scalar::Unsigned(_) | Scalar::Signed(_) => None,
    }
}

/// Returns a whole number that a double represents exactly, which is so up to 2^53.
pub(crate) fn whole(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53, as checked above")]
    exact.then_some(number as i64)
}

impl<'de> Read<'de> for f64 {
    const EXPECTED: &'static str = "a number";

    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "the field is documented as a double")]
    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<Found, E> {
        *self = match scalar {
            Scalar::Float(number) => number,
            Scalar::Unsigned(number) => number as Self,
            Scalar::Signed(number) => number as Self,
            Scalar::Bool(_) => return Err(scalar.of_another_type(Self::EXPECTED)),
            Scalar::Borrowed(text) | Scalar::Text(text) => match text.trim() {
                "" => return Ok(Found::Nothing),
                digits => {
                    let number = digits.parse().ok().filter(|number: &Self| number.is_finite());
                    number.ok_or_else(|| scalar.not_a_value(Self::EXPECTED))?
                }
            },
        };
        Ok(Found::Value)
    }

    fn spare(&mut self, _: Scalar<'_, 'de>) -> Option<Found> {
        Some(Found::Nothing)
    }
}

impl<'de> Read<'de> for bool {
    const EXPECTED: &'static str = "a boolean, 0 or 1";

    #[inline]
    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<Found, E> {
        *self = match scalar {
            Scalar::Bool(value) => value,
            Scalar::Unsigned(0) => false,
            Scalar::Unsigned(1) => true,
            Scalar::Borrowed(text) | Scalar::Text(text) => match text.trim() {
                "" => return Ok(Found::Nothing),
                "0" | "false" => false,
                "1" | "true" => true,
                _ => return Err(scalar.not_a_value(Self::EXPECTED)),
            },
            Scalar::Float(_) => return Err(scalar.of_another_type(Self::EXPECTED)),
            _ => return Err(scalar.not_a_value(Self::EXPECTED)),
        };
        Ok(Found::Value)
    }

    /// A number of at least 1 is a kind of yes; the meaning of others is unknown.
    fn spare(&mut self, scalar: Scalar<'_, 'de>) -> Option<Found> {
        let mut number = 0.0;
        number.read_scalar::<serde::de::value::Error>(scalar, &Reading::default()).ok();
        *self = number >= 1.0;
        Some(if *self { Found::Value } else { Found::Nothing })
    }
}

/// Returns the text of a value that isn't text.
#[inline(never)]
fn unusual_text(scalar: Scalar<'_, '_>) -> String {
    match scalar {
        Scalar::Borrowed(text) | Scalar::Text(text) => text.to_owned(),
        Scalar::Unsigned(number) => number.to_string(),
        Scalar::Signed(number) => number.to_string(),
        Scalar::Float(number) => number.to_string(),
        Scalar::Bool(value) => value.to_string(),
    }
}

/// Text, from a string, a number or a boolean.
impl<'de> Read<'de> for String {
    const EXPECTED: &'static str = "a string";

    #[inline]
    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<Found, E> {
        *self = scalar.text().map_or_else(|| unusual_text(scalar), str::to_owned);
        Ok(Found::Value)
    }

    #[inline]
    fn read_string<E: Error>(&mut self, text: String, _: &Reading) -> Result<Found, E> {
        *self = text;
        Ok(Found::Value)
    }
}
