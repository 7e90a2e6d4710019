//! Alerts: what they all say, written in their own envelope.

use serde::ser::{Error, Serialize, Serializer};

use super::{Rule, event_type};
use crate::event::EventType;
use crate::pattern::EventPattern;
use crate::payload::{Payload, object};
use crate::value::{ClientId, CompanyId, ConnectionId, DataType, EventId, RuleId};

object! {
    /// What every legacy alert says beside its data. The alert's own id is
    /// [`Webhook::id`](crate::Webhook::id).
    pub struct AlertHeader {
        /// The rule that raised the alert, as it is spelled: Codat has several spellings for most.
        /// Wire name `RuleType`, in some older alerts `Type`.
        #[serde(rename = "RuleType")]
        pub rule_type: String,
        /// The rule's id. Wire name `RuleId`. Deprecated by Codat.
        #[serde(rename = "RuleId")]
        pub rule_id: Option<RuleId>,
        /// The client that the alert is for. Wire name `ClientId`.
        #[serde(rename = "ClientId")]
        pub client_id: Option<ClientId>,
        /// The client's name. Wire name `ClientName`.
        #[serde(rename = "ClientName")]
        pub client_name: Option<String>,
        /// The company that the alert is about. Wire name `CompanyId`. Missing from alerts on the
        /// whole client.
        #[serde(rename = "CompanyId")]
        pub company_id: Option<CompanyId>,
        /// The connection that the alert is about. Wire name `DataConnectionId`.
        #[serde(rename = "DataConnectionId")]
        pub data_connection_id: Option<ConnectionId>,
        /// The alert in words. Wire name `Message`.
        #[serde(rename = "Message")]
        pub message: Option<String>,
    }
}

/// Only an alert made by hand can be of this rule.
const NO_ALERT: &str = "an alert of the rule `AccountCategoriesUpdated` is an event: \
    `Event::AccountCategoriesUpdated`";

/// A legacy alert, of any rule but `Account Categories Updated`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Alert {
    /// What every alert says.
    pub header: AlertHeader,
    /// The rule that raised the alert, with the alert's data.
    pub rule: Rule,
}

impl Alert {
    /// Makes an alert. A rule type in the header that is no spelling of the rule's is not written.
    #[must_use]
    pub fn new(header: AlertHeader, rule: Rule) -> Self {
        Self { header, rule }
    }

    /// The types of the current events that replace the alert, of its data type alone where it tells
    /// one. Empty where nothing replaces it, or the rule is unknown.
    #[must_use]
    pub fn replaced_by(&self) -> Vec<EventPattern> {
        let data_type = self.data_type().map_or("*", DataType::as_str);
        let types = self.rule.rule_type().replaced_by();
        types
            .iter()
            .filter_map(|event_type| event_type.replace("{dataType}", data_type).parse().ok())
            .collect()
    }

    /// The connection that the alert is about.
    #[must_use]
    pub fn connection_id(&self) -> Option<ConnectionId> {
        match &self.rule {
            Rule::DataConnectionStatusChanged(data) => data.data_connection_id,
            _ => None,
        }
        .or(self.header.data_connection_id)
    }

    /// The data type that the alert is about.
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

    /// Writes the alert in the legacy envelope.
    pub(crate) fn write<S: Serializer>(
        &self,
        id: EventId,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let rule_type = self.rule.rule_type();
        let spelled = rule_type == *self.header.rule_type;
        let name = if spelled {
            &self.header.rule_type
        } else {
            rule_type.as_str()
        };
        if !matches!(event_type(name), EventType::Alert(_)) {
            return Err(S::Error::custom(NO_ALERT));
        }
        self.header.write(id, name, self.rule.data(), serializer)
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
}

impl AlertHeader {
    /// Writes an alert in the legacy envelope.
    pub(crate) fn write<S: Serializer>(
        &self,
        id: EventId,
        rule_type: &str,
        data: Option<impl Serialize>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Written<'a, D> {
            alert_id: EventId,
            rule_type: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            rule_id: Option<RuleId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            client_id: Option<ClientId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            client_name: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            company_id: Option<CompanyId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            data_connection_id: Option<ConnectionId>,
            #[serde(skip_serializing_if = "Option::is_none")]
            message: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            data: Option<D>,
        }

        Written {
            alert_id: id,
            rule_type,
            rule_id: self.rule_id,
            client_id: self.client_id,
            client_name: self.client_name.as_deref(),
            company_id: self.company_id,
            data_connection_id: self.data_connection_id,
            message: self.message.as_deref(),
            data,
        }
        .serialize(serializer)
    }
}
