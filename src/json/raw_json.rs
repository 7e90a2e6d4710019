//! JSON values of any shape.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::{raw_value, write_raw_value};

/// JSON value of any shape, kept and written back byte for byte.
///
/// Equality compares the text: the same value with different white space, or with its keys in another
/// order, is not equal. Both change on the way through a `serde_json::Value`.
///
/// White space between tokens is kept, including line breaks. If you write JSON Lines, replace the
/// line breaks with spaces; this is safe, because a JSON string cannot contain a literal line
/// break.
///
/// `serde_json` writes the text as it is. Other human-readable formats write the value, and binary ones
/// return an error: store [`as_str`](Self::as_str) in them.
///
/// ```
/// use codat_webhooks::value::RawJson;
///
/// let info: RawJson = serde_json::from_str(r#"{"region":"eu", "seats":12.50}"#)?;
/// assert_eq!(info.as_str(), r#"{"region":"eu", "seats":12.50}"#);
///
/// let value: serde_json::Value = info.parse()?;
/// assert_eq!(value["region"], "eu");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct RawJson(Box<RawValue>);

impl RawJson {
    /// Serializes a value.
    ///
    /// # Errors
    ///
    /// Returns the error of [`serde_json`] if the value cannot be represented in JSON: if its `Serialize`
    /// fails, or if it has a map with keys that are not strings.
    ///
    /// ```
    /// use codat_webhooks::value::RawJson;
    ///
    /// assert_eq!(RawJson::new(&["eu", "us"])?.as_str(), r#"["eu","us"]"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(value: &(impl Serialize + ?Sized)) -> serde_json::Result<Self> {
        serde_json::value::to_raw_value(value).map(Self)
    }

    /// Returns the JSON text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Deserializes the value into a type of your choice.
    ///
    /// # Errors
    ///
    /// Returns the error of [`serde_json`] if the value does not fit `T`. Its message may quote
    /// values, so it is not necessarily safe to log.
    pub fn parse<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.as_str())
    }
}

impl RawJson {
    pub(crate) fn as_raw(&self) -> &RawValue {
        &self.0
    }
}

impl AsRef<str> for RawJson {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// Checks that the text is a JSON value. White space around it is dropped.
impl FromStr for RawJson {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text).map(Self)
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_raw_value(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for RawJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        raw_value(deserializer).map(Self)
    }
}

impl From<Box<RawValue>> for RawJson {
    fn from(raw: Box<RawValue>) -> Self {
        Self(raw)
    }
}

impl From<RawJson> for Box<RawValue> {
    fn from(json: RawJson) -> Self {
        json.0
    }
}

impl PartialEq for RawJson {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RawJson {}

impl Hash for RawJson {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawJson({self})")
    }
}

impl fmt::Display for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
