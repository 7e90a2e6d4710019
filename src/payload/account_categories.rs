//! Account categories of Lending.

use super::{AlertHeader, CompanyReference, Payload, object};
use crate::value::{CompanyId, ConnectionId, Timestamp};

object! {
    /// Payload of `AccountCategoriesUpdated`: the categories of a company's accounts were updated.
    ///
    /// Codat still sends it in the envelope of the legacy alerts. [`alert`](Self::alert) then holds
    /// the rest of the alert, with the id of the company.
    pub struct AccountCategoriesUpdated {
        /// The company. Only in the current envelope.
        pub reference_company: Option<Box<CompanyReference>> = "referenceCompany",
        /// When the categories were modified: a date only, or a date-time.
        pub modified_date: Option<Timestamp> = "modifiedDate" | "ModifiedDate",
        pub extra: Extra,
        /// The header of the legacy alert, or `None` in the current envelope.
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
