//! The parts of event types.
//!
//! Events themselves are at the root of the crate:
//!
//! | item | what it is |
//! |---|---|
//! | [`Event`] | an event with its payload: a variant for each event type |
//! | [`EventType`] | the type of an event, without the payload |
//! | [`UnknownEvent`] | an event of a type that this version does not know |
//! | [`EventPattern`] | selects events by type: `connection.*` |
//! | [`TagFilter`] | selects events by a tag of their company: `region:us` |
//!
//! This module has the rest:
//!
//! [`Event`]: crate::Event
//! [`EventType`]: crate::EventType
//! [`UnknownEvent`]: crate::UnknownEvent
//! [`EventPattern`]: crate::EventPattern
//! [`TagFilter`]: crate::TagFilter

mod accessors;
mod account_categories;
#[cfg(feature = "arbitrary")]
mod arbitrary;
mod display;
mod event_type;
mod parts;
pub(crate) mod pattern;
pub(crate) mod table;
pub(crate) mod tag_filter;
mod unknown;

pub use parts::{BuildEventTypeError, Outcome, ProductRead, ReadScope};

pub(crate) use account_categories::{alert_header, from_alert};
pub(crate) use display::ForLog;
pub(crate) use parts::{ALERT_PREFIX, REPORT, REPORTS};
pub(crate) use table::{Event, EventType, FastEvent, UnknownEvent};
