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
//!         Event::Unknown(event) => println!("{} is new", event.event_type),
//!         other => println!("ignored: {other}"),
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
//! | a body and its headers, from anyone | the `signature` module, with the `signature` feature |
//! | a JSON extractor, behind a gateway that has verified the body | [`Webhook`], which implements [`Deserialize`](serde::Deserialize) |
//! | the id and type only, to route the body | [`Envelope`] |
//! | events of some types, or of some companies | [`EventPattern`], [`TagFilter`] |
//! | the company, connection, data type or outcome of any event | [`Event::company_id`] and the other accessors |
//! | a line for the log | the `Display` of [`Event`]: ids and statuses, no names or amounts |
//! | a field that this version does not name | `extra`, an [`Extra`](value::Extra) on every struct |
//! | what this version does not model | [`Webhook::drift`] |
//! | the alerts of Codat's "rules" | the same functions; [`legacy`] describes the migration |
//! | to store an event and read it again | [`Webhook`], which implements [`Serialize`](serde::Serialize) |
//! | events for your tests | the `samples` module, with the `samples` feature, or [`Webhook::new`] |
//!
//! # Modules
//!
//! | module | what is in it |
//! |---|---|
//! | [`event`] | [`Event`], [`EventType`], patterns, tag filters |
//! | [`payload`] | the payload structs, and their statuses and other vocabularies |
//! | [`value`] | what payloads consist of: ids, timestamps, amounts, tags, raw JSON |
//! | [`drift`] | what [`Webhook::drift`] returns |
//! | [`legacy`] | the alerts of Codat's "rules" |
//! | `signature` | signature verification |
//! | `samples` | sample bodies for tests |
//!
//! # Features
//!
//! | feature | what it adds | crates |
//! |---|---|---|
//! | `signature` | the `signature` module | hmac, sha2, base64 |
//! | `samples` | the `samples` module | none |
//! | `arbitrary` | `arbitrary::Arbitrary` for [`Webhook`] and everything in it | arbitrary |
//!
//! None is on by default, and each works without the others.
//!
//! # Lossless
//!
//! Nothing that Codat sends is dropped. An unknown event type is [`Event::Unknown`], an unknown value
//! its enum's `Other`, an unknown field is in `extra`, and an impossible date is a [`Timestamp`](value::Timestamp)
//! without views. An optional field whose value does not fit is `None`, and its raw value is in
//! `extra`. What is read and written back is equal to what was sent, except for nulls of modelled
//! fields, white space, the order of keys, and the form of ids (lower case with hyphens) and of
//! integers (`1.2e4`).
//!
//! [`Error`] is left for a body that has no meaning as an event: one that is not JSON, not an event, or
//! a known event whose required field is missing or does not fit.
//!
//! # Delivery
//!
//! Codat expects a 2xx response within 15 seconds and delivers at least once, so put the body into a
//! queue, respond, and deduplicate. The [guides](guide) have the details, and what to do about them.

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

#[cfg(feature = "arbitrary")]
mod arbitrary;
pub mod drift;
mod envelope;
pub mod event;
#[cfg(any(doc, doctest))]
pub mod guide;
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
    TooManyTagFilters, UnknownEvent,
};
pub use read::{Error, ErrorKind};
pub use webhook::{Webhook, from_slice, from_str};

/// The README's examples, of which one needs the feature.
#[cfg(all(doctest, feature = "signature"))]
#[doc = include_str!("../README.md")]
struct Readme;
