//! [`UnknownEvent`].

use super::parts::listed;
use super::{BuildEventTypeError, EventType};
use crate::payload::UnknownPayload;
use crate::value::{Other, RawJson};

/// An event of a type that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UnknownEvent {
    /// The event type, as it was sent.
    pub event_type: Other<EventType>,
    /// The payload, byte for byte as it was sent. `None` if there was none.
    pub payload: Option<RawJson>,
}

impl UnknownEvent {
    pub(super) fn read(&self) -> UnknownPayload {
        let payload = self.payload.as_ref();
        payload.map_or_else(UnknownPayload::default, |payload| {
            UnknownPayload::read(payload.as_raw())
        })
    }

    /// Creates an event without a payload.
    ///
    /// # Errors
    ///
    /// Returns an error if the event type has a variant of [`Event`](crate::Event), and is not unknown.
    pub fn new(event_type: &str) -> Result<Self, BuildEventTypeError> {
        match EventType::of_event(event_type) {
            EventType::Unknown(event_type) => Ok(Self {
                event_type,
                payload: None,
            }),
            _ => Err(listed()),
        }
    }
}
