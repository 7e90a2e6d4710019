//! Accessors that work for all events.

use std::borrow::Cow;

use super::{Event, Outcome};
use crate::payload::{CompanyReference, ConnectionEvent, ReadCompleted, Report, Write};
use crate::value::{CompanyId, ConnectionId, DataType, Id, ReportType, Tags};

impl Event {
    /// Returns the reference to the company of the event, which most payloads have.
    ///
    /// `None` for `company.created` and `company.deleted`, whose payload is the company itself (see
    /// [`company_id`](Self::company_id)), and for events without a company. For an unknown event, the
    /// `referenceCompany` of its payload is parsed on each call.
    #[must_use]
    pub fn reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        self.payload().find_reference_company()
    }

    /// Returns the id of the company of the event.
    ///
    /// For an unknown event, this is `referenceCompany.id` or `companyId` of its payload, or `id` if its
    /// type starts with `company.`. An id whose digits are all zero is a placeholder and is not returned.
    #[must_use]
    pub fn company_id(&self) -> Option<CompanyId> {
        self.payload().find_company_id().filter(Id::is_real)
    }

    /// Returns the name of the company of the event. For an unknown event, this is `referenceCompany.name`
    /// of its payload.
    #[must_use]
    pub fn company_name(&self) -> Option<Cow<'_, str>> {
        self.payload().find_company_name()
    }

    /// Returns the tags of the company of the event. For an unknown event, these are `referenceCompany.tags`
    /// of its payload.
    #[must_use]
    pub fn company_tags(&self) -> Option<Cow<'_, Tags>> {
        self.payload().find_company_tags()
    }

    /// Returns the id of the connection of the event.
    ///
    /// For a read, this is the connection of all of its data types, or `None` if they have different
    /// ones. For an unknown event, it is `connectionId` or `connection.id` of its payload. An id whose
    /// digits are all zero is a placeholder and is not returned.
    #[must_use]
    pub fn connection_id(&self) -> Option<ConnectionId> {
        self.payload().find_connection_id().filter(Id::is_real)
    }

    /// Returns the data type of a write event, as [`EventType::data_type`](crate::EventType::data_type)
    /// does. [`Alert::data_type`](crate::legacy::Alert::data_type) returns that of an alert.
    #[must_use]
    pub fn data_type(&self) -> Option<&DataType> {
        self.as_write().map(|(data_type, _)| data_type)
    }

    /// Returns the outcome that the event type states. See [`EventType::outcome`](crate::EventType::outcome).
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        self.event_type().outcome()
    }

    /// Returns the payload of a `connection.*` event.
    ///
    /// ```
    /// # use codat_webhooks::{Event, payload::ConnectionStatus};
    /// fn is_linked(event: &Event) -> Option<bool> {
    ///     Some(event.as_connection()?.connection.status == ConnectionStatus::Linked)
    /// }
    /// ```
    #[must_use]
    pub fn as_connection(&self) -> Option<&ConnectionEvent> {
        self.payload().as_connection()
    }

    /// Returns the payload of a `read.completed` event, also of the narrower ones and of those of custom
    /// products.
    ///
    /// ```
    /// # use codat_webhooks::Event;
    /// fn failed(event: &Event) -> usize {
    ///     event.as_read_completed().map_or(0, |read| read.failed().count())
    /// }
    /// ```
    #[must_use]
    pub fn as_read_completed(&self) -> Option<&ReadCompleted> {
        self.payload().as_read_completed()
    }

    /// Returns the data type and the payload of a `{dataType}.write.*` event.
    ///
    /// ```
    /// # use codat_webhooks::Event;
    /// fn line(event: &Event) -> Option<String> {
    ///     let (data_type, write) = event.as_write()?;
    ///     Some(format!("{data_type}: request {}", write.id))
    /// }
    /// ```
    #[must_use]
    pub fn as_write(&self) -> Option<(&DataType, &Write)> {
        match self {
            Self::WriteSuccessful(data_type, write) | Self::WriteUnsuccessful(data_type, write) => {
                Some((data_type, write))
            }
            _ => None,
        }
    }

    /// Returns the report and the payload of a `reports.{report}.generate.*` event.
    ///
    /// ```
    /// # use codat_webhooks::{Event, value::{ReportId, ReportType}};
    /// fn credit_model(event: &Event) -> Option<ReportId> {
    ///     let (report_type, report) = event.as_report()?;
    ///     (*report_type == ReportType::CreditModel).then_some(report.id)
    /// }
    /// ```
    #[must_use]
    pub fn as_report(&self) -> Option<(&ReportType, &Report)> {
        match self {
            Self::ReportsGenerateSuccessful(report_type, report)
            | Self::ReportsGenerateUnsuccessful(report_type, report) => Some((report_type, report)),
            _ => None,
        }
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
