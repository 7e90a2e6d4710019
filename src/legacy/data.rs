//! The data of alerts. Keys are read in either case of their first letter.

use crate::payload::{ConnectionStatus, DatasetStatus, SourceType, WriteStatus, object};
use crate::value::{ConnectionId, DataType, DatasetId, PushOperationKey, SyncId, Timestamp};

object! {
    /// Data of [`Rule::DataConnectionStatusChanged`](super::Rule::DataConnectionStatusChanged).
    pub struct DataConnectionStatusChanged {
        /// The connection.
        #[serde(alias = "DataConnectionId")]
        pub data_connection_id: Option<ConnectionId>,
        /// How the connection stands now.
        #[serde(alias = "NewStatus")]
        pub new_status: Option<ConnectionStatus>,
        /// How it stood before.
        #[serde(alias = "OldStatus")]
        pub old_status: Option<ConnectionStatus>,
        /// The key of the integration, of four letters.
        #[serde(alias = "PlatformKey")]
        pub platform_key: Option<String>,
    }
}

object! {
    /// Data of [`Rule::NewCompanySynchronized`](super::Rule::NewCompanySynchronized).
    pub struct NewCompanySynchronized {
        /// The company's name.
        #[serde(alias = "CompanyName")]
        pub company_name: Option<String>,
        /// What kind of software the data came from.
        #[serde(alias = "SourceType")]
        pub source_type: Option<SourceType>,
    }
}

object! {
    /// Data of [`Rule::DataSyncCompleted`](super::Rule::DataSyncCompleted), [`Rule::DatasetDataChanged`](super::Rule::DatasetDataChanged) and
    /// [`Rule::DataSyncStatusChangedToError`](super::Rule::DataSyncStatusChangedToError).
    pub struct Dataset {
        /// The data type.
        #[serde(alias = "DataType")]
        pub data_type: Option<DataType>,
        /// How the dataset stands. Comes with errors alone.
        #[serde(alias = "DatasetStatus")]
        pub dataset_status: Option<DatasetStatus>,
        /// The dataset.
        #[serde(alias = "DatasetId")]
        pub dataset_id: Option<DatasetId>,
    }
}

object! {
    /// Data of [`Rule::PushOperationStatusChanged`](super::Rule::PushOperationStatusChanged) and [`Rule::PushOperationTimedOut`](super::Rule::PushOperationTimedOut).
    pub struct PushOperation {
        /// The data type that is written.
        #[serde(alias = "DataType")]
        pub data_type: Option<DataType>,
        /// How the write request stands. Comes with changes of it alone.
        #[serde(alias = "Status")]
        pub status: Option<WriteStatus>,
        /// The write request: [`Write::id`](crate::Write::id) of the current event.
        #[serde(alias = "PushOperationKey")]
        pub push_operation_key: Option<PushOperationKey>,
        /// The same once more. Deprecated by Codat.
        #[serde(alias = "PushOperationGuid")]
        pub push_operation_guid: Option<PushOperationKey>,
    }
}

object! {
    /// Data of [`Rule::SyncCompleted`](super::Rule::SyncCompleted), [`Rule::SyncFailed`](super::Rule::SyncFailed) and [`Rule::SyncStarted`](super::Rule::SyncStarted).
    pub struct SyncData {
        /// The sync.
        #[serde(alias = "SyncId")]
        pub sync_id: Option<SyncId>,
        /// What kind of sync it is.
        #[serde(alias = "SyncType")]
        pub sync_type: Option<String>,
        /// The stage that failed. Wire name `FailureStage`. Comes with failures alone.
        #[serde(rename = "FailureStage", alias = "failureStage")]
        pub failure_stage: Option<String>,
        /// From when on data is synced. Wire name `SyncDateRangeStartUtc`.
        #[serde(rename = "SyncDateRangeStartUtc", alias = "syncDateRangeStartUtc")]
        pub sync_date_range_start_utc: Option<Timestamp>,
        /// Until when data is synced. Wire name `SyncDateRangeFinishUtc`.
        #[serde(rename = "SyncDateRangeFinishUtc", alias = "syncDateRangeFinishUtc")]
        pub sync_date_range_finish_utc: Option<Timestamp>,
    }
}

object! {
    /// Data of [`Rule::SyncConnectionDeleted`](super::Rule::SyncConnectionDeleted), which has none.
    pub struct NoData {}
}

object! {
    /// Data of [`Rule::RateLimitReached`](super::Rule::RateLimitReached).
    pub struct RateLimitReached {
        /// The number of API calls that the client may make in a day. Wire name `DailyQuota`.
        #[serde(rename = "DailyQuota", alias = "dailyQuota")]
        pub daily_quota: Option<i64>,
        /// When the quota resets. Wire name `ExpiresUtc`.
        #[serde(rename = "ExpiresUtc", alias = "expiresUtc")]
        pub expires_utc: Option<Timestamp>,
    }
}

object! {
    /// Data of [`Rule::RateLimitReset`](super::Rule::RateLimitReset).
    pub struct RateLimitReset {
        /// How many API calls are left. Wire name `QuotaRemaining`.
        #[serde(rename = "QuotaRemaining", alias = "quotaRemaining")]
        pub quota_remaining: Option<i64>,
        /// Why the quota was reset. Wire name `ResetReason`.
        #[serde(rename = "ResetReason", alias = "resetReason")]
        pub reset_reason: Option<String>,
        /// The number of API calls that the client may make in a day. Wire name `DailyQuota`.
        #[serde(rename = "DailyQuota", alias = "dailyQuota")]
        pub daily_quota: Option<i64>,
        /// When the quota resets again. Wire name `ExpiresUtc`.
        #[serde(rename = "ExpiresUtc", alias = "expiresUtc")]
        pub expires_utc: Option<Timestamp>,
    }
}
