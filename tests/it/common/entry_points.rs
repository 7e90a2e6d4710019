//! What holds for any body, whatever its bytes. Checked by property tests and by a fuzzer.

use std::collections::HashMap;

use codat_webhooks::{Envelope, Error, ErrorKind, Webhook, from_slice, from_str};
use serde_json::Value;
use serde_json::value::RawValue;

/// Reads the body at every entry point, each of which has to give the same webhook or error. A
/// webhook has to survive a round trip, and an error has to be fit for a log.
pub fn read(body: &[u8]) -> Result<Webhook, Error> {
    let read = from_slice(body);
    by_text(body, &read);
    by_envelope(body, &read);
    by_serde(body, &read);
    by_value(body);
    by_slow_reader(body, &read);
    match &read {
        Ok(webhook) => survives(webhook),
        Err(error) => is_reported(error, body),
    }
    read
}

/// Writes a constructed webhook, which every entry point has to read back equal.
pub fn survives_all(webhook: &Webhook) -> Vec<u8> {
    let body = serde_json::to_vec(webhook).expect("it can be written");
    let again = read(&body).expect("what was written can be read");
    assert_eq!(again, *webhook);
    assert_eq!(serde_json::to_vec(&again).expect("it can be written"), body);
    body
}

/// A key of the alerts makes the fast reader give up, and as null, it has no meaning. The slow reader has
/// to read the same.
fn by_slow_reader(body: &[u8], read: &Result<Webhook, Error>) {
    const KEYS: [&str; 5] = ["alertId", "AlertId", "ruleType", "RuleType", "Type"];
    let Ok(text) = std::str::from_utf8(body) else {
        return;
    };
    let members: HashMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
    // A repeated key would be an error in an alert.
    let Some(key) = KEYS.iter().find(|key| !members.contains_key(**key)) else {
        return;
    };
    let with_key = text.replacen('{', &format!("{{\"{key}\":null,"), 1);
    match (read, from_str(&with_key)) {
        (Ok(webhook), Ok(mut slow)) => {
            // In an event, it is an unknown field.
            slow.extra.remove(key);
            assert_eq!(slow, *webhook);
            assert_eq!(slow.wire_name(), webhook.wire_name());
            assert_eq!(slow.drift(), webhook.drift());
        }
        // Before the closing bracket, or in text that is not JSON, the key changes what is wrong.
        (Err(error), Err(_)) if error.kind() != ErrorKind::Payload => {}
        (Err(error), Err(slow)) => {
            assert_eq!((slow.kind(), slow.path()), (error.kind(), error.path()));
        }
        (Ok(_), Err(slow)) => panic!("{slow}"),
        (Err(error), Ok(_)) => panic!("{error}"),
    }
}

fn by_text(body: &[u8], read: &Result<Webhook, Error>) {
    let Ok(text) = std::str::from_utf8(body) else {
        assert_eq!(read.as_ref().unwrap_err().kind(), ErrorKind::Json);
        return;
    };
    match (read, from_str(text)) {
        (Ok(webhook), Ok(by_text)) => assert_eq!(by_text, *webhook),
        (Err(error), Err(by_text)) => assert_eq!(by_text.to_string(), error.to_string()),
        (read, by_text) => panic!("{read:?}, but {by_text:?} as text"),
    }
}

/// The envelope has the same id, type, date and validity.
fn by_envelope(body: &[u8], read: &Result<Webhook, Error>) {
    match (read, Envelope::from_slice(body)) {
        (Ok(webhook), Ok(envelope)) => {
            assert_eq!(envelope.id(), webhook.id);
            assert_eq!(envelope.event_type(), webhook.event_type());
            assert_eq!(envelope.wire_name(), webhook.wire_name());
            assert_eq!(envelope.generated_date(), webhook.generated_date);
            assert_eq!(envelope.parse().unwrap(), *webhook);
        }
        (Err(error), Ok(envelope)) => {
            assert_eq!(error.kind(), ErrorKind::Payload);
            assert_eq!(error.id(), Some(envelope.id()));
            assert_eq!(error.event_type(), Some(&envelope.event_type()));
        }
        (Err(error), Err(other)) => {
            assert_ne!(error.kind(), ErrorKind::Payload);
            assert_eq!(other.to_string(), error.to_string());
        }
        (Ok(_), Err(error)) => panic!("an event without an envelope: {error}"),
    }
}

/// `Deserialize` gives the same webhook and the same error, except that it does not accept a byte
/// order mark, that JSON is refused by serde_json itself, and that a position counts from the first
/// byte of the value.
fn by_serde(body: &[u8], read: &Result<Webhook, Error>) {
    let by_reader = serde_json::from_reader::<_, Webhook>(body);
    if body.starts_with("\u{feff}".as_bytes()) {
        assert!(by_reader.is_err());
        return;
    }
    let by_slice = serde_json::from_slice::<Webhook>(body);
    let is_indented = body.first().is_some_and(u8::is_ascii_whitespace);
    for by_serde in [by_slice, by_reader] {
        match (read, by_serde) {
            (Ok(webhook), Ok(by_serde)) => assert_eq!(by_serde, *webhook),
            (Err(error), Err(by_serde)) => {
                if error.kind() != ErrorKind::Json && !is_indented {
                    assert_eq!(by_serde.to_string(), error.to_string());
                }
            }
            (read, by_serde) => panic!("{read:?}, but {by_serde:?} with serde"),
        }
    }
}

/// A value has lost digits and repeated keys; what it has kept is read as its text is.
fn by_value(body: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let by_text = from_str(&value.to_string());
        match (by_text, serde_json::from_value::<Webhook>(value)) {
            (Ok(by_text), Ok(by_value)) => assert_eq!(by_value, by_text),
            (Err(by_text), Err(by_value)) => {
                assert_eq!(by_value.to_string(), by_text.to_string());
            }
            (by_text, by_value) => panic!("{by_text:?}, but {by_value:?} as a value"),
        }
    }
}

fn survives(webhook: &Webhook) {
    let written = serde_json::to_vec(webhook).expect("what was read can be written");
    let again = from_slice(&written).expect("what was written can be read");
    assert_eq!(again, *webhook);
    assert_eq!(serde_json::to_vec(&again).expect("written"), written);
    for drift in webhook.drift() {
        assert!(!drift.to_string().contains(char::is_control), "{drift}");
    }
}

/// The error is one line that is not long, at a place that the body has.
fn is_reported(error: &Error, body: &[u8]) {
    let line = error.to_string();
    assert!(!line.contains(char::is_control), "{line:?}");
    assert!(line.len() < 4096, "{} bytes", line.len());
    let lines = 1 + body.iter().filter(|byte| **byte == b'\n').count();
    assert!((1..=lines).contains(&error.line()), "{line}");
    assert!(error.column() <= body.len() + 1, "{line}");
    assert_eq!(
        std::error::Error::source(error).is_some(),
        error.kind() == ErrorKind::Json
    );
}
