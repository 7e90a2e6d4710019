//! Exact amounts of money.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::json::{Field, FieldError, give_up, raw_value, write_raw_value};

/// Amount of money: a decimal number with exactly the digits that were sent.
///
/// It is written back as a JSON number with the same digits. It holds no currency; where one was
/// sent, it is in another field of the payload.
///
/// This type does no arithmetic. To calculate with an amount, parse [`as_str`](Self::as_str) into a
/// decimal type of your choice.
///
/// Equality compares the digits, not the numeric value: `0.10` and `0.1` are not equal.
///
/// ```
/// use codat_webhooks::value::Amount;
///
/// let balance: Amount = serde_json::from_str("12345678901234567.89")?;
/// assert_eq!(balance.as_str(), "12345678901234567.89");
/// assert_eq!(serde_json::to_string(&balance)?, "12345678901234567.89");
///
/// assert_eq!("0.10".parse::<Amount>().unwrap().to_f64(), 0.1);
/// assert!("ten".parse::<Amount>().is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Amount(Box<RawValue>);

impl Amount {
    /// Returns the number in the syntax of JSON, such as `-12.50`, `0.10` or `1e3`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// Returns the nearest floating-point number, or an infinity if the amount is out of range.
    ///
    /// Most decimal fractions have no exact floating-point representation, so use the result for
    /// statistics or charts, not for accounting.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // `f64` parses every JSON number.
        self.as_str().parse().unwrap_or(f64::NAN)
    }
}

/// Error returned when a string is not a valid [`Amount`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number: expected digits with an optional minus sign, fraction and exponent")]
pub struct ParseAmountError(());

impl FromStr for Amount {
    type Err = ParseAmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str::<&RawValue>(text)
            .ok()
            // `RawValue` accepts white space around the number.
            .filter(|raw| raw.get().len() == text.len() && is_number(raw))
            .map(|raw| Self(raw.to_owned()))
            .ok_or(ParseAmountError(()))
    }
}

fn is_number(raw: &RawValue) -> bool {
    raw.get()
        .starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

macro_rules! from_integers {
    ($($integer:ty)+) => {$(
        impl From<$integer> for Amount {
            fn from(amount: $integer) -> Self {
                // Every integer is a JSON number.
                amount.to_string().parse().unwrap_or_else(|_| Self(RawValue::NULL.to_owned()))
            }
        }
    )+};
}

from_integers!(i32 i64 u32 u64);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_raw_value(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw_value(deserializer)?;
        Self::slow(&raw).map_err(D::Error::custom)
    }
}

impl Field for Amount {
    const EXPECTED: &'static str = "a decimal number";

    fn fast<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The fast reader reads JSON text only.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if is_number(&raw) {
            Ok(Self(raw))
        } else {
            Err(give_up())
        }
    }

    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        if is_number(json) {
            Ok(Self(json.to_owned()))
        } else {
            Err(FieldError::misfit(Self::EXPECTED, json))
        }
    }
}

impl PartialEq for Amount {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Amount {}

impl Hash for Amount {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Width and alignment apply as to any number, but not the precision: it would truncate the
        // digits.
        match self.as_str().strip_prefix('-') {
            Some(digits) => f.pad_integral(false, "", digits),
            None => f.pad_integral(true, "", self.as_str()),
        }
    }
}
