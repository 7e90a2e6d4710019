//! Unknown fields of a JSON object: [`Extra`] and its iterators.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::{slice, vec};

use serde::ser::SerializeMap;

use super::{Field, Members, RawJson};

/// Fields of a JSON object that its struct does not represent, in the order in which they were
/// sent.
///
/// There are two kinds, both kept as raw JSON:
///
/// - unknown fields, which this version of the crate does not model;
/// - misfits: optional fields whose value does not fit their type. The field of the struct is then
///   `None`.
///
/// Serializing the struct writes both after its own fields. If you set a field of the struct, it
/// replaces the misfit of the same name.
///
/// An empty `Extra` has the size of a pointer and does not allocate.
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
/// let reason = event.connection.extra.get("reason").map(|raw| raw.parse::<String>());
/// assert_eq!(reason.transpose()?.as_deref(), Some("requested by the customer"));
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
}

impl Extra {
    /// Creates an empty `Extra`.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    pub(crate) fn from_parts(
        fields: Vec<(Box<str>, RawJson)>,
        spellings: Vec<(&'static str, &'static str)>,
    ) -> Self {
        let empty = fields.is_empty() && spellings.is_empty();
        Self((!empty).then(|| Box::new(Inner { fields, spellings })))
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

    /// Returns an iterator over the names and values of the fields, in the order in which they were
    /// sent.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.fields().iter())
    }

    /// Sets a field and returns its previous value, if any. A new field is added at the end.
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

    /// Reads a field from inside an unknown field, by its path, such as `referenceCompany.id`.
    pub(crate) fn field_within<T: Field>(&self, path: &str) -> Option<T> {
        let (outer, inner) = path.split_once('.')?;
        let members = Members::from_json(self.get(outer)?.as_raw()).ok()?;
        members.read(inner)
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

/// Iterator over the names and values of an [`Extra`]. Created by [`Extra::iter`].
#[derive(Clone, Debug)]
pub struct Iter<'a>(slice::Iter<'a, (Box<str>, RawJson)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a RawJson);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (&**name, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(name, value)| (&**name, value))
    }
}

impl<'a> IntoIterator for &'a Extra {
    type Item = (&'a str, &'a RawJson);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Owning iterator over the names and values of an [`Extra`]. Created by its `into_iter`.
#[derive(Debug)]
pub struct IntoIter(vec::IntoIter<(Box<str>, RawJson)>);

impl Iterator for IntoIter {
    type Item = (String, RawJson);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.into(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for IntoIter {}

impl IntoIterator for Extra {
    type Item = (String, RawJson);
    type IntoIter = IntoIter;

    fn into_iter(self) -> IntoIter {
        let fields = self.0.map(|inner| inner.fields);
        IntoIter(fields.unwrap_or_default().into_iter())
    }
}

impl<K: Into<String>> Extend<(K, RawJson)> for Extra {
    fn extend<I: IntoIterator<Item = (K, RawJson)>>(&mut self, fields: I) {
        for (name, value) in fields {
            self.insert(name, value);
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
