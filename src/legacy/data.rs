//! The data of alerts. Keys are read in either case of their first letter.

use crate::payload::{ConnectionStatus, DatasetStatus, SourceType, WriteStatus, object};
use crate::value::{ConnectionId, DataType, DatasetId, PushOperationKey, SyncId, Timestamp};

object! {
    /// Data of [`Rule::DataConnectionStatusChanged`](super::Rule::DataConnectionStatusChanged).
    pub struct DataConnectionStatusChanged {
        /// The connection.
        pub data_connection_id: Option<ConnectionId> = "dataConnectionId" | "DataConnectionId",
        /// How the connection stands now.
        pub new_status: Option<ConnectionStatus> = "newStatus" | "NewStatus",
        /// How it stood before.
        pub old_status: Option<ConnectionStatus> = "oldStatus" | "OldStatus",
        /// The key of the integration, of four letters.
        pub platform_key: Option<String> = "platformKey" | "PlatformKey",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::NewCompanySynchronized`](super::Rule::NewCompanySynchronized).
    pub struct NewCompanySynchronized {
        /// The company's name.
        pub company_name: Option<String> = "companyName" | "CompanyName",
        /// What kind of software the data came from.
        pub source_type: Option<SourceType> = "sourceType" | "SourceType",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::DataSyncCompleted`](super::Rule::DataSyncCompleted), [`Rule::DatasetDataChanged`](super::Rule::DatasetDataChanged) and
    /// [`Rule::DataSyncStatusChangedToError`](super::Rule::DataSyncStatusChangedToError).
    pub struct Dataset {
        /// The data type.
        pub data_type: Option<DataType> = "dataType" | "DataType",
        /// How the dataset stands. Comes with errors alone.
        pub dataset_status: Option<DatasetStatus> = "datasetStatus" | "DatasetStatus",
        /// The dataset.
        pub dataset_id: Option<DatasetId> = "datasetId" | "DatasetId",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::PushOperationStatusChanged`](super::Rule::PushOperationStatusChanged) and [`Rule::PushOperationTimedOut`](super::Rule::PushOperationTimedOut).
    pub struct PushOperation {
        /// The data type that is written.
        pub data_type: Option<DataType> = "dataType" | "DataType",
        /// How the write request stands. Comes with changes of it alone.
        pub status: Option<WriteStatus> = "status" | "Status",
        /// The write request: [`Write::id`](crate::payload::Write::id) of the current event.
        pub push_operation_key: Option<PushOperationKey> = "pushOperationKey" | "PushOperationKey",
        /// The same once more. Deprecated by Codat.
        pub push_operation_guid: Option<PushOperationKey> = "pushOperationGuid" | "PushOperationGuid",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::SyncCompleted`](super::Rule::SyncCompleted), [`Rule::SyncFailed`](super::Rule::SyncFailed) and [`Rule::SyncStarted`](super::Rule::SyncStarted).
    pub struct SyncData {
        /// The sync.
        pub sync_id: Option<SyncId> = "syncId" | "SyncId",
        /// What kind of sync it is.
        pub sync_type: Option<String> = "syncType" | "SyncType",
        /// The stage that failed. Comes with failures alone.
        pub failure_stage: Option<String> = "FailureStage" | "failureStage",
        /// From when on data is synced.
        pub sync_date_range_start_utc: Option<Timestamp> = "SyncDateRangeStartUtc" | "syncDateRangeStartUtc",
        /// Until when data is synced.
        pub sync_date_range_finish_utc: Option<Timestamp> = "SyncDateRangeFinishUtc" | "syncDateRangeFinishUtc",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::SyncConnectionDeleted`](super::Rule::SyncConnectionDeleted), which has none.
    pub struct NoData {
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::RateLimitReached`](super::Rule::RateLimitReached).
    pub struct RateLimitReached {
        /// The number of API calls that the client may make in a day.
        pub daily_quota: Option<i64> = "DailyQuota" | "dailyQuota",
        /// When the quota resets.
        pub expires_utc: Option<Timestamp> = "ExpiresUtc" | "expiresUtc",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::RateLimitReset`](super::Rule::RateLimitReset).
    pub struct RateLimitReset {
        /// How many API calls are left.
        pub quota_remaining: Option<i64> = "QuotaRemaining" | "quotaRemaining",
        /// Why the quota was reset.
        pub reset_reason: Option<String> = "ResetReason" | "resetReason",
        /// The number of API calls that the client may make in a day.
        pub daily_quota: Option<i64> = "DailyQuota" | "dailyQuota",
        /// When the quota resets again.
        pub expires_utc: Option<Timestamp> = "ExpiresUtc" | "expiresUtc",
        pub extra: Extra,
    }
}
