//! The header of the alerts, and the names of its fields.

use crate::json::{Name, object};
use crate::value::{ClientId, CompanyId, ConnectionId, RuleId};

/// The id of the alert.
pub(crate) const ALERT_ID: Name = Name::new("AlertId", &["alertId"]);
/// The name of the rule, under the keys that no current event has.
pub(crate) const RULE_TYPE: Name = Name::new("RuleType", &["ruleType", "Type"]);
/// The data of the alert, whose shape depends on the rule.
pub(crate) const DATA: Name = Name::new("Data", &["data"]);

object! {
    /// Header of a legacy alert: the fields that do not depend on its rule.
    ///
    /// The `AlertId` is in [`Webhook::id`](crate::Webhook::id), and unknown fields are in
    /// [`Webhook::extra`](crate::Webhook::extra). See [`legacy`](crate::legacy).
    pub struct AlertHeader {
        /// The name of the rule that raised the alert, in the spelling that was sent. Codat uses
        /// several spellings for most rules; [`RuleType`](crate::legacy::RuleType) compares equal
        /// to all of them.
        pub rule_type: String = "RuleType" | "ruleType" | "Type" | "type" | "eventType",
        /// The id of the rule. Deprecated by Codat.
        pub rule_id: Option<RuleId> = "RuleId" | "ruleId" => with_rule_id,
        /// The id of the Codat client that the alert was sent to.
        pub client_id: Option<ClientId> = "ClientId" | "clientId" => with_client_id,
        /// The name of the client.
        pub client_name: Option<String> = "ClientName" | "clientName" => with_client_name,
        /// The id of the company. `None` if the alert concerns the whole client.
        pub company_id: Option<CompanyId> = "CompanyId" | "companyId" => with_company_id,
        /// The id of the data connection.
        pub data_connection_id: Option<ConnectionId> = "DataConnectionId" | "dataConnectionId" => with_data_connection_id,
        /// A description of the alert for people. Free text.
        pub message: Option<String> = "Message" | "message" => with_message,
    }
}
