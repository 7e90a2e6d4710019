//! [`Envelope`]: the id and type of an event, without its payload.

use std::fmt;

use serde_json::value::RawValue;

use crate::event::{ALERT_PREFIX, EventType};
use crate::legacy::RuleType;
use crate::read::{self, Error, Header};
use crate::value::{EventId, Timestamp};
use crate::webhook::{Webhook, from_str};

/// The envelope of a webhook, borrowed from the body. Used to route an event without parsing its
/// payload.
///
/// The payload is known to be JSON, but not to fit the event type; [`parse`](Self::parse) checks that.
/// Reading an envelope copies nothing from the body, except for strings that contain escapes. A legacy
/// alert takes a few small allocations.
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
    /// Parses the envelope of a body.
    ///
    /// # Errors
    ///
    /// Returns an error of kind [`Json`](crate::ErrorKind::Json) or
    /// [`Envelope`](crate::ErrorKind::Envelope) if the body is not a single UTF-8 JSON value, or not
    /// an event.
    pub fn from_slice(body: &'a [u8]) -> Result<Self, Error> {
        Self::from_str(read::utf8(body)?)
    }

    /// Parses the envelope of a body that is text.
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

    /// Returns the id of the event, which is the same for all attempts to deliver it.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.header.id
    }

    /// Returns the type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        let rule = self.header.event_type.strip_prefix(ALERT_PREFIX);
        match rule.filter(|_| self.header.is_alert) {
            Some(rule) => EventType::Alert(RuleType::from(rule)),
            None => EventType::of_event(&self.header.event_type),
        }
    }

    /// Returns the text of the event type, as it was sent.
    #[must_use]
    pub fn wire_name(&self) -> &str {
        &self.header.event_type
    }

    /// Returns when Codat generated the event, which is documented as UTC.
    #[must_use]
    pub fn generated_date(&self) -> Option<Timestamp> {
        self.header.generated_date.as_deref().map(Timestamp::from)
    }

    /// Returns the JSON text of the payload, as it was sent, or the text `null` for an unknown event or an alert
    /// without a payload.
    #[must_use]
    pub fn payload(&self) -> &'a str {
        self.header.payload.map_or("null", RawValue::get)
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

/// Omits the payload, which is customer data.
impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("id", &self.header.id)
            .field("event_type", &self.header.event_type)
            .field("generated_date", &self.header.generated_date)
            .finish_non_exhaustive()
    }
}
