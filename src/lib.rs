//! Typed models for every webhook event that [Codat](https://docs.codat.io) sends, with parse and
//! match helpers for your own server.
//!
//! Hand the raw body to [`from_slice`] and match on [`Event`]:
//!
//! ```
//! use codat_webhooks::{Error, Event, from_slice};
//!
//! fn handle(body: &[u8]) -> Result<(), Error> {
//!     let webhook = from_slice(body)?;
//!     match webhook.event {
//!         Event::ReadCompleted(read) => {
//!             for data_type in &read.data_types {
//!                 println!("{}: {:?}", data_type.data_type, data_type.status);
//!             }
//!         }
//!         Event::Unknown(event) => println!("{} is new", event.event_type),
//!         other => println!("{} is for another service", other.event_type()),
//!     }
//!     Ok(())
//! }
//! # let body = br#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.renamed"}"#;
//! # handle(body).unwrap();
//! ```
//!
//! # Delivery
//!
//! Codat posts each event to your endpoint, expects an answer of 2xx within 15 seconds, and delivers
//! again for about 28 hours where there is none. An event can therefore come more than once: the
//! `webhook-id` header stays the same over all attempts. Put the event into a queue of your own and
//! answer at once.
//!
//! Codat signs what it posts. With the feature `signature`, the module of that name tells a delivery
//! of Codat's from anyone else's.
//!
//! # What Codat adds
//!
//! Codat adds event types, fields and values without notice, and none of that is an error. An event
//! type outside the table is [`Event::Unknown`], a value outside a documented set is its enum's
//! `Other`, an impossible date is a [`Timestamp`] without views: all keep what came, and are written
//! back unchanged. Fields that no struct has are ignored. To handle an event type before this crate
//! knows it, compare with its text, which goes on working when the type gets its variant:
//!
//! ```
//! # use codat_webhooks::Webhook;
//! # fn handle(webhook: Webhook) {
//! if webhook.event_type() == "company.renamed" {
//!     // ...
//! }
//! # }
//! ```
//!
//! What is an error is a body that is no event, and a known event without what it is about: see
//! [`Error`], which says what is wrong, where, and in which event.
//!
//! # Choosing events
//!
//! [`EventPattern`] chooses by type, [`TagFilter`] by the company's tags, and [`Envelope`] reads what
//! a choice needs without building the payload. [`Event`] tells the company, the connection, the
//! data type and the outcome, whichever the variant.
//!
//! With the feature `drift`, `drift` tells what of a body is not modelled, so that additions are
//! noticed.
//!
//! # Legacy alerts
//!
//! A consumer that still receives the alerts of Codat's "rules" reads them with the same
//! [`from_slice`]; see [`legacy`] for the migration.
//!
//! # Making events
//!
//! All structs are `#[non_exhaustive]`, so that a new field breaks nobody. In your own tests, make
//! one with its `new`, which takes the required fields, and set the others:
//!
//! ```
//! use codat_webhooks::payload::{
//!     CompanyReference, Connection, ConnectionEvent, ConnectionStatus,
//! };
//! use codat_webhooks::{Event, Webhook, from_slice, uuid::Uuid};
//!
//! let mut company = CompanyReference::new(Uuid::from_u128(1));
//! company.name = Some("Harbour Bikes".into());
//! let connection = Connection::new(Uuid::from_u128(2), ConnectionStatus::Linked);
//! let event = ConnectionEvent::new(company, connection);
//! let webhook = Webhook::new(Uuid::from_u128(3), Event::ConnectionConnected(event.into()));
//!
//! let body = serde_json::to_vec(&webhook)?; // to be posted at your server
//! assert_eq!(from_slice(&body)?, webhook);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::pedantic)]
// Nothing that a body holds can make the library panic.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::get_unwrap,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::panic_in_result_fn,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_in_result,
    clippy::unwrap_used
)]
// A type named like its module reads well from outside, where the modules do not show.
#![allow(clippy::module_name_repetitions)]

#[cfg(feature = "arbitrary")]
mod arbitrary;
pub mod drift;
mod envelope;
pub mod event;
pub mod legacy;
pub mod payload;
mod read;
#[cfg(feature = "samples")]
#[cfg_attr(docsrs, doc(cfg(feature = "samples")))]
pub mod samples;
#[cfg(feature = "signature")]
#[cfg_attr(docsrs, doc(cfg(feature = "signature")))]
pub mod signature;
mod text;
pub mod value;
mod webhook;

pub use chrono;
pub use serde_json;
pub use uuid;

pub use envelope::Envelope;
#[doc(inline)]
pub use event::{
    Event, EventPattern, EventType, ParsePatternError, ParseTagFilterError, TagFilter, TagFilters,
    UnknownEvent,
};
pub use read::{Error, ErrorKind};
pub use webhook::{Webhook, from_slice, from_str};

/// The README's examples, of which one needs the feature.
#[cfg(all(doctest, feature = "signature"))]
#[doc = include_str!("../README.md")]
struct Readme;
