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
//! | [`Report`] | `reports.{report}.generate.successful`, `reports.{report}.generate.unsuccessful` | Lending, Spend Insights |
//! | [`AccountCategoriesUpdated`](crate::legacy::AccountCategoriesUpdated) | `AccountCategoriesUpdated` | Lending |
//!
//! Codat describes the events in its
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
//! and a setter `with_<field>` for each optional field:
//!
//! ```
//! use codat_webhooks::payload::{CompanyReference, ExpensesSync, ExpensesTransaction};
//! use codat_webhooks::value::CompanyId;
//!
//! let company: CompanyId = "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40".parse()?;
//! let reference = CompanyReference::new(company).with_name("Harbour Bikes");
//! let sync = ExpensesSync::new(reference, "d3c9b8a7-1f2e-4d5c-8b6a-970e1f3c5d24")
//!     .with_transactions(vec![ExpensesTransaction::new("expense-17").with_error_message("no supplier")]);
//!
//! assert_eq!(sync.reference_company.name.as_deref(), Some("Harbour Bikes"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [list of event types]: https://docs.codat.io/using-the-api/webhooks/event-types
//! [overview of webhooks]: https://docs.codat.io/using-the-api/webhooks/overview

mod bank_feeds;
mod company;
mod connection;
mod expenses;
mod rate_limit;
mod read;
mod reference;
mod report;
mod unknown;
mod write;

pub use bank_feeds::{
    AccountInfo, AccountType, RoutingInfo, RoutingType, SourceAccount, SourceAccountEvent,
    SourceAccountStatus,
};
pub use company::{Company, CompanyProduct};
pub use connection::{
    Connection, ConnectionError, ConnectionErrorStatus, ConnectionEvent, ConnectionStatus,
    SourceType,
};
pub use expenses::{ExpensesSync, ExpensesTransaction, ExpensesTransactionStatus};
pub use rate_limit::RateLimit;
pub use read::{DataTypeRead, DatasetStatus, Issue, IssueLinks, ReadCompleted};
pub use reference::{CompanyLinks, CompanyReference};
pub use report::Report;
pub use write::{Write, WriteRecord, WriteStatus, WriteType};

use std::borrow::Cow;

use crate::value::{CompanyId, ConnectionId, Id, Tags};

pub(crate) use unknown::UnknownParts;

/// Accessors that work for events of any type. By default, a payload has no information; it
/// overrides the accessors for what it has.
pub(crate) trait Payload {
    fn find_reference_company(&self) -> Option<Cow<'_, CompanyReference>> {
        None
    }

    fn find_company_id(&self) -> Option<CompanyId> {
        self.find_reference_company().map(|company| company.id)
    }

    fn find_company_name(&self) -> Option<Cow<'_, str>> {
        name(self.find_reference_company()?)
    }

    fn find_company_tags(&self) -> Option<Cow<'_, Tags>> {
        tags(self.find_reference_company()?)
    }

    fn find_connection_id(&self) -> Option<ConnectionId> {
        None
    }

    fn as_connection(&self) -> Option<&ConnectionEvent> {
        None
    }

    fn as_read_completed(&self) -> Option<&ReadCompleted> {
        None
    }

    /// Returns the details of the event in phrases that are safe to log: ids and statuses, but no
    /// names, amounts or messages.
    fn details(&self) -> Vec<String> {
        Vec::new()
    }
}

fn name(company: Cow<'_, CompanyReference>) -> Option<Cow<'_, str>> {
    match company {
        Cow::Borrowed(company) => company.name.as_deref().map(Cow::Borrowed),
        Cow::Owned(company) => company.name.map(Cow::Owned),
    }
}

fn tags(company: Cow<'_, CompanyReference>) -> Option<Cow<'_, Tags>> {
    match company {
        Cow::Borrowed(company) => company.tags.as_ref().map(Cow::Borrowed),
        Cow::Owned(company) => company.tags.map(Cow::Owned),
    }
}

/// Returns the first id that is not a placeholder.
pub(crate) fn first_real<T: Id, const N: usize>(ids: [Option<T>; N]) -> Option<T> {
    ids.into_iter().flatten().find(Id::is_real)
}
