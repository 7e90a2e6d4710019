//! The payloads: one file a family.

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

/// What every payload can be asked, whatever the event. A payload answers what it knows.
pub(crate) trait Payload {
    /// The payload itself, whether it is boxed or not.
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

    /// How it went, in phrases that are safe to log: ids and statuses, but no names, amounts and
    /// messages.
    fn details(&self) -> Vec<String> {
        Vec::new()
    }
}
