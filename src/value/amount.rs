//! Amounts of money, exact.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::Field;

/// An amount of money: the decimal number as Codat wrote it, digit for digit.
///
/// Written back as a JSON number with the same digits. Two are equal when their texts are: `0.10`
/// and `0.1` are the same money, but not the same text. To calculate, hand
/// [`as_str`](Self::as_str) to a decimal type.
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
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Amount(Box<RawValue>);

impl Amount {
    /// The decimal text, in the form of a JSON number: `-12.50`, `0.10`, `1e3`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The nearest floating-point number, for display and statistics: money does not fit one
    /// exactly. Infinite where the amount is out of range.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        // Every JSON number is a number to Rust as well.
        self.as_str().parse().unwrap_or(f64::NAN)
    }
}

/// The text is not a decimal number as JSON writes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number: digits with an optional minus sign, fraction and exponent expected")]
pub struct ParseAmountError(());

impl FromStr for Amount {
    type Err = ParseAmountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str::<&RawValue>(text)
            .ok()
            // White space around a number is fine in JSON, but not part of the number.
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

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if is_number(&raw) {
            return Ok(Self(raw));
        }
        Err(D::Error::custom("expected a decimal number"))
    }
}

impl Field for Amount {
    const EXPECTED: &'static str = "a decimal number";
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
        // As numbers are padded, but never cut: a precision would leave another amount.
        match self.as_str().strip_prefix('-') {
            Some(digits) => f.pad_integral(false, "", digits),
            None => f.pad_integral(true, "", self.as_str()),
        }
    }
}
