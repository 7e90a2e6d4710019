//! The readers.
//!
//! The hot reader parses a body in a single pass, and gives up at anything that is not as documented.
//! The cold reader then starts again: it parses the body into raw members, reads them field by field
//! with the path at hand, and returns the event or the error. Both use the same tables of fields.

mod cold;
mod error;
mod hot;

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::event::{Event, EventType, REPORT};
use crate::value::{EventId, Extra, Name, Timestamp};

pub use error::{Error, ErrorKind};

pub(crate) const ID: Name = Name::new("id", &[]);
/// Older bodies have `type`.
pub(crate) const EVENT_TYPE: Name = Name::new("eventType", &["type"]);
pub(crate) const GENERATED_DATE: Name = Name::new("generatedDate", &[]);
pub(crate) const PAYLOAD: Name = Name::new("payload", &[]);

/// The parts of a body.
pub(crate) struct Body {
    pub(crate) id: EventId,
    pub(crate) generated_date: Option<Timestamp>,
    pub(crate) event: Event,
    pub(crate) extra: Extra,
}

/// The parts of a body, with a payload that is not yet read.
#[derive(Clone)]
pub(crate) struct Header<'a> {
    pub(crate) id: EventId,
    /// The text that was sent. For an alert, the event type of its rule.
    pub(crate) event_type: Cow<'a, str>,
    /// The event is in the envelope of the legacy alerts.
    pub(crate) is_alert: bool,
    pub(crate) generated_date: Option<Cow<'a, str>>,
    pub(crate) payload: Option<&'a RawValue>,
}

/// Reads a body.
pub(crate) fn body(text: &str) -> Result<Body, Error> {
    match hot::body(strip_bom(text)) {
        Some(body) => Ok(body),
        None => cold::body(text),
    }
}

/// Reads a body except for its payload.
pub(crate) fn header(text: &str) -> Result<Header<'_>, Error> {
    match hot::header(strip_bom(text)) {
        Some(header) => Ok(header),
        None => cold::header(text),
    }
}

/// Checks that a body is UTF-8.
pub(crate) fn utf8(body: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(body).map_err(|error| cold::not_utf8(body, error))
}

fn strip_bom(body: &str) -> &str {
    body.strip_prefix('\u{feff}').unwrap_or(body)
}

/// Returns `true` if an event of the type may be sent without a payload.
fn needs_no_payload(event_type: &str) -> bool {
    !EventType::of_event(event_type).is_known()
}

fn is_respelled(event_type: &str) -> bool {
    event_type.starts_with(REPORT)
}
