//! Payload of the `connection.*` events.

use std::borrow::Cow;

use super::{CompanyReference, Payload};
use crate::json::log::shown;
use crate::json::{object, vocabulary};
use crate::value::{ConnectionId, ErrorCode, IntegrationId, RawJson, SourceId, Timestamp};

object! {
    /// Payload of `connection.*` events, sent when a connection was created, deleted, or changed
    /// its status.
    ///
    /// | event type | meaning |
    /// |---|---|
    /// | `connection.created` | The connection was created and is [`PendingAuth`]. |
    /// | `connection.connected` | The connection went from [`PendingAuth`] to [`Linked`]. |
    /// | `connection.disconnected` | The connection went from [`Linked`] to [`Unlinked`] or [`Deauthorized`], through the small business or the integration. If it was deauthorized, the errors say why. |
    /// | `connection.reconnected` | The connection went back to [`Linked`]. |
    /// | `connection.failed` | Linking did not complete. The errors say why. |
    /// | `connection.deleted` | The connection was deleted. |
    ///
    /// The errors are in [`Connection::data_connection_errors`].
    ///
    /// # What next
    ///
    /// After `connection.disconnected` or `connection.failed`, send the customer to
    /// [`Connection::link_url`] to authorize the connection again. `GET
    /// /companies/{companyId}/connections/{connectionId}` returns the connection as it is now.
    ///
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
        /// The connection after the change. After `connection.deleted`, its id can be a placeholder whose
        /// digits are all zero.
        pub connection: Connection = "connection",
        pub extra: Extra,
    }
}

impl Payload for ConnectionEvent {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        Some(Cow::Borrowed(&self.reference_company))
    }

    fn find_connection_id(&self) -> Option<ConnectionId> {
        Some(self.connection.id)
    }

    fn as_connection(&self) -> Option<&ConnectionEvent> {
        Some(self)
    }

    fn details(&self) -> Vec<String> {
        let connection = &self.connection;
        let errors = connection.data_connection_errors.iter().flatten();
        let errors = errors.map(|error| {
            let code = error.status_code.as_ref().map(ErrorCode::as_str);
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
        pub integration_id: Option<IntegrationId> = "integrationId" => with_integration_id,
        /// The four-letter key of the integration, such as `gbol`. An open set.
        pub integration_key: Option<String> = "integrationKey" => with_integration_key,
        /// The id of the data source.
        pub source_id: Option<SourceId> = "sourceId" => with_source_id,
        /// The kind of software that is connected.
        pub source_type: Option<SourceType> = "sourceType" => with_source_type,
        /// The name of the software that is connected.
        pub platform_name: Option<String> = "platformName" => with_platform_name,
        /// The URI at which the customer authorizes the connection.
        pub link_url: Option<String> = "linkUrl" => with_link_url,
        /// The status of the connection.
        pub status: ConnectionStatus = "status",
        /// The time of the last synchronization. `None` if there was none yet.
        pub last_sync: Option<Timestamp> = "lastSync" => with_last_sync,
        /// The time at which the connection was created.
        pub created: Option<Timestamp> = "created" => with_created,
        /// The errors of the connection.
        pub data_connection_errors: Option<Vec<ConnectionError>> = "dataConnectionErrors" => with_data_connection_errors,
        /// Further information from the integration: a JSON object, with keys that depend on the
        /// integration.
        pub connection_info: Option<RawJson> = "connectionInfo" => with_connection_info,
        pub extra: Extra,
    }
}

object! {
    /// Error of a [`Connection`].
    pub struct ConnectionError {
        /// The status code of the error, usually an HTTP status code.
        pub status_code: Option<ErrorCode> = "statusCode" => with_status_code,
        /// The description of the status code, such as `Too Many Requests`.
        pub status_text: Option<String> = "statusText" => with_status_text,
        /// The error message. Free text.
        pub error_message: Option<String> = "errorMessage" => with_error_message,
        /// The time at which the error occurred, in UTC.
        pub errored_on_utc: Option<Timestamp> = "erroredOnUtc" => with_errored_on_utc,
        /// The status of a transient error. `None` if the error is not transient.
        pub status: Option<ConnectionErrorStatus> = "status" => with_status,
        /// The time at which the error was resolved, in UTC. `None` if it was not resolved.
        pub resolved_on_utc: Option<Timestamp> = "resolvedOnUtc" => with_resolved_on_utc,
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
