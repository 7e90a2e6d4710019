//! Parsing bodies.
//!
//! The fast reader parses a body in a single pass. It keeps unknown fields, and gives up at anything else
//! that is not as documented: a value that does not fit, a repeated field, another spelling, an alert. The
//! slow reader then starts again: it parses the body into raw members, reads them field by field with the
//! path at hand, and returns the event or the error. Both use the same tables of fields.

mod error;
mod fast;
mod slow;

use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};

use crate::envelope::Envelope;
use crate::event::EventType;
use crate::json::raw_value;
use crate::webhook::Webhook;

pub use error::{Error, ErrorKind};

/// Parses the body of a webhook.
///
/// A UTF-8 byte order mark before the body and white space around it are ignored.
///
/// # Errors
///
/// Returns an error if the body is not a single UTF-8 JSON value, is not an event, or is a known event
/// that is missing a required field or has one of the wrong type. An event type, field or value that
/// this version does not know is never an error.
///
/// One thing that `serde_json` can skip is an error here: an object with a key that is not Unicode (a lone
/// surrogate, `"\ud800"`). Such a key is no text, so it could not be looked up, compared or written back. A
/// value with one is kept.
///
/// # Examples
///
/// ```
/// use codat_webhooks::payload::ConnectionStatus;
/// use codat_webhooks::{Event, from_slice};
///
/// let body = br#"{
///     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
///     "eventType": "connection.connected",
///     "generatedDate": "2025-03-14T09:26:53.58Z",
///     "payload": {
///         "referenceCompany": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40", "name": "Harbour Bikes"},
///         "connection": {"id": "b1f0a9d2-7c3e-4b56-a1d8-94e7c2f03b65", "status": "Linked"}
///     }
/// }"#;
///
/// let webhook = from_slice(body)?;
/// match webhook.event {
///     Event::ConnectionConnected(event) => {
///         assert_eq!(event.connection.status, ConnectionStatus::Linked);
///     }
///     other => println!("ignored: {other}"),
/// }
/// # Ok::<(), codat_webhooks::Error>(())
/// ```
pub fn from_slice(body: &[u8]) -> Result<Webhook, Error> {
    from_str(utf8(body)?)
}

/// Parses the body of a webhook from text. See [`from_slice`].
///
/// # Errors
///
/// Returns an error in the same cases as [`from_slice`].
pub fn from_str(body: &str) -> Result<Webhook, Error> {
    match fast::webhook(strip_bom(body)) {
        Some(webhook) => Ok(webhook),
        None => slow::webhook(body),
    }
}

impl FromStr for Webhook {
    type Err = Error;

    fn from_str(body: &str) -> Result<Self, Error> {
        from_str(body)
    }
}

impl TryFrom<&[u8]> for Webhook {
    type Error = Error;

    fn try_from(body: &[u8]) -> Result<Self, Error> {
        from_slice(body)
    }
}

impl<'de> Deserialize<'de> for Webhook {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // By way of the text, so that the readers are compiled once, not for each deserializer.
        let body = raw_value(deserializer)?;
        from_str(body.get()).map_err(D::Error::custom)
    }
}

impl<'a> Envelope<'a> {
    /// Parses the envelope of a body.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Json`](crate::ErrorKind::Json) or
    /// [`Envelope`](crate::ErrorKind::Envelope) if the body is not a single UTF-8 JSON value, or not
    /// an event.
    pub fn from_slice(body: &'a [u8]) -> Result<Self, Error> {
        Self::from_str(utf8(body)?)
    }

    /// Parses the envelope of a body that is text.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`from_slice`](Self::from_slice).
    // Not the trait of the same name, which cannot borrow.
    #[allow(clippy::should_implement_trait)]
    pub fn from_str(body: &'a str) -> Result<Self, Error> {
        match fast::envelope(body) {
            Some(envelope) => Ok(envelope),
            None => slow::envelope(body),
        }
    }

    /// Parses the whole event.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Payload`](crate::ErrorKind::Payload) if the payload does not fit the
    /// event type.
    pub fn parse(&self) -> Result<Webhook, Error> {
        from_str(self.body)
    }
}

/// Checks that a body is UTF-8.
fn utf8(body: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(body).map_err(|error| slow::not_utf8(body, error))
}

fn strip_bom(body: &str) -> &str {
    body.strip_prefix('\u{feff}').unwrap_or(body)
}

/// Returns `true` if an event of the type may be sent without a payload.
fn needs_no_payload(event_type: &str) -> bool {
    !EventType::of_event(event_type).is_known()
}
