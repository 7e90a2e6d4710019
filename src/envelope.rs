//! [`Envelope`]: the id and type of an event, without its payload.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use crate::event::EventType;
use crate::value::{EventId, Timestamp};

/// The envelope of a webhook, borrowed from the body. Used to route an event without parsing its
/// payload.
///
/// The payload is known to be JSON, but not to fit the event type; [`parse`](Self::parse) checks that.
/// Parsing an envelope copies nothing from the body, except for strings that contain escapes. An alert,
/// or an envelope with unknown fields, takes a few small allocations.
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
/// assert_eq!(envelope.payload(), Some(r#"{"name": "Harbour Bikes"}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Envelope<'a> {
    pub(crate) body: &'a str,
    pub(crate) id: EventId,
    pub(crate) event_type: Cow<'a, str>,
    /// The event is in the envelope of the legacy alerts.
    pub(crate) is_alert: bool,
    pub(crate) generated_date: Option<Cow<'a, str>>,
    pub(crate) payload: Option<&'a RawValue>,
}

impl<'a> Envelope<'a> {
    /// Returns the id of the event, which is the same for all attempts to deliver it.
    #[must_use]
    pub fn id(&self) -> EventId {
        self.id
    }

    /// Returns the type of the event.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        if self.is_alert {
            EventType::of_rule(&self.event_type)
        } else {
            EventType::of_event(&self.event_type)
        }
    }

    /// Returns the text of the event type as it was sent. For an alert, this is the name of the rule.
    #[must_use]
    pub fn wire_name(&self) -> &str {
        &self.event_type
    }

    /// Returns when Codat generated the event, which is documented as UTC.
    #[must_use]
    pub fn generated_date(&self) -> Option<Timestamp> {
        self.generated_date.as_deref().map(Timestamp::from)
    }

    /// Returns the JSON text of the payload, or of the data of an alert, as it was sent. `None` for an
    /// unknown event or an alert without one.
    #[must_use]
    pub fn payload(&self) -> Option<&'a str> {
        self.payload.map(RawValue::get)
    }
}

/// Omits the payload, which is customer data.
impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("id", &self.id)
            .field("event_type", &self.event_type)
            .field("generated_date", &self.generated_date)
            .finish_non_exhaustive()
    }
}
