//! Data connections.

use super::{CompanyReference, Payload, object};
use crate::text::shown;
use crate::value::{
    ConnectionId, IntegrationId, RawJson, SourceId, StatusCode, Timestamp, vocabulary,
};

object! {
    /// A connection changed. Payload of the `connection.*` events.
    ///
    /// | event | what happened |
    /// |---|---|
    /// | `connection.created` | made, and [`PendingAuth`](ConnectionStatus::PendingAuth) |
    /// | `connection.connected` | authorized for the first time: now [`Linked`](ConnectionStatus::Linked) |
    /// | `connection.disconnected` | lost: now [`Unlinked`](ConnectionStatus::Unlinked), or [`Deauthorized`](ConnectionStatus::Deauthorized) with errors that say why |
    /// | `connection.reconnected` | back to [`Linked`](ConnectionStatus::Linked) |
    /// | `connection.failed` | linking did not complete; the errors say why |
    /// | `connection.deleted` | deleted |
    pub struct ConnectionEvent {
        /// The company whose connection it is.
        pub reference_company: CompanyReference = "referenceCompany",
        /// The connection as it is now.
        pub connection: Connection = "connection",
        pub extra: Extra,
    }
}

impl Payload for ConnectionEvent {
    fn reference_company(&self) -> Option<&CompanyReference> {
        Some(&self.reference_company)
    }

    fn connection_id(&self) -> Option<ConnectionId> {
        Some(self.connection.id)
    }

    fn details(&self) -> Vec<String> {
        let connection = &self.connection;
        let errors = connection.data_connection_errors.iter().flatten();
        let errors = errors.map(|error| {
            let code = error.status_code.as_ref().map(StatusCode::as_str);
            let status = error.status.as_ref().map(ConnectionErrorStatus::as_str);
            let words = [code, status].into_iter().flatten();
            words.fold("error".to_owned(), |words, word| {
                format!("{words} {}", shown(word))
            })
        });
        std::iter::once(shown(connection.status.as_str()))
            .chain(errors)
            .collect()
    }
}

object! {
    /// A data connection: the link between a company and one piece of its software.
    pub struct Connection {
        /// The connection.
        pub id: ConnectionId = "id",
        /// The integration: the software that is linked.
        pub integration_id: Option<IntegrationId> = "integrationId",
        /// The integration's key of four letters, such as `gbol`.
        pub integration_key: Option<String> = "integrationKey",
        /// The source.
        pub source_id: Option<SourceId> = "sourceId",
        /// What kind of software it is.
        pub source_type: Option<SourceType> = "sourceType",
        /// The software's name.
        pub platform_name: Option<String> = "platformName",
        /// The URI on which the customer authorizes the connection.
        pub link_url: Option<String> = "linkUrl",
        /// How the connection stands.
        pub status: ConnectionStatus = "status",
        /// When data was last synchronized. Missing before the first time.
        pub last_sync: Option<Timestamp> = "lastSync",
        /// When the connection was made.
        pub created: Option<Timestamp> = "created",
        /// What went wrong with the connection.
        pub data_connection_errors: Option<Vec<ConnectionError>> = "dataConnectionErrors",
        /// What else the integration tells, an object with any content.
        pub connection_info: Option<RawJson> = "connectionInfo",
        pub extra: Extra,
    }
}

object! {
    /// Something that went wrong with a connection.
    pub struct ConnectionError {
        /// The status code, as a rule an HTTP status.
        pub status_code: Option<StatusCode> = "statusCode",
        /// The status in words.
        pub status_text: Option<String> = "statusText",
        /// What went wrong.
        pub error_message: Option<String> = "errorMessage",
        /// When it went wrong, in UTC.
        pub errored_on_utc: Option<Timestamp> = "erroredOnUtc",
        /// Whether it still goes wrong. `None` means that the error is not transient.
        pub status: Option<ConnectionErrorStatus> = "status",
        /// When it was resolved, in UTC.
        pub resolved_on_utc: Option<Timestamp> = "resolvedOnUtc",
        pub extra: Extra,
    }
}

vocabulary! {
    /// How a connection stands.
    pub enum ConnectionStatus {
        /// The customer has yet to authorize it, or has to again.
        PendingAuth = "PendingAuth",
        /// Authorized: data can be read.
        Linked = "Linked",
        /// Unlinked by the client or the customer.
        Unlinked = "Unlinked",
        /// The source platform has withdrawn the authorization.
        Deauthorized = "Deauthorized",
    }
}

vocabulary! {
    /// What kind of software a connection links to.
    pub enum SourceType {
        Accounting = "Accounting",
        Banking = "Banking",
        BankFeed = "BankFeed",
        Commerce = "Commerce",
        Expense = "Expense",
        /// Codat's own value, as against a text outside the documented set.
        OtherSource = "Other",
        Unknown = "Unknown",
    }
}

vocabulary! {
    /// Whether a connection's error still stands.
    pub enum ConnectionErrorStatus {
        Active = "Active",
        Resolved = "Resolved",
    }
}
