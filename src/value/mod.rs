//! Values that payloads consist of: ids, dates, amounts, tags and raw JSON.
//!
//! | type | JSON | contents |
//! |---|---|---|
//! | [`CompanyId`], [`ConnectionId`], [`EventId`] and other ids | a UUID in a string | the UUID, in a separate type for each kind of id |
//! | [`Timestamp`] | a string | the text, with views as an instant, a local time or a date |
//! | [`Amount`] | a number | all digits of a decimal number |
//! | [`Tags`] | an object of strings | the tags of a company, ordered by key |
//! | [`DataType`] | a string | a documented data type, or any other text |
//! | [`StatusCode`] | a string or a number | the status code of a connection error |
//! | [`RawJson`] | any | a JSON value, byte for byte |
//! | [`Extra`] | members of an object | unknown fields, and optional fields that do not fit their type |
//! | [`Other`] | a string | an undocumented value, in the `Other` variant of an enum |
//!
//! All of them are written back in the form in which they were read, except that ids are written in
//! lower case with hyphens and that tags are sorted by key.

mod amount;
mod data_type;
pub mod extra;
mod field;
mod id;
mod members;
mod raw_json;
mod status_code;
pub mod tags;
mod timestamp;
mod vocabulary;

pub use amount::{Amount, ParseAmountError};
pub use data_type::DataType;
#[doc(inline)]
pub use extra::Extra;
pub use id::{
    ClientId, CompanyId, ConnectionId, DatasetId, EventId, IntegrationId, ParseIdError,
    PushOperationKey, ReportId, RuleId, SourceId, SyncId, UserId,
};
pub use raw_json::RawJson;
pub(crate) use raw_json::check_format;
pub use status_code::StatusCode;
pub use tags::Tags;
pub use timestamp::Timestamp;
pub use vocabulary::Other;

pub(crate) use field::{Field, FieldError, FieldErrorKind, Hot, HotOption, Text, give_up};
pub(crate) use members::{Members, Name};
#[cfg(feature = "arbitrary")]
pub(crate) use vocabulary::arbitrary_value;
pub(crate) use vocabulary::{equal_to_text, text_impls, vocabulary};
