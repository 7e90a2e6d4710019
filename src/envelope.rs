//! [`Envelope`]: what a body is, without building its payload.

use std::fmt;

use serde_json::value::RawValue;

use crate::event::{ALERT_PREFIX, EventType};
use crate::legacy::RuleType;
use crate::read::{self, Error, Header};
use crate::value::{EventId, Timestamp};
use crate::webhook::{Webhook, from_str};

/// The envelope of a webhook, borrowed from the body: for routing, or for putting aside an event
/// that is not wanted here.
///
/// The payload is checked to be JSON, but not to fit the event: [`parse`](Self::parse) does that.
/// Nothing is copied from the body, but for text of the envelope that is written with escapes; a
/// legacy alert takes a few small allocations.
///
/// ```
/// use codat_webhooks::{Envelope, EventPattern};
///
/// let body = br#"{
///     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
///     "eventType": "company.renamed",
///     "payload": {"name": "Harbour Bikes"}
/// }"#;
/// let connections: EventPattern = "connection.*".parse()?;
///
/// let envelope = Envelope::from_slice(body)?;
/// assert!(!connections.matches(&envelope.event_type()));
/// assert_eq!(envelope.payload(), r#"{"name": "Harbour Bikes"}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Envelope<'a> {
    body: &'a str,
    header: Header<'a>,
}

impl<'a> Envelope<'a> {
    /// Reads the envelope of a body.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Json`](crate::ErrorKind::Json) or
    /// [`Envelope`](crate::ErrorKind::Envelope) if the body is not a single UTF-8 JSON value, or not
    /// an event.
    pub fn from_slice(body: &'a [u8]) -> Result<Self, Error> {
        Self::from_str(read::utf8(body)?)
    }

    /// Reads the envelope of a body from text.
    ///
    /// # Errors
    ///
    /// Returns an error in the same cases as [`from_slice`](Self::from_slice).
    // Not the trait of the same name, which cannot borrow.
    #[allow(clippy::should_implement_trait)]
    pub fn from_str(body: &'a str) -> Result<Self, Error> {
        let header = read::header(body)?;
        Ok(Self { body, header })
    }

    /// The event's id: one for each event, the same over all attempts to deliver it.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.header.id
    }

    /// The type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        let rule = self.header.event_type.strip_prefix(ALERT_PREFIX);
        match rule.filter(|_| self.header.is_alert) {
            Some(rule) => EventType::Alert(RuleType::from(rule)),
            None => EventType::of_event(&self.header.event_type),
        }
    }

    /// The text of the event type, as it came.
    #[must_use]
    pub fn wire_name(&self) -> &str {
        &self.header.event_type
    }

    /// When Codat generated the event; documented as UTC.
    #[must_use]
    pub fn generated_date(&self) -> Option<Timestamp> {
        self.header.generated_date.as_deref().map(Timestamp::from)
    }

    /// The JSON text of the payload, as it came; `null` when an unknown event, or an alert, came
    /// without.
    #[must_use]
    pub fn payload(&self) -> &'a str {
        self.header.payload.map_or("null", RawValue::get)
    }

    /// Reads the whole event.
    ///
    /// # Errors
    ///
    /// [`Error`] of kind [`Payload`](crate::ErrorKind::Payload), when the payload does not fit.
    pub fn parse(&self) -> Result<Webhook, Error> {
        from_str(self.body)
    }
}

/// Leaves out the payload, which is the customer's.
impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("id", &self.header.id)
            .field("event_type", &self.header.event_type)
            .field("generated_date", &self.header.generated_date)
            .finish_non_exhaustive()
    }
}
