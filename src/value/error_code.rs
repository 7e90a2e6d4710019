//! Status codes of connection errors.

use std::hash::{Hash, Hasher};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::Amount;
use crate::json::{AsText, Field, FieldError, check_format, raw_value, text_forms};

/// Status code of a [`ConnectionError`](crate::payload::ConnectionError), usually an HTTP status
/// code.
///
/// Codat sends it as a string (`"403"`). A JSON number is read too, and written back as a number.
///
/// Equality compares the text, so the string and the number are equal.
///
/// ```
/// use codat_webhooks::value::ErrorCode;
///
/// assert_eq!(ErrorCode::from("403").as_str(), "403");
/// assert_eq!(serde_json::from_str::<ErrorCode>("403")?.as_str(), "403");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ErrorCode(Repr);

#[derive(Clone, Debug)]
enum Repr {
    Text(Box<str>),
    Number(Amount),
}

impl ErrorCode {
    /// Returns the code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Text(text) => text,
            Repr::Number(number) => number.as_str(),
        }
    }
}

impl PartialEq for ErrorCode {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for ErrorCode {}

impl Hash for ErrorCode {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// The code is serialized as a JSON string.
impl From<&str> for ErrorCode {
    fn from(text: &str) -> Self {
        Self(Repr::Text(text.into()))
    }
}

/// The code is serialized as a JSON number.
impl From<Amount> for ErrorCode {
    fn from(number: Amount) -> Self {
        Self(Repr::Number(number))
    }
}

impl AsText for ErrorCode {
    fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
        function(self.as_str())
    }
}

text_forms!(any ErrorCode as_str);

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        check_format(&serializer)?;
        match &self.0 {
            Repr::Text(text) => text.serialize(serializer),
            Repr::Number(number) => number.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw_value(deserializer)?;
        Self::slow(&raw).map_err(D::Error::custom)
    }
}

impl Field for ErrorCode {
    const EXPECTED: &'static str = "a string or a number";

    fn fast<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The fast reader reads JSON text only.
        let raw = <&RawValue>::deserialize(deserializer)?;
        Self::slow(raw).map_err(D::Error::custom)
    }

    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        if let Ok(number) = json.get().parse() {
            return Ok(Self(Repr::Number(number)));
        }
        serde_json::from_str(json.get())
            .map(|text| Self(Repr::Text(text)))
            .map_err(|_| FieldError::misfit(Self::EXPECTED, json))
    }
}
