//! `AccountCategoriesUpdated`, an event that Codat sends as an alert.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::AlertHeader;
use crate::json::{Content, Field, FieldError, Object, Walk, log, object};
use crate::payload::{CompanyReference, Payload, first_real};
use crate::value::{CompanyId, ConnectionId, Timestamp};

/// Payload of [`Event::AccountCategoriesUpdated`](crate::Event::AccountCategoriesUpdated), sent when the
/// categories of a company's accounts were updated.
///
/// Codat sends this event in the envelope of the legacy alerts. The id of the company is then in the
/// [`header`](Self::header), and [`Event::company_id`](crate::Event::company_id) returns it from either
/// envelope.
///
/// # What next
///
/// Read the categories of the company's accounts again from Codat's Lending API.
///
/// Serializing it writes the [`data`](Self::data): the header is part of the envelope, which
/// [`Webhook`](crate::Webhook) writes.
///
/// Solution: Lending. See Codat's [list of event types].
///
/// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#solution-specific-event-types
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct AccountCategoriesUpdated {
    /// The header of the alert. `None` in the envelope of the current events.
    pub header: Option<AlertHeader>,
    /// What was updated: the `Data` of the alert, or the `payload` of a current event.
    pub data: AccountCategories,
}

impl AccountCategoriesUpdated {
    /// Creates the payload of an event in the current envelope.
    #[must_use]
    pub fn new(data: AccountCategories) -> Self {
        Self { header: None, data }
    }

    /// Sets [`header`](Self::header), so that the event is written as an alert.
    #[must_use]
    pub fn with_header(mut self, header: AlertHeader) -> Self {
        self.header = Some(header);
        self
    }
}

object! {
    /// Data of [`AccountCategoriesUpdated`].
    pub struct AccountCategories {
        /// The company whose accounts were categorized. `None` in an alert.
        pub reference_company: Option<CompanyReference> = "referenceCompany" => with_reference_company,
        /// When the categories were modified: a date, or a date and time.
        pub modified_date: Option<Timestamp> = "modifiedDate" | "ModifiedDate" => with_modified_date,
        pub extra: Extra,
    }
}

impl Payload for AccountCategoriesUpdated {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        self.data.reference_company.as_ref().map(Cow::Borrowed)
    }

    fn find_company_id(&self) -> Option<CompanyId> {
        let header = self.header.as_ref().and_then(|header| header.company_id);
        let company = self.data.reference_company.as_ref();
        first_real([company.map(|company| company.id), header])
    }

    fn find_connection_id(&self) -> Option<ConnectionId> {
        self.header.as_ref()?.data_connection_id
    }

    fn details(&self) -> Vec<String> {
        let date = self.data.modified_date.iter();
        date.filter(|date| date.date().is_some())
            .map(|date| format!("modified {}", log::shown_date(date.as_str())))
            .collect()
    }
}

impl Field for AccountCategoriesUpdated {
    const EXPECTED: &'static str = AccountCategories::EXPECTED;

    fn fast<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AccountCategories::fast(deserializer).map(Self::new)
    }

    fn slow(json: &RawValue) -> Result<Self, FieldError<'_>> {
        AccountCategories::slow(json).map(Self::new)
    }
}

impl Content for AccountCategoriesUpdated {
    fn note(&self, walk: &mut Walk) {
        self.data.drift(walk);
    }

    /// An alert without data, which is not written.
    fn is_empty(&self) -> bool {
        self.header.is_some() && Object::is_empty(&self.data)
    }
}

impl Serialize for AccountCategoriesUpdated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.data.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for AccountCategoriesUpdated {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AccountCategories::deserialize(deserializer).map(Self::new)
    }
}
