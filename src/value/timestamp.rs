//! Dates and times, kept as the text that Codat wrote.

use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

use super::{Field, text_impls};
use crate::drift::{DriftKind, Walk};

/// A date or a time, as the text that Codat wrote, with typed views.
///
/// Codat writes three forms, and each means something else:
///
/// | form | example | view |
/// |---|---|---|
/// | UTC or with an offset | `2025-03-14T09:26:53Z`, `2025-03-14T09:26:53.5+01:00` | [`instant`](Self::instant) |
/// | without an offset: local to the business whose data it is | `2025-03-14T09:26:53` | [`local`](Self::local) |
/// | a date only | `2025-03-14` | [`date`](Self::date) |
///
/// A fraction of a second has any number of digits, and a space may stand in place of the `T`.
/// Reading never fails on the text: one that is no date at all, or an impossible one, is kept, and
/// all its views are `None`. Two timestamps are equal when their texts are.
///
/// ```
/// use codat_webhooks::value::Timestamp;
///
/// let sent = Timestamp::from("2025-03-14T09:26:53.5897932+01:00");
/// assert_eq!(sent.to_utc().unwrap().to_string(), "2025-03-14 08:26:53.589793200 UTC");
///
/// let local = Timestamp::from("2025-03-14T09:26:53");
/// assert_eq!(local.instant(), None); // never silently an instant
/// assert!(local.local().is_some());
/// ```
#[derive(Clone)]
pub struct Timestamp(Repr);

/// A date is short, and an event has several: those of Codat's usual forms take no allocation.
#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Boxed(Box<str>),
}

const INLINE: usize = 30;

impl Timestamp {
    /// The text that Codat wrote.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Inline { len, bytes } => {
                let text = bytes.get(..usize::from(*len)).unwrap_or_default();
                // It was text before.
                std::str::from_utf8(text).unwrap_or_default()
            }
            Repr::Boxed(text) => text,
        }
    }

    /// The instant, with the offset it was written with. `None` unless there is an offset (or `Z`).
    #[must_use]
    pub fn instant(&self) -> Option<DateTime<FixedOffset>> {
        instant(self.as_str())
    }

    /// The local date and time. `None` unless the text has both and no offset.
    ///
    /// Local to the business whose data it is; for a field documented as UTC see
    /// [`assume_utc`](Self::assume_utc).
    #[must_use]
    pub fn local(&self) -> Option<NaiveDateTime> {
        Some(instant(&format!("{self}Z"))?.naive_utc())
    }

    /// The calendar date as it is written, whichever of the three forms the text has.
    #[must_use]
    pub fn date(&self) -> Option<NaiveDate> {
        self.instant()
            .and_then(|instant| wall_clock(&instant))
            .map(|wall_clock| wall_clock.date())
            .or_else(|| self.local().map(|local| local.date()))
            .or_else(|| Some(instant(&format!("{self}T00:00:00Z"))?.date_naive()))
    }

    /// The instant in UTC. `None` unless the text has an offset (or `Z`).
    #[must_use]
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        self.instant().map(|instant| instant.to_utc())
    }

    /// The instant in UTC, where a text without an offset is taken to be UTC.
    ///
    /// For fields that are documented as UTC, such as an event's `generatedDate`. `None` for a
    /// date only.
    #[must_use]
    pub fn assume_utc(&self) -> Option<DateTime<Utc>> {
        self.to_utc()
            .or_else(|| self.local().map(|local| local.and_utc()))
    }
}

/// Reads RFC 3339, with a space or a `T`, and beyond it the years of five digits or below zero that
/// chrono can write, in the form in which it writes them (its general parser would let blanks and
/// single digits pass).
fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    if text.starts_with(['+', '-']) {
        let instant: DateTime<FixedOffset> = text.parse().ok()?;
        let forms = [Timestamp::from(instant), Timestamp::from(instant.to_utc())];
        return forms.iter().any(|form| form == text).then_some(instant);
    }
    DateTime::parse_from_rfc3339(text).ok()
}

/// The local date and time of an instant. `None` at either end of chrono's years, where the offset
/// leads out of them; chrono's own conversion panics there.
fn wall_clock(instant: &DateTime<FixedOffset>) -> Option<NaiveDateTime> {
    instant.naive_utc().checked_add_offset(*instant.offset())
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        let mut bytes = [0; INLINE];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(start), Ok(len)) => {
                start.copy_from_slice(text.as_bytes());
                Self(Repr::Inline { len, bytes })
            }
            _ => Self(Repr::Boxed(text.into())),
        }
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Timestamp {}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.as_str()).finish()
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl FromStr for Timestamp {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

/// Written with `Z` and as many digits of the fraction as it needs.
impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::from(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// Written with its offset. Where the format cannot hold that (odd seconds, or a local time beyond
/// chrono's years), it is written as UTC.
impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(instant: DateTime<FixedOffset>) -> Self {
        let whole_minutes = instant.offset().local_minus_utc() % 60 == 0;
        if whole_minutes && wall_clock(&instant).is_some() {
            Self::from(instant.to_rfc3339_opts(SecondsFormat::AutoSi, false))
        } else {
            Self::from(instant.to_utc())
        }
    }
}

/// Written without an offset.
impl From<NaiveDateTime> for Timestamp {
    fn from(local: NaiveDateTime) -> Self {
        Self::from(local.format("%Y-%m-%dT%H:%M:%S%.f").to_string())
    }
}

/// Written as a date only.
impl From<NaiveDate> for Timestamp {
    fn from(date: NaiveDate) -> Self {
        Self::from(date.format("%Y-%m-%d").to_string())
    }
}

text_impls!(Timestamp);

impl Field for Timestamp {
    const EXPECTED: &'static str = "a string";

    fn drift(&self, walk: &mut Walk) {
        if self.date().is_none() {
            walk.note(DriftKind::Date, Some(self.as_str()));
        }
    }
}
