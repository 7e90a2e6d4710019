//! Integration tests, one module per promise.

mod api;
mod catalogue;
mod common;
mod drift;
mod errors;
mod extra;
mod helpers;
mod inspect;
mod json;
mod legacy;
mod leniency;
mod log_lines;
mod memory;
mod misfits;
mod patterns;
mod properties;
mod readme;
mod round_trip;
mod samples;
#[cfg(feature = "signature")]
mod signature;
mod values;
