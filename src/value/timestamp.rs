//! Dates and times, kept as the text that was sent.

use std::fmt;
use std::hash::{Hash, Hasher};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, SecondsFormat, Timelike, Utc};

use crate::json::{AsText, DriftKind, Field, Walk, text_forms, text_serde};

/// Date, or date and time, kept as the text that was sent.
///
/// Methods parse the text and return typed views of it. Codat sends three forms, which differ in
/// meaning and have different views:
///
/// | form | example | meaning | view |
/// |---|---|---|---|
/// | UTC or offset | `2025-03-14T09:26:53Z`, `2025-03-14T09:26:53.5+01:00` | an instant | [`instant`](Self::instant) |
/// | no offset | `2025-03-14T09:26:53` | the local time of the business that the data belongs to, unless the field is documented as UTC | [`local`](Self::local) |
/// | date only | `2025-03-14` | a calendar date | [`date`](Self::date) |
///
/// The seconds can have a fraction of any number of digits, and a space is accepted in place of the
/// `T`. Second 60 is a leap second, which can only be at 23:59 UTC.
///
/// Any text is a `Timestamp`: reading an impossible date such as `2025-02-30`, or a text that is no
/// date at all, does not fail. All views of such a timestamp are `None`, and the text is written
/// back unchanged.
///
/// Equality compares the text, not the instant.
///
/// ```
/// use codat_webhooks::value::Timestamp;
///
/// let sent = Timestamp::from("2025-03-14T09:26:53.5897932+01:00");
/// assert_eq!(sent.to_utc().unwrap().to_string(), "2025-03-14 08:26:53.589793200 UTC");
///
/// let local = Timestamp::from("2025-03-14T09:26:53");
/// assert_eq!(local.instant(), None);
/// assert!(local.local().is_some());
/// ```
#[derive(Clone)]
pub struct Timestamp(Repr);

/// An event has several dates, and they are short: Codat's usual forms need no allocation.
#[derive(Clone)]
enum Repr {
    Inline { len: u8, bytes: [u8; INLINE] },
    Boxed(Box<str>),
}

const INLINE: usize = 30;

impl Timestamp {
    /// Returns the text that was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Inline { len, bytes } => {
                let text = bytes.get(..usize::from(*len)).unwrap_or_default();
                // The bytes were copied from a `str`.
                std::str::from_utf8(text).unwrap_or_default()
            }
            Repr::Boxed(text) => text,
        }
    }

    /// Returns the instant, with its offset.
    ///
    /// Returns `None` unless the text has an offset or `Z`.
    #[must_use]
    pub fn instant(&self) -> Option<DateTime<FixedOffset>> {
        instant(self.as_str())
    }

    /// Returns the date and time of a text without an offset.
    ///
    /// They are the local time of the business that the data belongs to. For a field that is
    /// documented as UTC, use [`assume_utc`](Self::assume_utc).
    ///
    /// Returns `None` if the text has an offset, or has no time.
    #[must_use]
    pub fn local(&self) -> Option<NaiveDateTime> {
        Some(instant(&format!("{self}Z"))?.naive_utc())
    }

    /// Returns the calendar date of a text in any of the three forms, as it is written, without
    /// conversion to UTC.
    ///
    /// Returns `None` if the text is not a date.
    #[must_use]
    pub fn date(&self) -> Option<NaiveDate> {
        self.instant()
            .and_then(|instant| wall_clock(&instant))
            .map(|wall_clock| wall_clock.date())
            .or_else(|| self.local().map(|local| local.date()))
            .or_else(|| Some(instant(&format!("{self}T00:00:00Z"))?.date_naive()))
    }

    /// Returns the instant, converted to UTC.
    ///
    /// Returns `None` unless the text has an offset or `Z`.
    #[must_use]
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        self.instant().map(|instant| instant.to_utc())
    }

    /// Returns the instant in UTC, assuming UTC if the text has no offset.
    ///
    /// Use it for fields that are documented as UTC, such as
    /// [`Webhook::generated_date`](crate::Webhook::generated_date). Returns `None` if the
    /// text has no time.
    #[must_use]
    pub fn assume_utc(&self) -> Option<DateTime<Utc>> {
        self.to_utc()
            .or_else(|| self.local().map(|local| local.and_utc()))
    }
}

/// Parses RFC 3339, with a space or a `T`, extended to the years outside 0 to 9999 that chrono can
/// write. These are accepted only in the form in which chrono writes them: its general parser also
/// accepts blanks and single digits.
fn instant(text: &str) -> Option<DateTime<FixedOffset>> {
    let instant = if text.starts_with(['+', '-']) {
        let instant: DateTime<FixedOffset> = text.parse().ok()?;
        let forms = [Timestamp::from(instant), Timestamp::from(instant.to_utc())];
        forms.iter().any(|form| form == text).then_some(instant)?
    } else {
        // chrono accepts U+2212 as a minus sign.
        let instant = DateTime::parse_from_rfc3339(text).ok();
        instant.filter(|_| text.is_ascii())?
    };
    let utc = instant.naive_utc();
    let is_leap_second = utc.nanosecond() >= 1_000_000_000;
    (!is_leap_second || (utc.hour(), utc.minute()) == (23, 59)).then_some(instant)
}

/// Returns the local date and time of an instant, or `None` if it is outside chrono's range of
/// years, where chrono's own conversion panics.
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

impl AsText for Timestamp {
    fn with_text<R>(&self, function: impl FnOnce(&str) -> R) -> R {
        function(self.as_str())
    }
}

text_forms!(any Timestamp as_str);
text_serde!(Timestamp);

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

/// Formats the instant with `Z`, and with 0, 3, 6 or 9 digits of the fraction, as needed.
impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::from(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// Formats the instant with its offset. If RFC 3339 cannot represent it (an offset with seconds, or
/// a local time outside chrono's range of years), formats it as UTC.
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

/// Formats the date and time without an offset.
impl From<NaiveDateTime> for Timestamp {
    fn from(local: NaiveDateTime) -> Self {
        Self::from(local.format("%Y-%m-%dT%H:%M:%S%.f").to_string())
    }
}

/// Formats the date without a time.
impl From<NaiveDate> for Timestamp {
    fn from(date: NaiveDate) -> Self {
        Self::from(date.format("%Y-%m-%d").to_string())
    }
}

impl Field for Timestamp {
    const EXPECTED: &'static str = "a string";

    fn drift(&self, walk: &mut Walk) {
        if self.date().is_none() {
            walk.note(DriftKind::Date, Some(self.as_str()));
        }
    }
}
