//! The legacy alerts: what Codat's "rules" send to a consumer that has yet to migrate.
//!
//! [`from_slice`](crate::from_slice) reads both generations. An alert is an
//! [`Event::Alert`](crate::Event::Alert) with a typed [`Rule`] inside, in whichever of the spellings that Codat has used,
//! with keys in either case; one of a rule that this version does not know is kept raw. The rule
//! `Account Categories Updated`, which nothing replaces yet, is
//! [`Event::AccountCategoriesUpdated`](crate::Event::AccountCategoriesUpdated), as it would be in the current envelope.
//!
//! # Migrating
//!
//! Codat's advice is to expand, then contract:
//!
//! 1. Put this crate behind the endpoint that receives the alerts. Each arrives as `Event::Alert`.
//! 2. Write the arms for the current events that [`Alert::replaced_by`] names, and subscribe to
//!    those event types at the same endpoint. From now on most facts arrive twice, in any order.
//! 3. During the overlap, drop the second of the two. [`Event::is_duplicate_of`](crate::Event::is_duplicate_of)
//!    compares an alert with a current event, and [`Event::fact_keys`](crate::Event::fact_keys) finds the
//!    candidates.
//! 4. When every alert has been matched for a while, delete the rules in Codat, and then the arms
//!    for `Event::Alert`.
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
//!
//! In an [`EventType`](crate::EventType) and an [`EventPattern`](crate::EventPattern) an alert goes
//! by `@rules.` and the name of its rule, which no current event type begins with:
//! `@rules.DataSyncCompleted`, and `@rules.*` for all.

mod alert;
mod data;
mod rule;

pub use crate::payload::AlertHeader;
pub use alert::Alert;
pub use data::{
    DataConnectionStatusChanged, Dataset, NewCompanySynchronized, NoData, PushOperation,
    RateLimitReached, RateLimitReset, SyncData,
};
pub use rule::{Rule, RuleType};

pub(crate) use alert::{ALERT_ID, DATA, RULE_TYPE};
pub(crate) use rule::{data, is_same_rule};
