//! Typed models for every webhook event that [Codat](https://docs.codat.io) sends, with parse and
//! match helpers for your own server.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations, unreachable_pub)]
#![deny(clippy::pedantic)]
// Nothing that a body holds can make the library panic.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unreachable,
    clippy::unwrap_used
)]
// A type named like its module reads well from outside, where the modules do not show.
#![allow(clippy::module_name_repetitions)]

mod body;
mod diagnosis;
mod envelope;
mod error;
mod event;
mod event_type;
mod legacy;
mod pattern;
mod payload;
mod value;
mod webhook;

pub use chrono;
pub use uuid;

pub use envelope::Envelope;
pub use error::{Error, ErrorKind};
pub use event::{Event, EventType, UnknownEvent};
pub use event_type::{Outcome, ProductRead, ReadScope};
pub use legacy::AlertHeader;
pub use pattern::{EventPattern, PatternError, TagFilter, TagFilterError};
pub use payload::*;
pub use value::*;
pub use webhook::{Webhook, from_slice, from_str};
