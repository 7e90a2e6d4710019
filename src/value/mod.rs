//! The values that payloads are made of.

mod amount;
mod data_type;
pub mod extra;
mod field;
mod id;
mod raw_json;
mod status_code;
mod tags;
mod timestamp;
mod vocabulary;

pub use amount::{Amount, ParseAmountError};
pub use data_type::DataType;
pub use extra::Extra;
pub use id::{
    ClientId, CompanyId, ConnectionId, DatasetId, EventId, IntegrationId, ParseIdError,
    PushOperationKey, ReportId, RuleId, SourceId, SyncId, UserId,
};
pub use raw_json::RawJson;
pub use status_code::StatusCode;
pub use tags::Tags;
pub use timestamp::Timestamp;
pub use vocabulary::Other;

pub(crate) use field::{
    Field, FieldError, FieldErrorKind, Hot, HotOption, Members, Name, Text, give_up,
};
pub(crate) use vocabulary::{text_impls, vocabulary};
