//! Raw JSON in formats other than JSON text.
//!
//! `serde_json` passes raw text through, with every digit. For any other human-readable format, and for
//! serde's own buffers (`flatten`, `untagged`, `tag`), raw JSON is read and written as the value that it
//! is. Binary formats are refused in both directions.

use std::any::type_name;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::{fmt, iter};

use serde::de::value::{MapDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

const BINARY: &str =
    "webhooks can be stored in human-readable formats only; store the JSON text in a binary one";

/// Returns an error if the format is binary, from which the value could not be read back.
pub(crate) fn check_format<S: Serializer>(serializer: &S) -> Result<(), S::Error> {
    if serializer.is_human_readable() {
        Ok(())
    } else {
        Err(S::Error::custom(BINARY))
    }
}

/// Deserializes a value as JSON text.
pub(crate) fn raw_value<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Box<RawValue>, D::Error> {
    if !deserializer.is_human_readable() {
        return Err(D::Error::custom(BINARY));
    }
    let value = RefCell::new(None);
    Box::<RawValue>::deserialize(Either {
        deserializer,
        value: &value,
    })
    // The error is ours if there is a value.
    .or_else(|error| value.take().ok_or(error))
}

/// Serializes JSON text as what it is.
pub(crate) fn write_raw_value<S: Serializer>(
    raw: &RawValue,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    check_format(&serializer)?;
    if is_serde_json::<S>() {
        return if adds_members::<S>() {
            let members: BTreeMap<String, &RawValue> =
                serde_json::from_str(raw.get()).map_err(S::Error::custom)?;
            members.serialize(serializer)
        } else {
            raw.serialize(serializer)
        };
    }
    match serde_json::from_str(raw.get()) {
        Ok(value) => Plain(&value).serialize(serializer),
        Err(_) => Err(S::Error::custom(
            "a JSON value with more than 127 levels, a lone surrogate, or a number beyond the range of \
             `f64` can be stored as JSON text only",
        )),
    }
}

/// Returns `true` if a serializer hands over to `serde_json`: if it has its error type, or that of
/// `erased_serde`. Any other would write the wrapper of raw text that is private to `serde_json`.
fn is_serde_json<S: Serializer>() -> bool {
    let error = type_name::<S::Error>();
    error == type_name::<serde_json::Error>() || error.starts_with("erased_serde::")
}

/// Returns `true` if the value is flattened or tagged itself. Serde then adds its members to those of
/// another object, and would add those of the wrapper.
fn adds_members<S: Serializer>() -> bool {
    let serializer = type_name::<S>();
    ["::FlatMapSerializer<", "::TaggedSerializer<"]
        .iter()
        .any(|name| serializer.contains(name))
}

/// A deserializer for [`RawValue`] alone. Asked for one, `serde_json` calls `visit_map` with the name that
/// it was asked for as the key. Every other deserializer calls `visit_newtype_struct`, or the method for
/// what it has.
struct Either<'v, D> {
    deserializer: D,
    value: &'v RefCell<Option<Box<RawValue>>>,
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Either<'_, D> {
    type Error = D::Error;

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.deserializer.deserialize_newtype_struct(
            name,
            EitherVisitor {
                name,
                visitor,
                value: self.value,
            },
        )
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(D::Error::custom("a raw value is a newtype struct"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Compiled once: what calls it is compiled for each deserializer.
#[inline(never)]
fn from_value(value: &Value) -> serde_json::Result<Box<RawValue>> {
    to_raw_value(value)
}

struct EitherVisitor<'v, V> {
    name: &'static str,
    visitor: V,
    value: &'v RefCell<Option<Box<RawValue>>>,
}

impl<V> EitherVisitor<'_, V> {
    fn keep<T, E: serde::de::Error>(self, value: &Value) -> Result<T, E> {
        *self.value.borrow_mut() = Some(from_value(value).map_err(E::custom)?);
        // The visitor of a raw value cannot be given this one.
        Err(E::custom("not raw"))
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for EitherVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V::Value, A::Error> {
        let mut key: Option<String> = map.next_key()?;
        if key.as_deref() == Some(self.name) {
            let text: String = map.next_value()?;
            let raw = MapDeserializer::new(iter::once((self.name, text)));
            return self.visitor.visit_map(raw);
        }
        let mut members = Map::new();
        while let Some(name) = key {
            members.insert(name, map.next_value()?);
            key = map.next_key()?;
        }
        self.keep(&members.into())
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.keep(&Value::deserialize(value)?)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.keep(&Value::deserialize(value)?)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.keep(&Value::deserialize(SeqAccessDeserializer::new(seq))?)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<V::Value, E> {
        self.keep(&value.into())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.keep(&value.into())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.keep(&value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.keep(&value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<V::Value, E> {
        self.keep(&value.into())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.keep(&Value::Null)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.keep(&Value::Null)
    }
}

/// Serializes numbers as numbers, also when `serde_json` keeps them as text.
struct Plain<'a>(&'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Number(number) => {
                if let Some(integer) = number.as_i64() {
                    serializer.serialize_i64(integer)
                } else if let Some(integer) = number.as_u64() {
                    serializer.serialize_u64(integer)
                } else {
                    let float = number.as_f64().filter(|float| float.is_finite());
                    let float = float.ok_or_else(|| S::Error::custom("a number beyond `f64`"))?;
                    serializer.serialize_f64(float)
                }
            }
            Value::Array(elements) => serializer.collect_seq(elements.iter().map(Plain)),
            Value::Object(members) => {
                serializer.collect_map(members.iter().map(|(key, value)| (key, Plain(value))))
            }
            plain => plain.serialize(serializer),
        }
    }
}
