//! Any event that can be built: it is written and read back, by all ways of reading.

#![no_main]

#[path = "../../tests/common/agree.rs"]
mod agree;
#[path = "../../tests/common/build.rs"]
mod build;

use arbitrary::Unstructured;
use codat_webhooks::{EventPattern, EventType, drift};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(webhook) = build::webhook(&mut Unstructured::new(bytes)) else {
        return Corpus::Reject;
    };
    let Some(body) = build::survives(&webhook) else {
        return Corpus::Reject;
    };

    let event_type = webhook.event_type();
    let name = event_type.as_str();
    // A rule may be named so that its text is that of a product called `@rules.`.
    let ambiguous = matches!(event_type, EventType::Alert(_)) && name.contains(".read.completed");
    if !ambiguous {
        assert_eq!(EventType::from(&*name), event_type);
    }
    if let Ok(pattern) = name.parse::<EventPattern>() {
        assert!(pattern.matches(&event_type) || name.contains('*'));
    }
    drift(&body).expect("readable");
    Corpus::Keep
});
