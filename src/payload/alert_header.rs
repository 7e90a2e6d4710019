//! The header of the legacy alerts. It is here, below them, because an event can be in an alert too.

use super::object;
use crate::value::{ClientId, CompanyId, ConnectionId, RuleId};

object! {
    /// The fields of every legacy alert, beside its data.
    ///
    /// The alert's own id is [`Webhook::id`](crate::Webhook::id), and the fields without a name are in
    /// [`Webhook::extra`](field@crate::Webhook::extra).
    pub struct AlertHeader {
        /// The rule that raised the alert, as it was spelled: Codat has several spellings for most.
        pub rule_type: String = "RuleType" | "ruleType" | "Type" | "type" | "eventType",
        /// The rule's id. Deprecated by Codat.
        pub rule_id: Option<RuleId> = "RuleId" | "ruleId",
        /// The client that the alert was sent to.
        pub client_id: Option<ClientId> = "ClientId" | "clientId",
        /// The client's name.
        pub client_name: Option<String> = "ClientName" | "clientName",
        /// The company. `None` for an alert about the whole client.
        pub company_id: Option<CompanyId> = "CompanyId" | "companyId",
        /// The connection.
        pub data_connection_id: Option<ConnectionId> = "DataConnectionId" | "dataConnectionId",
        /// The alert in words.
        pub message: Option<String> = "Message" | "message",
    }
}
