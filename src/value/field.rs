//! Reading the values of fields.
//!
//! There are two readers. The hot reader deserializes with serde in one pass, and gives up at
//! anything unexpected. The cold reader then starts again: it splits an object into raw members,
//! and reads them one by one, with their other spellings. It yields either the value or the error
//! to report. Both readers share the code for plain values.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
};
use serde::ser::Serialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::{Extra, RawJson};
use crate::drift::Walk;
use crate::text::join;

/// Type of the value of a field.
pub(crate) trait Field: DeserializeOwned + Serialize + PartialEq {
    /// The JSON that the type is read from, for error messages: "a string".
    const EXPECTED: &'static str;

    /// Reads the value with the hot reader, which fails at anything unexpected.
    fn hot<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    /// Reads the value with the cold reader. The error says what is wrong.
    fn cold(json: &RawValue) -> Result<Self, FieldError<'_>> {
        serde_json::from_str(json.get()).map_err(|_| FieldError::misfit(Self::EXPECTED, json))
    }

    /// Notes everything in the value that is not modelled.
    fn drift(&self, _: &mut Walk) {}
}

impl Field for String {
    const EXPECTED: &'static str = "a string";
}

impl Field for bool {
    const EXPECTED: &'static str = "a boolean";
}

impl Field for RawJson {
    const EXPECTED: &'static str = "a JSON value";
}

impl Field for i64 {
    const EXPECTED: &'static str = "an integer";

    fn cold(json: &RawValue) -> Result<Self, FieldError<'_>> {
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

impl<T: Field> Field for Box<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn hot<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::hot(deserializer).map(Box::new)
    }

    fn cold(json: &RawValue) -> Result<Self, FieldError<'_>> {
        T::cold(json).map(Box::new)
    }

    fn drift(&self, walk: &mut Walk) {
        (**self).drift(walk);
    }
}

impl<T: Field> Field for Vec<T> {
    const EXPECTED: &'static str = "an array";

    fn hot<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List<T>(PhantomData<T>);

        impl<'de, T: Field> Visitor<'de> for List<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Vec::<T>::EXPECTED)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(element) = seq.next_element_seed(Hot::new())? {
                    push(&mut list, element);
                }
                Ok(list)
            }
        }

        deserializer.deserialize_seq(List(PhantomData))
    }

    fn cold(json: &RawValue) -> Result<Self, FieldError<'_>> {
        let mut list = Self::new();
        let mut index = 0_usize;
        elements(json, &mut |element| {
            let element = T::cold(element).map_err(|error| error.within(&format!("[{index}]")))?;
            push(&mut list, element);
            index = index.saturating_add(1);
            Ok(())
        })?;
        Ok(list)
    }

    fn drift(&self, walk: &mut Walk) {
        for (index, element) in self.iter().enumerate() {
            walk.at(&format!("[{index}]"), |walk| element.drift(walk));
        }
    }
}

/// Appends an element to a list, with less spare capacity than [`Vec::push`] reserves.
///
/// Lists inside the elements of other lists usually have one element. If it is large, the room for
/// three more that `push` reserves would be most of the memory of an event. A long list grows by a
/// quarter instead of doubling, to limit the memory that a hostile body can occupy.
#[inline]
fn push<T>(list: &mut Vec<T>, element: T) {
    const LARGE: usize = 80;
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

/// Seed that reads a value with the hot reader.
pub(crate) struct Hot<T>(PhantomData<T>);

impl<T> Hot<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for Hot<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::hot(deserializer)
    }
}

/// Seed that reads a value or `null` with the hot reader.
pub(crate) struct HotOption<T>(PhantomData<T>);

impl<T> HotOption<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for HotOption<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Field> Visitor<'de> for HotOption<T> {
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
        T::hot(deserializer).map(Some)
    }
}

/// Creates the error with which the hot reader gives up. It is never reported: the cold reader
/// finds the actual error, if there is one.
#[cold]
pub(crate) fn give_up<E: serde::de::Error>() -> E {
    E::custom("given up")
}

/// Error of the cold reader: a field that is missing, is repeated, or does not fit its type.
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

    fn repeated(name: &str, second: &'a RawValue) -> Self {
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

/// Wire name of a field, with the other spellings in which it is read.
///
/// A spelling with a dot is a path: the value is then read from inside the field before the dot,
/// which stays an unknown field of the object.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    pub(crate) wire: &'static str,
    pub(crate) others: &'static [&'static str],
}

impl Name {
    pub(crate) const fn new(wire: &'static str, others: &'static [&'static str]) -> Self {
        Self { wire, others }
    }

    pub(crate) fn spellings(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.wire).chain(self.others.iter().copied())
    }
}

