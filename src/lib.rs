//! Typed, lossless models for every webhook event that [Codat](https://docs.codat.io) sends.
//!
//! Pass the raw body to [`from_slice`] and match on [`Event`]:
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
//!         event => println!("ignored: {event}"),
//!     }
//!     Ok(())
//! }
//! # let body = br#"{"id":"0f6c3c1e-58f5-4c1d-9d0c-6b0a2f1d7e11","eventType":"company.renamed"}"#;
//! # handle(body).unwrap();
//! ```
//!
//! # Which function do I want?
//!
//! | you have, or want | use |
//! |---|---|
//! | a body as bytes or text | [`from_slice`], [`from_str`] |
//! | a body and its headers, from the network | the [`signature`] module, with the `signature` feature |
//! | a JSON extractor, behind a gateway that has verified the body | [`Webhook`], which implements [`Deserialize`](serde::Deserialize) |
//! | the id and type only, to route the body | [`Envelope`] |
//! | events of some types, or of some companies | [`EventPattern`], [`TagFilter`] |
//! | the company, connection, data type or outcome of any event | [`Event::company_id`] and the other accessors |
//! | the payload of a family, whatever the event type | [`Event::as_connection`], [`Event::as_read_completed`], [`Event::as_write`], [`Event::as_report`] |
//! | a line for the log | the `Display` of [`Event`]: ids and statuses, no names or amounts |
//! | a field that this version does not name | [`Extra::parse`](value::Extra::parse) on the `extra` of its struct |
//! | what this version does not model | [`Webhook::drift`] |
//! | the alerts of Codat's "rules" | the same functions; [`legacy`] describes the migration |
//! | to store an event and read it again | [`Webhook`], which implements [`Serialize`](serde::Serialize) |
//! | events for your tests | [`samples`], with the `samples` feature, or [`Webhook::new`] |
//!
//! # Modules
//!
//! | module | what is in it |
//! |---|---|
//! | [`event`] | the parts of event types: product reads, outcomes |
//! | [`payload`] | the payload structs, and their statuses and other vocabularies |
//! | [`value`] | what payloads consist of: ids, timestamps, amounts, tags, raw JSON |
//! | [`drift`] | what [`Webhook::drift`] returns |
//! | [`legacy`] | the alerts of Codat's "rules" |
//! | [`signature`] | signature verification, with the `signature` feature |
//! | [`samples`] | sample bodies for tests, with the `samples` feature |
//! | [`guide`] | guides: operating an endpoint, idempotency, new fields, storing, testing |
//!
//! # Features
//!
//! | feature | what it adds | crates |
//! |---|---|---|
//! | `signature` | the module [`signature`] | hmac, sha2, base64 |
//! | `samples` | the module [`samples`] | none |
//! | `arbitrary` | `arbitrary::Arbitrary` for [`Webhook`] and everything in it | arbitrary |
//!
//! None is on by default, and each works without the others.
//!
//! # Lossless
//!
//! Nothing that Codat sends is dropped. An unknown event type is [`Event::Unknown`], an unknown value
//! its enum's `Other`, an unknown field is in `extra`, and an impossible date is a
//! [`Timestamp`](value::Timestamp) without views. An optional field whose value does not fit is `None`,
//! and its raw value is in `extra`. [`Webhook`] says what writing it back preserves.
//!
//! An [`Error`] is returned only if a body is not JSON, is not an event, or is a known event whose
//! required field is missing or does not fit.
//!
//! # Delivery
//!
//! Codat expects a 2xx response within 15 seconds and delivers at least once, so put the body into a
//! queue, respond, and deduplicate. The [guides](guide) describe how.

// The pages are built with all features, which they link to.
#![cfg_attr(
    not(all(feature = "samples", feature = "signature")),
    allow(rustdoc::broken_intra_doc_links)
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations, unreachable_pub)]
#![warn(clippy::pedantic)]
// Nothing that a body holds can make the library panic.
#![warn(
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

pub mod drift;
mod envelope;
pub mod event;
#[cfg(any(doc, doctest))]
pub mod guide;
mod json;
pub mod legacy;
mod parse;
pub mod payload;
#[cfg(feature = "samples")]
#[cfg_attr(docsrs, doc(cfg(feature = "samples")))]
pub mod samples;
#[cfg(feature = "signature")]
#[cfg_attr(docsrs, doc(cfg(feature = "signature")))]
pub mod signature;
pub mod value;
mod webhook;

pub use chrono;
pub use serde_json;
pub use uuid;

pub use envelope::Envelope;
pub use event::pattern::{EventPattern, ParseEventPatternError};
pub use event::table::{Event, EventType, UnknownEvent};
pub use event::tag_filter::{ParseTagFilterError, TagFilter};
pub use parse::{Error, ErrorKind, from_slice, from_str};
pub use webhook::Webhook;

/// The README's examples, of which one needs the feature.
#[cfg(all(doctest, feature = "signature"))]
#[doc = include_str!("../README.md")]
struct Readme;
