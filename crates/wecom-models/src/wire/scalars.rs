//! Scalars, read the way WeCom sends them: `"5"` for 5, `1` for `true`, a number for a string.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Error, Unexpected, Visitor};

use super::read_value;

/// Reads numbers where `serde_json` is built with its feature `arbitrary_precision`, which any crate of a program can
/// turn on for all: numbers then come as objects of one field, with the digits as text.
macro_rules! digits_in_a_map {
    () => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            match map.next_entry::<String, String>()? {
                Some((key, digits)) if key == "$serde_json::private::Number" => {
                    $crate::wire::scalars::visit_digits(self, &digits)
                }
                _ => Err(serde::de::Error::invalid_type(serde::de::Unexpected::Map, &self)),
            }
        }
    };
}
pub(crate) use digits_in_a_map;

/// Visits a number that is given by its digits.
pub(crate) fn visit_digits<'de, V: Visitor<'de>, E: Error>(visitor: V, digits: &str) -> Result<V::Value, E> {
    if let Ok(number) = digits.parse::<u64>() {
        visitor.visit_u64(number)
    } else if let Ok(number) = digits.parse::<i64>() {
        visitor.visit_i64(number)
    } else if let Ok(number) = digits.parse::<f64>() {
        visitor.visit_f64(number)
    } else {
        visitor.visit_str(digits)
    }
}

/// An integer type of the models.
pub(crate) trait Integer: TryFrom<i64> + TryFrom<u64> + FromStr {
    /// What an error calls the values of the type.
    const RANGE: &'static str;
}

impl Integer for i64 {
    const RANGE: &'static str = "an integer from -9223372036854775808 to 9223372036854775807";
}

impl Integer for u64 {
    const RANGE: &'static str = "an integer from 0 to 18446744073709551615";
}

/// Reads an integer from a number, a boolean or the digits of a string. `null` and `""` are no number.
pub(crate) struct IntegerVisitor<T>(pub(crate) PhantomData<T>);

impl<'de, T: Integer> Visitor<'de> for IntegerVisitor<T> {
    type Value = Option<T>;

    digits_in_a_map!();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::RANGE)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        T::try_from(value).map(Some).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        T::try_from(value).map(Some).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        // Only a whole number that a double holds exactly: 2^53 is where that ends.
        if value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_992.0 {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53, as checked above")]
            return self.visit_i64(value as i64);
        }
        Err(E::invalid_value(Unexpected::Float(value), &self))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        self.visit_u64(u64::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        let digits = value.trim();
        if digits.is_empty() {
            return Ok(None);
        }
        digits.parse().map(Some).map_err(|_| E::invalid_value(Unexpected::Str(value), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

read_value!(i64, IntegerVisitor(PhantomData));
read_value!(u64, IntegerVisitor(PhantomData));

struct FloatVisitor;

impl<'de> Visitor<'de> for FloatVisitor {
    type Value = Option<f64>;

    digits_in_a_map!();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "the field is documented as a double")]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "the field is documented as a double")]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value as f64))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        let digits = value.trim();
        if digits.is_empty() {
            return Ok(None);
        }
        digits.parse().map(Some).map_err(|_| E::invalid_value(Unexpected::Str(value), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

read_value!(f64, FloatVisitor);

struct BoolVisitor;

impl<'de> Visitor<'de> for BoolVisitor {
    type Value = Option<bool>;

    digits_in_a_map!();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean, 0 or 1")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        match value {
            0 => Ok(Some(false)),
            1 => Ok(Some(true)),
            _ => Err(E::invalid_value(Unexpected::Unsigned(value), &self)),
        }
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        match value.trim() {
            "" => Ok(None),
            "0" | "false" => Ok(Some(false)),
            "1" | "true" => Ok(Some(true)),
            _ => Err(E::invalid_value(Unexpected::Str(value), &self)),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

read_value!(bool, BoolVisitor);

/// Reads text from a string, a number or a boolean.
pub(crate) struct StringVisitor;

impl<'de> Visitor<'de> for StringVisitor {
    type Value = Option<String>;

    digits_in_a_map!();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Some(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Self::Value, E> {
        Ok(Some(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(value.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

read_value!(String, StringVisitor);
