//! Data of the alerts. Keys are read in `PascalCase` and in `camelCase`.

use crate::payload::{ConnectionStatus, DatasetStatus, SourceType, WriteStatus, object};
use crate::value::{ConnectionId, DataType, DatasetId, PushOperationKey, SyncId, Timestamp};

object! {
    /// Data of [`Rule::DataConnectionStatusChanged`](super::Rule::DataConnectionStatusChanged).
    pub struct DataConnectionStatusChanged {
        /// The id of the connection.
        pub data_connection_id: Option<ConnectionId> = "dataConnectionId" | "DataConnectionId",
        /// The status of the connection after the change.
        pub new_status: Option<ConnectionStatus> = "newStatus" | "NewStatus",
        /// The status of the connection before the change.
        pub old_status: Option<ConnectionStatus> = "oldStatus" | "OldStatus",
        /// The key of the integration that the connection uses. An open set.
        pub platform_key: Option<String> = "platformKey" | "PlatformKey",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::NewCompanySynchronized`](super::Rule::NewCompanySynchronized).
    pub struct NewCompanySynchronized {
        /// The name of the company.
        pub company_name: Option<String> = "companyName" | "CompanyName",
        /// The kind of software that the data was read from.
        pub source_type: Option<SourceType> = "sourceType" | "SourceType",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::DataSyncCompleted`](super::Rule::DataSyncCompleted),
    /// [`Rule::DatasetDataChanged`](super::Rule::DatasetDataChanged) and
    /// [`Rule::DataSyncStatusChangedToError`](super::Rule::DataSyncStatusChangedToError).
    pub struct Dataset {
        /// The data type of the dataset.
        pub data_type: Option<DataType> = "dataType" | "DataType",
        /// The status of the dataset. Only sent for `DataSyncStatusChangedToError`.
        pub dataset_status: Option<DatasetStatus> = "datasetStatus" | "DatasetStatus",
        /// The id of the dataset.
        pub dataset_id: Option<DatasetId> = "datasetId" | "DatasetId",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::PushOperationStatusChanged`](super::Rule::PushOperationStatusChanged) and
    /// [`Rule::PushOperationTimedOut`](super::Rule::PushOperationTimedOut).
    pub struct PushOperation {
        /// The data type that is written. Older alerts have the undocumented value `accounts` for
        /// [`ChartOfAccounts`](DataType::ChartOfAccounts).
        pub data_type: Option<DataType> = "dataType" | "DataType",
        /// The status of the write request. Only sent for `PushOperationStatusChanged`. Older
        /// alerts have the undocumented value `Successful` for [`Success`](WriteStatus::Success).
        pub status: Option<WriteStatus> = "status" | "Status",
        /// The key of the write request, which is [`Write::id`](field@crate::payload::Write::id) in
        /// current events.
        pub push_operation_key: Option<PushOperationKey> = "pushOperationKey" | "PushOperationKey",
        /// The same key as [`push_operation_key`](field@Self::push_operation_key). Deprecated by
        /// Codat.
        pub push_operation_guid: Option<PushOperationKey> = "pushOperationGuid" | "PushOperationGuid",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::SyncCompleted`](super::Rule::SyncCompleted),
    /// [`Rule::SyncFailed`](super::Rule::SyncFailed) and
    /// [`Rule::SyncStarted`](super::Rule::SyncStarted).
    pub struct SyncData {
        /// The id of the sync, which is
        /// [`ExpensesSync::sync_id`](field@crate::payload::ExpensesSync::sync_id) in current
        /// events.
        pub sync_id: Option<SyncId> = "syncId" | "SyncId",
        /// The type of the sync. An open set.
        pub sync_type: Option<String> = "syncType" | "SyncType",
        /// The stage in which the sync failed. Only sent for `SyncFailed`. An open set.
        pub failure_stage: Option<String> = "FailureStage" | "failureStage",
        /// The start of the range of dates that is synced, in UTC.
        pub sync_date_range_start_utc: Option<Timestamp> = "SyncDateRangeStartUtc" | "syncDateRangeStartUtc",
        /// The end of the range of dates that is synced, in UTC.
        pub sync_date_range_finish_utc: Option<Timestamp> = "SyncDateRangeFinishUtc" | "syncDateRangeFinishUtc",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::SyncConnectionDeleted`](super::Rule::SyncConnectionDeleted), which has no
    /// documented fields.
    pub struct NoData {
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::RateLimitReached`](super::Rule::RateLimitReached).
    pub struct RateLimitReached {
        /// The number of API requests that the client may make per day.
        pub daily_quota: Option<i64> = "DailyQuota" | "dailyQuota",
        /// The time at which the quota resets, in UTC.
        pub expires_utc: Option<Timestamp> = "ExpiresUtc" | "expiresUtc",
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::RateLimitReset`](super::Rule::RateLimitReset).
    pub struct RateLimitReset {
        /// The number of API requests that remain.
        pub quota_remaining: Option<i64> = "QuotaRemaining" | "quotaRemaining",
        /// The reason for the reset. An open set.
        pub reset_reason: Option<String> = "ResetReason" | "resetReason",
        /// The number of API requests that the client may make per day.
        pub daily_quota: Option<i64> = "DailyQuota" | "dailyQuota",
        /// The time at which the quota resets next, in UTC.
        pub expires_utc: Option<Timestamp> = "ExpiresUtc" | "expiresUtc",
        pub extra: Extra,
    }
}
