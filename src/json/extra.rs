//! Unknown fields of a JSON object.

use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::Map;
use std::{slice, vec};

use serde::Serialize;
use serde::de::{DeserializeOwned, MapAccess};
use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use super::field::push;
use super::log::{Escaped, truncate};
use super::{Name, RawJson, give_up};

/// Fields of a JSON object that its struct does not represent, in the order in which they were
/// sent.
///
/// There are two kinds, both kept as raw JSON:
///
/// - unknown fields, which this version of the crate does not model;
/// - misfits: optional fields whose value does not fit their type. The field of the struct is then
///   `None`.
///
/// Serializing the struct writes both after its own fields. A field of the struct that is set replaces
/// a field of the same name here: a name that the struct models is written from here only while the
/// struct's own field is `None`, and is read back into that field if it fits.
///
/// Equality compares names and values in their order. An empty `Extra` has the size of a pointer and
/// does not allocate.
///
/// # Using a field before this crate models it
///
/// ```
/// use codat_webhooks::{Event, from_slice};
///
/// let webhook = from_slice(br#"{
///     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
///     "eventType": "connection.disconnected",
///     "payload": {
///         "referenceCompany": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"},
///         "connection": {
///             "id": "b1f0a9d2-7c3e-4b56-a1d8-94e7c2f03b65",
///             "status": "Unlinked",
///             "reason": "requested by the customer"
///         }
///     }
/// }"#)?;
///
/// let Event::ConnectionDisconnected(event) = webhook.event else { unreachable!() };
/// let reason: Option<String> = event.connection.extra.parse("reason")?;
/// assert_eq!(reason.as_deref(), Some("requested by the customer"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A later version of the crate may model the field. It is then a field of the struct, and the
/// lookup in `extra` returns `None`. Code that has to work with both versions can serialize the
/// struct and look the field up in the JSON, which always contains it.
///
/// [`Webhook::drift`](crate::Webhook::drift) reports the contents of every `Extra` in an event.
#[derive(Clone, Default)]
pub struct Extra(Option<Box<Inner>>);

#[derive(Clone, Default)]
struct Inner {
    fields: Vec<(Box<str>, RawJson)>,
    /// The wire names that were sent in another spelling, each with that spelling, so that they are
    /// written back unchanged. Ignored by equality and hashing.
    spellings: Vec<(&'static str, &'static str)>,
    /// The key whose value the fast reader reads next.
    next: Box<str>,
}

/// Error returned by [`Extra::parse`] when a field does not fit the requested type.
///
/// `Display` names the field, and shows nothing of its value. The [source](std::error::Error::source) is
/// the error of `serde_json`, which may quote it.
#[derive(Debug, thiserror::Error)]
#[error(
    "extra field `{}` does not fit the requested type",
    Escaped(truncate(name, 64))
)]
pub struct ParseFieldError {
    name: Box<str>,
    source: serde_json::Error,
}

impl ParseFieldError {
    /// Returns the name of the field.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Extra {
    /// Creates an empty `Extra`.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    pub(super) fn from_parts(
        fields: Vec<(Box<str>, RawJson)>,
        spellings: Vec<(&'static str, &'static str)>,
    ) -> Self {
        let empty = fields.is_empty() && spellings.is_empty();
        let inner = Inner {
            fields,
            spellings,
            next: Box::default(),
        };
        Self((!empty).then(|| Box::new(inner)))
    }

    fn fields(&self) -> &[(Box<str>, RawJson)] {
        self.0.as_ref().map_or(&[], |inner| &inner.fields)
    }

    /// Returns the value of a field, or the first one if the field was repeated.
    ///
    /// Names are case-sensitive.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&RawJson> {
        self.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// Deserializes the value of a field into a type of your choice. Returns `None` if there is no field
    /// of the name, or if it is `null`.
    ///
    /// # Errors
    ///
    /// Returns an error that names the field if its value does not fit `T`.
    pub fn parse<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ParseFieldError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        value.parse().map_err(|source| ParseFieldError {
            name: name.into(),
            source,
        })
    }

    /// Sets a field to a value and returns its previous value, if any. A new field is added at the end.
    ///
    /// ```
    /// use codat_webhooks::value::Extra;
    ///
    /// let mut extra = Extra::new();
    /// extra.set("seats", &12)?;
    /// assert_eq!(extra.parse("seats")?, Some(12));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the value cannot be represented in JSON. See [`RawJson::new`].
    pub fn set(
        &mut self,
        name: impl Into<String>,
        value: &(impl Serialize + ?Sized),
    ) -> serde_json::Result<Option<RawJson>> {
        Ok(self.insert(name, RawJson::new(value)?))
    }

    /// Returns an iterator over the names and values of the fields, in the order in which they were
    /// sent.
    #[must_use]
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// Sets a field to raw JSON and returns its previous value, if any. A new field is added at the end.
    ///
    /// The name should not be one that the struct models: see [`Extra`].
    pub fn insert(&mut self, name: impl Into<String>, value: RawJson) -> Option<RawJson> {
        let name = name.into();
        let fields = &mut self.0.get_or_insert_default().fields;
        if let Some((_, known)) = fields.iter_mut().find(|(known, _)| **known == *name) {
            return Some(std::mem::replace(known, value));
        }
        fields.push((name.into(), value));
        None
    }

    /// Removes a field and returns its value. If the field was repeated, removes the first one.
    pub fn remove(&mut self, name: &str) -> Option<RawJson> {
        let fields = &mut self.0.as_mut()?.fields;
        let index = fields.iter().position(|(known, _)| **known == *name)?;
        Some(fields.remove(index).1)
    }

    /// Returns the number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields().len()
    }

    /// Returns `true` if there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().is_empty()
    }

    /// Returns the spelling in which the field of a wire name was sent.
    pub(crate) fn spelling(&self, name: &'static str) -> &'static str {
        let inner = self.0.as_ref();
        inner
            .and_then(|inner| inner.spellings.iter().find(|(known, _)| *known == name))
            .map_or(name, |(_, sent)| sent)
    }

    /// Writes the fields, except those for which `is_written` returns `true`.
    pub(crate) fn write<M: SerializeMap>(
        &self,
        map: &mut M,
        is_written: impl Fn(&str) -> bool,
    ) -> Result<(), M::Error> {
        self.iter()
            .filter(|(name, _)| !is_written(name))
            .try_for_each(|(name, value)| map.serialize_entry(name, value))
    }
}

