//! Integration tests, one module per promise.

mod api;
mod catalogue;
mod common;
mod complexity;
mod conformance;
mod constructed;
mod dates_and_ids;
mod drift;
mod drift_entries;
mod equality;
mod errors;
mod event_type_names;
mod extra;
mod helpers;
mod inspect;
mod json;
mod legacy;
mod leniency;
mod lines;
mod log_lines;
mod memory;
mod misfits;
mod odd_keys;
mod patterns;
mod properties;
mod readme;
mod replacing;
mod round_trip;
#[cfg(feature = "signature")]
mod signature;
mod spellings;
mod values;
