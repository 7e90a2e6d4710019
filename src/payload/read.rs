//! Payload of the `read.completed` events.

use std::borrow::Cow;

use super::{CompanyReference, Payload};
use crate::json::log::tally;
use crate::json::{object, vocabulary};
use crate::value::{ConnectionId, DataType, Timestamp};

object! {
    /// Payload of `read.completed` and `{productIdentifier}.read.completed` events, sent when a
    /// read of a company's data finished, whether it succeeded or failed.
    ///
    /// The same payload is sent for the narrower event types:
    ///
    /// | event type ends in | sent |
    /// |---|---|
    /// | `.initial` | each time a connection is linked, not once per company |
    /// | `.successful` | only if all data types of the read succeeded |
    /// | `.unsuccessful` | if some data types failed; the others are complete |
    /// | `.successful.initial` | as `.initial`, if all data types succeeded |
    ///
    /// Handle each element of [`data_types`](Self::data_types), and select elements with
    /// [`failed`](Self::failed), [`modified`](Self::modified) and [`by_connection`](Self::by_connection).
    /// Two conditions do not do what they seem to:
    ///
    /// - `all(is_complete)` and `all(is_final)` are true for a read without data types.
    /// - Waiting until a data type is [`Complete`](DatasetStatus::Complete) waits for ever if it is
    ///   [`NotSupported`](DatasetStatus::NotSupported). Wait for [`is_final`](DatasetStatus::is_final), and
    ///   set a limit: it is `false` for an undocumented status, and a status can be missing.
    ///
    /// # What next
    ///
    /// Call `GET` on the endpoint of each data type that is complete, with a query for records whose
    /// `modifiedDate` is later than your last call. For data types that failed, look at their `issues`, or
    /// call `GET /companies/{companyId}/data/history`.
    ///
    ///
    /// Solution: Platform. See Codat's [list of event types].
    ///
    /// [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types#platform-wide-event-types
    pub struct ReadCompleted {
        /// The company whose data was read.
        pub reference_company: CompanyReference = "referenceCompany",
        /// When the data was last fetched into Codat's cache, in UTC. `None` if it was not fetched before.
        pub modified_from_date: Option<Timestamp> = "modifiedFromDate" => with_modified_from_date,
        /// The data types that were read, with the result of each. May contain any number of
        /// elements.
        pub data_types: Vec<DataTypeRead> = "dataTypes",
        pub extra: Extra,
    }
}

impl Payload for ReadCompleted {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        Some(Cow::Borrowed(&self.reference_company))
    }

    /// `None` if the data types were read from several connections.
    fn find_connection_id(&self) -> Option<ConnectionId> {
        let mut ids = self
            .data_types
            .iter()
            .map(|data_type| data_type.connection_id);
        let first = ids.next()??;
        ids.all(|id| id == Some(first)).then_some(first)
    }

    fn as_read_completed(&self) -> Option<&ReadCompleted> {
        Some(self)
    }

    fn details(&self) -> Vec<String> {
        let statuses = self.data_types.iter().map(|read| read.status.as_ref());
        vec![tally(
            "data type",
            statuses.map(|status| Some(status?.as_str())),
        )]
    }
}

object! {
    /// Result of reading one data type, in a [`ReadCompleted`].
    pub struct DataTypeRead {
        /// The id of the connection that the data was read from.
        pub connection_id: Option<ConnectionId> = "connectionId" => with_connection_id,
        /// The data type that was read.
        pub data_type: DataType = "dataType",
        /// `true` if records were created, updated or deleted in Codat's cache. Always `false` in the
        /// first read after a connection is linked.
        pub records_modified: Option<bool> = "recordsModified" => with_records_modified,
        /// The status of the dataset.
        pub status: Option<DatasetStatus> = "status" => with_status,
        /// The issues that Codat noticed in the data.
        pub issues: Option<Vec<Issue>> = "issues" => with_issues,
        pub extra: Extra,
    }
}

object! {
    /// Issue that Codat noticed while it read a data type.
    pub struct Issue {
        /// The type of the issue: dotted parts, severity first, such as `warning.validation`. An
        /// open set.
        pub issue_type: Option<String> = "type" => with_issue_type,
        /// The description of the issue. Free text.
        pub message: Option<String> = "message" => with_message,
        /// Links to pages about the issue.
        pub links: Option<IssueLinks> = "links" => with_links,
        pub extra: Extra,
    }
}

