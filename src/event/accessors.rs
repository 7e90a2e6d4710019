//! Accessors that work for all events.

use std::borrow::Cow;

use super::parts::check_part;
use super::{BuildEventTypeError, Event, Outcome};
use crate::payload::{CompanyReference, Payload, Write};
use crate::value::{CompanyId, ConnectionId, DataType, Tags};

impl Event {
    /// Creates a [`WriteSuccessful`](Self::WriteSuccessful) event.
    ///
    /// # Errors
    ///
    /// Returns an error if the data type cannot be the first part of an event type: if it is empty or
    /// contains dots or control characters. A variant that is constructed with such a data type
    /// cannot be serialized.
    pub fn write_successful(
        data_type: impl Into<DataType>,
        write: Write,
    ) -> Result<Self, BuildEventTypeError> {
        let data_type = data_type.into();
        check_part(data_type.as_str())?;
        Ok(Self::WriteSuccessful(data_type, Box::new(write)))
    }

    /// Creates a [`WriteUnsuccessful`](Self::WriteUnsuccessful) event.
    ///
    /// # Errors
    ///
    /// Returns an error if the data type cannot be the first part of an event type, as
    /// [`write_successful`](Self::write_successful) does.
    pub fn write_unsuccessful(
        data_type: impl Into<DataType>,
        write: Write,
    ) -> Result<Self, BuildEventTypeError> {
        let data_type = data_type.into();
        check_part(data_type.as_str())?;
        Ok(Self::WriteUnsuccessful(data_type, Box::new(write)))
    }

    /// Returns the reference to the company of the event, which most payloads have.
    ///
    /// `None` for `company.created` and `company.deleted`, whose payload is the company itself (see
    /// [`company_id`](Self::company_id)), and for events without a company. For an unknown event, the
    /// `referenceCompany` of its payload is parsed on each call.
    #[must_use]
    pub fn reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        match self {
            Self::Unknown(unknown) => unknown.read().into_reference_company().map(Cow::Owned),
            _ => self.payload()?.reference_company().map(Cow::Borrowed),
        }
    }

    /// Returns the id of the company of the event.
    ///
    /// For an unknown event, this is `referenceCompany.id` or `companyId` of its payload.
    #[must_use]
    pub fn company_id(&self) -> Option<CompanyId> {
        match self {
            Self::Unknown(unknown) => unknown.read().company_id(),
            _ => self.payload()?.company_id(),
        }
    }

    /// Returns the name of the company of the event.
    #[must_use]
    pub fn company_name(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Unknown(unknown) => {
                let name = unknown.read().into_reference_company()?.name?;
                Some(Cow::Owned(name))
            }
            _ => self.payload()?.company_name().map(Cow::Borrowed),
        }
    }

    /// Returns the tags of the company of the event.
    #[must_use]
    pub fn company_tags(&self) -> Option<Cow<'_, Tags>> {
        match self {
            Self::Unknown(unknown) => {
                let tags = unknown.read().into_reference_company()?.tags?;
                Some(Cow::Owned(tags))
            }
            _ => self.payload()?.company_tags().map(Cow::Borrowed),
        }
    }

    /// Returns the id of the connection of the event.
    ///
    /// For a read, this is the connection of all of its data types, or `None` if they have different
    /// ones. For an unknown event, it is `connectionId` or `connection.id` of its payload.
    #[must_use]
    pub fn connection_id(&self) -> Option<ConnectionId> {
        match self {
            Self::Unknown(unknown) => unknown.read().connection_id(),
            _ => self.payload()?.connection_id(),
        }
    }

    /// Returns the data type of a write event, or of an alert about a single data type.
    #[must_use]
    pub fn data_type(&self) -> Option<&DataType> {
        match self {
            Self::Alert(alert) => alert.data_type(),
            Self::WriteSuccessful(data_type, _) | Self::WriteUnsuccessful(data_type, _) => {
                Some(data_type)
            }
            _ => None,
        }
    }

    /// Returns the outcome that the event type states. See [`EventType::outcome`](crate::EventType::outcome).
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.event_type().outcome()
    }

    /// Returns `true` if the type of the source account is free text: in the first generation of the
    /// object, which lacks what the second has added.
    pub(crate) fn has_free_account_type(&self) -> bool {
        let (Self::BankFeedsSourceAccountConnected(event)
        | Self::BankFeedsSourceAccountDisconnected(event)) = self
        else {
            return false;
        };
        let account = &event.source_account;
        account.routing_info.is_none() && account.account_info.is_none()
    }
}
