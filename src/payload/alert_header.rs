//! The header of the legacy alerts. It is here and not in `legacy` because an event,
//! `AccountCategoriesUpdated`, can have one too.

use super::object;
use crate::value::{ClientId, CompanyId, ConnectionId, RuleId};

object! {
    /// Header of a legacy alert: the fields that do not depend on its rule.
    ///
    /// The `AlertId` is in [`Webhook::id`](crate::Webhook::id), and unknown fields are in
    /// [`Webhook::extra`](field@crate::Webhook::extra). See [`legacy`](crate::legacy).
    pub struct AlertHeader {
        /// The name of the rule that raised the alert, in the spelling that was sent. Codat uses
        /// several spellings for most rules; [`RuleType`](crate::legacy::RuleType) compares equal
        /// to all of them.
        pub rule_type: String = "RuleType" | "ruleType" | "Type" | "type" | "eventType",
        /// The id of the rule. Deprecated by Codat.
        pub rule_id: Option<RuleId> = "RuleId" | "ruleId",
        /// The id of the Codat client that the alert was sent to.
        pub client_id: Option<ClientId> = "ClientId" | "clientId",
        /// The name of the client.
        pub client_name: Option<String> = "ClientName" | "clientName",
        /// The id of the company. `None` if the alert concerns the whole client.
        pub company_id: Option<CompanyId> = "CompanyId" | "companyId",
        /// The id of the data connection.
        pub data_connection_id: Option<ConnectionId> = "DataConnectionId" | "dataConnectionId",
        /// A description of the alert for people. Free text.
        pub message: Option<String> = "Message" | "message",
    }
}
