//! Status codes of connection errors.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::Field;

/// Status code of a [`ConnectionError`](crate::payload::ConnectionError), usually an HTTP status
/// code.
///
/// Codat sends it as a string (`"403"`). A JSON number is read too, and written back as a number.
///
/// Equality compares the text, so the string and the number are equal.
///
/// ```
/// use codat_webhooks::value::StatusCode;
///
/// assert_eq!(StatusCode::from("403").as_str(), "403");
/// assert_eq!(serde_json::from_str::<StatusCode>("403")?.as_str(), "403");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct StatusCode(Repr);

#[derive(Clone, Debug)]
enum Repr {
    Text(Box<str>),
    Number(super::Amount),
}

impl StatusCode {
    /// Returns the code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Text(text) => text,
            Repr::Number(number) => number.as_str(),
        }
    }
}

impl PartialEq for StatusCode {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for StatusCode {}

impl Hash for StatusCode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

super::equal_to_text!(impl[] StatusCode, |code, text| *code.as_str() == *text);

/// The status code is serialized as a JSON number.
impl From<super::Amount> for StatusCode {
    fn from(number: super::Amount) -> Self {
        Self(Repr::Number(number))
    }
}

impl AsRef<str> for StatusCode {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

/// The status code is serialized as a JSON string.
impl From<&str> for StatusCode {
    fn from(text: &str) -> Self {
        Self(Repr::Text(text.into()))
    }
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for StatusCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Text(text) => text.serialize(serializer),
            Repr::Number(number) => number.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for StatusCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if let Ok(number) = raw.get().parse() {
            return Ok(Self(Repr::Number(number)));
        }
        serde_json::from_str(raw.get())
            .map(|text| Self(Repr::Text(text)))
            .map_err(|_| D::Error::custom("expected a string or a number"))
    }
}

impl Field for StatusCode {
    const EXPECTED: &'static str = "a string or a number";
}
