//! Any bytes as a body: all ways of reading agree, and what is read comes back.

#![no_main]

use codat_webhooks::{Envelope, ErrorKind, Webhook, drift, from_slice, from_str};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let read = from_slice(body);
    if let Ok(text) = std::str::from_utf8(body) {
        let by_text = from_str(text);
        assert_eq!(read.as_ref().ok(), by_text.as_ref().ok());
        assert_eq!(
            read.as_ref().err().map(ToString::to_string),
            by_text.err().map(|error| error.to_string())
        );
    }
    let envelope = Envelope::from_slice(body);
    match (&read, &envelope) {
        (Ok(webhook), Ok(envelope)) => {
            assert_eq!(envelope.id(), webhook.id);
            assert_eq!(envelope.event_type(), webhook.event_type());
            assert_eq!(envelope.parse().as_ref().ok(), Some(webhook));
        }
        (Err(error), Ok(envelope)) => {
            assert_eq!(error.kind(), ErrorKind::Payload);
            assert_eq!(error.id(), Some(envelope.id()));
            assert_eq!(error.event_type(), Some(&envelope.event_type()));
        }
        (Err(error), Err(other)) => {
            assert_ne!(error.kind(), ErrorKind::Payload);
            assert_eq!(error.to_string(), other.to_string());
        }
        (Ok(_), Err(error)) => panic!("an event without an envelope: {error}"),
    }
    // The generic entry knows no byte order mark.
    if !body.starts_with("\u{feff}".as_bytes()) {
        let by_reader = serde_json::from_reader::<_, Webhook>(body);
        // A reader lets broken UTF-8 pass in what it skips.
        if std::str::from_utf8(body).is_ok() {
            assert_eq!(read.as_ref().ok(), by_reader.as_ref().ok());
            let by_serde = serde_json::from_slice::<Webhook>(body);
            assert_eq!(read.as_ref().ok(), by_serde.as_ref().ok());
        }
    }
    assert_eq!(read.is_ok(), drift(body).is_ok());

    match read {
        Ok(webhook) => {
            let written = serde_json::to_vec(&webhook).expect("what was read can be written");
            let again = from_slice(&written).expect("what was written can be read");
            assert_eq!(again, webhook);
            assert_eq!(serde_json::to_vec(&again).expect("written"), written);
        }
        Err(error) => {
            let line = error.to_string();
            assert!(!line.contains(char::is_control), "{line:?}");
            assert!(line.len() < 4096, "{} bytes", line.len());
            let lines = 1 + body.iter().filter(|byte| **byte == b'\n').count();
            assert!((1..=lines).contains(&error.line()), "{line}");
            assert!(error.column() <= body.len() + 1, "{line}");
        }
    }
});
