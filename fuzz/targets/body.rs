//! Any bytes as a body: all ways of reading agree, and what is read comes back.

#![no_main]

#[path = "../../tests/common/agree.rs"]
mod agree;

use codat_webhooks::drift;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if agree::read(body).is_ok() {
        drift(body).expect("readable");
    }
});
