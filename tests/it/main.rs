//! What the crate promises: a module a promise.

mod catalogue;
mod common;
mod drift;
mod errors;
mod inspect;
mod json;
mod legacy;
mod leniency;
mod memory;
mod patterns;
mod properties;
mod readme;
mod round_trip;
#[cfg(feature = "signature")]
mod signature;
mod values;
