//! [`Alert`].

use std::borrow::Cow;

use super::{AlertHeader, Rule};
use crate::json::log::shown;
use crate::payload::{ConnectionStatus, DatasetStatus, Payload, WriteStatus, first_real};
use crate::value::{CompanyId, ConnectionId, DataType};

/// Legacy alert of any rule except `Account Categories Updated`, which is
/// [`Event::AccountCategoriesUpdated`](crate::Event::AccountCategoriesUpdated).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Alert {
    /// The fields that do not depend on the rule.
    pub header: AlertHeader,
    /// The rule that raised the alert, with the alert's data.
    pub rule: Rule,
}

impl Alert {
    /// Creates an alert.
    ///
    /// If the rule type in the header is not a spelling of the rule, the name of the rule is
    /// written instead.
    #[must_use]
    pub fn new(header: AlertHeader, rule: Rule) -> Self {
        Self { header, rule }
    }

    /// Returns the id of the connection that the alert is about, from the data or the header.
    #[must_use]
    pub fn connection_id(&self) -> Option<ConnectionId> {
        let in_data = match &self.rule {
            Rule::DataConnectionStatusChanged(data) => data.data_connection_id,
            _ => None,
        };
        first_real([in_data, self.header.data_connection_id])
    }

    /// Returns the data type that the alert is about. `None` for rules without one.
    #[must_use]
    pub fn data_type(&self) -> Option<&DataType> {
        match &self.rule {
            Rule::DataSyncCompleted(data)
            | Rule::DatasetDataChanged(data)
            | Rule::DataSyncStatusChangedToError(data) => data.data_type.as_ref(),
            Rule::PushOperationStatusChanged(data) | Rule::PushOperationTimedOut(data) => {
                data.data_type.as_ref()
            }
            _ => None,
        }
    }
}

impl Payload for Alert {
    fn find_company_id(&self) -> Option<CompanyId> {
        self.header.company_id
    }

    fn find_company_name(&self) -> Option<Cow<'_, str>> {
        match &self.rule {
            Rule::NewCompanySynchronized(data) => data.company_name.as_deref().map(Cow::Borrowed),
            _ => None,
        }
    }

    fn find_connection_id(&self) -> Option<ConnectionId> {
        self.connection_id()
    }

    fn details(&self) -> Vec<String> {
        let status = match &self.rule {
            Rule::DataConnectionStatusChanged(data) => {
                data.new_status.as_ref().map(ConnectionStatus::as_str)
            }
            Rule::DataSyncStatusChangedToError(data) => {
                data.dataset_status.as_ref().map(DatasetStatus::as_str)
            }
            Rule::PushOperationStatusChanged(data) => data.status.as_ref().map(WriteStatus::as_str),
            _ => None,
        };
        let data_type = self.data_type().map(DataType::as_str);
        [data_type, status]
            .into_iter()
            .flatten()
            .map(shown)
            .collect()
    }
}
