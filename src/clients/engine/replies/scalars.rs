//! Values that engines write as strings, read without a copy of the text: `"docs.count":"20"`.

use std::fmt;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::{Error, Visitor};

/// A name: one allocation, straight into its own type.
pub(super) fn name<'de, D: Deserializer<'de>, T: for<'a> From<&'a str>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct Name<T>(std::marker::PhantomData<T>);
    impl<T: for<'a> From<&'a str>> Visitor<'_> for Name<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a name")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            Ok(T::from(text))
        }
    }
    deserializer.deserialize_str(Name(std::marker::PhantomData))
}

/// A number as string or number; null, missing or a dash is `None`, anything else is an error and never zero.
pub(super) fn number<'de, D: Deserializer<'de>, T: FromStr + TryFrom<u64>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Number(std::marker::PhantomData))
}

struct Number<T>(std::marker::PhantomData<T>);

impl<T: FromStr + TryFrom<u64>> Visitor<'_> for Number<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number, as a number or a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if matches!(text, "" | "-") {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| E::custom(format!("`{text}` is no whole number")))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        T::try_from(number).map(Some).map_err(|_| E::custom(format!("{number} is too large")))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
