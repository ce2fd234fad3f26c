//! Scalars, read the way WeCom sends them: `"5"` for 5, `1` for `true`, a number for a string.

use serde::de::Error;

use super::{Read, Reading, Scalar};

/// Implements [`Read`] for an integer type: from a number, a boolean or the digits of a string.
macro_rules! integers {
    ($($type:ty = $expected:literal,)*) => {$(
        impl<'de> Read<'de> for $type {
            const EXPECTED: &'static str = $expected;

            fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<bool, E> {
                let number = match scalar {
                    Scalar::Unsigned(number) => Self::try_from(number).ok(),
                    Scalar::Signed(number) => Self::try_from(number).ok(),
                    Scalar::Float(number) => whole(number).and_then(|number| Self::try_from(number).ok()),
                    Scalar::Bool(value) => Some(Self::from(value)),
                    Scalar::Borrowed(text) | Scalar::Text(text) => match text.trim() {
                        "" => return Ok(false),
                        digits => digits.parse().ok(),
                    },
                };
                *self = number.ok_or_else(|| scalar.not_a_value(Self::EXPECTED))?;
                Ok(true)
            }
        }
    )*};
}

integers! {
    i64 = "an integer from -9223372036854775808 to 9223372036854775807",
    u64 = "an integer from 0 to 18446744073709551615",
}

/// A whole number that a double holds exactly: 2^53 is where that ends.
fn whole(number: f64) -> Option<i64> {
    let exact = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53, as checked above")]
    exact.then_some(number as i64)
}

impl<'de> Read<'de> for f64 {
    const EXPECTED: &'static str = "a number";

    #[expect(clippy::cast_precision_loss, reason = "the field is documented as a double")]
    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<bool, E> {
        *self = match scalar {
            Scalar::Float(number) => number,
            Scalar::Unsigned(number) => number as Self,
            Scalar::Signed(number) => number as Self,
            Scalar::Bool(_) => return Err(scalar.of_another_type(Self::EXPECTED)),
            Scalar::Borrowed(text) | Scalar::Text(text) => match text.trim() {
                "" => return Ok(false),
                digits => digits.parse().map_err(|_| scalar.not_a_value(Self::EXPECTED))?,
            },
        };
        Ok(true)
    }
}

impl<'de> Read<'de> for bool {
    const EXPECTED: &'static str = "a boolean, 0 or 1";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<bool, E> {
        *self = match scalar {
            Scalar::Bool(value) => value,
            Scalar::Unsigned(0) => false,
            Scalar::Unsigned(1) => true,
            Scalar::Borrowed(text) | Scalar::Text(text) => match text.trim() {
                "" => return Ok(false),
                "0" | "false" => false,
                "1" | "true" => true,
                _ => return Err(scalar.not_a_value(Self::EXPECTED)),
            },
            Scalar::Float(_) => return Err(scalar.of_another_type(Self::EXPECTED)),
            _ => return Err(scalar.not_a_value(Self::EXPECTED)),
        };
        Ok(true)
    }
}

/// Text, from a string, a number or a boolean.
impl<'de> Read<'de> for String {
    const EXPECTED: &'static str = "a string";

    fn read_scalar<E: Error>(&mut self, scalar: Scalar<'_, 'de>, _: &Reading) -> Result<bool, E> {
        *self = match scalar {
            Scalar::Borrowed(text) | Scalar::Text(text) => text.to_owned(),
            Scalar::Unsigned(number) => number.to_string(),
            Scalar::Signed(number) => number.to_string(),
            Scalar::Float(number) => number.to_string(),
            Scalar::Bool(value) => value.to_string(),
        };
        Ok(true)
    }

    fn read_string<E: Error>(&mut self, text: String, _: &Reading) -> Result<bool, E> {
        *self = text;
        Ok(true)
    }
}
