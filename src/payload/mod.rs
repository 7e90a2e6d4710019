//! Payloads of webhook events, with their statuses and other vocabularies.
//!
//! | payload | event types | Codat solution |
//! |---|---|---|
//! | [`Company`] | `company.created`, `company.deleted` | Platform |
//! | [`CompanyProduct`] | `company.product.added`, `company.product.removed` | Platform |
//! | [`ConnectionEvent`] | `connection.created`, `connection.connected`, `connection.disconnected`, `connection.reconnected`, `connection.failed`, `connection.deleted` | Platform |
//! | [`ReadCompleted`] | `read.completed` and `{productIdentifier}.read.completed`, also followed by `.initial`, `.successful`, `.unsuccessful` or `.successful.initial` | Platform |
//! | [`Write`] | `{dataType}.write.successful`, `{dataType}.write.unsuccessful` | Platform |
//! | [`RateLimit`] | `client.rateLimit.reached`, `client.rateLimit.reset` | Platform |
//! | [`SourceAccountEvent`] | `bankFeeds.sourceAccount.connected`, `bankFeeds.sourceAccount.disconnected` | Bank Feeds |
//! | [`ExpensesSync`] | `expenses.sync.successful`, `expenses.sync.unsuccessful` | Expenses |
//! | [`Report`] | `reports.categorizedBankStatement.generate.*`, `reports.creditModel.generate.*` | Lending |
//! | [`Report`] | `reports.spendAnalysis.generate.*` | Spend Insights |
//! | [`AccountCategoriesUpdated`] | `AccountCategoriesUpdated` | Lending |
//!
//! Here `*` is `successful` or `unsuccessful`. Codat describes the events in its
//! [list of event types] and its [overview of webhooks]. The data of the legacy alerts is in
//! [`legacy`](crate::legacy).
//!
//! # Fields
//!
//! All fields are public. Codat documents nearly all of them as optional, so only the fields that
//! an event cannot be used without, such as its ids, are required. The others are `None` if they
//! were missing or `null`, or if their value does not fit their type.
//!
//! Values that do not fit, and unknown fields, are kept in the `extra` field of the struct, an
//! [`Extra`](crate::value::Extra). Enums such as [`ConnectionStatus`] are open: they keep an
//! undocumented value in their variant `Other`.
//!
//! # Constructing payloads
//!
//! The structs are `#[non_exhaustive]`. Each has a `new` function, which takes the required fields,
//! and a setter for each optional field:
//!
//! ```
//! use codat_webhooks::payload::{CompanyReference, ExpensesSync, ExpensesTransaction};
//! use codat_webhooks::value::CompanyId;
//!
//! let company: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse()?;
//! let reference = CompanyReference::new(company).name("Harbour Bikes");
//! let sync = ExpensesSync::new(reference, "d3c9b8a7-1f2e-4d5c-8b6a-970e1f3c5d24")
//!     .transactions(vec![ExpensesTransaction::new("expense-17").error_message("no supplier")]);
//!
//! assert_eq!(sync.reference_company.name.as_deref(), Some("Harbour Bikes"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types
//! [overview of webhooks]: https://docs.codat.io/using-the-api/webhooks/overview

mod account_categories;
mod alert_header;
mod bank_feeds;
mod company;
mod connection;
mod expenses;
mod object;
mod rate_limit;
mod read;
mod report;
mod unknown;
mod write;

pub use account_categories::AccountCategoriesUpdated;
pub use alert_header::AlertHeader;
pub use bank_feeds::{
    AccountInfo, AccountType, RoutingInfo, RoutingType, SourceAccount, SourceAccountEvent,
    SourceAccountStatus,
};
pub use company::{Company, CompanyLinks, CompanyProduct, CompanyReference};
pub use connection::{
    Connection, ConnectionError, ConnectionErrorStatus, ConnectionEvent, ConnectionStatus,
    SourceType,
};
pub use expenses::{ExpensesSync, ExpensesTransaction, ExpensesTransactionStatus};
pub use rate_limit::RateLimit;
pub use read::{DataTypeRead, DatasetStatus, Issue, IssueLinks, ReadCompleted};
pub use report::Report;
pub use write::{Write, WriteRecord, WriteStatus, WriteType};

use crate::value::{CompanyId, ConnectionId, Tags};
pub(crate) use object::{
    Fields, KeySeed, Object, Slot, Visit, cold, deserialize, drift, drift_of_extra, hot, object,
    serialize,
};
pub(crate) use unknown::UnknownPayload;

/// Accessors that work for events of any type. By default, a payload has no information; it
/// overrides the accessors for what it has.
pub(crate) trait Payload {
    /// Returns the payload as a trait object. Called on a `Box`, derefs to the payload inside.
    fn as_payload(&self) -> &dyn Payload
    where
        Self: Sized,
    {
        self
    }

    fn reference_company(&self) -> Option<&CompanyReference> {
        None
    }

    fn company_id(&self) -> Option<CompanyId> {
        self.reference_company().map(|company| company.id)
    }

    fn company_name(&self) -> Option<&str> {
        self.reference_company()?.name.as_deref()
    }

    fn company_tags(&self) -> Option<&Tags> {
        self.reference_company()?.tags.as_ref()
    }

    fn connection_id(&self) -> Option<ConnectionId> {
        None
    }

    /// Returns the details of the event in phrases that are safe to log: ids and statuses, but no
    /// names, amounts or messages.
    fn details(&self) -> Vec<String> {
        Vec::new()
    }
}
