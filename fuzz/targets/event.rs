//! Any event that can be built: it is written and read back, by all ways of reading.

#![no_main]

#[path = "../../tests/common/build.rs"]
mod build;

use arbitrary::Unstructured;
use codat_webhooks::{Envelope, EventPattern, EventType, Webhook, drift, from_slice};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(webhook) = build::webhook(&mut Unstructured::new(bytes)) else {
        return Corpus::Reject;
    };
    let written = serde_json::to_vec(&webhook);
    assert_eq!(written.is_ok(), build::is_carried(&webhook.event));
    let Ok(body) = written else {
        return Corpus::Reject;
    };
    let read = from_slice(&body).expect("what was written can be read");
    assert_eq!(read, webhook);
    assert_eq!(serde_json::to_vec(&read).expect("written"), body);
    let by_reader: Webhook = serde_json::from_reader(&body[..]).expect("readable");
    assert_eq!(by_reader, webhook);

    let envelope = Envelope::from_slice(&body).expect("an envelope");
    assert_eq!(envelope.id(), webhook.id);
    assert_eq!(envelope.event_type(), webhook.event_type());
    assert_eq!(envelope.generated_date(), webhook.generated_date);
    assert_eq!(envelope.wire_name(), webhook.wire_name());

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
