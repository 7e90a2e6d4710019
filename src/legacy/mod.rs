//! Legacy alerts, which Codat's "rules" send, and the migration from them to events.
//!
//! | alert | subscribe to | the row to update is that of |
//! |---|---|---|
//! | [`DataConnectionStatusChanged`](Rule::DataConnectionStatusChanged) from `PendingAuth` to `Linked` | `connection.connected` | the connection and its status |
//! | from `Unlinked` or `Deauthorized` to `Linked` | `connection.reconnected` | the connection and its status |
//! | to `Unlinked` or `Deauthorized` | `connection.disconnected` | the connection and its status |
//! | to `PendingAuth`, without an old status | `connection.created` | the connection and its status |
//! | without any status | `connection.deleted` | the connection |
//! | [`SyncConnectionDeleted`](Rule::SyncConnectionDeleted) | `connection.deleted` | the company: the alert has no connection |
//! | [`NewCompanySynchronized`](Rule::NewCompanySynchronized) | `read.completed.initial` | the company |
//! | [`DataSyncCompleted`](Rule::DataSyncCompleted) | `read.completed`: the data type, with the status `Complete` | company, connection and data type |
//! | [`DatasetDataChanged`](Rule::DatasetDataChanged) | `read.completed`: the data type, with `recordsModified`, in any status | company, connection and data type |
//! | [`DataSyncStatusChangedToError`](Rule::DataSyncStatusChangedToError) | `read.completed`: the data type, with a status that [is an error](crate::payload::DatasetStatus::is_error) | company, connection and data type |
//! | [`PushOperationStatusChanged`](Rule::PushOperationStatusChanged) to `Success` | `{dataType}.write.successful` | the push operation key |
//! | to `Failed` or `TimedOut` | `{dataType}.write.unsuccessful`, or `.successful` with that status | the push operation key |
//! | [`PushOperationTimedOut`](Rule::PushOperationTimedOut) | `{dataType}.write.unsuccessful`, or `.successful` with the status `TimedOut` | the push operation key |
//! | [`SyncCompleted`](Rule::SyncCompleted) | `expenses.sync.successful`, `expenses.sync.unsuccessful` | the `syncId` |
//! | [`SyncFailed`](Rule::SyncFailed) | `expenses.sync.unsuccessful` | the `syncId` |
//! | [`SyncStarted`](Rule::SyncStarted) | nothing replaces it | |
//! | [`RateLimitReached`](Rule::RateLimitReached) | `client.rateLimit.reached` | the day |
//! | [`RateLimitReset`](Rule::RateLimitReset) | `client.rateLimit.reset` | the day |
//! | `AccountCategoriesUpdated` | nothing: it is still sent as an alert | |
//!
//! A push operation key is a UUID in an alert, which is displayed in lower case, and text in
//! [`Write::id`](crate::payload::Write::id): compare [`Write::push_operation_key`](crate::payload::Write::push_operation_key).
//! Older alerts have the status `Successful` where events have `Success`.
//!
//! [`Alert::replaced_by`] returns the event types that can replace a given alert, with the narrower ones
//! of a read and those of custom products, which the table leaves out.
//!
//! # Reading alerts
//!
//! [`from_slice`](crate::from_slice) reads alerts as well as events. An alert is an
//! [`Event::Alert`](crate::Event::Alert) with a typed [`Rule`]. An alert of a rule that this
//! version does not know is a [`Rule::Other`], which keeps the data as raw JSON.
//!
//! Codat uses several spellings for the names of the rules, and keys in both `PascalCase` and
//! `camelCase`. All of them are read, and are written back in the spelling that was sent.
//!
//! The rule `Account Categories Updated` is an exception. As it also exists as an event type, its
//! alerts are [`Event::AccountCategoriesUpdated`](crate::Event::AccountCategoriesUpdated).
//!
//! In an [`EventType`](crate::EventType) and an [`EventPattern`](crate::EventPattern), the type of
//! an alert is `@rules.` followed by the name of its rule, such as `@rules.DataSyncCompleted`. The
//! pattern `@rules.*` matches all alerts, and no events.
//!
//! # Delivery
//!
//! Codat has moved its clients' rules to the service that sends the events. Alerts arrive at the same
//! endpoint as events: signed, with a message id, and retried in the same way, so one handler that
//! verifies signatures is enough for both. What an older service may still send is described in the guide
//! to [operating](crate::guide::operating).
//!
//! Three rules are not deprecated: `AccountCategoriesUpdated`, which no event replaces,
//! `NewCompanySynchronized` and `SyncConnectionDeleted`.
//!
//! # Migrating
//!
//! Migrate rule by rule. For each rule:
//!
//! 1. Handle the events that replace it, and subscribe to them beside the rule. For a while, most facts
//!    are then reported twice, in any order.
//! 2. Make the *effect* of your handler idempotent: update the row that the last column of the table names.
//!    Never skip a message because the row exists. Except for the push operation key and the `syncId`, the
//!    column names a state that changes again and again: the next sync of a data type has the same company,
//!    connection and data type. An effect that is no state, such as an e-mail, belongs to one of the two:
//!    send it for the alert until you have deleted the rule, then for the event.
//!    An event is never a duplicate of an alert: an alert is about one data type, a read event about all of
//!    them. Retries of one alert or event have one [`Webhook::id`](crate::Webhook::id); drop them by that.
//! 3. Once each alert has had its event for some time, delete the rule in Codat, then the code that
//!    handles its alerts.
//!
//! ```
//! use codat_webhooks::{Event, from_slice};
//!
//! let alert = from_slice(br#"{
//!     "AlertId": "4b0e6d0f-77c1-4d83-9a35-f2c8b1e5a906",
//!     "RuleType": "Push Operation Status Changed",
//!     "CompanyId": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40",
//!     "Data": {
//!         "dataType": "invoices",
//!         "status": "Success",
//!         "pushOperationKey": "d3c9b8a7-1f2e-4d5c-8b6a-970e1f3c5d24"
//!     }
//! }"#)?;
//!
//! let Event::Alert(push) = &alert.event else { unreachable!() };
//! let events: Vec<String> = push.replaced_by().iter().map(ToString::to_string).collect();
//! assert_eq!(events, ["invoices.write.successful"]);
//! # Ok::<(), codat_webhooks::Error>(())
//! ```

mod account_categories;
mod alert;
#[cfg(feature = "arbitrary")]
mod arbitrary;
mod data;
mod header;
mod replaced_by;
mod rule;

pub use account_categories::{AccountCategories, AccountCategoriesUpdated};
pub use alert::Alert;
pub use data::{
    DataConnectionStatusChanged, Dataset, NewCompanySynchronized, NoData, PushOperation,
    RateLimitReached, RateLimitReset, SyncData,
};
pub use header::AlertHeader;
pub use rule::{Rule, RuleType};

pub(crate) use header::{ALERT_ID, DATA, RULE_TYPE};
pub(crate) use rule::take_data;

/// Returns `true` if the alerts of a rule are events: `Event::AccountCategoriesUpdated`.
pub(crate) fn is_account_categories(rule_type: &str) -> bool {
    rule::is_same_rule(rule_type, "AccountCategoriesUpdated")
}
