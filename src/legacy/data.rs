//! Data of the alerts. Keys are read in `PascalCase` and in `camelCase`.

use crate::json::object;
use crate::payload::{ConnectionStatus, DatasetStatus, SourceType, WriteStatus};
use crate::value::{ConnectionId, DataType, DatasetId, PushOperationKey, SyncId, Timestamp};

object! {
    /// Data of [`Rule::DataConnectionStatusChanged`](super::Rule::DataConnectionStatusChanged).
    pub struct DataConnectionStatusChanged {
        /// The id of the connection.
        pub data_connection_id: Option<ConnectionId> = "dataConnectionId" | "DataConnectionId" => with_data_connection_id,
        /// The status of the connection after the change.
        pub new_status: Option<ConnectionStatus> = "newStatus" | "NewStatus" => with_new_status,
        /// The status of the connection before the change.
        pub old_status: Option<ConnectionStatus> = "oldStatus" | "OldStatus" => with_old_status,
        /// The key of the integration that the connection uses. An open set.
        pub platform_key: Option<String> = "platformKey" | "PlatformKey" => with_platform_key,
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::NewCompanySynchronized`](super::Rule::NewCompanySynchronized).
    pub struct NewCompanySynchronized {
        /// The name of the company.
        pub company_name: Option<String> = "companyName" | "CompanyName" => with_company_name,
        /// The kind of software that the data was read from.
        pub source_type: Option<SourceType> = "sourceType" | "SourceType" => with_source_type,
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::DataSyncCompleted`](super::Rule::DataSyncCompleted),
    /// [`Rule::DatasetDataChanged`](super::Rule::DatasetDataChanged) and
    /// [`Rule::DataSyncStatusChangedToError`](super::Rule::DataSyncStatusChangedToError).
    pub struct Dataset {
        /// The data type of the dataset.
        pub data_type: Option<DataType> = "dataType" | "DataType" => with_data_type,
        /// The status of the dataset. Only sent for `DataSyncStatusChangedToError`.
        pub dataset_status: Option<DatasetStatus> = "datasetStatus" | "DatasetStatus" => with_dataset_status,
        /// The id of the dataset.
        pub dataset_id: Option<DatasetId> = "datasetId" | "DatasetId" => with_dataset_id,
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::PushOperationStatusChanged`](super::Rule::PushOperationStatusChanged) and
    /// [`Rule::PushOperationTimedOut`](super::Rule::PushOperationTimedOut).
    pub struct PushOperation {
        /// The data type that is written. Older alerts have the undocumented value `accounts` for
        /// [`ChartOfAccounts`](DataType::ChartOfAccounts).
        pub data_type: Option<DataType> = "dataType" | "DataType" => with_data_type,
        /// The status of the write request. Only sent for `PushOperationStatusChanged`. Older
        /// alerts have the undocumented value `Successful` for [`Success`](WriteStatus::Success).
        pub status: Option<WriteStatus> = "status" | "Status" => with_status,
        /// The key of the write request, which is [`Write::id`](crate::payload::Write::id) in
        /// current events.
        pub push_operation_key: Option<PushOperationKey> = "pushOperationKey" | "PushOperationKey" => with_push_operation_key,
        /// The same key as [`push_operation_key`](Self::push_operation_key). Deprecated by
        /// Codat.
        pub push_operation_guid: Option<PushOperationKey> = "pushOperationGuid" | "PushOperationGuid" => with_push_operation_guid,
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::SyncCompleted`](super::Rule::SyncCompleted),
    /// [`Rule::SyncFailed`](super::Rule::SyncFailed) and
    /// [`Rule::SyncStarted`](super::Rule::SyncStarted).
    pub struct SyncData {
        /// The id of the sync, which is
        /// [`ExpensesSync::sync_id`](crate::payload::ExpensesSync::sync_id) in current
        /// events.
        pub sync_id: Option<SyncId> = "syncId" | "SyncId" => with_sync_id,
        /// The type of the sync. An open set.
        pub sync_type: Option<String> = "syncType" | "SyncType" => with_sync_type,
        /// The stage in which the sync failed. Only sent for `SyncFailed`. An open set.
        pub failure_stage: Option<String> = "FailureStage" | "failureStage" => with_failure_stage,
        /// The start of the range of dates that is synced, in UTC.
        pub sync_date_range_start_utc: Option<Timestamp> = "SyncDateRangeStartUtc" | "syncDateRangeStartUtc" => with_sync_date_range_start_utc,
        /// The end of the range of dates that is synced, in UTC.
        pub sync_date_range_finish_utc: Option<Timestamp> = "SyncDateRangeFinishUtc" | "syncDateRangeFinishUtc" => with_sync_date_range_finish_utc,
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
        pub daily_quota: Option<i64> = "DailyQuota" | "dailyQuota" => with_daily_quota,
        /// The time at which the quota resets, in UTC.
        pub expires_utc: Option<Timestamp> = "ExpiresUtc" | "expiresUtc" => with_expires_utc,
        pub extra: Extra,
    }
}

object! {
    /// Data of [`Rule::RateLimitReset`](super::Rule::RateLimitReset).
    pub struct RateLimitReset {
        /// The number of API requests that remain.
        pub quota_remaining: Option<i64> = "QuotaRemaining" | "quotaRemaining" => with_quota_remaining,
        /// The reason for the reset. An open set.
        pub reset_reason: Option<String> = "ResetReason" | "resetReason" => with_reset_reason,
        /// The number of API requests that the client may make per day.
        pub daily_quota: Option<i64> = "DailyQuota" | "dailyQuota" => with_daily_quota,
        /// The time at which the quota resets next, in UTC.
        pub expires_utc: Option<Timestamp> = "ExpiresUtc" | "expiresUtc" => with_expires_utc,
        pub extra: Extra,
    }
}
