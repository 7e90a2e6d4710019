//! Reads: data that Codat fetched.

use super::{CompanyReference, Payload, object};
use crate::text::tally;
use crate::value::{ConnectionId, DataType, Timestamp, vocabulary};

object! {
    /// A read of a company's data came to its end. Payload of the `read.completed*` events and of
    /// `{productIdentifier}.read.completed*`.
    ///
    /// `read.completed.initial` comes after every time a connection is linked, not once for a
    /// company.
    pub struct ReadCompleted {
        /// The company whose data was read.
        pub reference_company: CompanyReference = "referenceCompany",
        /// Only records modified since then were asked for.
        pub modified_from_date: Option<Timestamp> = "modifiedFromDate",
        /// What was read, and how it went. Codat asks to handle every element, however many.
        pub data_types: Vec<DataTypeRead> = "dataTypes",
        pub extra: Extra,
    }
}

impl Payload for ReadCompleted {
    fn reference_company(&self) -> Option<&CompanyReference> {
        Some(&self.reference_company)
    }

    /// The one connection that all of the data types were read from.
    fn connection_id(&self) -> Option<ConnectionId> {
        let mut ids = self
            .data_types
            .iter()
            .map(|data_type| data_type.connection_id);
        let first = ids.next()??;
        ids.all(|id| id == Some(first)).then_some(first)
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
    /// How the read of one data type went.
    pub struct DataTypeRead {
        /// The connection that it was read from.
        pub connection_id: Option<ConnectionId> = "connectionId",
        /// The data type.
        pub data_type: DataType = "dataType",
        /// Whether any record was new or changed. `false` throughout for the first read after
        /// linking.
        pub records_modified: Option<bool> = "recordsModified",
        /// How the dataset stands.
        pub status: Option<DatasetStatus> = "status",
        /// What Codat has to say on the data.
        pub issues: Option<Vec<Issue>> = "issues",
        pub extra: Extra,
    }
}

object! {
    /// Something that Codat noticed while it read.
    pub struct Issue {
        /// What kind of issue, severity first: `warning.validation`.
        pub issue_type: Option<String> = "type",
        /// The issue in words.
        pub message: Option<String> = "message",
        /// Where to read more.
        pub links: Option<IssueLinks> = "links",
        pub extra: Extra,
    }
}

object! {
    /// Where to read more on an issue.
    pub struct IssueLinks {
        /// The URI of the logs.
        pub logs: Option<String> = "logs",
        /// The URI of the page in the Codat Portal.
        pub portal: Option<String> = "portal",
        /// The URI of the documentation.
        pub read_more: Option<String> = "readMore",
        pub extra: Extra,
    }
}

vocabulary! {
    /// How the read of a dataset stands.
    pub enum DatasetStatus {
        Initial = "Initial",
        Queued = "Queued",
        Fetching = "Fetching",
        MapQueued = "MapQueued",
        Mapping = "Mapping",
        /// The data is there.
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
    /// Returns `true` if the read has failed: `FetchError`, `MapError`, `InternalError`,
    /// `ProcessingError`, `ValidationError`, `AuthError`, `RateLimitError`, `PermissionsError` or
    /// `PrerequisiteNotMet`.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.stage() == Some(Stage::Failed)
    }

    /// Returns `true` if the read has succeeded: `Complete`.
    ///
    /// `Cancelled` and `NotSupported` are ends that are neither complete nor an error, and every other
    /// status is on the way.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.stage() == Some(Stage::Complete)
    }

    /// Each documented status has to be named here.
    fn stage(&self) -> Option<Stage> {
        match self {
            Self::Complete => Some(Stage::Complete),
            Self::FetchError
            | Self::MapError
            | Self::InternalError
            | Self::ProcessingError
            | Self::ValidationError
            | Self::AuthError
            | Self::RateLimitError
            | Self::PermissionsError
            | Self::PrerequisiteNotMet => Some(Stage::Failed),
            Self::Cancelled
            | Self::NotSupported
            | Self::Initial
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
}

impl ReadCompleted {
    /// Returns the data types whose read has failed, by [`DatasetStatus::is_error`].
    pub fn failed(&self) -> impl Iterator<Item = &DataTypeRead> {
        let is_error =
            |read: &&DataTypeRead| read.status.as_ref().is_some_and(DatasetStatus::is_error);
        self.data_types.iter().filter(is_error)
    }

    /// Returns the data types with new or changed records.
    ///
    /// The first read after linking reports none, though everything is new: see
    /// [`DatasetStatus::is_complete`] for that one.
    pub fn modified(&self) -> impl Iterator<Item = &DataTypeRead> {
        self.data_types
            .iter()
            .filter(|read| read.records_modified == Some(true))
    }

    /// Returns the data types that were read from a connection.
    pub fn by_connection(&self, connection: ConnectionId) -> impl Iterator<Item = &DataTypeRead> {
        self.data_types
            .iter()
            .filter(move |read| read.connection_id == Some(connection))
    }
}
