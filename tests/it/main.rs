//! Integration tests, one module per promise.

mod accessors;
mod api;
mod common;
mod documentation;
mod drift;
mod errors;
mod event_pattern;
mod event_type;
mod extra;
mod formats;
mod inspect;
mod json;
mod legacy;
mod leniency;
mod log_lines;
mod memory;
mod misfits;
mod payload_methods;
mod properties;
mod round_trip;
mod samples;
mod setters;
mod signature;
mod tag_filter;
mod values;
mod webhook;
