//! [`Envelope`]: what a body is, without building its payload.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use crate::body::{Body, Whole};
use crate::error::Error;
use crate::event::EventType;
use crate::legacy::{self, RuleType};
use crate::value::{EventId, Timestamp};
use crate::webhook::{Webhook, from_str, strip_bom};

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
    id: EventId,
    event_type: Cow<'a, str>,
    /// The event type is that of a legacy alert.
    alert: bool,
    generated_date: Option<Cow<'a, str>>,
    payload: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Reads the envelope of a body.
    ///
    /// # Errors
    ///
    /// [`Error`] of kind [`Json`](crate::ErrorKind::Json) or [`Envelope`](crate::ErrorKind::Envelope),
    /// when the body is not one JSON value in UTF-8, or is no event.
    pub fn from_slice(body: &'a [u8]) -> Result<Self, Error> {
        Self::from_str(std::str::from_utf8(body).map_err(|error| Error::utf8(body, error))?)
    }

    /// Reads the envelope of a body from text.
    ///
    /// # Errors
    ///
    /// As for [`from_slice`](Self::from_slice).
    // Not the trait of the same name, which cannot borrow.
    #[allow(clippy::should_implement_trait)]
    pub fn from_str(body: &'a str) -> Result<Self, Error> {
        let read = Body::<Whole<'a>>::read(strip_bom(body)).and_then(|whole| match whole {
            Whole::Event {
                id,
                event_type,
                generated_date,
                payload,
            } => Ok(Self {
                body,
                id,
                event_type,
                alert: false,
                generated_date,
                payload,
            }),
            Whole::Alert(alert) => {
                let (id, event_type, payload) = alert.envelope().map_err(|fault| fault.error)?;
                Ok(Self {
                    body,
                    id,
                    event_type: event_type.as_str().into_owned().into(),
                    alert: true,
                    generated_date: None,
                    payload,
                })
            }
        });
        read.map_err(|error| Error::find(body, error))
    }

    /// The event's id: one for each event, the same over all attempts to deliver it.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.id
    }

    /// The type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        let rule = self.event_type.strip_prefix(legacy::PREFIX);
        match rule.filter(|_| self.alert) {
            Some(rule) => EventType::Alert(RuleType::from(rule)),
            None => EventType::of_event(&self.event_type),
        }
    }

    /// The text of the event type, as it came.
    #[must_use]
    pub fn wire_name(&self) -> &str {
        &self.event_type
    }

    /// When Codat generated the event; documented as UTC.
    #[must_use]
    pub fn generated_date(&self) -> Option<Timestamp> {
        self.generated_date.as_deref().map(Timestamp::from)
    }

    /// The JSON text of the payload, as it came; `null` when an unknown event, or an alert, came
    /// without.
    #[must_use]
    pub fn payload(&self) -> &'a str {
        self.payload.map_or("null", RawValue::get)
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
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("generated_date", &self.generated_date)
            .finish_non_exhaustive()
    }
}
