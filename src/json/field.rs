//! Reading the values of fields.
//!
//! There are two readers. The fast reader deserializes with serde in one pass. It keeps unknown fields,
//! and gives up at anything else that is unexpected. The slow reader then starts again: it splits an
//! object into raw members, and reads them one by one, with their other spellings. It yields either the
//! value or the error to report. It leaves what is as documented inside the object to the fast reader.
//! Both readers share the code for plain values.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde::ser::Serialize;
use serde_json::value::RawValue;

use super::log::join;
use super::{RawJson, Walk};

/// Type of the value of a field.
pub(crate) trait Field: DeserializeOwned + Serialize + PartialEq {
    /// The JSON that the type is read from, for error messages: "a string".
    const EXPECTED: &'static str;

    /// Reads the value with the fast reader, which fails at anything unexpected.
    fn fast<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    /// Reads the value with the slow reader. The error says what is wrong.
    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        Self::fast(&mut serde_json::Deserializer::from_str(json.get()))
            .map_err(|_| FieldError::misfit(Self::EXPECTED, json))
    }

    /// Reads the value in the faster way. For a plain value, both readers are the same.
    fn parse(json: &RawValue) -> Result<Self, FieldError<'_>> {
        Self::slow(json)
    }

    /// Notes everything in the value that is not modelled.
    fn drift(&self, _: &mut Walk) {}

    /// Returns `true` if the value is what is read from the JSON. Needed for a field that is read from
    /// inside another.
    fn is_parsed_from(&self, _: &RawValue) -> bool {
        false
    }
}

/// Reads a list or an object with the fast reader, and with the slow one if that gives up. Most values
/// in an object that the fast reader gave up are as documented.
pub(crate) fn parse<T: Field>(json: &RawValue) -> Result<T, FieldError<'_>> {
    let fast = T::fast(&mut serde_json::Deserializer::from_str(json.get()));
    fast.or_else(|_| T::slow(json))
}

impl Field for String {
    const EXPECTED: &'static str = "a string";
}

impl Field for bool {
    const EXPECTED: &'static str = "a boolean";
}

impl Field for RawJson {
    const EXPECTED: &'static str = "a JSON value";

    fn fast<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The fast reader reads JSON text only.
        Box::<RawValue>::deserialize(deserializer).map(Self::from)
    }

    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        Ok(Self::from(json.to_owned()))
    }
}

impl Field for i64 {
    const EXPECTED: &'static str = "an integer";

    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        integer(json.get()).ok_or_else(|| FieldError::misfit(Self::EXPECTED, json))
    }
}

/// Parses an integer, which may be written with a fraction or an exponent: `12000.0`, `1.2e4`.
fn integer(number: &str) -> Option<i64> {
    if let Ok(integer) = number.parse() {
        // `parse` also accepts a leading `+`, but JSON cannot contain one.
        return Some(integer);
    }
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_end_matches('0');
    if significant.trim_start_matches('-').is_empty() {
        return (!digits.is_empty()).then_some(0);
    }
    let zeros = i64::try_from(digits.len().checked_sub(significant.len())?).ok()?;
    let zeros = zeros
        .checked_add(exponent)?
        .checked_sub(i64::try_from(fraction.len()).ok()?)?;
    // With 20 zeros or more, the number does not fit, whatever its digits.
    let zeros = usize::try_from(zeros).ok().filter(|zeros| *zeros < 20)?;
    format!("{significant}{}", "0".repeat(zeros)).parse().ok()
}

impl<T: Field> Field for Vec<T> {
    const EXPECTED: &'static str = "an array";

    fn fast<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);

        impl<'de, T: Field> Visitor<'de> for List<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Vec::<T>::EXPECTED)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element_seed(Fast::new())? {
                    push(&mut list, element);
                }
                Ok(list)
            }
        }

        deserializer.deserialize_seq(List(PhantomData))
    }

    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        let mut list = Self::new();
        let mut index = 0_usize;
        elements(json, &mut |element| {
            let element = T::parse(element).map_err(|error| error.within(&format!("[{index}]")))?;
            push(&mut list, element);
            index = index.saturating_add(1);
            Ok(())
        })?;
        Ok(list)
    }

    fn parse(json: &RawValue) -> Result<Self, FieldError<'_>> {
        parse(json)
    }

    fn drift(&self, walk: &mut Walk) {
        for (index, element) in self.iter().enumerate() {
            walk.at_index(index, |walk| element.drift(walk));
        }
    }
}

