//! Legacy alerts, which are sent by Codat's "rules", and the migration from them to events.
//!
//! | rule | data | replaced by |
//! |---|---|---|
//! | [`DataConnectionStatusChanged`](Rule::DataConnectionStatusChanged) | [`DataConnectionStatusChanged`] | `connection.created`, `connection.connected`, `connection.disconnected`, `connection.reconnected`, `connection.deleted` |
//! | [`NewCompanySynchronized`](Rule::NewCompanySynchronized) | [`NewCompanySynchronized`] | `read.completed.initial` |
//! | [`DataSyncCompleted`](Rule::DataSyncCompleted) | [`Dataset`] | `read.completed` |
//! | [`DatasetDataChanged`](Rule::DatasetDataChanged) | [`Dataset`] | `read.completed` |
//! | [`DataSyncStatusChangedToError`](Rule::DataSyncStatusChangedToError) | [`Dataset`] | `read.completed` |
//! | [`PushOperationStatusChanged`](Rule::PushOperationStatusChanged) | [`PushOperation`] | `{dataType}.write.successful`, `{dataType}.write.unsuccessful` |
//! | [`PushOperationTimedOut`](Rule::PushOperationTimedOut) | [`PushOperation`] | `{dataType}.write.unsuccessful`, or `{dataType}.write.successful` with the status `TimedOut` |
//! | [`SyncCompleted`](Rule::SyncCompleted) | [`SyncData`] | `expenses.sync.successful` |
//! | [`SyncFailed`](Rule::SyncFailed) | [`SyncData`] | `expenses.sync.unsuccessful` |
//! | [`SyncStarted`](Rule::SyncStarted) | [`SyncData`] | nothing |
//! | [`SyncConnectionDeleted`](Rule::SyncConnectionDeleted) | [`NoData`] | `connection.deleted` |
//! | [`RateLimitReached`](Rule::RateLimitReached) | [`RateLimitReached`] | `client.rateLimit.reached` |
//! | [`RateLimitReset`](Rule::RateLimitReset) | [`RateLimitReset`] | `client.rateLimit.reset` |
//! | `Account Categories Updated` | [`AccountCategoriesUpdated`](crate::payload::AccountCategoriesUpdated) | nothing: it is still sent as an alert |
//!
//! [`Alert::replaced_by`] returns the event types that replace a given alert, including the
//! narrower event types of a read and the reads of custom products, which the table leaves out.
//!
//! # Reading alerts
//!
//! [`from_slice`](crate::from_slice) reads alerts as well as events. An alert is an
//! [`Event::Alert`](crate::Event::Alert) with a typed [`Rule`]. An alert of a rule that this
//! version does not know is a [`Rule::Unknown`], which keeps the data as raw JSON.
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
//! Alerts have no documented signature, only an optional `Authorization` header. Check it, or receive
//! them at a secret URL: a forged alert can make a genuine event look like its duplicate. They are
//! retried 3 times within 2 minutes, and not at all after a response with status 400 or 401. Codat
//! announced their end for 10 January 2025, but some consumers still receive them.
//!
//! # Migrating
//!
//! To migrate without missing anything, receive alerts and events side by side for a while:
//!
//! 1. Use this crate in the endpoint that receives the alerts. Each alert is an `Event::Alert`.
//! 2. Handle the events that replace the alerts, and subscribe to their event types at a
//!    separate endpoint that verifies signatures. From then on, most facts are delivered twice, in any
//!    order.
//! 3. Drop retries by [`Webhook::id`](crate::Webhook::id), then the second delivery of each fact, in
//!    one place for both endpoints. Use
//!    [`Event::is_duplicate_of`](crate::Event::is_duplicate_of) to compare an alert with an event,
//!    and [`Event::fact_keys`](crate::Event::fact_keys) to find the candidates to compare.
//! 4. Once every alert has had a matching event for some time, delete the rules in Codat. Then
//!    remove the code that handles `Event::Alert`.
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
//! let current = from_slice(br#"{
//!     "id": "0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11",
//!     "eventType": "invoices.write.successful",
//!     "payload": {
//!         "id": "d3c9b8a7-1f2e-4d5c-8b6a-970e1f3c5d24",
//!         "referenceCompany": {"id": "6f1c2a5e-93b7-4d0a-8f7e-2b1d5c3a9e40"},
//!         "status": "Success"
//!     }
//! }"#)?;
//!
//! let Event::Alert(push) = &alert.event else { unreachable!() };
//! assert!(push.replaced_by().iter().any(|pattern| pattern.matches(&current.event_type())));
//! assert!(alert.event.is_duplicate_of(&current.event));
//! # Ok::<(), codat_webhooks::Error>(())
//! ```

mod alert;
mod data;
mod rule;

#[doc(inline)]
pub use crate::payload::AlertHeader;
pub use alert::Alert;
pub use data::{
    DataConnectionStatusChanged, Dataset, NewCompanySynchronized, NoData, PushOperation,
    RateLimitReached, RateLimitReset, SyncData,
};
pub use rule::{Rule, RuleType};

pub(crate) use alert::{ALERT_ID, DATA, RULE_TYPE};
pub(crate) use rule::{data, is_same_rule};