/// Members of a JSON object. The cold reader removes the fields one by one; the rest is the
/// [`Extra`].
pub(crate) struct Members<'a> {
    list: Vec<Member<'a>>,
    /// The wire names of the fields that were sent in another spelling, with that spelling.
    spellings: Vec<(&'static str, &'static str)>,
    object: &'a str,
}

struct Member<'a> {
    key: Cow<'a, str>,
    /// `None` once the member is removed.
    json: Option<&'a RawValue>,
}

impl Member<'_> {
    fn is_null(&self) -> bool {
        self.json.is_some_and(|json| json.get() == "null")
    }
}

impl<'a> Members<'a> {
    /// Parses an object.
    pub(crate) fn from_json(json: &'a RawValue) -> Result<Self, FieldError<'a>> {
        let (members, error) = Self::parse(json.get());
        match error {
            None => Ok(members),
            Some(error) if error.classify() == Category::Data => {
                Err(FieldError::misfit("an object", json))
            }
            // A `RawValue` is valid JSON, apart from the Unicode escapes in its strings. Those in
            // values are not decoded here, so the error is in a key.
            Some(_) => Err(FieldError {
                kind: Self::NON_UNICODE_KEY,
                path: String::new(),
                part: json.get(),
            }),
        }
    }

    /// The error of an object that is valid JSON, but that `parse` cannot read.
    pub(crate) const NON_UNICODE_KEY: FieldErrorKind = FieldErrorKind::Misfit {
        expected: "an object",
        found: "an object with a key that is not Unicode",
    };

    /// Parses an object as far as it is valid. Returns the members up to the error, if there is
    /// one.
    pub(crate) fn parse(object: &'a str) -> (Self, Option<serde_json::Error>) {
        struct Collect<'m, 'a>(&'m mut Vec<Member<'a>>);

        impl<'a> Visitor<'a> for Collect<'_, 'a> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
                while let Some((Text(key), json)) = map.next_entry()? {
                    push(
                        self.0,
                        Member {
                            key,
                            json: Some(json),
                        },
                    );
                }
                Ok(())
            }
        }

