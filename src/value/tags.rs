//! Tags of a company.

use std::fmt;
use std::iter::Map;
use std::{slice, vec};

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::json::{
    DriftKind, Extra, Field, FieldError, Members, Walk, check_format, give_up, parse, raw_value,
};

/// Tags that a Codat client has set on a company: a map from string to string, ordered by key.
///
/// Codat allows at most 10 tags, with keys of 1 to 27 characters and values of at most 100. This
/// type does not enforce these limits.
///
/// ```
/// use codat_webhooks::value::Tags;
///
/// let tags: Tags = [("region", "us"), ("team", "risk")].into_iter().collect();
/// assert_eq!(tags.get("region"), Some("us"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Tags {
    /// Sorted by key, without duplicate keys.
    tags: Vec<(Box<str>, Box<str>)>,
    /// The tags whose value is not a string, and tags whose key was repeated.
    pub extra: Extra,
}

impl Tags {
    /// Creates an empty `Tags`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            tags: Vec::new(),
            extra: Extra::new(),
        }
    }

    /// Returns the value of a tag. Keys are case-sensitive.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let index = self.index(key).ok()?;
        self.tags.get(index).map(|(_, value)| &**value)
    }

    fn index(&self, key: &str) -> Result<usize, usize> {
        self.tags.binary_search_by(|(known, _)| (**known).cmp(key))
    }

    /// Returns an iterator over the keys and values, ordered by key.
    #[must_use]
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// Sets a tag and returns its previous value, if any.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<String>) -> Option<String> {
        let (key, mut value) = (key.into(), value.into().into_boxed_str());
        match self.index(&key) {
            Ok(index) => {
                std::mem::swap(&mut self.tags.get_mut(index)?.1, &mut value);
                Some(value.into())
            }
            Err(index) => {
                self.tags.insert(index, (key.into(), value));
                None
            }
        }
    }

    /// Removes a tag and returns its value, if it was set.
    pub fn remove(&mut self, key: &str) -> Option<String> {
        let index = self.index(key).ok()?;
        Some(self.tags.remove(index).1.into())
    }

    /// Returns the number of tags.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// Returns `true` if there are no tags.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Sorts the tags by key. Returns `None` if a key is repeated.
    fn sort(mut tags: Vec<(Box<str>, Box<str>)>) -> Option<Vec<(Box<str>, Box<str>)>> {
        tags.sort();
        let repeated = tags
            .windows(2)
            .any(|pair| matches!(pair, [(first, _), (second, _)] if first == second));
        (!repeated).then_some(tags)
    }
}

impl IntoIterator for Tags {
    type Item = (Box<str>, Box<str>);
    type IntoIter = vec::IntoIter<(Box<str>, Box<str>)>;

    fn into_iter(self) -> Self::IntoIter {
        self.tags.into_iter()
    }
}

impl<'a> IntoIterator for &'a Tags {
    type Item = (&'a str, &'a str);
    type IntoIter = Map<
        slice::Iter<'a, (Box<str>, Box<str>)>,
        fn(&'a (Box<str>, Box<str>)) -> (&'a str, &'a str),
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.tags.iter().map(|(key, value)| (&**key, &**value))
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(tags: I) -> Self {
        let mut all = Self::new();
        all.extend(tags);
        all
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for Tags {
    fn from(tags: [(K, V); N]) -> Self {
        tags.into_iter().collect()
    }
}

/// Sets each tag, in linear time but for sorting.
impl<K: Into<String>, V: Into<String>> Extend<(K, V)> for Tags {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, tags: I) {
        for (key, value) in tags {
            self.tags.push((key.into().into(), value.into().into()));
        }
        // The sort keeps the order of equal keys, of which the last one stays.
        self.tags.reverse();
        self.tags.sort_by(|one, other| one.0.cmp(&other.0));
        self.tags.dedup_by(|one, other| one.0 == other.0);
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        check_format(&serializer)?;
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self {
            map.serialize_entry(key, value)?;
        }
        self.extra.write(&mut map, |key| self.get(key).is_some())?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = raw_value(deserializer)?;
        Self::slow(&json).map_err(D::Error::custom)
    }
}

impl Field for Tags {
    const EXPECTED: &'static str = "an object";

    fn fast<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TagsVisitor;

        impl<'de> Visitor<'de> for TagsVisitor {
            type Value = Tags;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Tags::EXPECTED)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let mut tags = Vec::new();
                while let Some(tag) = map.next_entry()? {
                    tags.push(tag);
                }
                Ok(Tags {
                    tags: Tags::sort(tags).ok_or_else(give_up)?,
                    extra: Extra::new(),
                })
            }
        }

        deserializer.deserialize_map(TagsVisitor)
    }

    fn parse(json: &RawValue) -> Result<Self, FieldError<'_>> {
        parse(json)
    }

    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        let mut members = Members::from_json(json)?;
        let tags = members.take_strings();
        Ok(Self {
            tags,
            extra: members.take_extra(),
        })
    }

    fn drift(&self, walk: &mut Walk) {
        // The path leaves out the key, which is text of the client.
        for (_, value) in &self.extra {
            walk.note(DriftKind::Misfit, Some(value.as_str()));
        }
    }
}