object! {
    /// Links to pages about an [`Issue`].
    pub struct IssueLinks {
        /// The URI of the logs.
        pub logs: Option<String> = "logs" => with_logs,
        /// The URI of the page in the Codat Portal.
        pub portal: Option<String> = "portal" => with_portal,
        /// The URI of a page to read more on.
        pub read_more: Option<String> = "readMore" => with_read_more,
        pub extra: Extra,
    }
}

vocabulary! {
    /// Status of a dataset, in a [`DataTypeRead`].
    ///
    /// Use [`is_complete`](Self::is_complete), [`is_error`](Self::is_error) and
    /// [`is_final`](Self::is_final) to classify it.
    pub enum DatasetStatus {
        Initial = "Initial",
        Queued = "Queued",
        Fetching = "Fetching",
        MapQueued = "MapQueued",
        Mapping = "Mapping",
        /// The read succeeded.
        Complete = "Complete",
        FetchError = "FetchError",
        MapError = "MapError",
        InternalError = "InternalError",
        ProcessingQueued = "ProcessingQueued",
        Processing = "Processing",
        ProcessingError = "ProcessingError",
        ValidationQueued = "ValidationQueued",
        Validating = "Validating",
        ValidationError = "ValidationError",
        AuthError = "AuthError",
        Cancelled = "Cancelled",
        NotSupported = "NotSupported",
        RateLimitError = "RateLimitError",
        PermissionsError = "PermissionsError",
        PrerequisiteNotMet = "PrerequisiteNotMet",
    }
}

impl DatasetStatus {
    /// Returns `true` if the read failed: for `FetchError`, `MapError`, `InternalError`,
    /// `ProcessingError`, `ValidationError`, `AuthError`, `RateLimitError`, `PermissionsError` and
    /// `PrerequisiteNotMet`.
    ///
    /// Returns `false` for an undocumented status.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.stage() == Some(Stage::Failed)
    }

    /// Returns `true` if the read succeeded: for `Complete` only.
    ///
    /// `Cancelled` and `NotSupported` are final, but neither complete nor an error.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.stage() == Some(Stage::Complete)
    }

    /// Returns `true` if the status will not change any more in this read: if it is complete, an error,
    /// `Cancelled` or `NotSupported`.
    ///
    /// The remaining statuses are those of a read in progress. Returns `false` for an undocumented status.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.stage().is_some()
    }

    // Has no `_` arm, so that a new status does not compile until it is classified.
    fn stage(&self) -> Option<Stage> {
        match self {
            Self::Complete => Some(Stage::Complete),
            Self::Cancelled | Self::NotSupported => Some(Stage::Ended),
            Self::FetchError
            | Self::MapError
            | Self::InternalError
            | Self::ProcessingError
            | Self::ValidationError
            | Self::AuthError
            | Self::RateLimitError
            | Self::PermissionsError
            | Self::PrerequisiteNotMet => Some(Stage::Failed),
            Self::Initial
            | Self::Queued
            | Self::Fetching
            | Self::MapQueued
            | Self::Mapping
            | Self::ProcessingQueued
            | Self::Processing
            | Self::ValidationQueued
            | Self::Validating
            | Self::Other(_) => None,
        }
    }
}

#[derive(PartialEq)]
enum Stage {
    Complete,
    Failed,
    /// Neither complete nor failed.
    Ended,
}

impl ReadCompleted {
    /// Returns an iterator over the data types whose read failed, as
    /// [`DatasetStatus::is_error`] defines it.
    pub fn failed(&self) -> impl Iterator<Item = &DataTypeRead> {
        let is_error =
            |read: &&DataTypeRead| read.status.as_ref().is_some_and(DatasetStatus::is_error);
        self.data_types.iter().filter(is_error)
    }

    /// Returns an iterator over the data types with new, changed or deleted records.
    ///
    /// It is empty for the first read after a connection is linked: Codat then reports no
    /// modifications, although all records are new. For that read, use
    /// [`DatasetStatus::is_complete`] instead.
    pub fn modified(&self) -> impl Iterator<Item = &DataTypeRead> {
        self.data_types
            .iter()
            .filter(|read| read.records_modified == Some(true))
    }

    /// Returns an iterator over the data types that were read from the given connection.
    pub fn by_connection(&self, connection: ConnectionId) -> impl Iterator<Item = &DataTypeRead> {
        self.data_types
            .iter()
            .filter(move |read| read.connection_id == Some(connection))
    }
}