impl<'a> IntoIterator for &'a Extra {
    type Item = (&'a str, &'a RawJson);
    type IntoIter = Map<
        slice::Iter<'a, (Box<str>, RawJson)>,
        fn(&'a (Box<str>, RawJson)) -> (&'a str, &'a RawJson),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.fields().iter().map(|(name, value)| (&**name, value))
    }
}

impl IntoIterator for Extra {
    type Item = (Box<str>, RawJson);
    type IntoIter = vec::IntoIter<(Box<str>, RawJson)>;

    fn into_iter(self) -> Self::IntoIter {
        let fields = self.0.map(|inner| inner.fields);
        fields.unwrap_or_default().into_iter()
    }
}

/// Sets each field, as [`Extra::insert`] does, in linear time.
impl<K: Into<String>> Extend<(K, RawJson)> for Extra {
    fn extend<I: IntoIterator<Item = (K, RawJson)>>(&mut self, new: I) {
        let mut new = new.into_iter().peekable();
        if new.peek().is_none() {
            return;
        }
        let fields = &mut self.0.get_or_insert_default().fields;
        let mut indexes = HashMap::new();
        for (index, (name, _)) in fields.iter().enumerate() {
            indexes.entry(name.clone()).or_insert(index);
        }
        for (name, value) in new {
            let name = name.into().into_boxed_str();
            let known = indexes.get(&name).and_then(|index| fields.get_mut(*index));
            if let Some((_, known)) = known {
                *known = value;
            } else {
                indexes.insert(name.clone(), fields.len());
                fields.push((name, value));
            }
        }
    }
}

impl<K: Into<String>> FromIterator<(K, RawJson)> for Extra {
    fn from_iter<I: IntoIterator<Item = (K, RawJson)>>(fields: I) -> Self {
        let mut extra = Self::new();
        extra.extend(fields);
        extra
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.fields() == other.fields()
    }
}

impl Eq for Extra {}

impl Hash for Extra {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fields().hash(state);
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

/// What the fast reader does with unknown fields. Usually there are none, so that it costs a pointer.
impl Extra {
    /// Notes an unknown key.
    #[cold]
    #[inline(never)]
    pub(super) fn note_key(&mut self, key: &str) {
        self.0.get_or_insert_default().next = key.into();
    }

    /// Reads the value of the key that was noted, and keeps both. A key may be repeated.
    ///
    /// Gives up if the key is a spelling of a field, or contains one: the slow reader decides between
    /// spellings.
    #[cold]
    #[inline(never)]
    pub(crate) fn parse_value<'de, A: MapAccess<'de>>(
        &mut self,
        map: &mut A,
        names: &[Name],
    ) -> Result<(), A::Error> {
        let inner = self.0.get_or_insert_default();
        let mut spellings = names.iter().flat_map(|name| name.spellings());
        let is_spelling = spellings.any(|spelling| {
            let rest = spelling.strip_prefix(&*inner.next);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        if is_spelling {
            return Err(give_up());
        }
        let value: Box<RawValue> = map.next_value()?;
        if inner.fields.is_empty() {
            // Usually there is no other.
            inner.fields.reserve_exact(1);
        }
        push(
            &mut inner.fields,
            (std::mem::take(&mut inner.next), value.into()),
        );
        Ok(())
    }
}