        let mut list = Vec::new();
        let mut deserializer = serde_json::Deserializer::from_str(object);
        let result = serde::Deserializer::deserialize_map(&mut deserializer, Collect(&mut list))
            .and_then(|()| deserializer.end());
        let members = Self {
            list,
            spellings: Vec::new(),
            object,
        };
        (members, result.err())
    }

    /// Removes a required field and returns its value.
    pub(crate) fn required<T: Field>(&mut self, name: Name) -> Result<T, FieldError<'a>> {
        match self.take(name)? {
            Some(value) => Ok(value),
            None => Err(self.missing(name)),
        }
    }

    /// Creates the error of a required field that is missing.
    pub(crate) fn missing(&self, name: Name) -> FieldError<'a> {
        FieldError {
            kind: FieldErrorKind::Missing,
            path: name.wire.to_owned(),
            part: self.object,
        }
    }

    /// Removes an optional field and returns its value. A value that does not fit is not removed.
    pub(crate) fn optional<T: Field>(&mut self, name: Name) -> Option<T> {
        self.take(name).ok().flatten()
    }

    /// Removes the first spelling of a field that has a value that fits, and returns the value.
    ///
    /// If there are only values that do not fit, returns the error of the first one.
    fn take<T: Field>(&mut self, name: Name) -> Result<Option<T>, FieldError<'a>> {
        let mut first_error = None;
        for spelling in name.spellings() {
            let (index, json) = match self.find(spelling) {
                Ok(Some(found)) => found,
                Ok(None) => continue,
                Err(error) => {
                    first_error.get_or_insert(error);
                    continue;
                }
            };
            match T::cold(json) {
                Ok(value) => {
                    self.take_at(index, name.wire, spelling);
                    return Ok(Some(value));
                }
                Err(error) => {
                    first_error.get_or_insert(error.within(spelling));
                }
            }
        }
        first_error.map_or(Ok(None), Err)
    }

    /// Reads a field without removing it.
    pub(crate) fn peek<T: Field>(&self, name: Name) -> Option<T> {
        name.spellings().find_map(|spelling| self.read(spelling))
    }

    /// Reads one spelling of a field without removing it.
    pub(crate) fn read<T: Field>(&self, spelling: &str) -> Option<T> {
        let (_, json) = self.lookup(spelling).ok()??;
        T::cold(json).ok()
    }

    /// Removes a field and returns its raw value, including `null`.
    pub(crate) fn take_raw(&mut self, name: Name) -> Option<&'a RawValue> {
        for spelling in name.spellings() {
            let sent = self
                .list
                .iter()
                .position(|member| member.key == spelling && member.json.is_some());
            if let Some(index) = sent {
                let json = self.list.get(index).and_then(|member| member.json);
                self.take_at(Some(index), name.wire, spelling);
                return json;
            }
        }
        None
    }

    /// Replaces a field with an empty object. Used for objects that hold nothing but nulls.
    pub(crate) fn replace_with_empty_object(&mut self, name: Name) {
        let mut spellings = name.spellings();
        let found = spellings.find_map(|spelling| self.lookup(spelling).ok()?);
        let index = found.and_then(|(index, _)| index);
        if let Some(member) = index.and_then(|index| self.list.get_mut(index)) {
            member.json = serde_json::from_str("{}").ok();
        }
    }

    /// Removes all members whose value is a string, and returns them sorted by key. Members whose
    /// key is repeated are not removed.
    pub(crate) fn take_strings(&mut self) -> Vec<(Box<str>, Box<str>)> {
        let mut sorted: Vec<_> = self.list.iter_mut().collect();
        sorted.sort_by(|one, other| one.key.cmp(&other.key));
        let mut strings = Vec::new();
        for same in sorted.chunk_by_mut(|one, other| one.key == other.key) {
            let [member] = same else { continue };
            let string = member
                .json
                .and_then(|json| serde_json::from_str(json.get()).ok());
            if let Some(string) = string {
                strings.push((Box::from(&*member.key), string));
                member.json = None;
            }
        }
        strings
    }

    /// Returns `true` if a field is present in any spelling, with a value that is not `null`.
    pub(crate) fn has(&self, name: Name) -> bool {
        name.spellings()
            .any(|spelling| !matches!(self.lookup(spelling), Ok(None)))
    }

    /// Returns an error if a spelling is repeated, even if its values are `null`.
    pub(crate) fn reject_repeated(&self, spelling: &str) -> Result<(), FieldError<'a>> {
        let same = self.list.iter().filter(|member| member.key == spelling);
        match same.filter_map(|member| member.json).nth(1) {
            Some(second) => Err(FieldError::repeated(spelling, second)),
            None => Ok(()),
        }
    }

    /// Removes the members of a spelling that are `null`, which is equivalent to missing, and looks
    /// up its value.
    #[allow(clippy::type_complexity)]
    fn find(
        &mut self,
        spelling: &str,
    ) -> Result<Option<(Option<usize>, &'a RawValue)>, FieldError<'a>> {
        for member in &mut self.list {
            if member.key == spelling && member.is_null() {
                member.json = None;
            }
        }
        self.lookup(spelling)
    }

    /// Looks up the value of a spelling, with its index unless it is inside another field.
    ///
    /// A repeated field is an error. If one reader used the first value and another one the last, a
    /// body could pass a check in one and mean something else in the other.
    #[allow(clippy::type_complexity)]
    fn lookup(
        &self,
        spelling: &str,
    ) -> Result<Option<(Option<usize>, &'a RawValue)>, FieldError<'a>> {
        if let Some((outer, inner)) = spelling.split_once('.') {
            let Some((_, object)) = self.lookup(outer)? else {
                return Ok(None);
            };
            let found = Self::from_json(object)
                .and_then(|members| members.lookup(inner))
                .map_err(|error| error.within(outer))?;
            return Ok(found.map(|(_, json)| (None, json)));
        }
        let mut found = self
            .list
            .iter()
            .enumerate()
            .filter(|(_, member)| member.key == spelling && !member.is_null())
            .filter_map(|(index, member)| Some((Some(index), member.json?)));
        let first = found.next();
        match found.next() {
            Some((_, second)) => Err(FieldError::repeated(spelling, second)),
            None => Ok(first),
        }
    }

    /// Removes the member at the index, and records the spelling if it is not the wire name.
    fn take_at(&mut self, index: Option<usize>, name: &'static str, spelling: &'static str) {
        if let Some(member) = index.and_then(|index| self.list.get_mut(index)) {
            member.json = None;
        }
        if spelling != name {
            self.record_spelling(name, spelling);
        }
    }

    /// Records the spelling in which the field of a wire name was sent.
    pub(crate) fn record_spelling(&mut self, name: &'static str, spelling: &'static str) {
        self.spellings.push((name, spelling));
    }

    /// Returns the members that were not removed.
    pub(crate) fn into_extra(self) -> Extra {
        let rest = self.list.iter().filter(|member| member.json.is_some());
        let mut fields = Vec::with_capacity(rest.count());
        for member in self.list {
            if let Some(json) = member.json {
                fields.push((member.key.into(), RawJson::from(json.to_owned())));
            }
        }
        Extra::from_parts(fields, self.spellings)
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
