//! `arbitrary::Arbitrary` for raw JSON, extra fields and vocabularies.
//!
//! The values are those that reading can yield, here and in the other files of this name, so that
//! writing and reading them is a round trip.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{Extra, Name, RawJson};

/// Returns `true` in one of eight cases.
///
/// Unlike `Unstructured::ratio`, returns `false` when the bytes are exhausted, so that loops end.
fn one_in_eight(u: &mut Unstructured<'_>) -> Result<bool> {
    Ok(u8::arbitrary(u)? % 8 == 7)
}

/// Returns a documented value of a vocabulary, or one of any other text.
pub(crate) fn known_or_other<T: Clone + for<'t> From<&'t str>>(
    u: &mut Unstructured<'_>,
    known: &[T],
) -> Result<T> {
    Ok(if u.ratio(3, 4)? {
        u.choose(known)?.clone()
    } else {
        T::from(u.arbitrary::<&str>()?)
    })
}

impl Extra {
    /// Returns extra fields for an object with fields of the given names.
    pub(crate) fn arbitrary_beside(u: &mut Unstructured<'_>, names: &[Name]) -> Result<Self> {
        let mut extra = Self::new();
        // Most objects have no extra fields.
        while one_in_eight(u)? {
            let key = String::arbitrary(u)?;
            let mut known = names.iter().flat_map(|name| name.spellings());
            if !known.any(|name| *name == *key) {
                extra.insert(key, u.arbitrary()?);
            }
        }
        Ok(extra)
    }
}

impl<'a> Arbitrary<'a> for Extra {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::arbitrary_beside(u, &[])
    }
}

/// Any JSON value except `null`, which an optional field reads as missing.
impl<'a> Arbitrary<'a> for RawJson {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let json = json(u, 0)?;
        let json = if json == "null" { "{}" } else { &json };
        json.parse().map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

fn json(u: &mut Unstructured<'_>, depth: u8) -> Result<String> {
    fn string(u: &mut Unstructured<'_>) -> Result<String> {
        Ok(serde_json::Value::String(u.arbitrary()?).to_string())
    }
    let deepest = if depth < 3 { 5 } else { 3 };
    let mut items = Vec::new();
    Ok(match u.int_in_range(0..=deepest)? {
        0 => "null".to_owned(),
        1 => bool::arbitrary(u)?.to_string(),
        2 => number(u)?,
        3 => string(u)?,
        4 => {
            while u.arbitrary()? {
                items.push(json(u, depth.saturating_add(1))?);
            }
            format!("[{}]", items.join(" , "))
        }
        _ => {
            while u.arbitrary()? {
                items.push(format!(
                    "{}: {}",
                    string(u)?,
                    json(u, depth.saturating_add(1))?
                ));
            }
            format!("{{{}}}", items.join(",\n"))
        }
    })
}

/// Returns a JSON number with trailing zeros, an exponent, and more digits than an `f64` has.
pub(crate) fn number(u: &mut Unstructured<'_>) -> Result<String> {
    let (minus, whole, cents, exponent): (bool, u64, Option<u8>, Option<i8>) = u.arbitrary()?;
    let minus = if minus { "-" } else { "" };
    let cents = cents.map_or(String::new(), |cents| format!(".{cents:03}"));
    let exponent = exponent.map_or(String::new(), |exponent| format!("e{exponent}"));
    Ok(format!("{minus}{whole}{cents}{exponent}"))
}
