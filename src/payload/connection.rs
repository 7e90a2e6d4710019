//! Payload of the `connection.*` events.

use super::{CompanyReference, Payload, object};
use crate::text::shown;
use crate::value::{
    ConnectionId, IntegrationId, RawJson, SourceId, StatusCode, Timestamp, vocabulary,
};

object! {
    /// Payload of `connection.*` events, sent when a connection was created, deleted, or changed
    /// its status.
    ///
    /// | event type | meaning |
    /// |---|---|
    /// | `connection.created` | The connection was created and is [`PendingAuth`]. |
    /// | `connection.connected` | The connection went from [`PendingAuth`] to [`Linked`]. |
    /// | `connection.disconnected` | The connection went from [`Linked`] to [`Unlinked`], or to [`Deauthorized`], in which case the errors say why. |
    /// | `connection.reconnected` | The connection went back to [`Linked`]. |
    /// | `connection.failed` | Linking did not complete. The errors say why. |
    /// | `connection.deleted` | The connection was deleted. |
    ///
    /// The errors are in
    /// [`Connection::data_connection_errors`](field@Connection::data_connection_errors).
    ///
    /// Solution: Platform. See Codat's [list of event types].
    ///
    /// [`PendingAuth`]: ConnectionStatus::PendingAuth
    /// [`Linked`]: ConnectionStatus::Linked
    /// [`Unlinked`]: ConnectionStatus::Unlinked
    /// [`Deauthorized`]: ConnectionStatus::Deauthorized
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types
    pub struct ConnectionEvent {
        /// The company that the connection belongs to.
        pub reference_company: CompanyReference = "referenceCompany",
        /// The connection after the change.
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
    /// Data connection: the link between a company and one piece of software, such as its
    /// accounting platform.
    pub struct Connection {
        /// The id of the connection.
        pub id: ConnectionId = "id",
        /// The id of the integration that the connection uses.
        pub integration_id: Option<IntegrationId> = "integrationId",
        /// The four-letter key of the integration, such as `gbol`. An open set.
        pub integration_key: Option<String> = "integrationKey",
        /// The id of the data source.
        pub source_id: Option<SourceId> = "sourceId",
        /// The kind of software that is connected.
        pub source_type: Option<SourceType> = "sourceType",
        /// The name of the software that is connected.
        pub platform_name: Option<String> = "platformName",
        /// The URI at which the customer authorizes the connection.
        pub link_url: Option<String> = "linkUrl",
        /// The status of the connection.
        pub status: ConnectionStatus = "status",
        /// The time of the last synchronization. `None` if there was none yet.
        pub last_sync: Option<Timestamp> = "lastSync",
        /// The time at which the connection was created.
        pub created: Option<Timestamp> = "created",
        /// The errors of the connection.
        pub data_connection_errors: Option<Vec<ConnectionError>> = "dataConnectionErrors",
        /// Further information from the integration: a JSON object, with keys that depend on the
        /// integration.
        pub connection_info: Option<RawJson> = "connectionInfo",
        pub extra: Extra,
    }
}

object! {
    /// Error of a [`Connection`].
    pub struct ConnectionError {
        /// The status code of the error, usually an HTTP status code.
        pub status_code: Option<StatusCode> = "statusCode",
        /// The description of the status code, such as `Too Many Requests`.
        pub status_text: Option<String> = "statusText",
        /// The error message. Free text.
        pub error_message: Option<String> = "errorMessage",
        /// The time at which the error occurred, in UTC.
        pub errored_on_utc: Option<Timestamp> = "erroredOnUtc",
        /// The status of a transient error. `None` if the error is not transient.
        pub status: Option<ConnectionErrorStatus> = "status",
        /// The time at which the error was resolved, in UTC. `None` if it was not resolved.
        pub resolved_on_utc: Option<Timestamp> = "resolvedOnUtc",
        pub extra: Extra,
    }
}

vocabulary! {
    /// Status of a [`Connection`].
    pub enum ConnectionStatus {
        /// The customer has not authorized the connection yet, or has to authorize it again.
        PendingAuth = "PendingAuth",
        /// The connection is authorized, and data can be read.
        Linked = "Linked",
        /// The connection was unlinked.
        Unlinked = "Unlinked",
        /// The authorization of the connection is no longer valid.
        Deauthorized = "Deauthorized",
    }
}

vocabulary! {
    /// Kind of software that a [`Connection`] links to.
    pub enum SourceType {
        Accounting = "Accounting",
        Banking = "Banking",
        BankFeed = "BankFeed",
        Commerce = "Commerce",
        Expense = "Expense",
        /// The documented value `Other`. Undocumented values are in the variant
        /// [`Other`](Self::Other).
        OtherSource = "Other",
        Unknown = "Unknown",
    }
}

vocabulary! {
    /// Status of a transient [`ConnectionError`].
    pub enum ConnectionErrorStatus {
        /// The error still occurs.
        Active = "Active",
        /// The error was resolved.
        Resolved = "Resolved",
    }
}
