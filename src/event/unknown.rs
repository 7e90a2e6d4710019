//! [`UnknownEvent`].

use std::borrow::Cow;

use super::parts::BuildEventTypeError;
use super::{EventType, UnknownEvent};
use crate::payload::{CompanyReference, Payload, UnknownParts};
use crate::value::{CompanyId, ConnectionId};

impl UnknownEvent {
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
            _ => Err(BuildEventTypeError::listed()),
        }
    }

    fn parts(&self) -> UnknownParts {
        let is_company = self.event_type.as_str().starts_with("company.");
        let payload = self.payload.as_ref();
        payload.map_or_else(UnknownParts::default, |payload| {
            UnknownParts::parse(payload.as_raw(), is_company)
        })
    }
}

impl Payload for UnknownEvent {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        self.parts().reference_company.map(Cow::Owned)
    }

    fn find_company_id(&self) -> Option<CompanyId> {
        self.parts().any_company_id()
    }

    fn find_connection_id(&self) -> Option<ConnectionId> {
        self.parts().connection_id
    }

    fn details(&self) -> Vec<String> {
        let size = |payload: &crate::json::RawJson| payload.as_str().len();
        let size = self.payload.iter().map(size);
        size.map(|bytes| format!("payload of {bytes} bytes"))
            .collect()
    }
}
