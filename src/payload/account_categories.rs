//! Account categories of Lending.

use super::{Payload, object};
use crate::legacy::AlertHeader;
use crate::value::{CompanyId, ConnectionId, Timestamp};

object! {
    /// The categories of a company's accounts were updated. Payload of `AccountCategoriesUpdated`.
    ///
    /// Codat still sends it in the envelope of the legacy alerts; [`alert`](Self::alert) then holds
    /// what else the alert says, the company included.
    pub struct AccountCategoriesUpdated {
        /// When the categories were modified: a date only, or a date-time.
        pub modified_date: Option<Timestamp>,
        /// The legacy alert that the event came in; `None` for the current envelope.
        #[serde(skip)]
        pub alert: Option<Box<AlertHeader>>,
    }
}

impl Payload for AccountCategoriesUpdated {
    fn company_id(&self) -> Option<CompanyId> {
        self.alert.as_ref()?.company_id
    }

    fn connection_id(&self) -> Option<ConnectionId> {
        self.alert.as_ref()?.data_connection_id
    }
}
