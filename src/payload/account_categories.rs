//! Payload of `AccountCategoriesUpdated`.

use super::{AlertHeader, CompanyReference, Payload, object};
use crate::value::{CompanyId, ConnectionId, Timestamp};

object! {
    /// Payload of `AccountCategoriesUpdated`, sent when the categories of a company's accounts were
    /// updated.
    ///
    /// Codat still sends this event in the envelope of the [legacy alerts](crate::legacy). In that
    /// envelope, the id of the company is in [`alert`](Self::alert).
    ///
    /// Solution: Lending. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types
    pub struct AccountCategoriesUpdated {
        /// The company whose accounts were categorized. `None` in the legacy envelope.
        pub reference_company: Option<Box<CompanyReference>> = "referenceCompany",
        /// The time at which the categories were modified: a date, or a date and time.
        pub modified_date: Option<Timestamp> = "modifiedDate" | "ModifiedDate",
        pub extra: Extra,
        /// The header of the legacy alert. `None` in the current envelope.
        pub alert: Option<Box<AlertHeader>>,
    }
}

impl Payload for AccountCategoriesUpdated {
    fn reference_company(&self) -> Option<&CompanyReference> {
        self.reference_company.as_deref()
    }

    fn company_id(&self) -> Option<CompanyId> {
        let company = self.reference_company.as_ref();
        company
            .map(|company| company.id)
            .or(self.alert.as_ref()?.company_id)
    }

    fn connection_id(&self) -> Option<ConnectionId> {
        self.alert.as_ref()?.data_connection_id
    }

    fn details(&self) -> Vec<String> {
        let date = self.modified_date.iter();
        date.filter(|date| date.date().is_some())
            .map(|date| format!("modified {date}"))
            .collect()
    }
}