/// Appends an element to a list, with less spare capacity than [`Vec::push`] reserves.
///
/// Lists inside the elements of other lists usually have one element. If it is large, the room for
/// three more that `push` reserves would be most of the memory of an event. A long list grows by a
/// quarter instead of doubling, to limit the memory that a hostile body can occupy.
#[inline]
pub(super) fn push<T>(list: &mut Vec<T>, element: T) {
    const LARGE: usize = 10 * size_of::<usize>();
    const MANY: usize = 64;
    if list.len() == list.capacity() {
        if list.is_empty() && size_of::<T>() > LARGE {
            list.reserve_exact(1);
        } else if list.len() >= MANY {
            list.reserve_exact(list.len() / 4);
        }
    }
    list.push(element);
}

/// Calls `read` with each element of an array, as raw JSON.
fn elements<'a>(
    json: &'a RawValue,
    read: &mut dyn FnMut(&'a RawValue) -> Result<(), FieldError<'a>>,
) -> Result<(), FieldError<'a>> {
    struct Elements<'r, 'a>(&'r mut dyn FnMut(&'a RawValue) -> Result<(), FieldError<'a>>);

    impl<'a> Visitor<'a> for Elements<'_, 'a> {
        type Value = Result<(), FieldError<'a>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut result = Ok(());
            while let Some(element) = seq.next_element()? {
                // After an error, the remaining elements are still consumed: otherwise, the parser
                // reports the array itself as invalid.
                result = result.and_then(|()| self.0(element));
            }
            Ok(result)
        }
    }

    serde::Deserializer::deserialize_seq(
        &mut serde_json::Deserializer::from_str(json.get()),
        Elements(read),
    )
    .unwrap_or_else(|_| Err(FieldError::misfit("an array", json)))
}

/// Seed that reads a value with the fast reader.
pub(crate) struct Fast<T>(PhantomData<T>);

impl<T> Fast<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for Fast<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::fast(deserializer)
    }
}

/// Seed that reads a value or `null` with the fast reader.
pub(crate) struct FastOption<T>(PhantomData<T>);

impl<T> FastOption<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for FastOption<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Field> Visitor<'de> for FastOption<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::fast(deserializer).map(Some)
    }
}

/// Creates the error with which the fast reader gives up. It is never reported: the slow reader
/// finds the actual error, if there is one.
#[cold]
pub(crate) fn give_up<E: serde::de::Error>() -> E {
    E::custom("given up")
}

/// Error of the slow reader: a field that is missing, is repeated, or does not fit its type.
#[derive(Debug)]
pub(crate) struct FieldError<'a> {
    pub(crate) kind: FieldErrorKind,
    /// The path of the field, relative to the value that was read.
    pub(crate) path: String,
    /// The part of the body to report the position of: the value, or the object that lacks a field.
    pub(crate) part: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldErrorKind {
    Missing,
    Repeated,
    Misfit {
        expected: &'static str,
        found: &'static str,
    },
}

impl<'a> FieldError<'a> {
    pub(crate) fn misfit(expected: &'static str, json: &'a RawValue) -> Self {
        let found = match json.get().as_bytes().first() {
            Some(b'"') if serde_json::from_str::<String>(json.get()).is_err() => {
                "a string that is not Unicode"
            }
            Some(b'"') => "a string",
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        };
        Self {
            kind: FieldErrorKind::Misfit { expected, found },
            path: String::new(),
            part: json.get(),
        }
    }

    pub(super) fn repeated(name: &str, second: &'a RawValue) -> Self {
        Self {
            kind: FieldErrorKind::Repeated,
            path: name.to_owned(),
            part: second.get(),
        }
    }

    /// Prepends a key (`status`) or an index (`[3]`) to the path.
    pub(crate) fn within(mut self, step: &str) -> Self {
        self.path = join(step, &self.path);
        self
    }
}

impl fmt::Display for FieldError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        if self.path.is_empty() {
            return Ok(());
        }
        write!(f, " at {}", self.path)
    }
}

impl fmt::Display for FieldErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("required field is missing"),
            Self::Repeated => f.write_str("field is repeated"),
            Self::Misfit { expected, found } => write!(f, "expected {expected}, found {found}"),
        }
    }
}

/// String that borrows from the body unless it contains escapes.
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}
