//! Integration tests, one module per promise.

mod api;
mod catalogue;
mod common;
mod conformance;
mod drift;
mod duplicates;
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
mod signature;
mod values;
