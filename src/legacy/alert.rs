//! Alerts, and their envelope.

use super::Rule;
use crate::payload::{AlertHeader, ConnectionStatus, DatasetStatus, Payload, WriteStatus};
use crate::text::shown;
use crate::value::{CompanyId, ConnectionId, DataType, Name};

/// The alert's own id.
pub(crate) const ALERT_ID: Name = Name::new("AlertId", &["alertId"]);
/// The rule's name, under the keys that no current event has.
pub(crate) const RULE_TYPE: Name = Name::new("RuleType", &["ruleType", "Type"]);
/// What depends on the rule.
pub(crate) const DATA: Name = Name::new("Data", &["data"]);

/// A legacy alert, of any rule but `Account Categories Updated`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Alert {
    /// The fields of every alert.
    pub header: AlertHeader,
    /// The rule that raised the alert, with the alert's data.
    pub rule: Rule,
}

impl Alert {
    /// Creates an alert. A rule type in the header that is not a spelling of the rule is not written.
    #[must_use]
    pub fn new(header: AlertHeader, rule: Rule) -> Self {
        Self { header, rule }
    }

    /// Returns the connection that the alert is about.
    #[must_use]
    pub fn connection_id(&self) -> Option<ConnectionId> {
        match &self.rule {
            Rule::DataConnectionStatusChanged(data) => data.data_connection_id,
            _ => None,
        }
        .or(self.header.data_connection_id)
    }

    /// Returns the data type that the alert is about.
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
    fn company_id(&self) -> Option<CompanyId> {
        self.header.company_id
    }

    fn company_name(&self) -> Option<&str> {
        match &self.rule {
            Rule::NewCompanySynchronized(data) => data.company_name.as_deref(),
            _ => None,
        }
    }

    fn connection_id(&self) -> Option<ConnectionId> {
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
