//! Values that payloads consist of: ids, dates, amounts, tags and raw JSON.
//!
//! | type | JSON | contents |
//! |---|---|---|
//! | [`CompanyId`], [`ConnectionId`], [`EventId`] and other ids | a UUID in a string | the UUID, in a separate type for each kind of id |
//! | [`Timestamp`] | a string | the text, with views as an instant, a local time or a date |
//! | [`Amount`] | a number | all digits of a decimal number |
//! | [`Tags`] | an object of strings | the tags of a company, ordered by key |
//! | [`DataType`], [`ReportType`] | a string | a documented data type or report, or any other text |
//! | [`ErrorCode`] | a string or a number | the status code of a connection error |
//! | [`RawJson`] | any | a JSON value, byte for byte |
//! | [`Extra`] | members of an object | unknown fields, and optional fields that do not fit their type |
//! | [`Other`] | a string | an undocumented value, in the `Other` variant of an enum |
//!
//! All of them are written back in the form in which they were read, except that ids are written in
//! lower case with hyphens and that tags are sorted by key.

mod amount;
#[cfg(feature = "arbitrary")]
mod arbitrary;
mod data_type;
mod error_code;
mod id;
mod report_type;
mod tags;
mod timestamp;

pub use crate::json::{Extra, Other, ParseFieldError, RawJson};
pub use amount::{Amount, ParseAmountError};
pub use data_type::DataType;
pub use error_code::ErrorCode;
pub(crate) use id::Id;
pub use id::{
    ClientId, CompanyId, ConnectionId, DatasetId, EventId, IntegrationId, ParseIdError,
    PushOperationKey, ReportId, RuleId, SourceId, SyncId, UserId,
};
pub use report_type::ReportType;
pub use tags::Tags;
pub use timestamp::Timestamp;
