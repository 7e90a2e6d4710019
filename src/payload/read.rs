//! Reads: data that Codat fetched.

use super::{CompanyReference, Payload, object};
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
