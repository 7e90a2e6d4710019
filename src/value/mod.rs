//! The values that payloads are made of.

mod amount;
mod data_type;
mod id;
mod raw_json;
mod status_code;
mod tags;
mod timestamp;
mod vocabulary;

pub use amount::{Amount, ParseAmountError};
pub use data_type::DataType;
pub use id::{
    ClientId, CompanyId, ConnectionId, DatasetId, EventId, IntegrationId, ParseIdError,
    PushOperationKey, ReportId, RuleId, SourceId, SyncId,
};
pub use raw_json::RawJson;
pub use status_code::StatusCode;
pub use tags::Tags;
pub use timestamp::Timestamp;
pub use vocabulary::Other;

pub(crate) use id::NOT_A_UUID;
pub(crate) use tags::TAG_TWICE;
pub(crate) use vocabulary::{OTHER, text_impls, vocabulary};
