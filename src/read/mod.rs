//! How a body is read.
//!
//! The hot reader takes the body in one pass, if everything in it is as documented. At anything else
//! it gives up, and the cold reader starts again: it looks at one field after the other, and ends in
//! an event or in an error. Both read the fields by the same tables.

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

/// What a body holds.
pub(crate) struct Body {
    pub(crate) id: EventId,
    pub(crate) generated_date: Option<Timestamp>,
    pub(crate) event: Event,
    pub(crate) extra: Extra,
}

/// What a body holds, of which the payload is still to be read.
#[derive(Clone)]
pub(crate) struct Header<'a> {
    pub(crate) id: EventId,
    /// As it was sent. Of an alert, the type that the rule has as an event.
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

/// Reads a body, but for its payload.
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
