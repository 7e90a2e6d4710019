//! [`Members`]: the members of a JSON object, raw, which the slow reader takes one by one.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::field::push;
use super::{Extra, Field, FieldError, FieldErrorKind, Name, RawJson, Text};

/// A value, with its index in the list of members unless it is inside one of them.
type Found<'a> = (Option<usize>, &'a RawValue);

/// Members of a JSON object. The slow reader removes the fields one by one; the rest is the
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
            Some(_) if !json.get().starts_with('{') => Err(FieldError::misfit("an object", json)),
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
            object: object.trim_start(),
        };
        (members, result.err())
    }

    /// Removes a required field and returns its value. The first spelling that is present and not
    /// `null` decides.
    pub(crate) fn required<T: Field>(&mut self, name: Name) -> Result<T, FieldError<'a>> {
        let mut value = None;
        self.take(name, true, &mut |json| {
            value = Some(T::parse(json)?);
            Ok(())
        })?;
        value.ok_or_else(|| self.missing(name))
    }

    /// Creates the error of a required field that is missing.
    pub(crate) fn missing(&self, name: Name) -> FieldError<'a> {
        FieldError {
            kind: FieldErrorKind::Missing,
            path: name.wire.to_owned(),
            part: self.object,
        }
    }

    /// Removes an optional field and returns its value: that of the first spelling whose value fits. A
    /// value that does not fit is not removed.
    pub(crate) fn optional<T: Field>(&mut self, name: Name) -> Option<T> {
        let mut value = None;
        // After an error, there is no value.
        let _ = self.take(name, false, &mut |json| {
            value = Some(T::parse(json)?);
            Ok(())
        });
        value
    }

    /// Removes a field that `read` accepts. Compiled once for all types.
    fn take(
        &mut self,
        name: Name,
        required: bool,
        read: &mut dyn FnMut(&'a RawValue) -> Result<(), FieldError<'a>>,
    ) -> Result<(), FieldError<'a>> {
        self.drop_nulls(name);
        let mut first_error = None;
        for spelling in name.spellings() {
            let result = match self.lookup(spelling) {
                Ok(None) => continue,
                Ok(Some((index, json))) => match read(json) {
                    Ok(()) => {
                        self.take_at(index, name.wire, spelling);
                        return Ok(());
                    }
                    Err(error) => Err(error.within(spelling)),
                },
                Err(error) => Err(error),
            };
            if required {
                return result;
            }
            first_error.get_or_insert(result);
        }
        first_error.unwrap_or(Ok(()))
    }

    /// Reads a field without removing it: the first spelling whose value fits.
    pub(crate) fn peek<T: Field>(&self, name: Name) -> Option<T> {
        let mut value = None;
        self.look(name, &mut |json| {
            value = T::parse(json).ok();
            value.is_some()
        });
        value
    }

    /// Passes the values of a field to the function until it accepts one. Compiled once for all types.
    fn look(&self, name: Name, accepts: &mut dyn FnMut(&RawValue) -> bool) {
        for spelling in name.spellings() {
            if self.holds(spelling, &mut *accepts) {
                return;
            }
        }
    }

    /// Returns `true` if there is a value under the spelling, and the function accepts it.
    pub(super) fn holds(&self, spelling: &str, accepts: impl FnOnce(&RawValue) -> bool) -> bool {
        matches!(self.lookup(spelling), Ok(Some((_, json))) if accepts(json))
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

    /// Replaces a field that is an object with an empty one. Used for an object that holds nothing but
    /// nulls.
    pub(crate) fn replace_with_empty_object(&mut self, name: Name) {
        let is_object = |(_, json): &Found<'_>| json.get().starts_with('{');
        let mut found = name
            .spellings()
            .filter_map(|spelling| self.lookup(spelling).ok()?);
        let index = found.find(is_object).and_then(|(index, _)| index);
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

    /// Returns `true` if a field is present under its wire name, with a value that is not `null`.
    pub(crate) fn has_wire(&self, name: Name) -> bool {
        !matches!(self.lookup(name.wire), Ok(None))
    }

    /// Returns an error if a spelling is repeated, even if its values are `null`.
    pub(crate) fn reject_repeated(&self, spelling: &str) -> Result<(), FieldError<'a>> {
        let same = self.list.iter().filter(|member| member.key == spelling);
        match same.filter_map(|member| member.json).nth(1) {
            Some(second) => Err(FieldError::repeated(spelling, second)),
            None => Ok(()),
        }
    }

    /// Removes the members of a field that are `null`, which is equivalent to missing.
    pub(crate) fn drop_nulls(&mut self, name: Name) {
        for member in &mut self.list {
            if member.is_null() && name.spellings().any(|spelling| member.key == spelling) {
                member.json = None;
            }
        }
    }

    /// Looks up the value of a spelling, with its index unless it is inside another field.
    ///
    /// A repeated field is an error. If one reader used the first value and another one the last, a
    /// body could pass a check in one and mean something else in the other.
    fn lookup(&self, spelling: &str) -> Result<Option<Found<'a>>, FieldError<'a>> {
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

    /// Removes the members that are left.
    pub(crate) fn take_extra(&mut self) -> Extra {
        let rest = self.list.iter().filter(|member| member.json.is_some());
        let mut fields = Vec::with_capacity(rest.count());
        for member in std::mem::take(&mut self.list) {
            if let Some(json) = member.json {
                fields.push((member.key.into(), RawJson::from(json.to_owned())));
            }
        }
        Extra::from_parts(fields, std::mem::take(&mut self.spellings))
    }
}
