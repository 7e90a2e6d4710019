//! Any event that can be constructed: it is written, and read back by every entry point.

#![no_main]

#[path = "../../tests/it/common/entry_points.rs"]
mod entry_points;

use codat_webhooks::{EventPattern, EventType, Webhook};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|webhook: Webhook| {
    entry_points::survives_all(&webhook);

    let event_type = webhook.event_type();
    let name = event_type.name();
    assert_eq!(EventType::from(&*name), event_type);
    if let Ok(pattern) = name.parse::<EventPattern>() {
        assert!(pattern.matches(&event_type) || name.contains('*'));
    }
    let _ = webhook.drift();
    let line = webhook.event.to_string();
    assert!(!line.contains(char::is_control), "{line:?}");
});
