//! Any bytes as a body: every entry point and both readers read the same, and it survives a round trip.

#![no_main]

#[path = "../../tests/it/common/entry_points.rs"]
#[allow(dead_code)]
mod entry_points;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(webhook) = entry_points::read(body) {
        let _ = webhook.drift();
        let line = webhook.event.to_string();
        assert!(!line.contains(char::is_control), "{line:?}");
    }
});
